"""Writes a CSV of business contacts of which it is known who is one person.

usage: make_matching.py TARGET ROWS [--seed N] [--skewed] [--moves SHARE]

Column true_id names the person.  Persons have one to nine records; companies share domain and
switchboard among colleagues; there are role mailboxes, fathers and sons, persons with two
employers, nicknames, initials, swapped names, typing errors, missing values, and phone numbers
in several notations.  The same seed and number of rows give the same file.

--moves: so many of the records tell of another employer, and share nothing but the name with the person's other records.

--skewed: a fifth of the contacts have one e-mail, a tenth are called Martin, three tenths work
for one company, which gives each a mailbox of his own.
"""
import argparse
import csv
import itertools
import os
import random

HEADER = 'rec_id first_name last_name email phone mobile company domain job_title city postcode country linkedin true_id'.split()
LEXICON = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'src', 'lexicon')
COUNTRIES = {
    'FR': ('+33', ['Paris', 'Lyon', 'Nantes', 'Lille', 'Toulouse', 'Bordeaux'], ['SAS', 'SARL', 'SA'], ['fr', 'com', 'io']),
    'DE': ('+49', ['Hamburg', 'Berlin', 'Munich', 'Cologne'], ['GmbH', 'AG'], ['de', 'com', 'io']),
    'GB': ('+44', ['London', 'Leeds', 'Bristol'], ['Ltd', 'PLC'], ['gb', 'com', 'io']),
    'ES': ('+34', ['Madrid', 'Barcelona', 'Valencia'], ['SL', 'SA'], ['es', 'com']),
    'IT': ('+39', ['Milan', 'Rome', 'Turin'], ['Srl', 'SpA'], ['it', 'com']),
    'CH': ('+41', ['Geneva', 'Zurich'], ['SA', 'AG'], ['ch', 'com']),
}
TRADES = ['Logistics', 'Pharma', 'Telecom', 'Construction', 'Security', 'Systems', 'Finance', 'Foods', 'Energy', 'Design', 'Textiles', 'Marine']
JOBS = ['CEO', 'CFO', 'CTO', 'VP Sales', 'Sales Manager', 'Marketing Manager', 'Buyer', 'HR Director', 'Head of Operations', 'Project Manager',
        'Account Executive', 'Assistant', 'Consultant', 'Developer', 'Engineer']
ROLES = ['contact', 'info', 'sales', 'admin', 'office']
PERSONAL = ['gmail.com', 'yahoo.fr', 'hotmail.com', 'orange.fr', 'gmx.de', 'outlook.com']
START = ['Ba', 'Bren', 'Cal', 'Car', 'Da', 'Del', 'Do', 'Er', 'Fal', 'Gar', 'Gre', 'Hal', 'Har', 'Jen', 'Kel', 'La', 'Lin', 'Mar', 'Mor', 'Na', 'Nor',
         'Pal', 'Pe', 'Ra', 'Ro', 'Sal', 'San', 'Ste', 'Tal', 'Tor', 'Ul', 'Val', 'Wal', 'Wes', 'Zan']
MIDDLE = ['', 'be', 'da', 'do', 'fi', 'ga', 'ke', 'la', 'len', 'li', 'ma', 'men', 'mi', 'ne', 'ni', 'ra', 'ri', 'ro', 'sa', 'ter', 'ti', 'va', 'vi']
END = ['ard', 'berg', 'by', 'den', 'der', 'ell', 'er', 'es', 'ez', 'field', 'ford', 'gan', 'ham', 'i', 'ini', 'ler', 'ley', 'man', 'mann', 'ner', 'o', 'on',
       'ot', 'sen', 'son', 'stad', 'ton', 'ville', 'wood', 'y']
LETTERS = 'abcdefghijklmnopqrstuvwxyz'


def words(name, columns):
    with open(os.path.join(LEXICON, name), encoding='utf-8') as f:
        for line in f:
            fields = line.split('#')[0].rstrip('\n').split('\t')
            if len(fields) >= columns and fields[0].isascii() and fields[0].isalpha():
                yield fields


def by_rank(values, offset, exponent):
    """Values with the weights of the law of Zipf and Mandelbrot, for random.choices."""
    return values, list(itertools.accumulate(1 / (rank + offset) ** exponent for rank in range(len(values))))


class World:
    def __init__(self, seed, rows, skewed, moves):
        self.moves = moves
        self.taken = set()
        self.used = {}
        self.pick = random.Random(seed)
        first = [fields[0].capitalize() for fields in words('given_names.txt', 1)]
        self.pick.shuffle(first)
        last = sorted({a + b + c for a in START for b in MIDDLE for c in END})
        self.pick.shuffle(last)
        # thirty first names and six hundred last names are half of all, as in censuses
        self.first = by_rank(first, 5, 1.3)
        self.last = by_rank(last, 14, 1)
        self.nickname = {}
        for fields in words('nicknames.txt', 2):
            self.nickname.setdefault(fields[1].capitalize(), []).append(fields[0].capitalize())
        self.companies = [self.company() for _ in range(max(10, rows // 9))]
        self.company_weight = list(itertools.accumulate(1 / (rank + 20) ** 0.55 for rank in range(len(self.companies))))
        self.skewed = skewed

    def draw(self, table):
        values, weights = table
        return self.pick.choices(values, cum_weights=weights)[0]

    def digits(self, n):
        return ''.join(self.pick.choices('0123456789', k=n))

    def company(self):
        country = self.pick.choices(list(COUNTRIES), weights=[36, 15, 15, 11, 12, 11])[0]
        code, cities, forms, tops = COUNTRIES[country]
        a, b = self.draw(self.last), self.draw(self.last)
        name = self.pick.choice([f'{a} & {b}', f'{a}{b.lower()} {self.pick.choice(TRADES)}', f'{a} {self.pick.choice(TRADES)}'])
        host = ''.join(c for c in name.lower() if c.isalpha())[:20] + self.pick.choice(['', self.digits(2), self.digits(2)])
        city = self.pick.choice(cities)
        return (name, self.pick.choice(forms), host + '.' + self.pick.choice(tops), code + self.pick.choice('123458') + self.digits(8), city,
                f'{10 + cities.index(city)}{self.pick.randrange(90):03d}', country)

    def person(self, true_id):
        first, last = self.draw(self.first), self.draw(self.last)
        company = self.pick.choices(self.companies, cum_weights=self.company_weight)[0]
        if self.skewed and self.pick.random() < 0.1:
            last = 'Martin'
        if self.skewed and self.pick.random() < 0.3:
            company = self.companies[0]
        return {'first': first, 'last': last, 'company': company, 'mobile': COUNTRIES[company[6]][0] + self.pick.choice('67') + self.digits(8),
                'email': self.address(first, last, company[2]), 'other': self.personal(first, last), 'id': true_id, 'job': self.pick.choice(JOBS),
                'linkedin': f'linkedin.com/in/{first.lower()}-{last.lower()}-{self.pick.randrange(1 << 24):06x}'}

    def address(self, first, last, host):
        f, l = first.lower(), last.lower()
        local = self.pick.choice([f'{f}.{l}', f'{f}.{l}', f'{f[0]}{l}', f'{f}_{l}', f'{l}.{f}', f'{f}{l[0]}', f])
        # a company of so many gives each a mailbox of his own: the second one's is numbered
        if self.skewed and host == self.companies[0][2]:
            self.used[local] = self.used.get(local, 0) + 1
            local += str(self.used[local]) if self.used[local] > 1 else ''
        return local + '@' + host

    def personal(self, first, last):
        """A mailbox has one owner."""
        while True:
            result = f'{first.lower()}.{last.lower()}{self.pick.choice(["", self.digits(2), self.digits(3)])}@{self.pick.choice(PERSONAL)}'
            if result not in self.taken:
                self.taken.add(result)
                return result

    def relative(self, person):
        """Another person of the same name or the same company and name: father and son, namesakes."""
        other = self.person(person['id'] + 1)
        other['last'], other['company'] = person['last'], person['company']
        other['email'] = self.address(other['first'], other['last'], other['company'][2])
        return other

    def typo(self, text):
        if len(text) < 4:
            return text
        i = self.pick.randrange(len(text) - 1)
        return self.pick.choice([text[:i] + text[i + 1] + text[i] + text[i + 2:], text[:i] + text[i + 1:],
                                 text[:i] + self.pick.choice(LETTERS) + text[i + 1:], text[:i] + text[i] + text[i:]])

    def phone(self, number, country):
        code = COUNTRIES[country][0]
        style = self.pick.random()
        if style < 0.5:
            return number
        if style < 0.7:
            return code + ' ' + ' '.join(number[len(code):][i:i + 2] for i in range(0, 9, 2))
        if style < 0.85:
            return '00' + number[1:]
        return '0' + number[len(code):] if country == 'FR' else number

    def record(self, person):
        chance = self.pick.random
        first, last, company = person['first'], person['last'], person['company']
        email = person['email'] if chance() < 0.8 else person['other']
        if chance() < self.moves:
            company = self.pick.choice(self.companies)
            email = self.address(first, last, company[2])
        if chance() < 0.02:
            email = self.pick.choice(ROLES) + '@' + company[2]
        elif chance() < 0.03:
            email = self.typo(email.split('@')[0]) + '@' + email.split('@')[1]
        if chance() < 0.1 and first in self.nickname:
            first = self.pick.choice(self.nickname[first])
        if chance() < 0.04:
            first = first[0] + '.'
        elif chance() < 0.06:
            first = self.typo(first)
        if chance() < 0.06:
            last = self.typo(last)
        if chance() < 0.02:
            first, last = last, first
        if self.skewed and chance() < 0.2:
            email = 'accueil@' + self.companies[0][2]
        name = company[0] if chance() < 0.4 else company[0].upper() if chance() < 0.2 else f'{company[0]} {company[1]}'
        if chance() < 0.04:
            name = self.typo(name)
        keep = lambda value, share: value if chance() < share else ''
        return [first, last, keep(email, 0.9), keep(self.phone(company[3], company[6]), 0.6),
                keep(self.phone(person['mobile'], company[6]), 0.5), keep(name, 0.94),
                keep(('www.' if chance() < 0.1 else '') + company[2], 0.8), keep(person['job'] if chance() < 0.85 else self.pick.choice(JOBS), 0.72), keep(company[4], 0.85),
                keep(company[5], 0.7), company[6], keep(person['linkedin'], 0.25), person['id']]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('target')
    parser.add_argument('rows', type=int)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--skewed', action='store_true')
    parser.add_argument('--moves', type=float, default=0.022)
    options = parser.parse_args()
    world = World(options.seed, options.rows, options.skewed, options.moves)
    records = []
    true_id = 0
    while len(records) < options.rows:
        person = world.person(true_id)
        people = [person, world.relative(person)] if world.pick.random() < 0.01 else [person]
        for one in people:
            true_id += 1
            for _ in range(world.pick.choices(range(1, 10), weights=[440, 364, 145, 40, 9, 1, .3, .1, .1])[0]):
                records.append(world.record(one))
    del records[options.rows:]
    world.pick.shuffle(records)
    with open(options.target, 'w', newline='', encoding='utf-8') as f:
        out = csv.writer(f)
        out.writerow(HEADER)
        out.writerows([n] + record for n, record in enumerate(records))


main()
