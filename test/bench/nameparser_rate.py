"""Names a second that python-nameparser reads. usage: nameparser_rate.py FILE"""
import sys
import time

from nameparser import HumanName

with open(sys.argv[1], encoding='utf-8') as f:
    names = f.read().split('\n')[:20000]
start = time.perf_counter()
for name in names:
    HumanName(name).as_dict()
print(round(len(names) / (time.perf_counter() - start)))
