/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To add an architecture, add its name to `architectures` if the name determines the
 * byte order. If the name is used for both orders, add nothing; add names to
 * `shipped` if xml/ has descriptions of it. */
#include "tdesc/byte-order.h"

#include "tdesc/roles.h"

#include <string.h>

struct rule {
	const char *names; /* words as in gdbregs__roles_match() */
	enum gdbregs_byte_order order;
	bool either; /* stubs other than QEMU system emulation may have the other order */
};

#define LITTLE GDBREGS_BYTE_ORDER_LITTLE
#define BIG    GDBREGS_BYTE_ORDER_BIG

/* Names of <architecture>. GDB, gdbserver and QEMU use the names of BFD; lldb-server
 * uses those of LLVM's triples. The first match counts. */
static const struct rule architectures[] = {
	{"i386 i386:* i486 i586 i686 i8086 x86-64 x86-64:* x86_64 x86_64:*", LITTLE, false},
	{"riscv* loongarch* Loongarch* avr avr:* alpha* ia64* hexagon* tricore* TriCore* rx rx:* "
	 "csky csky:* z80* cris*",
	 LITTLE, false},
	/* Programs may run with either order, and GDB assumes little. QEMU system
	 * emulation has only little-endian binaries, and it converts registers with the
	 * order of its binary. */
	{"aarch64_be armeb", BIG, false},
	{"aarch64 aarch64:* arm* iwmmxt* xscale ep9312", LITTLE, true},
	{"sparc:sparclite_le", GDBREGS_BYTE_ORDER_UNKNOWN, false}, /* both orders in use */
	{"s390* m68k m68k:* sparc sparc:* sparcv9 hppa* or1k* openrisc openrisc:*", BIG, false},
	/* Only lldb-server writes these. BFD's `mips` and `powerpc` mean both orders. */
	{"mipsel mips64el powerpc64le", LITTLE, false},
};

/* Used if there is no <architecture>, as in QEMU's m68k and rx, and in its alpha,
 * hexagon, or1k and sparc (QEMU 11.1). */
static const struct rule features[] = {
	{"org.gnu.gdb.aarch64.* org.gnu.gdb.arm.*", LITTLE, true},
	{"org.gnu.gdb.alpha.* org.gnu.gdb.hexagon.* org.gnu.gdb.rx.*", LITTLE, false},
	{"org.gnu.gdb.or1k.* org.gnu.gdb.sparc.* org.gnu.gdb.m68k.* org.gnu.gdb.coldfire.*", BIG,
	 false},
};

/* Shipped descriptions whose <architecture> has both orders. Each order has its own
 * description, as it has its own binary of QEMU. */
static const struct rule shipped[] = {
	{"mipsel mips64el sh4 microblazeel nios2 xtensa", LITTLE, false},
	{"mips mips64 sh4eb microblaze ppc ppc64", BIG, false},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Returns the first rule for a name, or NULL. */
static const struct rule *look_up(const struct rule *rules, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (gdbregs__roles_match(rules[i].names, name))
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
	static const struct rule avr = {"", LITTLE, false};

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
