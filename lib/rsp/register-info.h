/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LLDB's qRegisterInfo, which describes one register per reply. For some stubs it is
 * the only description: old versions of debugserver, boards and emulators.
 * Hides: the syntax of the reply. */
#ifndef GDBREGS_LIB_RSP_REGISTER_INFO_H
#define GDBREGS_LIB_RSP_REGISTER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDBREGS__REGISTER_INFO_TEXT 80

enum gdbregs__register_encoding {
	GDBREGS__ENCODING_OTHER, /* missing, or another encoding */
	GDBREGS__ENCODING_UINT,
	GDBREGS__ENCODING_SINT,
	GDBREGS__ENCODING_IEEE754,
	GDBREGS__ENCODING_VECTOR,
};

/* A text is "" if the reply does not have it. */
struct gdbregs__register_info {
	char name[GDBREGS__REGISTER_INFO_TEXT];
	char altname[GDBREGS__REGISTER_INFO_TEXT];
	char set[GDBREGS__REGISTER_INFO_TEXT]; /* "General Purpose Registers" */
	char format[GDBREGS__REGISTER_INFO_TEXT]; /* "hex", "vector-uint8" */
	char generic[GDBREGS__REGISTER_INFO_TEXT]; /* "pc", "sp", "arg1" */
	enum gdbregs__register_encoding encoding;
	uint32_t bits;
	uint32_t off_bytes; /* offset in g */
	bool has_offset;
	bool derived; /* part of another register (container-regs); */
	uint32_t container; /* number of the first such register */
};

enum gdbregs__register_info_kind {
	GDBREGS__REGISTER_INFO_ONE, /* *info is set */
	GDBREGS__REGISTER_INFO_END, /* an error or an empty reply: there are no more registers */
	GDBREGS__REGISTER_INFO_BROKEN, /* no name or size, or a malformed number */
};

/* Parse the reply to one qRegisterInfo. Unknown keys are skipped. *info is set only
 * if the result is GDBREGS__REGISTER_INFO_ONE. A text that is too long or unprintable
 * is ignored. */
enum gdbregs__register_info_kind gdbregs__register_info_parse(const uint8_t *payload, size_t size,
							      struct gdbregs__register_info *info);

#endif
