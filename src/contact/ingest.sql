/* ingest.sql: upsert of JSON records */

CREATE FUNCTION dropcontact.ingest(source text, records jsonb)
	RETURNS TABLE (contact_id bigint, external_id text, action text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
#variable_conflict use_column
DECLARE
	controller integer := dropcontact.current_controller();
	writable CONSTANT text[] := ARRAY['external_id', 'relation', 'full_name', 'civility', 'first_name', 'middle_name', 'last_name', 'suffix', 'email',
		'other_emails', 'phone', 'mobile_phone', 'other_phones', 'company', 'website', 'linkedin', 'company_linkedin', 'siren', 'siret', 'vat', 'naf',
		'employees', 'address', 'postcode', 'city', 'country', 'job_title', 'attributes', 'updated_at'];
	list jsonb := CASE jsonb_typeof(records) WHEN 'array' THEN records ELSE jsonb_build_array(records) END;
	record jsonb;
	fields jsonb;
	n bigint := 0;
	k text;
	v jsonb;
	before jsonb;
	after jsonb;
	row_out dropcontact.contact;
BEGIN
	IF records IS NULL THEN
		RAISE EXCEPTION 'records is NULL' USING ERRCODE = 'null_value_not_allowed', HINT = 'Give a JSON object or an array of objects.';
	END IF;
	FOR record IN SELECT e FROM jsonb_array_elements(list) WITH ORDINALITY AS x(e, i) ORDER BY i LOOP
		n := n + 1;
		IF jsonb_typeof(record) <> 'object' THEN
			RAISE EXCEPTION 'record % is no JSON object but %', n, jsonb_typeof(record) USING ERRCODE = 'invalid_parameter_value';
		END IF;
		fields := '{}';
		FOR k, v IN SELECT * FROM jsonb_each(record) LOOP
			CONTINUE WHEN k IN ('attributes') AND jsonb_typeof(v) = 'null';
			IF k IN ('other_emails', 'other_phones') THEN
				IF jsonb_typeof(v) NOT IN ('array', 'null') OR EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof(v) WHEN 'array' THEN v ELSE '[]' END) e WHERE jsonb_typeof(e) NOT IN ('string', 'number', 'null')) THEN
					RAISE EXCEPTION 'record %, key "%": an array of texts is expected', n, k USING ERRCODE = 'invalid_parameter_value';
				END IF;
				fields := fields || jsonb_build_object(k, v);
			ELSIF k = 'attributes' THEN
				IF jsonb_typeof(v) <> 'object' THEN
					RAISE EXCEPTION 'record %, key "%": an object is expected', n, k USING ERRCODE = 'invalid_parameter_value';
				END IF;
				fields := jsonb_set(fields, '{attributes}', coalesce(fields -> 'attributes', '{}') || v);
			ELSIF k = ANY (writable) THEN
				IF jsonb_typeof(v) IN ('array', 'object') THEN
					RAISE EXCEPTION 'record %, key "%": a text is expected, not %', n, k, jsonb_typeof(v) USING ERRCODE = 'invalid_parameter_value';
				END IF;
				IF k = 'updated_at' AND jsonb_typeof(v) <> 'null' THEN
					BEGIN
						PERFORM (v #>> '{}')::timestamptz;
					EXCEPTION WHEN data_exception THEN
						RAISE EXCEPTION 'record %, key "%": a timestamp is expected', n, k USING ERRCODE = 'invalid_datetime_format';
					END;
				END IF;
				fields := fields || jsonb_build_object(k, v #>> '{}');
			ELSE
				fields := jsonb_set(fields, '{attributes}', coalesce(fields -> 'attributes', '{}') || jsonb_build_object(k, v));
			END IF;
		END LOOP;

		before := NULL;
		IF fields ->> 'external_id' IS NOT NULL THEN
			SELECT to_jsonb(c) INTO before FROM dropcontact.contact c
			WHERE c.controller_id = controller AND c.source = ingest.source AND c.external_id = fields ->> 'external_id'
			FOR UPDATE;
		END IF;
		IF before IS NULL THEN
			row_out := jsonb_populate_record(NULL::dropcontact.contact, fields);
			INSERT INTO dropcontact.contact_intake
			SELECT ingest.source, row_out.external_id, row_out.relation, row_out.full_name, row_out.civility, row_out.first_name, row_out.middle_name,
				row_out.last_name, row_out.suffix, row_out.email, row_out.other_emails, row_out.phone, row_out.mobile_phone, row_out.other_phones,
				row_out.company, row_out.website, row_out.linkedin, row_out.company_linkedin, row_out.siren, row_out.siret, row_out.vat, row_out.naf,
				row_out.employees, row_out.address, row_out.postcode, row_out.city, row_out.country, row_out.job_title, row_out.attributes, now(), row_out.updated_at;
			contact_id := currval('dropcontact.contact_id_seq');
			action := 'inserted';
		ELSE
			contact_id := (before ->> 'contact_id')::bigint;
			/* what was received before is what a record is compared with */
			after := before || CASE jsonb_typeof(before -> 'received') WHEN 'object' THEN before -> 'received' ELSE '{}' END;
			IF after @> jsonb_strip_nulls(fields)
				AND NOT EXISTS (SELECT FROM jsonb_each(fields) f WHERE f.value = 'null' AND coalesce(after -> f.key, 'null') <> 'null') THEN
				action := 'unchanged';
			ELSE
				row_out := jsonb_populate_record(NULL::dropcontact.contact, (after || fields));
				UPDATE dropcontact.contact c
				SET (relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails, phone, mobile_phone, other_phones,
					company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees, address, postcode, city, country, job_title, attributes, updated_at) =
					(SELECT row_out.relation, row_out.full_name, row_out.civility, row_out.first_name, row_out.middle_name, row_out.last_name, row_out.suffix, row_out.email,
					row_out.other_emails, row_out.phone, row_out.mobile_phone, row_out.other_phones, row_out.company, row_out.website, row_out.linkedin,
					row_out.company_linkedin, row_out.siren, row_out.siret, row_out.vat, row_out.naf, row_out.employees, row_out.address, row_out.postcode,
					row_out.city, row_out.country, row_out.job_title, row_out.attributes, coalesce((fields ->> 'updated_at')::timestamptz, now()))
				WHERE c.contact_id = (before ->> 'contact_id')::bigint;
				action := 'updated';
			END IF;
		END IF;
		external_id := fields ->> 'external_id';
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dropcontact.ingest(text, jsonb) IS 'Inserts or updates (by external_id) the contacts of a source from one JSON object or an array of them, keys being columns of contact; unknown keys go to attributes. One row a record: contact_id, external_id, action inserted, updated or unchanged. Errors: invalid_parameter_value naming the record and key, and then nothing is stored';
REVOKE ALL ON FUNCTION dropcontact.ingest(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.ingest(text, jsonb) TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
