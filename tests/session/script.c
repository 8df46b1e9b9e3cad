/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of stubs, and the rules with which a test changes their replies. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 2045 /* QEMU's */

const char *const script_kind_names[] = {"qemu10", "qemu7.2", "qemu-user", "gdbserver", "plain"};

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

/* Keep what is sent again after a NAK. */
static void remember(struct script_stub *stub, const char *wire)
{
	stub->last.size = 0;
	script_puts(&stub->last, wire);
	stub->last_answer = stub->out.size;
}

/* Expect an ack for each packet, but not for notifications. */
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

	if (how == *SCRIPT_NEVER)
		script_violate(stub, "it sent %.100s", (const char *)stub->packet.data);
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
	/* The very first + acknowledges what was sent before the first ack. */
	if (how && how < ' ' && !(how == *SCRIPT_AHEAD && stub->requests == 1))
		expect_acks(stub, reply);
	stub->damage = how == *SCRIPT_DAMAGED;
	stub->closed = how == *SCRIPT_CLOSE;
	if (how == *SCRIPT_DAMAGED || how == *SCRIPT_USUAL || how == *SCRIPT_AHEAD)
		script_answer_usual(stub);
	else if (how == '\0' || (unsigned char)how >= ' ')
		script_reply(stub, reply, size);
}

void script_log(struct script_stub *stub, const char *text)
{
	size_t logged = strlen(stub->log), size = strlen(text);

	if (logged + size < sizeof(stub->log))
		memcpy(stub->log + logged, text, size + 1);
}

void script_answer(struct script_stub *stub)
{
	const char *request = (const char *)stub->packet.data;

	script_log(stub, request);
	script_log(stub, " ");
	static const char target[] = "qXfer:features:read:target.xml:0,";
	stub->target_requests += strncmp(request, target, sizeof(target) - 1) == 0;
	const char *ruled = find_rule(stub, request);
	if (ruled) {
		stub->detach_refused |= *request == 'D' && (!*ruled || *ruled == 'E');
		answer_ruled(stub, ruled);
		return;
	}
	put_ack(stub);
	script_answer_usual(stub);
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
	stub->has_write_p = stub->has_vcont = true;
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
	script_free(&stub->request);
}
