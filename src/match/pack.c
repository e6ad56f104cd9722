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
#include "match/memo.h"
#include "match/pack.h"
#include "normalize/normalize.h"

const char *const dc_packed_columns[DC_PACKED_COLUMNS] = {
	"contact_id", "first_name", "middle_name", "last_name", "suffix", "email", "other_emails", "phone", "mobile_phone", "other_phones",
	"linkedin", "siren", "vat", "website", "company", "postcode", "city", "address", "job_title", "email_qualification", "phone_kind", "attributes"
};

/* The columns of which each text is read once. */
static const DcPackedColumn remembered[] = {C_FIRST, C_MIDDLE, C_LAST, C_SUFFIX, C_COMPANY, C_WEBSITE, C_POSTCODE, C_CITY, C_ADDRESS, C_JOB};

/* A text of the contact at hand, and its hash in the memos. */
typedef struct Cell
{
	DcText		text;
	uint64		hash;
} Cell;

struct DcPacker
{
	DcPopulation *population;
	MemoryContext context;		/* of the packer and the texts that it remembers */
	MemoryContext scratch;		/* emptied after each contact */
	DcMemos    *memos;
	const Datum *values;		/* of the contact at hand */
	const bool *nulls;
	Cell		cell[DC_PACKED_COLUMNS];	/* of those that are remembered */
};

/* A packer for a population, in the current memory context. */
DcPacker *
dc_packer_create(DcPopulation *population)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact packer", ALLOCSET_DEFAULT_SIZES);
	DcPacker   *packer = MemoryContextAllocZero(context, sizeof(DcPacker));
	MemoryContext old;

	packer->population = population;
	packer->context = context;
	packer->scratch = AllocSetContextCreate(context, "dropcontact packing", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	packer->memos = dc_memos_create();
	MemoryContextSwitchTo(old);
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

/* ---------- columns ---------- */

static DcText
text_of(Datum datum)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(datum);

	return (DcText) {.s = VARDATA_ANY(text), .len = VARSIZE_ANY_EXHDR(text)};
}

static DcText
column_text(const DcPacker *packer, DcPackedColumn column)
{
	return packer->nulls[column] ? (DcText) {0} : text_of(packer->values[column]);
}

/* What is looked up together is asked for together, so that it comes from memory at once. */
static void
ask_for(DcPacker *packer, DcPackedColumn column, DcText text)
{
	Cell	   *cell = &packer->cell[column];

	cell->text = text;
	if (text.s != NULL)
		cell->hash = dc_memo_hash(packer->memos, column, text);
}

static void
touch_all(DcPacker *packer)
{
	for (int i = 0; i < lengthof(remembered); i++)
		if (packer->cell[remembered[i]].text.s != NULL)
			dc_memo_touch(packer->memos, packer->cell[remembered[i]].hash);
}

/* The memo of a column of the contact, NULL when it has none; new ones come with found false. */
static DcMemo *
remember(DcPacker *packer, DcPackedColumn column, bool *found)
{
	const Cell *cell = &packer->cell[column];

	return cell->text.s == NULL ? NULL : dc_memo_find(packer->memos, column, cell->text, cell->hash, found);
}

static char *
c_string(DcText text)
{
	return text.s == NULL ? NULL : pnstrdup(text.s, text.len);
}

static bool
begins_with(DcText text, const char *start)
{
	size_t		len = strlen(start);

	return text.len >= len && memcmp(text.s, start, len) == 0;
}

static bool
ends_with(DcText text, const char *end)
{
	size_t		len = strlen(end);

	return text.len >= len && memcmp(text.s + text.len - len, end, len) == 0;
}

/* The same for a text that is interned as it is. */
static Cell
ask_for_value(DcPacker *packer, DcText text)
{
	Cell		cell = {.text = text};

	if (text.len > 0)
	{
		cell.hash = dc_text_hash(text.s, text.len);
		dc_ask_value(packer->population, cell.hash);
	}
	return cell;
}

static void
touch_value(DcPacker *packer, const Cell *cell)
{
	if (cell->text.len > 0)
		dc_touch_value(packer->population, cell->hash);
}

static DcValue
intern(DcPacker *packer, const Cell *cell)
{
	return dc_intern_hashed(packer->population, cell->text.s, cell->text.len, cell->hash);
}

static DcValue
folded(DcPacker *packer, DcPackedColumn column, const char *kind)
{
	bool		found;
	DcMemo	   *memo = remember(packer, column, &found);

	if (memo == NULL)
		return 0;
	if (!found && !dc_says_nothing(pnstrdup(memo->text, memo->len), kind))
		memo->value = dc_intern(packer->population, dc_fold_n(memo->text, memo->len));
	return memo->value;
}

/* ---------- names ---------- */

/* The first name, and its first word with a nickname as its full name. */
static void
pack_first_name(DcPacker *packer, DcRecord *r)
{
	DcPopulation *p = packer->population;
	bool		found;
	DcMemo	   *memo = remember(packer, C_FIRST, &found);

	if (memo == NULL)
		return;
	if (!found && !dc_says_nothing(pnstrdup(memo->text, memo->len), "person"))
	{
		bool		only_titles;
		char	   *first = dc_without_titles(dc_fold_n(memo->text, memo->len), &only_titles);
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
	bool		found;
	DcMemo	   *memo = remember(packer, C_COMPANY, &found);

	if (memo == NULL)
		return;
	if (!found)
	{
		DcCompany	parsed = {0};
		char	   *text = pnstrdup(memo->text, memo->len);

		dc_parse_company(text, &parsed);
		memo->value = parsed.key == NULL || dc_says_nothing(text, "company") || dc_says_nothing(parsed.key, "company") ? 0 : dc_intern(packer->population, parsed.key);
	}
	r->company = memo->value;
}

/* Of the host that tells the organisation. */
static void
pack_domain(DcPacker *packer, DcRecord *r)
{
	bool		found;
	DcMemo	   *memo = remember(packer, C_WEBSITE, &found);

	if (memo == NULL)
		return;
	if (!found)
	{
		const char *domain = dc_registrable_domain(pnstrdup(memo->text, memo->len));

		memo->value = domain == NULL || dc_is_shared_host(domain) ? 0 : dc_intern(packer->population, domain);
	}
	r->domain = memo->value;
}

/* What stands behind the last @; NULL without one. */
static DcText
host_of(DcText email)
{
	for (size_t i = email.len; i > 0; i--)
		if (email.s[i - 1] == '@')
			return (DcText) {.s = email.s + i, .len = email.len - i};
	return (DcText) {0};
}

/* A host that tells the organisation: of the web site, else of a professional address. */
static DcText
telling_host(const DcPacker *packer)
{
	DcText		host = column_text(packer, C_WEBSITE);

	if (host.s == NULL && !packer->nulls[C_EMAIL] && !packer->nulls[C_QUALIFICATION] && ends_with(column_text(packer, C_QUALIFICATION), "@pro") &&
		!dc_mailbox_says_nothing(c_string(column_text(packer, C_EMAIL))))
		host = host_of(column_text(packer, C_EMAIL));
	return host;
}

/* SIREN, or else VAT number; what cleaning could not read stands as it was received, and is none. */
static DcText
registration_text(const DcPacker *packer)
{
	char	   *siren = c_string(column_text(packer, C_SIREN));
	char	   *vat = c_string(column_text(packer, C_VAT));

	siren = siren == NULL ? NULL : dc_normalize_siren(siren);
	if (siren == NULL && vat != NULL)
		siren = dc_normalize_vat(vat);
	return (DcText) {.s = siren, .len = siren == NULL ? 0 : strlen(siren)};
}

static DcText
profile_text(const DcPacker *packer)
{
	DcText		profile = column_text(packer, C_LINKEDIN);

	return begins_with(profile, "linkedin.com/") ? profile : (DcText) {0};
}

/* The key of a mailbox; NULL for what is none, or nobody's. */
static char *
mailbox_key(const char *email)
{
	char	   *key = email == NULL ? NULL : dc_email_key(email);

	return key == NULL || dc_mailbox_says_nothing(key) ? NULL : key;
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
add_mailbox(DcPopulation *p, DcRecord *r, DcValue mailbox, bool is_role)
{
	if (mailbox != 0 && is_role)
		p->flags[mailbox] |= VALUE_ROLE;
	add_value(r->email, DC_MAX_EMAILS, mailbox);
}

/* So many digits of a number in international form are looked at, without its country: +33 123456789. */
#define NATIONAL_DIGITS 9

/* What a number compares by: one that could not be normalised by its digits, when there are enough of them. */
static DcText
phone_text(DcText phone)
{
	char	   *digits;
	size_t		n = 0;

	if (phone.s == NULL || begins_with(phone, "+"))
		return phone.len > NATIONAL_DIGITS && dc_number_says_nothing(phone.s + phone.len - NATIONAL_DIGITS, NATIONAL_DIGITS) ? (DcText) {0} : phone;
	digits = palloc(phone.len + 1);
	for (size_t i = 0; i < phone.len; i++)
		if (phone.s[i] >= '0' && phone.s[i] <= '9')
			digits[n++] = phone.s[i];
	return n < 7 || dc_number_says_nothing(digits, n) ? (DcText) {0} : (DcText) {.s = digits, .len = n};
}

static void
pack_phones(DcPacker *packer, DcRecord *r, const Cell *mobile, const Cell *phone)
{
	DcText		kind = column_text(packer, C_PHONE_KIND);

	add_value(r->phone, DC_MAX_PHONES, intern(packer, mobile));
	r->nmobiles = r->phone[0] != 0;
	add_value(r->phone, DC_MAX_PHONES, intern(packer, phone));
	if (kind.len == 6 && begins_with(kind, "mobile"))
		r->nmobiles = (r->phone[0] != 0) + (r->phone[1] != 0);
}

static void
add_other_phone(DcPacker *packer, DcRecord *r, DcText text)
{
	DcText		phone = phone_text(text);

	add_value(r->phone, DC_MAX_PHONES, dc_intern_n(packer->population, phone.s, phone.len));
}

static void
add_other_email(DcPacker *packer, DcRecord *r, DcText text)
{
	char	   *email = c_string(text);
	DcEmail		parsed = {0};

	/* whether it is a mailbox of a function must not rest on who else carries it */
	dc_parse_email(email, &parsed);
	add_mailbox(packer->population, r, dc_intern(packer->population, mailbox_key(email)), parsed.qualification != NULL && strncmp(parsed.qualification, "generic@", 8) == 0);
}

static void
pack_list(DcPacker *packer, DcRecord *r, DcPackedColumn column, void (*add) (DcPacker *packer, DcRecord *r, DcText element))
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

		if (text != NULL && !dc_says_nothing(text, ""))
			r->field[i] = dc_intern(p, dc_field_value(p->field_kind[i], text));
	}
}

/* ---------- contacts ---------- */

static void
pack_columns(DcPacker *packer, DcRecord *r)
{
	DcPopulation *p = packer->population;
	char	   *email = c_string(column_text(packer, C_EMAIL));
	char	   *mailbox = mailbox_key(email);
	Cell		cells[] = {
		ask_for_value(packer, phone_text(column_text(packer, C_MOBILE))), ask_for_value(packer, phone_text(column_text(packer, C_PHONE))),
		ask_for_value(packer, profile_text(packer)), ask_for_value(packer, registration_text(packer)),
		ask_for_value(packer, (DcText) {.s = mailbox, .len = mailbox == NULL ? 0 : strlen(mailbox)}),
	};

	for (int i = 0; i < lengthof(remembered); i++)
		ask_for(packer, remembered[i], remembered[i] == C_WEBSITE ? telling_host(packer) : column_text(packer, remembered[i]));
	for (int i = 0; i < lengthof(cells); i++)
		touch_value(packer, &cells[i]);
	touch_all(packer);
	pack_phones(packer, r, &cells[0], &cells[1]);
	r->linkedin = intern(packer, &cells[2]);
	r->registration = intern(packer, &cells[3]);
	add_mailbox(p, r, intern(packer, &cells[4]), begins_with(column_text(packer, C_QUALIFICATION), "generic@"));
	pack_first_name(packer, r);
	r->middle = folded(packer, C_MIDDLE, "person");
	r->suffix = folded(packer, C_SUFFIX, "");
	r->last = dc_split_generation(p, r, folded(packer, C_LAST, "person"));
	dc_split_lone_name(p, r);
	if (r->suffix == 0 && email != NULL)
		r->suffix = generation_of(p, email);
	pack_domain(packer, r);
	pack_company(packer, r);
	r->postcode = folded(packer, C_POSTCODE, "");
	r->city = folded(packer, C_CITY, "");
	r->address = folded(packer, C_ADDRESS, "");
	r->job = folded(packer, C_JOB, "");
	pack_list(packer, r, C_OTHER_EMAILS, add_other_email);
	pack_list(packer, r, C_OTHER_PHONES, add_other_phone);
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
