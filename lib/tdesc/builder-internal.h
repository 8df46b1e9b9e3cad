/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the builder (builder*.c), and used by no other file. */
#ifndef GDBREGS_LIB_TDESC_BUILDER_INTERNAL_H
#define GDBREGS_LIB_TDESC_BUILDER_INTERNAL_H

#include "util/buffer.h"
#include "util/intern.h"
#include "tdesc/builder.h"

/* Handles the start of an element. Returns 0 or a negative error other than NOMEM. */
typedef int gdbregs__tdesc_handler(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				   const char *const *attributes);

struct gdbregs__tdesc_element {
	const char *name;
	unsigned places; /* in which it may appear, see builder.c */
	unsigned opens; /* the place that it is for its children */
	gdbregs__tdesc_handler *start;
	void (*end)(struct gdbregs__tdesc *t);
	enum gdbregs_type_kind kind; /* of a type with fields or values */
};

/* A growing array of elements of one size. */
struct gdbregs__tdesc_list {
	void *items;
	size_t count, capacity;
};

/* An open element. Inside a feature, every frame names that feature. */
struct gdbregs__tdesc_frame {
	const struct gdbregs__tdesc_element *element;
	const char *feature; /* the feature's name, or NULL */
	uint32_t scope; /* number of the feature element, from 1; types are looked up by it */
};

/* The open type element. */
struct gdbregs__tdesc_draft {
	const char *id; /* NULL: the type is ignored */
	uint32_t size_bits; /* 0 if there is no size attribute */
	struct gdbregs__tdesc_list fields;
	struct gdbregs__tdesc_list evalues;
};

struct gdbregs__tdesc {
	struct gdbregs_description *d;
	const struct gdbregs__limits *limits;
	struct gdbregs__intern strings; /* strings of the description's arena */
	struct gdbregs__arena scratch; /* freed with the builder */
	bool nomem; /* something is missing: the next event fails */
	struct gdbregs__table types; /* of struct definition (builder-type.c) */
	size_t type_count; /* types, fields and values, also those that are ignored */
	struct gdbregs__tdesc_list frames;
	size_t skipped; /* number of open elements in a skipped element, including that one */
	uint32_t scopes;
	struct gdbregs__tdesc_list registers, runs, unnamed;
	uint32_t run_scope; /* scope of the last feature range */
	uint64_t next_regnum;
	struct gdbregs_buffer text;
	struct gdbregs__tdesc_draft draft;
};

/* Returns the frame of the innermost open element. There is at least one. */
struct gdbregs__tdesc_frame *gdbregs__tdesc_top(struct gdbregs__tdesc *t);

/* The following functions return NULL and set t->nomem when out of memory. */

/* Add a zeroed element. */
void *gdbregs__tdesc_list_add(struct gdbregs__tdesc *t, struct gdbregs__tdesc_list *list,
			      size_t item_size);
/* Copy a list to the description's arena. */
void *gdbregs__tdesc_keep(struct gdbregs__tdesc *t, const struct gdbregs__tdesc_list *list,
			  size_t item_size);
/* Intern a text. Returns NULL also if it is NULL or empty. */
const char *gdbregs__tdesc_string(struct gdbregs__tdesc *t, const char *text);
/* Intern the value of an attribute. Returns NULL also if it is missing or empty. */
const char *gdbregs__tdesc_attribute(struct gdbregs__tdesc *t, const char *const *attributes,
				     const char *name);

/* builder-reg.c */
gdbregs__tdesc_handler gdbregs__tdesc_reg_start;

/* builder-type.c */
gdbregs__tdesc_handler gdbregs__tdesc_vector_start;
gdbregs__tdesc_handler gdbregs__tdesc_type_start;
gdbregs__tdesc_handler gdbregs__tdesc_field_start;
gdbregs__tdesc_handler gdbregs__tdesc_evalue_start;
/* Handle the end of a type: define it, or ignore it. */
void gdbregs__tdesc_type_end(struct gdbregs__tdesc *t);

/* Find the type of a member or an element by the name that gdbregs__tdesc_string() returned. */
const struct gdbregs__type *gdbregs__tdesc_type_find(struct gdbregs__tdesc *t, const char *name);
/* Find the type of a register: also `int` and `float`, which only registers may have. */
const struct gdbregs__type *gdbregs__tdesc_type_of_reg(struct gdbregs__tdesc *t, const char *name);

#endif
