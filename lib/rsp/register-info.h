/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LLDB's qRegisterInfo, which describes one register a reply: the only description
 * that some stubs have (debugserver of old, stubs of boards and emulators). Hides: the
 * syntax of the reply. */
#ifndef GDBREGS_LIB_REGISTER_INFO_H
#define GDBREGS_LIB_REGISTER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDBREGS__REGISTER_INFO_TEXT 80

enum gdbregs__register_encoding {
	GDBREGS__ENCODING_OTHER, /* not said, or none of these */
	GDBREGS__ENCODING_UINT,
	GDBREGS__ENCODING_SINT,
	GDBREGS__ENCODING_IEEE754,
	GDBREGS__ENCODING_VECTOR,
};

/* Texts are "" where the reply has none. */
struct gdbregs__register_info {
	char name[GDBREGS__REGISTER_INFO_TEXT];
	char altname[GDBREGS__REGISTER_INFO_TEXT];
	char set[GDBREGS__REGISTER_INFO_TEXT]; /* "General Purpose Registers" */
	char format[GDBREGS__REGISTER_INFO_TEXT]; /* "hex", "vector-uint8" */
	char generic[GDBREGS__REGISTER_INFO_TEXT]; /* "pc", "sp", "arg1" */
	enum gdbregs__register_encoding encoding;
	uint32_t bits;
	uint32_t off_bytes; /* its place in g */
	bool has_offset;
	bool derived; /* a part of another register (container-regs), */
	uint32_t container; /* the first of which is this */
};

enum gdbregs__register_info_kind {
	GDBREGS__REGISTER_INFO_ONE, /* *info is filled in */
	GDBREGS__REGISTER_INFO_END, /* an error or nothing: there are no more registers */
	GDBREGS__REGISTER_INFO_BROKEN, /* no name, no size, or a number that is no number */
};

/* Parse the reply to one qRegisterInfo. Keys that are not known are skipped. *info is
 * untouched unless the result is ONE. A text too long or unprintable counts as none. */
enum gdbregs__register_info_kind gdbregs__register_info_parse(const uint8_t *payload, size_t size,
							      struct gdbregs__register_info *info);

#endif
