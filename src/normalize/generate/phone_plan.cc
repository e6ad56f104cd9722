/*-------------------------------------------------------------------------
 *
 * phone_plan.cc
 *	  Writes the numbering plans (normalize/phone_plan.h) as C to standard output.
 *
 * libphonenumber's metadata describe a country's numbers by regular expressions of
 * finite length, one for each kind.  Here they become one automaton for each country
 * whose end states name the kind, exactly as PhoneNumberUtil::GetNumberType decides.
 * Automata without loops are minimal when equal states, ends first, are one.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <phonenumbers/phonemetadata.pb.h>
#include <phonenumbers/phonenumberutil.h>

namespace i18n
{
namespace phonenumbers
{
/* Not in its headers, but what its other libraries use. */
int			metadata_size();
const void *metadata_get();
}
}

using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneMetadataCollection;
using i18n::phonenumbers::PhoneNumberDesc;
using i18n::phonenumbers::PhoneNumberUtil;

/* The first in order of look-up; all others follow. With a country come all that share its calling code. */
static const char *const countries[] = {
	"FR", "DE", "GB", "ES", "IT", "BE", "CH", "US", "NL", "PT", "AT", "PL", "SE", "DK", "NO", "FI", "CZ", "IE",
	"GP", "GF", "MQ", "RE"
};

[[noreturn]] static void
fail(const std::string &what)
{
	fprintf(stderr, "phone_plan: %s\n", what.c_str());
	exit(1);
}

/* A nondeterministic automaton over digits, made from regular expressions. */
class Automaton
{
public:
	typedef std::set<int> States;

	/* Adds an expression; answers its first and its last state. */
	std::pair<int, int> add(const std::string &expression)
	{
		pattern = expression;
		at = 0;
		std::pair<int, int> whole = alternatives();
		if (at != pattern.size())
			fail("unexpected character in " + pattern);
		return whole;
	}

	void close(States &states) const
	{
		std::vector<int> open(states.begin(), states.end());

		while (!open.empty())
		{
			int			state = open.back();

			open.pop_back();
			for (int next : silent[state])
				if (states.insert(next).second)
					open.push_back(next);
		}
	}

	States step(const States &states, int digit) const
	{
		States		reached;

		for (int state : states)
			if (digits[state] & (1 << digit))
				reached.insert(target[state]);
		close(reached);
		return reached;
	}

private:
	std::string pattern;
	size_t		at = 0;
	std::vector<std::vector<int>> silent;	/* followed without a digit */
	std::vector<int> digits;	/* set of digits that lead to target */
	std::vector<int> target;

	int state()
	{
		silent.emplace_back();
		digits.push_back(0);
		target.push_back(0);
		return silent.size() - 1;
	}

	bool take(const char *text)
	{
		if (pattern.compare(at, std::string(text).size(), text) != 0)
			return false;
		at += std::string(text).size();
		return true;
	}

	std::pair<int, int> alternatives()
	{
		int			first = state();
		int			last = state();

		do
		{
			std::pair<int, int> one = sequence();

			silent[first].push_back(one.first);
			silent[one.second].push_back(last);
		} while (take("|"));
		return {first, last};
	}

	std::pair<int, int> sequence()
	{
		int			first = state();
		int			last = first;

		while (at < pattern.size() && pattern[at] != '|' && pattern[at] != ')')
		{
			size_t		begin = at;
			std::pair<int, int> part = atom();
			int			least = 1;
			int			most = 1;

			counts(least, most);
			for (int i = 1; i <= most; i++)
			{
				if (i > 1)
					part = again(begin);
				silent[last].push_back(part.first);
				if (i > least)
					silent[last].push_back(part.second);
				last = part.second;
			}
		}
		return {first, last};
	}

	/* Another copy of the atom that begins there. */
	std::pair<int, int> again(size_t begin)
	{
		size_t		end = at;

		at = begin;
		std::pair<int, int> copy = atom();
		at = end;
		return copy;
	}

	void counts(int &least, int &most)
	{
		if (take("?"))
			least = 0;
		else if (take("{"))
		{
			least = most = number();
			if (take(","))
				most = number();
			if (!take("}") || most < 1)
				fail("repetition in " + pattern);
		}
	}

	int number()
	{
		int			n = 0;

		while (at < pattern.size() && isdigit(pattern[at]))
			n = 10 * n + pattern[at++] - '0';
		return n;
	}

	std::pair<int, int> atom()
	{
		if (take("(?:") || take("("))
		{
			std::pair<int, int> inner = alternatives();

			if (!take(")"))
				fail("parenthesis in " + pattern);
			return inner;
		}
		int			first = state();

		digits[first] = take("[") ? members() : one_of();
		int			last = state();

		target[first] = last;
		return {first, last};
	}

	int one_of()
	{
		if (take("\\d"))
			return 0x3FF;
		if (at >= pattern.size() || !isdigit(pattern[at]))
			fail("unexpected character in " + pattern);
		return 1 << (pattern[at++] - '0');
	}

	int members()
	{
		int			set = 0;

		while (!take("]"))
		{
			int			from = at < pattern.size() ? pattern[at] - '0' : 0;

			set |= one_of();
			if (take("-"))
			{
				int			to = pattern[at] - '0';

				if (one_of() == 0x3FF || to < from)
					fail("range in " + pattern);
				for (int digit = from; digit <= to; digit++)
					set |= 1 << digit;
			}
		}
		return set;
	}
};

/* One kind's description: its last state in the automaton and the lengths it allows. */
struct Description
{
	int			last = -1;
	std::set<int> lengths;
};

typedef std::array<int, 11> Node;	/* what each digit leads to; the label */

static std::vector<Node> nodes(1, Node());	/* node 0 leads nowhere */
static std::map<Node, int> node_number;

class Plan
{
public:
	explicit Plan(const PhoneMetadata &metadata):same(metadata.same_mobile_and_fixed_line_pattern())
	{
		const PhoneNumberDesc *const all[] = {
			&metadata.general_desc(), &metadata.premium_rate(), &metadata.toll_free(), &metadata.shared_cost(), &metadata.voip(),
			&metadata.personal_number(), &metadata.pager(), &metadata.uan(), &metadata.voicemail(), &metadata.fixed_line(), &metadata.mobile()
		};
		Automaton::States first;

		for (const PhoneNumberDesc *one : all)
		{
			Description description;

			if (one->has_national_number_pattern() && !one->national_number_pattern().empty() && one->national_number_pattern() != "NA")
			{
				std::pair<int, int> ends = automaton.add(one->national_number_pattern());

				first.insert(ends.first);
				description.last = ends.second;
			}
			description.lengths.insert(one->possible_length().begin(), one->possible_length().end());
			descriptions.push_back(description);
		}
		automaton.close(first);
		start = node(first, 0);
	}

	int			start;

private:
	Automaton	automaton;
	std::vector<Description> descriptions;
	std::map<std::pair<Automaton::States, int>, int> known;
	bool		same;

	int node(const Automaton::States &states, int depth)
	{
		if (states.empty())
			return 0;
		auto		found = known.find({states, depth});

		if (found != known.end())
			return found->second;
		Node		made;

		for (int digit = 0; digit < 10; digit++)
			made[digit] = node(automaton.step(states, digit), depth + 1);
		made[10] = label(states, depth);
		return known[{states, depth}] = same_node(made);
	}

	static int same_node(const Node &made)
	{
		if (made == Node())
			return 0;
		auto		added = node_number.insert({made, (int) nodes.size()});

		if (added.second)
			nodes.push_back(made);
		return added.first->second;
	}

	/* The kind of a number that ends here, plus 1; as GetNumberTypeHelper. */
	int label(const Automaton::States &states, int depth) const
	{
		static const int order[] = {
			PhoneNumberUtil::UNKNOWN, PhoneNumberUtil::PREMIUM_RATE, PhoneNumberUtil::TOLL_FREE, PhoneNumberUtil::SHARED_COST,
			PhoneNumberUtil::VOIP, PhoneNumberUtil::PERSONAL_NUMBER, PhoneNumberUtil::PAGER, PhoneNumberUtil::UAN, PhoneNumberUtil::VOICEMAIL
		};
		bool		fits[11];

		for (int i = 0; i < 11; i++)
			fits[i] = descriptions[i].last >= 0 && states.count(descriptions[i].last) > 0 &&
				(descriptions[i].lengths.empty() || descriptions[i].lengths.count(depth) > 0);
		if (!fits[0])
			return 0;
		for (int i = 1; i < 9; i++)
			if (fits[i])
				return order[i] + 1;
		if (fits[9])
			return (same || fits[10] ? PhoneNumberUtil::FIXED_LINE_OR_MOBILE : PhoneNumberUtil::FIXED_LINE) + 1;
		return !same && fits[10] ? PhoneNumberUtil::MOBILE + 1 : 0;
	}
};

static const PhoneMetadata &
metadata_of(const PhoneMetadataCollection &all, const char *region)
{
	for (const PhoneMetadata &one : all.metadata())
		if (one.id() == region)
			return one;
	fail(std::string("no metadata for ") + region);
}

/* Whether a country's national numbers begin with a plain trunk prefix or none. */
static bool
is_plain(const PhoneMetadata &metadata)
{
	const std::string &prefix = metadata.national_prefix_for_parsing();

	return prefix.size() <= 1 && (prefix.empty() || isdigit(prefix[0])) && !metadata.has_national_prefix_transform_rule();
}

/* The plan of a region, as C; the trunk prefix and the lengths are those of the calling code's main region. */
static std::string
plan_of(const PhoneMetadata &metadata, const PhoneMetadata &main)
{
	char		line[100];
	const std::string &abroad = metadata.international_prefix();
	bool		dialled = abroad == "00" || abroad == "011";
	unsigned	lengths = 0;
	unsigned	local = 0;

	for (int length : main.general_desc().possible_length())
		lengths |= 1U << length;
	for (int length : main.general_desc().possible_length_local_only())
		local |= 1U << length;
	snprintf(line, sizeof(line), "\t{\"%s\", \"%d\", \"%s\", \"%s\", %s, 0x%X, 0x%X, %d},\n", metadata.id().c_str(),
			 metadata.country_code(), main.national_prefix_for_parsing().c_str(), dialled ? abroad.c_str() : "",
			 dialled && is_plain(metadata) ? "true" : "false", lengths, lengths | local, Plan(metadata).start);
	return line;
}

/* Whether a region is the only one of its calling code, or the main one. */
static bool
is_main(const PhoneMetadataCollection &all, const PhoneMetadata &metadata)
{
	int			sharing = 0;

	for (const PhoneMetadata &other : all.metadata())
		sharing += other.country_code() == metadata.country_code();
	return metadata.id() != "001" && (sharing == 1 || metadata.main_country_for_code());
}

/* The plans of a calling code, once. */
static void
add_plans(const PhoneMetadataCollection &all, const PhoneMetadata &main, std::string &plans)
{
	static std::set<int> done;

	if (!done.insert(main.country_code()).second)
		return;
	plans += plan_of(main, main);
	for (const PhoneMetadata &other : all.metadata())
		if (other.country_code() == main.country_code() && other.id() != main.id())
			plans += plan_of(other, main);
}

int
main()
{
	PhoneMetadataCollection all;
	std::string plans;

	if (!all.ParseFromArray(i18n::phonenumbers::metadata_get(), i18n::phonenumbers::metadata_size()))
		fail("libphonenumber's metadata cannot be read");
	for (const char *country : countries)
		add_plans(all, metadata_of(all, country), plans);
	for (const PhoneMetadata &one : all.metadata())
		if (is_main(all, one) && is_plain(one))
			add_plans(all, one, plans);
	if (nodes.size() > UINT16_MAX)
		fail("too many states");
	printf("/* Made by src/normalize/generate/phone_plan.cc from libphonenumber's metadata. */\n#include \"normalize/phone_plan.h\"\n\n");
	printf("const DcPhonePlan dc_phone_plans[] = {\n%s\t{\"\"}\n};\n\nconst uint16 dc_phone_nodes[][11] = {\n", plans.c_str());
	for (const Node &node : nodes)
	{
		printf("\t{");
		for (int next : node)
			printf("%d, ", next);
		printf("},\n");
	}
	printf("};\n");
	return 0;
}
