/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/thread-id.h"

/* Returns true for a number or `-1`, which sets *all. */
static bool parse_number(const uint8_t *in, size_t size, size_t *at, uint64_t *number, bool *all)
{
	size_t i = *at;
	bool minus = i < size && in[i] == '-';
	uint64_t value;

	i += minus;
	if (!gdbregs__hex_parse(in, size, &i, &value) || (minus && value != 1))
		return false;
	*at = i;
	*all = minus;
	*number = minus ? 0 : value;
	return true;
}

static bool parse_process(const uint8_t *in, size_t size, size_t *at, struct gdbregs__thread_id *id)
{
	size_t i = *at;
	bool all_processes;
	uint64_t pid;

	i++; /* skip the p */
	if (!parse_number(in, size, &i, &pid, &all_processes) || pid > INT64_MAX)
		return false;
	id->has_pid = true;
	id->pid = all_processes ? GDBREGS__PROCESS_ALL : (int64_t)pid;
	id->all = true;
	if (i < size && in[i] == '.') {
		i++;
		if (!parse_number(in, size, &i, &id->tid, &id->all))
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
			   : !parse_number(in, size, at, &parsed.tid, &parsed.all))
		return false;
	*id = parsed;
	return true;
}

bool gdbregs__thread_id_equal(const struct gdbregs__thread_id *a,
			      const struct gdbregs__thread_id *b)
{
	return a->has_pid == b->has_pid && a->all == b->all && a->pid == b->pid && a->tid == b->tid;
}

bool gdbregs__thread_id_concrete(const struct gdbregs__thread_id *id)
{
	return id->tid > 0 && gdbregs__thread_id_listable(id, false);
}

bool gdbregs__thread_id_listable(const struct gdbregs__thread_id *id, bool qemu)
{
	if (id->all || (id->has_pid && id->pid <= 0))
		return false;
	return !qemu || (id->tid > 0 && id->tid <= INT32_MAX && id->pid <= INT32_MAX);
}

static size_t format_number(char *out, uint64_t number, bool all)
{
	if (!all)
		return gdbregs__hex_number(out, number);
	out[0] = '-';
	out[1] = '1';
	return 2;
}

size_t gdbregs__thread_id_format(char *out, const struct gdbregs__thread_id *id)
{
	size_t length = 0;

	if (id->has_pid) {
		out[length++] = 'p';
		length += format_number(out + length, (uint64_t)id->pid, id->pid < 0);
		out[length++] = '.';
	}
	length += format_number(out + length, id->tid, id->all);
	out[length] = '\0';
	return length;
}
