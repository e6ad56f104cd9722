/*-------------------------------------------------------------------------
 *
 * pack_point.c
 *	  Mailboxes and numbers of a contact.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "base/version.h"
#include "match/pack/packer.h"
#include "normalize/normalize.h"

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

static void
pack_list(DcPacker *packer, DcRecord *r, Datum list, void (*add) (DcPacker *packer, DcRecord *r, DcText element))
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (list == 0)
		return;
	deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
		{
			struct varlena *text = PG_DETOAST_DATUM_PACKED(values[i]);

			add(packer, r, (DcText) {.s = VARDATA_ANY(text), .len = VARSIZE_ANY_EXHDR(text)});
		}
}

/* ---------- mailboxes ---------- */

/* The key of a mailbox; NULL for what is none, or nobody's. */
char *
dc_mailbox_key(const char *email)
{
	char	   *key = email == NULL ? NULL : dc_email_key(email);

	return key == NULL || dc_mailbox_says_nothing(key) ? NULL : key;
}

/* A generation that only the address tells, as in jr.john.smith@; 0 for none. */
DcValue
dc_generation_of_mailbox(DcPopulation *p, const char *email)
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

static void
add_other_email(DcPacker *packer, DcRecord *r, DcText text)
{
	char	   *email = pnstrdup(text.s, text.len);
	DcEmail		parsed = {0};

	/* whether it is a mailbox of a function must not rest on who else carries it */
	dc_parse_email(email, &parsed);
	add_mailbox(packer->population, r, dc_intern(packer->population, dc_mailbox_key(email)), parsed.qualification != NULL && strncmp(parsed.qualification, "generic@", 8) == 0);
}

void
dc_pack_mailboxes(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	add_mailbox(packer->population, r, dc_intern_cell(packer, &contact->own[OWN_MAILBOX]), dc_text_begins(contact->text[C_QUALIFICATION], "generic@"));
	pack_list(packer, r, contact->other_emails, add_other_email);
}

/* ---------- numbers ---------- */

/* So many digits of a number in international form are looked at, without its country: +33 123456789. */
#define NATIONAL_DIGITS 9

/* What a number compares by: one that could not be normalised by its digits, when there are enough of them. */
DcText
dc_phone_text(DcText phone)
{
	char	   *digits;
	size_t		n = 0;

	if (phone.s == NULL || dc_text_begins(phone, "+"))
		return phone.len > NATIONAL_DIGITS && dc_number_says_nothing(phone.s + phone.len - NATIONAL_DIGITS, NATIONAL_DIGITS) ? (DcText) {0} : phone;
	digits = palloc(phone.len + 1);
	for (size_t i = 0; i < phone.len; i++)
		if (phone.s[i] >= '0' && phone.s[i] <= '9')
			digits[n++] = phone.s[i];
	return n < 7 || dc_number_says_nothing(digits, n) ? (DcText) {0} : (DcText) {.s = digits, .len = n};
}

static void
add_other_phone(DcPacker *packer, DcRecord *r, DcText text)
{
	DcText		phone = dc_phone_text(text);

	add_value(r->phone, DC_MAX_PHONES, dc_intern_n(packer->population, phone.s, phone.len));
}

void
dc_pack_phones(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	DcText		kind = contact->text[C_PHONE_KIND];

	add_value(r->phone, DC_MAX_PHONES, dc_intern_cell(packer, &contact->own[OWN_MOBILE]));
	r->nmobiles = r->phone[0] != 0;
	add_value(r->phone, DC_MAX_PHONES, dc_intern_cell(packer, &contact->own[OWN_PHONE]));
	if (kind.len == 6 && dc_text_begins(kind, "mobile"))
		r->nmobiles = (r->phone[0] != 0) + (r->phone[1] != 0);
	pack_list(packer, r, contact->other_phones, add_other_phone);
}
