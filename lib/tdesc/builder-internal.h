/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. What the files of the builder (tdesc-*.c) share. Not for others. */
#ifndef GDBREGS_LIB_TDESC_STATE_H
#define GDBREGS_LIB_TDESC_STATE_H

#include "util/buffer.h"
#include "util/intern.h"
#include "tdesc/builder.h"

/* An array that grows; elements of one size. */
struct gdbregs__tdesc_list {
	void *items;
	size_t count, capacity;
};

/* Room for one more, zeroed and counted; NULL when out of memory. */
void *gdbregs__tdesc_list_add(struct gdbregs__tdesc_list *list, size_t item_size);

/* An open element. Inside of a feature all of them know which. */
struct gdbregs__tdesc_frame {
	const struct gdbregs__tdesc_element *element;
	const char *feature; /* its name; NULL where it has none */
	uint32_t scope; /* counts feature elements from 1; types are looked up by it */
};

/* The type element that is open. */
struct gdbregs__tdesc_draft {
	enum gdbregs_type_kind kind;
	const char *id; /* NULL: to be dropped */
	uint32_t size_bits; /* 0: no size attribute */
	struct gdbregs__tdesc_list fields;
	struct gdbregs__tdesc_list evalues;
};

struct gdbregs__tdesc {
	struct gdbregs_description *d;
	const struct gdbregs__limits *limits;
	struct gdbregs__intern strings; /* in the description's arena, each once */
	struct gdbregs__arena scratch; /* gone with the builder */
	struct gdbregs__table types; /* of struct definition, tdesc-scope.c */
	struct gdbregs__tdesc_list frames;
	size_t skipped; /* open elements that are not understood, outermost included */
	uint32_t scopes;
	struct gdbregs__tdesc_list registers, runs, holes;
	uint32_t run_scope; /* of the last run */
	uint64_t next_regnum;
	struct gdbregs_buffer text;
	struct gdbregs__tdesc_draft draft;
};

/* Handlers of elements: 0 or a negative error. */
typedef int (*gdbregs__tdesc_handler)(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				      const char *const *attributes);

/* The frame of the innermost open element; there is one. */
struct gdbregs__tdesc_frame *gdbregs__tdesc_top(struct gdbregs__tdesc *t);
/* One string per text; NULL where text is NULL or empty, *nomem where memory ran out. */
const char *gdbregs__tdesc_string(struct gdbregs__tdesc *t, const char *text, bool *nomem);

/* tdesc-reg.c */
int gdbregs__tdesc_reg_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			     const char *const *attributes);

/* tdesc-type.c */
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
/* The open type is complete: define it, or drop it. */
int gdbregs__tdesc_type_end(struct gdbregs__tdesc *t);
int gdbregs__tdesc_type_count(struct gdbregs__tdesc *t, const struct gdbregs__xml *at);

/* tdesc-field.c */
int gdbregs__tdesc_field_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes);
int gdbregs__tdesc_field_evalue(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				const char *const *attributes);

/* tdesc-scope.c: `name` is from gdbregs__tdesc_string(). */
const struct gdbregs__type *gdbregs__tdesc_scope_find(struct gdbregs__tdesc *t, const char *name);
/* `int` and `float`, which only registers may have; NULL for others. */
const struct gdbregs__type *gdbregs__tdesc_scope_pseudo(const char *name);
bool gdbregs__tdesc_scope_has(struct gdbregs__tdesc *t, const char *id);
/* Make `type` what its id means in the open feature. 0 or NOMEM. */
int gdbregs__tdesc_scope_define(struct gdbregs__tdesc *t, const struct gdbregs__type *type);

#endif
