/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/thread-id.h"

#define MAX_ID INT32_MAX

static bool parse_number(const uint8_t *in, size_t size, size_t *at, int64_t *number)
{
	size_t i = *at;
	bool minus = i < size && in[i] == '-';
	uint64_t value;

	i += minus;
	if (!gdbregs__hex_parse(in, size, &i, &value) || value > MAX_ID || (minus && value != 1))
		return false;
	*at = i;
	*number = minus ? GDBREGS__THREAD_ALL : (int64_t)value;
	return true;
}

static bool parse_process(const uint8_t *in, size_t size, size_t *at, struct gdbregs__thread_id *id)
{
	size_t i = *at;

	i++; /* the p */
	id->has_pid = true;
	id->tid = GDBREGS__THREAD_ALL;
	if (!parse_number(in, size, &i, &id->pid))
		return false;
	if (i < size && in[i] == '.') {
		i++;
		if (!parse_number(in, size, &i, &id->tid))
			return false;
	}
	*at = i;
	return true;
}

bool gdbregs__thread_id_parse(const uint8_t *in, size_t size, size_t *at,
			      struct gdbregs__thread_id *id)
{
	struct gdbregs__thread_id parsed = {0};

	if (*at >= size)
		return false;
	if (in[*at] == 'p' ? !parse_process(in, size, at, &parsed)
			   : !parse_number(in, size, at, &parsed.tid))
		return false;
	*id = parsed;
	return true;
}

bool gdbregs__thread_id_equal(const struct gdbregs__thread_id *a,
			      const struct gdbregs__thread_id *b)
{
	return a->has_pid == b->has_pid && a->pid == b->pid && a->tid == b->tid;
}

bool gdbregs__thread_id_concrete(const struct gdbregs__thread_id *id)
{
	return id->tid > 0 && (!id->has_pid || id->pid > 0);
}

static size_t format_number(char *out, int64_t number)
{
	if (number < 0) {
		out[0] = '-';
		out[1] = '1';
		return 2;
	}
	return gdbregs__hex_number(out, (uint64_t)number);
}

size_t gdbregs__thread_id_format(char *out, const struct gdbregs__thread_id *id)
{
	size_t length = 0;

	if (id->has_pid) {
		out[length++] = 'p';
		length += format_number(out + length, id->pid);
		out[length++] = '.';
	}
	length += format_number(out + length, id->tid);
	out[length] = '\0';
	return length;
}
