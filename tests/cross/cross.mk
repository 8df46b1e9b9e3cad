# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests on other architectures. Included by tests/tests.mk.
#
#	make deps-cross check-cross			install compilers, test all architectures
#	make check-cross CROSS='s390x armhf'		test some
#
# The tests are built with Debian's cross compilers and run with qemu-user. The libraries are
# unpacked in the build directory. Each architecture takes some minutes.

CROSS ?= s390x i386 armhf arm64 riscv64 ppc64el mips64el

.PHONY: check-cross deps-cross
check-cross: $(CLI)
	+BUILD=$(abspath $(BUILD)) tests/cross/check $(abspath $(BUILD))/cross $(CROSS)

deps-cross:
	tests/deps build cross
