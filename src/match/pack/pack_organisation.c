/*-------------------------------------------------------------------------
 *
 * pack_organisation.c
 *	  What a contact tells of its organisation: number, domain, name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "match/pack/packer.h"
#include "normalize/normalize.h"

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
DcText
dc_telling_host(const DcText *text)
{
	if (text[C_WEBSITE].s == NULL && text[C_EMAIL].s != NULL && dc_text_ends(text[C_QUALIFICATION], "@pro") && !dc_mailbox_says_nothing(text[C_EMAIL].s))
		return host_of(text[C_EMAIL]);
	return text[C_WEBSITE];
}

/* SIREN, or else VAT number; what cleaning could not read stands as it was received, and is none. */
DcText
dc_registration_text(const DcText *text)
{
	char	   *number = text[C_SIREN].s == NULL ? NULL : dc_normalize_siren(text[C_SIREN].s);

	if (number == NULL && text[C_VAT].s != NULL)
		number = dc_normalize_vat(text[C_VAT].s);
	return (DcText) {.s = number, .len = number == NULL ? 0 : strlen(number)};
}

static DcValue
company_of(DcPacker *packer, const DcWaiting *contact)
{
	bool		found;
	DcMemo	   *memo = dc_remember(packer, contact, C_COMPANY, &found);

	if (memo == NULL)
		return 0;
	if (!found)
	{
		const char *text = contact->text[C_COMPANY].s;
		DcCompany	parsed = {0};

		dc_parse_company(text, &parsed);
		memo->value = parsed.key == NULL || dc_says_nothing(text, "company") || dc_says_nothing(parsed.key, "company") ? 0 : dc_intern(packer->population, parsed.key);
	}
	return memo->value;
}

static DcValue
domain_of(DcPacker *packer, const DcWaiting *contact)
{
	bool		found;
	DcMemo	   *memo = dc_remember(packer, contact, C_WEBSITE, &found);

	if (memo == NULL)
		return 0;
	if (!found)
	{
		const char *domain = dc_registrable_domain(contact->text[C_WEBSITE].s);

		memo->value = domain == NULL || dc_is_shared_host(domain) ? 0 : dc_intern(packer->population, domain);
	}
	return memo->value;
}

void
dc_pack_organisation(DcPacker *packer, const DcWaiting *contact, DcRecord *r)
{
	r->registration = dc_intern_cell(packer, &contact->own[OWN_REGISTRATION]);
	r->domain = domain_of(packer, contact);
	r->company = company_of(packer, contact);
	dc_name_organisation(packer->population, r);
}
