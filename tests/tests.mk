# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests, benchmarks, and what they need. Included by the Makefile.

# Each *_test.c in tests/unit/, tests/session/ and tests/uv/ is a program, whose main() is in
# tests/suite.c. It is linked with the static library, so that it can call internal functions.
# The other .c files there are helpers. The tests in tests/uv/ use the helpers of
# tests/session/, too.
UNIT_SRC := $(sort $(wildcard tests/unit/*/*_test.c))
SESSION_SRC := $(sort $(wildcard tests/session/*_test.c))
UV_SRC := $(sort $(wildcard tests/uv/*_test.c))
SESSION_HELP := $(filter-out $(SESSION_SRC),$(sort $(wildcard tests/session/*.c)))
UV_HELP := $(filter-out $(UV_SRC),$(sort $(wildcard tests/uv/*.c)))
TEST_SRC := $(UNIT_SRC) $(SESSION_SRC) $(UV_SRC)
TEST_BIN := $(TEST_SRC:%.c=$(BUILD)/%)
TEST_OBJ := $(patsubst %.c,$(BUILD)/%.o,tests/suite.c $(TEST_SRC) $(SESSION_HELP) $(UV_HELP))
WORDS_test = $(TEST_OBJ) $(FAKE_OBJ)
TEST_CFLAGS = $(LIB_CFLAGS) -iquote tests $(call once,CHECK_CFLAGS,$(shell $(PKG_CONFIG) --cflags check))
TEST_LIBS = $(LIB_LIBS) $(call once,CHECK_LIBS,$(shell $(PKG_CONFIG) --libs check))

$(TEST_OBJ): $(BUILD)/%.o: %.c $(STAMP)/compile
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) $(USER_CFLAGS) -c $< -o $@

$(SESSION_SRC:%.c=$(BUILD)/%): $(SESSION_HELP:%.c=$(BUILD)/%.o)
$(UV_SRC:%.c=$(BUILD)/%): $(UV_HELP:%.c=$(BUILD)/%.o) $(SESSION_HELP:%.c=$(BUILD)/%.o)
$(TEST_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/suite.o $(STATIC) $(STAMP)/link $(STAMP)/test
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(TEST_LIBS)

# The fake stub and the proxy share no code with the library.
PROXY := $(BUILD)/tests/fakestub/proxy
FAKESTUB := $(BUILD)/tests/fakestub/fakestub
FAKE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fakestub/*.c))

$(FAKE_OBJ): $(BUILD)/%.o: %.c $(STAMP)/compile
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(UV_CFLAGS) $(USER_CFLAGS) -c $< -o $@

PROXY_OBJ := $(filter $(BUILD)/tests/fakestub/proxy%,$(FAKE_OBJ))
$(PROXY): $(PROXY_OBJ)
$(FAKESTUB): $(filter-out $(PROXY_OBJ),$(FAKE_OBJ))
$(PROXY) $(FAKESTUB): $(STAMP)/link $(STAMP)/test
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(call once,UV_LIBS,$(shell $(PKG_CONFIG) --libs libuv))

-include $(TEST_OBJ:.o=.d) $(FAKE_OBJ:.o=.d)

# ----------------------------------------------------------------- checks --

SCRIPT_TESTS := $(sort $(shell find tests/lint -maxdepth 1 -type f -perm -u+x) \
	$(shell find tests/build tests/fakestub tests/cli tests/stubs tests/fuzz -name '*_test*' \
		-type f -perm -u+x))
RUN = BUILD=$(abspath $(BUILD)) CC='$(CC)' tests/run

.PHONY: build-tests check check-unit check-valgrind check-asan check-ubsan check-sanitize check-tsan
build-tests: $(TEST_BIN) $(FAKESTUB) $(PROXY)

# make check T='session/read cli'	only tests/session/read_test.c and the tests in tests/cli/
ALL_TESTS = $(TEST_BIN) $(SCRIPT_TESTS)
T_PATTERNS = $(foreach t,$(T),$(foreach end,$t $t_test $t_test.py $t_test.sh $t/%,\
	tests/$(end) $(BUILD)/tests/$(end)))
CHOSEN = $(if $(T),$(or $(filter $(T_PATTERNS),$(ALL_TESTS)),$(error no test is called $(T))),$(ALL_TESTS))

# What the chosen tests need.
check: $(filter $(TEST_BIN),$(CHOSEN)) $(if $(filter-out unit/% session/% uv/%,$(or $(T),all)),all) \
	$(if $(filter-out unit/% session/% uv/% lint/%,$(or $(T),all)),build-tests)
	$(RUN) $(if $(T),,--times 10) $(CHOSEN)

# The tests with real QEMUs, using a QEMU that is newer than the system's.
NEWER_QEMU := $(abspath $(BUILD))/newer-qemu

.PHONY: check-newer
check-newer: all build-tests deps-newer
	PATH=$(NEWER_QEMU)/bin:$$PATH $(RUN) $(filter tests/stubs/%,$(SCRIPT_TESTS))

check-unit: $(TEST_BIN) $(FAKESTUB) $(PROXY)
	$(RUN) $(UNIT_RUN_FLAGS) $(TEST_BIN)

# CK_FORK=no runs all tests of a program in one process, so that valgrind reports leaks at
# its end.
VALGRIND = valgrind -q --child-silent-after-fork=yes --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
	--error-exitcode=99
check-valgrind: $(TEST_BIN) $(FAKESTUB) $(PROXY)
	CK_FORK=no GDBREGS_TESTS_SLOW=1 $(RUN) --timeout 900 --wrap '$(VALGRIND)' $(TEST_BIN)

# Each sanitizer has its own build directory.
SANITIZE = CK_FORK=no $(MAKE) --no-print-directory check-unit UNIT_RUN_FLAGS='--timeout 900' \
	BUILD=$(BUILD)
SANITIZE_CFLAGS = -O1 -g -fno-omit-frame-pointer

check-asan:
	+$(SANITIZE)/asan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=address'

check-ubsan:
	+$(SANITIZE)/ubsan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=undefined -fno-sanitize-recover=all'

# Both of them.
check-sanitize:
	+$(SANITIZE)/sanitize CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=all'

check-tsan:
	+$(SANITIZE)/tsan CFLAGS='$(SANITIZE_CFLAGS) -fsanitize=thread'

# Each tests/bench/*.c is a program that uses the public interface only.
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_BIN := $(BENCH_SRC:%.c=$(BUILD)/%)

$(BENCH_BIN): $(BUILD)/%: %.c tests/bench/bench.h $(STATIC) $(STAMP)/compile $(STAMP)/link
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(USER_CFLAGS) $(LDFLAGS) -o $@ $< $(STATIC) $(LIB_LIBS)

.PHONY: bench demo
bench: all $(FAKESTUB) $(PROXY) $(BENCH_BIN)
	@if [ -x tests/bench/run ]; then BUILD=$(abspath $(BUILD)) tests/bench/run; \
	else echo 'there is no tests/bench/run'; fi

demo: all
	GDBREGS_CLI=$(abspath $(BUILD))/gdbregs-cli tests/stubs/demo

# Record the ABI of a release. tests/lint/abi compares later versions with it.
.PHONY: update-abi
update-abi: $(SHARED)
	BUILD=$(abspath $(BUILD)) tests/lint/abi --update

# Rewrite the files of expected output. Read the diff: nothing else checks the new output.
EXPECTED_TEST := $(BUILD)/tests/unit/tdesc/description_cases_test

.PHONY: update-expected
update-expected: all build-tests
	UPDATE_EXPECTED=1 $(RUN) $(EXPECTED_TEST) tests/cli/golden_test.py
	git --no-pager diff --stat tests/data

# ----------------------------------------------------------- dependencies --

.PHONY: deps deps-build deps-test deps-newer
deps:
	tests/deps build test

deps-build:
	tests/deps build

deps-test:
	tests/deps test

# Not part of deps, because it downloads some hundred megabytes. It writes to the build
# directory only.
deps-newer:
	tests/newer-qemu $(NEWER_QEMU)

include tests/lint/lint.mk
include tests/cross/cross.mk
include tests/fuzz/fuzz.mk
