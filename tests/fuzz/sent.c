/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks what the session sends. It must not send packets that end, crash or reset a target, and
 * must send nothing to a target that runs. */
#include "session_fuzz.h"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* All packets that may be sent, and how the rest of each is checked. */
enum rest { ANY, NOTHING, NUMBER, REGISTER, PROCESS, THREAD };

static const struct {
	const char *begins;
	enum rest rest;
} allowed[] = {
	// clang-format off
	{"qSupported:multiprocess+;", ANY}, {"QStartNoAckMode", NOTHING}, {"qqemu.Supported", NOTHING},
	{"qHostInfo", NOTHING}, {"qRegisterInfo", NUMBER}, {"?", NOTHING}, {"qRcmd,696e666f20737461747573", NOTHING},
	{"vAttach;", ANY}, {"qfThreadInfo", NOTHING}, {"qsThreadInfo", NOTHING},
	{"qThreadExtraInfo,", THREAD}, {"Hg", THREAD}, {"Hc-1", NOTHING}, {"Hc", THREAD},
	{"qXfer:features:read:", ANY}, {"p", REGISTER}, {"P", REGISTER}, {"g", NOTHING}, {"G", ANY},
	{"D;", PROCESS}, {"D", NOTHING}, {"vCont?", NOTHING}, {"vCont;c", NOTHING},
	{"vCont;s:", THREAD}, {"vCont;s", NOTHING}, {"c", NOTHING}, {"s", NOTHING}, {"Z", ANY}, {"z", ANY},
	{"qqemu.sstepbits", NOTHING}, {"qqemu.sstep", NOTHING}, {"Qqemu.sstep=", ANY},
	{"F-1,16", NOTHING}, {"F-1,4,C", NOTHING}, {"qFuzz", ANY},
	// clang-format on
};

static bool knows_thread(const struct gdbregs_session *s, const char *text)
{
	struct gdbregs__thread_id id;
	size_t at = 0, size = strlen(text);

	return gdbregs__thread_id_parse((const uint8_t *)text, size, &at, &id) && at == size &&
	       gdbregs__thread_id_listable(&id, inside_of(s).is_qemu) && inside_has_thread(s, &id);
}

/* Returns whether the process was not detached before. A second D would stop a machine of
 * QEMU that the first one has resumed. */
static bool detaches_once(struct partner *p, const char *packet)
{
	long pid = packet[1] ? strtol(packet + 2, NULL, 16) : 0;

	for (size_t i = 0; i < p->detached_count; i++)
		if (p->detached[i] == pid)
			return false;
	if (p->detached_count < sizeof(p->detached) / sizeof(*p->detached))
		p->detached[p->detached_count++] = pid;
	return true;
}

/* The stub must have named the pid; process 1 is in every QEMU. */
static bool may_detach(const struct partner *p, const char *text)
{
	char *end;
	long pid = strtol(text, &end, 16);

	return !*end && pid > 0 && (pid == 1 || inside_has_pid(p->s, pid));
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
		       inside_has_register(p->s, regnum);
	}
	case NUMBER:
		return *text && strspn(text, "0123456789abcdef") == strlen(text);
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

/* The stub has no vCont, and nothing was resumed by it. */
static bool falls_back(const struct partner *p, const char *packet)
{
	return p->by_vcont && !inside_of(p->s).has_vcont && is_resume(packet) &&
	       !begins(packet, "vCont;");
}

/* The session has taken the reply to the last resume. A vCPU that steps over a breakpoint
 * stops and is resumed within one call. */
static bool is_answered(const struct partner *p)
{
	const struct inside now = inside_of(p->s);

	return !now.fatal && p->resume <= now.sent_count - now.in_flight;
}

/* Returns true if the target runs, as far as the session can know. If bytes of the input came
 * before this packet was written, the session may be wrong. */
static bool runs(const struct partner *p)
{
	return p->resumed && !p->detaching && !is_answered(p) &&
	       (inside_of(p->s).resumed || p->trust != TRUST_NONE);
}

static void count_packet(struct partner *p, const char *packet)
{
	if (begins(packet, "F-1"))
		return;
	if (p->repeats)
		p->repeats--;
	else
		p->sent++;
	if (is_resume(packet))
		p->resume = p->sent;
}

/* Count the packets in `out` that repeat the last one: they are written, but not newly sent. */
static void count_repeats(struct partner *p, const uint8_t *out, size_t size)
{
	uint64_t written = 0, anew = inside_of(p->s).sent_count - p->sent;

	for (size_t at = 0; at < size; at++)
		written += out[at] == '$' && at + 1 < size && out[at + 1] != 'F';
	p->repeats = written > anew ? written - anew : 0;
}

/* Check the packet that begins at out[at]. Returns where the next one begins. */
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
	/* A target that runs would be stopped by anything but a reply to File-I/O. A refused resume
	 * did not make it run, and is sent again. */
	REQUIRE(!runs(p) || begins(packet, "F-1") || falls_back(p, packet) ||
		(inside_of(p->s).resends && is_resume(packet) && p->answer != '+'));
	/* A session that has failed must not resume: it cannot know the effect. */
	REQUIRE(!inside_of(p->s).blind || !is_resume(packet) || p->repeats);
	REQUIRE(packet[0] != 'D' || p->repeats || detaches_once(p, packet));
	count_packet(p, packet);
	p->resumed |= is_resume(packet);
	p->by_vcont = begins(packet, "vCont;");
	p->answer = 0;
	p->stop_due |= !strcmp(packet, "vCont;c") || !strcmp(packet, "c");
	return (size_t)(hash - out) + 3;
}

static void require_ack(const struct partner *p, const uint8_t *out, size_t size, size_t at)
{
	/* To a QEMU that runs, acks are sent only before a reply to File-I/O. */
	if (!runs(p) || !inside_of(p->s).is_qemu)
		return;
	while (at < size && out[at] == '+')
		at++;
	REQUIRE(at + 1 < size && out[at] == '$' && out[at + 1] == 'F');
}

/* 0x03 stops the target if it runs. */
static void interrupt(struct partner *p)
{
	REQUIRE(p->resumed);
	if (p->stop_due)
		partner_stop(p);
}

void partner_sent(struct partner *p, const uint8_t *out, size_t size)
{
	count_repeats(p, out, size);
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
