/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stub's side: what the session sends is held against what must never be
 * sent (protocol: packets that end, crash or reset a target), and the stub's
 * answers go back as the input says. */
#include "session_fuzz.h"

#include <ctype.h>

#define MACHINES 3

static const struct {
	const struct script_process *processes;
	size_t count;
} machines[MACHINES] = {{script_small, 1}, {script_clusters, 2}, {script_wide, 1}};

/* What the scripted stub does not know by itself. A run is answered here, for
 * its answer comes when the input says so. */
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
	script_begin(&p->stub, (enum script_kind)(kind % SCRIPT_KINDS),
		     machines[machine % MACHINES].processes, machines[machine % MACHINES].count);
	p->stub.rules = rules;
	script_accept(&p->stub);
}

void partner_end(struct partner *p)
{
	script_end(&p->stub);
}

/* ------------------------------------------------------ what the session sends --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* All that a reader may ever say; each with what its rest is held against. */
enum rest { ANY, NOTHING, REGISTER, PROCESS, THREAD };

static const struct {
	const char *begins;
	enum rest rest;
} allowed[] = {
	// clang-format off
	{"qSupported:multiprocess+;", ANY}, {"QStartNoAckMode", NOTHING}, {"qqemu.Supported", NOTHING},
	{"qHostInfo", NOTHING}, {"?", NOTHING}, {"qRcmd,696e666f20737461747573", NOTHING},
	{"vAttach;", ANY}, {"qfThreadInfo", NOTHING}, {"qsThreadInfo", NOTHING},
	{"qThreadExtraInfo,", THREAD}, {"Hg", THREAD}, {"Hc-1", NOTHING}, {"Hc", THREAD},
	{"qXfer:features:read:", ANY}, {"p", REGISTER}, {"P", REGISTER}, {"g", NOTHING}, {"G", ANY},
	{"D;", PROCESS}, {"D", NOTHING}, {"vCont?", NOTHING}, {"vCont;c", NOTHING},
	{"vCont;s:", THREAD}, {"vCont;s", NOTHING}, {"c", NOTHING}, {"s", NOTHING}, {"Z", ANY}, {"z", ANY},
	{"qqemu.sstepbits", NOTHING}, {"qqemu.sstep", NOTHING}, {"Qqemu.sstep=", ANY},
	{"F-1,16", NOTHING}, {"F-1,4,C", NOTHING}, {"qFuzz", ANY},
	// clang-format on
};

static bool described(const struct gdbregs_session *s, unsigned long regnum)
{
	for (size_t i = 0; i < s->process_count; i++) {
		const struct gdbregs_description *d = s->processes[i].description;

		for (size_t r = 0; d && r < d->register_count; r++)
			if (d->registers[r].regnum == regnum)
				return true;
	}
	return false;
}

static bool knows_pid(const struct gdbregs_session *s, long pid)
{
	for (size_t i = 0; i < s->process_count; i++)
		if (s->processes[i].pid == pid)
			return true;
	return false;
}

static bool knows_thread(const struct gdbregs_session *s, const char *text)
{
	struct gdbregs__thread_id id;
	size_t at = 0, size = strlen(text);

	if (!gdbregs__thread_id_parse((const uint8_t *)text, size, &at, &id) || at != size ||
	    !gdbregs__thread_id_concrete(&id))
		return false;
	for (size_t i = 0; i < s->vcpu_count; i++)
		if (s->vcpus[i].has_id && gdbregs__thread_id_equal(&s->vcpus[i].id, &id))
			return true;
	for (size_t i = 0; i < s->process_count; i++)
		if (s->processes[i].has_thread &&
		    gdbregs__thread_id_equal(&s->processes[i].thread, &id))
			return true;
	return false;
}

/* A pid must have been named by the stub; process 1 is in every QEMU. */
static bool may_detach(const struct partner *p, const char *text)
{
	char *end;
	long pid = strtol(text, &end, 16);

	return !*end && pid > 0 && (pid == 1 || knows_pid(p->s, pid));
}

static bool rest_is_good(const struct partner *p, enum rest rest, const char *text)
{
	switch (rest) {
	case NOTHING:
		return !*text;
	case REGISTER: {
		char *end;
		unsigned long regnum = strtoul(text, &end, 16);

		return end > text && (!*end || *end == '=') && regnum <= 0x7fffffff &&
		       described(p->s, regnum);
	}
	case PROCESS:
		return may_detach(p, text);
	case THREAD:
		return knows_thread(p->s, text);
	default:
		return true;
	}
}

static bool is_allowed(const struct partner *p, const char *packet)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		size_t length = strlen(allowed[i].begins);

		if (begins(packet, allowed[i].begins) &&
		    rest_is_good(p, allowed[i].rest, packet + length))
			return true;
	}
	fprintf(stderr, "it sent %s\n", packet);
	return false;
}

static bool is_resume(const char *packet)
{
	return begins(packet, "vCont;") || !strcmp(packet, "c") || !strcmp(packet, "s");
}

/* The packet that begins at out[at]; returns where the next thing begins. */
static size_t require_packet(struct partner *p, const uint8_t *out, size_t size, size_t at)
{
	const uint8_t *hash = memchr(out + at, '#', size - at);
	char packet[4200], check[3];
	unsigned sum = 0;

	REQUIRE(hash && (size_t)(out + size - hash) >= 3);
	size_t length = (size_t)(hash - out) - at - 1;
	REQUIRE(length < sizeof(packet));
	memcpy(packet, out + at + 1, length);
	packet[length] = '\0';
	for (size_t i = 0; i < length; i++)
		sum += (uint8_t)packet[i];
	snprintf(check, sizeof(check), "%02x", sum & 0xff);
	REQUIRE(memcmp(hash + 1, check, 2) == 0);
	REQUIRE(!strchr(packet, '$'));
	REQUIRE(is_allowed(p, packet));
	/* Anything but an answer to File-I/O stops a target that runs. What was
	 * refused has not made it run, and is sent again. */
	REQUIRE(!p->resumed || p->farewell || begins(packet, "F-1") ||
		(p->s->resends && is_resume(packet) && p->answer != '+'));
	p->resumed |= is_resume(packet);
	p->answer = 0;
	p->stop_due |= !strcmp(packet, "vCont;c") || !strcmp(packet, "c");
	return (size_t)(hash - out) + 3;
}

static void require_ack(const struct partner *p, const uint8_t *out, size_t size, size_t at)
{
	/* Ahead of an answer to File-I/O; to a QEMU that runs, nowhere else. */
	if (p->resumed && p->s->qemu && !p->farewell)
		REQUIRE(at + 2 < size && out[at + 1] == '$' && out[at + 2] == 'F');
}

/* 0x03: the stub stops its target, if it runs. */
static void interrupt(struct partner *p)
{
	REQUIRE(p->resumed);
	if (p->stop_due)
		partner_stop(p);
}

static void require_out(struct partner *p, const uint8_t *out, size_t size)
{
	for (size_t at = 0; at < size;) {
		if (out[at] == '$') {
			size_t next = require_packet(p, out, size, at);

			script_input(&p->stub, out + at, next - at);
			at = next;
			continue;
		}
		if (out[at] == 3)
			interrupt(p);
		else
			REQUIRE(strchr("+-\r\n", out[at]) && out[at]);
		if (out[at] == '+')
			require_ack(p, out, size, at);
		if (out[at] != 3)
			script_input(&p->stub, out + at, 1);
		at++;
	}
}

bool partner_take(struct partner *p)
{
	struct gdbregs_buffer out = p->s->out;

	p->resumed = p->resumed && (p->s->resume.out || p->farewell);
	if (!out.size)
		return false;
	p->s->out = (struct gdbregs_buffer){0};
	require_out(p, out.data, out.size);
	gdbregs_buffer_fini(&out);
	gdbregs__session_pump(p->s);
	return true;
}

/* ----------------------------------------------------------- what it gets back --- */

static void note_answer(struct partner *p, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && !p->answer; i++)
		if (data[i] && strchr("+-$", data[i]))
			p->answer = (char)data[i];
}

static void input(struct partner *p, const uint8_t *data, size_t size)
{
	uint8_t *piece = malloc(size);

	REQUIRE(piece || !size);
	if (size)
		memcpy(piece, data, size);
	note_answer(p, piece, size);
	if (!p->told_eof)
		gdbregs__session_input(p->s, piece, size, p->now_ms);
	free(piece);
}

bool partner_give(struct partner *p, size_t most)
{
	size_t left = p->stub.out.size - p->stub.taken;

	if (!left || p->told_eof)
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

/* What looks like a whole packet afterwards is one to anybody. */
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
	if (p->told_eof)
		return;
	p->told_eof = true;
	if (p->trust == TRUST_HONEST)
		p->trust = TRUST_DAMAGED;
	gdbregs__session_eof(p->s, p->stub.taken % 2 ? "reset" : NULL);
}

/* ------------------------------------------------------------ what always holds --- */

void partner_require(const struct partner *p)
{
	const struct gdbregs_session *s = p->s;
	bool awaited = s->runs_count && !s->runs[s->runs_head].op->unhurried;

	REQUIRE(s->pipelined || s->in_flight <= 1);
	REQUIRE(s->acked <= s->in_flight);
	REQUIRE(s->out.size < 1 << 20);
	REQUIRE(s->decoder.payload.size <= s->limits.packet_bytes);
	REQUIRE(!s->fatal || (s->in_flight == 0 && !s->first));
	/* Every wait has an end. */
	REQUIRE(!awaited || s->fatal || gdbregs__session_deadline(s) != GDBREGS__FOREVER);
	fuzz_require_printable(s->error.text, sizeof(s->error.text));
	if (p->trust == TRUST_HONEST && p->stub.violation[0]) {
		fprintf(stderr, "%s\nsent: %s\n", p->stub.violation, p->stub.log);
		abort();
	}
}
