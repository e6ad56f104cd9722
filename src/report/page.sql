/*
 * page.sql: the pieces of which a page of the report is made
 *
 * Bars and histograms are inline SVG, so that they are printed too; nothing is fetched from outside.
 */

CREATE FUNCTION dropcontact.html_text(value text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
COMMENT ON FUNCTION dropcontact.html_text(text) IS 'A text as it stands inside HTML, in attributes too: & < > and " become character references. NULL for NULL';
REVOKE ALL ON FUNCTION dropcontact.html_text(text) FROM PUBLIC;

CREATE FUNCTION dropcontact.html_row(VARIADIC cells text[]) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT '<tr>' || string_agg(CASE
			WHEN c.cell ~ '^<svg ' THEN '<td>' || c.cell
			WHEN c.cell ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?( %)?$' THEN '<td class="number">' || c.cell
			ELSE '<td>' || coalesce(html_text(c.cell), '') END || '</td>', '' ORDER BY c.n) || E'</tr>\n'
	FROM unnest(cells) WITH ORDINALITY c(cell, n)
	$$;
COMMENT ON FUNCTION dropcontact.html_row(text[]) IS 'A row of an HTML table; cells are escaped, but for those that svg_bar() made, and numbers stand to the right';

CREATE FUNCTION dropcontact.html_section(title text, introduction text, header text[], table_rows text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT format(E'<section>\n<h2>%s</h2>\n<p>%s</p>\n', html_text(title), html_text(introduction))
		|| CASE WHEN table_rows IS NULL THEN E'<p class="none">None.</p>\n'
			ELSE format(E'<table>\n<thead><tr>%s</tr></thead>\n<tbody>\n%s</tbody>\n</table>\n',
				(SELECT string_agg('<th>' || html_text(h.name) || '</th>', '' ORDER BY h.n) FROM unnest(header) WITH ORDINALITY h(name, n)), table_rows) END
		|| E'</section>\n'
	$$;
COMMENT ON FUNCTION dropcontact.html_section(text, text, text[], text) IS 'A section of the report: title, a sentence that says what is seen, and a table of rows that html_row() made; NULL rows say that there is none';

CREATE FUNCTION dropcontact.svg_bar(share float8) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN pg_catalog.format('<svg class="bar" viewBox="0 0 100 10" role="img" aria-label="%s %%"><rect class="rest" width="100" height="10"/><rect width="%s" height="10"/></svg>',
		pg_catalog.round(100 * share::numeric), pg_catalog.round(100 * least(greatest(share, 0), 1)::numeric, 1));
COMMENT ON FUNCTION dropcontact.svg_bar(float8) IS 'A bar of HTML and SVG for a share from 0 to 1';
REVOKE ALL ON FUNCTION dropcontact.svg_bar(float8) FROM PUBLIC;

CREATE FUNCTION dropcontact.percent(part bigint, whole bigint) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN whole > 0 THEN pg_catalog.round(100.0 * part / whole, 1) || ' %' ELSE '' END;
COMMENT ON FUNCTION dropcontact.percent(bigint, bigint) IS 'A part as percentage of the whole; empty when there is no whole';
REVOKE ALL ON FUNCTION dropcontact.html_row(text[]), dropcontact.html_section(text, text, text[], text), dropcontact.percent(bigint, bigint) FROM PUBLIC;

CREATE FUNCTION dropcontact.report_style() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT '<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 70em; margin: 2em auto; padding: 0 1em }
h1, h2 { line-height: 1.2; font-weight: 600 }
h2 { margin-top: 2em; font-size: 1.2em }
table { border-collapse: collapse }
th, td { text-align: left; padding: .2em 1.5em .2em 0; border-bottom: 1px solid #ddd; vertical-align: top }
td { max-width: 22em; overflow-wrap: anywhere }
th { font-weight: 600; color: #555 }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.none { color: #777 }
.bar { width: 7em; height: .7em }
.bar rect { fill: #2a6f97 }
.bar .rest { fill: #e8eef2 }
.figures { display: flex; gap: 3em; flex-wrap: wrap }
.figures b { display: block; font-size: 2em; line-height: 1.2 }
@media print { body { font-size: 10px; margin: 0; max-width: none } h2 { break-after: avoid } tr { break-inside: avoid } }
</style>
'
	$$;
COMMENT ON FUNCTION dropcontact.report_style() IS 'The style sheet of report_html()';
REVOKE ALL ON FUNCTION dropcontact.report_style() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION dropcontact.report_style(), dropcontact.html_text(text), dropcontact.html_row(text[]), dropcontact.html_section(text, text, text[], text),
	dropcontact.svg_bar(float8), dropcontact.percent(bigint, bigint) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
