/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The usual replies of the scripted stub, which are those of real stubs. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void script_value(unsigned tid, uint32_t regnum, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(tid * 31 + regnum * 7 + i * 13 + 1);
}

const struct script_process *script_current(const struct script_stub *stub)
{
	return &stub->processes[script_process_of_tid(stub, stub->selected)];
}

static const struct script_register *find_register(const struct script_process *p, unsigned regnum)
{
	for (const struct script_register *r = p->registers; r->size_bytes; r++)
		if (r->regnum == regnum)
			return r;
	return NULL;
}

/* As in QEMU, an unavailable register has zeros in g. */
static void put_set(struct script_bytes *b, const char *digits, size_t size)
{
	if (*digits)
		script_puts(b, digits);
	for (size_t i = 0; !*digits && i < size; i++)
		script_puts(b, "00");
}

static void put_value(struct script_stub *stub, struct script_bytes *b, unsigned tid,
		      const struct script_register *r)
{
	const char *digits = script_get(stub, tid, r->regnum);
	uint8_t value[512];
	char hex[3];

	if (digits) {
		put_set(b, digits, r->size_bytes);
		return;
	}
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
			      stub->no_ack_mode ? ";QStartNoAckMode+;QPassSignals+;QProgramSignals+"
						: "");
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

static void on_register_info(struct script_stub *stub, const char *rest)
{
	if (stub->qemu)
		script_violate(stub, "QEMU was sent qRegisterInfo%.40s", rest);
	script_reply(stub, "", 0);
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

static bool unavailable(const struct script_stub *stub, uint32_t regnum)
{
	const char *digits = script_get(stub, stub->selected, regnum);

	return stub->has_p && digits && !*digits;
}

static void on_p(struct script_stub *stub, const char *rest)
{
	unsigned long regnum = strtoul(rest, NULL, 16);
	const struct script_register *r = find_register(script_current(stub), (unsigned)regnum);
	struct script_bytes value = {0};

	stub->p_requests++;
	if (!r || regnum > 0x7fffffff)
		script_violate(stub, "p%.60s is of no register", rest);
	else if (unavailable(stub, (uint32_t)regnum))
		script_puts(&value, "E14");
	else if (stub->has_p && (!stub->xml_unlocks || stub->xml_read))
		put_value(stub, &value, stub->selected, r);
	script_reply(stub, value.size ? (char *)value.data : "", value.size);
	script_free(&value);
}

static void on_g(struct script_stub *stub, const char *rest)
{
	const struct script_process *p = script_current(stub);
	struct script_bytes values = {0};

	stub->g_requests++;
	if (*rest || (stub->xml_unlocks && !stub->xml_read))
		script_violate(stub, "g%.60s before target.xml was read", rest);
	for (size_t i = 0; stub->has_g && i < p->g_registers; i++)
		put_value(stub, &values, stub->selected, &p->registers[i]);
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
	size_t at = *rest == ';'
			    ? script_process_of_pid(stub, (unsigned)strtoul(rest + 1, NULL, 16))
			    : 0;

	if (stub->multiprocess && *rest != ';') {
		stub->detach_refused = true;
		script_replyf(stub, "E22");
		return;
	}
	if (at == SIZE_MAX || !stub->attached[at])
		script_violate(stub, "D%.60s of a process that is not attached", rest);
	else
		stub->attached[at] = false;
	script_replyf(stub, "OK");
	stub->detached = stub->running = all_detached(stub);
}

/* --------------------------------------------------------------------- documents --- */

static const char *find_document(const struct script_stub *stub, const char *name, size_t length)
{
	for (const struct script_document *d = script_current(stub)->documents; d && d->name; d++)
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
	{"qqemu.Supported", on_qemu}, {"qHostInfo", on_host_info},
	{"qRegisterInfo", on_register_info}, {"?", script_on_stop},
	{"qRcmd,", on_status}, {"vAttach;", script_on_attach}, {"qfThreadInfo", script_on_first_threads},
	{"qsThreadInfo", script_on_more_threads}, {"qThreadExtraInfo,", script_on_name}, {"Hg", script_on_select},
	{"qXfer:features:read:", on_document}, {"p", on_p}, {"g", on_g}, {"D", on_detach},
	// clang-format on
};

void script_answer_usual(struct script_stub *stub)
{
	const char *request = (const char *)stub->packet.data;

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		size_t length = strlen(packets[i].begins);

		if (strncmp(request, packets[i].begins, length) == 0) {
			packets[i].answer(stub, request + length);
			return;
		}
	}
	if (stub->controls && script_control(stub, request))
		return;
	if (stub->detach_refused && !stub->qemu && strcmp(request, "c") == 0) {
		stub->running = true;
		return;
	}
	/* No other packet is needed, and some would change the target. */
	script_violate(stub, "it sent %.100s", request);
	script_reply(stub, "", 0);
}
