/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session.h"

#include <string.h>

/* QEMU writes "CPU#0 [running]" or "CPU#1 [halted ]", in hex digits. */
#define HALTED	"68616c746564"
#define RUNNING "72756e6e696e67"

int gdbregs__stub_check_size(struct gdbregs_session *s, size_t size)
{
	size_t most = s->stub.supported.packet_bytes;

	if (size + GDBREGS__FRAME_OVERHEAD_BYTES <= most)
		return 0;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
				   "the stub takes packets of at most %zu bytes",
				   most - GDBREGS__FRAME_OVERHEAD_BYTES);
}

/* With a single thread, there is no other one that the stub could have selected. */
static bool has_one_thread(const struct gdbregs_session *s)
{
	return s->target.vcpu_count <= 1;
}

int gdbregs__stub_select(struct gdbregs_session *s, struct gdbregs__op *op,
			 const struct gdbregs__thread_id *thread)
{
	char text[2 + GDBREGS__THREAD_ID_TEXT] = "Hg";

	if (s->stub.selected && gdbregs__thread_id_equal(&s->stub.selected_thread, thread))
		return 0;
	if (s->stub.hg_missing && has_one_thread(s))
		return 0;
	size_t length = gdbregs__thread_id_format(text + 2, thread);
	if (gdbregs__engine_send(&s->engine, op, GDBREGS__KIND_SHARED, 0, text, 2 + length) < 0)
		return GDBREGS_ERR_NOMEM;
	/* Some stubs are silent where they should say that they do not support Hg. With several
	 * threads, silence is an error: GDB shows the registers of one thread for another. */
	if (has_one_thread(s))
		gdbregs__engine_wait_patiently(&s->engine);
	s->stub.selected = true;
	s->stub.selected_thread = *thread;
	return 1;
}

int gdbregs__stub_select_vcpu(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t vcpu)
{
	return s->target.vcpus[vcpu].has_id ? gdbregs__stub_select(s, op, &s->target.vcpus[vcpu].id)
					    : 0;
}

int gdbregs__stub_ask_thread(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			     uint32_t vcpu)
{
	char id[GDBREGS__THREAD_ID_TEXT];

	gdbregs__thread_id_format(id, &s->target.vcpus[vcpu].id);
	return gdbregs__engine_send_text(&s->engine, op, kind, vcpu, "qThreadExtraInfo,%s", id);
}

static bool has(const struct gdbregs__answer *answer, const char *digits)
{
	return memmem(answer->payload, answer->size, digits, strlen(digits)) != NULL;
}

enum gdbregs_vcpu_state gdbregs__stub_state_in(const struct gdbregs__answer *answer)
{
	if (has(answer, HALTED))
		return GDBREGS_VCPU_HALTED;
	return has(answer, RUNNING) ? GDBREGS_VCPU_RUNNING : GDBREGS_VCPU_UNKNOWN;
}

int gdbregs__stub_say_refused(struct gdbregs_session *s, uint32_t vcpu)
{
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
				   "the stub refused to select vCPU %u", vcpu);
}

void gdbregs__stub_forget_selection(struct gdbregs_session *s)
{
	s->stub.selected = false;
}

/* A stub with a single thread may not implement Hg, or refuse it. QEMU refuses only threads that
 * it does not have. */
static bool is_refusal(const struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	switch (gdbregs__reply_classify(answer->payload, answer->size)) {
	case GDBREGS__REPLY_OK:
		return false;
	case GDBREGS__REPLY_EMPTY:
		return !has_one_thread(s);
	case GDBREGS__REPLY_ERROR:
		return !has_one_thread(s) || gdbregs__stub_is_qemu(&s->stub);
	default:
		return true;
	}
}

const char *gdbregs__stub_interrupt_note(const struct gdbregs_session *s)
{
	return s->run.phase == GDBREGS__RUN_INTERRUPTED && s->stub.kind == GDBREGS__STUB_QEMU_USER
		       ? "QEMU's user emulation cannot be interrupted while its program computes"
		       : NULL;
}

void gdbregs__stub_on_selected(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	s->stub.selection_failed = is_refusal(s, answer);
	s->stub.hg_missing = answer->size == 0;
}

void gdbregs__stub_on_no_ack(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	s->stub.supported.no_ack =
		gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK;
	if (s->stub.supported.no_ack)
		gdbregs__engine_end_acks(&s->engine);
}
