/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of breakpoints. Source: what gdb-multiarch 13 sends to QEMU 7.2
 * (tests/stubs/kinds_test.py); for architectures that Debian's gdb lacks, the length of the trap
 * instruction. */
#include "session/op-points.h"

#include "tdesc/roles.h"
#include "util/hex.h"

#include <string.h>

/* To add an architecture, add its names here. A word that ends in `*` matches any rest. */
static const struct {
	const char *names;
	unsigned kind;
} architectures[] = {
	{"i386* i486 i586 i686 i8086 x86-64* x86_64* rx*", 1},
	{"s390* m68k* coldfire* sh sh2* sh3* sh4* avr* cris*", 2},
	{"aarch64* mips* powerpc* ppc* rs6000* sparc* alpha* hppa* loongarch* Loongarch* "
	 "microblaze* MicroBlaze* nios2* or1k*",
	 4},
};

static bool has_feature(const struct gdbregs_description *d, const char *name)
{
	for (size_t i = 0; i < d->feature_count; i++)
		if (d->features[i].name && strcmp(d->features[i].name, name) == 0)
			return true;
	return false;
}

/* QEMU names no architecture on m68k and rx, nor on alpha, or1k and sparc (QEMU 11.1). */
static const struct {
	const char *prefix;
	unsigned kind;
} features[] = {
	{"org.gnu.gdb.alpha.", 4}, {"org.gnu.gdb.or1k.", 4},	 {"org.gnu.gdb.sparc.", 4},
	{"org.gnu.gdb.m68k.", 2},  {"org.gnu.gdb.coldfire.", 2}, {"org.gnu.gdb.rx.", 1},
};

static unsigned kind_of_feature(const char *name)
{
	for (size_t i = 0; name && i < sizeof(features) / sizeof(*features); i++)
		if (strncmp(name, features[i].prefix, strlen(features[i].prefix)) == 0)
			return features[i].kind;
	return 0;
}

static unsigned kind_of_features(const struct gdbregs_description *d)
{
	unsigned kind = 0;

	for (size_t i = 0; i < d->feature_count && !kind; i++)
		kind = kind_of_feature(d->features[i].name);
	return kind;
}

static unsigned kind_of_arm(const struct gdbregs_description *d, uint64_t address)
{
	return address & 1 || has_feature(d, "org.gnu.gdb.arm.m-profile") ? 2 : 4;
}

unsigned gdbregs__point_kind(const struct gdbregs_session *s, uint64_t address)
{
	const struct gdbregs_description *d = gdbregs__target_description(s, 0);
	const char *name = d ? d->architecture : NULL;

	if (!name)
		return d ? kind_of_features(d) : 0;
	if (gdbregs__roles_match("arm* iwmmxt* xscale ep9312", name))
		return kind_of_arm(d, address);
	/* An instruction at such an address implies that there are short ones. */
	if (gdbregs__roles_match("riscv*", name))
		return address & 2 ? 2 : GDBREGS__KIND_OF_INSTRUCTION;
	for (size_t i = 0; i < sizeof(architectures) / sizeof(*architectures); i++)
		if (gdbregs__roles_match(architectures[i].names, name))
			return architectures[i].kind;
	return 0;
}

/* RISC-V: the two low bits of a long instruction are set. */
unsigned gdbregs__point_kind_of_byte(const struct gdbregs__answer *answer)
{
	uint8_t byte = 0;

	if (answer->size != 2 ||
	    gdbregs__hex_decode(&byte, answer->payload, answer->size) != GDBREGS__HEX_OK)
		return 2;
	return (byte & 3) == 3 ? 4 : 2;
}
