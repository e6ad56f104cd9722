"""Writes a CSV of contacts and prints its columns.

usage: make_contacts.py TARGET ROWS [FILE.csv]

With a file its rows are repeated under new ids; without one contacts are made of a
few names, companies and places, always the same.
"""
import csv
import random
import sys

# names of other files' columns
COLUMNS = {'mobile': 'mobile_phone', 'domain': 'website'}
CONTACT = '''full_name civility first_name middle_name last_name suffix email phone mobile_phone company website
linkedin siren siret vat address postcode city country job_title'''.split()

FIRST = 'Anne Jean-Pierre Zoé MARC Günther sofia Luca Emma William Chloé Étienne Ana Jürgen Paul Inès Olivia'.split()
LAST = "DUPONT Müller O'Connor García de La Tour Rossi Smith Nguyễn Lefèvre Schmidt Ferrari Jones Núñez Moreau".split()
COMPANY = 'Acme Montgomery Delta Horizon Boréal Stonebridge Lumière Watkins Kröger Alto'.split()
FORM = ['SAS', 'S.A.R.L.', 'GmbH', 'Ltd', 'S.p.A.', '', 'SA', 'AG']
JOB = ['CEO', 'Directeur commercial', 'Sales Manager', 'Head of Marketing', 'Ingénieur', 'Geschäftsführer', 'DRH', 'Responsable achats']
PLACE = [('75008', 'PARIS', 'FR'), ('69002', 'Lyon', 'FR'), ('10115', 'Berlin', 'DE'), ('EC1A 1BB', 'London', 'GB'), ('20121', 'Milano', 'IT')]


def made():
    pick = random.Random(1)
    columns = 'civility first_name last_name email phone mobile_phone company website job_title address postcode city country'.split()
    records = []
    for n in range(20000):
        first, last, company = pick.choice(FIRST), pick.choice(LAST), pick.choice(COMPANY) + str(n % 700)
        host = f'{company.lower()}.com'.replace('é', 'e').replace('è', 'e').replace('ö', 'o')
        postcode, city, country = pick.choice(PLACE)
        phone = {'FR': '01 42 %02d %02d %02d', 'DE': '+49 30 %02d%02d%02d1', 'GB': '020 7946 %02d%02d', 'IT': '+39 02 %02d%02d%02d0'}[country]
        digits = tuple(pick.randrange(10, 99) for _ in range(phone.count('%')))
        records.append([pick.choice(['M.', 'Mme', '']), first, last, f'{first[0]}.{n}@{host}' if n % 9 else '', phone % digits,
                        '+33 6 %02d %02d %02d %02d' % tuple(pick.randrange(10, 99) for _ in range(4)) if n % 3 else '',
                        f'{company} {pick.choice(FORM)}'.strip(), f'https://www.{host}/', pick.choice(JOB), f'{n % 90 + 1} rue de la Paix',
                        postcode, city, country])
    return columns, records


def read(file):
    with open(file, newline='', encoding='utf-8') as f:
        lines = list(csv.reader(f))
    names = [COLUMNS.get(name, name) for name in lines[0]]
    kept = [i for i, name in enumerate(names) if name in CONTACT]
    return [names[i] for i in kept], [[line[i] for i in kept] for line in lines[1:]]


def main():
    target, rows = sys.argv[1], int(sys.argv[2])
    columns, records = read(sys.argv[3]) if len(sys.argv) > 3 else made()
    with open(target, 'w', newline='', encoding='utf-8') as f:
        out = csv.writer(f)
        for n in range(rows):
            out.writerow(['b2b', n] + records[n % len(records)])
    print(','.join(['source', 'external_id'] + columns))


main()
