/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flips each bit of what a stub sends, one in each session, for each kind of stub. Checksums and
 * the order of acks and replies detect the damage: every value that is read is right
 * (require_value() in requests.c), or the session fails with one of the expected errors. */
#include "session_fuzz.h"

#define MACHINE_WIDE 2
/* A stub with no-ack mode and with p, which gdbserver on x86 does not have. */
#define NO_ACK_WITH_P SCRIPT_KINDS

struct outcome {
	unsigned long good, refused, lost, other;
};

static void settle(struct caller *c)
{
	bool moved = true;

	while (moved) {
		moved = partner_take(c->p);
		while (caller_deliver(c))
			moved = true;
		partner_require(c->p);
	}
}

static void run(struct caller *c)
{
	do
		settle(c);
	while (partner_give(c->p, SIZE_MAX));
}

/* Run until the byte at `place` of the stub's output is about to be received, and flip a bit of it.
 * */
static bool run_and_flip(struct caller *c, size_t place, unsigned bit)
{
	struct partner *p = c->p;

	for (;;) {
		settle(c);
		if (p->stub.out.size > place) {
			if (p->stub.taken < place)
				partner_give(p, place - p->stub.taken);
			partner_flip(p, 0, bit);
			return p->trust == TRUST_DAMAGED;
		}
		if (!partner_give(p, SIZE_MAX))
			return false;
	}
}

static void pass_time(struct caller *c)
{
	uint64_t at_ms = inside_deadline(c->s);

	REQUIRE(at_ms != GDBREGS__FOREVER);
	c->p->now_ms = at_ms;
	inside_tick(c->s, at_ms);
	run(c);
}

static void count(const struct gdbregs_session *s, struct outcome *o)
{
	int fatal = inside_of(s).fatal;

	if (!fatal)
		o->good++;
	else if (fatal == GDBREGS_ERR_PROTOCOL)
		o->refused++;
	else if (fatal == GDBREGS_ERR_TIMEOUT)
		o->lost++;
	else
		o->other++;
}

/* Make reads of several kinds. They are in flight together if the stub supports pipelining. */
static void ask(struct caller *c)
{
	static const uint8_t asks[] = {
		0, 0, 1, /* read one: vCPU 0, register 1 */
		1, 0, 9, /* read ten of vCPU 0 */
		0, 1, 2, /* vCPU 1, register 2 */
		1, 2, 15, /* sixteen of vCPU 1 */
		0, 0, 3, /* vCPU 0, register 3 */
	};
	struct fuzz_input in = {asks, asks + sizeof(asks)};

	while (fuzz_left(&in))
		caller_ask(c, &in);
}

/* Run one session. Returns false if the output of the stub ends before `place`. */
static bool session(unsigned kind, bool connecting, size_t place, unsigned bit, struct outcome *o)
{
	struct gdbregs_session *s;
	struct gdbregs_options options;
	struct partner p;
	struct caller c;

	gdbregs_options_init(&options);
	REQUIRE(gdbregs__session_new(NULL, &options, &s) == 0);
	partner_begin(&p, kind == NO_ACK_WITH_P ? SCRIPT_GDBSERVER : kind, MACHINE_WIDE, s);
	p.stub.has_p |= kind == NO_ACK_WITH_P;
	caller_begin(&c, &p);
	caller_connect(&c);
	bool flipped = connecting && run_and_flip(&c, place, bit);
	if (!connecting) {
		run(&c);
		ask(&c);
		flipped = run_and_flip(&c, p.stub.taken + place, bit);
	}
	run(&c);
	while (caller_busy(&c) || !c.connected)
		pass_time(&c);
	if (connecting && c.connect_status == 0) {
		ask(&c);
		run(&c);
		while (caller_busy(&c))
			pass_time(&c);
	}
	if (flipped)
		count(s, o);
	bool more = place < p.stub.out.size && p.stub.taken > place;
	gdbregs__session_free(s);
	caller_end(&c);
	partner_end(&p);
	return connecting ? more : flipped || place < 40;
}

static void try_all(unsigned kind, bool connecting, size_t step)
{
	struct outcome o = {0};
	size_t place = 0;

	for (bool more = true; more; place += step) {
		more = false;
		for (unsigned bit = 0; bit < 8; bit++)
			more |= session(kind, connecting, place, bit, &o);
	}
	printf("%-10s %-10s %zu bytes: all well %lu, refused %lu, no answer %lu, other %lu\n",
	       kind == NO_ACK_WITH_P ? "no acks" : script_kind_names[kind],
	       connecting ? "connecting" : "reading", place, o.good, o.refused, o.lost, o.other);
	/* The damage must have had one of these effects. Most sessions with one packet at a time
	 * recover, because they send it again. */
	REQUIRE(o.refused + o.lost > 20 && o.other == 0);
}

int main(void)
{
	for (unsigned kind = 0; kind <= NO_ACK_WITH_P; kind++) {
		try_all(kind, false, 1);
		try_all(kind, true, 3);
	}
	return 0;
}
