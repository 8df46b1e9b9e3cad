# SPDX-License-Identifier: LGPL-2.1-or-later
# Static checks. Included by tests/tests.mk.
#
#	make lint			format, layers, words, clang-tidy on changed files, cppcheck
#	make lint TIDY=all		clang-tidy on every file; takes some minutes
#	make lint TIDY='lib/rsp/*.c'	clang-tidy on these files
#	make compile_commands.json	for editors and other tools
#	make debug			build/debug: -O0, with address and undefined sanitizers

.PHONY: lint deps-lint debug compile_commands.json
lint: $(BUILD)/compile_commands.json
	BUILD='$(BUILD)' TIDY='$(TIDY)' tests/lint/run/lint

deps-lint:
	tests/deps build lint

# Rewritten each time, because flags and files may have changed.
compile_commands.json: $(BUILD)/compile_commands.json
	cp $< $@

.PHONY: $(BUILD)/compile_commands.json
$(BUILD)/compile_commands.json: | $(FIRST)
	@mkdir -p $(@D)
	@$(MAKE) -Bn --no-print-directory BUILD='$(BUILD)' CC='$(CC)' CFLAGS='$(CFLAGS)' \
		all build-tests | tests/lint/run/compile-commands >$@

debug:
	+$(MAKE) --no-print-directory BUILD='$(BUILD)/debug' all build-tests \
		CFLAGS='-O0 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined'
