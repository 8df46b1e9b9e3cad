/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery: the processes (on QEMU: clusters), their vCPUs and their descriptions.
 *
 * With pipelining, discovery takes three round trips: (1) stop reply, clusters, threads and
 * target.xml; (2) included documents and thread names; (3) whatever was longer than
 * expected. */
#include "session/op-discover-internal.h"
#include "session/qemu-status.h"

#include "util/alloc.h"

static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	(void)op;
	return gdbregs__status_console(s, payload, size);
}

/* A program may read all registers together, and each one costs memory even without a value. */
static int check_registers(struct gdbregs_session *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->target.vcpu_count; i++) {
		const struct gdbregs__process *process =
			gdbregs__process_of(&s->target, (uint32_t)i);

		count += process->description ? process->description->register_count : 0;
		if (count > s->limits.session_registers)
			return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
						   "the vCPUs of %s have more than %zu registers "
						   "together (max_session_registers)",
						   s->label, s->limits.session_registers);
	}
	return 0;
}

/* The connection is complete once the probe is. */
static int probe_registers(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__op *probe = gdbregs__probe_new(op->done, op->arg);

	if (!probe)
		return gdbregs__engine_say_nomem(&s->engine);
	op->done = NULL;
	gdbregs__engine_queue(&s->engine, probe);
	return 0;
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->status == 0)
		op->status = check_registers(s);
	if (op->status < 0)
		return;
	if (gdbregs__probe_is_needed(s))
		op->status = probe_registers(s, op);
	else
		s->state = GDBREGS__SESSION_STOPPED;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;

	(void)s;
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		gdbregs__documents_fini(&d->documents[i]);
	gdbregs__register_infos_fini(&d->infos);
	gdbregs__free(d);
}

/* The process that the stub starts with; its pid is known after `?`. */
static int begin(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	struct gdbregs__thread_id none = {0};

	if (s->target.process_count)
		return 0;
	int index = gdbregs__discover_process(s, d, &none);
	return index < 0 ? index : 0;
}

static int produce_first(struct gdbregs_session *s, struct gdbregs__op *op)
{
	int result = begin(s, (struct gdbregs__discover *)op);

	return result < 0 ? result : gdbregs__discover_produce(s, op);
}

static const struct gdbregs__op_class discover_class = {
	.wants_all_replies = true,
	.produce = produce_first,
	.reply = gdbregs__discover_reply,
	.finish = finish,
	.unsolicited = unsolicited,
	.destroy = destroy,
};

struct gdbregs__op *gdbregs__discover_new(gdbregs__op_done done, void *arg)
{
	struct gdbregs__discover *d = gdbregs__op_new(sizeof(*d), &discover_class, done, arg);

	if (!d)
		return NULL;
	d->probe_next = PROBE_FIRST;
	d->probe_last = PROBE_LAST;
	d->threads_ahead = d->threads_to_ask = THREADS_AHEAD;
	return &d->op;
}
