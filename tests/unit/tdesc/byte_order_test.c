/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The byte order of a description, with the names that QEMU, gdbserver and lldb-server use. It is
 * unknown where GDB has no default either. */
#include "tdesc/byte-order.h"
#include "suite.h"

#include <stdlib.h>

static enum gdbregs_byte_order of_name(const char *architecture, bool qemu_system)
{
	struct gdbregs_description d = {.architecture = architecture};

	return gdbregs__byte_order(&d, qemu_system).order;
}

static enum gdbregs_byte_order of_feature(const char *feature)
{
	struct gdbregs__feature_run run[2] = {{NULL, 0, 0}, {feature, 0, 0}};
	struct gdbregs_description d = {.features = run, .feature_count = 2};

	return gdbregs__byte_order(&d, true).order;
}

static void check_names(const char *const *names, size_t count, enum gdbregs_byte_order qemu,
			enum gdbregs_byte_order other)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(of_name(names[i], true) == qemu, "%s, QEMU", names[i]);
		ck_assert_msg(of_name(names[i], false) == other, "%s", names[i]);
	}
}

TEST(little_endian_architectures)
{
	static const char *const names[] = {
		"i386",	       "i386:x86-64", "i386:x64-32", "x86_64",	     "x86-64",
		"riscv:rv32",  "riscv:rv64",  "riscv",	     "riscv64",	     "loongarch64",
		"Loongarch64", "avr",	      "avr:5",	     "alpha",	     "alpha:ev6",
		"ia64-elf64",  "hexagon",     "tricore",     "TriCore:V1_6", "rx",
		"csky",	       "z80",	      "cris",	     "powerpc64le",  "mipsel"};

	check_names(names, COUNT(names), GDBREGS_BYTE_ORDER_LITTLE, GDBREGS_BYTE_ORDER_LITTLE);
}

TEST(big_endian_architectures)
{
	static const char *const names[] = {
		"s390:64-bit", "s390:31-bit", "s390x",	 "m68k",     "m68k:isa-b:emac",
		"sparc",       "sparc:v9",    "hppa1.1", "hppa2.0w", "or1k",
		"or1knd",      "aarch64_be",  "armeb"};

	check_names(names, COUNT(names), GDBREGS_BYTE_ORDER_BIG, GDBREGS_BYTE_ORDER_BIG);
}

static enum gdbregs_byte_order_source source_of(const char *architecture, bool qemu_system)
{
	struct gdbregs_description d = {.architecture = architecture};

	return gdbregs__byte_order(&d, qemu_system).source;
}

/* Little-endian unless the description says otherwise, as in GDB. */
TEST(arm_is_assumed_to_be_little)
{
	static const char *const names[] = {"aarch64", "aarch64:ilp32", "arm",	   "armv7e-m",
					    "armv5te", "iwmmxt",	"iwmmxt2", "xscale"};

	check_names(names, COUNT(names), GDBREGS_BYTE_ORDER_LITTLE, GDBREGS_BYTE_ORDER_LITTLE);
	for (size_t i = 0; i < COUNT(names); i++) {
		ck_assert_int_eq(source_of(names[i], true), GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE);
		ck_assert_int_eq(source_of(names[i], false), GDBREGS_BYTE_ORDER_FROM_ASSUMPTION);
	}
}

TEST(sources)
{
	ck_assert_int_eq(source_of("i386", false), GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE);
	ck_assert_int_eq(source_of("armeb", false), GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE);
	ck_assert_int_eq(source_of("mips", true), GDBREGS_BYTE_ORDER_FROM_NOTHING);
	ck_assert_int_eq(source_of("sparc:sparclite_le", true), GDBREGS_BYTE_ORDER_FROM_NOTHING);
}

TEST(both_ways_is_unknown)
{
	static const char *const names[] = {"powerpc:common",
					    "powerpc:common64",
					    "powerpc:750",
					    "powerpc64",
					    "rs6000:6000",
					    "mips",
					    "mips:isa64r2",
					    "sh4",
					    "MicroBlaze",
					    "microblaze",
					    "xtensa",
					    "nios2",
					    "ARC",
					    "nds32",
					    "sparc:sparclite_le",
					    "",
					    "i3867",
					    "avrx",
					    "rxx",
					    "x86",
					    "not-one"};

	check_names(names, COUNT(names), GDBREGS_BYTE_ORDER_UNKNOWN, GDBREGS_BYTE_ORDER_UNKNOWN);
}

TEST(features_where_no_architecture_is)
{
	ck_assert_int_eq(of_feature("org.gnu.gdb.m68k.core"), GDBREGS_BYTE_ORDER_BIG);
	ck_assert_int_eq(of_feature("org.gnu.gdb.coldfire.core"), GDBREGS_BYTE_ORDER_BIG);
	ck_assert_int_eq(of_feature("org.gnu.gdb.coldfire.fp"), GDBREGS_BYTE_ORDER_BIG);
	ck_assert_int_eq(of_feature("org.gnu.gdb.rx.core"), GDBREGS_BYTE_ORDER_LITTLE);
	ck_assert_int_eq(of_feature("org.gnu.gdb.alpha.core"), GDBREGS_BYTE_ORDER_LITTLE);
	ck_assert_int_eq(of_feature("org.gnu.gdb.hexagon.core"), GDBREGS_BYTE_ORDER_LITTLE);
	ck_assert_int_eq(of_feature("org.gnu.gdb.or1k.group0"), GDBREGS_BYTE_ORDER_BIG);
	ck_assert_int_eq(of_feature("org.gnu.gdb.sparc.cpu"), GDBREGS_BYTE_ORDER_BIG);
	ck_assert_int_eq(of_feature("org.gnu.gdb.microblaze.core"), GDBREGS_BYTE_ORDER_UNKNOWN);
	ck_assert_int_eq(of_feature("org.gnu.gdb.riscv.cpu"), GDBREGS_BYTE_ORDER_UNKNOWN);
	ck_assert_int_eq(of_feature("org.gnu.gdb.arm.m-profile"), GDBREGS_BYTE_ORDER_LITTLE);
	ck_assert_int_eq(of_feature("org.gnu.gdb.aarch64.core"), GDBREGS_BYTE_ORDER_LITTLE);
	ck_assert_int_eq(of_feature("m68k"), GDBREGS_BYTE_ORDER_UNKNOWN);
}

TEST(the_architecture_counts_first)
{
	struct gdbregs__feature_run run = {"org.gnu.gdb.m68k.core", 0, 0};
	struct gdbregs_description d = {
		.architecture = "powerpc:common", .features = &run, .feature_count = 1};

	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_UNKNOWN);
	d.architecture = "";
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_BIG);
}

/* As QEMU 7.2 and 10.0 describe AVR: 35 registers of 8 bits, with RISC-V's feature. */
TEST(avr_by_its_shape)
{
	struct gdbregs_register r[36];
	struct gdbregs_description d = {.registers = r, .register_count = 35};

	for (size_t i = 0; i < 36; i++)
		r[i] = (struct gdbregs_register){.name = i == 32   ? "sreg"
							 : i == 33 ? "sp"
							 : i == 34 ? "pc"
								   : "r",
						 .feature = "org.gnu.gdb.riscv.cpu",
						 .bits = 8};
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_LITTLE);
	d.register_count = 36;
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_UNKNOWN);
	d.register_count = 35;
	r[34].name = "PC";
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_UNKNOWN);
	r[34].name = "pc";
	r[7].bits = 32;
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_UNKNOWN);
	r[7].bits = 8;
	r[7].feature = NULL;
	ck_assert_int_eq(gdbregs__byte_order(&d, true).order, GDBREGS_BYTE_ORDER_UNKNOWN);
}

/* A name or the path of its file, as in options.architecture. */
TEST(shipped_descriptions_say_it)
{
	static const char *const big[] = {"mips",	"mips64",
					  "sh4eb",	"microblaze",
					  "./mips.xml", "/usr/share/gdbregs/sh4eb.xml"};
	static const char *const little[] = {"mipsel",	     "mips64el", "sh4",	     "nios2",
					     "microblazeel", "xtensa",	 "x/sh4.xml"};
	static const char *const unknown[] = {
		"",	    "mips6",  "mips.xml",  "/mips/x",		"mips/", ".xml", "x/.xml",
		"xtensaeb", "MIPSEL", "x/mips.xm", "microblazeelelelel"};

	for (size_t i = 0; i < COUNT(big); i++)
		ck_assert_msg(gdbregs__byte_order_shipped(big[i]) == GDBREGS_BYTE_ORDER_BIG, "%s",
			      big[i]);
	for (size_t i = 0; i < COUNT(little); i++)
		ck_assert_msg(gdbregs__byte_order_shipped(little[i]) == GDBREGS_BYTE_ORDER_LITTLE,
			      "%s", little[i]);
	for (size_t i = 0; i < COUNT(unknown); i++)
		ck_assert_msg(gdbregs__byte_order_shipped(unknown[i]) == GDBREGS_BYTE_ORDER_UNKNOWN,
			      "%s", unknown[i]);
}
