/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. The model of a target description: registers, features, types.
 * Plain data, made by builder (tdesc-xml), shared by registry, never changed
 * afterwards. Everything in it lives in its arena, but names and features,
 * which the registry replaces by interned ones. */
#ifndef GDBREGS_LIB_DESCRIPTION_H
#define GDBREGS_LIB_DESCRIPTION_H

#include "util/arena.h"
#include "util/siphash.h"

#include <gdbregs.h>

/* A named member of a struct, union or flags type. */
struct gdbregs__field {
	const char *name; /* "" for reserved bits */
	const char *type_name; /* as written; NULL where absent */
	const struct gdbregs__type
		*type; /* NULL where unresolved, or a plain bit field without type */
	int start, end; /* bits, LSB 0 of the value; -1 for typed members */
};

struct gdbregs__evalue {
	const char *name;
	uint64_t value;
};

/* The fundamental types GDB knows by name, and those a feature defines. */
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
	GDBREGS__SCALAR_FLOAT, /* `float`: by the register's size */
};

struct gdbregs__type {
	enum gdbregs_type_kind kind;
	enum gdbregs__scalar scalar; /* of INTEGER and FLOAT */
	const char *id;
	uint32_t bits; /* 0 where the register decides (int, float, pointers) or unknown */
	const struct gdbregs__type *element; /* of VECTOR; NULL unresolved */
	const char *element_name; /* of VECTOR, as written */
	uint32_t count; /* of VECTOR: elements */
	uint32_t field_count; /* of STRUCT, UNION, FLAGS */
	const struct gdbregs__field *fields;
	uint32_t evalue_count; /* of ENUM */
	const struct gdbregs__evalue *evalues;
	uint64_t evalue_max; /* of ENUM: the largest value */
};

struct gdbregs_register {
	const struct gdbregs_description *description;
	const char *name;
	const char *feature; /* NULL where absent */
	const char *type_name; /* "int" where absent */
	const char *group; /* NULL where absent */
	const char *altname; /* NULL where absent (LLDB's attribute) */
	const struct gdbregs__type *type; /* NULL where unresolved */
	bool type_shipped; /* the stub describes an integer, and `type` is ours */
	uint32_t regnum; /* the stub's number */
	uint32_t index; /* its place in the description */
	uint32_t bits;
	uint32_t next_same_name; /* index+1 of the next register of that name, or 0 */
	int64_t g_off_bytes; /* offset= attribute (lldb-server); -1 where absent */
	bool derived; /* value_regnums= attribute: takes no room in g */
	enum gdbregs_role generic; /* generic= attribute (LLDB); NONE where absent */
};

struct gdbregs__feature_run { /* as struct gdbregs_feature, in document order */
	const char *name;
	uint32_t first, count;
};

struct gdbregs__g_layout; /* g_layout.h */

/* A register without a name: nobody sees it, but it has its place in g. */
struct gdbregs__hole {
	uint32_t regnum;
	uint32_t bits;
};

struct gdbregs_description {
	const char *architecture; /* NULL where absent */
	const char *osabi; /* NULL where absent */
	struct gdbregs_register *registers;
	size_t register_count;
	struct gdbregs__feature_run *features;
	size_t feature_count;
	struct gdbregs__hole *holes;
	size_t hole_count;
	bool holes_unordered; /* not in ascending order of their numbers */
	struct gdbregs_document *documents; /* copies; [0] is target.xml */
	size_t document_count;
	struct gdbregs_document resolved; /* one document, canonical; the registry's key */
	/* The first register of each name: open addressing, index+1 or 0, size a
	 * power of two; next_same_name leads to the others. */
	uint32_t *by_name;
	size_t by_name_size;
	struct gdbregs__hash_key by_name_key;
	bool has_other_names; /* a register has an altname or a generic role */
	const struct gdbregs_register *roles[GDBREGS_ROLE_RETURN_ADDRESS + 1]; /* by roles.c */
	/* What limits apply to, so that a description found in the registry is
	 * held against this session's limits too. */
	size_t stat_includes, stat_include_depth, stat_element_depth, stat_types;
	size_t stat_max_register_bits, stat_max_register_number, stat_bytes, stat_name_bytes;
	struct gdbregs__g_layout *g_layout; /* filled by the registry, shared by sessions */
	struct gdbregs__arena arena;
};

/* Look up a register: 0, GDBREGS_ERR_NO_REGISTER or GDBREGS_ERR_AMBIGUOUS.
 * feature NULL: in all features. Constant time in the number of registers. */
int gdbregs__description_find(const struct gdbregs_description *d, const char *feature,
			      const char *name, const struct gdbregs_register **out);

/* index+1 of the first register of that name, or 0; next_same_name has the others. */
uint32_t gdbregs__description_first(const struct gdbregs_description *d, const char *name);

/* Hold a description against limits: 0 or GDBREGS_ERR_LIMIT with err saying which. */
struct gdbregs__limits;
int gdbregs__description_check(const struct gdbregs_description *d,
			       const struct gdbregs__limits *limits, struct gdbregs_error *err);

/* Fill by_name, once the registers stand. 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__description_index(struct gdbregs_description *d);

/* An empty one; NULL when out of memory. */
struct gdbregs_description *gdbregs__description_new(void);
/* NULL is fine. */
void gdbregs__description_free(struct gdbregs_description *d);

#endif
