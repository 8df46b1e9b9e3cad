/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char description[] =
	"<target><architecture>i386:x86-64</architecture><feature name=\"core\">"
	"<reg name=\"r0\" bitsize=\"32\"/><reg name=\"r1\" bitsize=\"32\"/>"
	"<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/><reg name=\"big\" bitsize=\"128\"/>"
	"<reg name=\"odd\" bitsize=\"32\"/></feature></target>";

static bool bytewise;

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

void guest_set(struct guest *m, unsigned vcpu, unsigned regnum, const char *digits)
{
	free(m->values[vcpu][regnum]);
	m->values[vcpu][regnum] = copy(digits);
}

void guest_init(struct guest *m)
{
	static const char *const first[GUEST_REGISTERS] = {
		"11223344", "00000000", "f0ff000000000000", "00112233445566778899aabbccddeeff",
		NULL};

	*m = (struct guest){.qemu = true, .bytewise = bytewise};
	for (unsigned vcpu = 0; vcpu < GUEST_VCPUS; vcpu++)
		for (unsigned i = 0; i < GUEST_REGISTERS; i++)
			guest_set(m, vcpu, i, first[i]);
	gdbregs_options_init(&m->options);
	m->options.access = GDBREGS_RW_REGS;
	m->options.reply_timeout_ms = 1000;
}

/* -------------------------------------------------------------- sending to it --- */

static void input(struct guest *m, const char *bytes, size_t size)
{
	size_t piece = m->bytewise ? 1 : size;

	for (size_t at = 0; at < size; at += piece)
		gdbregs__engine_input(&m->s->engine, (const uint8_t *)bytes + at, piece,
				      m->s->engine.now_ms);
}

/* With memory of its own: the library's may be failing. */
static void send(struct guest *m, const char *ack, const char *packet)
{
	unsigned char sum = 0;
	char *text;

	for (const char *c = packet; *c; c++)
		sum += (unsigned char)*c;
	ck_assert_int_gt(asprintf(&text, "%s$%s#%02x", ack, packet, sum), 0);
	input(m, text, strlen(text));
	free(text);
}

void guest_says(struct guest *m, const char *packet)
{
	send(m, "", packet);
}

void guest_stops(struct guest *m, const char *packet)
{
	ck_assert(m->running);
	m->running = false;
	guest_says(m, packet);
	guest_turn(m);
}

/* -------------------------------------------------------------- its answers --- */

static bool begins(const char *packet, const char *word)
{
	return strncmp(packet, word, strlen(word)) == 0;
}

static const char *all_values(struct guest *m, char *text)
{
	text[0] = '\0';
	for (unsigned i = 0; i < GUEST_REGISTERS; i++)
		strcat(text, m->values[m->vcpu][i] ? m->values[m->vcpu][i] : "00000000");
	return text;
}

static const char *write_all(struct guest *m, const char *digits)
{
	for (unsigned i = 0; !m->read_only && i < GUEST_REGISTERS; i++) {
		char *old = m->values[m->vcpu][i];
		size_t length = old ? strlen(old) : 8;

		m->values[m->vcpu][i] = strndup(digits, length);
		digits += length;
		free(old);
	}
	return "OK";
}

static const char *threads(struct guest *m, bool first)
{
	static const char *const qemu[] = {"mp01.01", "mp01.02"}, *const other[] = {"m1", "m2"};

	if (first)
		m->threads_told = 0;
	if (m->threads_told == GUEST_VCPUS)
		return "l";
	return (m->qemu ? qemu : other)[m->threads_told++];
}

static const char *supported(const struct guest *m)
{
	if (m->qemu)
		return "PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+";
	return m->plain ? "PacketSize=1000;qXfer:features:read+"
			: "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+;QPassSignals+;"
			  "QProgramSignals+";
}

static const char *query(struct guest *m, const char *packet, char *text)
{
	if (begins(packet, "qSupported"))
		return supported(m);
	if (begins(packet, "qqemu.Supported"))
		return m->qemu ? "sstepbits;sstep;PhyMemMode" : "";
	if (begins(packet, "qqemu.sstepbits"))
		return "ENABLE=1,NOIRQ=2,NOTIMER=4";
	if (begins(packet, "qqemu.sstep"))
		return "0x7";
	if (begins(packet, "Qqemu.sstep=") || begins(packet, "QStartNoAckMode"))
		return "OK";
	if (begins(packet, "qXfer")) {
		snprintf(text, 2048, "l%s", description);
		return strstr(packet, ":0,") ? text : "l";
	}
	if (begins(packet, "qRcmd"))
		return "OK";
	return begins(packet, "qfT")   ? threads(m, true)
	       : begins(packet, "qsT") ? threads(m, false)
				       : "";
}

static const char *read_one(struct guest *m, const char *packet)
{
	unsigned long regnum = strtoul(packet + 1, NULL, 16);

	if (m->no_p || regnum >= GUEST_REGISTERS)
		return "";
	return m->values[m->vcpu][regnum] ? m->values[m->vcpu][regnum] : "E14";
}

static const char *write_one(struct guest *m, const char *packet)
{
	unsigned long regnum = strtoul(packet + 1, NULL, 16);

	if (m->no_write_p)
		return "";
	if (!m->read_only)
		guest_set(m, (unsigned)m->vcpu, (unsigned)regnum, strchr(packet, '=') + 1);
	return "OK";
}

static const char *usual(struct guest *m, const char *packet, char *text)
{
	switch (packet[0]) {
	case '?':
		return m->qemu ? "T05thread:p01.01;" : "T05thread:1;";
	case 'H':
		m->vcpu = packet[1] == 'g' ? packet[strlen(packet) - 1] == '2' : m->vcpu;
		return "OK";
	case 'p':
		return read_one(m, packet);
	case 'P':
		return write_one(m, packet);
	case 'g':
		return all_values(m, text);
	case 'G':
		return m->no_write_p || m->no_p ? write_all(m, packet + 1) : "";
	case 'Z':
	case 'z':
		return "OK";
	case 'D':
		m->detached = true;
		return "OK";
	case 'q':
	case 'Q':
		return query(m, packet, text);
	default:
		return begins(packet, "vAttach") ? "E22" : "";
	}
}

/* A resume is answered by the stop alone. */
static bool resumes(struct guest *m, const char *packet)
{
	if (m->no_vcont)
		return strcmp(packet, "c") == 0 || strcmp(packet, "s") == 0;
	return begins(packet, "vCont;");
}

static void take(struct guest *m, const char *packet)
{
	const char *ack = m->s->engine.no_ack ? "" : "+";
	const char *answer = m->answer ? m->answer(m, packet) : NULL;
	char text[2048];

	if (answer && strcmp(answer, "?") == 0)
		return;
	if (!answer && resumes(m, packet)) {
		m->running = true;
		input(m, ack, strlen(ack));
		return;
	}
	if (!answer && !m->no_vcont && begins(packet, "vCont?"))
		answer = "vCont;c;C;s;S";
	send(m, ack, answer ? answer : usual(m, packet, text));
}

/* ------------------------------------------------------------ what was sent --- */

static void note(struct guest *m, const char *text, size_t size)
{
	size_t length = strlen(m->log);

	ck_assert_uint_lt(length + size + 2, sizeof(m->log));
	memcpy(m->log + length, text, size);
	m->log[length + size] = '\0';
}

static size_t take_packet(struct guest *m, const char *bytes, size_t size)
{
	const char *hash = memchr(bytes, '#', size);
	unsigned char sum = 0;
	char digits[3] = "";

	ck_assert(hash && hash + 2 < bytes + size);
	for (const char *c = bytes + 1; c < hash; c++)
		sum += (unsigned char)*c;
	memcpy(digits, hash + 1, 2);
	ck_assert_uint_eq(strtoul(digits, NULL, 16), sum);
	char *packet = strndup(bytes + 1, (size_t)(hash - bytes - 1));
	note(m, packet, strlen(packet));
	note(m, " ", 1);
	if (packet[0] != 'F')
		take(m, packet);
	free(packet);
	return (size_t)(hash + 3 - bytes);
}

static void take_bytes(struct guest *m, const char *bytes, size_t size)
{
	for (size_t at = 0; at < size;) {
		char c = bytes[at];

		ck_assert_msg(!m->running || c == 3 || begins(bytes + at, "$F-1,") ||
				      begins(bytes + at, "+$F-1,"),
			      "sent while running: %s", bytes + at);
		ck_assert_msg(c == '+' || c == 3 || c == '$', "sent \\x%02x", c);
		if (c == '$') {
			at += take_packet(m, bytes + at, size - at);
			continue;
		}
		note(m, c == 3 ? "^" : "+", 1);
		at++;
	}
}

void guest_exchange(struct guest *m)
{
	gdbregs__engine_pump(&m->s->engine);
	while (m->s->engine.out.size) {
		size_t size = m->s->engine.out.size;
		char *bytes = strndup((const char *)m->s->engine.out.data, size);

		m->s->engine.out.size = 0;
		take_bytes(m, bytes, size);
		free(bytes);
		gdbregs__engine_pump(&m->s->engine);
	}
}

void guest_turn(struct guest *m)
{
	guest_exchange(m);
	while (gdbregs__engine_deliver(&m->s->engine))
		guest_exchange(m);
}

void guest_sent(struct guest *m, const char *expected)
{
	ck_assert_str_eq(m->log, expected);
	m->log[0] = '\0';
}

void guest_wait_ms(struct guest *m, uint64_t ms)
{
	uint64_t until = m->s->engine.now_ms + ms;

	while (gdbregs__engine_next_deadline(&m->s->engine) <= until) {
		gdbregs__engine_tick(&m->s->engine, gdbregs__engine_next_deadline(&m->s->engine));
		guest_turn(m);
	}
	gdbregs__engine_tick(&m->s->engine, until);
	guest_turn(m);
}

/* --------------------------------------------------------------------- its life --- */

void guest_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error, void *arg)
{
	struct guest *m = arg;

	(void)s;
	ck_assert(status >= 0 ? !error : error->code == status && error->text[0]);
	if (error)
		m->error = *error;
	m->done_count++;
	m->status = status;
}

void guest_told(struct guest *m, int count, int status)
{
	ck_assert_int_eq(m->done_count, count);
	ck_assert_str_eq(gdbregs_error_name(m->status), gdbregs_error_name(status));
	m->done_count = 0;
}

void guest_start(struct guest *m)
{
	ck_assert_int_eq(gdbregs__session_new(NULL, &m->options, "guest", &m->s), 0);
	ck_assert_int_eq(gdbregs__session_start(m->s, 1000, guest_done, m), 0);
	guest_turn(m);
	ck_assert_msg(m->done_count == 1 && m->status == 0, "%s", m->s->engine.error.text);
	ck_assert_uint_eq(gdbregs_vcpu_count(m->s), GUEST_VCPUS);
	ck_assert_int_eq(gdbregs_find_register(m->s, 0, NULL, "r0", &m->r0), 0);
	ck_assert_int_eq(gdbregs_find_register(m->s, 0, NULL, "r1", &m->r1), 0);
	ck_assert_int_eq(gdbregs_find_register(m->s, 0, NULL, "pc", &m->pc), 0);
	ck_assert_int_eq(gdbregs_find_register(m->s, 0, NULL, "big", &m->big), 0);
	ck_assert_int_eq(gdbregs_find_register(m->s, 0, NULL, "odd", &m->odd), 0);
	m->done_count = 0;
	m->log[0] = '\0';
}

void guest_end(struct guest *m)
{
	gdbregs__session_free(m->s);
	for (unsigned vcpu = 0; vcpu < GUEST_VCPUS; vcpu++)
		for (unsigned i = 0; i < GUEST_REGISTERS; i++)
			free(m->values[vcpu][i]);
}

void guest_close(struct guest *m)
{
	ck_assert_int_eq(gdbregs__session_stop(m->s, m->s->engine.now_ms, guest_done, m), 0);
	guest_turn(m);
}

int guest_step(struct guest *m, unsigned vcpu)
{
	int result = gdbregs__step(m->s, vcpu, &m->stop, guest_done, m, NULL);

	guest_turn(m);
	return result;
}

int guest_continue(struct guest *m)
{
	int result = gdbregs__continue(m->s, NULL, NULL, NULL, NULL);

	guest_turn(m);
	return result;
}

int guest_wait(struct guest *m, int timeout_ms)
{
	int result = gdbregs__stop_wait(m->s, timeout_ms, &m->stop, guest_done, m, NULL);

	guest_turn(m);
	return result;
}

int guest_main(struct Suite *(*make)(void))
{
	int failed = 0;

	for (int i = 0; i < 2; i++) {
		SRunner *runner = srunner_create(make());

		bytewise = i;
		srunner_run_all(runner, CK_ENV);
		failed += srunner_ntests_failed(runner);
		srunner_free(runner);
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
