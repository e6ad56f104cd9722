/*-------------------------------------------------------------------------
 *
 * pack.c
 *	  A contact packed into a record of a population.
 *
 * Columns whose values come again and again (names, companies, towns) are folded and parsed
 * once for each distinct text.  Texts are read where they stand in the row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/text.h"
#include "base/version.h"
#include "lexicon.h"
#include "match/pack.h"
#include "normalize/normalize.h"

const char *const dc_packed_columns[DC_PACKED_COLUMNS] = {
	"contact_id", "first_name", "middle_name", "last_name", "suffix", "email", "other_emails", "phone", "mobile_phone", "other_phones",
	"linkedin", "siren", "vat", "website", "company", "postcode", "city", "address", "job_title", "email_qualification", "phone_kind", "attributes"
};

typedef struct Text
{
	const char *s;				/* NULL for none; no zero byte behind it */
	size_t		len;
} Text;

/* ---------- texts seen before ---------- */

typedef struct MemoKey
{
	const char *text;
	uint32		len;
	uint32		column;
} MemoKey;

typedef struct Memo
{
	MemoKey		key;
	uint32		hash;
	DcValue		value;
	DcValue		second;
	char		status;
} Memo;

#define SH_PREFIX memo
#define SH_ELEMENT_TYPE Memo
#define SH_KEY_TYPE MemoKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) (hash_bytes((const unsigned char *) (key).text, (key).len) + (key).column * 0x9e3779b9)
#define SH_EQUAL(tb, a, b) ((a).len == (b).len && (a).column == (b).column && memcmp((a).text, (b).text, (a).len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

struct DcPacker
{
	DcPopulation *population;
	MemoryContext context;		/* of the packer and the texts that it remembers */
	MemoryContext scratch;		/* emptied after each contact */
	memo_hash  *memo;
	const Datum *values;		/* of the contact at hand */
	const bool *nulls;
};

/* A packer for a population, in the current memory context. */
DcPacker *
dc_packer_create(DcPopulation *population)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact packer", ALLOCSET_DEFAULT_SIZES);
	DcPacker   *packer = MemoryContextAllocZero(context, sizeof(DcPacker));

	packer->population = population;
	packer->context = context;
	packer->scratch = AllocSetContextCreate(context, "dropcontact packing", ALLOCSET_DEFAULT_SIZES);
	packer->memo = memo_create(context, 256, NULL);
	return packer;
}

DcPopulation *
dc_packer_population(const DcPacker *packer)
{
	return packer->population;
}

void
dc_packer_free(DcPacker *packer)
{
	MemoryContextDelete(packer->context);
}

/* The memo of a column's text; new ones come with found false and value 0. */
static Memo *
remember(DcPacker *packer, int column, Text text, bool *found)
{
	MemoKey		key = {.text = text.s, .len = text.len, .column = column};
	Memo	   *memo = memo_insert(packer->memo, key, found);

	if (!*found)
	{
		char	   *copy = MemoryContextAllocHuge(packer->context, text.len + 1);

		memo->key.text = memcpy(copy, text.s, text.len);
		memo->value = memo->second = 0;
	}
	return memo;
}

/* ---------- columns ---------- */

static Text
text_of(Datum datum)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(datum);

	return (Text) {.s = VARDATA_ANY(text), .len = VARSIZE_ANY_EXHDR(text)};
}

static Text
column_text(const DcPacker *packer, DcPackedColumn column)
{
	return packer->nulls[column] ? (Text) {0} : text_of(packer->values[column]);
}

static char *
c_string(Text text)
{
	return text.s == NULL ? NULL : pnstrdup(text.s, text.len);
}

static bool
begins_with(Text text, const char *start)
{
	size_t		len = strlen(start);

	return text.len >= len && memcmp(text.s, start, len) == 0;
}

static bool
ends_with(Text text, const char *end)
{
	size_t		len = strlen(end);

	return text.len >= len && memcmp(text.s + text.len - len, end, len) == 0;
}

static DcValue
intern(DcPacker *packer, Text text)
{
	return text.s == NULL ? 0 : dc_intern_n(packer->population, text.s, text.len);
}

static DcValue
folded(DcPacker *packer, DcPackedColumn column)
{
	Text		text = column_text(packer, column);
	Memo	   *memo;
	bool		found;

	if (text.s == NULL)
		return 0;
	memo = remember(packer, column, text, &found);
	if (!found)
		memo->value = dc_intern(packer->population, dc_fold_n(text.s, text.len));
	return memo->value;
}

/* ---------- names ---------- */

/* The first name, and its first word with a nickname as its full name. */
static void
pack_first_name(DcPacker *packer, DcRecord *r)
{
	DcPopulation *p = packer->population;
	Text		text = column_text(packer, C_FIRST);
	Memo	   *memo;
	bool		found;

	if (text.s == NULL)
		return;
	memo = remember(packer, C_FIRST, text, &found);
	if (!found)
	{
		bool		only_titles;
		char	   *first = dc_without_titles(dc_fold_n(text.s, text.len), &only_titles);
		char	   *given = pnstrdup(first, strcspn(first, " "));
		const char *full = dc_lexicon_find(&dc_lexicon_nicknames, given);

		memo->value = dc_intern(p, first);
		memo->second = full != NULL ? dc_intern_n(p, full, strcspn(full, " ")) : dc_intern(p, given);
		if (dc_lexicon_find(&dc_lexicon_given_names, p->text[memo->second]) != NULL)
			p->flags[memo->second] |= VALUE_GIVEN;
		if (only_titles)
			p->flags[memo->value] |= VALUE_TITLE;
	}
	r->first = memo->value;
	r->given = memo->second;
}

/* ---------- organisations ---------- */

static void
pack_company(DcPacker *packer, DcRecord *r)
{
	Text		text = column_text(packer, C_COMPANY);
	Memo	   *memo;
	bool		found;

	if (text.s == NULL)
		return;
	memo = remember(packer, C_COMPANY, text, &found);
	if (!found)
	{
		DcCompany	parsed = {0};

		dc_parse_company(c_string(text), &parsed);
		memo->value = dc_intern(packer->population, parsed.key);
	}
	r->company = memo->value;
}

static DcValue
domain_of(DcPacker *packer, Text host)
{
	bool		found;
	Memo	   *memo = remember(packer, C_WEBSITE, host, &found);

	if (!found)
	{
		const char *domain = dc_registrable_domain(c_string(host));

		memo->value = domain == NULL || dc_is_shared_host(domain) ? 0 : dc_intern(packer->population, domain);
	}
	return memo->value;
}

/* What stands behind the last @; NULL without one. */
static Text
host_of(Text email)
{
	for (size_t i = email.len; i > 0; i--)
		if (email.s[i - 1] == '@')
			return (Text) {.s = email.s + i, .len = email.len - i};
	return (Text) {0};
}

/* A domain that tells the organisation: of the web site, else of a professional address. */
static void
pack_domain(DcPacker *packer, DcRecord *r, Text email, Text qualification)
{
	Text		host = column_text(packer, C_WEBSITE);

	if (host.s == NULL && email.s != NULL && qualification.s != NULL && ends_with(qualification, "@pro"))
		host = host_of(email);
	if (host.s != NULL)
		r->domain = domain_of(packer, host);
}

/* ---------- mailboxes and numbers ---------- */

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
generation_of(DcPopulation *p, const char *email)
{
	static const char *const words[][2] = {{"jr", "jr"}, {"junior", "jr"}, {"sr", "sr"}, {"senior", "sr"}};
	const char *end = email + strcspn(email, "@");
	const char *s = email;

	while (s < end)
	{
		size_t		len = Min(strcspn(s, "._-"), end - s);

		for (int w = 0; w < lengthof(words); w++)
			if (len == strlen(words[w][0]) && len < end - email && pg_strncasecmp(s, words[w][0], len) == 0)
				return dc_intern(p, words[w][1]);
		s += len + 1;
	}
	return 0;
}

static void
add_email(DcPopulation *p, DcRecord *r, const char *email, bool is_role)
{
	char	   *key = dc_email_key(email);
	DcValue		value;

	if (key == NULL)
		return;
	value = dc_intern(p, key);
	if (is_role)
		p->flags[value] |= VALUE_ROLE;
	add_value(r->email, DC_MAX_EMAILS, value);
}

/* The address and what it tells of the organisation and the generation. */
static void
pack_email(DcPacker *packer, DcRecord *r)
{
	Text		text = column_text(packer, C_EMAIL);
	Text		qualification = column_text(packer, C_QUALIFICATION);
	char	   *email = c_string(text);

	if (email != NULL)
	{
		add_email(packer->population, r, email, begins_with(qualification, "generic@"));
		if (r->suffix == 0)
			r->suffix = generation_of(packer->population, email);
	}
	pack_domain(packer, r, text, qualification);
}

/* A number that could not be normalised compares by its digits, when there are enough of them. */
static void
add_phone(DcPacker *packer, DcRecord *r, Text phone)
{
	if (phone.s == NULL)
		return;
	if (!begins_with(phone, "+"))
	{
		char	   *digits = palloc(phone.len + 1);
		size_t		n = 0;

		for (size_t i = 0; i < phone.len; i++)
			if (phone.s[i] >= '0' && phone.s[i] <= '9')
				digits[n++] = phone.s[i];
		if (n < 7)
			return;
		phone = (Text) {.s = digits, .len = n};
	}
	add_value(r->phone, DC_MAX_PHONES, intern(packer, phone));
}

static void
pack_phones(DcPacker *packer, DcRecord *r)
{
	Text		kind = column_text(packer, C_PHONE_KIND);

	add_phone(packer, r, column_text(packer, C_MOBILE));
	r->nmobiles = r->phone[0] != 0;
	add_phone(packer, r, column_text(packer, C_PHONE));
	if (kind.len == 6 && begins_with(kind, "mobile"))
		r->nmobiles = (r->phone[0] != 0) + (r->phone[1] != 0);
}

static void
add_other_email(DcPacker *packer, DcRecord *r, Text text)
{
	char	   *email = c_string(text);
	DcEmail		parsed = {0};

	/* whether it is a mailbox of a function must not rest on who else carries it */
	dc_parse_email(email, &parsed);
	add_email(packer->population, r, email, parsed.qualification != NULL && strncmp(parsed.qualification, "generic@", 8) == 0);
}

static void
pack_list(DcPacker *packer, DcRecord *r, DcPackedColumn column, void (*add) (DcPacker *packer, DcRecord *r, Text element))
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (packer->nulls[column])
		return;
	deconstruct_array(DatumGetArrayTypeP(packer->values[column]), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			add(packer, r, text_of(values[i]));
}

/* ---------- declared fields ---------- */

/* A key of the attributes as text, as operator ->> gives it; NULL for none. */
static char *
attribute(Datum attributes, const char *key)
{
	LOCAL_FCINFO(call, 2);
	Datum		result;

	InitFunctionCallInfoData(*call, NULL, 2, InvalidOid, NULL, NULL);
	call->args[0] = (NullableDatum) {.value = attributes};
	call->args[1] = (NullableDatum) {.value = CStringGetTextDatum(key)};
	result = jsonb_object_field_text(call);
	return call->isnull ? NULL : TextDatumGetCString(result);
}

static void
pack_fields(DcPacker *packer, DcRecord *r)
{
	DcPopulation *p = packer->population;

	if (p->nfields == 0 || packer->nulls[C_ATTRIBUTES])
		return;
	for (int i = 0; i < p->nfields; i++)
	{
		char	   *text = attribute(packer->values[C_ATTRIBUTES], p->field_name[i]);

		if (text != NULL)
			r->field[i] = dc_intern(p, dc_field_value(p->field_kind[i], text));
	}
}

/* ---------- contacts ---------- */

static void
pack_columns(DcPacker *packer, DcRecord *r)
{
	Text		registration = column_text(packer, C_SIREN);

	pack_first_name(packer, r);
	r->middle = folded(packer, C_MIDDLE);
	r->last = folded(packer, C_LAST);
	dc_split_lone_name(packer->population, r);
	r->suffix = folded(packer, C_SUFFIX);
	pack_email(packer, r);
	pack_phones(packer, r);
	r->linkedin = intern(packer, column_text(packer, C_LINKEDIN));
	r->registration = intern(packer, registration.s != NULL ? registration : column_text(packer, C_VAT));
	pack_company(packer, r);
	r->postcode = folded(packer, C_POSTCODE);
	r->city = folded(packer, C_CITY);
	r->address = folded(packer, C_ADDRESS);
	r->job = folded(packer, C_JOB);
	pack_list(packer, r, C_OTHER_EMAILS, add_other_email);
	pack_list(packer, r, C_OTHER_PHONES, add_phone);
	pack_fields(packer, r);
}

/* Adds a contact, given by the columns of dc_packed_columns. */
void
dc_pack(DcPacker *packer, const Datum *values, const bool *nulls)
{
	DcRecord   *r = dc_add_record(packer->population);
	MemoryContext old = MemoryContextSwitchTo(packer->scratch);

	packer->values = values;
	packer->nulls = nulls;
	r->contact_id = DatumGetInt64(values[C_ID]);
	pack_columns(packer, r);
	MemoryContextSwitchTo(old);
	MemoryContextReset(packer->scratch);
}

/* Adds a row of table contact. */
void
dc_pack_row(DcPacker *packer, HeapTuple row, TupleDesc desc)
{
	Datum		values[DC_PACKED_COLUMNS];
	bool		nulls[DC_PACKED_COLUMNS];

	for (int c = 0; c < DC_PACKED_COLUMNS; c++)
	{
		nulls[c] = true;
		for (int i = 0; i < desc->natts; i++)
			if (!TupleDescAttr(desc, i)->attisdropped && strcmp(NameStr(TupleDescAttr(desc, i)->attname), dc_packed_columns[c]) == 0)
				values[c] = heap_getattr(row, i + 1, desc, &nulls[c]);
	}
	dc_pack(packer, values, nulls);
}
