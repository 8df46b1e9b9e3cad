/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The places of registers in g. The numbers, sizes and lengths of g are those of QEMU 7.2, QEMU
 * 10.0, gdbserver 13.1 and lldb-server 14, as measured. */
#include "util/alloc.h"
#include "tdesc/g-layout.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 100000

/* The registers of a stub: the description, what p returns for each, and g. */
struct stub {
	struct gdbregs_description d;
	struct gdbregs__g_place unnamed[4];
	size_t unnamed_count;
	struct gdbregs__g_sample *samples;
	uint32_t *candidates;
	uint8_t *bytes; /* 16 bytes for each register, which depend on its number */
	uint8_t *g;
	size_t g_size;
};

static void stub_init(struct stub *s, size_t room)
{
	*s = (struct stub){
		.d.registers = calloc(room, sizeof(*s->d.registers)),
		.samples = calloc(room, sizeof(*s->samples)),
		.candidates = calloc(room, sizeof(*s->candidates)),
		.bytes = calloc(room, 16),
		.g = calloc(room, 16),
	};
}

static void stub_fini(struct stub *s)
{
	gdbregs__arena_fini(&s->d.arena);
	free(s->d.registers);
	free(s->samples);
	free(s->candidates);
	free(s->bytes);
	free(s->g);
}

/* Add a register whose p returns p_bytes bytes. */
static void add(struct stub *s, uint32_t regnum, uint32_t bits, size_t p_bytes)
{
	size_t i = s->d.register_count++;
	uint8_t *bytes = s->bytes + 16 * i;

	s->d.registers[i] = (struct gdbregs_register){
		.regnum = regnum, .index = (uint32_t)i, .bits = bits, .g_off_bytes = -1};
	for (size_t j = 0; j < 16; j++)
		bytes[j] = (uint8_t)((regnum * 2654435761u + 1) >> (j % 4 * 8));
	s->samples[i] = (struct gdbregs__g_sample){bytes, p_bytes};
}

static void add_run(struct stub *s, uint32_t first, uint32_t last, uint32_t bits)
{
	for (uint32_t n = first; n <= last; n++)
		add(s, n, bits, (bits + 7) / 8);
}

/* Append the bytes of register i to g. */
static void send(struct stub *s, size_t i)
{
	memcpy(s->g + s->g_size, s->samples[i].data, s->samples[i].size);
	s->g_size += s->samples[i].size;
}

static void send_run(struct stub *s, size_t first, size_t last)
{
	for (size_t i = first; i <= last; i++)
		send(s, i);
}

/* Sort the registers, as the builder does once they are complete. */
static void order(struct stub *s)
{
	ck_assert_int_eq(gdbregs__g_order(&s->d, s->unnamed, s->unnamed_count), 0);
}

static struct gdbregs__g_layout *prove(struct stub *s)
{
	bool nomem = true;
	/* g ends where its memory ends, so that reading past it is detected */
	uint8_t *copy = malloc(s->g_size ? s->g_size : 1);

	order(s);
	memcpy(copy, s->g, s->g_size);
	struct gdbregs__g_layout *layout =
		gdbregs__g_prove(&s->d, copy, s->g_size, s->samples, &nomem);
	ck_assert(!nomem);
	free(copy);
	return layout;
}

static struct gdbregs__g_layout *described(struct stub *s, size_t g_size)
{
	bool nomem = true;

	order(s);
	struct gdbregs__g_layout *layout = gdbregs__g_described(&s->d, g_size, &nomem);

	ck_assert(!nomem);
	return layout;
}

static size_t candidates(struct stub *s)
{
	order(s);
	return gdbregs__g_candidates(&s->d, s->g_size, s->candidates);
}

#define check_slot(layout, i, off, size)                                                           \
	do {                                                                                       \
		ck_assert_uint_eq((layout)->slots[i].off_bytes, off);                              \
		ck_assert_uint_eq((layout)->slots[i].size_bytes, size);                            \
	} while (0)

/* Check that the bytes of every slot are those of p. Returns the number of slots with a place. */
static size_t check_against_p(const struct stub *s, const struct gdbregs__g_layout *layout)
{
	size_t count = 0;

	ck_assert_ptr_nonnull(layout);
	ck_assert_uint_eq(layout->size_bytes, s->g_size);
	for (size_t i = 0; i < s->d.register_count; i++) {
		const struct gdbregs__g_slot *slot = &layout->slots[i];

		if (slot->size_bytes == 0)
			continue;
		count++;
		ck_assert_uint_eq(slot->size_bytes, s->samples[i].size);
		ck_assert_mem_eq(s->g + slot->off_bytes, s->samples[i].data, slot->size_bytes);
	}
	return count;
}

/* ------------------------------------------------------------------ cases --- */

/* Registers: FIRST[-LAST]:BITS, then in this order what is not usual:
 *	/N	p returns N bytes
 *	@N	offset="N"
 *	d	derived: a part of another register
 *	tN	its type has N bits
 *	_	it has no name
 *	?	p does not return a value
 * g: the numbers of the registers that it consists of, +N: N more bytes.
 * candidates: numbers. proved, described: how many registers are in g, and places, as
 * NUMBER@OFFSET+SIZE; "none": there is no layout; NULL: not tried. */
static const struct layout_case {
	const char *name, *registers, *g;
	size_t g_bytes;
	const char *candidates, *proved, *described;
} cases[] = {
	// clang-format off
	/* Real numberings. */
	{"x86_64", "0-16:64 17-23:32 24-65:80", "0-65", 584, "0-65", "66 16@128+8 17@136+4", "66"},
	{"arm: 16-24 do not exist, 26 on are read by p",
	 "0-15:32 25:32 26:64? 27-40:64", "0-15 25", 68, "0-15 25", "17 25@64+4 26@0+0", NULL},
	{"arm, QEMU 7.2 before it was asked for its description: room for FPA registers",
	 "0-15:32 25:32 26-40:64", "0-15 +100 25", 168, NULL, "none", NULL},
	{"ppc: 70 does not exist, 71 on are read by p",
	 "0-31:32 64-69:32 71-102:64", "0-31 64-69", 152, "0-31 64-69", "38", NULL},
	{"avr: p has 16 bits for sp and 32 for pc",
	 "0-32:8 33:8/2 34:8/4", "0-34", 39, "0-34", "35 33@33+2 34@35+4", "none"},
	{"aarch64 in LLDB's tests: cpsr is described first",
	 "33:32 0-32:64", "0-33", 268, "0-33", "34 33@264+4", NULL},
	{"LLDB's TestArmRegisterDefinition: bits are rounded up to bytes",
	 "0:9 1:8 2:1 20:7", "", 5, NULL, NULL, "4 0@0+2 20@4+1"},
	{"LLDB's TestAArch64XMLRegOffsets: w registers take no room",
	 "0:64 1:32d 2:64", "0 2", 16, "0 2", "2 1@0+0", "2"},
	{"lldb-server 14: offset= says where, parts overlap",
	 "0:64@8 1:64@0 2:32@0d 3:8@1d 4:64 5:64@12 6:64@9223372036854775807", "", 16, NULL, NULL,
	 "4 0@8+8 1@0+8 2@0+4 3@1+1 4@0+0 5@0+0 6@0+0"},
	{"lldb-server 14: a longer g", "0:64@8 1:64@0 2:32@0d 3:8@1d 4:64 5:64@12", "", 17, NULL, NULL, "none"},

	/* A register may be shorter than described: the one that the end of g is in is a candidate,
	 * and later ones are not. */
	{"ends in a register", "0:64 1:64/4 2-3:64", "0 1", 12, "0-1", "2", NULL},
	{"ends with a register", "0:64 1:64/4 2-3:64", "0", 8, "0", NULL, NULL},
	{"is empty", "0:64 1:64/4 2-3:64", "", 0, "", NULL, "none"},
	/* Two registers with the same number have the same place, with the size of the later one.
	 * */
	{"one number twice", "0:64 1:32/8 2:64 1:64", "0 1 2", 24, "0-2", "4 1@8+8", "4"},

	/* As in GDB, a register takes the room of its type. */
	{"a type of 100 bytes in 32 bits", "0:32t32 1:32t800 2:32", "", 108, NULL, NULL,
	 "3 1@4+100 2@104+4"},
	{"a type that does not count", "0:32t32 1:32t800 2:32", "", 12, NULL, NULL, "3 1@4+4 2@8+4"},
	{"ends with the type", "0:32t32 1:32t800 2:32", "", 104, NULL, NULL, "2 1@4+100 2@0+0"},
	{"ends with the bitsize", "0:32t32 1:32t800 2:32", "", 8, NULL, NULL, "2 1@4+4 2@0+0"},
	{"ends inside the type", "0:32t32 1:32t800 2:32", "", 50, NULL, NULL, "none"},

	/* Registers without a name. */
	{"alpha, as GDB describes it: 65 has no name and 8 bytes in QEMU's g",
	 "0-64:64 65:64_ 66:64", "0-64 +8 66", 536, "0-64 66", "66", "66 64@512+8 66@528+8"},
	{"alpha without 65", "0-64:64 66:64", "0-64 +8 66", 536, NULL, "none", "none"},
	{"unnamed ones first", "0:64_ 1:8_ 2:16 3:4294967295_ 4:16", "+9", 9, "", NULL, NULL},
	{"ends inside the first with a name",
	 "0:64_ 1:8_ 2:16 3:4294967295_ 4:16", "+10", 10, NULL, NULL, "none"},
	{"ends with the first with a name",
	 "0:64_ 1:8_ 2:16 3:4294967295_ 4:16", "+9 2", 11, "2", "1 2@9+2", "1"},
	{"has the next one where a huge unnamed one is",
	 "0:64_ 1:8_ 2:16 3:4294967295_ 4:16", "+9 2 4", 13, "2", "none", NULL},
	{"the description has them in another order",
	 "3:16_ 2:16 0:64_ 1:8_", "+9 2 +2", 13, "2", "1 2@9+2", "1 2@9+2"},
	{"has one with the number of another", "0:64 1:8_ 1:16 2:8", "0 1 +1 2", 12, "0-2", "3 1@8+2 2@11+1", "3"},
	// clang-format on
};

static void set_flags(struct stub *s, const char *flags)
{
	struct gdbregs_register *r = &s->d.registers[s->d.register_count - 1];

	for (; *flags; flags++) {
		ck_assert(strchr("d?", *flags));
		r->derived |= *flags == 'd';
		if (*flags == '?')
			s->samples[r->index].data = NULL;
	}
}

/* Returns the number after `sign`, or `otherwise`. */
static size_t option(const char *word, char sign, size_t otherwise)
{
	const char *at = strchr(word, sign);

	return at ? strtoull(at + 1, NULL, 10) : otherwise;
}

static void add_word(struct stub *s, const char *word)
{
	uint32_t first = (uint32_t)strtoul(word, NULL, 10);
	const char *flags = word + strcspn(word, "d?_");
	uint32_t last = (uint32_t)option(word, '-', first);
	uint32_t bits = (uint32_t)option(word, ':', 0);

	if (*flags == '_') {
		s->unnamed[s->unnamed_count++] =
			(struct gdbregs__g_place){first, GDBREGS__UNNAMED, bits};
		return;
	}
	for (uint32_t n = first; n <= last; n++) {
		add(s, n, bits, option(word, '/', gdbregs__bytes_of_bits(bits)));
		s->d.registers[s->d.register_count - 1].g_off_bytes =
			strchr(word, '@') ? (int64_t)option(word, '@', 0) : -1;
		s->d.registers[s->d.register_count - 1].type_bits = (uint32_t)option(word, 't', 0);
		set_flags(s, flags);
	}
}

/* Returns the index of the last register with that number. */
static size_t index_of(const struct stub *s, size_t regnum)
{
	size_t i = s->d.register_count;

	while (i && s->d.registers[i - 1].regnum != regnum)
		i--;
	ck_assert_uint_gt(i, 0);
	return i - 1;
}

static void send_word(struct stub *s, const char *word)
{
	size_t first = strtoul(word, NULL, 10);

	if (*word == '+')
		s->g_size += first;
	for (size_t n = first; *word != '+' && n <= option(word, '-', first); n++)
		send(s, index_of(s, n));
}

static void for_each_word(struct stub *s, const char *words,
			  void (*use)(struct stub *s, const char *word))
{
	char word[64];

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t size = strcspn(words, " ");

		ck_assert_uint_lt(size, sizeof(word));
		memcpy(word, words, size);
		word[size] = '\0';
		use(s, word);
		words += size;
	}
}

static size_t next_candidate;

static void check_candidate(struct stub *s, const char *word)
{
	size_t first = strtoul(word, NULL, 10);

	for (size_t n = first; n <= option(word, '-', first); n++)
		ck_assert_uint_eq(s->candidates[next_candidate++], index_of(s, n));
}

static const struct gdbregs__g_layout *checked;

static void check_place(struct stub *s, const char *word)
{
	size_t i = index_of(s, strtoul(word, NULL, 10));

	if (!strchr(word, '@'))
		return;
	check_slot(checked, i, option(word, '@', 0), option(word, '+', 0));
}

static void check_layout(struct stub *s, struct gdbregs__g_layout *layout, const char *expected)
{
	size_t count = 0;

	checked = layout;
	ck_assert_msg((layout == NULL) == (strcmp(expected, "none") == 0), "%s",
		      layout ? "there is a layout" : "there is no layout");
	if (!layout)
		return;
	ck_assert_uint_eq(layout->size_bytes, s->g_size);
	for (size_t i = 0; i < s->d.register_count; i++)
		count += layout->slots[i].size_bytes != 0;
	ck_assert_uint_eq(count, strtoul(expected, NULL, 10));
	for_each_word(s, expected + strcspn(expected, " "), check_place);
	gdbregs__free(layout);
}

static void stub_of(struct stub *s, const char *registers)
{
	stub_init(s, 200);
	for_each_word(s, registers, add_word);
}

LOOP_TEST(layouts, COUNT(cases))
{
	const struct layout_case *c = &cases[_i];
	struct stub s;

	stub_of(&s, c->registers);
	for_each_word(&s, c->g, send_word);
	ck_assert_msg(s.g_size == c->g_bytes || !*c->g, "%s: %zu bytes", c->name, s.g_size);
	s.g_size = c->g_bytes;
	if (c->candidates) {
		size_t count = candidates(&s);

		next_candidate = 0;
		for_each_word(&s, c->candidates, check_candidate);
		ck_assert_uint_eq(next_candidate, count);
	}
	if (c->proved) {
		struct gdbregs__g_layout *layout = prove(&s);

		if (layout)
			check_against_p(&s, layout);
		check_layout(&s, layout, c->proved);
	}
	if (c->described) {
		struct gdbregs__g_layout *layout = described(&s, s.g_size);

		if (layout && *c->g)
			check_against_p(&s, layout);
		check_layout(&s, layout, c->described);
	}
	stub_fini(&s);
}

/* For a range of sizes, those at which a g of described registers can end. */
static const struct {
	const char *registers;
	size_t first, last;
	const char *ends;
} sizes[] = {
	{"0-3:64", 0, 100, " 8 16 24 32 "},
	/* mips: QEMU's g of 292 bytes ends with an unnamed register. */
	{"0-71:32 72:32_ 80:12_", 280, 300, " 280 284 288 292 294 "},
};

LOOP_TEST(where_g_can_end, COUNT(sizes))
{
	struct stub s;
	char text[32];

	stub_of(&s, sizes[_i].registers);
	for (size_t size = sizes[_i].first; size <= sizes[_i].last; size++) {
		struct gdbregs__g_layout *layout = described(&s, size);

		snprintf(text, sizeof(text), " %zu ", size);
		ck_assert_msg(!layout == !strstr(sizes[_i].ends, text), "%zu", size);
		gdbregs__free(layout);
	}
	ck_assert_ptr_null(described(&s, SIZE_MAX));
	stub_fini(&s);
}

/* ----------------------------------------------------------- no proof --- */

TEST(what_refutes_a_layout)
{
	struct stub s;
	const uint8_t *bytes;

	stub_init(&s, 9);
	add_run(&s, 0, 7, 64);
	send_run(&s, 0, 7);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 8);
	gdbregs__free(layout);

	bytes = s.samples[3].data; /* unavailable by p, or not read */
	s.samples[3].data = NULL;
	ck_assert_ptr_null(prove(&s));
	s.samples[3].data = bytes;

	s.samples[3].size = 0;
	ck_assert_ptr_null(prove(&s));
	s.samples[3].size = 4; /* another length */
	ck_assert_ptr_null(prove(&s));
	s.samples[3].size = SIZE_MAX;
	ck_assert_ptr_null(prove(&s));
	s.samples[3].size = 8;

	s.g[63]++; /* another value, in the last byte */
	ck_assert_ptr_null(prove(&s));
	s.g[63]--;
	s.g_size--; /* cut inside a register */
	ck_assert_ptr_null(prove(&s));
	s.g_size += 2; /* longer than all registers */
	ck_assert_ptr_null(prove(&s));
	s.g_size = 0;
	ck_assert_ptr_null(prove(&s));
	s.g_size = 64;
	s.d.registers[5].derived = true; /* one register less in g */
	ck_assert_ptr_null(prove(&s));
	stub_fini(&s);
}

TEST(no_registers)
{
	struct gdbregs_description d = {.registers = NULL};
	bool nomem = true;
	uint32_t none;
	uint8_t g = 0;

	ck_assert_uint_eq(gdbregs__g_candidates(&d, 8, &none), 0);
	ck_assert_ptr_null(gdbregs__g_prove(&d, &g, 1, NULL, &nomem));
	ck_assert(!nomem);
	ck_assert_ptr_null(gdbregs__g_described(&d, 1, &nomem));
}

/* ------------------------------------------------------------ resources --- */

TEST(no_memory_has_its_own_error)
{
	struct stub s;
	bool nomem = false;

	stub_init(&s, 4);
	add_run(&s, 0, 3, 64);
	send_run(&s, 0, 3);
	gdbregs__alloc_fail(1, 0);
	ck_assert_int_eq(gdbregs__g_order(&s.d, NULL, 0), GDBREGS_ERR_NOMEM);
	order(&s);
	gdbregs__alloc_fail(1, 0);
	ck_assert_ptr_null(gdbregs__g_prove(&s.d, s.g, s.g_size, s.samples, &nomem));
	ck_assert(nomem);
	gdbregs__alloc_fail(1, 0);
	nomem = false;
	ck_assert_ptr_null(gdbregs__g_described(&s.d, s.g_size, &nomem));
	ck_assert(nomem);
	gdbregs__alloc_fail(0, 0);
	stub_fini(&s);
}

/* In the worst order for a simple sort, and in random order. */
TEST(a_hundred_thousand_registers)
{
	for (int shuffled = 0; shuffled < 2; shuffled++) {
		struct stub s;

		stub_init(&s, MANY);
		for (uint32_t i = 0; i < MANY; i++)
			add(&s, shuffled ? (uint32_t)(i * 70001ull % MANY) : MANY - 1 - i, 64, 8);
		uint32_t *by_number = calloc(MANY, sizeof(*by_number));
		for (uint32_t i = 0; i < MANY; i++)
			by_number[s.d.registers[i].regnum] = i;
		for (uint32_t n = 0; n < MANY; n++)
			send(&s, by_number[n]);
		ck_assert_uint_eq(candidates(&s), MANY);
		for (uint32_t n = 0; n < MANY; n++)
			ck_assert_uint_eq(s.candidates[n], by_number[n]);
		struct gdbregs__g_layout *layout = prove(&s);
		ck_assert_uint_eq(check_against_p(&s, layout), MANY);
		gdbregs__free(layout);
		free(by_number);
		stub_fini(&s);
	}
}

/* All registers have the same number. */
TEST(all_of_one_number)
{
	struct stub s;

	stub_init(&s, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		add(&s, 7, 32, 4);
	s.g_size = 4;
	ck_assert_uint_eq(candidates(&s), 1);
	ck_assert_uint_eq(s.candidates[0], MANY - 1);
	struct gdbregs__g_layout *layout = described(&s, 4);
	ck_assert_ptr_nonnull(layout);
	check_slot(layout, 0, 0, 4);
	check_slot(layout, MANY - 1, 0, 4);
	gdbregs__free(layout);
	stub_fini(&s);
}

/* The sum of the sizes exceeds 32 bits. */
TEST(sums_do_not_wrap)
{
	struct stub s;

	stub_init(&s, 16);
	for (uint32_t i = 0; i < 16; i++)
		add(&s, i, UINT32_MAX, 8);
	order(&s);
	/* SIZE_MAX may be UINT32_MAX. */
	ck_assert_uint_eq(gdbregs__g_candidates(&s.d, SIZE_MAX, s.candidates),
			  SIZE_MAX > UINT32_MAX ? 16 : 8);
	ck_assert_uint_eq(gdbregs__g_candidates(&s.d, UINT32_MAX, s.candidates), 8);
	ck_assert_ptr_null(described(&s, 8));
	ck_assert_ptr_null(described(&s, (size_t)UINT32_MAX));
	ck_assert_uint_eq(gdbregs__bytes_of_bits(UINT32_MAX), 0x20000000);
	stub_fini(&s);
}
