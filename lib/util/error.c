/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"

#include <stdio.h>
#include <string.h>

/* A longer name is truncated, so that there is room for the reason. */
#define TARGET_NAME_BYTES 81

const char *gdbregs_strerror(int code)
{
	switch (code) {
#define ERROR_TEXT(name, value, text)                                                              \
	case (value):                                                                              \
		return (text);
		GDBREGS_ERROR_MAP(ERROR_TEXT)
#undef ERROR_TEXT
	}
	return code >= 0 ? "no error" : "unknown error";
}

const char *gdbregs_error_name(int code)
{
	switch (code) {
#define ERROR_NAME(name, value, text)                                                              \
	case (value):                                                                              \
		return "GDBREGS_ERR_" #name;
		GDBREGS_ERROR_MAP(ERROR_NAME)
#undef ERROR_NAME
	}
	return code >= 0 ? "GDBREGS_OK" : "GDBREGS_ERR_UNKNOWN";
}

const char *gdbregs_version(void)
{
	return GDBREGS_VERSION;
}

unsigned gdbregs_version_number(void)
{
	return GDBREGS_VERSION_NUMBER;
}

char *gdbregs__printable(char *text, size_t capacity, const void *data, size_t size)
{
	const unsigned char *in = data;
	size_t used = 0;

	if (capacity == 0)
		return text;
	for (size_t i = 0; i < size; i++) {
		char piece[8];
		int length = snprintf(piece, sizeof(piece),
				      in[i] >= 0x20 && in[i] < 0x7f ? "%c" : "\\x%02x", in[i]);

		if (used + (size_t)length >= capacity) {
			/* Mark the text as truncated; overwrite its end if there is
			 * no room left. */
			if (capacity > 3) {
				used = used > capacity - 4 ? capacity - 4 : used;
				memcpy(text + used, "...", 3);
				used += 3;
			}
			break;
		}
		memcpy(text + used, piece, (size_t)length);
		used += (size_t)length;
	}
	text[used] = '\0';
	return text;
}

int gdbregs__fail_args(struct gdbregs_error *err, int code, const char *format, va_list args)
{
	char text[2 * sizeof(err->text)];

	vsnprintf(text, sizeof(text), format, args);
	err->code = code;
	gdbregs__printable(err->text, sizeof(err->text), text, strlen(text));
	return code;
}

void gdbregs__error_name_target(struct gdbregs_error *err, const char *target)
{
	char name[TARGET_NAME_BYTES];

	if (err) {
		const struct gdbregs_error reason = *err;
		gdbregs__fail(err, reason.code, "%s: %s",
			      gdbregs__printable(name, sizeof(name), target, strlen(target)),
			      reason.text);
	}
}

int gdbregs__fail(struct gdbregs_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	gdbregs__fail_args(err, code, format, args);
	va_end(args);
	return code;
}

int gdbregs__fail_nomem(struct gdbregs_error *err)
{
	return gdbregs__fail(err, GDBREGS_ERR_NOMEM, "%s", gdbregs_strerror(GDBREGS_ERR_NOMEM));
}
