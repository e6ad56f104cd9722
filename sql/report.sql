-- the page about a controller's contacts
SET client_min_messages = warning;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SELECT dropcontact.report_html();	-- no controller yet
SELECT dropcontact.create_controller('A & <B> "C"', 'dpo@acme.example');
-- empty: every section is there and says so
SELECT m[1] AS section FROM regexp_matches(dropcontact.report_html(), '<h2>([^<]*)</h2>', 'g') m;
SELECT count(*) AS empty_sections FROM regexp_matches(dropcontact.report_html(), '<p class="none">', 'g');
SELECT dropcontact.create_source('crm', region => 'FR'), dropcontact.create_source('erp', region => 'FR');
INSERT INTO dropcontact.contact (source, external_id, full_name, email, phone, company) VALUES
	('crm', '1', 'MARTIN Jean', '"<script>alert(1)</script>" <jean.martin@dupont.fr>', '01 42 68 53 00', 'DUPONT SAS'),
	('erp', '1', 'Jean Martin', 'Jean.Martin@dupont.fr', '01.42.68.53.00', 'Dupont'),
	('crm', '2', 'Ann Lee', 'x"><b>', NULL, 'A & B'),
	('crm', '3', 'Zoé Petit', 'zoe@radium.fr', NULL, 'Radium'),
	('erp', '3', 'Zoe Petitt', NULL, NULL, 'Radium');
SELECT contacts, entities FROM dropcontact.dedupe();
CREATE TEMP TABLE page AS SELECT dropcontact.report_html() AS html;
-- nothing comes from outside, nothing runs, nothing received is taken as HTML
SELECT html ~* '<script|javascript:|src=|href=|url\(|@import|https?:' AS unsafe FROM page;
SELECT html ~ '&lt;script&gt;' AS escaped, html ~ 'A &amp; &lt;B&gt; &quot;C&quot;' AS name_escaped FROM page;
-- every element that opens closes
SELECT tag, (SELECT count(*) FROM regexp_matches(html, '<' || tag || '[ >]', 'g')) - (SELECT count(*) FROM regexp_matches(html, '</' || tag || '>', 'g')) AS open
FROM page, unnest('{html,head,style,body,section,table,thead,tbody,tr,th,td,p,h1,h2,div,svg,b}'::text[]) tag ORDER BY tag;
-- figures
SELECT m[1] FROM page, regexp_matches(html, '<b>([^<]*)</b>', 'g') m;
SELECT m[1] FROM page, regexp_matches(html, '<tr><td>email</td><td>((?:crm|erp)[^\n]*)', 'g') m;
SELECT m[1] FROM page, regexp_matches(html, '(Sample merge: [^<]*)', 'g') m;
SELECT html ~ '<td>prior</td>' AS prior, html ~ '<td>result</td>' AS result FROM page;
SELECT m[1] FROM page, regexp_matches(html, '<tr><td>(clean|detect_duplicates)</td>', 'g') m ORDER BY 1;
-- the page of one controller shows nothing of another
SELECT dropcontact.create_controller('Other', 'dpo@other.example');
SET dropcontact.controller = 'Other';
SELECT dropcontact.report_html() ~ 'Petit|MARTIN|crm' AS leaks;
RESET dropcontact.controller;
-- roles that may read it
SELECT r, has_function_privilege('dropcontact_' || r, 'dropcontact.report_html()', 'EXECUTE') FROM unnest('{admin,operator,ingest,controller,auditor,agent}'::text[]) r;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
