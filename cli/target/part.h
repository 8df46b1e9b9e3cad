/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of registers by name: `eflags.ZF`, `xmm0.v4_float[1]`. Hides: where the name of
 * the register ends and the path of the part begins. */
#ifndef CLI_PART_H
#define CLI_PART_H

#include "target/select.h"

/* Look up [FEATURE:]NAME[.FIELD...][[INDEX]]: the exact name of a register first, then a
 * register and a path. Other names of registers (roles, ABI) are known, and so is a name
 * in other case if only one register has it.
 *
 * On success, *path is the path within `name`, "" if it names the whole register.
 * Returns 0, or
 *   GDBREGS_ERR_NO_REGISTER  no register has that name, several have it, or `name` has
 *                            wildcards
 *   GDBREGS_ERR_NO_FIELD     the register has no such part; *out is the register, and
 *                            *path the path that was not found */
int part_find(const struct gdbregs_description *d, const char *name, struct gdbregs_field *out,
	      const char **path);

/* The number of a register that is a union of floats: the widest one, if it has the width of
 * the register. RISC-V has such registers. Returns false for all other fields. */
bool part_float(const struct gdbregs_field *field, struct gdbregs_field *out);

/* Returns the pattern if it begins with another name of the register than its own, as `flags.ZF`
 * does; else NULL. `path` is within `pattern`, from part_find(). */
const char *part_alias(const struct gdbregs_register *reg, const char *path, const char *pattern);

/* Returns whether a part is the other one or contains it, by their paths in one register. */
bool part_contains(const char *outer, const char *inner);

/* Choose the register or the part that has a name. Returns 0 or an error of part_find(), with
 * a text in `message` that says what there is. The path is within `name`. */
int part_choose(const struct gdbregs_description *d, const char *name, struct chosen *out,
		char *message, size_t capacity);
/* Write to `message` that the register has no part `path`, which parts there are, and
 * the one that is most like it. */
void part_refuse(const struct gdbregs_field *reg, const char *path, char *message, size_t capacity);
/* Write to `message` that --exclude names a part which is not shown by itself. */
void part_refuse_exclude(const char *name, char *message, size_t capacity);
/* Write the names of the values of an enum, as many as fit; "" if it has none. */
void part_list_names(const struct gdbregs_field *field, char *text, size_t capacity);

/* Set a register (path NULL) or a part of it to what `text` says: gdbregs_register_parse() or
 * gdbregs_field_parse(). */
int part_parse(const struct gdbregs_field *field, const char *path, const char *text,
	       enum gdbregs_byte_order order, uint8_t *bytes, size_t size);

/* -------------------------------------------------------- all parts --- */

struct part_step {
	const struct gdbregs_field *field;
	const char *path;
	/* The number of elements, if this one is visited for all elements of its vector; else 1. */
	size_t count;
};

/* Returns false to end the walk. */
typedef bool (*part_fn)(void *arg, const struct part_step *step);

/* Visit the parts of a field whose path is `path`: each one before its own parts. Of a
 * vector, only the first element is visited, unless `each` is true. Ends after 4096 parts.
 * Returns false if `visit` did, or if memory ran out. */
bool part_walk(const struct gdbregs_field *from, const char *path, bool each, part_fn visit,
	       void *arg);

#endif
