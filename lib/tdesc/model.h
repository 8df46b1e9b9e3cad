/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model of a target description: registers, features and types, as plain data.
 * The builder makes it, the context shares it, and it is not changed afterwards. All
 * of it is in its arena, except for names and features: the context replaces them by
 * interned ones. */
#ifndef GDBREGS_LIB_TDESC_MODEL_H
#define GDBREGS_LIB_TDESC_MODEL_H

#include "util/arena.h"
#include "util/hash-table.h"
#include "util/siphash.h"

#include <gdbregs.h>

/* Returns the number of bytes that `bits` bits need. The sum bits + 7 may not fit in 32 bits. */
static inline size_t gdbregs__bytes_of_bits(uint32_t bits)
{
	return bits / 8 + (bits % 8 != 0);
}

/* A named member of a struct, union or flags type. */
struct gdbregs__field {
	const char *name; /* "" for reserved bits */
	const char *type_name; /* as written, or NULL */
	/* NULL if unresolved, or for a bit field without a type. */
	const struct gdbregs__type *type;
	int start, end; /* bit numbers, 0 is the least significant; -1 for typed members */
	/* Of a member of a struct: the size of the members before it that have a size, and the
	 * number of those that do not. */
	uint32_t off_bits, unsized_before;
};

struct gdbregs__evalue {
	const char *name;
	uint64_t value;
};

/* The predefined types, which GDB knows by name, and the types that features define. */
enum gdbregs__scalar {
	GDBREGS__SCALAR_NONE,
	GDBREGS__SCALAR_BOOL,
	GDBREGS__SCALAR_INT, /* signed */
	GDBREGS__SCALAR_UINT,
	GDBREGS__SCALAR_CODE_PTR,
	GDBREGS__SCALAR_DATA_PTR,
	GDBREGS__SCALAR_IEEE_HALF,
	GDBREGS__SCALAR_IEEE_SINGLE,
	GDBREGS__SCALAR_IEEE_DOUBLE,
	GDBREGS__SCALAR_ARM_FPA_EXT,
	GDBREGS__SCALAR_I387_EXT,
	GDBREGS__SCALAR_BFLOAT16,
	GDBREGS__SCALAR_FLOAT, /* `float`: the register's size determines the format */
};

struct gdbregs__type {
	enum gdbregs_type_kind kind;
	enum gdbregs__scalar scalar; /* for INTEGER and FLOAT */
	const char *id;
	uint32_t bits; /* 0 if unknown, or if the register determines it (int, float, pointers) */
	uint32_t least_bits; /* of the smallest register that may have only a part of it; or 0 */
	const struct gdbregs__type *element; /* for VECTOR; NULL if unresolved */
	const char *element_name; /* for VECTOR, as written */
	uint32_t count; /* for VECTOR: number of elements */
	uint32_t field_count; /* for STRUCT, UNION and FLAGS */
	const struct gdbregs__field *fields;
	uint32_t sized_bits; /* for STRUCT: size of the members that have a size */
	uint32_t unsized_count; /* for STRUCT: number of the members that share the rest */
	uint32_t evalue_count; /* for ENUM */
	const struct gdbregs__evalue *evalues;
	uint64_t evalue_max; /* for ENUM: the largest value */
};

/* Returns the size of a type, or 0 if it has no size of its own (int, pointers, unresolved
 * types). */
static inline uint32_t gdbregs__type_bytes(const struct gdbregs__type *type)
{
	return type ? type->bits / 8 : 0;
}

struct gdbregs_register {
	const struct gdbregs_description *description;
	const char *name;
	const char *feature; /* NULL if missing */
	const char *type_name; /* "int" if missing */
	const char *group; /* NULL if missing */
	const char *altname; /* LLDB's attribute; NULL if missing */
	const struct gdbregs__type *type; /* NULL if unresolved */
	uint32_t type_bits; /* of the type that type_name names, even if it does not fit; or 0 */
	bool type_shipped; /* the stub describes an integer; `type` is from a shipped file */
	uint32_t regnum; /* the stub's number */
	uint32_t index; /* its index in the description */
	uint32_t bits;
	const struct gdbregs_register *next_same_name; /* another one with that name, or NULL */
	int64_t g_off_bytes; /* lldb-server's attribute offset=; -1 if missing */
	bool derived; /* has an attribute value_regnums=: takes no room in g */
	enum gdbregs_role generic; /* LLDB's attribute generic=; NONE if missing */
};

struct gdbregs__feature_run { /* a struct gdbregs_feature, in the order of the documents */
	const char *name;
	uint32_t first, count;
};

struct gdbregs__g_layout; /* g-layout.h */

#define GDBREGS__UNNAMED UINT32_MAX

/* A register that takes room in g. The API does not show registers without a name. */
struct gdbregs__g_place {
	uint32_t regnum;
	uint32_t index; /* its index in the description, or GDBREGS__UNNAMED */
	uint32_t bits;
};

struct gdbregs_description {
	const char *architecture; /* NULL if missing */
	const char *osabi; /* NULL if missing */
	struct gdbregs_register *registers;
	size_t register_count;
	struct gdbregs__feature_run *features;
	size_t feature_count;
	struct gdbregs__g_place *g_places; /* in ascending order of number, then of index */
	size_t g_place_count;
	struct gdbregs_document *documents; /* copies; [0] is target.xml */
	size_t document_count;
	struct gdbregs_document canonical; /* canonical XML; equal ones share a description */
	/* The first register of each name. next_same_name leads to the others. */
	struct gdbregs__table by_name;
	struct gdbregs__hash_key by_name_key;
	bool has_other_names; /* a register has an altname or a generic role */
	const struct gdbregs_register *roles[GDBREGS_ROLE_RETURN_ADDRESS + 1]; /* set by roles.c */
	struct gdbregs__g_layout *g_layout; /* set by the session that verified it; shared */
	struct gdbregs__arena arena;
};

/* Look up a register by name. `feature` NULL means all features. Returns 0,
 * GDBREGS_ERR_NO_REGISTER or GDBREGS_ERR_AMBIGUOUS. The time does not depend on the
 * number of registers. */
int gdbregs__description_find(const struct gdbregs_description *d, const char *feature,
			      const char *name, const struct gdbregs_register **out);

/* Returns true if a register is in a feature. NULL means all features. */
bool gdbregs__description_in_feature(const struct gdbregs_register *reg, const char *feature);

/* Returns the first register with that name, or NULL. next_same_name leads to the others. */
const struct gdbregs_register *gdbregs__description_first(const struct gdbregs_description *d,
							  const char *name);

/* Fill in by_name once the registers are complete. Returns 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__description_index(struct gdbregs_description *d);

/* Create an empty description. Returns NULL when out of memory. */
struct gdbregs_description *gdbregs__description_new(void);
/* Free a description; `d` may be NULL. */
void gdbregs__description_free(struct gdbregs_description *d);

#endif
