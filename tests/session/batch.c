/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches of reads, for the tests of sessions. */
#include "batch.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

void batch_add(struct batch *b, struct drive *d, unsigned vcpu)
{
	struct gdbregs_reg_descriptor *list;
	size_t count;

	ck_assert_int_eq(gdbregs_get_registers(d->s, vcpu, &list, &count), 0);
	for (size_t i = 0; i < count; i++)
		b->reads[b->count++] = (struct gdbregs_read){vcpu, list[i].handle, -99, NULL};
	gdbregs_free(list);
}

void batch_read(struct batch *b, struct drive *d, const char *except)
{
	ck_assert_int_eq(drive_read(d, b->reads, b->count, &b->storage), 0);
	for (size_t i = 0; i < b->count; i++) {
		const struct gdbregs_read *r = &b->reads[i];
		char number[8];

		snprintf(number, sizeof(number), " %u ", r->reg->regnum);
		if (strstr(except, number))
			continue;
		ck_assert_msg(r->status == (int)r->reg->bits / 8, "register %u: %d", r->reg->regnum,
			      r->status);
		drive_check_value(r->vcpu + 1, r->reg->regnum, r->data, (size_t)r->status);
	}
}
