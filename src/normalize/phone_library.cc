/*-------------------------------------------------------------------------
 *
 * phone_library.cc
 *	  libphonenumber as a C function; no exception leaves it.
 *
 *-------------------------------------------------------------------------
 */
#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

#include "normalize/phone_library.h"

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

template <size_t N>
static void
copy(char (&target)[N], const std::string &source)
{
	strncpy(target, source.c_str(), N - 1);
	target[N - 1] = '\0';
}

extern "C" __attribute__((visibility("default"))) int
dc_library_parse(const char *input, const char *region, DcLibraryNumber *result)
{
	try
	{
		const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
		PhoneNumber number;
		std::string s;
		int			error;

		memset(result, 0, sizeof(*result));
		error = util->Parse(input, region, &number);
		if (error != PhoneNumberUtil::NO_PARSING_ERROR)
			return error;
		result->valid = util->IsValidNumber(number) ? 2 : util->IsPossibleNumber(number) ? 1 : 0;
		result->kind = util->GetNumberType(number);
		util->GetRegionCodeForNumber(number, &s);
		if (s.size() == 2)
			copy(result->region, s);
		copy(result->extension, number.extension());
		number.clear_extension();
		util->Format(number, PhoneNumberUtil::E164, &s);
		copy(result->e164, s);
		util->Format(number, PhoneNumberUtil::NATIONAL, &s);
		copy(result->national, s);
		util->Format(number, PhoneNumberUtil::INTERNATIONAL, &s);
		copy(result->international, s);
		return 0;
	}
	catch (...)
	{
		return -1;
	}
}
