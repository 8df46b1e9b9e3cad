/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stub: what the session sends goes to the scripted stub of the session tests, and the input
 * decides how the replies are passed back. */
#include "session_fuzz.h"

static const struct {
	const struct script_process *processes;
	size_t count;
} machines[] = {{script_small, 1},
		{script_clusters, 2},
		{script_wide, 1},
		[MACHINE_WITH_PC] = {script_core, 1}};

/* Packets that the scripted stub does not know. Resumes are answered here, when the input says so.
 * */
static const struct script_rule rules[] = {
	// clang-format off
	{"vCont?", 0, "vCont;c;C;s;S"}, {"vCont;s*", 0, "T05thread:p1.1;"}, {"vCont;c", 0, SCRIPT_SILENT},
	{"Hc*", 0, "OK"}, {"s", 0, "S05"}, {"c", 0, SCRIPT_SILENT}, {"Z*", 0, "OK"}, {"z*", 0, "OK"},
	{"P*", 0, "OK"}, {"G*", 0, "OK"}, {"qqemu.sstep", 0, "0x7"}, {"Qqemu.sstep=*", 0, "OK"},
	{"qqemu.sstepbits", 0, "ENABLE=1,NOIRQ=2,NOTIMER=4"}, {"qFuzz*", 0, "6675"}, {"F*", 0, SCRIPT_SILENT},
	{0},
	// clang-format on
};

void partner_begin(struct partner *p, unsigned kind, unsigned machine, struct gdbregs_session *s)
{
	*p = (struct partner){.s = s, .now_ms = 1000};
	script_begin(&p->stub, (enum script_kind)(kind % SCRIPT_KINDS), machines[machine].processes,
		     machines[machine].count);
	p->stub.rules = rules;
	script_accept(&p->stub);
}

void partner_end(struct partner *p)
{
	script_end(&p->stub);
}

bool partner_take(struct partner *p)
{
	size_t size;
	const uint8_t *out = inside_output(p->s, &size);

	p->resumed = p->resumed && (inside_of(p->s).resumed || p->detaching);
	if (!size)
		return false;
	partner_sent(p, out, size);
	inside_written(p->s);
	inside_pump(p->s);
	return true;
}

/* ----------------------------------------------------------- what it gets back --- */

static void note_answer(struct partner *p, const uint8_t *data, size_t size)
{
	/* Inside a packet or notification, + is an ordinary character. */
	if (!p->answer && inside_of(p->s).in_packet)
		p->answer = '$';
	for (size_t i = 0; i < size && !p->answer; i++)
		if (data[i] && strchr("+-$%", data[i]))
			p->answer = (char)data[i];
}

static void input(struct partner *p, const uint8_t *data, size_t size)
{
	uint8_t *piece = malloc(size);

	REQUIRE(piece || !size);
	if (size)
		memcpy(piece, data, size);
	note_answer(p, piece, size);
	if (!p->eof_passed)
		inside_input(p->s, piece, size, p->now_ms);
	free(piece);
}

bool partner_give(struct partner *p, size_t most)
{
	size_t left = p->stub.out.size - p->stub.taken;

	if (!left || p->eof_passed)
		return false;
	if (left > most)
		left = most;
	size_t at = p->stub.taken;
	p->stub.taken += left;
	input(p, p->stub.out.data + at, left);
	return true;
}

void partner_stop(struct partner *p)
{
	static const char stop[] = "T02thread:p1.1;";

	if (!p->stop_due)
		return;
	p->stop_due = false;
	script_frame(&p->stub.out, stop, sizeof(stop) - 1);
	p->stub.unacked++;
}

void partner_insert(struct partner *p, struct fuzz_input *in, size_t size)
{
	uint8_t *bytes = fuzz_take(in, &size);

	p->trust = TRUST_NONE;
	input(p, bytes, size);
	free(bytes);
}

void partner_frame(struct partner *p, struct fuzz_input *in, size_t size, bool ack)
{
	struct script_bytes wire = {0};
	uint8_t *payload = fuzz_take(in, &size);

	p->trust = TRUST_NONE;
	if (ack)
		script_puts(&wire, "+");
	script_frame(&wire, payload, size);
	input(p, wire.data, wire.size);
	script_free(&wire);
	free(payload);
}

void partner_replace(struct partner *p, struct fuzz_input *in, size_t size)
{
	size_t left = p->stub.out.size - p->stub.taken;

	if (!left)
		return;
	const uint8_t *at = p->stub.out.data + p->stub.taken;
	const uint8_t *dollar = memchr(at, '$', left);
	const uint8_t *hash = dollar ? memchr(dollar, '#', left - (size_t)(dollar - at)) : NULL;
	if (!hash)
		return;
	partner_give(p, (size_t)(dollar - at));
	partner_frame(p, in, size, false);
	p->stub.taken = (size_t)(hash + 3 - p->stub.out.data);
	if (p->stub.taken > p->stub.out.size)
		p->stub.taken = p->stub.out.size;
}

void partner_drop(struct partner *p, size_t size)
{
	size_t left = p->stub.out.size - p->stub.taken;

	if (!left)
		return;
	p->trust = TRUST_NONE;
	p->stub.taken += size < left ? size : left;
}

/* Returns whether the bytes are still a packet with the right checksum after the flip. */
static bool passes(const uint8_t *at, size_t left, size_t flipped)
{
	unsigned sum = 0;
	char check[3];
	size_t from = flipped;

	if (at[flipped] != '#' || flipped + 2 >= left)
		return false;
	while (from > 0 && at[from - 1] != '$')
		from--;
	for (size_t i = from; i < flipped; i++)
		sum += at[i];
	snprintf(check, sizeof(check), "%02x", sum & 0xff);
	return strncasecmp(check, (const char *)at + flipped + 1, 2) == 0;
}

void partner_flip(struct partner *p, size_t at, unsigned bit)
{
	size_t left = p->stub.out.size - p->stub.taken;

	if (!left || p->trust != TRUST_HONEST)
		return;
	uint8_t *bytes = p->stub.out.data + p->stub.taken;
	at %= left;
	bytes[at] ^= (uint8_t)(1u << bit % 8);
	if (passes(bytes, left, at))
		bytes[at] ^= (uint8_t)(1u << bit % 8);
	else
		p->trust = TRUST_DAMAGED;
}

void partner_eof(struct partner *p)
{
	if (p->eof_passed)
		return;
	p->eof_passed = true;
	if (p->trust == TRUST_HONEST)
		p->trust = TRUST_DAMAGED;
	inside_eof(p->s, p->stub.taken % 2 ? "reset" : NULL);
}

/* ------------------------------------------------------------ what always holds --- */

void partner_require(const struct partner *p)
{
	const struct inside now = inside_of(p->s);
	size_t unsent;

	inside_output(p->s, &unsent);
	REQUIRE(now.pipelined || now.blind || now.in_flight <= 1);
	REQUIRE(now.acked <= now.in_flight);
	REQUIRE(unsent < 1 << 20);
	REQUIRE(now.payload_bytes <= now.payload_limit_bytes);
	REQUIRE(!now.fatal || now.blind || (now.in_flight == 0 && !now.has_queue));
	/* Every wait has an end. */
	REQUIRE(!now.awaits_reply || now.fatal || inside_deadline(p->s) != GDBREGS__FOREVER);
	fuzz_require_printable(now.error->text, sizeof(now.error->text));
	if (p->trust == TRUST_HONEST && p->stub.violation[0]) {
		fprintf(stderr, "%s\nsent: %s\n", p->stub.violation, p->stub.log);
		abort();
	}
}
