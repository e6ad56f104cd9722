/* ingest.sql: upsert of JSON records, by sets */

CREATE TYPE dropcontact.contact_record AS (
	n bigint, first_n bigint, is_first boolean, later text, given bigint,
	external_id text,
	relation text, full_name text, civility text, first_name text, middle_name text, last_name text, suffix text,
	email text, phone text, mobile_phone text, company text, website text, linkedin text, company_linkedin text,
	siren text, siret text, vat text, naf text, employees text, address text, postcode text, city text, country text, job_title text,
	other_emails text[], other_phones text[], attributes jsonb, received_at timestamptz, updated_at timestamptz
);
COMMENT ON TYPE dropcontact.contact_record IS 'A contact as a source gives it: n is its place among the records, first_n that of the first with its external_id, is_first whether it is that one, later what it does to those before it (updated, unchanged; NULL for the first), given a bit for each column that it gives';

CREATE FUNCTION dropcontact.read_records_support(internal) RETURNS internal
	LANGUAGE c IMMUTABLE STRICT
	AS 'MODULE_PATHNAME', 'read_records_support';
COMMENT ON FUNCTION dropcontact.read_records_support(internal) IS 'Tells the planner how many rows read_records() gives';

CREATE FUNCTION dropcontact.read_records(records jsonb) RETURNS SETOF dropcontact.contact_record
	LANGUAGE c IMMUTABLE STRICT SUPPORT dropcontact.read_records_support
	AS 'MODULE_PATHNAME', 'read_records';
COMMENT ON FUNCTION dropcontact.read_records(jsonb) IS 'Inner part of ingest(): the records of a JSON object or array of objects; what is no column goes to attributes; later records of one external_id are folded into the first. Errors: invalid_parameter_value, invalid_datetime_format, naming record and key';

CREATE FUNCTION dropcontact.changed_record(contact dropcontact.contact, record dropcontact.contact_record) RETURNS dropcontact.contact_record
	LANGUAGE c IMMUTABLE STRICT
	AS 'MODULE_PATHNAME', 'changed_record';
COMMENT ON FUNCTION dropcontact.changed_record(dropcontact.contact, dropcontact.contact_record) IS 'Inner part of ingest(): the columns of a contact as a record leaves them; NULL when the record gives what was received before';

CREATE FUNCTION dropcontact.refused_rows() RETURNS bigint[]
	LANGUAGE c VOLATILE
	AS 'MODULE_PATHNAME', 'refused_rows';
COMMENT ON FUNCTION dropcontact.refused_rows() IS 'Inner part of ingest(): which rows of the last INSERT into contact were of persons who must not be stored, by their place from 1';

CREATE FUNCTION dropcontact.store_records(controller integer, source text, records jsonb)
	RETURNS TABLE (contact_id bigint, external_id text, action text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET plan_cache_mode = force_custom_plan	-- one record and 100,000 need different plans
	AS $$
#variable_conflict use_column
DECLARE
	/* of each record, in order */
	firsts bigint[];
	laters text[];
	external_ids text[];
	places bigint[];	/* among the rows that were inserted, or tried to */
	ids bigint[];
	/* contacts inserted without external_id, in the order of their records */
	nameless_ids bigint[];
	refused bigint[];
	/* of each record whose contact was there */
	known_n bigint[];
	known_id bigint[];
	known_action text[];
	wanted integer;
BEGIN
	/*
	 * Each look-up of an external_id is one of the unique index, whatever the statistics of contact say.
	 * New contacts first, in the order of external_id, so that sessions that store the same ones wait
	 * for each other in one order. ON CONFLICT waits for a session that is inserting one of them;
	 * the next statement then sees it.
	 */
	WITH record AS MATERIALIZED (
		SELECT r.* FROM dropcontact.read_records(records) r
	), fresh AS MATERIALIZED (
		SELECT r.*, row_number() OVER (ORDER BY r.external_id COLLATE "C" NULLS LAST, r.n) AS place
		FROM record r
		WHERE r.is_first AND (SELECT true FROM dropcontact.contact k
			WHERE k.controller_id = store_records.controller AND k.source = store_records.source AND k.external_id = r.external_id) IS NOT TRUE
	), stored AS (
		INSERT INTO dropcontact.contact AS c (controller_id, source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix,
			email, other_emails, phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
			address, postcode, city, country, job_title, attributes, received_at, updated_at)
		SELECT store_records.controller, store_records.source, f.external_id, f.relation, f.full_name, f.civility, f.first_name, f.middle_name, f.last_name, f.suffix,
			f.email, f.other_emails, f.phone, f.mobile_phone, f.other_phones, f.company, f.website, f.linkedin, f.company_linkedin, f.siren, f.siret, f.vat, f.naf, f.employees,
			f.address, f.postcode, f.city, f.country, f.job_title, f.attributes, coalesce(f.received_at, now()), f.updated_at
		FROM fresh f
		ORDER BY f.place
		ON CONFLICT (controller_id, source, external_id) DO NOTHING
		RETURNING c.contact_id, c.external_id
	)
	SELECT array_agg(r.first_n ORDER BY r.n), array_agg(r.later ORDER BY r.n), array_agg(r.external_id ORDER BY r.n), array_agg(f.place ORDER BY r.n),
		array_agg(s.contact_id ORDER BY r.n), (SELECT array_agg(s.contact_id ORDER BY s.contact_id) FROM stored s WHERE s.external_id IS NULL)
	INTO firsts, laters, external_ids, places, ids, nameless_ids
	FROM record r LEFT JOIN fresh f ON f.n = r.n LEFT JOIN stored s ON s.external_id = f.external_id;
	refused := CASE WHEN (SELECT count(*) FROM unnest(places) p) > 0 THEN dropcontact.refused_rows() ELSE '{}' END;

	SELECT array_agg(o.n) INTO known_n
	FROM unnest(external_ids, laters, ids, places) WITH ORDINALITY o(external_id, later, id, place, n)
	WHERE o.external_id IS NOT NULL AND o.later IS NULL AND o.id IS NULL AND (o.place IS NULL OR o.place <> ALL (refused));
	wanted := cardinality(known_n);
	IF wanted > 0 THEN
		WITH known AS MATERIALIZED (
			SELECT r.n, k.contact_id, dropcontact.changed_record(k.contact, r.record) AS changed
			FROM (SELECT r.n, r.external_id, r AS record FROM dropcontact.read_records(records) r WHERE r.n = ANY (known_n) ORDER BY r.external_id COLLATE "C") r,
				LATERAL (SELECT c.contact_id, c AS contact FROM dropcontact.contact c
					WHERE c.controller_id = store_records.controller AND c.source = store_records.source AND c.external_id = r.external_id
					FOR UPDATE) k
		), updated AS (
			UPDATE dropcontact.contact c
			SET (relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails, phone, mobile_phone, other_phones,
				company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees, address, postcode, city, country, job_title,
				attributes, received_at, updated_at) =
				ROW ((k.changed).relation, (k.changed).full_name, (k.changed).civility, (k.changed).first_name, (k.changed).middle_name, (k.changed).last_name,
				(k.changed).suffix, (k.changed).email, (k.changed).other_emails, (k.changed).phone, (k.changed).mobile_phone, (k.changed).other_phones,
				(k.changed).company, (k.changed).website, (k.changed).linkedin, (k.changed).company_linkedin, (k.changed).siren, (k.changed).siret,
				(k.changed).vat, (k.changed).naf, (k.changed).employees, (k.changed).address, (k.changed).postcode, (k.changed).city, (k.changed).country,
				(k.changed).job_title, (k.changed).attributes, coalesce((k.changed).received_at, c.received_at),
				CASE WHEN (k.changed).updated_at IS DISTINCT FROM c.updated_at THEN (k.changed).updated_at ELSE now() END)
			FROM known k
			WHERE c.contact_id = k.contact_id AND k.changed IS DISTINCT FROM NULL
			RETURNING c.contact_id
		)
		SELECT array_agg(k.n), array_agg(k.contact_id),
			array_agg(CASE WHEN k.changed IS NOT DISTINCT FROM NULL THEN 'unchanged' WHEN u.contact_id IS NULL THEN 'refused' ELSE 'updated' END)
		INTO known_n, known_id, known_action
		FROM known k LEFT JOIN updated u ON u.contact_id = k.contact_id;
		IF cardinality(known_n) IS DISTINCT FROM wanted THEN
			RAISE serialization_failure USING
				MESSAGE = 'a contact was removed by another session while it was stored',
				HINT = 'Store the records again.';
		END IF;
	END IF;

	RETURN QUERY
		WITH record AS (
			SELECT o.n, o.first_n, o.later, o.external_id, o.id, o.place = ANY (refused) IS TRUE AS refused,
				count(*) FILTER (WHERE o.external_id IS NULL AND (o.place = ANY (refused)) IS NOT TRUE) OVER (ORDER BY o.n) AS nameless
			FROM unnest(firsts, laters, external_ids, ids, places) WITH ORDINALITY o(first_n, later, external_id, id, place, n)
		), first AS (
			SELECT r.n, coalesce(r.id, m.id, k.id) AS id, coalesce(CASE WHEN r.refused THEN 'refused' END, k.action, 'inserted') AS action
			FROM record r
				LEFT JOIN unnest(nameless_ids) WITH ORDINALITY m(id, n) ON r.external_id IS NULL AND NOT r.refused AND m.n = r.nameless
				LEFT JOIN unnest(known_n, known_id, known_action) k(n, id, action) ON k.n = r.n
			WHERE r.later IS NULL
		)
		SELECT f.id, r.external_id, CASE WHEN f.action = 'refused' THEN f.action ELSE coalesce(r.later, f.action) END
		FROM record r JOIN first f ON f.n = r.first_n
		ORDER BY r.n;
END
$$;
COMMENT ON FUNCTION dropcontact.store_records(integer, text, jsonb) IS 'Inner part of ingest() and of attached tables: inserts or updates the contacts of a source of a controller. One row a record, in their order. Errors: as read_records(); undefined_object for an unknown source; serialization_failure';

CREATE FUNCTION dropcontact.ingest(source text, records jsonb)
	RETURNS TABLE (contact_id bigint, external_id text, action text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	run bigint;
BEGIN
	IF records IS NULL OR ingest.source IS NULL THEN
		RAISE null_value_not_allowed USING
			MESSAGE = CASE WHEN records IS NULL THEN 'records is NULL' ELSE 'source is NULL' END,
			HINT = CASE WHEN records IS NULL THEN 'Give a JSON object or an array of objects.' ELSE 'Name a source.' END;
	END IF;
	IF NOT EXISTS (SELECT FROM dropcontact.source s WHERE s.controller_id = controller AND s.name = ingest.source) THEN
		RAISE undefined_object USING
			MESSAGE = format('source "%s" does not exist', ingest.source),
			HINT = 'Create it with dropcontact.create_source(name).';
	END IF;
	run := dropcontact.open_run('synchronise');
	/* by a short statement of its own, which is what an error about a record shows as its context */
	PERFORM count(*) FROM dropcontact.read_records(records);
	RETURN QUERY SELECT s.* FROM dropcontact.store_records(controller, ingest.source, records) s;
	PERFORM dropcontact.close_run(run, 0);
END
$$;
COMMENT ON FUNCTION dropcontact.ingest(text, jsonb) IS 'Inserts or updates (by external_id) the contacts of a source from one JSON object or an array of them. Keys are columns of contact; other keys go to attributes. An update changes what the record gives and leaves the rest (a time that is null gives nothing); of records with one external_id the later goes over the earlier. One row a record, in their order: contact_id, external_id, action inserted, updated, unchanged, or refused for a person who must not be stored. Errors, and then nothing is stored: invalid_parameter_value and invalid_datetime_format naming record and key; undefined_object for an unknown source';

REVOKE ALL ON FUNCTION dropcontact.read_records_support(internal), dropcontact.refused_rows(), dropcontact.read_records(jsonb), dropcontact.changed_record(dropcontact.contact, dropcontact.contact_record),
	dropcontact.store_records(integer, text, jsonb), dropcontact.ingest(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.read_records_support(internal), dropcontact.refused_rows(), dropcontact.read_records(jsonb), dropcontact.changed_record(dropcontact.contact, dropcontact.contact_record),
	dropcontact.store_records(integer, text, jsonb), dropcontact.ingest(text, jsonb) TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
