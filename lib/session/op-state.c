/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a vCPU, which is part of the stub's text about its thread. */
#include "session/requests.h"

struct state_op {
	struct gdbregs__op op;
	uint32_t vcpu;
	bool sent;
};

/* Other stubs are asked only if they had a text when the session was connected: some do
 * not answer what they do not know. */
static bool can_tell(const struct gdbregs_session *s, const struct gdbregs__vcpu *vcpu)
{
	return vcpu->has_id && (vcpu->name || gdbregs__stub_is_qemu(&s->stub));
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct state_op *p = (struct state_op *)op;
	const struct gdbregs__vcpu *vcpu = &s->target.vcpus[p->vcpu];

	if (p->sent || !can_tell(s, vcpu))
		return GDBREGS__PRODUCE_END;
	p->sent = true;
	return gdbregs__stub_ask_thread(s, op, 1, p->vcpu);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	(void)s;
	op->status = (int)gdbregs__stub_state_in(answer);
	return 0;
}

static const struct gdbregs__op_class state_class = {
	.produce = produce,
	.reply = reply,
};

int gdbregs__ask_state(struct gdbregs_session *s, uint32_t vcpu, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (!wrong)
		wrong = gdbregs__target_check_vcpu(s, vcpu);
	if (wrong)
		return wrong;
	struct state_op *p = gdbregs__op_new(sizeof(*p), &state_class, done, arg);
	if (p)
		p->vcpu = vcpu;
	return gdbregs__session_queue(s, p ? &p->op : NULL, out);
}
