/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/csv.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void put_quoted(FILE *stream, const char *field)
{
	fputc('"', stream);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			fputc('"', stream);
		fputc(*field, stream);
	}
	fputc('"', stream);
}

static void put_field(FILE *stream, const char *field)
{
	if (strpbrk(field, ",\"\r\n"))
		put_quoted(stream, field);
	else
		fputs(field, stream);
}

/* Returns the size of a UTF-8 sequence that is not a control character, or 0. */
static size_t utf8_length(const uint8_t *at)
{
	static const struct {
		uint8_t first, mask;
		uint32_t least;
	} forms[] = {{0xc0, 0xe0, 0xa0}, {0xe0, 0xf0, 0x800}, {0xf0, 0xf8, 0x10000}};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((at[0] & forms[i].mask) != forms[i].first)
			continue;
		uint32_t code = at[0] & (uint8_t)~forms[i].mask;
		for (size_t j = 1; j <= i + 1; j++) {
			if ((at[j] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (at[j] & 0x3f);
		}
		bool good =
			code >= forms[i].least && code <= 0x10ffff && (code & ~0x7ffU) != 0xd800;
		return good ? i + 2 : 0;
	}
	return 0;
}

/* The file may be shown on a terminal later. */
static void add_harmless(struct text *text, const char *field)
{
	const uint8_t *at = (const uint8_t *)field;
	while (*at != '\0') {
		size_t length = utf8_length(at);
		if (length > 0)
			text_add(text, at, length);
		else
			text_add_printable(text, at, 1);
		at += length > 0 ? length : 1;
	}
}

/* A spreadsheet takes a cell that begins so for a formula, which may run programs; a
 * quotation mark makes it text. Numbers have signs. */
static bool is_formula(const char *field)
{
	char *end;
	if (*field == '\0' || !strchr("=+-@", *field))
		return false;
	strtod(field, &end);
	return end == field || *end != '\0';
}

void csv_row(struct output *out, const char *const *fields, size_t count)
{
	struct text text = {0};
	for (size_t i = 0; i < count; i++) {
		const char *field = fields[i] ? fields[i] : "";
		text_clear(&text);
		text_adds(&text, is_formula(field) ? "'" : "");
		if (out->tty)
			text_add_printable(&text, field, strlen(field));
		else
			add_harmless(&text, field);
		if (i > 0)
			fputc(',', out->stream);
		put_field(out->stream, text.data ? text.data : "");
		if (text.failed && out->error == 0)
			out->error = ENOMEM;
	}
	fputc('\n', out->stream);
	text_fini(&text);
}
