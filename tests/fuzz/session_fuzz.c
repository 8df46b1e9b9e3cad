/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole session with a stub whose bytes the input may damage at any time, while a caller makes
 * requests. Input: four bytes for stub, machine and options; then actions, each a byte and its
 * arguments. */
#include "session_fuzz.h"

#include "util/alloc.h"
#include "tdesc/parse.h"

/* Flags in the fourth byte of the input. */
enum {
	FLAG_CONNECT = 1,
	FLAG_ABANDON = 2,
	FLAG_STEP_IRQ = 4,
	FLAG_GIVEN = 8,
	FLAG_SMALL = 16,
	FLAG_WITH_PC = 32,
};

static const struct gdbregs_document given = {
	"target.xml",
	(const uint8_t *)"<target><feature name=\"g\"><reg name=\"a\" bitsize=\"64\"/>"
			 "<reg name=\"b\" bitsize=\"64\"/></feature></target>",
	101,
};

static struct gdbregs_options options(unsigned how, unsigned flags)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.access = (enum gdbregs_access)(2 - how % 3);
	o.on_close = (enum gdbregs_on_close)(how / 3 % 3);
	o.step_irq = flags & FLAG_STEP_IRQ;
	o.max_packet_bytes = 8192;
	o.max_description_bytes = 65536;
	o.max_vcpus = 40;
	if (!(flags & FLAG_SMALL))
		return o;
	o.max_packet_bytes = 100;
	o.max_description_bytes = 600;
	o.max_registers = 5;
	o.max_vcpus = 2;
	return o;
}

/* Exchange everything that needs no further action, with a bound. */
static void settle(struct caller *c)
{
	for (unsigned i = 0; i < 400; i++) {
		bool moved = partner_take(c->p);

		while (caller_deliver(c))
			moved = true;
		partner_require(c->p);
		if (!moved)
			return;
	}
}

/* The same with the replies of the stub, until neither side has anything left. */
static void run(struct caller *c)
{
	do
		settle(c);
	while (partner_give(c->p, SIZE_MAX));
}

static void pass_time(struct caller *c, uint64_t ms)
{
	c->p->now_ms += ms;
	inside_tick(c->s, c->p->now_ms);
	/* From now on the stub counts as late: it may receive a packet twice, and its replies may
	 * arrive after the session has given up waiting for them. */
	if ((ms >= 1000 || inside_of(c->s).has_copies) && c->p->trust == TRUST_HONEST)
		c->p->trust = TRUST_DAMAGED;
}

static void act(struct caller *c, struct fuzz_input *in)
{
	struct partner *p = c->p;
	unsigned action = fuzz_byte(in);

	switch (action % 16) {
	case 0:
	case 1:
		run(c);
		break;
	case 2:
	case 3:
		partner_give(p, 1 + fuzz_byte(in));
		break;
	case 4:
		partner_insert(p, in, fuzz_byte(in));
		break;
	case 5:
		partner_frame(p, in, fuzz_byte(in), action & 16);
		break;
	case 6:
		partner_replace(p, in, fuzz_byte(in));
		break;
	case 7:
		partner_drop(p, 1 + fuzz_byte(in));
		break;
	case 8:
		partner_flip(p, fuzz_word(in), action / 16);
		break;
	case 9:
		pass_time(c, action & 16 ? 20000 : fuzz_byte(in));
		break;
	case 10:
		caller_cancel(c, fuzz_byte(in));
		break;
	case 11:
		if (action == 11)
			caller_close(c);
		else if (action == 27)
			partner_eof(p);
		else
			partner_stop(p);
		break;
	default:
		caller_ask(c, in);
	}
	settle(c);
}

/* Close. From now on only time passes: every wait must end, and soon. */
static void end(struct caller *c)
{
	unsigned ticks = 0;

	caller_close(c);
	run(c);
	while (!c->closed || !c->connected || caller_busy(c)) {
		uint64_t at_ms = inside_deadline(c->s);

		REQUIRE(at_ms != GDBREGS__FOREVER);
		REQUIRE(ticks++ < 20);
		pass_time(c, at_ms > c->p->now_ms ? at_ms - c->p->now_ms : 0);
		run(c);
	}
}

static void on_left(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	(void)s, (void)status, (void)error;
	*(bool *)arg = true;
}

static void detach_blindly(struct caller *c)
{
	struct partner *p = c->p;
	unsigned ticks = 0;
	bool left = false;

	if (p->eof_passed)
		return;
	p->trust = TRUST_NONE;
	p->detaching = true;
	REQUIRE(gdbregs__session_stop(c->s, p->now_ms, on_left, &left) == 0);
	while (!left) {
		REQUIRE(ticks++ < 20);
		while (partner_take(p))
			;
		size_t from = p->stub.taken;
		p->stub.taken = p->stub.out.size;
		inside_input(c->s, p->stub.out.data + from, p->stub.out.size - from, p->now_ms);
		if (p->stub.out.size == from)
			inside_tick(c->s, p->now_ms += GDBREGS__BLIND_MS);
		caller_deliver(c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, data + size};
	unsigned kind = fuzz_byte(&in), machine = fuzz_byte(&in), how = fuzz_byte(&in);
	unsigned flags = fuzz_byte(&in);
	struct gdbregs_options o = options(how, flags);
	struct gdbregs_session *s;
	struct partner p;
	struct caller c;

	REQUIRE(gdbregs__session_new(NULL, &o, &s) == 0);
	if (flags & FLAG_GIVEN)
		REQUIRE(inside_give(s, &given) == 0);
	partner_begin(&p, kind, flags & FLAG_WITH_PC ? MACHINE_WITH_PC : machine % MACHINE_WITH_PC,
		      s);
	/* Not what the stub has; so be it. */
	if (flags & FLAG_GIVEN)
		p.trust = TRUST_NONE;
	caller_begin(&c, &p);
	caller_connect(&c);
	if (flags & FLAG_CONNECT)
		run(&c);
	for (unsigned actions = 0; fuzz_left(&in) && actions < 500 && !c.closed; actions++)
		act(&c, &in);
	if (!(flags & FLAG_ABANDON)) {
		end(&c);
		if (inside_of(s).fatal && !inside_of(s).blind)
			detach_blindly(&c);
	}
	gdbregs__session_free(s);
	caller_end(&c);
	partner_end(&p);
	return 0;
}
