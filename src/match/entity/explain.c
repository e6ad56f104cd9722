/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  match_probability(), explain_match(), and the evidence of a pair as jsonb.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "base/version.h"
#include "duty/duty.h"
#include "match/entity/explain.h"
#include "match/pack/read.h"

/* One line of the waterfall, the prior and a guard included. */
typedef struct Line
{
	const char *field;
	const char *value_a;
	const char *value_b;
	const char *level;
	double		m;				/* 0 for a line without */
	double		u;
	double		weight;
} Line;

#define MAX_LINES (DC_MAX_STEPS + 2)

static void
describe_step(const DcPopulation *p, const DcModel *model, const DcStep *step, Line *line)
{
	const DcLevelSpec *spec = dc_level_spec(p, step->level);

	line->field = dc_level_field(p, step->level);
	line->value_a = p->text[step->a];
	line->value_b = p->text[step->b];
	line->level = spec->name;
	line->m = model->m[step->level];
	line->u = model->m[step->level] / exp2(step->weight);
	line->weight = step->weight;
}

/* The waterfall of a score; its weights add up to the weight of the score. */
static int
describe_score(const DcPopulation *p, const DcModel *model, const DcScore *score, Line *lines)
{
	int			n = 0;
	double		weight = score->prior;

	lines[n].field = "prior";
	lines[n].value_a = lines[n].value_b = lines[n].level = NULL;
	lines[n].m = lines[n].u = 0;
	lines[n++].weight = score->prior;
	for (int s = 0; s < score->nsteps; s++)
	{
		describe_step(p, model, &score->steps[s], &lines[n]);
		weight += lines[n++].weight;
	}
	if (weight > score->limit)
	{
		lines[n] = lines[0];
		lines[n].field = "guard";
		lines[n].level = score->limit < 0 ? "a person and an organisation" : "a person must decide";
		lines[n++].weight = score->limit - weight;
	}
	return n;
}

Datum
dc_evidence(const DcPopulation *p, const DcModel *model, const DcScore *score)
{
	Line		lines[MAX_LINES];
	int			n = describe_score(p, model, score, lines);
	StringInfoData json;

	initStringInfo(&json);
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(&json, i == 0 ? "[{\"field\":" : ",{\"field\":");
		escape_json(&json, lines[i].field);
		if (lines[i].level != NULL)
		{
			appendStringInfoString(&json, ",\"level\":");
			escape_json(&json, lines[i].level);
		}
		if (lines[i].value_a != NULL)
		{
			appendStringInfoString(&json, ",\"a\":");
			escape_json(&json, lines[i].value_a);
			appendStringInfoString(&json, ",\"b\":");
			escape_json(&json, lines[i].value_b);
		}
		appendStringInfo(&json, ",\"weight\":%.15g}", lines[i].weight);
	}
	appendStringInfoChar(&json, ']');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* ---------- one pair ---------- */

/* An error that says why a contact is not among those of the current controller. */
static void
refuse_missing(int64 contact_id)
{
	Oid			types[] = {INT8OID};
	Datum		args[] = {Int64GetDatum(contact_id)};

	SPI_execute_with_args("SELECT dropcontact.refuse_missing($1)", 1, types, args, NULL, false, 1);
	elog(ERROR, "contact " INT64_FORMAT " could not be read", contact_id);
}

/* Scores two contacts of the current controller as dedupe() does. */
static DcPopulation *
score_contacts(int64 a, int64 b, DcModel *model, DcScore *score)
{
	int			controller_id = dc_current_controller();
	int64		ids[] = {a, b};
	DcPopulation *p = dc_read_contacts(controller_id, ids, 2);
	int			i = dc_find_record(p, a);
	int			j = dc_find_record(p, b);

	if (i < 0 || j < 0)
		refuse_missing(i < 0 ? a : b);
	dc_load_statistics_of(p, controller_id, model);
	dc_score_pair(p, model, &p->records[Min(i, j)], &p->records[Max(i, j)], score);
	return p;
}

PG_FUNCTION_INFO_V1(match_probability);
Datum
match_probability(PG_FUNCTION_ARGS)
{
	DcModel		model;
	DcScore		score;

	SPI_connect();
	score_contacts(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &model, &score);
	SPI_finish();
	PG_RETURN_FLOAT8(dc_probability(score.weight));
}

PG_FUNCTION_INFO_V1(match_keys);
Datum
match_keys(PG_FUNCTION_ARGS)
{
	int			controller_id;
	int64		contact_id = PG_GETARG_INT64(0);
	MemoryContext context = CurrentMemoryContext;
	Datum		key[DC_MAX_KEYS];
	DcPopulation *p;
	DcModel		model;
	DcKeys		keys = {0};

	SPI_connect();
	controller_id = dc_current_controller();
	p = dc_read_contacts(controller_id, &contact_id, 1);
	if (p->nrecords == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("contact " INT64_FORMAT " does not exist", contact_id)));
	dc_load_statistics_of(p, controller_id, &model);
	dc_make_keys(p, &p->records[0], &keys);
	SPI_finish();
	MemoryContextSwitchTo(context);
	for (int k = 0; k < keys.n; k++)
		key[k] = Int64GetDatum((int64) keys.key[k]);
	PG_RETURN_ARRAYTYPE_P(construct_array(key, keys.n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* weight: of this line and those before */
static void
put_line(ReturnSetInfo *rsinfo, int n, const Line *line, double weight)
{
	Datum		values[9];
	bool		nulls[9] = {false};

#define TEXT_OR_NULL(i, text) (nulls[i] = (text) == NULL, values[i] = (text) == NULL ? (Datum) 0 : CStringGetTextDatum(text))
	values[0] = Int32GetDatum(n);
	values[1] = CStringGetTextDatum(line->field);
	TEXT_OR_NULL(2, line->value_a);
	TEXT_OR_NULL(3, line->value_b);
	TEXT_OR_NULL(4, line->level);
	nulls[5] = nulls[6] = line->m == 0;
	values[5] = Float8GetDatum(line->m);
	values[6] = Float8GetDatum(line->u);
	values[7] = Float8GetDatum(line->weight);
	values[8] = Float8GetDatum(dc_probability(weight));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(explain_match);
Datum
explain_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DcPopulation *p;
	DcModel		model;
	DcScore		score;
	Line		lines[MAX_LINES];
	Line		result = {.field = "result"};
	int			n;
	double		weight = 0;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	p = score_contacts(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &model, &score);
	/* the contact named first is side a */
	n = describe_score(p, &model, &score, lines);
	for (int i = 0; i < n; i++)
	{
		Line		line = lines[i];

		if (PG_GETARG_INT64(0) > PG_GETARG_INT64(1))
		{
			line.value_a = lines[i].value_b;
			line.value_b = lines[i].value_a;
		}
		weight += line.weight;
		put_line(rsinfo, i, &line, weight);
	}
	result.weight = score.weight;
	put_line(rsinfo, n, &result, score.weight);
	SPI_finish();
	return (Datum) 0;
}
