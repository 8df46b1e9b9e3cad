/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU writes "CPU#0 [running]" or "CPU#1 [halted ]", in hex digits. */
#include "session/op-state.h"

#include <string.h>

#define HALTED	"68616c746564"
#define RUNNING "72756e6e696e67"

struct state_op {
	struct gdbregs__op op;
	uint32_t vcpu;
	bool sent;
};

static bool has(const struct gdbregs__answer *answer, const char *digits)
{
	return memmem(answer->payload, answer->size, digits, strlen(digits)) != NULL;
}

enum gdbregs_vcpu_state gdbregs__state_in(const struct gdbregs__answer *answer)
{
	if (has(answer, HALTED))
		return GDBREGS_VCPU_HALTED;
	return has(answer, RUNNING) ? GDBREGS_VCPU_RUNNING : GDBREGS_VCPU_UNKNOWN;
}

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
	char id[GDBREGS__THREAD_ID_TEXT];

	if (p->sent || !can_tell(s, vcpu))
		return GDBREGS__PRODUCE_END;
	p->sent = true;
	gdbregs__thread_id_format(id, &vcpu->id);
	return gdbregs__engine_send_text(&s->engine, op, 1, 0, "qThreadExtraInfo,%s", id);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	(void)s;
	op->status = (int)gdbregs__state_in(answer);
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
	if (!p)
		return gdbregs__engine_say_nomem(&s->engine);
	p->vcpu = vcpu;
	if (out)
		*out = &p->op;
	gdbregs__engine_queue(&s->engine, &p->op);
	return 0;
}
