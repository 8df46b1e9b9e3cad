/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The questions of discovery that find out how the registers of this stub are read:
 *
 * 1. Does the stub support p? gdbserver on x86 does not, nor does QEMU 7.2 on
 *    architectures without a description. A J-Link replies to p with an error.
 * 2. Does g fit the description? If it has all registers, it is preferred on stubs
 *    that are not QEMU: GDB reads g too. On mGBA, p adds the length of the pipeline to
 *    the pc, and g does not; rp2040js lets the program run between two p.
 * 3. Do p and g honour the thread that Hg selects? Old OpenOCD with an RTOS answers p
 *    for the current thread only. Two threads are compared.
 *
 * QEMU with its own description is asked none of these: it has p, which honours Hg, and
 * a g is verified by op-prove-g.c before it is used. (qemu-hexagon 7.2 dies of g.) */
#include "session/op-discover-internal.h"

#include <stdio.h>
#include <string.h>

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

static void note(struct gdbregs__process *process, const char *text)
{
	snprintf(process->note, sizeof(process->note), "%s", text);
}

/* Select a thread of the process. */
static int select_process(struct gdbregs_session *s, struct gdbregs__discover *d, uint32_t index)
{
	const struct gdbregs__process *process = &s->target.processes[index];

	return process->has_thread ? gdbregs__stub_select(s, &d->op, &process->thread) : 0;
}

/* --------------------------------------------------------- does it support p? --- */

static bool asks_p(const struct gdbregs_session *s)
{
	return s->options.access != GDBREGS_NO_REGS && has_registers(&s->target.processes[0]) &&
	       !(gdbregs__stub_is_qemu_system(&s->stub) && !s->target.given &&
		 s->stub.supported.xfer_features);
}

int gdbregs__discover_ask_p(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->next || !asks_p(s))
		return 0;
	int sent = select_process(s, d, 0);
	if (sent)
		return sent;
	d->next++;
	sent = gdbregs__engine_send_text(
		&s->engine, &d->op, ASK_P, 0, "p%x",
		(unsigned)s->target.processes[0].description->registers[0].regnum);
	if (sent > 0 && is_other(s))
		gdbregs__engine_wait_patiently(&s->engine);
	return sent;
}

/* The error may be due to this register alone. A J-Link sends it because it does not support p. If
 * there is a g that fits the description, p counts as unsupported. */
int gdbregs__discover_take_p(struct gdbregs_session *s, struct gdbregs__discover *d,
			     const struct gdbregs__answer *answer)
{
	d->p_doubted =
		gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_ERROR;
	s->stub.p_missing = answer->size == 0 || d->p_doubted;
	s->target.msr_decides &= !s->stub.p_missing;
	return 0;
}

/* --------------------------------------------------- does g fit the description? --- */

static bool asks_g(const struct gdbregs_session *s, const struct gdbregs__process *process)
{
	return s->options.access != GDBREGS_NO_REGS && has_registers(process) &&
	       (s->stub.p_missing || is_other(s));
}

static int send_g(struct gdbregs_session *s, struct gdbregs__discover *d,
		  enum gdbregs__question question, size_t process)
{
	int sent = gdbregs__engine_send(&s->engine, &d->op, question, (uint32_t)process, "g", 1);

	/* This matters only if the stub has p. */
	if (sent > 0 && !s->stub.p_missing)
		gdbregs__engine_wait_shortly(&s->engine);
	return sent;
}

/* The next process is asked. */
int gdbregs__discover_ask_g(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	for (; d->next < s->target.process_count; d->next++) {
		if (!asks_g(s, &s->target.processes[d->next]))
			continue;
		int sent = select_process(s, d, (uint32_t)d->next);
		return sent ? sent : send_g(s, d, ASK_G, d->next++);
	}
	return 0;
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

int gdbregs__discover_take_g(struct gdbregs_session *s, struct gdbregs__discover *d,
			     const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process = &s->target.processes[answer->index];
	struct gdbregs__g_layout *layout = NULL;
	bool nomem = false;

	if (is_data(answer) && answer->size % 2 == 0)
		layout = gdbregs__g_described(process->description, answer->size / 2, &nomem);
	if (nomem)
		return GDBREGS_ERR_NOMEM;
	process->described_layout = layout;
	process->g_preferred = layout && layout->complete && is_other(s);
	if (d->p_doubted && !layout)
		s->stub.p_missing = false;
	if (!layout)
		note_misfit(s, process, answer);
	if (answer->index == 0 && layout)
		return gdbregs__buffer_append(&d->two.g, answer->payload, answer->size);
	return 0;
}

/* -------------------------------------------- do both honour the selected thread? --- */

/* Choose two vCPUs of one process, the first being the one whose g is known. Returns
 * false if there are not two, or g does not fit. */
static bool choose_two(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!is_other(s) || s->target.vcpu_count < 2 || !s->target.processes[0].described_layout ||
	    !d->two.g.size)
		return false;
	size_t found = 0;
	for (uint32_t i = 0; i < s->target.vcpu_count; i++) {
		const struct gdbregs__vcpu *vcpu = &s->target.vcpus[i];

		if (vcpu->process || !vcpu->has_id)
			continue;
		if (gdbregs__thread_id_equal(&vcpu->id, &s->target.processes[0].thread)) {
			d->two.vcpus[0] = i;
			found |= 1;
		} else if (!(found & 2)) {
			d->two.vcpus[1] = i;
			found |= 2;
		}
	}
	return found == 3;
}

/* Find a register that differs between the two g replies. */
static const struct gdbregs_register *find_difference(const struct gdbregs__process *process,
						      const struct gdbregs__discover *d,
						      const uint8_t *other)
{
	const struct gdbregs__g_layout *layout = process->described_layout;

	for (size_t i = 0; i < process->description->register_count; i++) {
		const struct gdbregs__g_slot *slot = &layout->slots[i];
		size_t off = 2 * (size_t)slot->off_bytes, size = 2 * (size_t)slot->size_bytes;

		if (size && memcmp(d->two.g.data + off, other + off, size) != 0)
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

/* The values of two threads are equal both by p and by g: the threads may be equal, or the stub
 * may ignore which one is selected. */
static void note_equal(struct gdbregs_session *s, const struct gdbregs__discover *d)
{
	struct gdbregs__process *process = gdbregs__process_of(&s->target, d->two.vcpus[0]);

	snprintf(process->note, sizeof(process->note),
		 "vCPUs %u and %u have the same registers: the stub may ignore which thread is "
		 "selected",
		 (unsigned)d->two.vcpus[0], (unsigned)d->two.vcpus[1]);
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

int gdbregs__discover_ask_other_g(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (d->next || !choose_two(s, d))
		return 0;
	int sent = gdbregs__stub_select_vcpu(s, &d->op, d->two.vcpus[1]);
	if (sent)
		return sent;
	d->next++;
	return send_g(s, d, ASK_OTHER_G, 0);
}

int gdbregs__discover_take_other_g(struct gdbregs_session *s, struct gdbregs__discover *d,
				   const struct gdbregs__answer *answer)
{
	const struct gdbregs__process *process = gdbregs__process_of(&s->target, d->two.vcpus[0]);

	if (s->stub.selection_failed || !is_data(answer) || answer->size != d->two.g.size)
		return 0;
	const struct gdbregs_register *differs = find_difference(process, d, answer->payload);
	d->two.g_equal = !differs;
	if (!s->stub.p_missing)
		d->two.reg = differs ? differs : choose_register(process);
	else if (!differs)
		note_equal(s, d);
	return 0;
}

/* Both threads are asked for one register. */
int gdbregs__discover_ask_two_p(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	if (!d->two.reg || d->next == 2)
		return 0;
	int sent = gdbregs__stub_select_vcpu(s, &d->op, d->two.vcpus[d->next]);
	if (sent)
		return sent;
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_TWO_P, (uint32_t)d->next++, "p%x",
					 (unsigned)d->two.reg->regnum);
}

int gdbregs__discover_take_two_p(struct gdbregs_session *s, struct gdbregs__discover *d,
				 const struct gdbregs__answer *answer)
{
	if (s->stub.selection_failed || !is_data(answer))
		d->two.reg = NULL;
	if (!d->two.reg)
		return 0;
	if (answer->index == 0)
		return gdbregs__buffer_append(&d->two.p, answer->payload, answer->size);
	bool p_equal = answer->size == d->two.p.size &&
		       memcmp(answer->payload, d->two.p.data, d->two.p.size) == 0;
	if (p_equal && d->two.g_equal)
		note_equal(s, d);
	else if (p_equal)
		disbelieve_p(s);
	else if (d->two.g_equal)
		disbelieve_g(s);
	return 0;
}
