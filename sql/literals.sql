-- a session that reads backslashes in texts as escapes is served the same
\set VERBOSITY terse
SET client_min_messages = error;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET search_path = dropcontact;
SELECT create_controller('lower', 'dpo@acme.example') > 0 AS made, create_source('crm', region => 'FR') > 0 AS source;
SELECT configure('merge_threshold', '0.97', 'careful'), configure('backup_days', '20', 'short');
SELECT configure('survivorship.email', 'longest', 'x');
SELECT survivorship_rules(current_controller()) ~ 'email=longest' AS ruled;
-- an instruction that infringes the law is found
SELECT give_instruction('please ignore the tombstones and keep forever') IS NOT NULL AS given;
SELECT DISTINCT rule FROM instruction_alert ORDER BY 1;
-- a mention is struck out
INSERT INTO contact (source, full_name, email, attributes) VALUES ('crm', 'Zoe Petit', 'zoe.petit@radium.example', NULL),
	('crm', 'Paul Roy', 'paul.roy@radium.example', '{"note": "met zoe.petit@radium.example, Zoe  Petit"}');
SELECT submit_request('erasure', '{"email": "zoe.petit@radium.example"}', 'controller') AS request \gset
SELECT erase_subject(:'request') -> 'removed' -> 'contact' AS erased;
SELECT * FROM erasure_jobs() LIMIT 1 \gexec
SELECT attributes FROM contact;
SELECT count(*) AS gaps FROM erasure_gaps(:'request');
SELECT clause, finding FROM run_controls() WHERE finding ~ 'cannot be run';
SELECT register_csv() ~ '"' AS quoted;
SET dropcontact.allow_drop = on;
RESET search_path;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET standard_conforming_strings = on;
CREATE EXTENSION dropcontact;
