# dropcontact: make && make install && make installcheck
#
# The extension's script is put together from the rooms' SQL parts in floor
# order (SQL_PARTS); the word lists of src/lexicon are compiled into one C file.

EXTENSION = dropcontact
EXTVERSION = 1.0
MODULE_big = dropcontact

# Floors, lowest first: a file may include only from its own floor or below.
MATCH_ROOMS = $(addprefix match/,core table workers pack train index entity pending block)
ROOMS = base normalize duty contact $(MATCH_ROOMS) match merge
C_FILES = src/dropcontact.c $(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.c)))
HEADERS = $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.h))
OBJS = $(C_FILES:.c=.o) build/lexicon.o build/fold_table.o build/phone_plan.o build/country_table.o

# One subject a file; the order is that of creation. What duty reports reads every room, and comes last.
SQL_PARTS = \
	src/base/base.sql \
	src/normalize/normalize.sql \
	src/duty/roles.sql \
	src/duty/progress.sql \
	src/duty/controller.sql \
	src/duty/ledger.sql \
	src/duty/outbox.sql \
	src/duty/sensitive.sql \
	src/duty/instruction.sql \
	src/duty/setting.sql \
	src/duty/agreement.sql \
	src/duty/run.sql \
	src/duty/confidentiality.sql \
	src/duty/quarantine.sql \
	src/duty/subprocessor.sql \
	src/duty/disclosure.sql \
	src/duty/breach.sql \
	src/duty/declaration.sql \
	src/duty/mailbox.sql \
	src/duty/audit.sql \
	src/duty/service.sql \
	src/duty/request.sql \
	src/duty/clock.sql \
	src/contact/source.sql \
	src/contact/words.sql \
	src/contact/contact.sql \
	src/contact/same_person.sql \
	src/contact/intake.sql \
	src/contact/ingest.sql \
	src/contact/attach.sql \
	src/match/match.sql \
	src/match/lock.sql \
	src/match/index/key_index.sql \
	src/match/pending/pending.sql \
	src/match/pending/lookup.sql \
	src/match/block/scale_out.sql \
	src/merge/entity.sql \
	src/merge/survivorship.sql \
	src/merge/merged.sql \
	src/merge/event.sql \
	src/merge/decision.sql \
	src/duty/data_map.sql \
	src/duty/tombstone.sql \
	src/duty/limit.sql \
	src/duty/subject.sql \
	src/duty/erasure.sql \
	src/duty/improve.sql \
	src/duty/register.sql \
	src/duty/control.sql \
	src/duty/run_controls.sql \
	src/duty/evidence.sql \
	src/report/page.sql \
	src/report/report.sql \
	src/duty/statistics.sql \
	src/duty/totals.sql \
	src/duty/auditor.sql \
	src/duty/guard.sql \
	src/duty/literals.sql \
	src/duty/safeguard.sql

DATA_built = $(EXTENSION)--$(EXTVERSION).sql
LEXICON_LISTS = $(sort $(wildcard src/lexicon/*.txt))

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --encoding=UTF8 --inputdir=. --load-extension=dropcontact
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --encoding=UTF8 --inputdir=test --outputdir=output_iso --load-extension=dropcontact

EXTRA_CLEAN = build $(EXTENSION)--$(EXTVERSION).sql dropcontact_phone.so \
	$(patsubst %.c,%.bc,$(C_FILES))

PKG_CONFIG ?= pkg-config
PG_CPPFLAGS = -Isrc -Ibuild $(shell $(PKG_CONFIG) --cflags icu-uc icu-i18n libpsl)
PG_CFLAGS = -std=gnu11 -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Werror -fno-semantic-interposition
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs icu-uc icu-i18n libpsl) -Wl,-Bsymbolic-functions

# No LLVM bitcode: the functions are called, not inlined, and it doubles the build.
override with_llvm = no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: dropcontact_phone.so

$(EXTENSION)--$(EXTVERSION).sql: $(SQL_PARTS) Makefile
	(printf '%s\n' '\echo Use "CREATE EXTENSION dropcontact" to load this file. \quit'; cat $(SQL_PARTS)) > $@

build/lexicon.c build/lexicon.h &: src/lexicon/generate $(LEXICON_LISTS)
	@mkdir -p build
	perl src/lexicon/generate build $(LEXICON_LISTS)

# What programs that are built without a server are linked with.
SERVERLESS_LIBS = $(shell $(PKG_CONFIG) --libs icu-uc icu-i18n libpsl) -L$(pkglibdir) -L$(libdir) -lpgcommon -lpgport -lm

# The folding table comes from ICU, by a program that runs once at build time.
build/fold_table: src/base/generate/fold_table.c src/base/generate/fold_scripts.c src/base/generate/fold_scripts.h src/base/fold_icu.c src/base/text.c src/base/fold.h src/base/text.h
	@mkdir -p build
	$(SERVERLESS) -o $@ $(filter %.c,$^) $(SERVERLESS_LIBS)

build/fold_table.c: build/fold_table
	./build/fold_table > $@.new
	mv $@.new $@

# The names of countries come from ICU too.
build/country_table: src/normalize/generate/country_table.c src/base/fold.c src/base/fold_icu.c src/base/text.c build/fold_table.c src/normalize/country_table.h
	@mkdir -p build
	$(SERVERLESS) -o $@ $(filter %.c,$^) $(SERVERLESS_LIBS)

build/country_table.c: build/country_table
	./build/country_table > $@.new
	mv $@.new $@

# Tests in C, run by test/t, built without a server.
SERVERLESS = $(CC) $(CFLAGS) -DFRONTEND $(CPPFLAGS)
SERVERLESS_FILES = $(wildcard src/base/*.c src/normalize/*.c)
SERVERLESS_SOURCES = $(filter-out src/normalize/binding.c,$(SERVERLESS_FILES)) build/lexicon.c build/fold_table.c build/phone_plan.c build/country_table.c

build/test/%: test/c/%.c $(SERVERLESS_SOURCES) $(HEADERS) $(wildcard test/c/*.h)
	@mkdir -p build/test
	$(SERVERLESS) -o $@ $(filter %.c,$^) $(SERVERLESS_LIBS)

# The core of match/ knows packed records only; under AddressSanitizer and UBSan.
MATCH_CORE = $(wildcard src/match/core/*.c)

build/test/core: test/c/core.c $(MATCH_CORE) $(SERVERLESS_SOURCES) $(HEADERS)
	@mkdir -p build/test
	$(CC) $(FUZZ_FLAGS) -fsanitize=address,undefined -o $@ $(filter %.c,$^) $(SERVERLESS_LIBS)

$(OBJS): build/lexicon.h $(HEADERS)

# The fuzz target: by libFuzzer where there is clang, else by a driver of our own.
FUZZ_SOURCES = test/fuzz/normalize.c $(SERVERLESS_SOURCES)
FUZZ_FLAGS = -std=gnu11 -w -g -O1 -fno-omit-frame-pointer -DFRONTEND $(CPPFLAGS)
CLANG ?= $(firstword $(wildcard /usr/bin/clang /usr/bin/clang-[0-9]*))

# clang without its runtime library cannot link a fuzzer
CLANG_RUNTIME = $(if $(CLANG),$(wildcard $(shell $(CLANG) -print-file-name=libclang_rt.fuzzer-x86_64.a) $(shell $(CLANG) -print-resource-dir)/lib/linux/libclang_rt.fuzzer-*.a))

ifneq ($(CLANG_RUNTIME),)
fuzz: build/fuzz/libfuzzer
endif
fuzz: build/fuzz/driver

build/fuzz/libfuzzer: $(FUZZ_SOURCES) $(HEADERS)
	@mkdir -p build/fuzz
	$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $@ $(FUZZ_SOURCES) $(SERVERLESS_LIBS)

build/fuzz/driver: test/fuzz/driver.c $(FUZZ_SOURCES) $(HEADERS)
	@mkdir -p build/fuzz
	$(CC) $(FUZZ_FLAGS) -fsanitize=address,undefined -o $@ test/fuzz/driver.c $(FUZZ_SOURCES) $(SERVERLESS_LIBS)

.PHONY: fuzz

# The numbering plans come from libphonenumber's metadata.
build/phone_plan: src/normalize/generate/phone_plan.cc
	@mkdir -p build
	$(CXX) -std=c++17 -O2 -Wall -Wextra -Werror $(CPPFLAGS_PHONE) -o $@ $< -lphonenumber -lprotobuf

build/phone_plan.c: build/phone_plan
	./build/phone_plan > $@.new
	mv $@.new $@

# libphonenumber stands in a library of its own, loaded at the first number
# that needs it: it costs 7 ms and 4 MB a connection.
CXX ?= g++
dropcontact_phone.so: src/normalize/phone_library.cc src/normalize/phone_library.h
	$(CXX) -std=c++17 -O2 -g -fPIC -Wall -Wextra -Werror -Isrc -shared -fvisibility=hidden $(CPPFLAGS_PHONE) -o $@ $< -lphonenumber -Wl,-z,relro

install: install-phone-library
install-phone-library: dropcontact_phone.so
	$(MKDIR_P) '$(DESTDIR)$(pkglibdir)'
	$(INSTALL_SHLIB) dropcontact_phone.so '$(DESTDIR)$(pkglibdir)/'
uninstall: uninstall-phone-library
uninstall-phone-library:
	rm -f '$(DESTDIR)$(pkglibdir)/dropcontact_phone.so'

.PHONY: install-phone-library uninstall-phone-library
