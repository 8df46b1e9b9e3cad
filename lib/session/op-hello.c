/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake finds out what the stub can do, and whether it supports pipelining. It sends one
 * packet at a time, because that is not known yet.
 *
 * Some stubs exit at a query that they do not know (BlastEm), or never reply to it. Queries that
 * GDB does not send are sent only if the reply to qSupported looks like that of a stub that knows
 * them. */
#include "session/session.h"

#include <string.h>

/* `+`, as in GDB, acknowledges whatever the stub has sent before. gdbserver on x86 needs
 * xmlRegisters: without it, it sends a description without registers. It comes last because
 * gdbserver up to 7.10 parses it wrongly. */
#define SUPPORTED                                                                                  \
	"qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;no-resumed+;xmlRegisters="     \
	"i386"

enum kind { KIND_SUPPORTED = 1, KIND_NO_ACK, KIND_QEMU, KIND_HOST_INFO };

enum step { STEP_SUPPORTED, STEP_IDENTIFY, STEP_HOST_INFO, STEP_END };

struct hello {
	struct gdbregs__op op;
	enum step step;
};

static bool contains(const uint8_t *payload, size_t size, const char *word)
{
	return memmem(payload, size, word, strlen(word));
}

/* QEMU has announced vContSupported since 4.0, and multiprocess. */
static bool may_be_qemu(const struct gdbregs_session *s)
{
	return s->stub.supported.vcont || s->stub.supported.multiprocess;
}

/* Returns whether the query of this step may stay without a reply. A QEMU that is not recognised
 * would be left in the wrong way, and QStartNoAckMode is sent only if the stub announces it. */
static bool is_optional(const struct gdbregs_session *s, enum step step)
{
	if (step == STEP_IDENTIFY)
		return !s->stub.supported.no_ack && !s->stub.supported.multiprocess;
	return step == STEP_SUPPORTED || step == STEP_HOST_INFO;
}

static void limit_wait(struct gdbregs_session *s, enum step step)
{
	if (step == STEP_SUPPORTED)
		gdbregs__engine_wait_patiently(&s->engine);
	else if (is_optional(s, step))
		gdbregs__engine_wait_shortly(&s->engine);
}

static bool may_be_lldb(const struct gdbregs_session *s)
{
	return s->stub.supported.thread_suffix || s->stub.supported.threads_in_stop ||
	       s->stub.supported.echo;
}

/* The names that only GDB's gdbserver (7.5 to 16) and valgrind (3.16 and newer) announce. LLDB's
 * stubs are recognised by qHostInfo. A stub with no-ack mode does not always support pipelining:
 * winedbg answers seven of nine packets that arrive together. */
static bool is_gdbserver_or_valgrind(const struct gdbregs_session *s)
{
	return s->stub.supported.pass_signals &&
	       (s->stub.supported.program_signals || s->stub.supported.catch_syscalls);
}

/* Other stubs may stay silent at optional queries. As long as they acknowledge packets, a reply
 * that comes too late cannot be mistaken for the next one. So op-discover.c ends the acks after
 * all such queries. */
static bool ends_acks_now(const struct gdbregs_session *s)
{
	return s->stub.supported.no_ack && (is_gdbserver_or_valgrind(s) || may_be_lldb(s));
}

/* The end of OpenOCD's reply (0.10 to 0.12). No other stub's reply ends like this. */
static bool is_openocd(const struct gdbregs__answer *answer)
{
	return contains(answer->payload, answer->size, "qXfer:threads:read+;QStartNoAckMode+");
}

static void may_pipeline(struct gdbregs_session *s, bool known)
{
	s->engine.pipelined = known && s->options.pipeline != GDBREGS_PIPELINE_OFF;
}

static int send_step(struct gdbregs_session *s, struct hello *hello)
{
	switch (hello->step) {
	case STEP_SUPPORTED:
		if (gdbregs__buffer_append(&s->engine.out, "+", 1) < 0)
			return GDBREGS_ERR_NOMEM;
		return gdbregs__engine_send(&s->engine, &hello->op, KIND_SUPPORTED, 0, SUPPORTED,
					    strlen(SUPPORTED));
	case STEP_IDENTIFY:
		if (ends_acks_now(s))
			return gdbregs__engine_send_text(&s->engine, &hello->op, KIND_NO_ACK, 0,
							 "QStartNoAckMode");
		/* QEMU has no such mode. */
		if (s->stub.supported.no_ack || !may_be_qemu(s))
			break;
		return gdbregs__engine_send_text(&s->engine, &hello->op, KIND_QEMU, 0,
						 "qqemu.Supported");
	case STEP_HOST_INFO:
		/* LLDB's stubs report their byte order here. */
		if (!may_be_lldb(s))
			break;
		return gdbregs__engine_send_text(&s->engine, &hello->op, KIND_HOST_INFO, 0,
						 "qHostInfo");
	case STEP_END:
		break;
	}
	hello->step = STEP_END;
	if (s->stub.kind == GDBREGS__STUB_GREETED)
		s->stub.kind = GDBREGS__STUB_OTHER;
	return GDBREGS__PRODUCE_END;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct hello *hello = (struct hello *)op;

	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	int result = send_step(s, hello);
	if (result == GDBREGS__PRODUCED)
		limit_wait(s, hello->step);
	/* The ops after this one rely on the replies. */
	if (result < 0)
		gdbregs__engine_fail_nomem(&s->engine);
	return result;
}

static int on_no_ack(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	gdbregs__stub_on_no_ack(s, answer);
	may_pipeline(s, s->engine.no_ack && is_gdbserver_or_valgrind(s));
	return 0;
}

/* Only QEMU system emulation has PhyMemMode. QEMU's user emulation has sstep alone, and replies
 * wrongly to pipelined requests. */
static int on_qemu(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	if (!contains(answer->payload, answer->size, "sstepbits"))
		s->stub.kind = GDBREGS__STUB_OTHER;
	else if (contains(answer->payload, answer->size, "PhyMemMode"))
		s->stub.kind = GDBREGS__STUB_QEMU_SYSTEM;
	else
		s->stub.kind = GDBREGS__STUB_QEMU_USER;
	if (gdbregs__stub_is_qemu(&s->stub))
		s->stub.detach_effect = GDBREGS__DETACH_RESUMES;
	may_pipeline(s, gdbregs__stub_is_qemu_system(&s->stub));
	s->engine.lazy_ack = gdbregs__stub_is_qemu(&s->stub);
	return 0;
}

/* A web server quotes requests that it does not understand, and a serial line may echo: the packet
 * is our own. */
static bool is_echo(const struct gdbregs__answer *answer)
{
	const char word[] = "qSupported";

	return answer->size >= strlen(word) && memcmp(answer->payload, word, strlen(word)) == 0;
}

static void on_supported(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	s->stub.kind = GDBREGS__STUB_GREETED;
	if (is_echo(answer))
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_PROTOCOL,
				     "this is not a gdbstub: it echoes what it receives%s",
				     s->engine.peer_is_child ? "" : "; check the address");
	else
		gdbregs__reply_supported(answer->payload, answer->size, &s->stub.supported);
	if (is_openocd(answer))
		s->stub.detach_effect = GDBREGS__DETACH_HALTS;
	else if (is_gdbserver_or_valgrind(s))
		s->stub.detach_effect = GDBREGS__DETACH_RESUMES;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct hello *hello = (struct hello *)op;

	switch (answer->kind) {
	case KIND_SUPPORTED:
		hello->step = STEP_IDENTIFY;
		on_supported(s, answer);
		return 0;
	case KIND_NO_ACK:
		s->stub.kind = GDBREGS__STUB_OTHER;
		hello->step = STEP_HOST_INFO;
		return on_no_ack(s, answer);
	case KIND_QEMU:
		hello->step = STEP_END;
		return on_qemu(s, answer);
	default:
		hello->step = STEP_END;
		if (s->engine.no_ack && contains(answer->payload, answer->size, "triple:")) {
			may_pipeline(s, true);
			s->stub.detach_effect = GDBREGS__DETACH_RESUMES;
		}
		if (contains(answer->payload, answer->size, "endian:little"))
			s->stub.byte_order = GDBREGS_BYTE_ORDER_LITTLE;
		else if (contains(answer->payload, answer->size, "endian:big"))
			s->stub.byte_order = GDBREGS_BYTE_ORDER_BIG;
		return 0;
	}
}

static const struct gdbregs__op_class hello_class = {
	.survives_stop = true,
	.fatal_on_error = true,
	.produce = produce,
	.reply = reply,
};

struct gdbregs__op *gdbregs__hello_new(void)
{
	return gdbregs__op_new(sizeof(struct hello), &hello_class, NULL, NULL);
}
