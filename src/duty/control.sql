/*
 * control.sql: one control for each clause of the agreement
 *
 * A control is a query, $1 being the controller, of which each row is a finding: no row, and the duty is fulfilled. So
 * what is proved can be read, and an auditor can run it by hand. Findings name ids, codes and counts, never a person.
 */

CREATE TABLE dropcontact.control (
	n numeric NOT NULL UNIQUE,
	clause text PRIMARY KEY CHECK (clause ~ '^(0|I|II|III|IV|V)(\.[0-9]+[a-z]?)*$'),
	article text NOT NULL CHECK (article ~ '\S'),
	owner text NOT NULL CHECK (owner IN ('processor', 'controller')),
	proves text NOT NULL CHECK (proves ~ '\S'),
	needs_agreement boolean NOT NULL,
	check_sql text NOT NULL CHECK (check_sql ~ '\S')
);
COMMENT ON TABLE dropcontact.control IS 'The control of each clause of the agreement: the article that it comes from, whose duty it is, what it proves, and the query that finds violations ($1 is the controller; each row is a finding); run by run_controls()';
COMMENT ON COLUMN dropcontact.control.n IS 'Order of the clauses';
COMMENT ON COLUMN dropcontact.control.needs_agreement IS 'Whether it applies to controllers under an agreement only';

CREATE TABLE dropcontact.control_result (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	clause text NOT NULL,
	passed boolean NOT NULL,
	finding text NOT NULL,
	checked_at timestamptz NOT NULL,
	failing_since timestamptz,
	PRIMARY KEY (controller_id, clause)
);
COMMENT ON TABLE dropcontact.control_result IS 'Last result of each control for each controller, and since when it fails; written by run_controls()';

INSERT INTO dropcontact.control VALUES
(1, '0.1', 'GDPR art. 28(3)', 'processor', 'both parties are known and nothing is processed for a controller without a signed agreement', true, $$
	SELECT format('party %s is not described', r) FROM unnest('{controller,processor}'::text[]) r WHERE NOT EXISTS (SELECT FROM party p WHERE p.controller_id = $1 AND p.role = r)
	UNION ALL SELECT format('%s runs without agreement', count(*)) FROM run r
	WHERE r.controller_id = $1 AND r.agreement_id IS NULL AND r.started_at > (SELECT min(a.recorded_at) FROM agreement a WHERE a.controller_id = $1) HAVING count(*) > 0 $$),
(2, '0.2', 'GDPR art. 4', 'processor', 'the terms of the register have one meaning each, with its source', false, $$
	SELECT 'term without source: ' || g.term FROM glossary g WHERE coalesce(g.dpv_iri, '') = '' OR coalesce(g.source_clause, '') = ''
	UNION ALL SELECT tampered('0.2') $$),
(3, 'I.1', 'GDPR art. 28(3), 29', 'processor', 'controllers are kept apart: row-level security, forced, on every table; nothing links contacts of two', false, $$
	SELECT 'no forced row-level security: ' || c.relname FROM pg_class c WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'controller_id' AND NOT a.attisdropped)
	UNION ALL SELECT format('%s contacts in entities of another controller', count(*)) FROM entity_member m JOIN contact c USING (contact_id)
	WHERE m.controller_id <> c.controller_id AND $1 IN (m.controller_id, c.controller_id) AND EXISTS (SELECT FROM controller o WHERE o.controller_id <> $1) HAVING count(*) > 0
	UNION ALL SELECT format('%s contacts in entities that a contact of another controller founded', count(*)) FROM entity_member m JOIN contact c ON c.contact_id = m.entity_id
	WHERE m.controller_id <> c.controller_id AND $1 IN (m.controller_id, c.controller_id) AND EXISTS (SELECT FROM controller o WHERE o.controller_id <> $1) HAVING count(*) > 0
	UNION ALL SELECT format('%s rows of %s about contacts of another controller', count(*), x.relation)
	FROM (SELECT 'match_pair' AS relation, p.controller_id, u.contact_id FROM match_pair p, unnest(ARRAY[p.a_contact_id, p.b_contact_id]) u(contact_id)
		UNION ALL SELECT 'match_decision', d.controller_id, u.contact_id FROM match_decision d, unnest(ARRAY[d.a_contact_id, d.b_contact_id]) u(contact_id)
		UNION ALL SELECT 'company_member', m.controller_id, m.contact_id FROM company_member m) x JOIN contact c USING (contact_id)
	WHERE x.controller_id <> c.controller_id AND $1 IN (x.controller_id, c.controller_id) AND EXISTS (SELECT FROM controller o WHERE o.controller_id <> $1) GROUP BY x.relation
	UNION ALL SELECT 'no row-level security binds login ' || r.rolname FROM pg_roles r
	WHERE r.rolcanlogin AND NOT r.rolsuper AND has_any_column_privilege(r.oid, 'dropcontact.contact', 'SELECT') AND EXISTS (SELECT FROM pg_roles g WHERE g.rolbypassrls AND NOT g.rolsuper AND pg_has_role(r.oid, g.oid, 'MEMBER'))
	UNION ALL SELECT tampered('I.1')
	UNION ALL SELECT 'view with the rights of its owner: ' || c.relname FROM pg_class c WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'v'
		AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
	UNION ALL SELECT format('%s statements of totals_jobs() are due', count(*)) FROM totals_told()
	WHERE under_agreement($1) AND EXISTS (SELECT FROM controller o WHERE o.controller_id <> $1) HAVING count(*) > 0 $$),
(4, 'I.2', 'GDPR art. 5(2), 24', 'processor', 'every obligation has an article and a live control', false, $$
	SELECT 'control without article or query: ' || k.clause FROM control k WHERE coalesce(k.article, '') = '' OR coalesce(k.check_sql, '') = ''
	UNION ALL SELECT tampered('I.2')
	UNION ALL SELECT 'clause without control: ' || c FROM unnest('{0.1,0.2,I.1,I.2,II.1a,II.1b,II.1c,II.2,II.3,II.4,II.5,II.6,II.7,III.0,III.1,III.2a,III.2b,III.2c,III.2d,III.2e,III.3,III.4a,III.4b,
		III.5a,III.5b,III.6a,III.6b,III.6c,III.6d,III.6e,III.7a,III.7b,III.7c,III.7d,III.7e,III.7f,III.7g,III.7h,III.8a,III.8b,III.9,III.10a,III.10b,III.11,III.12a,III.12b,III.12c,III.12d,III.12e,
		IV.1a,IV.1b,IV.1c,IV.2a,IV.2b,IV.2c,IV.3.0,IV.3.1,IV.3.2a,IV.3.2b,IV.3.2c,IV.3.3,IV.3.4,V}'::text[]) c WHERE NOT EXISTS (SELECT FROM control k WHERE k.clause = c) $$),
(11, 'II.1a', 'GDPR art. 5(1)(b), 28(3)', 'processor', 'whatever writes contacts is recorded under a purpose of the service', false, $$
	SELECT tampered('II.1a')
	UNION ALL SELECT format('%s contacts more than runs have taken in', k.n - r.n)
	FROM (SELECT count(*) AS n FROM contact c WHERE c.controller_id = $1) k, (SELECT coalesce(sum(x.contacts), 0) AS n FROM run x WHERE x.controller_id = $1 AND x.purpose <> 'detect_duplicates') r
	WHERE k.n > r.n $$),
(12, 'II.1b', 'GDPR art. 5(1)(d), 28(3)(a)', 'processor', 'each merge belongs to a run that rests on instructions', true, $$
	SELECT format('merge %s outside a run', e.event_id) FROM entity_log e
	WHERE e.controller_id = $1 AND e.kind = 'merged' AND e.at > (SELECT min(a.recorded_at) FROM agreement a WHERE a.controller_id = $1)
		AND NOT EXISTS (SELECT FROM run r WHERE r.controller_id = $1 AND r.instruction_ids <> '{}' AND e.at BETWEEN r.started_at AND r.ended_at)
	UNION ALL SELECT tampered('II.1b') $$),
(13, 'II.1c', 'GDPR art. 5(1)(b)', 'processor', 'contacts from mailboxes serve to bring contacts up to date and nothing else', true, $$
	SELECT format('run %s, purpose %s, takes contacts of a mailbox', r.run_id, r.purpose) FROM run r
	WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND r.purpose NOT IN ('bounce_update', 'synchronise', 'rights')
		AND EXISTS (SELECT FROM source s WHERE s.source_id = ANY (r.source_ids) AND s.kind = 'mailbox') $$),
(20, 'II.2', 'GDPR art. 28(3)', 'processor', 'every person is a customer, a prospect or a supplier', true, $$
	SELECT format('%s contacts without category', count(*)) FROM contact c
	WHERE c.controller_id = $1 AND coalesce(c.relation, '') NOT IN ('customer', 'prospect', 'supplier') HAVING count(*) > 0 $$),
(21, 'II.3', 'GDPR art. 28(3)', 'processor', 'operations collect, process and store, nothing else', false, $$
	SELECT 'purpose of another nature: ' || p.purpose FROM purpose p WHERE NOT coalesce(p.nature <@ '{collect,process,store}'::text[] AND p.nature <> '{}', false) $$),
(22, 'II.4', 'GDPR art. 5(1)(b)', 'processor', 'every operation has a purpose of the service', false, $$
	SELECT format('run %s: purpose "%s"', r.run_id, r.purpose) FROM run r WHERE r.controller_id = $1 AND NOT EXISTS (SELECT FROM purpose p WHERE p.purpose = r.purpose)
	UNION ALL SELECT tampered('II.4') $$),
(23, 'II.5', 'GDPR art. 5(1)(c), 9, 87', 'processor', 'data identify persons or tell their professional situation, no more', true, $$
	WITH found AS MATERIALIZED (
		SELECT DISTINCT sensitive_attribute(c.attributes, a.covered) AS name FROM contact c, (SELECT covered_attributes($1) AS covered OFFSET 0) a WHERE c.controller_id = $1
	)
	SELECT f.name || ' is not covered by the agreement' FROM found f WHERE f.name IS NOT NULL $$),
(24, 'II.6', 'GDPR art. 14(2)(f)', 'processor', 'each contact comes from a source of the controller', false, $$
	SELECT format('%s contacts without source', count(*)) FROM contact c
	WHERE c.controller_id = $1 AND NOT EXISTS (SELECT FROM source s WHERE s.controller_id = $1 AND s.name = c.source) HAVING count(*) > 0
	UNION ALL SELECT tampered('II.6') $$),
(25, 'II.7', 'GDPR art. 28(3)(a), 44', 'processor', 'data go to no third party, by no way', true, $$
	SELECT format('%s %s is not declared', e.kind, e.name) FROM egress e WHERE NOT e.declared
	UNION ALL SELECT format('disclosure %s to no recipient of the agreement', d.disclosure_id) FROM disclosure d
	WHERE d.controller_id = $1 AND d.at > (SELECT min(a.recorded_at) FROM agreement a WHERE a.controller_id = $1)
		AND d.recipient <> 'controller' AND d.recipient <> (SELECT c.name FROM controller c WHERE c.controller_id = $1)
		AND NOT EXISTS (SELECT FROM subprocessor s WHERE s.name = d.recipient AND NOT EXISTS (SELECT FROM subprocessor_retired x WHERE x.subprocessor_id = s.subprocessor_id AND x.at < d.at) AND (s.of_agreement OR EXISTS (SELECT FROM subprocessor_use u
			WHERE u.controller_id = $1 AND u.subprocessor_id = s.subprocessor_id AND u.started_at <= d.at)))
		AND NOT EXISTS (SELECT FROM transfer t WHERE t.controller_id = $1 AND t.recipient = d.recipient AND t.started_at <= d.at) $$),
(30, 'III.0', 'GDPR art. 28(3)', 'processor', 'each of the twelve undertakings has a control', false, $$
	SELECT format('III.%s has no control', i) FROM generate_series(1, 12) i WHERE NOT EXISTS (SELECT FROM control k WHERE k.clause ~ format('^III\.%s[a-z]?$', i)) $$),
(31, 'III.1', 'GDPR art. 5(1)(b), 28(3)(a)', 'processor', 'nothing is written outside a run whose purpose is instructed', false, $$
	SELECT tampered('III.1')
	UNION ALL SELECT format('run %s has neither purpose nor instruction', r.run_id) FROM run r
	WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND r.instruction_ids = '{}' $$),
(32.1, 'III.2a', 'GDPR art. 28(3)(a), 29', 'processor', 'each run rests on an instruction in force at that moment', true, $$
	SELECT format('run %s: its purpose was not instructed', r.run_id) FROM run r
	WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND r.instruction_ids <> '{}'
		AND NOT EXISTS (SELECT FROM instruction i JOIN controller c ON c.name = i.controller WHERE c.controller_id = $1 AND i.instruction_id = ANY (r.instruction_ids) AND i.run_id IS NULL AND i.kind = 'purpose' AND i.body ->> 'purpose' = r.purpose
			AND i.recorded_at <= r.started_at AND r.started_at < coalesce(i.held_from, 'infinity')) $$),
(32.2, 'III.2b', 'GDPR art. 28(3)(a)', 'processor', 'every setting, source and match field is a documented instruction', false, $$
	SELECT 'setting without instruction: ' || s.setting FROM setting_value s LEFT JOIN instruction_record i USING (instruction_id)
	WHERE s.controller_id = $1 AND (i.instruction_id IS NULL OR i.controller_id <> $1 OR i.body ->> 'value' IS DISTINCT FROM s.value OR i.body ->> 'setting' IS DISTINCT FROM s.setting)
	UNION ALL SELECT format('source %s without instruction', s.source_id) FROM source s
	WHERE s.controller_id = $1 AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.controller_id = $1 AND i.kind = 'source' AND i.body ->> 'source' = s.source_id::text)
	UNION ALL SELECT 'match field without instruction: ' || quote_ident(f.key) FROM match_field f
	WHERE f.controller_id = $1 AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.controller_id = $1 AND i.kind = 'match_field' AND i.body ->> 'key' = f.key)
	UNION ALL SELECT format('source %s is not as it was instructed', s.source_id) FROM source s CROSS JOIN LATERAL (SELECT i.body FROM instruction_record i
		WHERE i.controller_id = $1 AND i.kind = 'source' AND i.body ->> 'source' = s.source_id::text ORDER BY i.instruction_id DESC LIMIT 1) i
	WHERE s.controller_id = $1 AND jsonb_strip_nulls(i.body) <> jsonb_strip_nulls(source_terms(s))
	UNION ALL SELECT 'table attached without instruction: ' || a.relation::oid FROM attachment a
	WHERE a.controller_id = $1 AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.controller_id = $1 AND i.kind = 'mapping' AND i.body ->> 'source' = a.source)
	UNION ALL SELECT format('mailbox %s without instruction', m.mailbox_id) FROM mailbox m
	WHERE m.controller_id = $1 AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.controller_id = $1 AND i.kind = 'mailbox' AND i.instruction_id = m.instruction_id AND i.body ->> 'mailbox' = m.mailbox_id::text)
	UNION ALL SELECT tampered('III.2b') $$),
(32.3, 'III.2c', 'GDPR art. 28(3), last sentence', 'processor', 'the controller was told at once of each instruction that seems to infringe the law', false, $$
	SELECT format('instruction %s: no alert', i.instruction_id) FROM instruction_record i
	WHERE i.controller_id = $1 AND infringed_rules(i.kind, i.body) <> '{}' AND NOT EXISTS (SELECT FROM instruction_record r JOIN instruction_warning w USING (instruction_id)
		WHERE r.controller_id = $1 AND r.kind = i.kind AND r.body = i.body AND r.instruction_id <= i.instruction_id AND w.raised_at = r.recorded_at AND w.outbox_id IS NOT NULL)
	UNION ALL SELECT format('instruction %s was not suspended', w.instruction_id) FROM instruction_warning w
	WHERE w.controller_id = $1 AND under_agreement($1) AND NOT EXISTS (SELECT FROM instruction_hold h WHERE h.instruction_id = w.instruction_id) GROUP BY w.instruction_id $$),
(32.4, 'III.2d', 'GDPR art. 28(3)(a), 44-49', 'processor', 'no transfer that a law imposes began before the controller was told', true, $$
	SELECT format('transfer %s began before notice', t.transfer_id) FROM transfer t LEFT JOIN outbox_message m ON m.message = t.notice_id
	WHERE t.controller_id = $1 AND t.started_at IS NOT NULL AND t.notice_barred_by IS NULL AND (m.sent_at IS NULL OR m.sent_at >= t.started_at OR m.controller_id <> $1)
	UNION ALL SELECT format('transfer %s: neither a tool of chapter V nor the ground on which it was not told', t.transfer_id) FROM transfer t
	WHERE t.controller_id = $1 AND (coalesce(t.tool, '') !~ '^4[569]' OR t.notice_barred_by IS NOT NULL AND t.barred_ground IS DISTINCT FROM 'important_public_interest') $$),
(32.5, 'III.2e', 'GDPR art. 5(1)(c), 6(4)', 'processor', 'improvement sees counts of groups, without mailboxes', false, $$
	SELECT 'dropcontact_improver reads ' || o.object::text FROM confidential_object() o
	WHERE o.object <> 'dropcontact.improve_features'::regclass AND has_any_column_privilege('dropcontact_improver', o.object, 'SELECT')
	UNION ALL SELECT format('dropcontact_improver has %s on %s', a.privilege, a.object) FROM added_privileges() a WHERE a.grantee = 'dropcontact_improver' AND a.privilege <> 'SELECT'
	UNION ALL SELECT format('run %s improves from a mailbox', r.run_id) FROM run r
	WHERE r.controller_id = $1 AND r.purpose = 'improve' AND EXISTS (SELECT FROM source s WHERE s.source_id = ANY (r.source_ids) AND s.kind = 'mailbox') $$),
(33, 'III.3', 'GDPR art. 28(3)(b), 32', 'processor', 'nobody reads data but the roles meant to, and nothing copies them into logs or statistics of the planner', false, $$
	SELECT 'granted to everybody: ' || c.relname FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'dropcontact'::regnamespace AND a.grantee = 0
	UNION ALL SELECT format('%s on %s was granted to %s', a.privilege, a.object, a.grantee) FROM added_privileges() a WHERE a.grantee <> ALL ('{dropcontact_improver,dropcontact_auditor}')
	UNION ALL SELECT 'belongs to another than the extension: ' || c.relname FROM pg_class c JOIN pg_extension e ON e.extname = 'dropcontact'
	WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'v') AND c.relowner <> e.extowner AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjid = e.oid AND d.deptype = 'e')
	UNION ALL SELECT format('%s is set for %s: statements, values included, go to the log', split_part(o, '=', 1), coalesce(r.rolname, 'a database')) FROM pg_db_role_setting x LEFT JOIN pg_roles r ON r.oid = x.setrole, unnest(x.setconfig) o
	WHERE x.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) AND o ~ '^(log_statement=(mod|all)|dropcontact\.log_values=(on|true|1|yes)|auto_explain\.log_min_duration=[0-9])'
	UNION ALL SELECT 'granted to everybody: ' || p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'dropcontact'::regnamespace AND p.provolatile <> 'i'
		AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))
	UNION ALL SELECT format('%s = %s writes statements, values included, to the log', s.name, s.setting) FROM pg_settings s
	WHERE s.name = 'log_statement' AND s.setting IN ('mod', 'all') OR s.name = 'dropcontact.log_values' AND s.setting = 'on' OR s.name = 'auto_explain.log_min_duration' AND s.setting <> '-1' OR s.name = 'log_min_duration_statement' AND s.setting <> '-1' AND EXISTS (SELECT FROM pg_settings l
		WHERE l.name = 'log_parameter_max_length' AND l.setting <> '0')
	UNION ALL SELECT format('RG130: %s of %s: %s', l.attribute, l.relation, l.finding) FROM stats_leaks l
	UNION ALL SELECT statement_leak() WHERE statement_leak() IS NOT NULL $$),
(34.1, 'III.4a', 'GDPR art. 28(3)(b)', 'processor', 'every login that can reach the data is a named person or service, committed to confidentiality', true, $$
	SELECT format('login %s is under no commitment%s', a.rolname, CASE WHEN a.superuser THEN ' (superuser: no grant can refuse it)' ELSE '' END) FROM roles_with_access() a
	WHERE NOT EXISTS (SELECT FROM commitment c WHERE c.rolname = a.rolname AND current_date BETWEEN c.signed_on AND coalesce(c.ends_on, 'infinity'))
	UNION ALL SELECT tampered('III.4a') $$),
(34.2, 'III.4b', 'GDPR art. 39(1)(b)', 'processor', 'every such login has training in data protection in force', true, $$
	SELECT format('login %s has no training in force', a.rolname) FROM roles_with_access() a
	WHERE NOT EXISTS (SELECT FROM training t WHERE t.rolname = a.rolname AND current_date BETWEEN t.passed_on AND t.valid_until) $$),
(35.1, 'III.5a', 'GDPR art. 25(1)', 'processor', 'where personal data stand is known, and what erasure does there', false, $$
	SELECT format('not on the data map: %s.%s', u.relation, u.attribute) FROM unmapped_columns() u
	UNION ALL SELECT format('on the data map and not there: %s.%s', m.relation, m.attribute) FROM data_map m
	WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(format('dropcontact.%I', m.relation)) AND a.attname = m.attribute AND NOT a.attisdropped)
	UNION ALL SELECT tampered('III.5a') $$),
(35.2, 'III.5b', 'GDPR art. 25(2)', 'processor', 'the default of each setting is its least intrusive value', false, $$
	SELECT format('setting %s has an intrusive default', d.setting) FROM setting_default() d WHERE setting_rank(d.setting, d.default_value) IS DISTINCT FROM 0 $$),
(36.1, 'III.6a', 'GDPR art. 28(2)', 'processor', 'sub-processors at work have their servers in the European Union', true, $$
	SELECT format('sub-processor %s: servers in %s', s.subprocessor_id, s.server_country) FROM active_subprocessors($1) s WHERE NOT coalesce(is_eu(s.server_country), false)
	UNION ALL SELECT tampered('III.6a') $$),
(36.2, 'III.6b', 'GDPR art. 28(2)', 'processor', 'each new sub-processor was announced to the controller', true, $$
	SELECT format('sub-processor %s was not announced', s.subprocessor_id) FROM subprocessor s
	WHERE NOT s.of_agreement AND NOT EXISTS (SELECT FROM subprocessor_notice n WHERE n.subprocessor_id = s.subprocessor_id AND n.controller_id = $1)
		AND NOT EXISTS (SELECT FROM subprocessor_retired r WHERE r.subprocessor_id = s.subprocessor_id)
	UNION ALL SELECT format('sub-processor %s is not what was announced', s.subprocessor_id) FROM subprocessor s JOIN subprocessor_notice n USING (subprocessor_id) JOIN outbox_message m ON m.message = n.outbox_id
	WHERE n.controller_id = $1 AND (m.controller_id <> $1 OR m.body_sha256 <> encode(sha256(convert_to(subprocessor_terms(s)::text, 'UTF8')), 'hex')) $$),
(36.3, 'III.6c', 'GDPR art. 28(2)', 'processor', 'no sub-processor works before 30 days from receipt, nor against an objection', true, $$
	SELECT format('sub-processor %s began too early or against an objection', u.subprocessor_id) FROM subprocessor_use u
		JOIN subprocessor s USING (subprocessor_id) LEFT JOIN subprocessor_notice n USING (subprocessor_id, controller_id)
	WHERE u.controller_id = $1 AND NOT s.of_agreement AND u.started_at > (SELECT min(a.recorded_at) FROM agreement a WHERE a.controller_id = $1)
		AND n.noticed_at IS NOT NULL AND (n.received_at IS NULL OR u.started_at < greatest(n.objection_until, n.received_at + interval '29 days 23 hours') OR EXISTS (SELECT FROM subprocessor_objection o
			WHERE o.controller_id = $1 AND o.subprocessor_id = u.subprocessor_id AND NOT o.late)) $$),
(36.4, 'III.6d', 'GDPR art. 28(4)', 'processor', 'each sub-processor at work is bound to every obligation', true, $$
	SELECT format('sub-processor %s: no guarantee of III.%s in force', s.subprocessor_id, i) FROM active_subprocessors($1) s, generate_series(1, 12) i
	WHERE NOT EXISTS (SELECT FROM guarantee g WHERE g.subprocessor_id = s.subprocessor_id AND g.clause = format('III.%s', i) AND g.valid_until >= current_date) $$),
(36.5, 'III.6e', 'GDPR art. 28(4)', 'processor', 'the processor answers for breaches of its sub-processors', true, $$
	SELECT format('breach %s: another party is liable', b.breach_id) FROM breach b WHERE b.controller_id = $1 AND b.liable_party IS DISTINCT FROM 'processor'
	UNION ALL SELECT tampered('III.6e') $$),
(37.1, 'III.7a', 'GDPR art. 15', 'processor', 'answers to requests for access look into every place, in time', false, $$
	SELECT format('request %s: its answer leaves places out', r.request_id) FROM request_record r
	WHERE r.controller_id = $1 AND r.kind = 'access' AND r.state = 'done' AND NOT coalesce(access_covers_map(r.request_id), false)
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'access' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.2, 'III.7b', 'GDPR art. 16, 19', 'processor', 'rectified fields stand', false, $$
	SELECT format('contact %s: rectified field %s was overwritten', l.contact_id, l.field) FROM field_lock l JOIN contact c USING (contact_id)
	WHERE l.controller_id = $1 AND field_value(c, l.field) IS DISTINCT FROM l.value
	UNION ALL SELECT tampered('III.7b')
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'rectification' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.3, 'III.7c', 'GDPR art. 17, 19', 'processor', 'persons who were erased are gone and stay out', false, $$
	SELECT format('contact %s is of a person who was erased', c.contact_id) FROM contact c
	WHERE c.controller_id = $1
		/* written since the first erasure, whatever they say, or received since */
		AND (age(c.xmin) <= (SELECT max(age(t.xmin)) FROM tombstone t WHERE t.controller_id = $1) OR c.received_at >= (SELECT min(t.made_at) FROM tombstone t WHERE t.controller_id = $1))
		AND is_erased($1, c)
	UNION ALL SELECT format('request %s: no certificate of its erasure', r.request_id) FROM request_record r
	WHERE r.controller_id = $1 AND r.kind = 'erasure' AND r.state = 'done' AND NOT EXISTS (SELECT FROM erasure_certificate e WHERE e.request_id = r.request_id)
	UNION ALL SELECT 'nothing keeps out who was erased: the tombstones are gone'
	WHERE EXISTS (SELECT FROM erasure_certificate e WHERE e.controller_id = $1 AND e.recognisable) AND NOT EXISTS (SELECT FROM service_end s WHERE s.controller_id = $1 AND s.destroyed_at IS NOT NULL)
		AND NOT (EXISTS (SELECT FROM tombstone_key k WHERE k.controller_id = $1) AND EXISTS (SELECT FROM tombstone t WHERE t.controller_id = $1 AND t.request_id IS NOT NULL))
	UNION ALL SELECT tampered('III.7c')
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'erasure' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.4, 'III.7d', 'GDPR art. 21', 'processor', 'nothing is processed against an objection', false, $$
	SELECT format('contact %s was merged against an objection', l.contact_id) FROM entity_log e CROSS JOIN LATERAL unnest(e.contact_ids) u(contact_id) JOIN processing_limit l ON l.contact_id = u.contact_id
	WHERE l.controller_id = $1 AND l.kind = 'objection' AND coalesce(l.purpose IN ('detect_duplicates', 'merge'), true)
		AND e.controller_id = $1 AND e.kind = 'merged' AND e.at >= (SELECT min(x.from_at) FROM processing_limit x WHERE x.controller_id = $1 AND x.kind = 'objection')
		AND e.at >= l.from_at AND e.at < coalesce(l.lifted_at, 'infinity')
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'objection' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.5, 'III.7e', 'GDPR art. 18, 19', 'processor', 'restricted contacts are only stored, until the person is told otherwise', false, $$
	SELECT format('contact %s was merged while restricted', l.contact_id) FROM entity_log e CROSS JOIN LATERAL unnest(e.contact_ids) u(contact_id) JOIN processing_limit l ON l.contact_id = u.contact_id
	WHERE l.controller_id = $1 AND l.kind = 'restriction' AND e.controller_id = $1 AND e.kind = 'merged' AND e.at >= (SELECT min(x.from_at) FROM processing_limit x WHERE x.controller_id = $1 AND x.kind = 'restriction')
		AND e.at >= l.from_at AND e.at < coalesce(l.lifted_at, 'infinity')
	UNION ALL SELECT format('limit %s was lifted without notice', l.limit_id) FROM processing_limit l
	WHERE l.controller_id = $1 AND l.lifted_at IS NOT NULL AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.message = l.lift_notice_id AND m.created_at <= l.lifted_at AND is_lift_notice(m, $1, l.request_id))
	UNION ALL SELECT tampered('III.7e')
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'restriction' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.6, 'III.7f', 'GDPR art. 20', 'processor', 'files of portability are in the ledger by their hash', false, $$
	SELECT format('request %s: its file is not in the ledger', r.request_id) FROM request_record r
	WHERE r.controller_id = $1 AND r.kind = 'portability' AND r.state IN ('done', 'no_data') AND NOT EXISTS (SELECT FROM ledger l
		WHERE l.controller_id = $1 AND l.kind = 'portability' AND l.body ->> 'request' = r.request_id::text)
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'portability' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.7, 'III.7g', 'GDPR art. 22', 'processor', 'after a request for human review no rule merges the person', false, $$
	SELECT format('contact %s was merged by a rule', l.contact_id) FROM entity_log e CROSS JOIN LATERAL unnest(e.contact_ids) u(contact_id) JOIN processing_limit l ON l.contact_id = u.contact_id
	WHERE l.controller_id = $1 AND l.kind = 'human_review' AND e.controller_id = $1 AND e.kind = 'merged' AND e.why NOT LIKE 'confirm%' AND e.at >= (SELECT min(x.from_at) FROM processing_limit x WHERE x.controller_id = $1 AND x.kind = 'human_review')
		AND e.at >= l.from_at AND e.at < coalesce(l.lifted_at, 'infinity')
	UNION ALL SELECT format('request %s is late', r.request_id) FROM request_record r WHERE r.controller_id = $1 AND r.kind = 'human_review' AND r.closed_at IS NULL AND r.due < clock_timestamp() $$),
(37.8, 'III.7h', 'GDPR art. 28(3)(e)', 'processor', 'requests that reached the processor were forwarded in the same transaction', false, $$
	SELECT format('request %s was not forwarded at once', r.request_id) FROM request_record r LEFT JOIN outbox_message m ON m.message = r.outbox_id
	WHERE r.controller_id = $1 AND r.received_by = 'processor' AND (m.message IS NULL OR m.created_at <> r.received_at)
	UNION ALL SELECT format('the message of request %s was not sent in time', r.request_id) FROM request_record r JOIN outbox_message m ON m.message = r.outbox_id
	WHERE r.controller_id = $1 AND m.sent_at IS NULL AND m.created_at < clock_timestamp() - interval '15 minutes'
	UNION ALL SELECT format('the message of request %s waits for another than the controller', r.request_id) FROM request_record r JOIN outbox_message m ON m.message = r.outbox_id JOIN controller c ON c.controller_id = $1
	WHERE r.controller_id = $1 AND (m.controller_id <> $1 OR m.sent_at IS NULL AND m.recipient <> c.contact_email)
	UNION ALL SELECT format('request %s is gone', l.body ->> 'request') FROM ledger l
	WHERE l.controller_id = $1 AND l.kind = 'request' AND NOT EXISTS (SELECT FROM request_record r WHERE r.controller_id = $1 AND r.request_id::text = l.body ->> 'request')
		AND NOT EXISTS (SELECT FROM destruction_certificate d WHERE d.controller_id = $1)
	UNION ALL SELECT tampered('III.7h') $$),
(38.1, 'III.8a', 'GDPR art. 33(2)', 'processor', 'each breach was told to the controller within 72 hours', true, $$
	SELECT format('breach %s: %s', d.breach_id, CASE WHEN d.notified_at IS NULL THEN 'not told' ELSE 'told late' END) FROM breach_deadline d
	WHERE d.controller_id = $1 AND coalesce(d.notified_at, clock_timestamp()) > d.deadline
	UNION ALL SELECT format('breach %s is gone', l.body ->> 'breach') FROM ledger l
	WHERE l.controller_id = $1 AND l.kind = 'breach' AND NOT EXISTS (SELECT FROM breach b WHERE b.controller_id = $1 AND b.breach_id::text = l.body ->> 'breach') $$),
(38.2, 'III.8b', 'GDPR art. 33(3)', 'processor', 'final notices of breaches are complete', true, $$
	SELECT format('breach %s: its final notice lacks %s', n.breach_id, array_to_string(breach_missing(b), ', ')) FROM breach_notice n JOIN breach b USING (breach_id, controller_id)
	WHERE n.controller_id = $1 AND n.phase = 'final' AND breach_missing(b) <> '{}' $$),
(39, 'III.9', 'GDPR art. 28(3)(f), 35, 36', 'processor', 'assistance with risk analyses is given in time', true, $$
	SELECT format('assistance %s is late', s.supervision_id) FROM supervision s
	WHERE s.controller_id = $1 AND s.kind = 'assistance' AND coalesce(s.answered_at, clock_timestamp()) > s.due
	UNION ALL SELECT 'dpia_input lacks ' || k FROM (SELECT unnest(art35_7_keys()) EXCEPT SELECT jsonb_object_keys(do_dpia_input($1))) x(k) $$),
(40.1, 'III.10a', 'GDPR art. 32(1)(a)', 'processor', 'personal data come over encrypted channels only', true, $$
	SELECT format('%s runs over a connection in clear', count(*)) FROM run r WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND (r.channel = 'clear' OR r.channel = 'tls' AND coalesce(r.tls_version, '') !~ '^TLSv1\.[2-9]') HAVING count(*) > 0
	UNION ALL SELECT format('source %s is fetched from without encryption', s.source_id) FROM source s WHERE s.controller_id = $1 AND NOT is_encrypted_url(s.url)
	UNION ALL SELECT format('line %s of pg_hba.conf admits connections in clear over a network', h.line_number) FROM pg_hba_file_rules h
	WHERE h.type IN ('host', 'hostnossl') AND h.auth_method <> 'reject' AND h.database && ARRAY['all', current_database()::text]
		AND coalesce(h.address, '') NOT IN ('127.0.0.1', '::1', 'localhost', 'samehost')
	UNION ALL SELECT 'ssl_min_protocol_version is ' || s.setting FROM pg_settings s WHERE s.name = 'ssl_min_protocol_version' AND s.setting IN ('TLSv1', 'TLSv1.1') $$),
(40.2, 'III.10b', 'GDPR art. 28(3)(g)', 'processor', 'everything is destroyed within one month after the end of the service', true, $$
	SELECT 'overdue: ' || personal_rows(s.controller_id)::text FROM service_end s WHERE s.controller_id = $1 AND s.destroy_by < clock_timestamp() AND personal_rows(s.controller_id) <> '{}'
	UNION ALL SELECT 'the end of the service is not the one of the agreement' FROM agreement_of($1) a LEFT JOIN service_end s ON s.controller_id = $1 WHERE a.service_end IS DISTINCT FROM s.service_end
	UNION ALL SELECT 'destroyed without a certificate' FROM service_end s
	WHERE s.controller_id = $1 AND s.destroyed_at IS NOT NULL AND NOT EXISTS (SELECT FROM destruction_certificate d WHERE d.controller_id = $1) $$),
(41, 'III.11', 'GDPR art. 30(2)', 'processor', 'every operation is in the register, whose monthly hash is in the ledger', false, $$
	SELECT 'not in the register: ' || r.purpose FROM (SELECT DISTINCT x.purpose FROM run x WHERE x.controller_id = $1) r
	WHERE NOT EXISTS (SELECT FROM processing_register p JOIN controller c ON c.name = p.controller WHERE c.controller_id = $1 AND p.purpose = r.purpose)
	UNION ALL SELECT format('snapshot of %s is not the one of the ledger', to_char(s.month, 'YYYY-MM')) FROM register_snapshot s
	WHERE s.controller_id = $1 AND NOT EXISTS (SELECT FROM ledger l WHERE l.controller_id = $1 AND l.kind = 'register' AND l.body ->> 'sha256' = s.sha256 AND l.body ->> 'month' = to_char(s.month, 'YYYY-MM-DD'))
	UNION ALL SELECT format('the snapshot of %s is gone', l.body ->> 'month') FROM ledger l
	WHERE l.controller_id = $1 AND l.kind = 'register' AND NOT EXISTS (SELECT FROM register_snapshot s WHERE s.controller_id = $1 AND to_char(s.month, 'YYYY-MM-DD') = l.body ->> 'month')
	UNION ALL SELECT DISTINCT 'no snapshot of this month' FROM agreement a
	WHERE a.controller_id = $1 AND NOT EXISTS (SELECT FROM register_snapshot s WHERE s.controller_id = $1 AND s.month = date_trunc('month', clock_timestamp())::date) $$),
(42.1, 'III.12a', 'GDPR art. 28(3)(h), 5(2)', 'processor', 'the chain of the ledger is whole', false, $$
	SELECT format('INTEGRITY FAILED at entry %s', b) FROM broken_entry($1) b WHERE b IS NOT NULL
	UNION ALL SELECT 'there is no ledger' WHERE under_agreement($1) AND NOT EXISTS (SELECT FROM ledger_head h WHERE h.controller_id = $1) $$),
(42.2, 'III.12b', 'GDPR art. 28(3)(h)', 'processor', 'auditors read within the dates and scope of their mission', true, $$
	SELECT format('read %s outside a mission', a.access_id) FROM access_log a
	WHERE a.controller_id = $1 AND a.via = 'audit' AND a.allowed AND NOT EXISTS (SELECT FROM audit_mission m
		WHERE m.controller_id = $1 AND a.at BETWEEN m.valid_from AND least(m.valid_to, m.closed_at) AND a.purpose = ANY (m.scope)
			AND NOT EXISTS (SELECT FROM audit_objection o WHERE o.mission_id = m.mission_id AND o.item = a.purpose AND o.at < a.at)) $$),
(42.3, 'III.12c', 'agreement III.12', 'processor', 'auditors reach no business secret', false, $$
	SELECT 'dropcontact_auditor reads ' || o.object::text FROM confidential_object() o WHERE has_any_column_privilege('dropcontact_auditor', o.object, 'SELECT')
	UNION ALL SELECT format('dropcontact_auditor has %s on %s', a.privilege, a.object) FROM added_privileges() a WHERE a.grantee = 'dropcontact_auditor' AND a.privilege <> 'SELECT' $$),
(42.4, 'III.12d', 'agreement III.12', 'processor', 'objections to inspections give their ground', true, $$
	SELECT format('objection to item %s of audit %s without ground', o.item, o.mission_id) FROM audit_objection o WHERE o.controller_id = $1 AND coalesce(o.ground, '') !~ '\S' $$),
(42.5, 'III.12e', 'GDPR art. 28(3)(h)', 'controller', 'auditors are bound to confidentiality before they begin', true, $$
	SELECT format('audit %s: staff not bound', m.mission_id) FROM audit_mission m
	WHERE m.controller_id = $1 AND (NOT EXISTS (SELECT FROM audit_staff s WHERE s.mission_id = m.mission_id)
		OR EXISTS (SELECT FROM audit_staff s WHERE s.mission_id = m.mission_id AND coalesce(s.nda_signed_on > (m.valid_from AT TIME ZONE time_zone_of($1))::date, true))) $$),
(51.1, 'IV.1a', 'GDPR art. 13, 14', 'controller', 'the persons of each source were informed before their data came in', true, $$
	SELECT format('source %s: information not declared before', u.source_id)
	FROM (SELECT s AS source_id, min(r.started_at) AS first_used FROM run r, unnest(r.source_ids) s WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND r.purpose <> 'rights' AND NOT r.refused ? 'RG401' GROUP BY s) u
	WHERE NOT EXISTS (SELECT FROM controller_declaration d WHERE d.controller_id = $1 AND d.kind = 'information_notice' AND d.source_id = u.source_id AND d.at <= u.first_used) $$),
(51.2, 'IV.1b', 'GDPR art. 6', 'controller', 'each source and purpose has a legal basis that the controller stated', true, $$
	SELECT format('source %s, purpose %s: no legal basis before', u.source_id, u.purpose)
	FROM (SELECT s AS source_id, r.purpose, min(r.started_at) AS first_used FROM run r, unnest(r.source_ids) s
		WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND r.purpose NOT IN ('rights', 'improve') AND NOT r.refused ? 'RG401' GROUP BY 1, 2) u
	WHERE NOT EXISTS (SELECT FROM legal_basis b WHERE b.controller_id = $1 AND b.source_id = u.source_id AND b.purpose = u.purpose AND b.at <= u.first_used) $$),
(51.3, 'IV.1c', 'GDPR art. 7', 'controller', 'where the basis is consent, each person has given it and not withdrawn it', true, $$
	SELECT format('source %s: %s contacts without consent', s.source_id, count(*)) FROM source s JOIN contact c ON c.controller_id = $1 AND c.source = s.name
	WHERE s.controller_id = $1 AND basis_of($1, s.source_id, 'clean') = '6-1-a' AND NOT consent_live($1, 'clean', s.source_id, c.email, c.external_id)
	GROUP BY s.source_id $$),
(52.1, 'IV.2a', 'GDPR art. 13', 'controller', 'owners of mailboxes were informed before', true, $$
	SELECT format('mailbox %s: its owner was not informed before', m.mailbox_id) FROM mailbox m WHERE m.controller_id = $1 AND coalesce(m.informed_on > m.connected_at, true) $$),
(52.2, 'IV.2b', 'agreement IV.2', 'controller', 'whether accepting is mandatory is decided, and refusals are honoured where it is not', true, $$
	SELECT format('mailbox %s: %s', m.mailbox_id, CASE WHEN m.mandatory IS NULL THEN 'no decision' ELSE 'read against its owner' END) FROM mailbox m
	WHERE m.controller_id = $1 AND (m.mandatory IS NULL OR NOT m.mandatory AND m.last_sync IS NOT NULL AND (m.accepted IS NULL OR NOT m.accepted AND m.last_sync > coalesce(m.refused_at, '-infinity'))) $$),
(52.3, 'IV.2c', 'Google API Services User Data Policy, Limited Use', 'processor', 'data of Google are used for the service only, read by persons on a ground only, and purged', true, $$
	SELECT format('read %s of data of Google without ground', a.access_id) FROM access_log a
	WHERE a.controller_id = $1 AND a.origin = 'google' AND a.human AND a.allowed AND coalesce(a.limited_use_ground, '') <> ALL ('{user_agreed,security,law,aggregated}')
	UNION ALL SELECT format('mailbox %s: scopes go too far', m.mailbox_id) FROM mailbox m WHERE m.controller_id = $1 AND NOT coalesce(m.scopes <@ allowed_scopes(m.provider), false)
	UNION ALL SELECT format('mailbox %s was stopped and not purged', m.mailbox_id) FROM mailbox m WHERE m.controller_id = $1 AND m.stopped_at IS NOT NULL AND (m.address IS NOT NULL OR m.owner IS NOT NULL) $$),
(53, 'IV.3.0', 'GDPR art. 24', 'controller', 'each duty of the controller is on its list', true, $$
	SELECT 'not on the list: ' || k.clause FROM control k WHERE k.owner = 'controller' AND k.clause <> 'IV.3.0' AND NOT EXISTS (SELECT FROM duty_of_controller() d WHERE d.clause = k.clause) $$),
(53.1, 'IV.3.1', 'GDPR art. 28(3)', 'controller', 'what was delivered is accounted for: taken in, or left out with the reason', true, $$
	SELECT format('run %s: its counts do not add up', r.run_id) FROM run r
	WHERE r.controller_id = $1 AND (r.contacts < 0 OR EXISTS (SELECT FROM jsonb_each(r.refused) e WHERE e.key !~ '^RG[0-9]{3}$' OR jsonb_typeof(e.value) <> 'number' OR (e.value #>> '{}')::numeric < 1))
	UNION ALL SELECT format('%s contacts left out by %s, of which runs count %s', q.n, q.code, r.n)
	FROM (SELECT x.code, count(*) AS n FROM quarantine x WHERE x.controller_id = $1 GROUP BY 1) q
		CROSS JOIN LATERAL (SELECT coalesce(sum((x.refused ->> q.code)::numeric), 0) AS n FROM run x WHERE x.controller_id = $1 AND jsonb_typeof(x.refused -> q.code) = 'number') r WHERE q.n > r.n $$),
(53.21, 'IV.3.2a', 'GDPR art. 28(3)(a)', 'controller', 'instructions are in writing, with their author', true, $$
	SELECT format('instruction %s is not in writing', i.instruction_id) FROM instruction_record i
	WHERE i.controller_id = $1 AND i.kind = 'written' AND (coalesce(i.body ->> 'text', '') !~ '\S' OR coalesce(i.given_by::text, '') = '')
	UNION ALL SELECT format('instruction %s is not the one that the ledger knows', i.instruction_id) FROM instruction_record i
	WHERE i.controller_id = $1 AND NOT EXISTS (SELECT FROM ledger l WHERE l.controller_id = $1 AND l.kind = 'instruction'
		AND (l.body ->> 'instruction')::bigint = i.instruction_id AND l.body ->> 'sha256' = instruction_sha256(i))
	UNION ALL SELECT format('instruction %s is gone', l.body ->> 'instruction') FROM ledger l
	WHERE l.controller_id = $1 AND l.kind = 'instruction' AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.controller_id = $1 AND i.instruction_id = (l.body ->> 'instruction')::bigint) $$),
(53.22, 'IV.3.2b', 'GDPR art. 25(2)', 'controller', 'settings beyond the default have an intended use', true, $$
	SELECT 'no intended use: ' || s.setting FROM settings_beyond_default s JOIN controller c ON c.name = s.controller
	WHERE c.controller_id = $1 AND coalesce(s.intended_use, '') !~ '\S' AND s.set_at > (SELECT min(a.recorded_at) FROM agreement a WHERE a.controller_id = $1) $$),
(53.23, 'IV.3.2c', 'GDPR art. 28(3)(a)', 'processor', 'the settings in force are what the instructions, replayed, give', false, $$
	SELECT 'settings differ from the instructions' WHERE replay_settings($1) <> current_settings($1) $$),
(53.3, 'IV.3.3', 'GDPR art. 24', 'controller', 'the controller attests its own compliance, and the attestation is in force', true, $$
	SELECT 'no attestation in force' WHERE NOT EXISTS (SELECT FROM controller_declaration d WHERE d.controller_id = $1 AND d.kind = 'compliance_attestation' AND d.valid_until >= current_date) $$),
(53.4, 'IV.3.4', 'GDPR art. 28(3)(h)', 'controller', 'the controller reads the state of its data, and its questions are answered in time', true, $$
	SELECT format('the controller cannot read %s', o) FROM unnest('{processing_register,clocks,instruction,ledger}'::text[]) o WHERE NOT (has_table_privilege('dropcontact_controller', 'dropcontact.' || o, 'SELECT') AND has_schema_privilege('dropcontact_controller', 'dropcontact', 'USAGE'))
	UNION ALL SELECT format('question %s is late', s.supervision_id) FROM supervision s WHERE s.controller_id = $1 AND s.kind <> 'assistance' AND coalesce(s.answered_at, clock_timestamp()) > s.due $$),
(60, 'V', 'GDPR art. 28(9)', 'processor', 'each run was under a version of the agreement that was signed', true, $$
	SELECT format('run %s under a version not signed', r.run_id) FROM run r LEFT JOIN agreement a ON a.agreement_id = r.agreement_id AND a.controller_id = r.controller_id
	WHERE r.controller_id = $1 AND r.agreement_id IS NOT NULL AND (a.agreement_id IS NULL OR r.started_at < a.signed_on)
	UNION ALL SELECT format('agreement %s is not the one that the ledger knows', a.agreement_id) FROM agreement a
	WHERE a.controller_id = $1 AND NOT EXISTS (SELECT FROM ledger l WHERE l.controller_id = $1 AND l.kind = 'agreement' AND l.body ->> 'agreement' = a.agreement_id::text AND l.body ->> 'sha256' = a.text_sha256
		AND l.body -> 'version_date' = to_jsonb(a.version_date) AND l.body -> 'signed_on' = to_jsonb(a.signed_on) AND l.body ->> 'general_conditions_sha256' IS NOT DISTINCT FROM a.general_conditions_sha256)
	UNION ALL SELECT tampered('V') $$);

CREATE FUNCTION dropcontact.duty_of_controller(OUT clause text, OUT duty text, OUT blocks text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	VALUES
		('III.12e', 'bind auditors to confidentiality', 'RG213: an audit'),
		('IV.1a', 'inform the persons of a source', 'RG401: contacts of the source'),
		('IV.1b', 'state the legal basis of a source', 'RG402: what is processed of the source'),
		('IV.1c', 'obtain the consent of each person, where it is the basis', 'RG403: the person'),
		('IV.2a', 'inform the owner of a mailbox', 'RG421: the mailbox'),
		('IV.2b', 'decide whether accepting is mandatory, and have the owner''s answer', 'RG422, RG424: the mailbox'),
		('IV.3.1', 'deliver the data', 'nothing'),
		('IV.3.2a', 'give instructions in writing', 'RG432: the instruction'),
		('IV.3.2b', 'state the intended use of settings', 'RG433: the setting'),
		('IV.3.3', 'attest its own compliance', 'nothing'),
		('IV.3.4', 'supervise the processing', 'nothing')
	$$;
COMMENT ON FUNCTION dropcontact.duty_of_controller() IS 'The duties of a controller under the agreement, and what an open one blocks, with its SQLSTATE';

CREATE VIEW dropcontact.controller_duties WITH (security_invoker = true) AS
	SELECT c.name AS controller, d.clause, d.duty, o.reference, CASE WHEN o.done THEN 'done' ELSE 'open' END AS status, d.blocks
	FROM dropcontact.controller c CROSS JOIN dropcontact.duty_of_controller() d
		JOIN LATERAL (
			SELECT 'source ' || s.name AS reference, EXISTS (SELECT FROM dropcontact.controller_declaration x
				WHERE x.controller_id = c.controller_id AND x.kind = 'information_notice' AND x.source_id = s.source_id) AS done
			FROM dropcontact.source s WHERE s.controller_id = c.controller_id AND d.clause = 'IV.1a'
			UNION ALL
			SELECT 'source ' || s.name, NOT EXISTS (SELECT FROM dropcontact.purpose p WHERE p.purpose IN ('clean', 'correct', 'synchronise', 'detect_duplicates', 'merge')
				AND dropcontact.basis_of(c.controller_id, s.source_id, p.purpose) IS NULL)
			FROM dropcontact.source s WHERE s.controller_id = c.controller_id AND d.clause = 'IV.1b'
			UNION ALL
			SELECT 'mailbox ' || m.name, m.mandatory OR m.accepted IS NOT NULL OR m.stopped_at IS NOT NULL
			FROM dropcontact.mailbox m WHERE m.controller_id = c.controller_id AND d.clause = 'IV.2b'
			UNION ALL
			SELECT coalesce('until ' || x.valid_until, 'none'), coalesce(x.valid_until >= CURRENT_DATE, false) FROM (SELECT pg_catalog.max(y.valid_until) AS valid_until FROM dropcontact.controller_declaration y
				WHERE y.controller_id = c.controller_id AND y.kind = 'compliance_attestation') x WHERE d.clause = 'IV.3.3'
			UNION ALL
			SELECT 'instruction ' || a.instruction_id, a.answered_at IS NOT NULL FROM dropcontact.instruction_alert a WHERE a.controller = c.name AND d.clause = 'IV.3.2a'
		) o ON true;
COMMENT ON VIEW dropcontact.controller_duties IS 'What each controller owes under the agreement, source by source and mailbox by mailbox: done or open, and what an open duty blocks, with its SQLSTATE';

ALTER TABLE dropcontact.control_result ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.control_result USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.control, dropcontact.control_result, dropcontact.controller_duties TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.control', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('dropcontact.control_result', '');
REVOKE ALL ON FUNCTION dropcontact.duty_of_controller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.duty_of_controller() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
