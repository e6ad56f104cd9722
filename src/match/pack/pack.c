/*-------------------------------------------------------------------------
 *
 * pack.c
 *	  A contact packed into a record of a population.
 *
 * Columns whose values come again and again (names, companies, towns) are folded and parsed
 * once for each distinct text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/text.h"
#include "base/version.h"
#include "lexicon.h"
#include "match/pack/packer.h"

const char *const dc_packed_columns[DC_PACKED_COLUMNS] = {
	"contact_id", "first_name", "middle_name", "last_name", "suffix", "email", "other_emails", "phone", "mobile_phone", "other_phones",
	"linkedin", "siren", "vat", "website", "company", "postcode", "city", "address", "job_title", "email_qualification", "phone_kind", "attributes"
};

/* The columns of which each text is read once. */
static const DcPackedColumn remembered[] = {C_FIRST, C_MIDDLE, C_LAST, C_SUFFIX, C_COMPANY, C_WEBSITE, C_POSTCODE, C_CITY, C_ADDRESS, C_JOB};

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
	Assert(packer->nwaiting == 0);
	MemoryContextDelete(packer->context);
}

bool
dc_text_begins(DcText text, const char *start)
{
	size_t		len = strlen(start);

	return text.len >= len && memcmp(text.s, start, len) == 0;
}

bool
dc_text_ends(DcText text, const char *end)
{
	size_t		len = strlen(end);

	return text.len >= len && memcmp(text.s + text.len - len, end, len) == 0;
}

/* ---------- a contact copied ---------- */

/* A value that stays when the row goes: in the current memory context. */
static Datum
copy_list(Datum value, bool isnull)
{
	return isnull ? (Datum) 0 : PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
}

/* The columns that are texts, one behind the other. */
static void
copy_texts(DcWaiting *contact, const Datum *values, const bool *nulls)
{
	size_t		size = 0;
	char	   *room;

	for (int c = 0; c < DC_PACKED_COLUMNS; c++)
	{
		struct varlena *text;

		contact->text[c] = (DcText) {0};
		if (nulls[c] || c == C_ID || c == C_OTHER_EMAILS || c == C_OTHER_PHONES || c == C_ATTRIBUTES)
			continue;
		text = PG_DETOAST_DATUM_PACKED(values[c]);
		contact->text[c] = (DcText) {.s = VARDATA_ANY(text), .len = VARSIZE_ANY_EXHDR(text)};
		size += contact->text[c].len + 1;
	}
	room = palloc(size + 1);
	for (int c = 0; c < DC_PACKED_COLUMNS; c++)
		if (contact->text[c].s != NULL)
		{
			char	   *copy = memcpy(room, contact->text[c].s, contact->text[c].len);

			room += contact->text[c].len;
			*room++ = '\0';
			contact->text[c].s = copy;
		}
}

/* ---------- what it looks up ---------- */

static void
ask_for_own(DcPacker *packer, DcWaiting *contact, DcOwnText which, DcText text)
{
	DcCell	   *cell = &contact->own[which];

	*cell = (DcCell) {.text = text};
	if (text.len > 0)
	{
		cell->hash = dc_text_hash(text.s, text.len);
		dc_ask_value(packer->population, cell->hash);
	}
}

static void
ask_for_all(DcPacker *packer, DcWaiting *contact)
{
	DcText	   *text = contact->text;
	char	   *mailbox = dc_mailbox_key(text[C_EMAIL].s);

	ask_for_own(packer, contact, OWN_MOBILE, dc_phone_text(text[C_MOBILE]));
	ask_for_own(packer, contact, OWN_PHONE, dc_phone_text(text[C_PHONE]));
	ask_for_own(packer, contact, OWN_PROFILE, dc_text_begins(text[C_LINKEDIN], "linkedin.com/") ? text[C_LINKEDIN] : (DcText) {0});
	ask_for_own(packer, contact, OWN_REGISTRATION, dc_registration_text(text));
	ask_for_own(packer, contact, OWN_MAILBOX, (DcText) {.s = mailbox, .len = mailbox == NULL ? 0 : strlen(mailbox)});
	text[C_WEBSITE] = dc_telling_host(text);
	for (int i = 0; i < lengthof(remembered); i++)
		if (text[remembered[i]].s != NULL)
			contact->hash[remembered[i]] = dc_memo_hash(packer->memos, remembered[i], text[remembered[i]]);
}

/* The places that were asked for have come: what they point to. */
static void
touch_all(DcPacker *packer, DcWaiting *contact)
{
	const DcPopulation *p = packer->population;

	for (int i = 0; i < lengthof(remembered); i++)
		if (contact->text[remembered[i]].s != NULL)
			dc_memo_touch(packer->memos, contact->hash[remembered[i]]);
	for (int i = 0; i < DC_OWN_TEXTS; i++)
		if (contact->own[i].text.len > 0)
			dc_prefetch(&p->text[contact->own[i].guess = dc_guess_value(p, contact->own[i].hash)]);
}

/* always inline: a function that only prefetches has no effect that a compiler would keep a call for */
static pg_attribute_always_inline void
touch_texts(const DcPopulation *p, const DcWaiting *contact)
{
	for (int i = 0; i < DC_OWN_TEXTS; i++)
		dc_prefetch(p->text[contact->own[i].guess]);
}

/* ---------- names ---------- */

/* What a column says, folded; form: what brings that to one spelling, or NULL. */
static DcValue
folded_as(DcPacker *packer, const DcWaiting *contact, DcPackedColumn column, const char *kind, char *(*form) (const char *))
{
	bool		found;
	DcMemo	   *memo = dc_remember(packer, contact, column, &found);

	if (memo == NULL)
		return 0;
	if (!found && !dc_says_nothing(contact->text[column].s, kind))
	{
		char	   *text = dc_fold_n(memo->text, memo->len);

		memo->value = dc_intern(packer->population, form == NULL ? text : form(text));
	}
	return memo->value;
}

static DcValue
folded(DcPacker *packer, const DcWaiting *contact, DcPackedColumn column, const char *kind)
{
	return folded_as(packer, contact, column, kind, NULL);
}

/* The first name, and its first word with a nickname as its full name. */
static void
pack_first_name(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	DcPopulation *p = packer->population;
	bool		found;
	DcMemo	   *memo = dc_remember(packer, contact, C_FIRST, &found);

	if (memo == NULL)
		return;
	if (!found && !dc_says_nothing(contact->text[C_FIRST].s, "person"))
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

/* The last name, and the generation behind it. */
static void
pack_last_name(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	DcPopulation *p = packer->population;
	bool		found;
	DcMemo	   *memo = dc_remember(packer, contact, C_LAST, &found);

	if (memo == NULL)
		return;
	if (!found && !dc_says_nothing(contact->text[C_LAST].s, "person"))
		memo->value = dc_split_generation(p, dc_intern(p, dc_fold_n(memo->text, memo->len)), &memo->second);
	r->last = memo->value;
	if (r->suffix == 0)
		r->suffix = memo->second;
}

static void
pack_name(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	pack_first_name(packer, contact, r);
	r->middle = folded(packer, contact, C_MIDDLE, "person");
	r->suffix = folded(packer, contact, C_SUFFIX, "");
	pack_last_name(packer, contact, r);
	dc_split_lone_name(packer->population, r);
	if (r->suffix == 0 && contact->text[C_EMAIL].s != NULL)
		r->suffix = dc_generation_of_mailbox(packer->population, contact->text[C_EMAIL].s);
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
pack_fields(DcPopulation *p, const DcWaiting *contact, DcRecord *r)
{
	if (contact->attributes == 0)
		return;
	for (int i = 0; i < p->nfields; i++)
	{
		char	   *text = attribute(contact->attributes, p->field_name[i]);

		if (text != NULL && !dc_says_nothing(text, ""))
			r->field[i] = dc_intern(p, dc_field_value(p->field_kind[i], text));
	}
}

/* ---------- contacts ---------- */

static void
pack_contact(DcPacker *packer, const DcWaiting *contact)
{
	DcRecord   *r = dc_add_record(packer->population);

	r->contact_id = contact->contact_id;
	dc_pack_phones(packer, contact, r);
	r->linkedin = dc_intern_cell(packer, &contact->own[OWN_PROFILE]);
	dc_pack_mailboxes(packer, contact, r);
	pack_name(packer, contact, r);
	dc_pack_organisation(packer, contact, r);
	r->postcode = folded(packer, contact, C_POSTCODE, "");
	r->city = folded(packer, contact, C_CITY, "");
	r->address = folded_as(packer, contact, C_ADDRESS, "", dc_address_key);
	r->job = folded(packer, contact, C_JOB, "");
	pack_fields(packer->population, contact, r);
}

/* Packs the contacts that wait. */
void
dc_pack_waiting(DcPacker *packer)
{
	MemoryContext old = MemoryContextSwitchTo(packer->scratch);

	for (int i = 0; i < packer->nwaiting; i++)
		touch_all(packer, &packer->waiting[i]);
	for (int i = 0; i < packer->nwaiting; i++)
		touch_texts(packer->population, &packer->waiting[i]);
	for (int i = 0; i < packer->nwaiting; i++)
		pack_contact(packer, &packer->waiting[i]);
	packer->nwaiting = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(packer->scratch);
}

/* Adds a contact, given by the columns of dc_packed_columns, which may go, once some more have come or dc_pack_waiting() is called. */
void
dc_pack_soon(DcPacker *packer, const Datum *values, const bool *nulls)
{
	MemoryContext old = MemoryContextSwitchTo(packer->scratch);
	DcWaiting  *contact = &packer->waiting[packer->nwaiting++];

	contact->contact_id = DatumGetInt64(values[C_ID]);
	copy_texts(contact, values, nulls);
	contact->other_emails = copy_list(values[C_OTHER_EMAILS], nulls[C_OTHER_EMAILS]);
	contact->other_phones = copy_list(values[C_OTHER_PHONES], nulls[C_OTHER_PHONES]);
	contact->attributes = copy_list(values[C_ATTRIBUTES], nulls[C_ATTRIBUTES] || packer->population->nfields == 0);
	ask_for_all(packer, contact);
	MemoryContextSwitchTo(old);
	if (packer->nwaiting == DC_WAITING)
		dc_pack_waiting(packer);
}

void
dc_pack(DcPacker *packer, const Datum *values, const bool *nulls)
{
	dc_pack_soon(packer, values, nulls);
	dc_pack_waiting(packer);
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
