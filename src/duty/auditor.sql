/*
 * auditor.sql: an auditor reads evidence, which logs each read, and no table (agreement III.12)
 *
 * It comes last, so that no room grants more.
 */

REVOKE ALL ON ALL TABLES IN SCHEMA dropcontact FROM dropcontact_auditor;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dropcontact FROM dropcontact_auditor;
GRANT SELECT ON dropcontact.controller, dropcontact.access, dropcontact.purpose, dropcontact.glossary TO dropcontact_auditor;
GRANT EXECUTE ON FUNCTION dropcontact.visible_controllers(), dropcontact.current_controller(), dropcontact.audit_items(), dropcontact.audit_evidence(text) TO dropcontact_auditor;
