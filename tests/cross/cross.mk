# SPDX-License-Identifier: LGPL-2.1-or-later
# Other architectures. Included by tests/tests.mk.
#
#	make deps-cross check-cross			compilers, then all of them
#	make check-cross CROSS='s390x armhf'		some
#
# Debian's cross compilers build; the libraries are unpacked in the build directory, and
# qemu-user runs the tests. It takes some minutes for each.

CROSS ?= s390x i386 armhf arm64 riscv64 ppc64el mips64el

.PHONY: check-cross deps-cross
check-cross: $(CLI)
	+BUILD=$(abspath $(BUILD)) tests/cross/check $(abspath $(BUILD))/cross $(CROSS)

deps-cross:
	tests/deps build cross
