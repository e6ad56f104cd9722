/*-------------------------------------------------------------------------
 *
 * peers.cc
 *	  The rates of the libraries alone, on the lines of files: libphonenumber reading
 *	  numbers of a region to E.164, ICU's transliterator folding names.
 *
 * usage: peers REGION NUMBERS NAMES; prints a name and a rate a line
 *
 *-------------------------------------------------------------------------
 */
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <phonenumbers/phonenumberutil.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static std::vector<std::string>
read_lines(const char *path)
{
	std::ifstream file(path);
	std::vector<std::string> lines;

	for (std::string line; std::getline(file, line);)
		lines.push_back(line);
	return lines;
}

template <typename F>
static void
measure(const char *name, const std::vector<std::string> &lines, F call)
{
	auto		start = std::chrono::steady_clock::now();
	size_t		n = 0;
	double		seconds = 0;

	while (seconds < 1.5)
	{
		for (int i = 0; i < 500; i++)
			call(lines[n++ % lines.size()]);
		seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
	}
	printf("%s %.0f\n", name, n / seconds);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
	UErrorCode	status = U_ZERO_ERROR;
	std::unique_ptr<icu::Transliterator> fold(icu::Transliterator::createInstance("NFKC; Any-Latin; Latin-ASCII; Lower; NFKC", UTRANS_FORWARD, status));

	measure("libphonenumber", read_lines(argv[2]), [&](const std::string &line) {
		PhoneNumber number;
		std::string e164;

		if (util->Parse(line, argv[1], &number) == PhoneNumberUtil::NO_PARSING_ERROR && util->IsValidNumber(number))
			util->Format(number, PhoneNumberUtil::E164, &e164);
	});
	measure("icu", read_lines(argv[3]), [&](const std::string &line) {
		icu::UnicodeString text = icu::UnicodeString::fromUTF8(line);
		std::string utf8;

		fold->transliterate(text);
		text.toUTF8String(utf8);
	});
	return 0;
}
