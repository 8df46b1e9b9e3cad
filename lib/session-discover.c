/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is: processes (QEMU: clusters), their vCPUs and descriptions.
 *
 * Everything that is likely to be there is asked for ahead, so that a stub that
 * bears pipelining is known after three flights: stop reply, clusters, threads
 * and target.xml; then annexes and names; then what turned out longer. Each kind
 * of question is a function here that sends its next packet or says that it
 * has none; produce tries them in turn. */
#include "session.h"
#include "session-documents.h"
#include "session-status.h"
#include "session-vcpus.h"

#include "alloc.h"
#include "byte_order.h"
#include "error.h"

#include <string.h>

/* Clusters are probed from 2 up: there is no way to ask how many there are, and
 * one without CPUs answers as one that isn't there (xlnx-zcu102 with 4 CPUs). */
#define PROBE_FIRST 2
#define PROBE_LAST 4
#define PROBE_GAP 2
#define PROBE_STEP 16
#define PROCESSES_MAX 256
/* QEMU lists one thread a reply. */
#define THREADS_AHEAD 10
#define THREADS_FACTOR 24

enum kind {
	KIND_STOP = 1,
	KIND_STATUS,
	KIND_PROBE,
	KIND_THREADS,
	KIND_NAME,
	KIND_UNLOCK,
	KIND_P,
	KIND_G,
	KIND_DOCUMENT, /* + the process */
};

struct discover {
	struct gdbregs__op op;
	struct gdbregs__documents documents[PROCESSES_MAX]; /* by process */
	bool refused[PROCESSES_MAX]; /* it serves no target.xml */
	bool stop_asked, stop_known, unlock_asked;
	int64_t probe_next, probe_last, probe_found;
	size_t probes_outstanding;
	bool threads_first_asked, threads_done, threads_again;
	size_t threads_outstanding, threads_ahead, threads_to_ask, threads_answers;
	size_t names_next, names_outstanding;
	bool names_missing;
	int64_t current; /* the process that is selected once all has been done; -1 unknown */
	bool resolved, p_asked, p_doubted;
	size_t g_next;
};

/* --------------------------------------------------------------- questions --- */

static int ask_stop(struct gdbregs_session *s, struct discover *d)
{
	if (d->stop_asked)
		return 0;
	d->stop_asked = true;
	return gdbregs__session_send_text(s, &d->op, KIND_STOP, 0, "?") < 0 ? GDBREGS_ERR_NOMEM : 1;
}

static int ask_status(struct gdbregs_session *s, struct discover *d)
{
	return gdbregs__status_ask(s, &d->op, KIND_STATUS);
}

static int ask_probe(struct gdbregs_session *s, struct discover *d)
{
	if (!s->qemu_system || !s->supported.multiprocess || d->probe_next > d->probe_last)
		return 0;
	/* vAttach selects the first thread of what it attached. */
	d->current = -1;
	s->selected = false;
	d->probes_outstanding++;
	uint32_t pid = (uint32_t)d->probe_next++;
	return gdbregs__session_send_text(s, &d->op, KIND_PROBE, pid, "vAttach;%x", pid) < 0
		       ? GDBREGS_ERR_NOMEM
		       : 1;
}

static int ask_threads(struct gdbregs_session *s, struct discover *d)
{
	if (d->threads_done || d->threads_to_ask == 0)
		return 0;
	const char *request = d->threads_first_asked ? "qsThreadInfo" : "qfThreadInfo";
	d->threads_first_asked = true;
	d->threads_outstanding++;
	d->threads_to_ask--;
	return gdbregs__session_send_text(s, &d->op, KIND_THREADS, 0, "%s", request) < 0
		       ? GDBREGS_ERR_NOMEM
		       : 1;
}

/* QEMU never answers for a thread it has not listed. */
static int ask_name(struct gdbregs_session *s, struct discover *d)
{
	if (d->names_missing || d->probes_outstanding || d->threads_again ||
	    d->names_next >= s->vcpu_count || (!s->pipelined && d->names_outstanding))
		return 0;
	uint32_t vcpu = (uint32_t)d->names_next++;
	if (!s->vcpus[vcpu].has_id)
		return 0;
	char id[GDBREGS__THREAD_ID_TEXT];
	gdbregs__thread_id_format(id, &s->vcpus[vcpu].id);
	d->names_outstanding++;
	return gdbregs__session_send_text(s, &d->op, KIND_NAME, vcpu, "qThreadExtraInfo,%s", id) < 0
		       ? GDBREGS_ERR_NOMEM
		       : 1;
}

/* QEMU 7.2 answers no `p`, and another `g`, before a description was asked for
 * on this connection; so it is, even where another one is used. */
static int ask_unlock(struct gdbregs_session *s, struct discover *d)
{
	if (!s->given || !s->supported.xfer_features || d->unlock_asked)
		return 0;
	d->unlock_asked = true;
	return gdbregs__session_send_text(s, &d->op, KIND_UNLOCK, 0,
					  "qXfer:features:read:target.xml:0,7fd") < 0
		       ? GDBREGS_ERR_NOMEM
		       : 1;
}

static int ask_document_of(struct gdbregs_session *s, struct discover *d, size_t process)
{
	if (!gdbregs__documents_wanting(&d->documents[process]))
		return 0;
	if (d->current != (int64_t)process) {
		if (!s->processes[process].has_thread)
			return 0;
		int sent = gdbregs__session_select(s, &d->op, &s->processes[process].thread);
		if (sent < 0)
			return sent;
		d->current = (int64_t)process;
		if (sent)
			return 1;
	}
	return gdbregs__documents_produce(s, &d->op, &d->documents[process],
					  KIND_DOCUMENT + (uint32_t)process);
}

static int ask_document(struct gdbregs_session *s, struct discover *d)
{
	if (s->given || !s->supported.xfer_features)
		return 0;
	/* gdbserver 13.1 dies when asked before `?` was answered; one round trip
	 * at a time sees to that. Stay with the selected process while it wants. */
	if (d->current >= 0) {
		int sent = ask_document_of(s, d, (size_t)d->current);
		if (sent)
			return sent;
	}
	for (size_t i = 0; i < s->process_count; i++) {
		int sent = ask_document_of(s, d, i);
		if (sent)
			return sent;
	}
	return 0;
}

typedef int (*ask)(struct gdbregs_session *s, struct discover *d);

static const ask first_questions[] = {
	ask_stop, ask_status, ask_unlock, ask_document, ask_probe, ask_threads, ask_name,
};

/* ------------------------------------------------ registers without `p` --- */

/* gdbserver on x86 has no p, and QEMU 7.2 none where it has no description. One
 * p tells; then g is all there is. QEMU with its own description always has it. */
static int ask_p(struct gdbregs_session *s, struct discover *d)
{
	if (d->p_asked || s->options.access == GDBREGS_NO_REGS ||
	    (s->qemu_system && !s->given && s->supported.xfer_features))
		return 0;
	d->p_asked = true;
	const struct gdbregs_description *description = s->processes[0].description;
	if (s->vcpu_count == 0 || !description || description->register_count == 0)
		return 0;
	int sent = s->processes[0].has_thread
			   ? gdbregs__session_select(s, &d->op, &s->processes[0].thread)
			   : 0;
	if (sent < 0)
		return sent;
	if (sent)
		d->p_asked = false;
	else if (gdbregs__session_send_p(s, &d->op, KIND_P, 0, description->registers[0].regnum) < 0)
		return GDBREGS_ERR_NOMEM;
	return 1;
}

static int ask_g(struct gdbregs_session *s, struct discover *d)
{
	if (!s->p_missing)
		return 0;
	if (d->g_next >= s->process_count)
		return 0;
	struct gdbregs__process *process = &s->processes[d->g_next];
	int sent = process->has_thread ? gdbregs__session_select(s, &d->op, &process->thread) : 0;
	if (sent)
		return sent;
	d->g_next++;
	return gdbregs__session_send_text(s, &d->op, KIND_G, (uint32_t)d->g_next - 1, "g") < 0
		       ? GDBREGS_ERR_NOMEM
		       : 1;
}

static int resolve(struct gdbregs_session *s, struct discover *d)
{
	for (size_t i = 0; i < s->process_count; i++) {
		const struct gdbregs_description **out = &s->processes[i].description;
		int result = 0;

		if (s->given)
			*out = s->given;
		else if (s->supported.xfer_features && d->documents[i].count)
			result = gdbregs__documents_resolve(s, &d->documents[i], out);
		else
			*out = s->fallback;
		if (result < 0)
			return result;
		if (!*out && s->options.access != GDBREGS_NO_REGS)
			return gdbregs__session_say(s, GDBREGS_ERR_NO_DESCRIPTION,
						    "%s serves no target description; give one "
						    "from a file, or name the architecture",
						    s->label);
	}
	return 0;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct discover *d = (struct discover *)op;

	for (size_t i = 0; i < sizeof(first_questions) / sizeof(*first_questions); i++) {
		int sent = first_questions[i](s, d);
		if (sent)
			return sent < 0 ? sent : GDBREGS__PRODUCED;
		/* The first answer decides about the rest where it may be asked alone. */
		if (i == 0 && !s->pipelined && !d->stop_known)
			return GDBREGS__PRODUCE_WAIT;
	}
	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (!d->resolved) {
		d->resolved = true;
		int result = resolve(s, d);
		if (result < 0)
			return result;
	}
	int sent = ask_p(s, d);
	if (!sent && op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (!sent)
		sent = ask_g(s, d);
	if (sent)
		return sent < 0 ? sent : GDBREGS__PRODUCED;
	return op->outstanding ? GDBREGS__PRODUCE_WAIT : GDBREGS__PRODUCE_END;
}

/* ------------------------------------------------------------------ answers --- */

/* The process with this pid, made if it is new; negative on failure. */
static int process_of(struct gdbregs_session *s, struct discover *d,
		      const struct gdbregs__thread_id *thread)
{
	int64_t pid = thread->has_pid ? thread->pid : 0;
	int index = gdbregs__vcpus_process(s, pid, PROCESSES_MAX);

	if (index < 0)
		return index;
	if (!s->processes[index].has_thread && gdbregs__thread_id_concrete(thread)) {
		s->processes[index].thread = *thread;
		s->processes[index].has_thread = true;
	}
	if (d->documents[index].count == 0 && !d->refused[index] && !s->given &&
	    s->supported.xfer_features) {
		int result = gdbregs__documents_add(s, &d->documents[index], "target.xml");
		if (result < 0)
			return result;
	}
	return index;
}

static int on_stop(struct gdbregs_session *s, struct discover *d, const uint8_t *payload,
		   size_t size)
{
	struct gdbregs__stop stop;

	d->stop_known = true;
	if (gdbregs__stop_parse(payload, size, &stop, NULL, NULL) < 0) {
		char text[60];

		return gdbregs__session_say(s, GDBREGS_ERR_PROTOCOL,
					    "%s answered \"%s\" when asked why the target stopped",
					    s->label,
					    gdbregs__printable(text, sizeof(text), payload, size));
	}
	if (stop.kind == GDBREGS__STOP_EXITED || stop.kind == GDBREGS__STOP_TERMINATED) {
		s->exited = true;
		return gdbregs__session_say(s, GDBREGS_ERR_NO_VCPU,
					    "the program behind %s has already ended", s->label);
	}
	/* The stub's first process is ours from the start; now it has a name. */
	if (!stop.has_thread)
		return 0;
	if (stop.thread.has_pid && stop.thread.pid > 0 &&
	    gdbregs__session_note_pid(s, stop.thread.pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int index = process_of(s, d, &stop.thread);
	return index < 0 ? index : 0;
}

static int on_probe(struct gdbregs_session *s, struct discover *d,
		    const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	d->probes_outstanding--;
	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA &&
	    gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) == 0 &&
	    stop.has_thread && stop.thread.has_pid && stop.thread.pid == answer->index) {
		int index = process_of(s, d, &stop.thread);
		if (index < 0)
			return index;
		d->probe_found = answer->index;
		/* Threads of it are missing from a list asked for before. */
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
	struct discover *d;
};

static bool knows_pid(const struct gdbregs_session *s, int64_t pid)
{
	for (size_t i = 0; i < s->process_count; i++)
		if (s->processes[i].pid == pid)
			return true;
	return false;
}

static int found_thread(void *arg, const struct gdbregs__thread_id *id, const char *text,
			size_t length)
{
	struct found *found = arg;
	struct gdbregs_session *s = found->s;

	if (!gdbregs__thread_id_concrete(id))
		return gdbregs__session_say(s, GDBREGS_ERR_PROTOCOL,
					    "%s lists a thread id that is none", s->label);
	/* A stop reply without a thread left the first process without a name. */
	if (id->has_pid && !knows_pid(s, id->pid) && s->processes[0].pid == 0 &&
	    gdbregs__session_note_pid(s, id->pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int process = process_of(s, found->d, id);
	return process < 0 ? process
			   : gdbregs__vcpus_add(s, id, text, length, (uint32_t)process);
}

/* Once all probes and the list under way are answered. */
static void restart_if_due(struct gdbregs_session *s, struct discover *d)
{
	if (!d->threads_again || d->threads_outstanding || d->probes_outstanding ||
	    d->probe_next <= d->probe_last)
		return;
	gdbregs__vcpus_clear(s);
	d->threads_again = false;
	d->threads_done = d->threads_first_asked = false;
	d->threads_answers = 0;
	d->threads_ahead = d->threads_to_ask = THREADS_AHEAD * THREADS_FACTOR;
	d->names_next = 0;
}

static int threads_end(struct gdbregs_session *s, struct discover *d)
{
	d->threads_done = true;
	/* A stub without threads still has one, without a name. */
	if (s->vcpu_count)
		return 0;
	d->names_missing = true;
	struct gdbregs__process *process = &s->processes[0];
	char id[GDBREGS__THREAD_ID_TEXT] = "";
	size_t length = process->has_thread ? gdbregs__thread_id_format(id, &process->thread) : 0;
	return gdbregs__vcpus_add(s, process->has_thread ? &process->thread : NULL, id, length, 0);
}

/* Every request of a round is answered, and there is more: as with documents. */
static void next_round(struct gdbregs_session *s, struct discover *d)
{
	size_t most = s->limits.vcpus - d->threads_answers + 1;

	if (d->threads_ahead < most)
		d->threads_ahead *= THREADS_FACTOR;
	d->threads_to_ask = d->threads_ahead < most ? d->threads_ahead : most;
}

static int on_threads(struct gdbregs_session *s, struct discover *d,
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
				result = gdbregs__session_say(
					s, GDBREGS_ERR_LIMIT,
					"%s lists threads without end (max_vcpus is %zu)", s->label,
					s->limits.vcpus);
			else if (d->threads_outstanding == 0)
				next_round(s, d);
			break;
		case GDBREGS__THREADS_END:
		case GDBREGS__THREADS_NONE:
			result = threads_end(s, d);
			break;
		case GDBREGS__THREADS_STOPPED:
			result = s->error.code;
			break;
		case GDBREGS__THREADS_BROKEN:
			result = gdbregs__session_say(s, GDBREGS_ERR_PROTOCOL,
						      "%s answered with a broken list of threads",
						      s->label);
			break;
		}
	}
	if (result == 0)
		restart_if_due(s, d);
	return result;
}

static int on_name(struct gdbregs_session *s, struct discover *d,
		   const struct gdbregs__answer *answer)
{
	d->names_outstanding--;
	switch (gdbregs__reply_classify(answer->payload, answer->size)) {
	case GDBREGS__REPLY_EMPTY:
		d->names_missing = true;
		return 0;
	case GDBREGS__REPLY_DATA:
		if (answer->index >= s->vcpu_count)
			return 0; /* the list is being made again */
		return gdbregs__vcpus_name(s, answer->index, answer->payload, answer->size);
	default:
		return 0;
	}
}

/* An error may be this register's own, or, from a J-Link, mean that there is no p.
 * It is believed to be missing if there is a g that fits the description. */
static void on_p(struct gdbregs_session *s, struct discover *d, const struct gdbregs__answer *answer)
{
	d->p_doubted = gdbregs__reply_classify(answer->payload, answer->size) ==
		       GDBREGS__REPLY_ERROR;
	s->p_missing = answer->size == 0 || d->p_doubted;
}

static int on_g(struct gdbregs_session *s, struct discover *d, const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process = &s->processes[answer->index];
	bool nomem = false;

	if (process->description &&
	    gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA)
		process->described_layout =
			gdbregs__g_described(process->description, answer->size / 2, &nomem);
	if (d->p_doubted && !process->described_layout)
		s->p_missing = false;
	return nomem ? GDBREGS_ERR_NOMEM : 0;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct discover *d = (struct discover *)op;

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
	/* What was attached has to be detached, even if nobody wants the rest. */
	if (op->canceled || op->status < 0)
		return 0;
	switch (answer->kind) {
	case KIND_THREADS:
		return on_threads(s, d, answer);
	case KIND_NAME:
		return on_name(s, d, answer);
	case KIND_P:
		on_p(s, d, answer);
		return 0;
	case KIND_G:
		return on_g(s, d, answer);
	}
	if (s->selection_failed)
		return gdbregs__session_say(s, GDBREGS_ERR_PROTOCOL,
					    "%s refused to select a thread it had listed",
					    s->label);
	int result = gdbregs__documents_reply(s, &d->documents[answer->kind - KIND_DOCUMENT],
					      answer);
	if (result == GDBREGS_ERR_NO_DESCRIPTION) {
		/* It said it had one. Go on as if it had not. */
		gdbregs__documents_fini(&d->documents[answer->kind - KIND_DOCUMENT]);
		d->refused[answer->kind - KIND_DOCUMENT] = true;
		return 0;
	}
	return result;
}

static void console(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
		    size_t size)
{
	(void)op;
	gdbregs__status_console(s, payload, size);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->status == GDBREGS_ERR_NOMEM)
		gdbregs__session_say(s, GDBREGS_ERR_NOMEM, "out of memory");
	if (op->status == 0)
		s->state = GDBREGS__SESSION_STOPPED;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct discover *d = (struct discover *)op;

	(void)s;
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		gdbregs__documents_fini(&d->documents[i]);
	gdbregs__free(d);
}

/* The process the stub talks about at first; its pid is known after `?`. */
static int begin(struct gdbregs_session *s, struct discover *d)
{
	struct gdbregs__thread_id none = {0};

	if (s->process_count)
		return 0;
	int index = process_of(s, d, &none);
	return index < 0 ? index : 0;
}

static int produce_first(struct gdbregs_session *s, struct gdbregs__op *op)
{
	int result = begin(s, (struct discover *)op);

	return result < 0 ? result : produce(s, op);
}

static const struct gdbregs__op_class discover_class = {
	.name = "discover",
	.hears_all = true,
	.produce = produce_first,
	.reply = reply,
	.finish = finish,
	.console = console,
	.destroy = destroy,
};

struct gdbregs__op *gdbregs__discover_new(gdbregs__op_done done, void *arg)
{
	struct discover *d = gdbregs__calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	gdbregs__op_init(&d->op, &discover_class, done, arg);
	d->probe_next = PROBE_FIRST;
	d->probe_last = PROBE_LAST;
	d->threads_ahead = d->threads_to_ask = THREADS_AHEAD;
	return &d->op;
}
