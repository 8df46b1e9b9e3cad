/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery: the processes (on QEMU: clusters), their vCPUs and their descriptions.
 *
 * The questions are a table. Those of one phase are asked side by side, and what is likely to exist
 * (chunks of documents, threads, clusters) is requested ahead. The next phase begins when all
 * replies have arrived. With pipelining, the first phase takes three round trips: (1) stop reply,
 * clusters, threads and target.xml; (2) included documents and thread names; (3) whatever was
 * longer than expected. */
#include "session/op-discover-internal.h"
#include "session/order.h"
#include "session/qemu.h"

#include "util/alloc.h"
#include "util/error.h"

/* Clusters are probed from 2 up: there is no way to ask how many there are, and a cluster
 * without CPUs answers as if it did not exist (xlnx-zcu102 with 4 CPUs). */
#define PROBE_FIRST   2
#define PROBE_LAST    4
#define PROBE_GAP     2
#define PROBE_STEP    16
#define PROCESSES_MAX 256
/* QEMU lists one thread a reply. */
#define THREADS_AHEAD  10u
#define THREADS_FACTOR 24u

static size_t outstanding(const struct gdbregs__discover *d, enum gdbregs__question question)
{
	return d->asked[question].sent - d->asked[question].answered;
}

/* Returns the index of the process of this thread, which is added if it is new, or a negative
 * error. */
static int add_process(struct gdbregs_session *s, const struct gdbregs__thread_id *thread)
{
	size_t count = s->target.process_count;
	int index = gdbregs__target_process(s, thread->has_pid ? thread->pid : 0, PROCESSES_MAX);

	if (index < 0)
		return index;
	struct gdbregs__process *process = &s->target.processes[index];
	if (!process->has_thread && gdbregs__thread_id_concrete(thread)) {
		process->thread = *thread;
		process->has_thread = true;
	}
	bool is_new = s->target.process_count > count;
	if (!is_new || s->target.given || !s->stub.supported.xfer_features)
		return index;
	int result = gdbregs__documents_add(s, &process->documents, "target.xml");
	return result < 0 ? result : index;
}

/* ------------------------------------------------------------- single packets --- */

static int ask_stop(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->asked[ASK_STOP].sent)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_STOP, 0, "?");
}

static int take_stop(struct gdbregs_session *s, struct gdbregs__discover *d,
		     const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);

	(void)d;
	/* lldb-server without a program: E02 (14), or an empty reply. */
	if (kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR) {
		s->target.exited = true;
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_NO_VCPU,
			"the stub has no program: nothing is being debugged; start or "
			"attach one with the stub");
	}
	if (gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) < 0 ||
	    (gdbregs__thread_id_concrete(&stop.thread) &&
	     !gdbregs__thread_id_listable(&stop.thread, gdbregs__stub_is_qemu(&s->stub)))) {
		char text[60];

		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"the stub answered \"%s\" when asked why the target stopped",
			gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
	}
	if (gdbregs__stop_is_end(stop.kind)) {
		s->target.exited = true;
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
					   "the program has ended, or was not started");
	}
	/* The stub's first process is attached from the start; now its pid is known. */
	if (!stop.has_thread)
		return 0;
	if (stop.thread.has_pid && stop.thread.pid > 0 &&
	    gdbregs__target_note_pid(s, stop.thread.pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int index = add_process(s, &stop.thread);
	return index < 0 ? index : 0;
}

static int ask_status(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	return gdbregs__status_ask(s, &d->op, ASK_STATUS);
}

static int take_status(struct gdbregs_session *s, struct gdbregs__discover *d,
		       const struct gdbregs__answer *answer)
{
	(void)d, (void)answer;
	gdbregs__status_reply(s);
	return 0;
}

/* Until a description has been requested on this connection, QEMU 7.2 answers no `p`, and answers
 * `g` differently. So it is requested even if another one is used. */
static int ask_unlock(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!s->target.given || !s->stub.supported.xfer_features || d->asked[ASK_UNLOCK].sent)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_UNLOCK, 0,
					 "qXfer:features:read:target.xml:0,7fd");
}

/* The byte order of QEMU's PowerPC. */
static int ask_msr(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	for (; d->next < s->target.vcpu_count; d->next++) {
		int sent = gdbregs__order_ask(s, &d->op, ASK_MSR, (uint32_t)d->next);
		if (sent)
			return sent;
	}
	return 0;
}

static int take_msr(struct gdbregs_session *s, struct gdbregs__discover *d,
		    const struct gdbregs__answer *answer)
{
	(void)d;
	gdbregs__order_take(s, answer->index, answer->payload, answer->size);
	return 0;
}

/* The byte order of a program. */
static int ask_auxv(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->asked[ASK_AUXV].sent || !gdbregs__order_wants_auxv(s))
		return 0;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_AUXV, 0, "qXfer:auxv:read::0,8");
}

static int take_auxv(struct gdbregs_session *s, struct gdbregs__discover *d,
		     const struct gdbregs__answer *answer)
{
	(void)d;
	return gdbregs__order_take_auxv(s, answer->payload, answer->size);
}

/* Some stubs are silent where they should say that they do not support a query. As long as they
 * acknowledge packets, a reply that comes too late cannot be mistaken for the next one. So no-ack
 * mode begins after all queries that may stay without a reply, unless op-hello.c has begun it. */
static int ask_no_ack(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!s->stub.supported.no_ack || s->engine.no_ack || d->asked[ASK_NO_ACK].sent)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_NO_ACK, 0, "QStartNoAckMode");
}

static int take_no_ack(struct gdbregs_session *s, struct gdbregs__discover *d,
		       const struct gdbregs__answer *answer)
{
	(void)d;
	gdbregs__stub_on_no_ack(s, answer);
	return 0;
}

/* ------------------------------------------------------------------- clusters --- */

static int ask_clusters(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!gdbregs__stub_is_qemu_system(&s->stub) || !s->stub.supported.multiprocess ||
	    d->probe_next > d->probe_last)
		return 0;
	/* vAttach selects the first thread of the process that it attaches. */
	d->selected = -1;
	gdbregs__stub_forget_selection(s);
	uint32_t pid = (uint32_t)d->probe_next++;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_CLUSTERS, pid, "vAttach;%x", pid);
}

/* Clusters were found late, and their threads are missing from the list: list them again when
 * all clusters are known and the list under way has been answered. */
static void list_again_if_due(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!d->threads_again || outstanding(d, ASK_THREADS) || outstanding(d, ASK_CLUSTERS) ||
	    d->probe_next <= d->probe_last)
		return;
	gdbregs__target_clear_vcpus(&s->target);
	d->threads_again = d->threads_done = false;
	d->asked[ASK_THREADS].sent = d->asked[ASK_THREADS].answered = 0;
	d->threads_answers = 0;
	d->threads_ahead = d->threads_to_ask = (size_t)THREADS_AHEAD * THREADS_FACTOR;
	d->names_next = 0;
}

/* Returns whether the reply to vAttach;PID is a stop reply that names a thread of that process. */
static bool has_attached(const struct gdbregs__answer *answer, struct gdbregs__stop *stop)
{
	return gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA &&
	       gdbregs__stop_parse(answer->payload, answer->size, stop, NULL, NULL) == 0 &&
	       stop->has_thread && stop->thread.has_pid && stop->thread.pid == answer->index;
}

static int take_cluster(struct gdbregs_session *s, struct gdbregs__discover *d,
			const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	if (has_attached(answer, &stop)) {
		int index = add_process(s, &stop.thread);
		if (index < 0)
			return index;
		d->probe_found = answer->index;
		d->threads_again |= d->probe_last > PROBE_LAST;
	}
	if (!outstanding(d, ASK_CLUSTERS) && d->probe_found &&
	    d->probe_found + PROBE_GAP >= d->probe_last &&
	    d->probe_last < PROCESSES_MAX - PROBE_STEP)
		d->probe_last += PROBE_STEP;
	list_again_if_due(s, d);
	return 0;
}

/* -------------------------------------------------------------------- threads --- */

static int ask_threads(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	const char *request = d->asked[ASK_THREADS].sent ? "qsThreadInfo" : "qfThreadInfo";

	if (d->threads_done || d->threads_to_ask == 0)
		return 0;
	d->threads_to_ask--;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_THREADS, 0, "%s", request);
}

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
	struct gdbregs_session *s = arg;

	if (!gdbregs__thread_id_listable(id, gdbregs__stub_is_qemu(&s->stub)))
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"the stub sent an invalid thread id in its thread list: \"%.*s\"",
			(int)length, text);
	/* The stop reply had no thread, so the pid of the first process is not known. */
	if (id->has_pid && !knows_pid(s, id->pid) && s->target.processes[0].pid == 0 &&
	    gdbregs__target_note_pid(s, id->pid) < 0)
		return GDBREGS_ERR_NOMEM;
	int process = add_process(s, id);
	return process < 0 ? process
			   : gdbregs__target_add_vcpu(s, id, text, length, (uint32_t)process);
}

static int say_broken_list(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	char text[60];

	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_PROTOCOL, "the stub sent an invalid thread list: \"%s\"",
		gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
}

static int end_threads(struct gdbregs_session *s, struct gdbregs__discover *d)
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

/* If all requests of a round have been answered and there is more, begin a larger round, as with
 * documents. */
static int go_on(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (++d->threads_answers > s->limits.vcpus)
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_LIMIT,
			"the stub sends an endless thread list: more than %zu replies "
			"(max_vcpus)",
			s->limits.vcpus);
	if (outstanding(d, ASK_THREADS))
		return 0;
	size_t most = s->limits.vcpus - d->threads_answers + 1;
	if (d->threads_ahead < most)
		d->threads_ahead *= THREADS_FACTOR;
	d->threads_to_ask = d->threads_ahead < most ? d->threads_ahead : most;
	return 0;
}

static int take_list(struct gdbregs_session *s, struct gdbregs__discover *d,
		     const struct gdbregs__answer *answer)
{
	switch (gdbregs__reply_threads(answer->payload, answer->size, found_thread, s)) {
	case GDBREGS__THREADS_MORE:
		return go_on(s, d);
	case GDBREGS__THREADS_END:
	case GDBREGS__THREADS_NONE:
		return end_threads(s, d);
	case GDBREGS__THREADS_STOPPED:
		return s->engine.error.code;
	case GDBREGS__THREADS_BROKEN:
		break;
	}
	return say_broken_list(s, answer);
}

static int take_threads(struct gdbregs_session *s, struct gdbregs__discover *d,
			const struct gdbregs__answer *answer)
{
	int result = d->threads_done ? 0 : take_list(s, d, answer);

	if (result == 0)
		list_again_if_due(s, d);
	return result;
}

/* ---------------------------------------------------------------------- names --- */

/* QEMU never answers a request about a thread that it has not listed. */
static int ask_names(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->names_missing || outstanding(d, ASK_CLUSTERS) || d->threads_again ||
	    d->names_next >= s->target.vcpu_count)
		return 0;
	uint32_t vcpu = (uint32_t)d->names_next++;
	if (!s->target.vcpus[vcpu].has_id)
		return 0;
	return gdbregs__stub_ask_thread(s, &d->op, ASK_NAMES, vcpu);
}

static int take_name(struct gdbregs_session *s, struct gdbregs__discover *d,
		     const struct gdbregs__answer *answer)
{
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);

	d->names_missing |= kind == GDBREGS__REPLY_EMPTY;
	/* The list may have been begun again since. */
	if (kind != GDBREGS__REPLY_DATA || answer->index >= s->target.vcpu_count)
		return 0;
	return gdbregs__target_name_vcpu(s, answer->index, answer->payload, answer->size);
}

/* ------------------------------------------------------------------ questions --- */

static const struct {
	enum gdbregs__discover_phase phase;
	gdbregs__ask *ask;
	gdbregs__take *take; /* NULL: the reply does not matter */
	bool always; /* taken even if the op was canceled: the detach needs it */
	bool optional; /* the stub may not reply at all */
} questions[QUESTIONS] = {
	[ASK_STOP] = {PHASE_TARGET, ask_stop, take_stop, .always = true},
	[ASK_STATUS] = {PHASE_TARGET, ask_status, take_status, .always = true},
	[ASK_UNLOCK] = {PHASE_TARGET, ask_unlock, NULL},
	[ASK_DOCUMENTS] = {PHASE_TARGET, gdbregs__discover_ask_documents,
			   gdbregs__discover_take_document},
	[ASK_CLUSTERS] = {PHASE_TARGET, ask_clusters, take_cluster, .always = true},
	[ASK_THREADS] = {PHASE_TARGET, ask_threads, take_threads, .optional = true},
	[ASK_NAMES] = {PHASE_TARGET, ask_names, take_name, .optional = true},
	[ASK_REGISTERS] = {PHASE_REGISTERS, gdbregs__discover_ask_registers,
			   gdbregs__discover_take_register, .optional = true},
	[ASK_MSR] = {PHASE_ORDER, ask_msr, take_msr},
	[ASK_AUXV] = {PHASE_ORDER, ask_auxv, take_auxv, .optional = true},
	[ASK_P] = {PHASE_P, gdbregs__discover_ask_p, gdbregs__discover_take_p},
	[ASK_G] = {PHASE_G, gdbregs__discover_ask_g, gdbregs__discover_take_g},
	[ASK_OTHER_G] = {PHASE_OTHER_G, gdbregs__discover_ask_other_g,
			 gdbregs__discover_take_other_g},
	[ASK_TWO_P] = {PHASE_TWO_P, gdbregs__discover_ask_two_p, gdbregs__discover_take_two_p},
	[ASK_NO_ACK] = {PHASE_NO_ACK, ask_no_ack, take_no_ack, .always = true},
};

/* Begin with the process that the stub starts with; its pid is known after `?`. */
static int begin(struct gdbregs_session *s)
{
	const struct gdbregs__thread_id none = {0};
	int index = s->target.process_count ? 0 : add_process(s, &none);

	return index < 0 ? index : 0;
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
			return gdbregs__engine_say(
				&s->engine, GDBREGS_ERR_LIMIT,
				"the vCPUs have more than %zu registers together "
				"(max_session_registers)",
				s->limits.session_registers);
	}
	return 0;
}

static int enter_phase(struct gdbregs_session *s, struct gdbregs__discover *d,
		       enum gdbregs__discover_phase phase)
{
	d->phase = phase;
	d->next = 0;
	if (phase != PHASE_ORDER)
		return 0;
	int result = gdbregs__discover_resolve(s, d);
	if (result < 0)
		return result;
	gdbregs__order_begin(s);
	return check_registers(s);
}

/* Ask the first question of the phase that has something to send. */
static int ask_next(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	int sent = 0;

	for (size_t i = ASK_STOP; i < QUESTIONS && !sent; i++) {
		if (questions[i].phase != d->phase)
			continue;
		sent = questions[i].ask(s, d);
		d->asked[i].sent += sent > 0;
		if (sent > 0 && questions[i].optional)
			gdbregs__engine_wait_shortly(&s->engine);
	}
	return sent;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;
	int result = begin(s);

	while (result == 0) {
		int sent = ask_next(s, d);
		if (sent)
			return sent;
		if (op->outstanding)
			return GDBREGS__PRODUCE_WAIT;
		if (d->phase + 1 == PHASE_END)
			return GDBREGS__PRODUCE_END;
		result = enter_phase(s, d, d->phase + 1);
	}
	return result;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;
	size_t question = answer->kind < QUESTIONS ? answer->kind : ASK_DOCUMENTS;

	d->asked[question].answered++;
	if (!questions[question].take ||
	    ((op->canceled || op->status < 0) && !questions[question].always))
		return 0;
	return questions[question].take(s, d, answer);
}

static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	(void)op;
	return gdbregs__status_console(s, payload, size);
}

/* ------------------------------------------------------------------------ end --- */

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->status == 0)
		s->state = GDBREGS__SESSION_STOPPED;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;

	for (size_t i = 0; i < s->target.process_count; i++)
		gdbregs__documents_fini(&s->target.processes[i].documents);
	gdbregs__register_infos_fini(&d->infos);
	gdbregs_buffer_fini(&d->two.g);
	gdbregs_buffer_fini(&d->two.p);
	gdbregs__free(d);
}

static const struct gdbregs__op_class discover_class = {
	.wants_all_replies = true,
	.produce = produce,
	.reply = reply,
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
