/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dispatches packets, and handles the small ones. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

void fake_packets_crash(struct fake_conn *c, const char *why)
{
	fake_violation(c, "%s: a real stub would have died of it", why);
	c->guest->dead = true;
	fake_conn_close(c, false);
}

static void reply_empty(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_wire_replyf(c, "%s", "");
}

static void reply_unreadable(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_wire_replyf(c, "E14");
}

/* Packets that end, reset or change a target. A client that only reads must not send them. */
static void forbidden(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_violation(c, "packet %.20s is never to be sent", (const char *)c->packet.data);
	fake_wire_replyf(c, "%s", "");
}

static void kill_guest(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_packets_crash(c, "kill");
}

static void supported(struct fake_conn *c, const char *args)
{
	const struct fake_config *cfg = c->cfg;
	struct fake_buffer b = {0};
	if (cfg->multiprocess && strstr(args, "multiprocess+"))
		c->guest->multiprocess = true;
	if (strstr(args, "xmlRegisters="))
		c->xml_registers = true;
	if (cfg->supported)
		fake_puts(&b, cfg->supported);
	else
		fake_printf(&b, "PacketSize=%x%s;vContSupported+%s%s", cfg->packet_size,
			    cfg->no_xfer ? "" : ";qXfer:features:read+",
			    cfg->multiprocess ? ";multiprocess+" : "",
			    cfg->no_ack_mode ? ";QStartNoAckMode+;QPassSignals+;QProgramSignals+"
					     : "");
	fake_wire_reply(c, &b, false);
	free(b.data);
}

static void start_no_ack(struct fake_conn *c, const char *args)
{
	(void)args;
	if (!c->cfg->no_ack_mode) {
		reply_empty(c, args);
		return;
	}
	fake_wire_replyf(c, "OK");
	c->no_ack = true;
	c->pending = false;
	c->last_ack_due = 1;
}

static void qemu_supported(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_wire_replyf(c, "%s",
			 !c->cfg->qemu	  ? ""
			 : c->cfg->phymem ? "sstepbits;sstep;PhyMemMode"
					  : "sstepbits;sstep");
}

static void host_info(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_wire_replyf(c, "%s", c->cfg->host_info ? c->cfg->host_info : "");
}

/* QPassSignals and QProgramSignals: gdb sends them if the stub offers them. */
static void signals_listed(struct fake_conn *c, const char *args)
{
	if (c->cfg->no_ack_mode)
		fake_wire_replyf(c, "OK");
	else
		reply_empty(c, args);
}

static void attached(struct fake_conn *c, const char *args)
{
	(void)args;
	fake_wire_replyf(c, c->cfg->attached ? "1" : "0");
}

static void put_console(struct fake_conn *c, const char *text, size_t size)
{
	struct fake_buffer payload = {0}, frame = {0};
	fake_puts(&payload, "O");
	fake_put_hex(&payload, text, size);
	fake_wire_frame(&frame, '$', payload.data, payload.size);
	fake_conn_put(c, frame.data, frame.size);
	c->unacked++;
	free(payload.data);
	free(frame.data);
}

/* A monitor command: send its output in O packets, then OK. */
static void monitor(struct fake_conn *c, const char *args)
{
	char command[256] = "", text[400];
	if (!c->cfg->phymem || *args != ',') {
		reply_empty(c, args);
		return;
	}
	fake_unhex((uint8_t *)command, sizeof(command) - 1, args + 1);
	if (!strcmp(command, "info status"))
		snprintf(text, sizeof(text), "VM status: %s\r\n", c->guest->status);
	else
		snprintf(text, sizeof(text), "unknown command: '%s'\r\n", command);
	put_console(c, text, strlen(text));
	fake_wire_replyf(c, "OK");
}

static void insert_break(struct fake_conn *c, const char *args)
{
	fake_run_break(c, args, true);
}

static void remove_break(struct fake_conn *c, const char *args)
{
	fake_run_break(c, args, false);
}

/* The first entry that is a prefix of the packet handles it. If the entry ends with "=", it must be
 * the whole packet. */
// clang-format off
static const struct {
	const char *start;
	void (*handle)(struct fake_conn *c, const char *args);
} table[] = {
	{"p", fake_values_p},
	{"P", fake_values_P},
	{"Hc", fake_threads_hg},
	{"Hg", fake_threads_hg},
	{"g=", fake_values_g},
	{"G", fake_values_G},
	{"qXfer:", fake_values_xfer},
	{"qSupported", supported},
	{"QStartNoAckMode=", start_no_ack},
	{"QPassSignals:", signals_listed},
	{"QProgramSignals:", signals_listed},
	{"qqemu.Supported=", qemu_supported},
	{"qqemu.", reply_empty},
	{"Qqemu.", forbidden},
	{"qemu.", forbidden},
	{"QNonStop:1", forbidden},
	{"?=", fake_run_question},
	{"qfThreadInfo=", fake_threads_first},
	{"qsThreadInfo=", fake_threads_next},
	{"qThreadExtraInfo,", fake_threads_extra},
	{"qAttached", attached},
	{"qC=", fake_threads_current},
	{"qRcmd", monitor},
	{"qHostInfo=", host_info},
	{"T", fake_threads_alive},
	{"vAttach;", fake_threads_attach},
	{"D", fake_threads_detach},
	{"vCont", fake_run_vcont},
	{"vKill", kill_guest},
	{"vRun", forbidden},
	{"c", fake_run_c},
	{"s", fake_run_s},
	{"Z", insert_break},
	{"z", remove_break},
	{"m", reply_unreadable},
	{"M", forbidden},
	{"X", forbidden},
	{"R", forbidden},
	{"!", forbidden},
	{"k", kill_guest},
	{"QThreadSuffixSupported", reply_empty},
	{"", reply_empty},
};
// clang-format on

static bool starts(const char *packet, const char *start, size_t *length)
{
	size_t n = strlen(start);
	bool whole = n && start[n - 1] == '=';
	*length = n - whole;
	return !strncmp(packet, start, *length) && (!whole || !packet[*length]);
}

static void dispatch(struct fake_conn *c, const char *packet)
{
	size_t length;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (!starts(packet, table[i].start, &length))
			continue;
		/* Hg and Hc share a handler, which needs the letter. */
		table[i].handle(c, packet + (packet[0] == 'H' ? 1 : length));
		return;
	}
}

/* Returns true if the script has replied. */
static bool scripted(struct fake_conn *c, const char *packet)
{
	const struct fake_rule *rule = fake_script_match(c->cfg, packet);
	if (!rule)
		return false;
	switch (rule->action) {
	case ACTION_REPLY:
		fake_wire_reply(c, &rule->text, false);
		return true;
	case ACTION_RAW:
		fake_conn_put(c, rule->text.data, rule->text.size);
		return true;
	case ACTION_ACK:
		return true;
	case ACTION_SILENT:
		c->silent = true;
		return true;
	case ACTION_CLOSE:
		c->close_when_flushed = true;
		return true;
	case ACTION_CONSOLE:
		put_console(c, (const char *)rule->text.data, rule->text.size);
		return false;
	}
	return false;
}

void fake_packets_handle(struct fake_conn *c)
{
	const char *packet = c->packet.size ? (const char *)c->packet.data : "";
	c->first_packet_seen = true;
	if (c->guest->dead)
		return;
	if (!scripted(c, packet))
		dispatch(c, packet);
}
