/*
 * report.sql: one page that shows a controller the state of its contacts
 *
 * Each section is a function that reads the public views, so that the report says what they say.
 */

/* One pass over the contacts for each field and source. */
CREATE FUNCTION dropcontact.report_quality(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	WITH of_field AS (
		SELECT f.field, f.n AS place, c.source, count(*) AS contacts, count(field_value(c, f.field)) AS filled,
			count(*) FILTER (WHERE c.received ->> f.field IS NOT NULL) AS corrected, count(*) FILTER (WHERE c.problems ? f.field) AS problems
		FROM contact c CROSS JOIN unnest('{full_name,email,phone,mobile_phone,company,job_title,address,postcode,city,country,website,linkedin,siren,vat}'::text[])
			WITH ORDINALITY f(field, n)
		WHERE c.controller_id = controller
		GROUP BY 1, 2, 3
	)
	SELECT html_section('Quality of each field and source',
		'Filled: the field has a value. Corrected: cleaning changed what was received. Unusable: kept as received, and listed in contact_problem.',
		'{Field,Source,Contacts,Filled,"",Corrected,Unusable}',
		string_agg(html_row(q.field, q.source, q.contacts::text, percent(q.filled, q.contacts), svg_bar(q.filled::float8 / q.contacts),
			q.corrected::text, q.problems::text), '' ORDER BY q.place, q.source))
	FROM of_field q WHERE q.filled > 0
	$$;
COMMENT ON FUNCTION dropcontact.report_quality(integer) IS 'Section of report_html(): how well each field of each source is filled';

CREATE FUNCTION dropcontact.report_corrections(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT html_section('Corrections', 'What cleaning changed, by field and rule, with one example.', '{Field,Rule,Contacts,Received,Corrected}',
		(SELECT string_agg(html_row(k.field, k.rule, k.n::text, left(k.received, 60), left(k.corrected, 60)), '' ORDER BY k.n DESC, k.field, k.rule)
		FROM (SELECT x.field, x.rule, count(*) AS n, (array_agg(x.received ORDER BY x.contact_id))[1] AS received, (array_agg(x.corrected ORDER BY x.contact_id))[1] AS corrected
			FROM correction x JOIN contact c USING (contact_id) WHERE c.controller_id = controller GROUP BY 1, 2) k))
		|| html_section('Values that cannot be used', 'They are kept as they came.', '{Field,Problem,Contacts}',
		(SELECT string_agg(html_row(k.field, k.problem, k.n::text), '' ORDER BY k.n DESC, k.field, k.problem)
		FROM (SELECT p.field, p.problem, count(*) AS n FROM contact_problem p JOIN contact c USING (contact_id)
			WHERE c.controller_id = controller GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 40) k))
	$$;
COMMENT ON FUNCTION dropcontact.report_corrections(integer) IS 'Section of report_html(): what cleaning changed and what it could not use';

CREATE FUNCTION dropcontact.report_duplicates(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	WITH member AS (
		SELECT m.entity_id, c.source, m.link_probability FROM entity_member m JOIN contact c USING (contact_id) WHERE m.controller_id = controller
	), of_source AS (
		SELECT entity_id, source, count(*) AS n FROM member GROUP BY 1, 2
	), size AS (
		SELECT s.members, count(*) AS entities FROM (SELECT count(*) AS members FROM member GROUP BY entity_id) s WHERE s.members > 1 GROUP BY 1
	), probability AS (
		SELECT least(width_bucket(p, 0, 1, 20), 20) AS bucket, count(*) FILTER (WHERE merged) AS merged, count(*) FILTER (WHERE NOT merged) AS review
		FROM (SELECT link_probability, true FROM member WHERE link_probability < 1 UNION ALL
			SELECT q.probability, false FROM review_queue q JOIN contact c ON c.contact_id = q.a_contact_id WHERE c.controller_id = controller) x(p, merged)
		GROUP BY 1
	)
	SELECT html_section('Duplicates, and where they are', 'Entities whose contacts come from these sources: within one source, or across two.', '{Source,Source,Entities}',
			(SELECT string_agg(html_row(d.a, d.b, d.n::text), '' ORDER BY d.n DESC, d.a, d.b)
			FROM (SELECT a.source AS a, b.source AS b, count(*) AS n FROM of_source a JOIN of_source b USING (entity_id)
				WHERE a.source < b.source OR (a.source = b.source AND a.n > 1) GROUP BY 1, 2) d))
		|| html_section('Sizes of entities', 'How many contacts were merged into one.', '{Contacts,Entities,""}',
			(SELECT string_agg(html_row(s.members::text, s.entities::text, svg_bar(s.entities::float8 / (SELECT max(x.entities) FROM size x))), '' ORDER BY s.members) FROM size s))
		|| html_section('Distribution of match probability', 'Pairs by which contacts joined, and pairs that wait for a person.', '{Probability,Merged,"",Review,""}',
			(SELECT string_agg(html_row(format('%s to %s', ((p.bucket - 1) / 20.0)::numeric(4, 2), (p.bucket / 20.0)::numeric(4, 2)),
				p.merged::text, svg_bar(p.merged::float8 / x.most), p.review::text, svg_bar(p.review::float8 / x.most)), '' ORDER BY p.bucket DESC)
			FROM probability p CROSS JOIN (SELECT max(greatest(y.merged, y.review)) AS most FROM probability y) x))
	$$;
COMMENT ON FUNCTION dropcontact.report_duplicates(integer) IS 'Section of report_html(): duplicates by source, sizes of entities and the distribution of match probability';

CREATE FUNCTION dropcontact.report_samples(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce(string_agg(html_section(format('Sample merge: entity %s', s.entity_id),
		format('Contacts %s and %s, of %s members: the evidence, from the odds before any to the result. Weights are in bits.', s.pair[1], s.pair[2], s.members),
		'{Evidence,"Contact A","Contact B",Agreement,Weight,Probability,""}',
		(SELECT string_agg(html_row(x.field, left(x.value_a, 60), left(x.value_b, 60), x.level, round(x.weight::numeric, 2)::text, round(x.probability::numeric, 4)::text, svg_bar(x.probability)), '' ORDER BY x.step)
		FROM explain_match(s.pair[1], s.pair[2]) x)), '' ORDER BY s.members DESC, s.entity_id), '')
	FROM (SELECT m.entity_id, count(*) AS members, (array_agg(m.contact_id ORDER BY m.contact_id))[1:2] AS pair
		FROM entity_member m WHERE m.controller_id = controller GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 5) s
	$$;
COMMENT ON FUNCTION dropcontact.report_samples(integer) IS 'Section of report_html(): the largest entities, with the evidence for a pair of each as a waterfall';

CREATE FUNCTION dropcontact.report_review(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT html_section('Review queue', format('%s pairs wait for a person, who decides by confirm_match(a, b) or reject_match(a, b). The most probable ones:',
			(SELECT count(*) FROM review_queue q JOIN contact c ON c.contact_id = q.a_contact_id WHERE c.controller_id = controller)),
		'{A,Name,B,Name,Probability,""}',
		(SELECT string_agg(html_row(q.a_contact_id::text, left(coalesce(q.a_name, q.a_company), 60), q.b_contact_id::text, left(coalesce(q.b_name, q.b_company), 60),
				round(q.probability::numeric, 3)::text, svg_bar(q.probability)), '' ORDER BY q.probability DESC, q.a_contact_id, q.b_contact_id)
		FROM (SELECT r.*, a.full_name AS a_name, a.company AS a_company, b.full_name AS b_name, b.company AS b_company
			FROM review_queue r JOIN contact a ON a.contact_id = r.a_contact_id JOIN contact b ON b.contact_id = r.b_contact_id
			WHERE a.controller_id = controller ORDER BY r.probability DESC, 1, 2 LIMIT 20) q))
	$$;
COMMENT ON FUNCTION dropcontact.report_review(integer) IS 'Section of report_html(): the most probable pairs that wait for a person';

CREATE FUNCTION dropcontact.report_emails(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT html_section('Health of e-mail addresses', 'What kind of mailbox and domain each address has, and what delivery has shown so far.', '{Qualification,State,Contacts,Share}',
		(SELECT string_agg(html_row(k.qualification, k.state, k.n::text, percent(k.n, k.whole)), '' ORDER BY k.n DESC, k.qualification, k.state)
		FROM (SELECT coalesce(c.email_qualification, 'unusable') AS qualification, coalesce(d.state, 'unknown') AS state, count(*) AS n, (sum(count(*)) OVER ())::bigint AS whole
			FROM contact c LEFT JOIN email_standing d ON d.controller_id = c.controller_id AND d.email = c.email
			WHERE c.controller_id = controller AND c.email IS NOT NULL GROUP BY 1, 2) k))
	$$;
COMMENT ON FUNCTION dropcontact.report_emails(integer) IS 'Section of report_html(): kinds and standing of e-mail addresses';

CREATE FUNCTION dropcontact.report_deadlines(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT html_section('Deadlines', 'What runs out, the most urgent first.', '{Subject,Reference,Started,Due,State}',
		(SELECT string_agg(html_row(k.subject, k.reference, to_char(k.started, 'YYYY-MM-DD HH24:MI'), to_char(k.due, 'YYYY-MM-DD HH24:MI'), k.state), '' ORDER BY k.due, k.subject, k.reference)
		FROM clocks k WHERE k.controller = (SELECT c.name FROM controller c WHERE c.controller_id = report_deadlines.controller) OR k.controller IS NULL))
	$$;
COMMENT ON FUNCTION dropcontact.report_deadlines(integer) IS 'Section of report_html(): the deadlines of view clocks';

CREATE FUNCTION dropcontact.report_register(controller integer) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT html_section('Register of processing', 'What was really run on these contacts (GDPR article 30).', '{Purpose,Categories,Recipients,First,Last,Runs,Contacts}',
		(SELECT string_agg(html_row(r.purpose, r.categories, array_to_string(r.recipients, ', '), to_char(r.first_run, 'YYYY-MM-DD'), to_char(r.last_run, 'YYYY-MM-DD'),
			r.runs::text, r.contacts::text), '' ORDER BY r.first_run, r.purpose)
		FROM processing_register r WHERE r.controller = (SELECT c.name FROM controller c WHERE c.controller_id = report_register.controller)))
	$$;
COMMENT ON FUNCTION dropcontact.report_register(integer) IS 'Section of report_html(): the register of processing';

CREATE FUNCTION dropcontact.report_html() RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	who text := (SELECT c.name FROM controller c WHERE c.controller_id = controller);
	contacts bigint := (SELECT count(*) FROM contact c WHERE c.controller_id = controller);
	entities bigint := contacts - (SELECT count(*) - count(DISTINCT m.entity_id) FROM entity_member m WHERE m.controller_id = controller);
BEGIN
	RETURN format(E'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>Contacts of %s</title>\n', html_text(who))
		|| report_style() || E'</head>\n<body>\n'
		|| format(E'<h1>Contacts of %s</h1>\n<p>As of %s.</p>\n', html_text(who), to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
		|| format(E'<div class="figures"><div><b>%s</b>contacts</div><div><b>%s</b>entities</div><div><b>%s</b>of the contacts are duplicates</div><div><b>%s</b>sources</div></div>\n',
			contacts, entities, coalesce(nullif(percent(contacts - entities, contacts), ''), '0 %'), (SELECT count(*) FROM source s WHERE s.controller_id = controller))
		|| report_quality(controller) || report_corrections(controller) || report_duplicates(controller) || report_samples(controller)
		|| report_review(controller) || report_emails(controller) || report_deadlines(controller) || report_register(controller)
		|| E'</body>\n</html>\n';
END
$$;
COMMENT ON FUNCTION dropcontact.report_html() IS 'One self-contained HTML page about the contacts of the current controller: quality of each field and source, corrections, duplicates and where they are, distribution of match probability, sizes of entities, sample merges with their waterfall, review queue, e-mail health, deadlines and register. No script, nothing from outside; readable when printed. Several passes over the contacts. Errors: those of current_controller()';

REVOKE ALL ON FUNCTION dropcontact.report_quality(integer), dropcontact.report_corrections(integer), dropcontact.report_duplicates(integer), dropcontact.report_samples(integer),
	dropcontact.report_review(integer), dropcontact.report_emails(integer), dropcontact.report_deadlines(integer), dropcontact.report_register(integer), dropcontact.report_html() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.report_quality(integer), dropcontact.report_corrections(integer), dropcontact.report_duplicates(integer), dropcontact.report_samples(integer),
	dropcontact.report_review(integer), dropcontact.report_emails(integer), dropcontact.report_deadlines(integer), dropcontact.report_register(integer), dropcontact.report_html() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
