/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To add an architecture, add a line to `architectures` if its name determines the
 * byte order. If the name is used for both orders, add nothing; add lines to
 * `shipped` if xml/ has descriptions of it. */
#include "tdesc/byte-order.h"

#include <string.h>

enum match {
	EXACT,
	FAMILY, /* the name, alone or followed by a colon and a variant */
	PREFIX,
};

struct rule {
	const char *name;
	enum match match;
	enum gdbregs_byte_order order;
	bool either; /* stubs other than QEMU system emulation may have the other order */
};

#define LITTLE GDBREGS_BYTE_ORDER_LITTLE
#define BIG    GDBREGS_BYTE_ORDER_BIG

/* Names of <architecture>. GDB, gdbserver and QEMU use the names of BFD; lldb-server
 * uses those of LLVM's triples. The first match counts. */
// clang-format off
static const struct rule architectures[] = {
	{"i386",             FAMILY, LITTLE, false},
	{"i486",             EXACT,  LITTLE, false},
	{"i586",             EXACT,  LITTLE, false},
	{"i686",             EXACT,  LITTLE, false},
	{"i8086",            EXACT,  LITTLE, false},
	{"x86-64",           FAMILY, LITTLE, false},
	{"x86_64",           FAMILY, LITTLE, false},
	{"riscv",            PREFIX, LITTLE, false},
	{"loongarch",        PREFIX, LITTLE, false},
	{"Loongarch",        PREFIX, LITTLE, false},
	{"avr",              FAMILY, LITTLE, false},
	{"alpha",            PREFIX, LITTLE, false},
	{"ia64",             PREFIX, LITTLE, false},
	{"hexagon",          PREFIX, LITTLE, false},
	{"tricore",          PREFIX, LITTLE, false},
	{"TriCore",          PREFIX, LITTLE, false},
	{"rx",               FAMILY, LITTLE, false},
	{"csky",             FAMILY, LITTLE, false},
	{"z80",              PREFIX, LITTLE, false},
	{"cris",             PREFIX, LITTLE, false},
	/* Programs may run with either order, and GDB assumes little. QEMU system
	 * emulation has only little-endian binaries, and it converts registers with the
	 * order of its binary. */
	{"aarch64_be",       EXACT,  BIG,    false},
	{"aarch64",          FAMILY, LITTLE, true},
	{"armeb",            EXACT,  BIG,    false},
	{"arm",              PREFIX, LITTLE, true},
	{"iwmmxt",           PREFIX, LITTLE, true},
	{"xscale",           EXACT,  LITTLE, true},
	{"ep9312",           EXACT,  LITTLE, true},
	{"s390",             PREFIX, BIG,    false},
	{"m68k",             FAMILY, BIG,    false},
	{"sparc:sparclite_le", EXACT, GDBREGS_BYTE_ORDER_UNKNOWN, false}, /* both orders in use */
	{"sparc",            FAMILY, BIG,    false},
	{"sparcv9",          EXACT,  BIG,    false},
	{"hppa",             PREFIX, BIG,    false},
	{"or1k",             PREFIX, BIG,    false},
	{"openrisc",         FAMILY, BIG,    false},
	/* Only lldb-server writes these. BFD's `mips` and `powerpc` mean both orders. */
	{"mipsel",           EXACT,  LITTLE, false},
	{"mips64el",         EXACT,  LITTLE, false},
	{"powerpc64le",      EXACT,  LITTLE, false},
};

/* Used if there is no <architecture>, as in QEMU's m68k and rx, and in its alpha,
 * hexagon, or1k and sparc (QEMU 11.1). */
static const struct rule features[] = {
	{"org.gnu.gdb.aarch64.",  PREFIX, LITTLE, true},
	{"org.gnu.gdb.alpha.",    PREFIX, LITTLE, false},
	{"org.gnu.gdb.arm.",      PREFIX, LITTLE, true},
	{"org.gnu.gdb.hexagon.",  PREFIX, LITTLE, false},
	{"org.gnu.gdb.or1k.",     PREFIX, BIG,    false},
	{"org.gnu.gdb.sparc.",    PREFIX, BIG,    false},
	{"org.gnu.gdb.m68k.",     PREFIX, BIG,    false},
	{"org.gnu.gdb.coldfire.", PREFIX, BIG,    false},
	{"org.gnu.gdb.rx.",       PREFIX, LITTLE, false},
};

/* Shipped descriptions whose <architecture> has both orders. Each order has its own
 * description, as it has its own binary of QEMU. */
static const struct rule shipped[] = {
	{"mips",         EXACT, BIG,    false},
	{"mipsel",       EXACT, LITTLE, false},
	{"mips64",       EXACT, BIG,    false},
	{"mips64el",     EXACT, LITTLE, false},
	{"sh4",          EXACT, LITTLE, false},
	{"sh4eb",        EXACT, BIG,    false},
	{"microblaze",   EXACT, BIG,    false},
	{"microblazeel", EXACT, LITTLE, false},
	{"nios2",        EXACT, LITTLE, false},
	{"xtensa",       EXACT, LITTLE, false},
	{"ppc",          EXACT, BIG,    false},
	{"ppc64",        EXACT, BIG,    false},
};
// clang-format on

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool matches(const struct rule *rule, const char *name)
{
	size_t length = strlen(rule->name);

	if (strncmp(name, rule->name, length) != 0)
		return false;
	return rule->match == PREFIX || name[length] == '\0' ||
	       (rule->match == FAMILY && name[length] == ':');
}

/* Returns the first rule for a name, or NULL. */
static const struct rule *look_up(const struct rule *rules, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (matches(&rules[i], name))
			return &rules[i];
	return NULL;
}

/* Recognise QEMU's AVR (7.2 to 10.0), which uses RISC-V's feature name. It has 32
 * registers, sreg, sp and pc; the description gives 8 bits to each of them. */
static bool is_qemu_avr(const struct gdbregs_description *d)
{
	static const char *const last[] = {"sreg", "sp", "pc"};

	if (d->register_count != 35)
		return false;
	for (size_t i = 0; i < d->register_count; i++) {
		const struct gdbregs_register *r = &d->registers[i];

		if (r->bits != 8 || !r->feature || strcmp(r->feature, "org.gnu.gdb.riscv.cpu") != 0)
			return false;
		if (i >= 32 && strcmp(r->name, last[i - 32]) != 0)
			return false;
	}
	return true;
}

static const struct rule *by_features(const struct gdbregs_description *d)
{
	static const struct rule avr = {"", EXACT, LITTLE, false};

	for (size_t i = 0; i < d->feature_count; i++) {
		const char *name = d->features[i].name;
		const struct rule *rule = name ? look_up(features, COUNT(features), name) : NULL;

		if (rule)
			return rule;
	}
	return is_qemu_avr(d) ? &avr : NULL;
}

struct gdbregs__byte_order gdbregs__byte_order(const struct gdbregs_description *d,
					       bool qemu_system)
{
	const struct rule *rule =
		d->architecture && d->architecture[0]
			? look_up(architectures, COUNT(architectures), d->architecture)
			: by_features(d);

	if (!rule || rule->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		return (struct gdbregs__byte_order){GDBREGS_BYTE_ORDER_UNKNOWN,
						    GDBREGS_BYTE_ORDER_FROM_NOTHING};
	return (struct gdbregs__byte_order){
		rule->order, rule->either && !qemu_system ? GDBREGS_BYTE_ORDER_FROM_ASSUMPTION
							  : GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE};
}

enum gdbregs_byte_order gdbregs__byte_order_shipped(const char *name)
{
	static const char suffix[] = ".xml";
	const char *slash = strrchr(name, '/');
	char bare[16] = "";

	if (slash)
		name = slash + 1;
	size_t length = strlen(name), tail = strlen(suffix);
	if (slash && length > tail && strcmp(name + length - tail, suffix) == 0)
		length -= tail;
	if (length >= sizeof(bare))
		return GDBREGS_BYTE_ORDER_UNKNOWN;
	memcpy(bare, name, length);
	const struct rule *rule = look_up(shipped, COUNT(shipped), bare);
	return rule ? rule->order : GDBREGS_BYTE_ORDER_UNKNOWN;
}
