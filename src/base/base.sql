/* base.sql: what has to hold before anything else is created */

DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'dropcontact needs a database in UTF8'
			USING ERRCODE = 'feature_not_supported',
				  DETAIL = pg_catalog.format('The encoding of this database is %s.', pg_catalog.current_setting('server_encoding')),
				  HINT = 'Create the database with CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
	/* this script has been read by it already */
	IF pg_catalog.current_setting('standard_conforming_strings') <> 'on' THEN
		RAISE EXCEPTION 'dropcontact is created with standard_conforming_strings on'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'SET standard_conforming_strings = on; it may be off afterwards.';
	END IF;
END
$$;

/* Made here, and not by the control file, so that it goes away with the extension. */
CREATE SCHEMA dropcontact;
COMMENT ON SCHEMA dropcontact IS 'Contacts cleaned, deduplicated, merged and kept right; see the README of extension dropcontact';
