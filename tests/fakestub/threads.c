/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thread ids, lists of them, and the processes that a client attaches. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

void fake_threads_init(struct fake_conn *c)
{
	size_t count = c->machine->cluster_count;
	c->attached = fake_alloc(NULL, count, sizeof(bool));
	/* QEMU attaches only its first process to a new client. */
	for (size_t i = 0; i < count; i++)
		c->attached[i] = i == 0 || !c->cfg->qemu;
}

static long parse_number(const char **at)
{
	char *end;
	if (!strncmp(*at, "-1", 2)) {
		*at += 2;
		return -1;
	}
	if (fake_digit(**at) < 0)
		return -2;
	long value = (long)strtoul(*at, &end, 16);
	*at = end;
	return value;
}

bool fake_threads_parse(struct fake_conn *c, const char *text, long *pid, long *tid,
			const char **end)
{
	const char *at = text;
	/* If the id has no process, QEMU 7.2 searches the first process only. */
	*pid = c->cfg->qemu72 ? 1 : 0;
	if (*at == 'p') {
		at++;
		*pid = parse_number(&at);
		*tid = -1;
		if (*at == '.') {
			at++;
			*tid = parse_number(&at);
		}
	} else {
		*tid = parse_number(&at);
	}
	*end = at;
	return *pid > -2 && *tid > -2;
}

long fake_threads_find(struct fake_conn *c, long pid, long tid)
{
	for (unsigned v = 0; v < c->machine->vcpus; v++) {
		const struct fake_cluster *k = fake_machine_cluster_of(c->machine, v);
		if (!c->attached[k->pid - 1] || (pid > 0 && pid != (long)k->pid))
			continue;
		if (tid <= 0 || tid == (long)v + 1)
			return v;
	}
	return -1;
}

void fake_threads_print(struct fake_conn *c, struct fake_buffer *b, unsigned vcpu)
{
	unsigned pid = fake_machine_cluster_of(c->machine, vcpu)->pid;
	const char *format = c->cfg->qemu ? "p%02x.%02x" : "p%x.%x";
	if (c->guest->multiprocess)
		fake_printf(b, format, pid, vcpu + 1);
	else
		fake_printf(b, c->cfg->qemu ? "%02x" : "%x", vcpu + 1);
}

/* Hg and Hc. */
void fake_threads_hg(struct fake_conn *c, const char *args)
{
	long pid, tid;
	const char *end;
	if (c->cfg->no_hg || (*args != 'g' && *args != 'c')) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	if (!fake_threads_parse(c, args + 1, &pid, &tid, &end) || *end) {
		fake_wire_replyf(c, "E22");
		return;
	}
	long vcpu = fake_threads_find(c, pid, tid);
	if (vcpu < 0) {
		fake_wire_replyf(c, "E22");
		return;
	}
	c->asked = true;
	if (pid >= 0 && tid >= 0 && *args == 'g') {
		c->g_vcpu = (unsigned)vcpu;
		c->hg_stale = false;
	} else if (pid >= 0 && tid >= 0) {
		c->c_vcpu = (unsigned)vcpu;
	}
	fake_wire_replyf(c, "OK");
}

/* --------------------------------------------------------------- lists --- */

static void list_on(struct fake_conn *c)
{
	struct fake_buffer b = {0};
	bool end = c->thread_next >= c->machine->vcpus;
	fake_puts(&b, end ? "l" : "m");
	for (unsigned n = 0; c->thread_next < c->machine->vcpus && n < c->cfg->threads_per_reply;
	     c->thread_next++) {
		unsigned v = (unsigned)c->thread_next;
		if (!c->attached[fake_machine_cluster_of(c->machine, v)->pid - 1])
			continue;
		if (n++)
			fake_puts(&b, ",");
		fake_threads_print(c, &b, v);
	}
	if (b.size == 1)
		b.data[0] = 'l'; /* the rest belongs to processes that are not attached */
	if (b.size > 1 && fake_fault_hits(c, FAULT_THREADS_COMMA))
		fake_puts(&b, ",");
	fake_wire_reply(c, &b, false);
	free(b.data);
}

/* Send a list that does not end, if that fault applies. Returns false if it does not. */
static bool list_endless(struct fake_conn *c)
{
	struct fake_buffer b = {0};
	bool endless = fake_fault_hits(c, FAULT_THREADS_ENDLESS);
	if (!endless && !fake_fault_hits(c, FAULT_THREADS_REPEAT))
		return false;
	fake_puts(&b, "m");
	fake_threads_print(c, &b, endless ? 0x10000 + (unsigned)c->thread_next++ : 0);
	fake_wire_reply(c, &b, false);
	free(b.data);
	return true;
}

void fake_threads_first(struct fake_conn *c, const char *args)
{
	(void)args;
	if (c->cfg->no_threads) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	c->thread_next = 0;
	list_on(c);
}

void fake_threads_next(struct fake_conn *c, const char *args)
{
	(void)args;
	if (c->cfg->no_threads)
		fake_wire_replyf(c, "%s", "");
	else if (!list_endless(c))
		list_on(c);
}

static long find_named(struct fake_conn *c, const char *args)
{
	long pid, tid;
	const char *end;
	if (!fake_threads_parse(c, args, &pid, &tid, &end) || *end || tid <= 0)
		return -1;
	return fake_threads_find(c, pid, tid);
}

void fake_threads_extra(struct fake_conn *c, const char *args)
{
	long vcpu = find_named(c, args);
	if (!c->cfg->qemu) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	if (vcpu < 0) {
		/* QEMU acknowledges it and does not reply. */
		fake_violation(c, "qThreadExtraInfo of an unknown thread");
		return;
	}
	char text[96];
	const char *state = fake_set_find(&c->cfg->wfi, (uint64_t)vcpu) ? "halted " : "running";
	const struct fake_cluster *k = fake_machine_cluster_of(c->machine, (unsigned)vcpu);
	if (c->machine->cluster_count > 1)
		snprintf(text, sizeof(text), "fake-arm-cpu cluster%u-cpu[%u] [%s]", k->pid - 1,
			 (unsigned)vcpu - k->first_vcpu, state);
	else
		snprintf(text, sizeof(text), "CPU#%ld [%s]", vcpu, state);
	struct fake_buffer b = {0};
	fake_put_hex(&b, text, strlen(text));
	fake_wire_reply(c, &b, false);
	free(b.data);
}

void fake_threads_alive(struct fake_conn *c, const char *args)
{
	fake_wire_replyf(c, find_named(c, args) >= 0 ? "OK" : "E22");
}

/* The first vCPU of the current process, not the one that Hg has selected. */
void fake_threads_current(struct fake_conn *c, const char *args)
{
	struct fake_buffer b = {0};
	(void)args;
	fake_puts(&b, "QC");
	fake_threads_print(c, &b, fake_machine_cluster_of(c->machine, c->g_vcpu)->first_vcpu);
	fake_wire_reply(c, &b, false);
	free(b.data);
}

/* ----------------------------------------------------------- processes --- */

void fake_threads_attach(struct fake_conn *c, const char *args)
{
	struct fake_cluster *k = fake_machine_cluster(c->machine, strtoul(args, NULL, 16));
	if (!c->cfg->qemu) {
		fake_violation(c, "vAttach to a stub that is not QEMU");
		fake_wire_replyf(c, "%s", "");
		return;
	}
	if (!k) {
		fake_wire_replyf(c, "E22");
		return;
	}
	struct fake_buffer b = {0};
	c->attached[k->pid - 1] = true;
	c->g_vcpu = c->c_vcpu = k->first_vcpu;
	c->hg_stale = true;
	fake_puts(&b, "T05thread:");
	fake_threads_print(c, &b, k->first_vcpu);
	fake_puts(&b, ";");
	fake_wire_reply(c, &b, false);
	free(b.data);
}

static bool any_attached(const struct fake_conn *c)
{
	for (size_t i = 0; i < c->machine->cluster_count; i++)
		if (c->attached[i] && c->machine->clusters[i].vcpus)
			return true;
	return false;
}

void fake_threads_detach(struct fake_conn *c, const char *args)
{
	unsigned long pid = *args == ';' ? strtoul(args + 1, NULL, 16) : 1;
	if (*args != ';' && c->guest->multiprocess && c->cfg->qemu) {
		fake_wire_replyf(c, "E22");
		return;
	}
	if (!fake_machine_cluster(c->machine, pid)) {
		fake_packets_crash(c, "detach of an unknown process");
		return;
	}
	c->attached[pid - 1] = false;
	if (!any_attached(c)) {
		c->detached = true;
		c->guest->running = true;
	}
	fake_wire_replyf(c, "OK");
}
