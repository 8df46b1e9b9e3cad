/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The description that the tests of fields share, and a function to find its fields. */
#ifndef GDBREGS_TESTS_FIELDS_H
#define GDBREGS_TESTS_FIELDS_H

#include "suite.h"
#include "../tdesc/documents.h"

#define LITTLE	GDBREGS_BYTE_ORDER_LITTLE
#define BIG	GDBREGS_BYTE_ORDER_BIG
#define UNKNOWN GDBREGS_BYTE_ORDER_UNKNOWN

static struct gdbregs_description *d;

static inline void teardown(void)
{
	gdbregs__description_free(d);
}

static inline struct gdbregs_field field(const char *name)
{
	struct gdbregs_field f;

	ck_assert_msg(gdbregs_description_find_field(d, NULL, name, &f) == 0, "%s", name);
	return f;
}

#endif
