/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the builder (builder*.c), and used by no other file. */
#ifndef GDBREGS_LIB_TDESC_BUILDER_INTERNAL_H
#define GDBREGS_LIB_TDESC_BUILDER_INTERNAL_H

#include "util/buffer.h"
#include "util/intern.h"
#include "tdesc/builder.h"

/* A growing array of elements of one size. */
struct gdbregs__tdesc_list {
	void *items;
	size_t count, capacity;
};

/* Add a zeroed element. Returns NULL when out of memory. */
void *gdbregs__tdesc_list_add(struct gdbregs__tdesc_list *list, size_t item_size);

/* An open element. Inside a feature, every frame names that feature. */
struct gdbregs__tdesc_frame {
	const struct gdbregs__tdesc_element *element;
	const char *feature; /* the feature's name, or NULL */
	uint32_t scope; /* number of the feature element, from 1; types are looked up by it */
};

/* The open type element. */
struct gdbregs__tdesc_draft {
	enum gdbregs_type_kind kind;
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
	struct gdbregs__table types; /* of struct definition (builder-scope.c) */
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

/* Handle the start of an element. Returns 0 or a negative error. */
typedef int (*gdbregs__tdesc_handler)(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				      const char *const *attributes);

/* Returns the frame of the innermost open element. There is at least one. */
struct gdbregs__tdesc_frame *gdbregs__tdesc_top(struct gdbregs__tdesc *t);
/* Copy a list to the arena. Returns NULL when out of memory. (builder-reg.c) */
void *gdbregs__tdesc_keep(struct gdbregs__arena *arena, const struct gdbregs__tdesc_list *list,
			  size_t item_size);
/* Intern a text. Returns NULL if it is NULL or empty, or when out of memory; the
 * latter sets *nomem. */
const char *gdbregs__tdesc_string(struct gdbregs__tdesc *t, const char *text, bool *nomem);

/* builder-reg.c */
int gdbregs__tdesc_reg_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			     const char *const *attributes);

/* builder-type.c */
int gdbregs__tdesc_type_vector(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes);
int gdbregs__tdesc_type_union(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			      const char *const *attributes);
int gdbregs__tdesc_type_struct(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes);
int gdbregs__tdesc_type_flags(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			      const char *const *attributes);
int gdbregs__tdesc_type_enum(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			     const char *const *attributes);
/* Handle the end of a type: define it, or ignore it. */
int gdbregs__tdesc_type_end(struct gdbregs__tdesc *t);

int gdbregs__tdesc_field_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes);
int gdbregs__tdesc_field_evalue(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				const char *const *attributes);

/* builder-scope.c; `name` was returned by gdbregs__tdesc_string(). */
const struct gdbregs__type *gdbregs__tdesc_scope_find(struct gdbregs__tdesc *t, const char *name);
/* Returns the pseudo types `int` and `float`, which only registers may have, or NULL. */
const struct gdbregs__type *gdbregs__tdesc_scope_pseudo(const char *name);
bool gdbregs__tdesc_scope_has(struct gdbregs__tdesc *t, const char *id);
/* Define `type` under its id in the open feature. Returns 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__tdesc_scope_define(struct gdbregs__tdesc *t, const struct gdbregs__type *type);

#endif
