/*-------------------------------------------------------------------------
 *
 * core.c
 *	  The core of match/ without a server: values, keys, candidate pairs, scores, clusters.
 *
 * Made contacts, of which many are one another's misspelt copies, are packed by hand.  What the files of the core promise
 * each other is held against its definition, which takes every pair of contacts.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/core/bound.h"
#include "match/core/pairs.h"

#define CONTACTS 1200
#define SEEDS 3
#define REVIEW 1.0				/* bits */
#define MERGE 6.0

static int	failures = 0;

static void
check(bool holds, const char *what, int a, int b)
{
	if (!holds && failures++ < 20)
		printf("%s: contacts %d and %d\n", what, a, b);
}

/* ---------- made contacts ---------- */

static uint64 state;

/* A number below n. */
static uint32
any(uint32 n)
{
	state = state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
	return (uint32) (state >> 33) % n;
}

static bool
chance(uint32 percent)
{
	return any(100) < percent;
}

static DcValue
intern_any(DcPopulation *p, const char *const *texts, int n)
{
	return dc_intern(p, texts[any(n)]);
}

#define INTERN_ANY(p, ...) intern_any(p, (const char *const[]) {__VA_ARGS__}, lengthof(((const char *const[]) {__VA_ARGS__})))

/* The text with a letter changed, doubled or lost. */
static DcValue
misspelt(DcPopulation *p, DcValue value)
{
	const char *text = p->text[value];
	int			n = strlen(text);
	int			at = n == 0 ? 0 : any(n);
	int			how = any(3);

	if (n < 2 || !chance(30))
		return value;
	return dc_intern(p, psprintf("%.*s%s%s", at + (how == 1), text, how == 0 ? "x" : "", text + at + (how != 1)));
}

static void
fill_person(DcPopulation *p, DcRecord *r)
{
	r->first = r->given = INTERN_ANY(p, "robert", "bob", "r", "jean pierre", "jean", "alexander", "alex", "simone", "simon", "marie", "anne", "li", "eloise", "jorge", "george", "mohamed", "muhammad", "al", "alan");
	r->middle = chance(10) ? INTERN_ANY(p, "paul", "p", "louis") : 0;
	r->last = dc_intern(p, psprintf("%s%s", (const char *[]) {"mar", "gar", "le", "ber", "du", "sch", "smi", "roth", "ok", "wei"}[any(10)],
									(const char *[]) {"tin", "cia", "febvre", "nard", "pont", "midt", "th", "schild", "afor", "s lopez", "ss"}[any(11)]));
	r->suffix = chance(4) ? INTERN_ANY(p, "jr", "sr", "iii") : 0;
	r->email[0] = chance(60) ? dc_intern(p, psprintf("%s.%s%u@%s", p->text[r->first], p->text[r->last], any(3), chance(50) ? "acme.fr" : "mail.org")) : 0;
	r->phone[0] = chance(50) ? dc_intern(p, psprintf("+336120%05u", any(700))) : 0;
	/* one mailbox and one number make blocks that are not compared as a whole */
	if (chance(15))
		r->email[0] = dc_intern(p, "bob@mail.org");
	if (chance(10))
		r->phone[0] = dc_intern(p, "+33612000000");
	r->nmobiles = r->phone[0] != 0 && chance(50);
	if (r->email[0] != 0 && chance(10))
		r->email[1] = INTERN_ANY(p, "contact@acme.fr", "bob@mail.org", "r.smith@mail.org");
	r->linkedin = chance(10) ? dc_intern(p, psprintf("p%u", any(300))) : 0;
	r->job = chance(30) ? INTERN_ANY(p, "buyer", "ceo", "head of sales") : 0;
	r->field[0] = chance(20) ? dc_intern(p, psprintf("19%02u-%02u-%02u", any(100), 1 + any(12), 1 + any(28))) : 0;
}

static void
fill_place(DcPopulation *p, DcRecord *r)
{
	r->company = chance(60) ? dc_intern(p, psprintf("%s %s", (const char *[]) {"acme", "borel", "gamma delta", "ab", "caisse 12"}[any(5)],
													 (const char *[]) {"logistics", "et fils", "transport", "holding", "eaux"}[any(5)])) : 0;
	r->domain = chance(40) ? INTERN_ANY(p, "acme.fr", "acme.com", "borel.fr", "gamma.org") : 0;
	r->registration = chance(5) ? INTERN_ANY(p, "552100554", "732829320") : 0;
	r->address = chance(30) ? dc_intern(p, psprintf("%u rue de la paix", 1 + any(40))) : 0;
	r->postcode = chance(50) ? dc_intern(p, psprintf("7500%u", any(9))) : 0;
	r->city = chance(60) ? INTERN_ANY(p, "paris", "lyon", "marseille", "saint etienne") : 0;
}

static void
make_contact(DcPopulation *p, int n)
{
	DcRecord   *r = dc_add_record(p);

	r->contact_id = n + 1;
	if (n > 0 && chance(45))
	{
		*r = p->records[any(n)];
		r->contact_id = n + 1;
		r->first = misspelt(p, r->first);
		r->last = misspelt(p, r->last);
		r->email[0] = misspelt(p, r->email[0]);
		r->company = misspelt(p, r->company);
		dc_name_organisation(p, r);
		if (chance(5))
		{
			DcValue		first = r->first;

			r->first = r->given = r->last;
			r->last = first;
		}
		return;
	}
	if (chance(85))
		fill_person(p, r);
	fill_place(p, r);
	dc_name_organisation(p, r);
}

static DcPopulation *
start_population(void)
{
	DcPopulation *p = dc_population_create();

	p->nfields = 1;
	p->field_kind[0] = KIND_DATE;
	p->field_name[0] = "born";
	return p;
}

static DcPopulation *
finish_population(DcPopulation *p)
{
	dc_count_values(p);
	dc_find_shared(p);
	dc_make_tokens(p);
	return p;
}

static DcPopulation *
make_population(uint64 seed)
{
	DcPopulation *p = start_population();

	state = seed;
	for (int i = 0; i < CONTACTS; i++)
		make_contact(p, i);
	return finish_population(p);
}

/* The same contacts, the last first, so that each value has another number. */
static DcPopulation *
turn_round(const DcPopulation *p)
{
	DcPopulation *turned = start_population();

	for (int i = p->nrecords - 1; i >= 0; i--)
	{
		const DcValue *from = &p->records[i].first;
		DcRecord   *record = dc_add_record(turned);
		DcValue    *to = &record->first;

		record->contact_id = p->records[i].contact_id;
		record->nmobiles = p->records[i].nmobiles;
		for (int v = 0; v < DC_RECORD_VALUES; v++)
			to[v] = from[v] == 0 ? 0 : dc_intern(turned, p->text[from[v]]);
	}
	return finish_population(turned);
}

/* ---------- keys and candidate pairs ---------- */

typedef struct Table
{
	DcRows		rows;
	DcKeyEntry *entry;
	int			n;
	DcKeys	   *keys;			/* of each record */
	uint8	   *met;			/* how often each pair was offered */
} Table;

static int
compare_entries(const void *a, const void *b)
{
	const DcKeyEntry *x = a;
	const DcKeyEntry *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

/* The keys of all in order, and of each record the numbers of the blocks that are compared as a whole. */
static void
make_table(const DcPopulation *p, Table *t)
{
	uint32	   *end;

	t->keys = palloc0(sizeof(DcKeys) * p->nrecords);
	t->entry = palloc(sizeof(DcKeyEntry) * p->nrecords * DC_MAX_KEYS);
	t->rows.place = palloc(sizeof(uint64) * p->nrecords);
	t->rows.start = palloc(sizeof(uint32) * p->nrecords);
	t->rows.block = palloc(sizeof(uint32) * p->nrecords * (DC_MAX_KEYS + 1));
	t->rows.sketch = palloc0(sizeof(DcSketch) * p->nrecords);
	t->met = palloc0((size_t) p->nrecords * p->nrecords);
	t->n = 0;
	for (int r = 0; r < p->nrecords; r++)
	{
		dc_make_keys(p, &p->records[r], &t->keys[r]);
		dc_make_sketch(p, &p->records[r], &t->rows.sketch[r]);
		t->rows.place[r] = dc_block_order(p, &p->records[r]);
		t->rows.start[r] = r * (DC_MAX_KEYS + 1);
		for (int k = 0; k < t->keys[r].n; k++)
			t->entry[t->n++] = (DcKeyEntry) {t->keys[r].key[k], r};
	}
	qsort(t->entry, t->n, sizeof(DcKeyEntry), compare_entries);
	end = palloc(sizeof(uint32) * p->nrecords);
	memcpy(end, t->rows.start, sizeof(uint32) * p->nrecords);
	for (int from = 0, to; from < t->n; from = to)
	{
		to = dc_block_end(t->entry, t->n, from);
		dc_order_block(&t->rows, t->entry + from, to - from);
		if (dc_is_compared_whole(t->entry[from].key, to - from))
			for (int i = from; i < to; i++)
				t->rows.block[end[t->entry[i].record]++] = from;
	}
	for (int r = 0; r < p->nrecords; r++)
		t->rows.block[end[r]] = DC_NO_BLOCK;
}

static void
note_pair(void *arg, int a, int b)
{
	Table	   *t = arg;
	uint8	   *met = &t->met[(size_t) a * CONTACTS + b];

	check(a < b, "a pair is offered in the wrong order", a, b);
	*met += *met < 255;
}

/* What the blocks make of each pair: 2 when it shares one that is compared as a whole, 1 when it meets in a large one only. */
static uint8 *
define_pairs(const Table *t)
{
	uint8	   *meet = palloc0((size_t) CONTACTS * CONTACTS);

	for (int from = 0, to; from < t->n; from = to)
	{
		uint64		key = t->entry[from].key;
		int			window;

		to = dc_block_end(t->entry, t->n, from);
		window = dc_is_compared_whole(key, to - from) ? to - from : dc_block_window(key);
		for (int i = from; i < to; i++)
			for (int j = i + 1; j < to && j - i <= window; j++)
			{
				uint32		a = Min(t->entry[i].record, t->entry[j].record);
				uint32		b = Max(t->entry[i].record, t->entry[j].record);
				uint8	   *m = &meet[(size_t) a * CONTACTS + b];

				if (dc_is_compared_whole(key, to - from))
					*m = 2;
				else if (dc_neighbours_meet(key, t->rows.place[a], t->rows.place[b]))
					*m = Max(*m, 1);
			}
	}
	return meet;
}

/* Each pair that shares a small block is offered once, one that meets in large ones at least once, and no other. */
static void
check_pairs(Table *t)
{
	uint8	   *meet = define_pairs(t);
	int64		offered = dc_scan_pairs(&t->rows, t->entry, t->n, 0, NULL, note_pair, t);
	int64		expected = 0;
	int			in_large = 0;

	for (int a = 0; a < CONTACTS; a++)
		for (int b = a + 1; b < CONTACTS; b++)
		{
			size_t		i = (size_t) a * CONTACTS + b;

			check((t->met[i] > 0) == (meet[i] > 0), "a pair is offered that does not meet, or one is lost", a, b);
			check(meet[i] < 2 || t->met[i] == 1, "a pair of a small block is not offered once", a, b);
			expected += meet[i] > 0;
			in_large += meet[i] == 1;
		}
	check(offered >= expected && expected > CONTACTS, "the number of pairs is wrong", (int) offered, (int) expected);
	check(in_large > 50, "few pairs meet in large blocks alone", in_large, 0);
	printf("%d keys, %d pairs, %d of them in large blocks alone\n", t->n, (int) expected, in_large);
}

/* ---------- scores ---------- */

static void
check_score(DcPopulation *p, const DcModel *model, int a, int b, DcScore *score)
{
	double		sum;
	bool		spoken[GROUP_COUNT] = {false};
	DcScore		other;

	dc_score_pair(p, model, &p->records[a], &p->records[b], score);
	dc_score_pair(p, model, &p->records[b], &p->records[a], &other);
	check(score->weight == other.weight && score->apart == other.apart && score->nsteps == other.nsteps, "a score depends on which comes first", a, b);
	sum = score->prior;
	for (int s = 0; s < score->nsteps; s++)
	{
		DcGroup		group = dc_level_group(score->steps[s].level);

		check(!spoken[group], "one group gives two weights", a, b);
		spoken[group] = true;
		sum += score->steps[s].weight;
	}
	check(fabs(Min(sum, score->limit) - score->weight) < 1e-9, "the steps do not add up to the weight", a, b);
}

/* All pairs, whether they meet or not. */
static void
check_scores(DcPopulation *p, const DcModel *model, const Table *t)
{
	DcBounds	bounds;
	int			ruled_out = 0;

	dc_make_bounds(p, model, REVIEW, &bounds);
	for (int a = 0; a < CONTACTS; a++)
		for (int b = a + 1; b < CONTACTS; b++)
		{
			DcScore		score;
			bool		out = dc_rules_out(p, &bounds, t->rows.sketch, a, b);

			check_score(p, model, a, b, &score);
			check(!out || score.weight < REVIEW, "a pair is ruled out that weighs enough", a, b);
			ruled_out += out;
		}
	check(ruled_out > CONTACTS, "the bound rules out few pairs", ruled_out, 0);
	printf("%d of %d pairs ruled out by their bound\n", ruled_out, CONTACTS * (CONTACTS - 1) / 2);
}

/* ---------- clusters ---------- */

/* Those of the pairs that met; in the order in which they stand, or the other one. */
static DcEdge *
make_edges(DcPopulation *p, const DcModel *model, const Table *t, bool turned, int *n)
{
	DcEdge	   *edges = palloc(sizeof(DcEdge) * CONTACTS * 64);

	*n = 0;
	for (int i = 0; i < CONTACTS * CONTACTS && *n < CONTACTS * 64; i++)
	{
		int			at = turned ? CONTACTS * CONTACTS - 1 - i : i;
		DcScore		score;

		if (t->met[at] == 0)
			continue;
		dc_score_pair(p, model, &p->records[at / CONTACTS], &p->records[at % CONTACTS], &score);
		if (score.weight >= REVIEW)
			edges[(*n)++] = (DcEdge) {at / CONTACTS, at % CONTACTS, score.weight};
	}
	return edges;
}

static DcClusters *
cluster(DcPopulation *p, const DcModel *model, const Table *t, bool turned, const DcDecision *decisions, int ndecisions, const bool *barred)
{
	uint64	   *fingerprint = dc_fingerprints(p);
	int			n;
	DcEdge	   *edges = make_edges(p, model, t, turned, &n);

	return dc_cluster(p, model, dc_sort_edges(edges, n, fingerprint), fingerprint, decisions, ndecisions, barred, MERGE);
}

/* The order of edges changes nothing; decisions bind, through chains too; who is barred joins nobody unless decided. */
static void
check_clusters(DcPopulation *p, const DcModel *model, const Table *t)
{
	DcClusters *plain = cluster(p, model, t, false, NULL, 0, NULL);
	DcClusters *turned = cluster(p, model, t, true, NULL, 0, NULL);
	DcDecision	decisions[60];
	bool		barred[CONTACTS] = {false};
	int			n = 0;
	int			joined = 0;
	DcClusters *decided;

	for (int r = 0; r < CONTACTS; r++)
	{
		check(dc_root(plain, r) == dc_root(turned, r), "clusters depend on the order of edges", r, 0);
		check(dc_root(plain, r) <= r, "a root is not the smallest of its cluster", r, 0);
		joined += dc_root(plain, r) != r;
	}
	check(joined > CONTACTS / 10 && joined < CONTACTS / 2, "unlikely many or few contacts joined", joined, 0);

	/* what was joined is set apart; strangers are joined, the last of them with the next; some are barred */
	for (int r = CONTACTS - 1; r > 0 && n < 20; r--)
		if (dc_root(plain, r) != r)
			decisions[n++] = (DcDecision) {.a = dc_root(plain, r), .b = r};
	for (int i = 0; i < 20; i++)
		decisions[n++] = (DcDecision) {.a = i, .b = i + 1, .match = true};
	for (int r = CONTACTS / 2; r < CONTACTS / 2 + 50; r++)
		barred[r] = true;
	decided = cluster(p, model, t, false, decisions, n, barred);
	for (int d = 0; d < n; d++)
		check((dc_root(decided, decisions[d].a) == dc_root(decided, decisions[d].b)) == decisions[d].match, "a decision does not bind", decisions[d].a, decisions[d].b);
	for (int r = 0; r < CONTACTS; r++)
		if (barred[r])
			for (int other = 0; other < CONTACTS; other++)
				check(other == r || dc_root(decided, other) != dc_root(decided, r), "a barred contact was joined", r, other);
	printf("%d contacts joined\n", joined);
}

/* ---------- numbers of values ---------- */

/* Neither keys nor hashes nor weights depend on the order in which contacts were read. */
static void
check_order(DcPopulation *p, const DcModel *model, const Table *t)
{
	DcPopulation *turned = turn_round(p);

	for (int r = 0; r < CONTACTS; r++)
	{
		int			other = CONTACTS - 1 - r;
		DcKeys		keys;

		dc_make_keys(turned, &turned->records[other], &keys);
		check(keys.n == t->keys[r].n && memcmp(keys.key, t->keys[r].key, sizeof(uint64) * keys.n) == 0, "keys depend on the order of reading", r, other);
		check(dc_record_hash(p, &p->records[r]) == dc_record_hash(turned, &turned->records[other]), "a hash depends on the order of reading", r, other);
	}
	for (int i = 0; i < 200000; i++)
	{
		int			a = any(CONTACTS);
		int			b = any(CONTACTS);
		DcScore		score;
		DcScore		other;

		dc_score_pair(p, model, &p->records[a], &p->records[b], &score);
		dc_score_pair(turned, model, &turned->records[CONTACTS - 1 - a], &turned->records[CONTACTS - 1 - b], &other);
		check(score.weight == other.weight, "a weight depends on the order of reading", a, b);
	}
}

int
main(void)
{
	for (int seed = 1; seed <= SEEDS; seed++)
	{
		DcPopulation *p = make_population(seed);
		DcModel		model;
		Table		table;

		dc_model_default(p, &model);
		make_table(p, &table);
		check_pairs(&table);
		check_scores(p, &model, &table);
		check_clusters(p, &model, &table);
		check_order(p, &model, &table);
	}
	printf("%d failures\n", failures);
	return failures == 0 ? 0 : 1;
}
