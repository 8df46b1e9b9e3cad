/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/target.h"

#include "base/message.h"
#include "base/progress.h"
#include "opt/command.h"
#include "target/no-description.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 100 };

static void connect_target(struct target *t);

static void target_over(struct target *t)
{
	uv_close((uv_handle_t *)&t->timer, NULL);
	uv_close((uv_handle_t *)&t->limit, NULL);
	child_output_end(&t->child_output);
	t->phase = TARGET_OVER;
	t->set->done++;
}

static void say_how_left(const struct target *t)
{
	static const char *const words[] = {
		[GDBREGS_LEFT_UNKNOWN] = "it is not known how the guest was left",
		[GDBREGS_LEFT_RUNNING] = "left running",
		[GDBREGS_LEFT_DETACHED] = "detached; it is not known whether the guest runs",
		[GDBREGS_LEFT_HALTED] = "left halted",
		[GDBREGS_LEFT_ENDED] = "ended",
	};
	/* QEMU reports that a step or a breakpoint has stopped a guest, but not that an interrupt
	 * has. */
	if (t->left == GDBREGS_LEFT_HALTED && t->interrupted)
		log_verbose("%s: left halted; the next client lets it run, unless it uses "
			    "--on-exit halt",
			    t->name);
	else if (t->phase == TARGET_LEAVING && !t->gone)
		log_verbose("%s: %s", t->name, words[t->left]);
	else if (t->set->options->spawn)
		log_verbose("%s: ended", t->name);
}

static void on_retry(uv_timer_t *timer)
{
	connect_target(timer->data);
}

static void on_closed(void *arg)
{
	struct target *t = arg;
	t->session = NULL;
	if (t->phase == TARGET_RETRYING && t->set->loop.signo == 0 &&
	    uv_timer_start(&t->timer, on_retry, RETRY_MS, 0) == 0) {
		t->phase = TARGET_WAITING;
		return;
	}
	say_how_left(t);
	target_over(t);
}

static void close_target(struct target *t, enum target_phase phase)
{
	t->phase = phase;
	t->interrupted |= gdbregs_session_state(t->session) == GDBREGS_SESSION_RUNNING;
	gdbregs_report_left(t->session, &t->left);
	gdbregs_uv_close(t->session, on_closed, t);
}

static void set_error(struct target *t, int status, const char *message)
{
	t->status = status;
	snprintf(t->error, sizeof(t->error), "%s", message);
}

int target_fail(struct target *t, int status, const char *format, ...)
{
	char message[sizeof(t->error)];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	set_error(t, status, message);
	return TARGET_FAILED;
}

int target_fail_interrupted(struct target *t)
{
	const char *note = gdbregs_vcpu_note(t->session, 0);
	return target_fail(
		t, STATUS_CONNECT, "the guest was interrupted and has not stopped for %.1f s%s%s",
		t->set->options->timeout_ms / 1000.0, note ? ": " : "", note ? note : "");
}

/* ------------------------------------------------------------- errors --- */

/* The text of an error that ends a session begins with the target, at most LABEL_BYTES of it.
 * The tool prints its own name for the target. */
static const char *skip_label(const struct target *t, const char *words)
{
	enum { LABEL_BYTES = 80 };
	const char *given = t->set->options->spawn ? t->set->options->spawn[0] : t->name;
	struct text label = {0};
	text_add_printable(&label, given, strnlen(given, LABEL_BYTES));
	text_adds(&label, ": ");
	if (!label.failed && strncmp(words, label.data, label.size) == 0)
		words += label.size;
	text_fini(&label);
	return words;
}

/* Take the text of a failure from the library. */
static void take_error(struct target *t, int code, const char *words)
{
	if (code == TARGET_FAILED)
		return;
	t->status = status_of(code, t->phase == TARGET_CONNECTED);
	t->gone = code == GDBREGS_ERR_CLOSED;
	library_error_text(words[0] != '\0' ? skip_label(t, words) : gdbregs_strerror(code),
			   t->error, sizeof(t->error));
}

/* --------------------------------------------------------------- work --- */

static unsigned remaining_ms(const struct target *t)
{
	uint64_t now = uv_now(&t->set->loop.uv);
	return t->deadline_ms > now ? (unsigned)(t->deadline_ms - now) : 0;
}

/* A stub that does not run yet refuses, or its forwarder (ssh -L, a container's proxy) accepts and
 * closes. If it has answered before, waiting does not help. */
static bool worth_waiting(const struct target *t, int code)
{
	bool absent = code == GDBREGS_ERR_CONNECT || code == GDBREGS_ERR_CLOSED ||
		      code == GDBREGS_ERR_TIMEOUT;
	return absent && !t->answered && !t->set->options->spawn && remaining_ms(t) > RETRY_MS;
}

void target_done(struct target *t, int code)
{
	enum target_phase phase = TARGET_LEAVING;
	if (target_is_closing(t))
		return;
	uv_timer_stop(&t->timer);
	if (code < 0)
		take_error(t, code, gdbregs_session_error(t->session));
	if (t->phase == TARGET_CONNECTING)
		phase = worth_waiting(t, code) ? TARGET_RETRYING : TARGET_GIVING_UP;
	close_target(t, phase);
}

void target_go_on(struct target *t, int status)
{
	if (status != TARGET_UNDER_WAY)
		target_done(t, status);
}

int target_wait(struct target *t, int error, target_next next)
{
	t->next = next;
	return error < 0 ? error : TARGET_UNDER_WAY;
}

void target_on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct target *t = arg;
	(void)s, (void)error;
	if (!target_is_closing(t))
		target_go_on(t, t->next(t, status));
}

/* A stub may send each of many replies just before its deadline. */
static void on_limit(uv_timer_t *timer)
{
	struct target *t = timer->data;
	if (!target_is_closing(t))
		target_done(t, target_fail(t, STATUS_CONNECT,
					   "gave up: the stub is too slow to finish in %.1f s; "
					   "--within SECONDS sets the time",
					   t->set->options->within_ms / 1000.0));
}

/* Commands that let the guest run end by themselves when --within is over. They stop
 * the guest then, and read it once more. */
static int start_limit(struct target *t)
{
	const struct options *o = t->set->options;
	uint64_t more_ms = o->command->runs_guest ? 2ull * o->timeout_ms : 0;
	if (o->within_ms == 0)
		return 0;
	return uv_timer_start(&t->limit, on_limit, o->within_ms + more_ms, 0) < 0
		       ? GDBREGS_ERR_NOMEM
		       : 0;
}

static int work(struct target *t)
{
	int status = start_limit(t);
	if (status == 0)
		status = no_description_is(t) ? no_description_fail(t) : t->set->work(t);
	return status;
}

static void on_connected(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	struct target *t = arg;
	(void)s, (void)error;
	if (target_is_closing(t))
		return;
	if (status < 0) {
		target_done(t, status);
		return;
	}
	t->phase = TARGET_CONNECTED;
	target_go_on(t, work(t));
}

/* --log-packets: what goes over the wire, one packet a line on stderr. `target` is NULL if
 * there is only one. */
static void log_packet(const char *target, bool sent, const void *bytes, size_t size)
{
	struct text line = {0};
	text_addf(&line, "%s%s%s ", target ? target : "", target ? " " : "", sent ? "->" : "<-");
	text_add_printable(&line, bytes, size);
	text_adds(&line, "\n");
	progress_hide();
	fputs(line.failed ? "(out of memory)\n" : line.data, stderr);
	text_fini(&line);
}

static void on_trace(void *arg, enum gdbregs_direction direction, const void *bytes, size_t size)
{
	struct target *t = arg;
	if (direction == GDBREGS_RECEIVED && size > 1)
		t->answered = true;
	if (t->set->options->log_packets)
		log_packet(t->set->count > 1 ? t->name : NULL, direction == GDBREGS_SENT, bytes,
			   size);
}

/* While waiting, a stub that accepts and stays silent is waited for on the one
 * connection: QEMU queues connections, and abandoned ones stop its guest later. */
static void session_options(struct target *t, struct gdbregs_options *session)
{
	const struct options *o = t->set->options;
	gdbregs_options_init(session);
	session->access = t->set->access;
	session->on_close = o->on_exit;
	session->connect_timeout_ms = o->timeout_ms;
	session->reply_timeout_ms = o->timeout_ms;
	session->connect_deadline_ms = o->connect_deadline_ms;
	session->description_path = o->tdesc;
	session->architecture = t->set->arch_path[0] != '\0' ? t->set->arch_path : NULL;
	session->description_optional = true; /* no_description_fail() has more to say */
	session->byte_order = o->endian;
	session->step_irq = o->irq;
	session->trace_arg = t;
	if (o->no_pipeline)
		session->pipeline = GDBREGS_PIPELINE_OFF;
	if (o->log_packets || o->wait_ms > 0)
		session->trace = on_trace;
	if (o->wait_ms == 0)
		return;
	unsigned left_ms = remaining_ms(t) > 0 ? remaining_ms(t) : 1;
	session->first_reply_timeout_ms = left_ms;
	if (left_ms < session->connect_timeout_ms)
		session->connect_timeout_ms = left_ms;
}

/* A stub that has ended by itself may have printed the reason. */
static bool wants_child_output(const void *arg)
{
	const struct target *t = arg;
	return t->phase != TARGET_LEAVING || t->gone;
}

static int open_session(struct target *t, const struct gdbregs_options *options,
			struct gdbregs_error *error)
{
	struct targets *set = t->set;
	if (set->options->spawn) {
		signals_child();
		t->child_output.wanted = wants_child_output;
		t->child_output.arg = t;
		int saved = set->options->quiet
				    ? child_output_begin(&t->child_output, &set->loop.uv)
				    : -1;
		int code = gdbregs_uv_spawn(set->context, &set->loop.uv, set->options->spawn,
					    options, &t->session, on_connected, t, error);
		child_output_restore(saved);
		return code;
	}
	return gdbregs_uv_connect(set->context, &set->loop.uv, t->name, options, &t->session,
				  on_connected, t, error);
}

static void connect_target(struct target *t)
{
	struct gdbregs_options options;
	struct gdbregs_error error = {.code = 0};
	t->phase = TARGET_CONNECTING;
	t->gone = t->interrupted = false;
	set_error(t, 0, "");
	session_options(t, &options);
	int code = open_session(t, &options, &error);
	if (code >= 0)
		return;
	t->session = NULL;
	take_error(t, code, error.text);
	target_over(t);
}

void target_start(struct target *t)
{
	struct loop *loop = &t->set->loop;
	t->deadline_ms = uv_now(&loop->uv) + t->set->options->wait_ms;
	t->timer.data = t->limit.data = t;
	uv_timer_init(&loop->uv, &t->timer);
	uv_timer_init(&loop->uv, &t->limit);
	connect_target(t);
}

void target_interrupt(struct target *t)
{
	if (t->phase == TARGET_WAITING)
		target_over(t);
	else if (!target_is_closing(t))
		close_target(t, t->phase == TARGET_CONNECTED ? TARGET_LEAVING : TARGET_GIVING_UP);
}
