/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's ppc and ppc64 swap each register while MSR.LE of the vCPU is set, msr included
 * (7.2, 10.0). So the byte order may change at each stop. The first read of registers
 * of a vCPU after a stop begins with its msr (op-read-send.c). */
#include "session/order.h"

#include <string.h>

/* Returns the msr of a description of PowerPC, or NULL. */
static const struct gdbregs_register *find_msr(const struct gdbregs_description *d)
{
	for (size_t i = 0; d && i < d->register_count; i++) {
		const struct gdbregs_register *r = &d->registers[i];

		if (r->feature && strcmp(r->feature, "org.gnu.gdb.power.core") == 0 &&
		    strcmp(r->name, "msr") == 0)
			return r;
	}
	return NULL;
}

void gdbregs__order_begin(struct gdbregs_session *s)
{
	s->target.stop = 1;
	if (!gdbregs__stub_is_qemu(&s->stub) || s->stub.p_missing ||
	    s->options.byte_order != GDBREGS_BYTE_ORDER_UNKNOWN ||
	    s->options.access == GDBREGS_NO_REGS)
		return;
	for (size_t i = 0; i < s->target.process_count; i++) {
		struct gdbregs__process *process = &s->target.processes[i];

		process->msr = find_msr(process->description);
		s->target.msr_decides |= process->msr != NULL;
	}
}

/* ---------------------------------------------------------- the auxiliary vector --- */

bool gdbregs__order_wants_auxv(const struct gdbregs_session *s)
{
	const struct gdbregs_description *d =
		s->target.process_count ? s->target.processes[0].description : NULL;

	return s->stub.supported.xfer_auxv && !gdbregs__stub_is_qemu_system(&s->stub) && d &&
	       d->register_count && s->options.access != GDBREGS_NO_REGS &&
	       !s->target.msr_decides && s->options.byte_order == GDBREGS_BYTE_ORDER_UNKNOWN &&
	       s->stub.byte_order == GDBREGS_BYTE_ORDER_UNKNOWN &&
	       gdbregs__byte_order(d, false).source != GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE;
}

/* An entry begins with its type, a number below 256 of 4 or 8 bytes. */
static enum gdbregs_byte_order order_of_type(const uint8_t *bytes, size_t size)
{
	static const uint8_t zeros[7];

	if (size < 8)
		return GDBREGS_BYTE_ORDER_UNKNOWN;
	if (bytes[0] && memcmp(bytes + 1, zeros, 3) == 0)
		return GDBREGS_BYTE_ORDER_LITTLE;
	if (memcmp(bytes, zeros, 3) == 0 &&
	    (bytes[3] || (memcmp(bytes, zeros, 7) == 0 && bytes[7])))
		return GDBREGS_BYTE_ORDER_BIG;
	return GDBREGS_BYTE_ORDER_UNKNOWN;
}

int gdbregs__order_take_auxv(struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	struct gdbregs_buffer entry = {0};
	size_t added = 0;
	enum gdbregs__xfer kind = gdbregs__reply_xfer(payload, size, &entry, &added);

	if (kind == GDBREGS__XFER_MORE || kind == GDBREGS__XFER_LAST)
		s->stub.byte_order = order_of_type(entry.data, entry.size);
	gdbregs_buffer_fini(&entry);
	return kind == GDBREGS__XFER_NOMEM ? GDBREGS_ERR_NOMEM : 0;
}

/* -------------------------------------------------------------------------- msr --- */

/* Returns the msr that has to be asked for, or NULL. */
static const struct gdbregs_register *wanted(const struct gdbregs_session *s, uint32_t vcpu)
{
	const struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];

	if (!s->target.msr_decides || v->msr_asked == s->target.stop)
		return NULL;
	return s->target.processes[v->process].msr;
}

int gdbregs__order_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
		       uint32_t vcpu)
{
	const struct gdbregs_register *msr = wanted(s, vcpu);
	int sent = msr ? gdbregs__stub_select_vcpu(s, op, vcpu) : 0;

	if (sent || !msr)
		return sent;
	/* The thread was refused: its msr would be that of another one. */
	if (s->stub.selection_failed && s->engine.in_flight == 0)
		return 0;
	s->target.vcpus[vcpu].msr_asked = s->target.stop;
	return gdbregs__engine_send_text(&s->engine, op, kind, vcpu, "p%x", (unsigned)msr->regnum);
}

/* In the first and in the last byte, bit 0 is MSR.LE or a reserved bit that reads as
 * zero (bit 24 of 32, bit 56 of 64). A stub that swaps has MSR.LE in the first byte if it
 * is set. If it is set in the last byte, the stub does not swap: nothing is known. */
static enum gdbregs_byte_order order_of_msr(const uint8_t *hex, size_t hexlen)
{
	uint8_t msr[8];

	if (hexlen != 2 * sizeof(msr) && hexlen != sizeof(msr))
		return GDBREGS_BYTE_ORDER_UNKNOWN;
	if (gdbregs__hex_decode(msr, hex, hexlen) != GDBREGS__HEX_OK)
		return GDBREGS_BYTE_ORDER_UNKNOWN;
	if (msr[hexlen / 2 - 1] & 1)
		return GDBREGS_BYTE_ORDER_UNKNOWN;
	return msr[0] & 1 ? GDBREGS_BYTE_ORDER_LITTLE : GDBREGS_BYTE_ORDER_BIG;
}

void gdbregs__order_take(struct gdbregs_session *s, uint32_t vcpu, const uint8_t *hex,
			 size_t hexlen)
{
	struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];

	/* The stub may select the thread the next time. */
	if (s->stub.selection_failed) {
		gdbregs__order_forget_vcpu(s, vcpu);
		return;
	}
	v->msr_asked = v->msr_stop = s->target.stop;
	v->msr_order = order_of_msr(hex, hexlen);
}

bool gdbregs__order_is_msr(const struct gdbregs_session *s, uint32_t vcpu,
			   const struct gdbregs_register *reg)
{
	return gdbregs__process_of(&s->target, vcpu)->msr == reg;
}

void gdbregs__order_forget(struct gdbregs_session *s)
{
	s->target.stop++;
}

void gdbregs__order_forget_vcpu(struct gdbregs_session *s, uint32_t vcpu)
{
	s->target.vcpus[vcpu].msr_asked = s->target.vcpus[vcpu].msr_stop = 0;
}

/* -------------------------------------------------------------- the byte order --- */

struct gdbregs__byte_order gdbregs__order_of(const struct gdbregs_session *s, unsigned vcpu)
{
	static const struct gdbregs__byte_order unknown;

	if (vcpu >= s->target.vcpu_count)
		return unknown;
	if (s->options.byte_order != GDBREGS_BYTE_ORDER_UNKNOWN)
		return (struct gdbregs__byte_order){s->options.byte_order,
						    GDBREGS_BYTE_ORDER_FROM_USER};
	const struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];
	const struct gdbregs__process *process = &s->target.processes[v->process];
	if (!process->description)
		return unknown;
	if (s->stub.byte_order != GDBREGS_BYTE_ORDER_UNKNOWN)
		return (struct gdbregs__byte_order){s->stub.byte_order,
						    GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE};
	if (process->msr && v->msr_stop != s->target.stop)
		return unknown;
	if (process->msr && v->msr_order != GDBREGS_BYTE_ORDER_UNKNOWN)
		return (struct gdbregs__byte_order){v->msr_order, GDBREGS_BYTE_ORDER_FROM_MSR};
	struct gdbregs__byte_order result =
		gdbregs__byte_order(process->description, gdbregs__stub_is_qemu_system(&s->stub));
	/* QEMU 10's microblaze serves a description without an architecture. */
	if (result.order == GDBREGS_BYTE_ORDER_UNKNOWN && s->options.architecture)
		result.order = gdbregs__byte_order_shipped(s->options.architecture);
	if (result.order != GDBREGS_BYTE_ORDER_UNKNOWN &&
	    result.source == GDBREGS_BYTE_ORDER_FROM_NOTHING)
		result.source = GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE;
	return result;
}
