# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests, benchmarks, installing, and what they need. Included by the Makefile.

# A program per *_test.c in tests/unit/, tests/session/ and tests/uv/, on the static
# library, whose internals are visible. The other .c files there are helpers: those of
# tests/session/ for its own tests, those and tests/uv/'s for tests/uv/.
UNIT_SRC := $(sort $(wildcard tests/unit/*/*_test.c))
SESSION_SRC := $(sort $(wildcard tests/session/*_test.c))
UV_SRC := $(sort $(wildcard tests/uv/*_test.c))
SESSION_HELP := $(filter-out $(SESSION_SRC),$(sort $(wildcard tests/session/*.c)))
UV_HELP := $(filter-out $(UV_SRC),$(sort $(wildcard tests/uv/*.c)))
TEST_SRC := $(UNIT_SRC) $(SESSION_SRC) $(UV_SRC)
TEST_BIN := $(TEST_SRC:%.c=$(BUILD)/%)
TEST_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(TEST_SRC) $(SESSION_HELP) $(UV_HELP))
TEST_CFLAGS = $(BASE_CFLAGS) -iquote lib $(shell $(PKG_CONFIG) --cflags $(PKGS) check)
TEST_LIBS = $(LIB_LIBS) $(shell $(PKG_CONFIG) --libs check)

$(TEST_OBJ): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) $(CFLAGS) -c $< -o $@

$(SESSION_SRC:%.c=$(BUILD)/%): $(SESSION_HELP:%.c=$(BUILD)/%.o)
$(UV_SRC:%.c=$(BUILD)/%): $(UV_HELP:%.c=$(BUILD)/%.o) $(SESSION_HELP:%.c=$(BUILD)/%.o)
$(TEST_BIN): $(BUILD)/%: $(BUILD)/%.o $(STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(TEST_LIBS)

# The fake stub and the proxy; they share nothing with the library.
PROXY := $(BUILD)/tests/fakestub/proxy
FAKESTUB := $(BUILD)/tests/fakestub/fakestub
FAKE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fakestub/*.c))

$(FAKE_OBJ): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(shell $(PKG_CONFIG) --cflags libuv) $(CFLAGS) -c $< -o $@

PROXY_OBJ := $(filter $(BUILD)/tests/fakestub/proxy%,$(FAKE_OBJ))
$(PROXY): $(PROXY_OBJ)
$(FAKESTUB): $(filter-out $(PROXY_OBJ),$(FAKE_OBJ))
$(PROXY) $(FAKESTUB):
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libuv)

-include $(TEST_OBJ:.o=.d) $(FAKE_OBJ:.o=.d)

# ----------------------------------------------------------------- checks --

SCRIPT_TESTS := $(wildcard tests/lint/*) \
	$(sort $(shell find tests/fakestub tests/cli tests/stubs tests/fuzz -name '*_test*' -type f \
		-perm -u+x 2>/dev/null))
RUN = BUILD=$(abspath $(BUILD)) CC='$(CC)' tests/run

.PHONY: build-tests check check-unit check-valgrind check-asan check-ubsan check-tsan
build-tests: $(TEST_BIN) $(FAKESTUB) $(PROXY)

check: all build-tests
	$(RUN) $(TEST_BIN) $(SCRIPT_TESTS)

# The tests on real QEMUs, with one that is newer than the system's.
NEWER_QEMU := $(abspath $(BUILD))/newer-qemu

.PHONY: check-newer
check-newer: all build-tests deps-newer
	PATH=$(NEWER_QEMU)/bin:$$PATH $(RUN) $(filter tests/stubs/%,$(SCRIPT_TESTS))

check-unit: $(TEST_BIN) $(FAKESTUB) $(PROXY)
	$(RUN) $(UNIT_RUN_FLAGS) $(TEST_BIN)

# One process, so that what it holds at its end is seen; checks for leaks make
# it slow.
VALGRIND = valgrind -q --child-silent-after-fork=yes --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
	--error-exitcode=99
check-valgrind: $(TEST_BIN) $(FAKESTUB) $(PROXY)
	CK_FORK=no $(RUN) --timeout 900 --wrap '$(VALGRIND)' $(TEST_BIN)

# Each sanitizer in a build directory of its own.
SANITIZE = CK_FORK=no $(MAKE) --no-print-directory check-unit UNIT_RUN_FLAGS='--timeout 900' \
	BUILD=$(BUILD)
SANITIZE_CFLAGS = -O1 -g -fno-omit-frame-pointer

check-asan:
	$(SANITIZE)/asan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=address'

check-ubsan:
	$(SANITIZE)/ubsan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=undefined -fno-sanitize-recover=all'

check-tsan:
	$(SANITIZE)/tsan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=thread'

# A program per tests/bench/*.c, through the public interface alone.
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_BIN := $(BENCH_SRC:%.c=$(BUILD)/%)

$(BENCH_BIN): $(BUILD)/%: %.c tests/bench/bench.h $(STATIC)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(STATIC) $(LIB_LIBS)

.PHONY: bench demo
bench: all $(FAKESTUB) $(PROXY) $(BENCH_BIN)
	@if [ -x tests/bench/run ]; then BUILD=$(abspath $(BUILD)) tests/bench/run; \
	else echo 'there is no tests/bench/run'; fi

demo: all
	BUILD=$(abspath $(BUILD)) tests/stubs/demo

# ----------------------------------------------------------- dependencies --

.PHONY: deps deps-build deps-test deps-newer
deps:
	tests/deps build test

deps-build:
	tests/deps build

deps-test:
	tests/deps test

# Not a part of deps: some hundred megabytes, in the build directory.
deps-newer:
	tests/newer-qemu $(NEWER_QEMU)

# `make deps check` installs first, with -j too.
ifneq ($(filter deps deps-build deps-test,$(MAKECMDGOALS)),)
$(LIB_OBJ) $(CLI_OBJ) $(TEST_OBJ) $(FAKE_OBJ): | $(filter deps%,$(MAKECMDGOALS))
endif

# ------------------------------------------------------------- installing --

LIBDIR = $(PREFIX)/lib
DATADIR = $(PREFIX)/share/gdbregs
MANDIR = $(PREFIX)/share/man
PC := $(BUILD)/libgdbregs.pc
# Pages of section 3 are made from a template in man/ and the comments of the headers.
HEADERS := include/gdbregs.h include/gdbregs_uv.h
MAN_MADE := $(patsubst %,$(BUILD)/%,$(wildcard man/*.3))
MAN := $(filter-out %.3,$(wildcard man/*.[1-9])) $(MAN_MADE)

$(MAN_MADE): $(BUILD)/%: % man/reference $(HEADERS)
	@mkdir -p $(@D)
	man/reference $(HEADERS) <$< >$@.new
	mv $@.new $@

.PHONY: man
man: $(MAN_MADE)
all: man

# The functions that a page describes. A function that no page is named after gets a page
# that refers to its page.
MAN_NAMES = sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \(gdbregs_[a-z0-9_]*\).*/\1/p'
XML := $(wildcard xml/*.xml)

# Written anew each time: PREFIX may be another one.
.PHONY: $(PC)
$(PC):
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(PREFIX)/include' \
		'datadir=$(DATADIR)' '' 'Name: libgdbregs' \
		'Description: Registers of a running guest, read from its gdbstub' \
		'Version: $(VERSION)' 'Requires: libuv' 'Requires.private: expat' \
		'Libs: -L$${libdir} -lgdbregs' 'Libs.private: -lpthread' \
		'Cflags: -I$${includedir}' >$@

.PHONY: install uninstall
install: all $(PC)
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(DATADIR)
	install -m 644 include/gdbregs.h include/gdbregs_uv.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)
	install -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)
	ln -sf libgdbregs.so.0 $(DESTDIR)$(LIBDIR)/libgdbregs.so
	install -m 644 $(PC) $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin
	for page in $(MAN); do \
		install -D -m 644 $$page \
			$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; \
	done
	for page in $(filter %.3,$(MAN)); do \
		for name in $$($(MAN_NAMES) $$page); do \
			[ $(BUILD)/man/$$name.3 = $$page ] || echo ".so man3/$${page##*/}" \
				>$(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; \
		done; \
	done
	for file in $(XML); do \
		install -m 644 $$file $(DESTDIR)$(DATADIR) || exit 1; \
	done

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/include/,gdbregs.h gdbregs_uv.h) \
		$(addprefix $(DESTDIR)$(LIBDIR)/,libgdbregs.a libgdbregs.so.0 libgdbregs.so) \
		$(DESTDIR)$(LIBDIR)/pkgconfig/libgdbregs.pc $(DESTDIR)$(PREFIX)/bin/gdbregs-cli \
		$(foreach page,$(MAN),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
		$(addprefix $(DESTDIR)$(DATADIR)/,$(notdir $(XML)))
	for name in $$($(MAN_NAMES) $(filter %.3,$(MAN))); do \
		rm -f $(DESTDIR)$(MANDIR)/man3/$$name.3; \
	done
	-rmdir $(DESTDIR)$(DATADIR) 2>/dev/null

include tests/fuzz/fuzz.mk
