/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running and stopping, as in QEMU: all vCPUs stop together, and any byte stops a running machine.
 * */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

static void stop_reply(struct fake_conn *c, unsigned signal, unsigned vcpu)
{
	struct fake_buffer b = {0};
	fake_printf(&b, "T%02xthread:", signal);
	fake_threads_print(c, &b, vcpu);
	fake_puts(&b, c->cfg->qemu ? ";" : ";core:0;");
	fake_wire_reply(c, &b, false);
	free(b.data);
}

/* QEMU selects the CPU that stopped, whatever Hg has selected before. */
static void stopped_on(struct fake_conn *c, unsigned vcpu)
{
	c->guest->running = false;
	c->g_vcpu = c->c_vcpu = vcpu;
}

void fake_run_accepted(struct fake_conn *c)
{
	bool was_running = c->guest->running;
	c->guest->running = false;
	if (was_running)
		c->guest->status = "paused";
	/* QEMU 7.2 sends a stop reply to a client that connects to a running machine. */
	if (was_running && c->cfg->qemu72)
		stop_reply(c, 2, 0);
}

void fake_run_stop(struct fake_conn *c, unsigned signal)
{
	uv_timer_stop(&c->stop_timer);
	stopped_on(c, c->c_vcpu);
	c->guest->status = signal == 5 ? "paused (debug)" : "paused";
	stop_reply(c, signal, c->c_vcpu);
	fake_conn_flush(c);
}

void fake_run_interrupt(struct fake_conn *c)
{
	c->guest->generation++;
	fake_run_stop(c, 2);
}

static void stopped_by_byte(struct fake_conn *c, uint8_t byte)
{
	if (c->detached)
		fake_violation(c, "byte 0x%02x after the last detach", byte);
	else
		fake_violation(c, "byte 0x%02x while the target runs", byte);
	if (!c->cfg->qemu)
		return;
	uv_timer_stop(&c->stop_timer);
	stopped_on(c, c->c_vcpu);
	c->guest->status = "paused";
	if (c->cfg->qemu72)
		stop_reply(c, 2, c->c_vcpu);
}

bool fake_run_byte(struct fake_conn *c, uint8_t byte)
{
	if (!c->guest->running)
		return false;
	if (byte == 3 && !c->detached) {
		fake_totals.interrupts++;
		fake_log(c, "interrupt", "", 0);
		fake_run_interrupt(c);
	} else {
		stopped_by_byte(c, byte);
	}
	return true;
}

void fake_run_question(struct fake_conn *c, const char *args)
{
	(void)args;
	c->asked = true;
	stop_reply(c, 5, c->c_vcpu);
}

/* ------------------------------------------------------------ resuming --- */

static void on_stop_timer(uv_timer_t *timer)
{
	fake_run_stop(timer->data, 5);
}

static void step(struct fake_conn *c, unsigned vcpu)
{
	c->guest->running = true;
	c->c_vcpu = vcpu;
	/* A halted vCPU does not complete its step: QEMU waits for an interrupt. */
	if (fake_set_find(&c->cfg->wfi, vcpu))
		return;
	c->guest->generation++;
	uv_timer_start(&c->stop_timer, on_stop_timer, c->cfg->step_ms, 0);
}

static void go(struct fake_conn *c)
{
	unsigned generation;
	c->guest->running = true;
	if (c->cfg->has_pc && fake_guest_next_break(c->guest, &generation)) {
		c->guest->generation = generation;
		uv_timer_start(&c->stop_timer, on_stop_timer, c->cfg->step_ms, 0);
	} else if (c->cfg->stop_after_ms) {
		c->guest->generation++;
		uv_timer_start(&c->stop_timer, on_stop_timer, c->cfg->stop_after_ms, 0);
	}
}

struct actions {
	bool step, go;
	long vcpu;
};

/* Carry out an action of a vCont. Returns false if a reply was sent. */
static bool read_action(struct fake_conn *c, const char **at, struct actions *a)
{
	char kind = *(*at)++;
	long pid = -1, tid = -1;
	if (!kind || !strchr("cCsS", kind)) {
		fake_wire_replyf(c, "%s", "");
		return false;
	}
	if (kind == 'C' || kind == 'S')
		*at += strspn(*at, "0123456789abcdef");
	if (**at == ':' && !fake_threads_parse(c, *at + 1, &pid, &tid, at)) {
		fake_wire_replyf(c, "E22");
		return false;
	}
	if (pid > 0 && !fake_machine_cluster(c->machine, pid)) {
		fake_packets_crash(c, "vCont of an unknown process");
		return false;
	}
	long vcpu = pid < 0 && tid < 0 ? (long)c->c_vcpu : fake_threads_find(c, pid, tid);
	if (vcpu < 0) {
		fake_wire_replyf(c, "E22");
		return false;
	}
	if ((kind == 's' || kind == 'S') && !a->step) {
		a->step = true;
		a->vcpu = vcpu;
	} else if (kind == 'c' || kind == 'C') {
		a->go = true;
	}
	return true;
}

void fake_run_vcont(struct fake_conn *c, const char *args)
{
	struct actions a = {0};
	if (*args == '?') {
		fake_wire_replyf(c, "vCont;c;C;s;S");
		return;
	}
	/* QEMU does not reply if there are no actions. */
	while (*args == ';') {
		args++;
		if (!read_action(c, &args, &a))
			return;
	}
	if (a.step)
		step(c, (unsigned)a.vcpu);
	else if (a.go)
		go(c);
}

void fake_run_c(struct fake_conn *c, const char *args)
{
	(void)args;
	go(c);
}

void fake_run_s(struct fake_conn *c, const char *args)
{
	(void)args;
	step(c, c->c_vcpu);
}

/* TYPE,ADDRESS,KIND */
void fake_run_break(struct fake_conn *c, const char *args, bool insert)
{
	if ((args[0] != '0' && args[0] != '1') || args[1] != ',') {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	fake_guest_break(c->guest, strtoull(args + 2, NULL, 16), insert);
	fake_wire_replyf(c, "OK");
}
