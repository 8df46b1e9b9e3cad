/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub: resuming the target and writing registers. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct script_value *find(const struct script_stub *stub, unsigned tid, uint32_t regnum)
{
	for (size_t i = 0; i < stub->value_count; i++)
		if (stub->values[i].tid == tid && stub->values[i].regnum == regnum)
			return (struct script_value *)&stub->values[i];
	return NULL;
}

const char *script_get(const struct script_stub *stub, unsigned tid, uint32_t regnum)
{
	const struct script_value *value = find(stub, tid, regnum);

	return value ? value->digits : NULL;
}

void script_set(struct script_stub *stub, unsigned tid, uint32_t regnum, const char *digits)
{
	struct script_value *value = find(stub, tid, regnum);

	if (!value) {
		if (stub->value_count == SCRIPT_VALUES)
			abort();
		value = &stub->values[stub->value_count++];
	}
	*value = (struct script_value){tid, regnum, ""};
	snprintf(value->digits, sizeof(value->digits), "%s", digits);
}

/* ------------------------------------------------------------------- writing --- */

static void write_one(struct script_stub *stub, const char *request)
{
	const char *digits = strchr(request, '=');

	if (!digits || !stub->has_write_p) {
		script_replyf(stub, "%s", "");
		return;
	}
	if (!stub->read_only)
		script_set(stub, stub->selected, (uint32_t)strtoul(request + 1, NULL, 16),
			   digits + 1);
	script_replyf(stub, "OK");
}

static void write_all(struct script_stub *stub, const char *digits)
{
	char text[64];

	if (stub->has_p && stub->has_write_p && !stub->has_write_g) {
		script_replyf(stub, "%s", "");
		return;
	}
	for (const struct script_register *r = script_current(stub)->registers;
	     !stub->read_only && r->size_bytes; r++) {
		snprintf(text, sizeof(text), "%.*s", (int)r->size_bytes * 2, digits);
		script_set(stub, stub->selected, r->regnum, text);
		digits += strlen(text);
	}
	script_replyf(stub, "OK");
}

/* ------------------------------------------------------------------- running --- */

/* The only reply to a resume is the stop reply. */
static bool resumes(const struct script_stub *stub, const char *request)
{
	if (stub->has_vcont)
		return strncmp(request, "vCont;", 6) == 0;
	return strcmp(request, "c") == 0 || strcmp(request, "s") == 0;
}

bool script_take_running(struct script_stub *stub, uint8_t byte)
{
	if (byte == 3 && stub->log_bytes)
		script_log(stub, "^");
	/* The test has no other way to stop the target. */
	if (byte == 3 && stub->blind)
		script_send(stub, "T02thread:p01.01;");
	if (byte != 3 && byte != '$' && byte != '+')
		script_violate(stub, "byte %02x while it runs", byte);
	return byte == 3;
}

void script_send_bytes(struct script_stub *stub, const char *bytes)
{
	script_puts(&stub->out, bytes);
	stub->last_answer = stub->out.size;
}

void script_send(struct script_stub *stub, const char *packet)
{
	struct script_bytes frame = {0};

	if (packet[0] != 'O' && packet[0] != 'F')
		stub->resumed = false;
	script_frame(&frame, packet, strlen(packet));
	script_send_bytes(stub, (const char *)frame.data);
	stub->unacked += !stub->no_ack;
	script_free(&frame);
}

/* ----------------------------------------------------------------- the table --- */

static const struct {
	const char *begins, *reply; /* NULL: answer() */
} packets[] = {
	{"vCont?", NULL},
	{"Hc", "OK"},
	{"P", NULL},
	{"G", NULL},
	{"Z", "OK"},
	{"z", "OK"},
	{"qqemu.sstepbits", "ENABLE=1,NOIRQ=2,NOTIMER=4"},
	{"qqemu.sstep", "0x7"},
	{"Qqemu.sstep=", "OK"},
};

static void answer(struct script_stub *stub, const char *request)
{
	if (request[0] == 'P')
		write_one(stub, request);
	else if (request[0] == 'G')
		write_all(stub, request + 1);
	else
		script_replyf(stub, "%s", stub->has_vcont ? "vCont;c;C;s;S" : "");
}

bool script_control(struct script_stub *stub, const char *request)
{
	if (resumes(stub, request)) {
		stub->resumed = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		if (strncmp(request, packets[i].begins, strlen(packets[i].begins)) != 0)
			continue;
		if (packets[i].reply)
			script_replyf(stub, "%s", packets[i].reply);
		else
			answer(stub, request);
		return true;
	}
	return request[0] == 'F';
}
