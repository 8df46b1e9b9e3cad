/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots in the four formats. The formats are those of gdbregs-snapshot(5).
 * To add one: a word in set_format(), a file format-NAME.c, a case in format.c. */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include "output.h"
#include "target.h"

/* What stands around the registers in JSON, and how much heading in text. */
enum shape {
	SHAPE_SNAPSHOT, /* dump: targets, vCPUs, registers */
	SHAPE_VCPUS, /* read -c LIST: an array of vCPUs with their registers */
	SHAPE_REGISTERS, /* read: the registers of one vCPU */
};

/* One register that was read. */
struct value {
	const char *target;
	const struct vcpu *vcpu;
	const struct gdbregs_register *reg;
	const uint8_t *bytes;
	size_t size_bytes;
	int status; /* a size, or what kept it from being read */
};

/* Write all targets; errors are kept by `out`. False: out of memory. */
bool format_snapshots(struct output *out, const struct targets *set, enum shape shape);

bool format_text(struct output *out, const struct targets *set, enum shape shape);
bool format_json(struct output *out, const struct targets *set, enum shape shape);
bool format_jsonl(struct output *out, const struct targets *set);
bool format_csv(struct output *out, const struct targets *set);

/* What stands for the value in text: digits, or why there are none. */
void value_show(struct text *text, const struct value *v);
/* What the library can say beyond the digits; "" where there is nothing. That of
 * vectors, structs and unions is long: only with -v, or if they were asked for by
 * name. Good until `decoded` is used again. NULL: out of memory. */
const char *value_decode(const struct value *v, const struct options *o,
			 struct gdbregs_buffer *decoded);
/* The same whatever its length. */
const char *value_decode_all(const struct value *v, struct gdbregs_buffer *decoded);
/* A target as it stands in a JSON snapshot; NULL: out of memory. */
struct json_t *format_json_target(const struct target *t);

struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index);
/* A scalar of known byte order: it may be shown as one number. */
bool value_is_number(const struct value *v);
/* Why there are no bytes, e.g. "unavailable". */
const char *value_error(const struct value *v);
const char *byte_order_name(enum gdbregs_byte_order order); /* NULL where unknown */

#endif
