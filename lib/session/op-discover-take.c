/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The replies to the packets of discovery. */
#include "session/op-discover-internal.h"
#include "session/order.h"
#include "session/qemu-status.h"

#include "util/error.h"

/* ------------------------------------------------------------------ answers --- */

/* Returns the process with this pid, which is added if it is new, or a negative error. */
int gdbregs__discover_process(struct gdbregs_session *s, struct gdbregs__discover *d,
			      const struct gdbregs__thread_id *thread)
{
	int64_t pid = thread->has_pid ? thread->pid : 0;
	int index = gdbregs__target_process(s, pid, PROCESSES_MAX);

	if (index < 0)
		return index;
	if (!s->target.processes[index].has_thread && gdbregs__thread_id_concrete(thread)) {
		s->target.processes[index].thread = *thread;
		s->target.processes[index].has_thread = true;
	}
	if (d->documents[index].count == 0 && !d->refused[index] && !s->target.given &&
	    s->stub.supported.xfer_features) {
		int result = gdbregs__documents_add(s, &d->documents[index], "target.xml");
		if (result < 0)
			return result;
	}
	return index;
}

static int on_stop(struct gdbregs_session *s, struct gdbregs__discover *d, const uint8_t *payload,
		   size_t size)
{
	struct gdbregs__stop stop;
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(payload, size);

	d->stop_known = true;
	/* lldb-server without a program: E02 (14), or an empty reply. */
	if (kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR) {
		s->target.exited = true;
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
					   "%s has no program: nothing is being debugged; start or "
					   "attach one with the stub",
					   s->label);
	}
	if (gdbregs__stop_parse(payload, size, &stop, NULL, NULL) < 0 ||
	    (gdbregs__thread_id_concrete(&stop.thread) &&
	     !gdbregs__thread_id_listable(&stop.thread, gdbregs__stub_is_qemu(&s->stub)))) {
		char text[60];

		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_PROTOCOL,
					   "%s answered \"%s\" when asked why the target stopped",
					   s->label,
					   gdbregs__printable(text, sizeof(text), payload, size));
	}
	if (gdbregs__stop_is_end(stop.kind)) {
		s->target.exited = true;
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
					   "the program of %s has ended, or was not started",
					   s->label);
	}
	/* The stub's first process is attached from the start; now its pid is known. */
	if (!stop.has_thread)
		return 0;
	if (stop.thread.has_pid && stop.thread.pid > 0 &&
	    gdbregs__target_note_pid(s, stop.thread.pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int index = gdbregs__discover_process(s, d, &stop.thread);
	return index < 0 ? index : 0;
}

static int on_probe(struct gdbregs_session *s, struct gdbregs__discover *d,
		    const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	d->probes_outstanding--;
	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA &&
	    gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) == 0 &&
	    stop.has_thread && stop.thread.has_pid && stop.thread.pid == answer->index) {
		int index = gdbregs__discover_process(s, d, &stop.thread);
		if (index < 0)
			return index;
		d->probe_found = answer->index;
		/* Its threads are missing from a list that was requested before. */
		if (d->probe_last > PROBE_LAST)
			d->threads_again = true;
	}
	if (d->probes_outstanding == 0 && d->probe_found + PROBE_GAP >= d->probe_last &&
	    d->probe_found && d->probe_last < PROCESSES_MAX - PROBE_STEP)
		d->probe_last += PROBE_STEP;
	return 0;
}

struct found {
	struct gdbregs_session *s;
	struct gdbregs__discover *d;
};

static bool knows_pid(const struct gdbregs_session *s, int64_t pid)
{
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].pid == pid)
			return true;
	return false;
}

static int found_thread(void *arg, const struct gdbregs__thread_id *id, const char *text,
			size_t length)
{
	struct found *found = arg;
	struct gdbregs_session *s = found->s;

	if (!gdbregs__thread_id_listable(id, gdbregs__stub_is_qemu(&s->stub)))
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"%s sent an invalid thread id in its thread list: \"%.*s\"", s->label,
			(int)length, text);
	/* The stop reply had no thread, so the pid of the first process is not known. */
	if (id->has_pid && !knows_pid(s, id->pid) && s->target.processes[0].pid == 0 &&
	    gdbregs__target_note_pid(s, id->pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int process = gdbregs__discover_process(s, found->d, id);
	return process < 0 ? process
			   : gdbregs__target_add_vcpu(s, id, text, length, (uint32_t)process);
}

static int say_broken_list(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	char text[60];

	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_PROTOCOL, "%s sent an invalid thread list: \"%s\"",
		s->label, gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
}

/* Called when all probes and the list under way have been answered. */
static void restart_if_due(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!d->threads_again || d->threads_outstanding || d->probes_outstanding ||
	    d->probe_next <= d->probe_last)
		return;
	gdbregs__target_clear_vcpus(&s->target);
	d->threads_again = false;
	d->threads_done = d->threads_first_asked = false;
	d->threads_answers = 0;
	d->threads_ahead = d->threads_to_ask = (size_t)THREADS_AHEAD * THREADS_FACTOR;
	d->names_next = 0;
}

static int threads_end(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	d->threads_done = true;
	/* A stub without threads has one vCPU, without a thread id. */
	if (s->target.vcpu_count)
		return 0;
	d->names_missing = true;
	struct gdbregs__process *process = &s->target.processes[0];
	char id[GDBREGS__THREAD_ID_TEXT] = "";
	size_t length = process->has_thread ? gdbregs__thread_id_format(id, &process->thread) : 0;
	return gdbregs__target_add_vcpu(s, process->has_thread ? &process->thread : NULL, id,
					length, 0);
}

/* All requests of a round have been answered, and there is more, as with documents. */
static void next_round(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	size_t most = s->limits.vcpus - d->threads_answers + 1;

	if (d->threads_ahead < most)
		d->threads_ahead *= THREADS_FACTOR;
	d->threads_to_ask = d->threads_ahead < most ? d->threads_ahead : most;
}

static int on_threads(struct gdbregs_session *s, struct gdbregs__discover *d,
		      const struct gdbregs__answer *answer)
{
	struct found found = {s, d};
	int result = 0;

	d->threads_outstanding--;
	if (!d->threads_done) {
		switch (gdbregs__reply_threads(answer->payload, answer->size, found_thread,
					       &found)) {
		case GDBREGS__THREADS_MORE:
			if (++d->threads_answers > s->limits.vcpus)
				result = gdbregs__engine_say(
					&s->engine, GDBREGS_ERR_LIMIT,
					"%s sends an endless thread list (max_vcpus is %zu)",
					s->label, s->limits.vcpus);
			else if (d->threads_outstanding == 0)
				next_round(s, d);
			break;
		case GDBREGS__THREADS_END:
		case GDBREGS__THREADS_NONE:
			result = threads_end(s, d);
			break;
		case GDBREGS__THREADS_STOPPED:
			result = s->engine.error.code;
			break;
		case GDBREGS__THREADS_BROKEN:
			result = say_broken_list(s, answer);
			break;
		}
	}
	if (result == 0)
		restart_if_due(s, d);
	return result;
}

static int on_name(struct gdbregs_session *s, struct gdbregs__discover *d,
		   const struct gdbregs__answer *answer)
{
	switch (gdbregs__reply_classify(answer->payload, answer->size)) {
	case GDBREGS__REPLY_EMPTY:
		d->names_missing = true;
		return 0;
	case GDBREGS__REPLY_DATA:
		if (answer->index >= s->target.vcpu_count)
			return 0; /* the list is being made again */
		return gdbregs__target_name_vcpu(s, answer->index, answer->payload, answer->size);
	default:
		return 0;
	}
}

static int on_register_info(struct gdbregs_session *s, struct gdbregs__discover *d,
			    const struct gdbregs__answer *answer)
{
	struct gdbregs__register_info info;

	s->engine.close_hint = NULL;
	if (d->infos_done)
		return 0; /* it was requested beyond the end */
	switch (gdbregs__register_info_parse(answer->payload, answer->size, &info)) {
	case GDBREGS__REGISTER_INFO_ONE:
		if (d->infos.count >= s->limits.registers)
			return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
						   "%s describes more than %zu registers "
						   "(max_registers)",
						   s->label, s->limits.registers);
		return gdbregs__register_infos_add(&d->infos, &info);
	case GDBREGS__REGISTER_INFO_END:
		d->infos_done = true;
		return 0;
	case GDBREGS__REGISTER_INFO_BROKEN:
		break;
	}
	/* Some stubs echo requests, or reply OK to any request that they do not know. */
	if (d->infos.count == 0) {
		d->infos_done = true;
		return 0;
	}
	char text[60];
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_PROTOCOL, "%s sent an invalid reply to qRegisterInfo%x: %s",
		s->label, (unsigned)answer->index,
		gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
}

int gdbregs__discover_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			    const struct gdbregs__answer *answer)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;

	switch (answer->kind) {
	case KIND_STOP:
		return on_stop(s, d, answer->payload, answer->size);
	case KIND_STATUS:
		gdbregs__status_reply(s);
		return 0;
	case KIND_UNLOCK:
		return 0;
	case KIND_PROBE: {
		int result = on_probe(s, d, answer);
		restart_if_due(s, d);
		return result;
	}
	}
	/* Attached processes have to be detached, even if the op was canceled. */
	if (op->canceled || op->status < 0)
		return 0;
	switch (answer->kind) {
	case KIND_THREADS:
		return on_threads(s, d, answer);
	case KIND_NAME:
		return on_name(s, d, answer);
	case KIND_REGISTER_INFO:
		return on_register_info(s, d, answer);
	case KIND_AUXV:
		return gdbregs__order_take_auxv(s, answer->payload, answer->size);
	case KIND_MSR:
		gdbregs__order_take(s, answer->index, answer->payload, answer->size);
		return 0;
	}
	if (s->stub.selection_failed)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_PROTOCOL,
					   "%s refused to select a thread that it had listed",
					   s->label);
	int result =
		gdbregs__documents_reply(s, &d->documents[answer->kind - KIND_DOCUMENT], answer);
	if (result == GDBREGS_ERR_NO_DESCRIPTION) {
		/* The stub has announced a description. Go on as if it had not. */
		gdbregs__documents_fini(&d->documents[answer->kind - KIND_DOCUMENT]);
		d->refused[answer->kind - KIND_DOCUMENT] = true;
		return 0;
	}
	return result;
}
