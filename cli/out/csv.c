/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/csv.h"

#include "base/text.h"

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

static void put_printable_field(FILE *stream, const char *field)
{
	struct text text = {0};
	text_add_printable(&text, field, strlen(field));
	put_field(stream, text.data ? text.data : "");
	text_fini(&text);
}

void csv_row(struct output *out, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *field = fields[i] ? fields[i] : "";
		if (i > 0)
			fputc(',', out->stream);
		if (out->tty)
			put_printable_field(out->stream, field);
		else
			put_field(out->stream, field);
	}
	fputc('\n', out->stream);
}
