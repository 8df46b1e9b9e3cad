/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/reply.h"

/* Walk over the ids behind the m; `found` may be NULL. */
static enum gdbregs__thread_list walk(const uint8_t *payload, size_t size,
				      gdbregs__thread_found found, void *arg)
{
	for (size_t at = 1; at < size; at++) {
		struct gdbregs__thread_id id;
		size_t start = at;

		if (!gdbregs__thread_id_parse(payload, size, &at, &id))
			return GDBREGS__THREADS_BROKEN;
		if (at < size && payload[at] != ',')
			return GDBREGS__THREADS_BROKEN;
		if (found && found(arg, &id, (const char *)payload + start, at - start) != 0)
			return GDBREGS__THREADS_STOPPED;
	}
	return GDBREGS__THREADS_MORE;
}

enum gdbregs__thread_list gdbregs__reply_threads(const uint8_t *payload, size_t size,
						 gdbregs__thread_found found, void *arg)
{
	/* LLDB's stubs without threads answer with an error or OK. */
	if (gdbregs__reply_classify(payload, size) != GDBREGS__REPLY_DATA)
		return GDBREGS__THREADS_NONE;
	if (size == 1 && payload[0] == 'l')
		return GDBREGS__THREADS_END;
	/* Seen whole before any id is handed out: a broken list hands out none. */
	if (payload[0] != 'm' || walk(payload, size, NULL, NULL) != GDBREGS__THREADS_MORE)
		return GDBREGS__THREADS_BROKEN;
	return walk(payload, size, found, arg);
}
