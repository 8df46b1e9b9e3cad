/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packets of discovery. Each kind is a function that sends its next packet, or reports that
 * there is none; produce tries them in turn. Chunks, threads and clusters that are likely to exist
 * are requested ahead. */
#include "session/op-discover-internal.h"
#include "session/order.h"
#include "session/qemu-status.h"
#include "tdesc/shipped.h"

/* --------------------------------------------------------------- questions --- */

static int ask_stop(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->stop_asked)
		return 0;
	d->stop_asked = true;
	return gdbregs__engine_send_text(&s->engine, &d->op, KIND_STOP, 0, "?");
}

static int ask_status(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	return gdbregs__status_ask(s, &d->op, KIND_STATUS);
}

static int ask_probe(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!gdbregs__stub_is_qemu_system(&s->stub) || !s->stub.supported.multiprocess ||
	    d->probe_next > d->probe_last)
		return 0;
	/* vAttach selects the first thread of the process that it attaches. */
	d->current = -1;
	gdbregs__stub_forget_selection(s);
	d->probes_outstanding++;
	uint32_t pid = (uint32_t)d->probe_next++;
	return gdbregs__engine_send_text(&s->engine, &d->op, KIND_PROBE, pid, "vAttach;%x", pid);
}

/* The query just sent may stay without a reply. */
static int optional(struct gdbregs_session *s, int sent)
{
	if (sent == GDBREGS__PRODUCED)
		gdbregs__engine_wait_shortly(&s->engine);
	return sent;
}

static int ask_threads(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->threads_done || d->threads_to_ask == 0)
		return 0;
	const char *request = d->threads_first_asked ? "qsThreadInfo" : "qfThreadInfo";
	d->threads_first_asked = true;
	d->threads_outstanding++;
	d->threads_to_ask--;
	return optional(
		s, gdbregs__engine_send_text(&s->engine, &d->op, KIND_THREADS, 0, "%s", request));
}

/* QEMU never answers a request about a thread that it has not listed. */
static int ask_name(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->names_missing || d->probes_outstanding || d->threads_again ||
	    d->names_next >= s->target.vcpu_count)
		return 0;
	uint32_t vcpu = (uint32_t)d->names_next++;
	if (!s->target.vcpus[vcpu].has_id)
		return 0;
	return optional(s, gdbregs__stub_ask_thread(s, &d->op, KIND_NAME, vcpu));
}

/* Until a description has been requested on this connection, QEMU 7.2 answers no `p`, and answers
 * `g` differently. So it is requested even if another one is used. */
static int ask_unlock(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!s->target.given || !s->stub.supported.xfer_features || d->unlock_asked)
		return 0;
	d->unlock_asked = true;
	return gdbregs__engine_send_text(&s->engine, &d->op, KIND_UNLOCK, 0,
					 "qXfer:features:read:target.xml:0,7fd");
}

static int ask_document_of(struct gdbregs_session *s, struct gdbregs__discover *d, size_t process)
{
	if (!gdbregs__documents_wanting(&d->documents[process]))
		return 0;
	if (d->current != (int64_t)process) {
		if (!s->target.processes[process].has_thread)
			return 0;
		int sent = gdbregs__stub_select(s, &d->op, &s->target.processes[process].thread);
		if (sent < 0)
			return sent;
		d->current = (int64_t)process;
		if (sent)
			return 1;
	}
	return gdbregs__documents_produce(s, &d->op, &d->documents[process],
					  KIND_DOCUMENT + (uint32_t)process);
}

static int ask_document(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (s->target.given || !s->stub.supported.xfer_features)
		return 0;
	/* gdbserver 13.1 crashes if it is asked before `?` was answered; one round trip at a time
	 * prevents that. Stay with the selected process as long as it has requests. */
	if (d->current >= 0) {
		int sent = ask_document_of(s, d, (size_t)d->current);
		if (sent)
			return sent;
	}
	for (size_t i = 0; i < s->target.process_count; i++) {
		int sent = ask_document_of(s, d, i);
		if (sent)
			return sent;
	}
	return 0;
}

typedef int (*ask)(struct gdbregs_session *s, struct gdbregs__discover *d);

static const ask first_questions[] = {
	ask_stop, ask_status, ask_unlock, ask_document, ask_probe, ask_threads, ask_name,
};

/* ----------------------------------------------------------- descriptions --- */

/* Returns true if the stub serves no description and the caller gave none. A stand-in of
 * gdbregs-cli for a missing description has no registers either. BlastEm, whose reply to
 * qSupported is a PacketSize alone, exits at requests that it does not know. */
static bool wants_register_info(const struct gdbregs_session *s, const struct gdbregs__discover *d)
{
	const struct gdbregs_description *fallback = s->target.fallback;

	return s->stub.kind == GDBREGS__STUB_OTHER && s->options.access != GDBREGS_NO_REGS &&
	       s->target.vcpu_count && !s->target.given && !s->stub.supported.size_only &&
	       !(fallback && fallback->register_count) &&
	       !(s->stub.supported.xfer_features && d->documents[0].count);
}

/* Send LLDB's qRegisterInfo for the next registers. The first reply shows whether the stub
 * supports it. */
static int ask_register_info(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	size_t ahead = s->engine.pipelined && d->infos.count ? REGISTER_INFOS_AHEAD : 1;

	if (d->infos_done || !wants_register_info(s, d))
		return 0;
	if (d->infos_next - d->infos.count >= ahead)
		return GDBREGS__PRODUCE_WAIT;
	if (d->infos_next == 0)
		s->engine.close_hint =
			" when it was asked to describe its registers (qRegisterInfo): it serves "
			"no target description; name the architecture, or give a description file";
	uint32_t regnum = d->infos_next++;
	return optional(s, gdbregs__engine_send_text(&s->engine, &d->op, KIND_REGISTER_INFO, regnum,
						     "qRegisterInfo%x", (unsigned)regnum));
}

/* The byte order of QEMU's PowerPC. */
static int ask_msr(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!d->order_begun) {
		d->order_begun = true;
		gdbregs__order_begin(s);
	}
	for (; s->target.msr_decides && d->msr_next < s->target.vcpu_count; d->msr_next++) {
		int sent = gdbregs__order_ask(s, &d->op, KIND_MSR, (uint32_t)d->msr_next);
		if (sent)
			return sent;
	}
	return 0;
}

/* The byte order of a program. */
static int ask_auxv(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->auxv_asked || !gdbregs__order_wants_auxv(s))
		return 0;
	d->auxv_asked = true;
	return optional(s, gdbregs__engine_send_text(&s->engine, &d->op, KIND_AUXV, 0,
						     "qXfer:auxv:read::0,8"));
}

/* The description has no registers: use the one that options.architecture names, or else the
 * default layout of its architecture. */
static int complete(struct gdbregs_session *s, const struct gdbregs_description **d)
{
	const struct gdbregs_description *fallback = s->target.fallback;

	if (!*d || (*d)->register_count)
		return 0;
	if (fallback && fallback->register_count) {
		*d = fallback;
		return 0;
	}
	if (gdbregs__shipped_complete(s->context, &s->limits, d) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	return 0;
}

static int resolve_register_info(struct gdbregs_session *s, struct gdbregs__discover *d,
				 const struct gdbregs_description **out)
{
	if (gdbregs__register_infos_finish(&d->infos) < 0)
		return GDBREGS_ERR_NOMEM;
	const struct gdbregs_buffer *xml = &d->infos.document.xml;
	const struct gdbregs_document document = {"target.xml", xml->data, xml->size};
	return gdbregs__context_description(s->context, &document, 1, &s->limits, out,
					    &s->engine.error);
}

static int resolve(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	const struct gdbregs_description *described = NULL;
	int result = d->infos.count ? resolve_register_info(s, d, &described) : 0;

	for (size_t i = 0; i < s->target.process_count; i++) {
		const struct gdbregs_description **out = &s->target.processes[i].description;

		if (s->target.given)
			*out = s->target.given;
		else if (s->stub.supported.xfer_features && d->documents[i].count)
			result = gdbregs__documents_resolve(s, &d->documents[i], out);
		else if (described)
			*out = described;
		else
			*out = s->target.fallback;
		if (result == 0)
			result = complete(s, out);
		if (result < 0)
			return result;
		if (!*out && s->options.access != GDBREGS_NO_REGS)
			return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_DESCRIPTION,
						   "%s serves no target description; name the "
						   "architecture, or give a description file",
						   s->label);
	}
	return 0;
}

int gdbregs__discover_produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__discover *d = (struct gdbregs__discover *)op;

	for (size_t i = 0; i < sizeof(first_questions) / sizeof(*first_questions); i++) {
		int sent = first_questions[i](s, d);
		if (sent)
			return sent;
		/* If the query may be sent alone, its first reply decides about the rest. */
		if (i == 0 && !s->engine.pipelined && !d->stop_known)
			return GDBREGS__PRODUCE_WAIT;
	}
	if (op->outstanding && !d->order_begun && d->infos_next == 0)
		return GDBREGS__PRODUCE_WAIT;
	int sent = d->resolved ? 0 : ask_register_info(s, d);
	if (sent)
		return sent;
	if (op->outstanding && !d->order_begun)
		return GDBREGS__PRODUCE_WAIT;
	if (!d->resolved) {
		d->resolved = true;
		int result = resolve(s, d);
		if (result < 0)
			return result;
	}
	sent = ask_msr(s, d);
	if (sent)
		return sent;
	sent = ask_auxv(s, d);
	if (sent)
		return sent;
	return op->outstanding ? GDBREGS__PRODUCE_WAIT : GDBREGS__PRODUCE_END;
}
