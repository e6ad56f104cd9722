/*-------------------------------------------------------------------------
 *
 * read.c
 *	  Contacts of a controller packed into a population, and the model in force.
 *
 * Columns whose values come again and again (names, companies, towns) are folded and parsed
 * once for each distinct text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/text.h"
#include "contact/words.h"
#include "duty/progress.h"
#include "lexicon.h"
#include "match/read.h"
#include "normalize/normalize.h"

enum
{
	C_ID = 1, C_FIRST, C_MIDDLE, C_LAST, C_SUFFIX, C_EMAIL, C_OTHER_EMAILS, C_PHONE, C_MOBILE, C_OTHER_PHONES, C_LINKEDIN, C_SIREN, C_VAT,
	C_WEBSITE, C_COMPANY, C_POSTCODE, C_CITY, C_ADDRESS, C_JOB, C_QUALIFICATION, C_PHONE_KIND, C_FIELDS
};

#define CONTACT_COLUMNS \
	"SELECT c.contact_id, c.first_name, c.middle_name, c.last_name, c.suffix, c.email, c.other_emails, c.phone, c.mobile_phone, c.other_phones, " \
	"c.linkedin, c.siren, c.vat, c.website, c.company, c.postcode, c.city, c.address, c.job_title, c.email_qualification, c.phone_kind, "
#define NO_FIELDS "NULL::text[] "
#define FIELDS \
	"(SELECT pg_catalog.array_agg(c.attributes ->> f.key ORDER BY f.key) FROM dropcontact.match_field f WHERE f.controller_id = $1) "
#define ALL_CONTACTS "FROM dropcontact.contact c WHERE c.controller_id = $1 ORDER BY c.contact_id"
#define SOME_CONTACTS "FROM dropcontact.contact c WHERE c.controller_id = $1 AND c.contact_id = ANY ($2) ORDER BY c.contact_id"

/* ---------- texts seen before ---------- */

typedef struct Memo
{
	const char *text;			/* as it came, after a byte that names the column */
	DcValue		value;
	DcValue		second;
	uint32		hash;
	char		status;
} Memo;

#define SH_PREFIX memo
#define SH_ELEMENT_TYPE Memo
#define SH_KEY_TYPE const char *
#define SH_KEY text
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

typedef struct Reader
{
	DcPopulation *population;
	memo_hash  *memo;
	StringInfoData key;
	HeapTuple	tuple;			/* NULL when given tells the columns */
	TupleDesc	desc;
	const char *given[C_FIELDS];
} Reader;

static char *
column_text(Reader *reader, int column)
{
	bool		isnull;
	Datum		datum;

	if (reader->tuple == NULL)
		return reader->given[column] == NULL ? NULL : pstrdup(reader->given[column]);
	datum = SPI_getbinval(reader->tuple, reader->desc, column, &isnull);
	return isnull ? NULL : TextDatumGetCString(datum);
}

/* The memo of a column's text; new ones come with found false and value 0. */
static Memo *
remember(Reader *reader, int column, const char *text, bool *found)
{
	Memo	   *memo;

	resetStringInfo(&reader->key);
	appendStringInfoChar(&reader->key, (char) column);
	appendStringInfoString(&reader->key, text);
	memo = memo_insert(reader->memo, reader->key.data, found);
	if (!*found)
	{
		memo->text = MemoryContextStrdup(reader->population->context, reader->key.data);
		memo->value = memo->second = 0;
	}
	return memo;
}

/* ---------- the form of each column that is compared ---------- */

/* A number that could not be normalised compares by its digits, when there are enough of them. */
static char *
phone_value(char *phone)
{
	char	   *o = phone;

	if (*phone == '+')
		return phone;
	for (const char *p = phone; *p; p++)
		if (*p >= '0' && *p <= '9')
			*o++ = *p;
	*o = '\0';
	return o - phone >= 7 ? phone : NULL;
}

static char *
iso_date(int year, int month, int day)
{
	/* of the two centuries that a short year may mean, the one that is not long to come */
	if (year < 100)
		year += year < 30 ? 2000 : 1900;
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * A date as YYYY-MM-DD, from the year first or last, or eight digits; day before month unless only
 * the other order is a date.  What is no date stays as it is.
 */
static char *
date_value(const char *text)
{
	char	   *folded = dc_fold(text);
	int			part[3];
	int			digits = strspn(folded, "0123456789");

	if (digits >= 8)
	{
		/* 20031987 has its year last */
		if (digits > 8 || sscanf(folded, "%4d%2d%2d", &part[0], &part[1], &part[2]) < 3)
			return folded;
		if (part[1] > 12 && atoi(folded + 4) >= 1000 && atoi(folded + 4) < 2100)
			return iso_date(atoi(folded + 4), part[0] % 100, part[0] / 100);
		return iso_date(part[0], part[1], part[2]);
	}
	if (sscanf(folded, "%4d %4d %4d", &part[0], &part[1], &part[2]) < 3)
		return folded;
	if (digits == 4)
		return iso_date(part[0], part[1] % 100, part[2] % 100);
	if (part[1] > 12)
		return iso_date(part[2], part[0], part[1] % 100);
	return iso_date(part[2], part[1], part[0] % 100);
}

/* An identifier without blanks and punctuation. */
static char *
exact_value(const char *text)
{
	char	   *folded = dc_fold(text);
	char	   *o = folded;

	for (const char *p = folded; *p; p++)
		if (*p != ' ')
			*o++ = *p;
	*o = '\0';
	return folded;
}

/* A number in one form, so that 151, 151.0 and 151,0 are equal; a text that is none stays as it is. */
static char *
number_value(const char *text)
{
	char	   *clean = dc_clean(text);
	char	   *comma = strchr(clean, ',');
	char	   *end;
	double		number;

	if (comma != NULL && strchr(comma + 1, ',') == NULL && strchr(clean, '.') == NULL)
		*comma = '.';
	number = strtod(clean, &end);
	return end == clean || *end != '\0' ? clean : psprintf("%.15g", number);
}

static char *
field_value(DcFieldKind kind, const char *text)
{
	switch (kind)
	{
		case KIND_DATE:
			return date_value(text);
		case KIND_EXACT:
			return exact_value(text);
		case KIND_NUMBER:
			return number_value(text);
		default:
			return dc_fold(text);
	}
}

static DcValue
folded(Reader *reader, int column)
{
	char	   *text = column_text(reader, column);
	Memo	   *memo;
	bool		found;

	if (text == NULL)
		return 0;
	memo = remember(reader, column, text, &found);
	if (!found)
		memo->value = dc_intern(reader->population, dc_fold(text));
	return memo->value;
}

/* A title or an ordinal is no name: "dr", "mrs", "3rd".  "don" is a first name too. */
static bool
is_title(const char *word, size_t len)
{
	size_t		digits = strspn(word, "0123456789");

	if (digits > 0 && digits < len)
		return len - digits == 2 && strspn(word + digits, "stndrh") >= 2;
	return dc_lexicon_find_n(&dc_lexicon_civilities, word, len) != NULL && dc_lexicon_find_n(&dc_lexicon_given_names, word, len) == NULL;
}

/* A folded first name from its first word that is no title; the whole when there is none. */
static char *
without_titles(char *name, bool *only_titles)
{
	char	   *word = name;

	while (*word != '\0')
	{
		size_t		len = strcspn(word, " ");

		/* one letter may be an initial */
		if (len == 1 || !is_title(word, len))
			break;
		word += len + strspn(word + len, " ");
	}
	*only_titles = *name != '\0' && *word == '\0';
	return *only_titles ? name : word;
}

/* The first name, and its first word with a nickname as its full name. */
static void
pack_first_name(Reader *reader, DcRecord *r)
{
	char	   *text = column_text(reader, C_FIRST);
	Memo	   *memo;
	bool		found;

	if (text == NULL)
		return;
	memo = remember(reader, C_FIRST, text, &found);
	if (!found)
	{
		bool		only_titles;
		char	   *first = without_titles(dc_fold(text), &only_titles);
		char	   *given = pnstrdup(first, strcspn(first, " "));
		const char *full = dc_lexicon_find(&dc_lexicon_nicknames, given);

		memo->value = dc_intern(reader->population, first);
		memo->second = full != NULL ? dc_intern_n(reader->population, full, strcspn(full, " ")) : dc_intern(reader->population, given);
		if (dc_lexicon_find(&dc_lexicon_given_names, reader->population->text[memo->second]) != NULL)
			reader->population->flags[memo->second] |= VALUE_GIVEN;
		if (only_titles)
			reader->population->flags[memo->value] |= VALUE_TITLE;
	}
	r->first = memo->value;
	r->given = memo->second;
}

/* The first names alone, with a last word that is no first name: it is the last name, as in "j smith" or "heawood". */
static void
split_lone_name(Reader *reader, DcRecord *r)
{
	DcPopulation *p = reader->population;
	const char *text = p->text[r->first];
	const char *last = strrchr(text, ' ');
	const char *word = last == NULL ? text : last + 1;

	if (r->first == 0 || r->last != 0 || strlen(word) < 3 ||
		dc_lexicon_find(&dc_lexicon_given_names, word) != NULL || dc_lexicon_find(&dc_lexicon_nicknames, word) != NULL)
		return;
	r->last = dc_intern(p, word);
	r->first = last == NULL ? 0 : dc_intern_n(p, text, last - text);
	if (last == NULL)
		r->given = 0;
}

static void
pack_company(Reader *reader, DcRecord *r)
{
	char	   *text = column_text(reader, C_COMPANY);
	Memo	   *memo;
	bool		found;

	if (text == NULL)
		return;
	memo = remember(reader, C_COMPANY, text, &found);
	if (!found)
	{
		DcCompany	parsed = {0};

		dc_parse_company(text, &parsed);
		memo->value = dc_intern(reader->population, parsed.key);
	}
	r->company = memo->value;
}

static DcValue
domain_of(Reader *reader, const char *host)
{
	bool		found;
	Memo	   *memo = remember(reader, C_WEBSITE, host, &found);

	if (!found)
	{
		const char *domain = dc_registrable_domain(host);

		memo->value = domain == NULL || dc_is_shared_host(domain) ? 0 : dc_intern(reader->population, domain);
	}
	return memo->value;
}

static void
add_value(DcValue *set, int max, DcValue value)
{
	for (int i = 0; i < max && value != 0; i++)
	{
		if (set[i] == value)
			return;
		if (set[i] == 0)
		{
			set[i] = value;
			return;
		}
	}
}

/* A generation that only the address tells, as in jr.john.smith@; 0 for none. */
static DcValue
generation_of(Reader *reader, const char *email)
{
	static const char *const words[][2] = {{"jr", "jr"}, {"junior", "jr"}, {"sr", "sr"}, {"senior", "sr"}};
	const char *end = email + strcspn(email, "@");
	const char *s = email;

	while (s < end)
	{
		size_t		len = Min(strcspn(s, "._-"), end - s);

		for (int w = 0; w < lengthof(words); w++)
			if (len == strlen(words[w][0]) && len < end - email && pg_strncasecmp(s, words[w][0], len) == 0)
				return dc_intern(reader->population, words[w][1]);
		s += len + 1;
	}
	return 0;
}

static void
add_email(Reader *reader, DcRecord *r, const char *email, const char *qualification)
{
	char	   *key = email == NULL ? NULL : dc_email_key(email);
	DcValue		value;

	if (key == NULL)
		return;
	value = dc_intern(reader->population, key);
	if (qualification != NULL && strncmp(qualification, "generic@", 8) == 0)
		reader->population->flags[value] |= VALUE_ROLE;
	add_value(r->email, DC_MAX_EMAILS, value);
}

static void
add_phone(Reader *reader, DcRecord *r, char *phone)
{
	if (phone != NULL)
		add_value(r->phone, DC_MAX_PHONES, dc_intern(reader->population, phone_value(phone)));
}

typedef void (*ListCallback) (Reader *reader, DcRecord *r, char *element);

static void
add_other_email(Reader *reader, DcRecord *r, char *email)
{
	DcEmail		parsed = {0};

	/* whether it is a mailbox of a function must not rest on who else carries it */
	dc_parse_email(email, &parsed);
	add_email(reader, r, email, parsed.qualification);
}

static void
pack_list(Reader *reader, DcRecord *r, int column, ListCallback callback)
{
	bool		isnull;
	Datum		list = SPI_getbinval(reader->tuple, reader->desc, column, &isnull);
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			callback(reader, r, TextDatumGetCString(values[i]));
}

static void
pack_fields(Reader *reader, DcRecord *r)
{
	DcPopulation *p = reader->population;
	bool		isnull;
	Datum		list = SPI_getbinval(reader->tuple, reader->desc, C_FIELDS, &isnull);
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < Min(n, p->nfields); i++)
		if (!nulls[i])
			r->field[i] = dc_intern(p, field_value(p->field_kind[i], TextDatumGetCString(values[i])));
}

/* All columns but the id, the lists and the declared fields. */
static void
pack_columns(Reader *reader, DcRecord *r)
{
	char	   *email = column_text(reader, C_EMAIL);
	char	   *qualification = column_text(reader, C_QUALIFICATION);
	char	   *phone_kind = column_text(reader, C_PHONE_KIND);
	char	   *website = column_text(reader, C_WEBSITE);
	char	   *registration = column_text(reader, C_SIREN);

	pack_first_name(reader, r);
	r->middle = folded(reader, C_MIDDLE);
	r->last = folded(reader, C_LAST);
	split_lone_name(reader, r);
	r->suffix = folded(reader, C_SUFFIX);
	add_email(reader, r, email, qualification);
	if (r->suffix == 0 && email != NULL)
		r->suffix = generation_of(reader, email);
	add_phone(reader, r, column_text(reader, C_MOBILE));
	r->nmobiles = r->phone[0] != 0;
	add_phone(reader, r, column_text(reader, C_PHONE));
	if (phone_kind != NULL && strcmp(phone_kind, "mobile") == 0)
		r->nmobiles = (r->phone[0] != 0) + (r->phone[1] != 0);
	r->linkedin = dc_intern(reader->population, column_text(reader, C_LINKEDIN));
	r->registration = dc_intern(reader->population, registration != NULL ? registration : column_text(reader, C_VAT));
	/* a domain that tells the organisation: of the web site, else of a professional address */
	if (website != NULL)
		r->domain = domain_of(reader, website);
	else if (email != NULL && qualification != NULL && strstr(qualification, "@pro") != NULL && strchr(email, '@') != NULL)
		r->domain = domain_of(reader, strrchr(email, '@') + 1);
	pack_company(reader, r);
	r->postcode = folded(reader, C_POSTCODE);
	r->city = folded(reader, C_CITY);
	r->address = folded(reader, C_ADDRESS);
	r->job = folded(reader, C_JOB);
}

static void
pack_contact(Reader *reader, DcRecord *r)
{
	bool		isnull;

	r->contact_id = DatumGetInt64(SPI_getbinval(reader->tuple, reader->desc, C_ID, &isnull));
	pack_columns(reader, r);
	pack_list(reader, r, C_OTHER_EMAILS, add_other_email);
	pack_list(reader, r, C_OTHER_PHONES, add_phone);
	pack_fields(reader, r);
}

void
dc_add_given(DcPopulation *p, int64 contact_id, const DcGiven *given)
{
	Reader		reader = {
		.population = p,
		.memo = memo_create(p->context, 64, NULL),
		.given = {
			[C_FIRST] = given->first_name, [C_MIDDLE] = given->middle_name, [C_LAST] = given->last_name, [C_SUFFIX] = given->suffix,
			[C_EMAIL] = given->email, [C_QUALIFICATION] = given->email_qualification, [C_PHONE] = given->phone, [C_PHONE_KIND] = given->phone_kind, [C_MOBILE] = given->mobile_phone,
			[C_LINKEDIN] = given->linkedin, [C_SIREN] = given->siren, [C_VAT] = given->vat, [C_WEBSITE] = given->website,
			[C_COMPANY] = given->company, [C_POSTCODE] = given->postcode, [C_CITY] = given->city, [C_ADDRESS] = given->address,
			[C_JOB] = given->job_title,
		},
	};
	DcRecord   *r = dc_add_record(p);

	initStringInfo(&reader.key);
	r->contact_id = contact_id;
	pack_columns(&reader, r);
	for (int i = 0; i < DC_MAX_EMAILS; i++)
		if (given->other_email[i] != NULL)
			add_other_email(&reader, r, pstrdup(given->other_email[i]));
	for (int i = 0; i < DC_MAX_PHONES; i++)
		add_phone(&reader, r, given->other_phone[i] == NULL ? NULL : pstrdup(given->other_phone[i]));
	for (int i = 0; i < p->nfields; i++)
		if (given->field[i] != NULL)
			r->field[i] = dc_intern(p, field_value(p->field_kind[i], given->field[i]));
	memo_destroy(reader.memo);
}

/* ---------- reading ---------- */

static void
read_fields(DcPopulation *p, int controller_id)
{
	static const char *const kinds[] = {"exact", "text", "name", "number", "date"};
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	SPI_execute_with_args("SELECT key, kind FROM dropcontact.match_field WHERE controller_id = $1 ORDER BY key",
						  1, types, args, NULL, true, 0);
	p->nfields = Min(SPI_processed, DC_MAX_FIELDS);
	for (int i = 0; i < p->nfields; i++)
	{
		const char *kind = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		p->field_name[i] = MemoryContextStrdup(p->context, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		for (int k = 0; k < lengthof(kinds); k++)
			if (strcmp(kind, kinds[k]) == 0)
				p->field_kind[i] = (DcFieldKind) k;
	}
}

/* Packs the rows that a query answers. */
static void
pack_rows(DcPopulation *p, const char *query, int nargs, Oid *types, Datum *args, const char *nulls)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "dropcontact packing", ALLOCSET_DEFAULT_SIZES);
	Reader		reader = {.population = p, .memo = memo_create(p->context, 1024, NULL)};
	Portal		portal;

	initStringInfo(&reader.key);
	portal = SPI_cursor_open(NULL, SPI_prepare(query, nargs, types), args, nulls, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, 1000);
		if (SPI_processed == 0)
			break;
		reader.desc = SPI_tuptable->tupdesc;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(scratch);

			CHECK_FOR_INTERRUPTS();
			reader.tuple = SPI_tuptable->vals[i];
			pack_contact(&reader, dc_add_record(p));
			MemoryContextSwitchTo(old);
			MemoryContextReset(scratch);
		}
		SPI_freetuptable(SPI_tuptable);
		dc_progress_done(p->nrecords);
	}
	SPI_cursor_close(portal);
	memo_destroy(reader.memo);
	MemoryContextDelete(scratch);
}

/* The controller's own nicknames and given names are those of its lists. */
static DcPopulation *
read_contacts(int controller_id, const char *rows, Datum contact_ids)
{
	DcPopulation *p = dc_population_create();
	Oid			types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), contact_ids};

	read_fields(p, controller_id);
	dc_overlay = dc_words_of(controller_id);
	PG_TRY();
	{
		pack_rows(p, psprintf("%s%s%s", CONTACT_COLUMNS, p->nfields > 0 ? FIELDS : NO_FIELDS, rows), contact_ids != (Datum) 0 ? 2 : 1, types, args, NULL);
	}
	PG_FINALLY();
	{
		dc_overlay = NULL;
	}
	PG_END_TRY();
	return p;
}

/* One pass over the contacts of the controller. */
DcPopulation *
dc_read_population(int controller_id)
{
	return read_contacts(controller_id, ALL_CONTACTS, (Datum) 0);
}

int
dc_find_record(const DcPopulation *p, int64 contact_id)
{
	int			low = 0;
	int			high = p->nrecords - 1;

	while (low <= high)
	{
		int			middle = low + (high - low) / 2;

		if (p->records[middle].contact_id == contact_id)
			return middle;
		if (p->records[middle].contact_id < contact_id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

DcPopulation *
dc_read_contacts(int controller_id, const int64 *contact_ids, int n)
{
	Datum	   *ids = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		ids[i] = Int64GetDatum(contact_ids[i]);
	return read_contacts(controller_id, SOME_CONTACTS,
						 PointerGetDatum(construct_array(ids, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
}
