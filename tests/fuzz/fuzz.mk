# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzing. Included by tests/tests.mk.
#
#	make fuzz FUZZ_S=60		run each target for 60 s, with clang's libFuzzer
#	make fuzz FUZZ_TARGETS=session	run one target
#
# `make check` needs no clang. It passes seeds and regressions to the same functions
# (tests/fuzz/replay.c, tests/fuzz/replay_test.sh).

FUZZ_S ?= 60
FUZZ_CC ?= clang
FUZZ_TARGETS ?= $(FUZZ_ALL)
FUZZ_ALL := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_CFLAGS = $(LIB_CFLAGS) -iquote cli -iquote tests/session -O1 -g -fno-omit-frame-pointer
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

# What a target needs beside its own file and the library. The target `session` uses the stub
# of the session tests, and their view of a session.
FUZZ_HELP_session := $(addprefix tests/fuzz/,stub.c sent.c requests.c) \
	$(wildcard tests/session/script*.c tests/session/machines.c tests/session/inside.c)
FUZZ_SRC := $(FUZZ_ALL:%=tests/fuzz/%_fuzz.c) tests/fuzz/replay.c tests/fuzz/damage_test.c \
	$(FUZZ_HELP_session)

FUZZ_BIN := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
REPLAY_BIN := $(FUZZ_ALL:%=$(BUILD)/tests/fuzz/%_replay)

WORDS_fuzz = $(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_SANITIZE) $(LIB_SRC)
$(BUILD)/fuzz/%.o: %.c $(STAMP)/fuzz
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link -c $< -o $@

# The stub is not instrumented: the fuzzer does not search for paths in it.
$(BUILD)/fuzz/tests/session/%.o: tests/session/%.c $(STAMP)/fuzz
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -c $< -o $@

FUZZ_LIB := $(BUILD)/fuzz/libgdbregs.a
$(FUZZ_LIB): $(LIB_SRC:%.c=$(BUILD)/fuzz/%.o)
	rm -f $@
	$(AR) rcsD $@ $^

$(BUILD)/tests/fuzz/%.o: tests/fuzz/%.c $(STAMP)/compile
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) -iquote cli -iquote tests/session $(USER_CFLAGS) -c $< -o $@

FUZZ_CLI := $(filter-out cli/main.c,$(CLI_SRC))
FUZZ_LIBS_snapshot = $(CLI_LIBS)
$(BUILD)/fuzz/snapshot: $(FUZZ_CLI:%.c=$(BUILD)/fuzz/%.o)
$(BUILD)/fuzz/session: $(FUZZ_HELP_session:%.c=$(BUILD)/fuzz/%.o)
$(FUZZ_ALL:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%_fuzz.o $(FUZZ_LIB)
	$(FUZZ_CC) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(FUZZ_LIB) \
		$(LIB_LIBS) $(FUZZ_LIBS_$*)

$(BUILD)/tests/fuzz/snapshot_replay: $(FUZZ_CLI:%.c=$(BUILD)/%.o)
$(BUILD)/tests/fuzz/session_replay: $(FUZZ_HELP_session:%.c=$(BUILD)/%.o)
$(REPLAY_BIN): $(BUILD)/tests/fuzz/%_replay: $(BUILD)/tests/fuzz/%_fuzz.o \
		$(BUILD)/tests/fuzz/replay.o $(STATIC) $(STAMP)/link
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIB_LIBS) $(FUZZ_LIBS_$*)

-include $(FUZZ_SRC:%.c=$(BUILD)/fuzz/%.d) $(FUZZ_SRC:%.c=$(BUILD)/%.d) \
	$(LIB_SRC:%.c=$(BUILD)/fuzz/%.d) $(CLI_SRC:%.c=$(BUILD)/fuzz/%.d)

# Not a fuzzer, but it is made of the same parts.
DAMAGE_BIN := $(BUILD)/tests/fuzz/damage_test
$(DAMAGE_BIN): $(BUILD)/tests/fuzz/damage_test.o $(FUZZ_HELP_session:%.c=$(BUILD)/%.o) $(STATIC) \
		$(STAMP)/link
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIB_LIBS)
SCRIPT_TESTS += $(DAMAGE_BIN)

.PHONY: fuzz fuzz-build
fuzz-build: $(FUZZ_BIN)
fuzz: $(FUZZ_BIN)
	BUILD=$(BUILD) tests/fuzz/run $(FUZZ_S) $(FUZZ_TARGETS)

build-tests: $(REPLAY_BIN) $(DAMAGE_BIN)
