/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/message.h"

#include "base/progress.h"
#include "base/text.h"

#include <gdbregs.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
	bool quiet;
	bool verbose;
} level;

void message_init(void)
{
	static char buffer[BUFSIZ];
	setvbuf(stderr, buffer, _IOLBF, sizeof(buffer));
}

void message_set(bool quiet, bool verbose)
{
	level.quiet = quiet;
	level.verbose = verbose && !quiet;
}

/* Much of a message may come from a stub: it is cut at a length that no useful one has. */
enum { LONGEST = 2048 };

static char last[LONGEST];

static void say(const char *prefix, const char *format, va_list args)
{
	char line[LONGEST];
	int length = vsnprintf(line, sizeof(line), format, args);
	if (length < 0)
		return;
	size_t size = (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1;
	struct text text = {0};
	text_adds(&text, prefix);
	text_add_printable(&text, line, size);
	text_add(&text, "\n", 1);
	progress_hide();
	fputs(text.data ? text.data : "gdbregs-cli: out of memory\n", stderr);
	text_fini(&text);
}

int status_of(int code, int connected)
{
	switch (code) {
	case GDBREGS_ERR_CONNECT:
	case GDBREGS_ERR_TIMEOUT:
	case GDBREGS_ERR_SPAWN:
		return STATUS_CONNECT;
	case GDBREGS_ERR_CLOSED:
		return connected ? STATUS_STUB : STATUS_CONNECT;
	case GDBREGS_ERR_NO_VCPU:
	case GDBREGS_ERR_NO_REGISTER:
	case GDBREGS_ERR_NO_FIELD:
	case GDBREGS_ERR_AMBIGUOUS:
	case GDBREGS_ERR_UNAVAILABLE:
	case GDBREGS_ERR_NOT_TAKEN:
		return STATUS_SELECTION;
	case GDBREGS_ERR_IO:
	case GDBREGS_ERR_NOMEM:
		return STATUS_FILE;
	case GDBREGS_ERR_INVAL:
		return STATUS_USAGE;
	default:
		return code < 0 ? STATUS_STUB : STATUS_OK;
	}
}

void library_error_text(const char *words, char *text, size_t capacity)
{
	/* The library names members of its options. Users know the options of the tool. */
	static const struct {
		const char *member;
		const char *advice;
	} table[] = {
		{" (reply_timeout_ms)", "if it is slow, raise --timeout"},
		{" (first_reply_timeout_ms)", "if it is slow, raise --wait"},
		{" (connect_timeout_ms)", "if it is slow, raise --timeout"},
		{" (connect_deadline_ms)", "raise --connect-deadline"},
		{" (architecture or description_path)",
		 "name one with --arch or give one with --tdesc"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *at = strstr(words, table[i].member);
		if (at) {
			snprintf(text, capacity, "%.*s%s; %s", (int)(at - words), words,
				 at + strlen(table[i].member), table[i].advice);
			return;
		}
	}
	snprintf(text, capacity, "%s", words);
}

int fail(int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say("gdbregs-cli: ", format, args);
	va_end(args);
	va_start(args, format);
	vsnprintf(last, sizeof(last), format, args);
	va_end(args);
	return status;
}

int fail_library(const struct gdbregs_error *error)
{
	char text[sizeof(error->text) + 80];
	library_error_text(error->text, text, sizeof(text));
	return fail(status_of(error->code, 1), "%s", text);
}

const char *message_last(void)
{
	return last;
}

int fail_nomem(void)
{
	return fail(STATUS_FILE, "out of memory");
}

int fail_octal(const char *option, const char *number)
{
	return fail(STATUS_USAGE,
		    "%s: '%s': a leading 0 means octal, and this is not an octal number; omit the "
		    "0 for decimal",
		    option, number);
}

void log_note(const char *format, ...)
{
	if (level.quiet)
		return;
	va_list args;
	va_start(args, format);
	say("gdbregs-cli: note: ", format, args);
	va_end(args);
}

void log_verbose(const char *format, ...)
{
	if (!level.verbose)
		return;
	va_list args;
	va_start(args, format);
	say("gdbregs-cli: ", format, args);
	va_end(args);
}
