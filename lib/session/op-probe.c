/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The probe finds out how the registers of this stub are read, once, at the end of
 * connecting. It asks one question after the other:
 *
 * 1. Does the stub support p? gdbserver on x86 does not, nor does QEMU 7.2 on
 *    architectures without a description. A J-Link replies to p with an error.
 * 2. Does g fit the description? If it has all registers, it is preferred on stubs
 *    that are not QEMU: GDB reads g too. On mGBA, p adds the length of the pipeline to
 *    the pc, and g does not; rp2040js lets the program run between two p.
 * 3. Do p and g honour the thread that Hg selects? Old OpenOCD with an RTOS answers p
 *    for the current thread only. Two threads are compared.
 *
 * After the last question, no-ack mode begins, if the stub has it and is not known to answer
 * optional queries; see op-hello.c.
 *
 * QEMU with its own description answers no question: it has p, which honours Hg, and
 * a g is verified by op-prove-g.c before it is used. (qemu-hexagon 7.2 dies of g.) */
#include "session/session.h"

#include "util/alloc.h"

#include <stdio.h>
#include <string.h>

enum step { STEP_P, STEP_G, STEP_OTHER_G, STEP_FIRST_P, STEP_OTHER_P, STEP_END };

struct probe {
	struct gdbregs__op op;
	enum step step;
	bool waiting; /* for the reply to this step's packet */
	bool p_doubted; /* p was answered with an error */
	uint32_t process; /* for STEP_G: the vCPU whose g is next */
	/* The two threads that are compared, and what distinguishes them. */
	uint32_t vcpus[2];
	const struct gdbregs_register *reg;
	bool g_equal; /* their g replies are equal */
	struct gdbregs_buffer g, p; /* digits of the first one */
};

static bool is_other(const struct gdbregs_session *s)
{
	return s->stub.kind == GDBREGS__STUB_OTHER;
}

static bool has_registers(const struct gdbregs__process *process)
{
	return process->description && process->description->register_count;
}

static bool is_data(const struct gdbregs__answer *answer)
{
	return gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA;
}

/* ------------------------------------------------------------------ two threads --- */

/* Choose two vCPUs of one process, the first being the one whose g is known. Returns
 * false if there are not two, or g does not fit. */
static bool choose_two(struct gdbregs_session *s, struct probe *p)
{
	if (!is_other(s) || s->target.vcpu_count < 2 || !s->target.processes[0].described_layout ||
	    !p->g.size)
		return false;
	size_t found = 0;
	for (uint32_t i = 0; i < s->target.vcpu_count; i++) {
		const struct gdbregs__vcpu *vcpu = &s->target.vcpus[i];

		if (vcpu->process || !vcpu->has_id)
			continue;
		if (gdbregs__thread_id_equal(&vcpu->id, &s->target.processes[0].thread)) {
			p->vcpus[0] = i;
			found |= 1;
		} else if (!(found & 2)) {
			p->vcpus[1] = i;
			found |= 2;
		}
	}
	return found == 3;
}

/* Find a register that differs between the two g replies. */
static const struct gdbregs_register *find_difference(const struct gdbregs__process *process,
						      const struct probe *p, const uint8_t *other)
{
	const struct gdbregs__g_layout *layout = process->described_layout;

	for (size_t i = 0; i < process->description->register_count; i++) {
		const struct gdbregs__g_slot *slot = &layout->slots[i];
		size_t off = 2 * (size_t)slot->off_bytes, size = 2 * (size_t)slot->size_bytes;

		if (size && memcmp(p->g.data + off, other + off, size) != 0)
			return &process->description->registers[i];
	}
	return NULL;
}

/* Choose a register that g has: the pc, or else the first one. */
static const struct gdbregs_register *choose_register(const struct gdbregs__process *process)
{
	const struct gdbregs_description *d = process->description;
	const struct gdbregs_register *pc = d->roles[GDBREGS_ROLE_PC];
	size_t i = 0;

	if (pc && process->described_layout->slots[pc->index].size_bytes)
		return pc;
	while (i + 1 < d->register_count && !process->described_layout->slots[i].size_bytes)
		i++;
	return &d->registers[i];
}

static void note(struct gdbregs__process *process, const char *text)
{
	snprintf(process->note, sizeof(process->note), "%s", text);
}

/* The values of two threads are equal both by p and by g: the threads may be equal, or the stub
 * may ignore which one is selected. */
static void note_equal(struct gdbregs_session *s, const struct probe *p)
{
	struct gdbregs__process *process = gdbregs__process_of(&s->target, p->vcpus[0]);

	snprintf(process->note, sizeof(process->note),
		 "vCPUs %u and %u have the same registers: the stub may ignore which thread is "
		 "selected",
		 (unsigned)p->vcpus[0], (unsigned)p->vcpus[1]);
}

/* The g replies of two threads differ, but p returns the same value of a register that differs:
 * the stub answers p for one thread only. Use neither p nor P. */
static void disbelieve_p(struct gdbregs_session *s)
{
	s->stub.p_missing = s->stub.p_ignores_thread = true;
	for (size_t i = 0; i < s->target.process_count; i++)
		note(&s->target.processes[i],
		     "the stub replies to p without regard to the selected thread: only "
		     "registers in its g reply are read");
}

static void disbelieve_g(struct gdbregs_session *s)
{
	for (size_t i = 0; i < s->target.process_count; i++) {
		s->target.processes[i].g_banned = true;
		note(&s->target.processes[i], "the stub replies to g without regard to the "
					      "selected thread: registers are read by p");
	}
}

/* --------------------------------------------------------------------- requests --- */

static int send_p(struct gdbregs_session *s, struct probe *p, uint32_t regnum)
{
	int sent = gdbregs__engine_send_text(&s->engine, &p->op, 1, 0, "p%x", (unsigned)regnum);

	if (sent > 0 && p->step == STEP_P && is_other(s))
		gdbregs__engine_wait_patiently(&s->engine);
	return sent;
}

static int send_g(struct gdbregs_session *s, struct probe *p)
{
	int sent = gdbregs__engine_send(&s->engine, &p->op, 1, 0, "g", 1);

	/* This matters only if the stub has p. */
	if (sent > 0 && !s->stub.p_missing)
		gdbregs__engine_wait_shortly(&s->engine);
	return sent;
}

static bool asks_p(const struct gdbregs_session *s)
{
	return has_registers(&s->target.processes[0]) &&
	       !(gdbregs__stub_is_qemu_system(&s->stub) && !s->target.given &&
		 s->stub.supported.xfer_features);
}

static bool asks_g(const struct gdbregs_session *s, const struct gdbregs__process *process)
{
	return has_registers(process) && (s->stub.p_missing || is_other(s));
}

/* Go on to the next step that has something to send. */
static void advance(struct gdbregs_session *s, struct probe *p)
{
	if (p->step == STEP_P && !asks_p(s))
		p->step = STEP_G;
	if (p->step == STEP_G) {
		while (p->process < s->target.process_count &&
		       !asks_g(s, &s->target.processes[p->process]))
			p->process++;
		if (p->process == s->target.process_count)
			p->step = choose_two(s, p) ? STEP_OTHER_G : STEP_END;
	}
}

static int select_process(struct gdbregs_session *s, struct probe *p, uint32_t index)
{
	const struct gdbregs__process *process = &s->target.processes[index];

	return process->has_thread ? gdbregs__stub_select(s, &p->op, &process->thread) : 0;
}

static int select_thread(struct gdbregs_session *s, struct probe *p)
{
	switch (p->step) {
	case STEP_P:
		return select_process(s, p, 0);
	case STEP_G:
		return select_process(s, p, p->process);
	default:
		return gdbregs__stub_select_vcpu(s, &p->op, p->vcpus[p->step != STEP_FIRST_P]);
	}
}

static int end_acks(struct gdbregs_session *s, struct probe *p)
{
	if (!s->stub.supported.no_ack || s->engine.no_ack)
		return GDBREGS__PRODUCE_END;
	return gdbregs__engine_send_text(&s->engine, &p->op, 1, 0, "QStartNoAckMode");
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct probe *p = (struct probe *)op;

	if (p->waiting)
		return GDBREGS__PRODUCE_WAIT;
	advance(s, p);
	int sent = p->step == STEP_END ? 0 : select_thread(s, p);
	if (sent)
		return sent;
	if (p->step == STEP_END)
		sent = end_acks(s, p);
	else if (p->step == STEP_P)
		sent = send_p(s, p, s->target.processes[0].description->registers[0].regnum);
	else if (p->step == STEP_G || p->step == STEP_OTHER_G)
		sent = send_g(s, p);
	else
		sent = send_p(s, p, p->reg->regnum);
	p->waiting = sent == GDBREGS__PRODUCED;
	return sent;
}

/* ---------------------------------------------------------------------- replies --- */

/* The error may be due to this register alone. A J-Link sends it because it does not support p. If
 * there is a g that fits the description, p counts as unsupported. */
static void on_p(struct gdbregs_session *s, struct probe *p, const struct gdbregs__answer *answer)
{
	p->p_doubted =
		gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_ERROR;
	s->stub.p_missing = answer->size == 0 || p->p_doubted;
	s->target.msr_decides &= !s->stub.p_missing;
	p->step = STEP_G;
}

static void note_misfit(const struct gdbregs_session *s, struct gdbregs__process *process,
			const struct gdbregs__answer *answer)
{
	if (!s->stub.p_missing)
		return;
	if (!is_data(answer))
		note(process, "the stub supports neither p nor g");
	else
		gdbregs__process_note_size(process, answer->size / 2);
}

static int on_g(struct gdbregs_session *s, struct probe *p, const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process = &s->target.processes[p->process++];
	struct gdbregs__g_layout *layout = NULL;
	bool nomem = false;

	if (is_data(answer) && answer->size % 2 == 0)
		layout = gdbregs__g_described(process->description, answer->size / 2, &nomem);
	if (nomem)
		return GDBREGS_ERR_NOMEM;
	process->described_layout = layout;
	process->g_preferred = layout && layout->complete && is_other(s);
	if (p->p_doubted && !layout)
		s->stub.p_missing = false;
	if (!layout)
		note_misfit(s, process, answer);
	if (p->process == 1 && layout)
		return gdbregs__buffer_append(&p->g, answer->payload, answer->size);
	return 0;
}

static int on_other_g(struct gdbregs_session *s, struct probe *p,
		      const struct gdbregs__answer *answer)
{
	const struct gdbregs__process *process = gdbregs__process_of(&s->target, p->vcpus[0]);

	p->step = STEP_END;
	if (!is_data(answer) || answer->size != p->g.size)
		return 0;
	p->reg = find_difference(process, p, answer->payload);
	p->g_equal = !p->reg;
	if (p->g_equal)
		p->reg = choose_register(process);
	if (!s->stub.p_missing)
		p->step = STEP_FIRST_P;
	else if (p->g_equal)
		note_equal(s, p);
	return 0;
}

static int on_first_p(struct probe *p, const struct gdbregs__answer *answer)
{
	p->step = is_data(answer) ? STEP_OTHER_P : STEP_END;
	return gdbregs__buffer_append(&p->p, answer->payload, answer->size);
}

static void on_other_p(struct gdbregs_session *s, struct probe *p,
		       const struct gdbregs__answer *answer)
{
	p->step = STEP_END;
	if (!is_data(answer))
		return;
	bool p_equal =
		answer->size == p->p.size && memcmp(answer->payload, p->p.data, p->p.size) == 0;
	if (p_equal && p->g_equal)
		note_equal(s, p);
	else if (p_equal)
		disbelieve_p(s);
	else if (p->g_equal)
		disbelieve_g(s);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct probe *p = (struct probe *)op;

	p->waiting = false;
	if (s->stub.selection_failed && p->step >= STEP_OTHER_G && p->step < STEP_END) {
		p->step = STEP_END;
		return 0;
	}
	switch (p->step) {
	case STEP_P:
		on_p(s, p, answer);
		return 0;
	case STEP_G:
		return on_g(s, p, answer);
	case STEP_OTHER_G:
		return on_other_g(s, p, answer);
	case STEP_FIRST_P:
		return on_first_p(p, answer);
	case STEP_OTHER_P:
		on_other_p(s, p, answer);
		return 0;
	default:
		gdbregs__stub_on_no_ack(s, answer);
		return 0;
	}
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->status == 0)
		s->state = GDBREGS__SESSION_STOPPED;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct probe *p = (struct probe *)op;

	(void)s;
	gdbregs_buffer_fini(&p->g);
	gdbregs_buffer_fini(&p->p);
	gdbregs__free(p);
}

static const struct gdbregs__op_class probe_class = {
	.produce = produce,
	.reply = reply,
	.finish = finish,
	.destroy = destroy,
};

bool gdbregs__probe_is_needed(const struct gdbregs_session *s)
{
	return s->options.access != GDBREGS_NO_REGS && s->target.vcpu_count &&
	       (asks_p(s) || is_other(s));
}

struct gdbregs__op *gdbregs__probe_new(gdbregs__op_done done, void *arg)
{
	return gdbregs__op_new(sizeof(struct probe), &probe_class, done, arg);
}
