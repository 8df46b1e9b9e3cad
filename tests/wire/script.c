/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the scripted stub answers, as real stubs do. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 2045 /* QEMU's */

const char *const script_kind_names[] = {"qemu 10", "qemu 7.2", "qemu-user", "gdbserver", "plain"};

void script_value(unsigned tid, uint32_t regnum, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(tid * 31 + regnum * 7 + i * 13 + 1);
}

/* ------------------------------------------------------------------ the machine --- */

static size_t process_of_tid(const struct script_stub *stub, unsigned tid)
{
	for (size_t i = 0; i < stub->process_count; i++)
		if (tid >= stub->processes[i].first_tid &&
		    tid < stub->processes[i].first_tid + stub->processes[i].threads)
			return i;
	return SIZE_MAX;
}

static size_t process_of_pid(const struct script_stub *stub, unsigned pid)
{
	for (size_t i = 0; i < stub->process_count; i++)
		if (stub->processes[i].pid == pid)
			return i;
	return SIZE_MAX;
}

static const struct script_process *current(const struct script_stub *stub)
{
	return &stub->processes[process_of_tid(stub, stub->selected)];
}

static void format_id(const struct script_stub *stub, unsigned tid, char *out, size_t size)
{
	size_t at = process_of_tid(stub, tid);

	if (stub->multiprocess)
		snprintf(out, size, "p%02x.%02x", stub->processes[at].pid, tid);
	else
		snprintf(out, size, "%02x", tid);
}

/* The thread that an id names, if it is attached; else 0. */
static unsigned parse_id(const struct script_stub *stub, const char *text)
{
	unsigned pid = 0, tid = 0;
	int end = 0;

	if (sscanf(text, "p%x.%x%n", &pid, &tid, &end) != 2 &&
	    sscanf(text, "%x%n", &tid, &end) != 1)
		return 0;
	size_t at = process_of_tid(stub, tid);
	if (text[end] || at == SIZE_MAX || !stub->attached[at] ||
	    (pid && stub->processes[at].pid != pid))
		return 0;
	return tid;
}

static const struct script_register *find_register(const struct script_process *p, unsigned regnum)
{
	for (const struct script_register *r = p->registers; r->size_bytes; r++)
		if (r->regnum == regnum)
			return r;
	return NULL;
}

static void put_value(struct script_bytes *b, unsigned tid, const struct script_register *r)
{
	uint8_t value[512];
	char hex[3];

	script_value(tid, r->regnum, value, r->size_bytes);
	for (size_t i = 0; i < r->size_bytes; i++) {
		snprintf(hex, sizeof(hex), "%02x", value[i]);
		script_put(b, hex, 2);
	}
}

/* -------------------------------------------------------------------- each packet --- */

static void on_supported(struct script_stub *stub, const char *rest)
{
	if (!strstr(rest, "xmlRegisters=i386") || !strstr(rest, "multiprocess+"))
		script_violate(stub, "qSupported lacks something: %.100s", rest);
	if (stub->supported)
		script_replyf(stub, "%s", stub->supported);
	else
		script_replyf(stub, "PacketSize=1000%s%s%s;vContSupported+",
			      stub->qxfer ? ";qXfer:features:read+" : "",
			      stub->multiprocess ? ";multiprocess+" : "",
			      stub->no_ack_mode ? ";QStartNoAckMode+" : "");
}

static void on_no_ack(struct script_stub *stub, const char *rest)
{
	(void)rest;
	if (!stub->no_ack_mode)
		script_violate(stub, "QStartNoAckMode unasked for");
	script_replyf(stub, "OK");
	stub->no_ack = stub->last_ack_due = true;
	stub->unacked = 0;
}

static void on_qemu(struct script_stub *stub, const char *rest)
{
	(void)rest;
	script_replyf(stub, "%s",
		      stub->phymem ? "sstepbits;sstep;PhyMemMode"
		      : stub->qemu ? "sstepbits;sstep"
				   : "");
}

static void on_host_info(struct script_stub *stub, const char *rest)
{
	(void)rest;
	script_replyf(stub, "%s", stub->host_info ? stub->host_info : "");
}

static void on_stop(struct script_stub *stub, const char *rest)
{
	char id[32];

	(void)rest;
	format_id(stub, stub->processes[0].first_tid, id, sizeof(id));
	if (stub->thread_in_stop)
		script_replyf(stub, "T05thread:%s;", id);
	else
		script_replyf(stub, "S05");
}

static void on_status(struct script_stub *stub, const char *rest)
{
	const char *text = stub->status	       ? stub->status
			   : stub->was_running ? "VM status: paused\r\n"
					       : "VM status: paused (prelaunch)\r\n";
	struct script_bytes hex = {0};
	char two[3];

	if (strcmp(rest, "696e666f20737461747573") != 0 || !stub->phymem)
		script_violate(stub, "qRcmd,%.60s", rest);
	script_puts(&hex, "O");
	for (; *text; text++) {
		snprintf(two, sizeof(two), "%02x", (unsigned char)*text);
		script_put(&hex, two, 2);
	}
	script_reply(stub, hex.data, hex.size);
	script_replyf(stub, "OK");
	script_free(&hex);
}

static void on_attach(struct script_stub *stub, const char *rest)
{
	unsigned pid = (unsigned)strtoul(rest, NULL, 16);
	size_t at = process_of_pid(stub, pid);
	char id[32];

	if (!stub->phymem)
		script_violate(stub, "vAttach to what is no QEMU");
	if (at == SIZE_MAX) {
		script_replyf(stub, "E22");
		return;
	}
	stub->attached[at] = true;
	stub->selected = stub->processes[at].first_tid;
	format_id(stub, stub->selected, id, sizeof(id));
	script_replyf(stub, "T05thread:%s;", id);
}

/* The next attached thread behind `after`; 0: none. */
static unsigned next_thread(const struct script_stub *stub, unsigned after)
{
	for (unsigned tid = after + 1; tid < SCRIPT_TID_MAX; tid++) {
		size_t at = process_of_tid(stub, tid);

		if (at != SIZE_MAX && stub->attached[at])
			return tid;
	}
	return 0;
}

static void list_threads(struct script_stub *stub)
{
	struct script_bytes list = {0};
	unsigned tid, count = 0;

	while (count < stub->threads_a_reply && (tid = next_thread(stub, stub->listing))) {
		char id[32];

		format_id(stub, tid, id, sizeof(id));
		script_puts(&list, count++ ? "," : "m");
		script_puts(&list, id);
		stub->listing = tid;
		stub->listed[tid] = 1;
	}
	if (!count)
		script_puts(&list, "l");
	script_reply(stub, list.data, list.size);
	script_free(&list);
}

static void on_first_threads(struct script_stub *stub, const char *rest)
{
	(void)rest;
	stub->listing = 0;
	if (stub->has_threads)
		list_threads(stub);
	else
		script_replyf(stub, "%s", "");
}

static void on_more_threads(struct script_stub *stub, const char *rest)
{
	(void)rest;
	list_threads(stub);
}

static void on_name(struct script_stub *stub, const char *rest)
{
	unsigned tid = parse_id(stub, rest);

	if (!tid || !stub->listed[tid])
		script_violate(stub, "qThreadExtraInfo of an unlisted thread %.60s", rest);
	if (!stub->names)
		script_replyf(stub, "%s", "");
	else
		script_replyf(stub, "43505523%02x", '0' + (tid - 1) % 10); /* CPU#n */
}

static void on_select(struct script_stub *stub, const char *rest)
{
	unsigned tid = parse_id(stub, rest);

	stub->hg_requests++;
	if (!stub->has_hg)
		script_replyf(stub, "%s", "");
	else if (!tid)
		script_replyf(stub, "E22");
	else
		script_replyf(stub, "OK");
	if (tid && stub->has_hg)
		stub->selected = tid;
}

static void on_p(struct script_stub *stub, const char *rest)
{
	unsigned long regnum = strtoul(rest, NULL, 16);
	const struct script_register *r = find_register(current(stub), (unsigned)regnum);
	struct script_bytes value = {0};

	stub->p_requests++;
	if (!r || regnum > 0x7fffffff)
		script_violate(stub, "p%.60s is of no register", rest);
	else if (stub->has_p && (!stub->xml_unlocks || stub->xml_read))
		put_value(&value, stub->selected, r);
	script_reply(stub, value.size ? (char *)value.data : "", value.size);
	script_free(&value);
}

static void on_g(struct script_stub *stub, const char *rest)
{
	const struct script_process *p = current(stub);
	struct script_bytes values = {0};

	stub->g_requests++;
	if (*rest || (stub->xml_unlocks && !stub->xml_read))
		script_violate(stub, "g%.60s before target.xml was read", rest);
	for (size_t i = 0; stub->has_g && i < p->g_registers; i++)
		put_value(&values, stub->selected, &p->registers[i]);
	script_reply(stub, values.size ? (char *)values.data : "", values.size);
	script_free(&values);
}

static bool all_detached(const struct script_stub *stub)
{
	for (size_t i = 0; i < stub->process_count; i++)
		if (stub->attached[i])
			return false;
	return true;
}

static void on_detach(struct script_stub *stub, const char *rest)
{
	size_t at = *rest == ';' ? process_of_pid(stub, (unsigned)strtoul(rest + 1, NULL, 16)) : 0;

	if (stub->multiprocess && *rest != ';') {
		script_replyf(stub, "E22");
		return;
	}
	if (at == SIZE_MAX || !stub->attached[at])
		script_violate(stub, "D%.60s of what isn't attached", rest);
	else
		stub->attached[at] = false;
	script_replyf(stub, "OK");
	stub->detached = stub->running = all_detached(stub);
}

/* --------------------------------------------------------------------- documents --- */

static const char *find_document(const struct script_stub *stub, const char *name, size_t length)
{
	for (const struct script_document *d = current(stub)->documents; d && d->name; d++)
		if (strlen(d->name) == length && memcmp(d->name, name, length) == 0)
			return d->text;
	return NULL;
}

static void put_escaped(struct script_bytes *b, const char *text, size_t size)
{
	for (; size--; text++) {
		char escaped[2] = {'}', (char)(*text ^ 0x20)};

		if (strchr("#$}*", *text))
			script_put(b, escaped, 2);
		else
			script_put(b, text, 1);
	}
}

static void on_document(struct script_stub *stub, const char *rest)
{
	const char *colon = strchr(rest, ':');
	size_t at = 0, asked = 0;
	struct script_bytes piece = {0};

	if (!colon || sscanf(colon, ":%zx,%zx", &at, &asked) != 2 || !asked)
		script_violate(stub, "qXfer of %.60s", rest);
	const char *text = colon ? find_document(stub, rest, (size_t)(colon - rest)) : NULL;
	size_t size = text ? strlen(text) : 0;
	size_t most = stub->chunk ? stub->chunk(stub->xfers) : stub->chunk_bytes;
	stub->xfers++;
	stub->target_requests += strncmp(rest, "target.xml:0,", 13) == 0;
	stub->xml_read = true;
	if (!text || at > size) {
		script_replyf(stub, "E00");
		return;
	}
	size_t served = asked < most ? asked : most;
	served = served < size - at ? served : size - at;
	script_puts(&piece, at + served < size ? "m" : "l");
	put_escaped(&piece, text + at, served);
	script_reply(stub, piece.data, piece.size);
	script_free(&piece);
}

/* ----------------------------------------------------------------------- the table --- */

static const struct {
	const char *begins;
	void (*answer)(struct script_stub *stub, const char *rest);
} packets[] = {
	// clang-format off
	{"qSupported:", on_supported}, {"QStartNoAckMode", on_no_ack},
	{"qqemu.Supported", on_qemu}, {"qHostInfo", on_host_info}, {"?", on_stop},
	{"qRcmd,", on_status}, {"vAttach;", on_attach}, {"qfThreadInfo", on_first_threads},
	{"qsThreadInfo", on_more_threads}, {"qThreadExtraInfo,", on_name}, {"Hg", on_select},
	{"qXfer:features:read:", on_document}, {"p", on_p}, {"g", on_g}, {"D", on_detach},
	// clang-format on
};

static void answer_usual(struct script_stub *stub)
{
	const char *request = (const char *)stub->packet.data;

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		size_t length = strlen(packets[i].begins);

		if (strncmp(request, packets[i].begins, length) == 0) {
			packets[i].answer(stub, request + length);
			return;
		}
	}
	/* Everything else is on the list of what harms, or nothing we need. */
	script_violate(stub, "it sent %.100s", request);
	script_reply(stub, "", 0);
}

static const char *find_rule(struct script_stub *stub, const char *request)
{
	for (size_t i = 0; stub->rules && stub->rules[i].request; i++) {
		const struct script_rule *rule = &stub->rules[i];
		size_t length = strlen(rule->request);
		bool fits = length && rule->request[length - 1] == '*'
				    ? strncmp(request, rule->request, length - 1) == 0
				    : strcmp(request, rule->request) == 0;

		if (fits && (++stub->seen[i] == rule->nth || !rule->nth))
			return rule->reply;
	}
	return NULL;
}

static void put_ack(struct script_stub *stub)
{
	if (!stub->no_ack)
		script_puts(&stub->out, "+");
}

/* What a NAK would have sent again. */
static void remember(struct script_stub *stub, const char *wire)
{
	stub->last.size = 0;
	script_puts(&stub->last, wire);
	stub->last_answer = stub->out.size;
}

/* One for each packet, none for notifications. */
static void expect_acks(struct script_stub *stub, const char *wire)
{
	bool packet = false;

	for (; *wire && !stub->no_ack; wire++) {
		if (*wire == '$' || *wire == '%')
			packet = *wire == '$';
		stub->unacked += *wire == '#' && packet;
	}
}

static void answer_ruled(struct script_stub *stub, const char *reply)
{
	char how = *reply;
	size_t size = strlen(reply);

	if (how == *SCRIPT_NAK)
		script_puts(&stub->out, "-");
	if (how == *SCRIPT_AHEAD || how == *SCRIPT_RAW_NO_ACK)
		script_put(&stub->out, reply + 1, size - 1);
	if (how != *SCRIPT_LOST && how != *SCRIPT_NAK && how != *SCRIPT_RAW_NO_ACK)
		put_ack(stub);
	if (how == *SCRIPT_USUAL || how == *SCRIPT_RAW)
		script_put(&stub->out, reply + 1, size - 1);
	if (how == *SCRIPT_RAW)
		remember(stub, reply + 1);
	/* The first + of all is for what came ahead of the first ack. */
	if (how && how < ' ' && !(how == *SCRIPT_AHEAD && stub->requests == 1))
		expect_acks(stub, reply);
	stub->damage = how == *SCRIPT_DAMAGED;
	stub->closed = how == *SCRIPT_CLOSE;
	if (how == *SCRIPT_DAMAGED || how == *SCRIPT_USUAL || how == *SCRIPT_AHEAD)
		answer_usual(stub);
	else if (how == '\0' || (unsigned char)how >= ' ')
		script_reply(stub, reply, size);
}

void script_answer(struct script_stub *stub)
{
	const char *request = (const char *)stub->packet.data;
	size_t logged = strlen(stub->log);

	if (logged + stub->packet.size + 2 < sizeof(stub->log))
		sprintf(stub->log + logged, "%s ", request);
	const char *ruled = find_rule(stub, request);
	if (ruled) {
		answer_ruled(stub, ruled);
		return;
	}
	put_ack(stub);
	answer_usual(stub);
}

/* ------------------------------------------------------------------------- presets --- */

static void set_qemu(struct script_stub *stub)
{
	stub->qemu = stub->phymem = stub->pipelines = true;
	stub->has_p = stub->names = true;
	stub->threads_a_reply = 1;
}

static void set_kind(struct script_stub *stub, enum script_kind kind)
{
	switch (kind) {
	case SCRIPT_QEMU72:
		set_qemu(stub);
		stub->xml_unlocks = true;
		stub->unsolicited = "T02thread:01;";
		break;
	case SCRIPT_QEMU10:
		set_qemu(stub);
		break;
	case SCRIPT_USER:
		set_qemu(stub);
		stub->phymem = stub->pipelines = false;
		break;
	case SCRIPT_GDBSERVER:
		stub->no_ack_mode = stub->run_lengths = true;
		stub->threads_a_reply = 100;
		break;
	case SCRIPT_PLAIN:
		stub->multiprocess = false;
		stub->has_p = true;
		stub->threads_a_reply = 100;
		break;
	}
}

void script_begin(struct script_stub *stub, enum script_kind kind,
		  const struct script_process *processes, size_t count)
{
	memset(stub, 0, sizeof(*stub));
	stub->processes = processes;
	stub->process_count = count;
	stub->multiprocess = stub->qxfer = stub->has_g = stub->has_hg = stub->has_threads = true;
	stub->thread_in_stop = stub->was_running = true;
	stub->chunk_bytes = CHUNK_BYTES;
	stub->attached[0] = true;
	stub->selected = processes[0].first_tid;
	set_kind(stub, kind);
}

void script_end(struct script_stub *stub)
{
	script_free(&stub->out);
	script_free(&stub->packet);
	script_free(&stub->last);
}
