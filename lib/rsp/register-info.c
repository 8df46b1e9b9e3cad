/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/register-info.h"

#include "rsp/reply.h"
#include "rsp/span.h"
#include "util/number.h"

#include <string.h>

/* Copy a text. A text that a description cannot hold is ignored. */
static void take_text(struct gdbregs__span value, char *out)
{
	if (value.size >= GDBREGS__REGISTER_INFO_TEXT)
		return;
	for (size_t i = 0; i < value.size; i++)
		if (value.text[i] < ' ' || value.text[i] > '~')
			return;
	memcpy(out, value.text, value.size);
	out[value.size] = '\0';
}

/* Parse a size or an offset. They are decimal, unlike all other numbers of the
 * protocol. */
static bool take_decimal(struct gdbregs__span value, uint32_t *out)
{
	uint64_t number;

	if (!gdbregs__number_decimal(value.text, value.size, INT32_MAX, &number))
		return false;
	*out = (uint32_t)number;
	return true;
}

/* Take the first number of a list such as `0,1d`. */
static void take_container(struct gdbregs__span value, struct gdbregs__register_info *info)
{
	size_t at = 0;
	uint64_t number;

	if (!gdbregs__hex_parse(value.text, value.size, &at, &number) || number > INT32_MAX)
		return;
	info->derived = true;
	info->container = (uint32_t)number;
}

static enum gdbregs__register_encoding encoding_of(struct gdbregs__span value)
{
	static const char *const names[] = {"", "uint", "sint", "ieee754", "vector"};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (gdbregs__span_equals(value, names[i]))
			return (enum gdbregs__register_encoding)i;
	return GDBREGS__ENCODING_OTHER;
}

/* To support another key, add a line here, and for a text a member of the struct. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	// clang-format off
	{"name",     offsetof(struct gdbregs__register_info, name)},
	{"alt-name", offsetof(struct gdbregs__register_info, altname)},
	{"set",      offsetof(struct gdbregs__register_info, set)},
	{"format",   offsetof(struct gdbregs__register_info, format)},
	{"generic",  offsetof(struct gdbregs__register_info, generic)},
	// clang-format on
};

static bool take_pair(struct gdbregs__register_info *info, struct gdbregs__span key,
		      struct gdbregs__span value)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (gdbregs__span_equals(key, texts[i].key))
			take_text(value, (char *)info + texts[i].offset);
	if (gdbregs__span_equals(key, "bitsize"))
		return take_decimal(value, &info->bits);
	if (gdbregs__span_equals(key, "offset")) {
		/* LLDB writes a very large number if the register is not in g. */
		info->has_offset = take_decimal(value, &info->off_bytes);
		return true;
	}
	if (gdbregs__span_equals(key, "encoding"))
		info->encoding = encoding_of(value);
	else if (gdbregs__span_equals(key, "container-regs"))
		take_container(value, info);
	return true;
}

enum gdbregs__register_info_kind gdbregs__register_info_parse(const uint8_t *payload, size_t size,
							      struct gdbregs__register_info *info)
{
	struct gdbregs__register_info parsed = {0};
	struct gdbregs__span rest = {payload, size};

	if (gdbregs__reply_classify(payload, size) != GDBREGS__REPLY_DATA)
		return GDBREGS__REGISTER_INFO_END;
	while (rest.size) {
		struct gdbregs__span key, value;

		if (gdbregs__span_pair(&rest, &key, &value) && !take_pair(&parsed, key, value))
			return GDBREGS__REGISTER_INFO_BROKEN;
	}
	if (!parsed.name[0] || !parsed.bits)
		return GDBREGS__REGISTER_INFO_BROKEN;
	*info = parsed;
	return GDBREGS__REGISTER_INFO_ONE;
}
