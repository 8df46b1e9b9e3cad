/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/register-info-xml.h"

#include <stdio.h>
#include <string.h>

/* The types of a vector's elements. Formats are LLDB's. */
static const struct {
	const char *format, *type;
	unsigned bits;
} elements[GDBREGS__VECTOR_FORMATS] = {
	// clang-format off
	{"vector-uint8",   "uint8",       8},   {"vector-sint8",   "int8",        8},
	{"vector-uint16",  "uint16",      16},  {"vector-sint16",  "int16",       16},
	{"vector-uint32",  "uint32",      32},  {"vector-sint32",  "int32",       32},
	{"vector-uint64",  "uint64",      64},  {"vector-sint64",  "int64",       64},
	{"vector-uint128", "uint128",     128}, {"vector-char",    "int8",        8},
	{"vector-float16", "ieee_half",   16},  {"vector-float32", "ieee_single", 32},
	{"vector-float64", "ieee_double", 64},
	// clang-format on
};

#define TYPE_TEXT 32

/* log2 of the number of elements, or -1 where they do not fill the register. */
static int elements_log2(const struct gdbregs__register_info *info, size_t which)
{
	unsigned count = info->bits / elements[which].bits;
	int log2 = 0;

	if (count < 2 || count * elements[which].bits != info->bits || (count & (count - 1)))
		return -1;
	while (count >>= 1)
		log2++;
	return log2;
}

static void define_vector(struct gdbregs__register_infos *infos, size_t which, int log2, char *type)
{
	char count[16];
	const char *const attributes[] = {"id",	   type,  "type", elements[which].type,
					  "count", count, NULL};

	snprintf(count, sizeof(count), "%u", 1u << log2);
	snprintf(type, TYPE_TEXT, "v%s_%s", count, elements[which].type);
	if (infos->vectors[which] & 1u << log2)
		return;
	infos->vectors[which] |= 1u << log2;
	gdbregs__canonical_start(&infos->document, "vector", attributes);
	gdbregs__canonical_end(&infos->document, "vector");
}

/* The name of the register's type, defined if it is a vector. `type` has room for
 * TYPE_TEXT bytes. Integers and floats have the register's size. */
static void type_of(struct gdbregs__register_infos *infos,
		    const struct gdbregs__register_info *info, char *type)
{
	const char *scalar = info->encoding == GDBREGS__ENCODING_IEEE754 ? "float" : "int";

	for (size_t i = 0; i < GDBREGS__VECTOR_FORMATS && elements[i].format; i++)
		if (strcmp(info->format, elements[i].format) == 0 && elements_log2(info, i) > 0) {
			define_vector(infos, i, elements_log2(info, i), type);
			return;
		}
	if (strcmp(info->format, "float") == 0)
		scalar = "float";
	else if (strcmp(info->generic, "pc") == 0 || strcmp(info->generic, "ra") == 0)
		scalar = "code_ptr";
	else if (strcmp(info->generic, "sp") == 0 || strcmp(info->generic, "fp") == 0)
		scalar = "data_ptr";
	snprintf(type, TYPE_TEXT, "%s", scalar);
}

static void begin(struct gdbregs__register_infos *infos)
{
	static const char *const none[] = {NULL};

	gdbregs__canonical_start(&infos->document, "target", none);
	gdbregs__canonical_start(&infos->document, "feature", none);
}

void gdbregs__register_infos_add(struct gdbregs__register_infos *infos,
				 const struct gdbregs__register_info *info)
{
	char bits[16], regnum[16], offset[16], container[16], type[TYPE_TEXT];
	const char *attributes[20] = {"name",	info->name, "bitsize", bits,
				      "regnum", regnum,	    "type",    type};
	size_t at = 8;

	if (infos->count == 0)
		begin(infos);
	type_of(infos, info, type);
	snprintf(bits, sizeof(bits), "%u", (unsigned)info->bits);
	snprintf(regnum, sizeof(regnum), "%u", (unsigned)infos->count++);
	snprintf(container, sizeof(container), "%u", (unsigned)info->container);
	snprintf(offset, sizeof(offset), "%u", (unsigned)info->off_bytes);
	const char *const rest[][2] = {
		{"altname", info->altname},
		{"group", info->set},
		{"generic", info->generic},
		{"offset", info->has_offset ? offset : ""},
		{"value_regnums", info->derived ? container : ""},
	};
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		if (rest[i][1][0]) {
			attributes[at++] = rest[i][0];
			attributes[at++] = rest[i][1];
		}
	gdbregs__canonical_start(&infos->document, "reg", attributes);
	gdbregs__canonical_end(&infos->document, "reg");
}

int gdbregs__register_infos_finish(struct gdbregs__register_infos *infos)
{
	if (infos->count == 0)
		return 0;
	gdbregs__canonical_end(&infos->document, "feature");
	gdbregs__canonical_end(&infos->document, "target");
	return gdbregs__canonical_finish(&infos->document);
}

void gdbregs__register_infos_fini(struct gdbregs__register_infos *infos)
{
	gdbregs__canonical_fini(&infos->document);
}
