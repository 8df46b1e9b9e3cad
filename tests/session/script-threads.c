/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub: processes and threads, and the packets about them. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the machine --- */

size_t script_process_of_tid(const struct script_stub *stub, unsigned tid)
{
	for (size_t i = 0; i < stub->process_count; i++)
		if (tid >= stub->processes[i].first_tid &&
		    tid < stub->processes[i].first_tid + stub->processes[i].threads)
			return i;
	return SIZE_MAX;
}

size_t script_process_of_pid(const struct script_stub *stub, unsigned pid)
{
	for (size_t i = 0; i < stub->process_count; i++)
		if (stub->processes[i].pid == pid)
			return i;
	return SIZE_MAX;
}

static void format_id(const struct script_stub *stub, unsigned tid, char *out, size_t size)
{
	size_t at = script_process_of_tid(stub, tid);

	if (stub->multiprocess)
		snprintf(out, size, "p%02x.%02x", stub->processes[at].pid, tid);
	else
		snprintf(out, size, "%02x", tid);
}

/* Returns the thread with that id if its process is attached, else 0. */
static unsigned parse_id(const struct script_stub *stub, const char *text)
{
	unsigned pid = 0, tid = 0;
	int end = 0;

	if (sscanf(text, "p%x.%x%n", &pid, &tid, &end) != 2 &&
	    sscanf(text, "%x%n", &tid, &end) != 1)
		return 0;
	size_t at = script_process_of_tid(stub, tid);
	if (text[end] || at == SIZE_MAX || !stub->attached[at] ||
	    (pid && stub->processes[at].pid != pid))
		return 0;
	return tid;
}

void script_on_stop(struct script_stub *stub, const char *rest)
{
	char id[32];

	(void)rest;
	format_id(stub, stub->processes[0].first_tid, id, sizeof(id));
	if (stub->thread_in_stop)
		script_replyf(stub, "T05thread:%s;", id);
	else
		script_replyf(stub, "S05");
}

void script_on_attach(struct script_stub *stub, const char *rest)
{
	unsigned pid = (unsigned)strtoul(rest, NULL, 16);
	size_t at = script_process_of_pid(stub, pid);
	char id[32];

	if (!stub->phymem)
		script_violate(stub, "vAttach to a stub that is not QEMU");
	if (at == SIZE_MAX) {
		script_replyf(stub, "E22");
		return;
	}
	stub->attached[at] = true;
	stub->selected = stub->processes[at].first_tid;
	format_id(stub, stub->selected, id, sizeof(id));
	script_replyf(stub, "T05thread:%s;", id);
}

/* Returns the next attached thread after `after`, or 0. */
static unsigned next_thread(const struct script_stub *stub, unsigned after)
{
	for (unsigned tid = after + 1; tid < SCRIPT_TID_MAX; tid++) {
		size_t at = script_process_of_tid(stub, tid);

		if (at != SIZE_MAX && stub->attached[at])
			return tid;
	}
	return 0;
}

static void list_threads(struct script_stub *stub)
{
	struct script_bytes list = {0};
	unsigned tid, count = 0;

	while (count < stub->threads_a_reply && (tid = next_thread(stub, stub->listing))) {
		char id[32];

		format_id(stub, tid, id, sizeof(id));
		script_puts(&list, count++ ? "," : "m");
		script_puts(&list, id);
		stub->listing = tid;
		stub->listed[tid] = 1;
	}
	if (!count)
		script_puts(&list, "l");
	script_reply(stub, list.data, list.size);
	script_free(&list);
}

void script_on_first_threads(struct script_stub *stub, const char *rest)
{
	(void)rest;
	stub->listing = 0;
	if (stub->has_threads)
		list_threads(stub);
	else
		script_replyf(stub, "%s", "");
}

void script_on_more_threads(struct script_stub *stub, const char *rest)
{
	(void)rest;
	list_threads(stub);
}

void script_on_name(struct script_stub *stub, const char *rest)
{
	unsigned tid = parse_id(stub, rest);

	if (!tid || !stub->listed[tid])
		script_violate(stub, "qThreadExtraInfo of an unlisted thread %.60s", rest);
	if (!stub->names)
		script_replyf(stub, "%s", "");
	else
		script_replyf(stub, "43505523%02x", '0' + (tid - 1) % 10); /* CPU#n */
}

void script_on_select(struct script_stub *stub, const char *rest)
{
	unsigned tid = parse_id(stub, rest);

	stub->hg_requests++;
	if (!stub->has_hg)
		script_replyf(stub, "%s", "");
	else if (!tid)
		script_replyf(stub, "E22");
	else
		script_replyf(stub, "OK");
	if (tid && stub->has_hg)
		stub->selected = tid;
}
