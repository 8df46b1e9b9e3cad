/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/reply.h"

#include <string.h>

/* What follows an id: `,` and another id, or the end of the list. GDB takes any other
 * byte for the end. Here only bytes that cannot hide an id are skipped: a comma
 * (LLDB's stubs), a NUL, blanks, and the `l` that should have been the next reply. */
static enum gdbregs__thread_list end_of(const uint8_t *rest, size_t size)
{
	enum gdbregs__thread_list end = GDBREGS__THREADS_MORE;

	for (size_t i = 0; i < size; i++) {
		if (rest[i] == 'l')
			end = GDBREGS__THREADS_END;
		else if (!memchr(",; \r\n", rest[i], sizeof(",; \r\n")))
			return GDBREGS__THREADS_BROKEN;
	}
	return end;
}

static bool another_follows(const uint8_t *rest, size_t size)
{
	return size > 1 && rest[0] == ',' && (rest[1] == 'p' || gdbregs__hex_digit(rest[1]) < 16);
}

/* Walk over the ids behind the m; `found` may be NULL. */
static enum gdbregs__thread_list walk(const uint8_t *payload, size_t size,
				      gdbregs__thread_found found, void *arg)
{
	for (size_t at = 1; at < size; at++) {
		struct gdbregs__thread_id id;
		size_t start = at;

		if (!gdbregs__thread_id_parse(payload, size, &at, &id))
			return GDBREGS__THREADS_BROKEN;
		if (found && found(arg, &id, (const char *)payload + start, at - start) != 0)
			return GDBREGS__THREADS_STOPPED;
		if (!another_follows(payload + at, size - at))
			return end_of(payload + at, size - at);
	}
	return GDBREGS__THREADS_MORE;
}

enum gdbregs__thread_list gdbregs__reply_threads(const uint8_t *payload, size_t size,
						 gdbregs__thread_found found, void *arg)
{
	if (size && payload[0] == 'l')
		return GDBREGS__THREADS_END;
	/* An error or OK comes from LLDB's stubs without threads, a document of XML from
	 * mspdebug. */
	if (size == 0 || payload[0] != 'm')
		return GDBREGS__THREADS_NONE;
	/* Seen whole before any id is handed out: a broken list hands out none. */
	if (walk(payload, size, NULL, NULL) == GDBREGS__THREADS_BROKEN)
		return GDBREGS__THREADS_BROKEN;
	return walk(payload, size, found, arg);
}
