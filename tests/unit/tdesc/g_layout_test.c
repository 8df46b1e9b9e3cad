/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where registers stand in g: the numberings, sizes and g lengths of QEMU 7.2,
 * QEMU 10.0, gdbserver 13.1 and lldb-server 14 as measured on them. */
#include "util/alloc.h"
#include "tdesc/g-layout.h"
#include "../suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MANY 100000

/* A stub's registers: the description, what p returns for each, and the g that
 * a stub makes of them. */
struct stub {
	struct gdbregs_description d;
	struct gdbregs__g_sample *samples;
	uint32_t *candidates;
	uint8_t *bytes; /* 16 for each register, none equal to another's */
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
	free(s->d.registers);
	free(s->samples);
	free(s->candidates);
	free(s->bytes);
	free(s->g);
}

/* One more register, whose p returns p_bytes bytes. */
static void add(struct stub *s, uint32_t regnum, uint32_t bits, size_t p_bytes)
{
	size_t i = s->d.register_count++;
	uint8_t *bytes = s->bytes + 16 * i;

	s->d.registers[i] = (struct gdbregs_register){
		.regnum = regnum, .index = (uint32_t)i, .bits = bits, .g_off_bytes = -1};
	for (size_t j = 0; j < 16; j++)
		bytes[j] = (uint8_t)((i * 2654435761u + 1) >> (j % 4 * 8));
	s->samples[i] = (struct gdbregs__g_sample){bytes, p_bytes};
}

static void add_run(struct stub *s, uint32_t first, uint32_t last, uint32_t bits)
{
	for (uint32_t n = first; n <= last; n++)
		add(s, n, bits, (bits + 7) / 8);
}

/* g goes on with register i's bytes. */
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

static struct gdbregs__g_layout *prove(struct stub *s)
{
	bool nomem = true;
	/* g ends where its memory ends, so that reading on is seen */
	uint8_t *copy = malloc(s->g_size ? s->g_size : 1);

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
	struct gdbregs__g_layout *layout = gdbregs__g_described(&s->d, g_size, &nomem);

	ck_assert(!nomem);
	return layout;
}

static size_t candidates(struct stub *s)
{
	return gdbregs__g_candidates(&s->d, s->g_size, s->candidates);
}

#define check_slot(layout, i, off, size)                                                           \
	do {                                                                                       \
		ck_assert_uint_eq((layout)->slots[i].off_bytes, off);                              \
		ck_assert_uint_eq((layout)->slots[i].size_bytes, size);                            \
	} while (0)

/* Every slot's bytes are those of p; returns how many have one. */
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

/* ------------------------------------------------------ real numberings --- */

/* x86_64: 66 registers, all of them in a g of 608 bytes. */
START_TEST(x86_64_all_in_g)
{
	struct stub s;

	stub_init(&s, 66);
	add_run(&s, 0, 16, 64); /* rax .. rip */
	add_run(&s, 17, 23, 32); /* eflags, segments */
	add_run(&s, 24, 65, 80); /* stands for the rest */
	send_run(&s, 0, 65);
	ck_assert_uint_eq(candidates(&s), 66);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 66);
	check_slot(layout, 16, 128, 8);
	check_slot(layout, 17, 136, 4);
	gdbregs__free(layout);
	layout = described(&s, s.g_size);
	ck_assert_uint_eq(check_against_p(&s, layout), 66);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* arm: 0-15 and 25 in a g of 68 bytes; 16-24 are nobody's, 26 on are p's. */
START_TEST(arm_has_holes)
{
	struct stub s;

	stub_init(&s, 40);
	add_run(&s, 0, 15, 32);
	add_run(&s, 25, 25, 32);
	add_run(&s, 26, 40, 64);
	send_run(&s, 0, 16);
	ck_assert_uint_eq(s.g_size, 68);
	ck_assert_uint_eq(candidates(&s), 17);
	ck_assert_uint_eq(s.candidates[16], 16);
	s.samples[17].data = NULL; /* not read: not needed */
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 17);
	check_slot(layout, 16, 64, 4);
	check_slot(layout, 17, 0, 0);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* arm, QEMU 7.2 before it was asked for its description: 168 bytes, with the
 * room of the old FPA registers. */
START_TEST(arm_with_fpa_room_is_refused)
{
	struct stub s;

	stub_init(&s, 40);
	add_run(&s, 0, 15, 32);
	add_run(&s, 25, 25, 32);
	add_run(&s, 26, 40, 64);
	send_run(&s, 0, 15);
	s.g_size += 8 * 12 + 4;
	send(&s, 16);
	ck_assert_uint_eq(s.g_size, 168);
	ck_assert_ptr_null(prove(&s));
	stub_fini(&s);
}
END_TEST

/* ppc: 0-31 and 64-69 in a g of 152 bytes; 71 on are p's. */
START_TEST(ppc_has_holes)
{
	struct stub s;

	stub_init(&s, 129);
	add_run(&s, 0, 31, 32);
	add_run(&s, 64, 69, 32);
	add_run(&s, 71, 102, 64);
	send_run(&s, 0, 37);
	ck_assert_uint_eq(s.g_size, 152);
	ck_assert_uint_eq(candidates(&s), 38);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 38);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* avr: 35 registers of 8 bits as described; p has 16 for sp and 32 for pc, and
 * g has 39 bytes. */
START_TEST(avr_sizes_are_those_of_p)
{
	struct stub s;

	stub_init(&s, 35);
	add_run(&s, 0, 32, 8);
	add(&s, 33, 8, 2);
	add(&s, 34, 8, 4);
	send_run(&s, 0, 34);
	ck_assert_uint_eq(s.g_size, 39);
	ck_assert_uint_eq(candidates(&s), 35);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 35);
	check_slot(layout, 33, 33, 2);
	check_slot(layout, 34, 35, 4);
	gdbregs__free(layout);
	ck_assert_ptr_null(described(&s, 39));
	stub_fini(&s);
}
END_TEST

/* aarch64 in LLDB's tests: cpsr (33) stands first in the description. */
START_TEST(order_is_that_of_the_numbers)
{
	struct stub s;

	stub_init(&s, 34);
	add(&s, 33, 32, 4);
	add_run(&s, 0, 32, 64);
	send_run(&s, 1, 33);
	send(&s, 0);
	ck_assert_uint_eq(s.g_size, 268);
	ck_assert_uint_eq(candidates(&s), 34);
	ck_assert_uint_eq(s.candidates[0], 1);
	ck_assert_uint_eq(s.candidates[33], 0);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 34);
	check_slot(layout, 0, 264, 4);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* LLDB's TestArmRegisterDefinition: 9, 8, 1 and 7 bits take 2, 1, 1, 1 bytes. */
START_TEST(bits_round_up_to_bytes)
{
	struct stub s;

	stub_init(&s, 4);
	add(&s, 0, 9, 2);
	add(&s, 1, 8, 1);
	add(&s, 2, 1, 1);
	add(&s, 20, 7, 1);
	struct gdbregs__g_layout *layout = described(&s, 5);
	ck_assert_ptr_nonnull(layout);
	check_slot(layout, 0, 0, 2);
	check_slot(layout, 3, 4, 1);
	ck_assert_uint_eq(gdbregs__bytes_of_bits(UINT32_MAX), 0x20000000);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* ----------------------------------------------------------- no proof --- */

START_TEST(what_refutes_a_layout)
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
	s.d.registers[5].derived = true; /* one less in g */
	ck_assert_ptr_null(prove(&s));
	stub_fini(&s);
}
END_TEST

START_TEST(described_must_end_with_a_register)
{
	struct stub s;

	stub_init(&s, 4);
	add_run(&s, 0, 3, 64);
	ck_assert_ptr_null(described(&s, 0));
	ck_assert_ptr_null(described(&s, 12));
	ck_assert_ptr_null(described(&s, 33));
	ck_assert_ptr_null(described(&s, SIZE_MAX));
	struct gdbregs__g_layout *layout = described(&s, 16);
	ck_assert_ptr_nonnull(layout);
	check_slot(layout, 1, 8, 8);
	check_slot(layout, 2, 0, 0);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

START_TEST(no_registers)
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
END_TEST

/* A register that the description makes longer than what is left may be shorter
 * in truth: it is read, too. One beyond the end is not. */
START_TEST(candidates_reach_the_end_of_g)
{
	struct stub s;

	stub_init(&s, 4);
	add_run(&s, 0, 0, 64);
	add(&s, 1, 64, 4);
	add_run(&s, 2, 3, 64);
	send_run(&s, 0, 1);
	ck_assert_uint_eq(s.g_size, 12);
	ck_assert_uint_eq(candidates(&s), 2);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 2);
	gdbregs__free(layout);
	s.g_size = 8;
	ck_assert_uint_eq(candidates(&s), 1);
	s.g_size = 0;
	ck_assert_uint_eq(candidates(&s), 0);
	stub_fini(&s);
}
END_TEST

/* --------------------------------------------------- shared and derived --- */

/* Two registers with one number are one place, of the size the later one has. */
START_TEST(one_number_is_one_place)
{
	struct stub s;

	stub_init(&s, 5);
	add(&s, 0, 64, 8);
	add(&s, 1, 32, 8);
	add(&s, 2, 64, 8);
	add(&s, 1, 64, 8);
	s.samples[1] = s.samples[3];
	send(&s, 0);
	send(&s, 3);
	send(&s, 2);
	ck_assert_uint_eq(candidates(&s), 3);
	ck_assert_uint_eq(s.candidates[1], 3);
	ck_assert_uint_eq(s.candidates[2], 2);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 4);
	check_slot(layout, 1, 8, 8);
	check_slot(layout, 3, 8, 8);
	gdbregs__free(layout);
	layout = described(&s, 24);
	ck_assert_uint_eq(check_against_p(&s, layout), 4);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

/* LLDB's TestAArch64XMLRegOffsets: w registers take no room. */
START_TEST(derived_registers_take_no_room)
{
	struct stub s;

	stub_init(&s, 4);
	add(&s, 0, 64, 8);
	add(&s, 1, 32, 4);
	add(&s, 2, 64, 8);
	s.d.registers[1].derived = true;
	send(&s, 0);
	send(&s, 2);
	ck_assert_uint_eq(candidates(&s), 2);
	ck_assert_uint_eq(s.candidates[1], 2);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 2);
	check_slot(layout, 1, 0, 0);
	gdbregs__free(layout);
	layout = described(&s, 16);
	ck_assert_uint_eq(check_against_p(&s, layout), 2);
	gdbregs__free(layout);
	stub_fini(&s);
}
END_TEST

static void place(struct stub *s, size_t i, int64_t off, uint32_t bits, bool derived)
{
	add(s, (uint32_t)i, bits, (bits + 7) / 8);
	s->d.registers[i].g_off_bytes = off;
	s->d.registers[i].derived = derived;
}

/* lldb-server 14: offset= says where, sub-registers overlap. */
START_TEST(offsets_of_lldb_server)
{
	struct stub s;

	stub_init(&s, 8);
	place(&s, 0, 8, 64, false); /* rbx */
	place(&s, 1, 0, 64, false); /* rax */
	place(&s, 2, 0, 32, true); /* eax */
	place(&s, 3, 1, 8, true); /* ah */
	place(&s, 4, -1, 64, false); /* nowhere */
	place(&s, 5, 12, 64, false); /* beyond the end */
	place(&s, 6, INT64_MAX, 64, false);
	struct gdbregs__g_layout *layout = described(&s, 16);
	ck_assert_ptr_nonnull(layout);
	check_slot(layout, 0, 8, 8);
	check_slot(layout, 1, 0, 8);
	check_slot(layout, 2, 0, 4);
	check_slot(layout, 3, 1, 1);
	check_slot(layout, 4, 0, 0);
	check_slot(layout, 5, 0, 0);
	check_slot(layout, 6, 0, 0);
	gdbregs__free(layout);
	ck_assert_ptr_null(described(&s, 17));
	stub_fini(&s);
}
END_TEST

/* ------------------------------------------------------------ resources --- */

START_TEST(no_memory_is_told_apart)
{
	struct stub s;
	bool nomem = false;

	stub_init(&s, 4);
	add_run(&s, 0, 3, 64);
	send_run(&s, 0, 3);
	for (unsigned long n = 1; n <= 2; n++) {
		nomem = false;
		gdbregs__alloc_fail(n, 0);
		ck_assert_ptr_null(gdbregs__g_prove(&s.d, s.g, s.g_size, s.samples, &nomem));
		ck_assert(nomem);
		gdbregs__alloc_fail(n, 0);
		nomem = false;
		ck_assert_ptr_null(gdbregs__g_described(&s.d, s.g_size, &nomem));
		ck_assert(nomem);
	}
	gdbregs__alloc_fail(0, 0);
	stub_fini(&s);
}
END_TEST

/* In the worst order for a naive sort, and in none at all. */
START_TEST(a_hundred_thousand_registers)
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
END_TEST

/* One number a hundred thousand times. */
START_TEST(all_of_one_number)
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
END_TEST

/* Sizes whose sum is beyond 32 bits. */
START_TEST(sums_do_not_wrap)
{
	struct stub s;

	stub_init(&s, 16);
	for (uint32_t i = 0; i < 16; i++)
		add(&s, i, UINT32_MAX, 8);
	/* SIZE_MAX may be UINT32_MAX. */
	ck_assert_uint_eq(gdbregs__g_candidates(&s.d, SIZE_MAX, s.candidates),
			  SIZE_MAX > UINT32_MAX ? 16 : 8);
	ck_assert_uint_eq(gdbregs__g_candidates(&s.d, UINT32_MAX, s.candidates), 8);
	ck_assert_ptr_null(described(&s, 8));
	ck_assert_ptr_null(described(&s, (size_t)UINT32_MAX));
	stub_fini(&s);
}
END_TEST

/* ------------------------------------------------------ unnamed registers --- */

static void add_holes(struct stub *s, struct gdbregs__unnamed_register *unnamed, size_t count)
{
	s->d.unnamed = unnamed;
	s->d.unnamed_count = count;
}

/* g goes on with an unnamed register's bytes. */
static void send_hole(struct stub *s, size_t bytes)
{
	memset(s->g + s->g_size, 0, bytes);
	s->g_size += bytes;
}

/* alpha, as GDB describes it: number 65 has no name, and 8 bytes in QEMU's g. */
START_TEST(alpha_has_an_unnamed_register)
{
	struct stub s;
	struct gdbregs__unnamed_register unnamed = {65, 64};

	stub_init(&s, 66);
	add_run(&s, 0, 64, 64);
	add(&s, 66, 64, 8);
	add_holes(&s, &unnamed, 1);
	send_run(&s, 0, 64);
	send_hole(&s, 8);
	send(&s, 65);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(s.g_size, 536);
	ck_assert_uint_eq(check_against_p(&s, layout), 66);
	gdbregs__free(layout);
	layout = described(&s, 536);
	ck_assert_ptr_nonnull(layout);
	check_slot(layout, 64, 512, 8);
	check_slot(layout, 65, 528, 8);
	gdbregs__free(layout);
	ck_assert_uint_eq(candidates(&s), 66);
	s.d.unnamed_count = 0;
	ck_assert_ptr_null(described(&s, 536));
	ck_assert_ptr_null(prove(&s));
	stub_fini(&s);
}
END_TEST

/* mips: QEMU's g of 292 bytes ends with one, number 72. */
START_TEST(unnamed_at_the_end)
{
	struct stub s;
	struct gdbregs__unnamed_register unnamed[] = {{72, 32}, {80, 12}};

	stub_init(&s, 72);
	add_run(&s, 0, 71, 32);
	add_holes(&s, unnamed, 2);
	send_run(&s, 0, 71);
	for (size_t size = 280; size <= 300; size++) {
		bool ends = size % 4 == 0 && size <= 292;
		struct gdbregs__g_layout *layout = described(&s, size);

		ck_assert_msg((layout != NULL) == (ends || size == 294), "%zu", size);
		gdbregs__free(layout);
	}
	ck_assert_uint_eq(candidates(&s), 72);
	stub_fini(&s);
}
END_TEST

START_TEST(unnamed_at_the_start)
{
	struct stub s;
	struct gdbregs__unnamed_register unnamed[] = {{0, 64}, {1, 8}, {3, UINT32_MAX}};

	stub_init(&s, 2);
	add(&s, 2, 16, 2);
	add(&s, 4, 16, 2);
	add_holes(&s, unnamed, 3);
	send_hole(&s, 9);
	ck_assert_uint_eq(candidates(&s), 0);
	ck_assert_ptr_null(described(&s, 8 + 2));
	send(&s, 0);
	ck_assert_uint_eq(candidates(&s), 1);
	struct gdbregs__g_layout *layout = prove(&s);
	ck_assert_uint_eq(check_against_p(&s, layout), 1);
	check_slot(layout, 0, 9, 2);
	gdbregs__free(layout);
	send(&s, 1); /* where the huge one should be */
	ck_assert_ptr_null(prove(&s));
	ck_assert_uint_eq(candidates(&s), 1);
	s.d.unnamed_unordered = true;
	ck_assert_ptr_null(described(&s, 11));
	stub_fini(&s);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("g_layout");
	TCase *unnamed = tcase_create("unnamed registers");
	TCase *real = tcase_create("real numberings");
	TCase *refused = tcase_create("refused");
	TCase *shared = tcase_create("shared and derived");
	TCase *resources = tcase_create("resources");

	tcase_add_test(real, x86_64_all_in_g);
	tcase_add_test(real, arm_has_holes);
	tcase_add_test(real, arm_with_fpa_room_is_refused);
	tcase_add_test(real, ppc_has_holes);
	tcase_add_test(real, avr_sizes_are_those_of_p);
	tcase_add_test(real, order_is_that_of_the_numbers);
	tcase_add_test(real, bits_round_up_to_bytes);
	suite_add_tcase(s, real);
	tcase_add_test(refused, what_refutes_a_layout);
	tcase_add_test(refused, described_must_end_with_a_register);
	tcase_add_test(refused, no_registers);
	tcase_add_test(refused, candidates_reach_the_end_of_g);
	suite_add_tcase(s, refused);
	tcase_add_test(shared, one_number_is_one_place);
	tcase_add_test(shared, derived_registers_take_no_room);
	tcase_add_test(shared, offsets_of_lldb_server);
	suite_add_tcase(s, shared);
	tcase_add_test(unnamed, alpha_has_an_unnamed_register);
	tcase_add_test(unnamed, unnamed_at_the_end);
	tcase_add_test(unnamed, unnamed_at_the_start);
	suite_add_tcase(s, unnamed);
	tcase_set_timeout(resources, 60);
	tcase_add_test(resources, no_memory_is_told_apart);
	tcase_add_test(resources, a_hundred_thousand_registers);
	tcase_add_test(resources, all_of_one_number);
	tcase_add_test(resources, sums_do_not_wrap);
	suite_add_tcase(s, resources);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
