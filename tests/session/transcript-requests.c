/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests of `>` lines, and the text of their results. */
#include "transcript.h"

#include "rsp/packet.h"
#include "session/requests.h"
#include "session/watch.h"
#include "util/hex.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS	   8
#define READS	   64
#define READ_BYTES 64

/* A request that has not completed. It is freed when its result is written. */
struct transcript_call {
	struct transcript_call *next;
	struct transcript *t;
	void (*put)(struct transcript_call *call, char *text, int status); /* NULL: `ok` */
	struct gdbregs_stop stop;
	struct gdbregs_buffer buffer;
	struct gdbregs_read reads[READS];
	struct gdbregs_write writes[WORDS];
	struct gdbregs_error errors[WORDS]; /* of the writes */
	size_t count;
};

static void put_failure(struct transcript *t, int status, const char *text)
{
	transcript_result(t, "= %s: %s", gdbregs_error_name(status) + strlen("GDBREGS_ERR_"), text);
}

/* The error of a call that failed at once. */
static void put_error(struct transcript *t, int status)
{
	put_failure(t, status, gdbregs_session_error(t->d.s));
}

static void on_connect(struct transcript *t, char **words)
{
	int status = transcript_connect(t);

	(void)words;
	if (status < 0) {
		put_error(t, status);
		drive_detach_blindly(&t->d);
	} else {
		transcript_result(t, "= ok");
	}
	t->stub.log[0] = '\0';
}

static void forget(struct transcript_call *call)
{
	struct transcript_call **link = &call->t->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	gdbregs_buffer_fini(&call->buffer);
	free(call);
}

void transcript_forget_calls(struct transcript *t)
{
	while (t->calls)
		forget(t->calls);
}

static void on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct transcript_call *call = arg;
	char text[2048] = "ok";

	(void)s;
	ck_assert(status >= 0 ? !error : error->code == status && error->text[0]);
	if (error) {
		put_failure(call->t, status, error->text);
	} else {
		if (call->put)
			call->put(call, text, status);
		transcript_result(call->t, "= %s", text);
	}
	forget(call);
}

static struct transcript_call *make(struct transcript *t)
{
	struct transcript_call *call = calloc(1, sizeof(*call));

	call->t = t;
	call->next = t->calls;
	t->calls = call;
	return call;
}

/* A call that fails at once does not call back. */
static void begun(struct transcript_call *call, int result)
{
	if (result == 0)
		return;
	call->t->last = NULL;
	put_error(call->t, result);
	forget(call);
}

const struct gdbregs_register *transcript_register(struct transcript *t, const char *name,
						   unsigned *vcpu)
{
	const struct gdbregs_register *found = NULL;
	char *end;

	*vcpu = (unsigned)strtoul(name, &end, 10);
	if (strcmp(end, ".none") != 0 &&
	    gdbregs_find_register(t->d.s, 0, NULL, end + 1, &found) < 0)
		transcript_fail(t, "no register is called %s", name);
	return found;
}

/* -------------------------------------------------------------------- running --- */

static const char *const reasons[] = {"signal", "swbreak", "hwbreak", "watch",
				      "rwatch", "awatch",  "other"};

static void put_stop(struct transcript_call *call, char *text, int status)
{
	static const char *const kinds[] = {"", " exited", " terminated", " thread-exit",
					    " no-resumed"};
	const struct gdbregs_stop *stop = &call->stop;

	(void)status;
	text += sprintf(text, "ok%s", kinds[stop->kind]);
	if (stop->signal)
		text += sprintf(text, " signal=%d", stop->signal);
	if (stop->exit_status)
		text += sprintf(text, " status=%d", stop->exit_status);
	if (stop->vcpu != (unsigned)-1)
		text += sprintf(text, " vcpu=%u", stop->vcpu);
	if (stop->reason != GDBREGS_REASON_SIGNAL)
		text += sprintf(text, " %s", reasons[stop->reason]);
	if (stop->address)
		sprintf(text, " address=%llx", (unsigned long long)stop->address);
}

static void on_step(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);

	call->put = put_stop;
	begun(call, gdbregs__step(t->d.s, (uint32_t)strtol(words[1], NULL, 10), &call->stop,
				  on_done, call, &t->last));
}

static void on_continue(struct transcript *t, char **words)
{
	int result = gdbregs__continue(t->d.s, NULL, NULL, NULL, NULL);

	(void)words;
	if (result < 0)
		put_error(t, result);
}

static void on_wait(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	int timeout_ms = words[1] ? (int)strtol(words[1], NULL, 10) : -1;

	call->put = put_stop;
	begun(call, gdbregs__stop_wait(t->d.s, timeout_ms, &call->stop, on_done, call, &t->last));
}

static void on_interrupt(struct transcript *t, char **words)
{
	(void)words;
	ck_assert_int_eq(gdbregs__run_interrupt(t->d.s), 0);
}

static void on_cancel(struct transcript *t, char **words)
{
	(void)words;
	if (!t->last)
		transcript_fail(t, "there is nothing to cancel");
	drive_cancel(&t->d, t->last);
	t->last = NULL;
}

static void on_close(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);

	(void)words;
	t->stub.blind |= drive_failure(&t->d) != 0;
	begun(call, gdbregs__session_stop(t->d.s, t->d.now_ms, on_done, call));
}

/* fail ERROR: fail the session, as a damaged reply does. */
static void on_fail(struct transcript *t, char **words)
{
	int code = -1;

	while (strcmp(gdbregs_error_name(code) + strlen("GDBREGS_ERR_"), words[1]) != 0)
		if (--code < -100)
			transcript_fail(t, "no error is called %s", words[1]);
	inside_fail(t->d.s, code, "enough");
}

static void on_detach_blindly(struct transcript *t, char **words)
{
	(void)words;
	drive_detach_blindly(&t->d);
}

/* ---------------------------------------------------------- reading and writing --- */

static void put_hex(char *text, const void *data, size_t size)
{
	gdbregs__hex_encode(text, data, size);
	text[2 * size] = '\0';
}

static void put_one(struct transcript_call *call, char *text, int status)
{
	ck_assert_int_eq(call->buffer.size, status);
	put_hex(text, call->buffer.data, call->buffer.size);
}

static void put_many(struct transcript_call *call, char *text, int status)
{
	(void)status;
	text += sprintf(text, "ok");
	for (size_t i = 0; i < call->count; i++) {
		const struct gdbregs_read *read = &call->reads[i];

		*text++ = ' ';
		if (read->status < 0)
			strcpy(text, gdbregs_error_name(read->status) + strlen("GDBREGS_ERR_"));
		else
			put_hex(text, read->data, (size_t)read->status);
		text += strlen(text);
	}
}

static void on_read(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	unsigned vcpu;
	const struct gdbregs_register *h = transcript_register(t, words[1], &vcpu);

	call->put = put_one;
	begun(call, gdbregs__read_one(t->d.s, vcpu, h, &call->buffer, on_done, call, &t->last));
}

static void on_read_many(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);

	call->put = put_many;
	for (; words[call->count + 1]; call->count++) {
		struct gdbregs_read *read = &call->reads[call->count];

		read->reg = transcript_register(t, words[call->count + 1], &read->vcpu);
	}
	begun(call, gdbregs__read_many(t->d.s, call->reads, call->count, &call->buffer, on_done,
				       call, &t->last));
}

/* Returns true if the value is the one that the stub has. */
static bool is_right(const struct transcript *t, const struct gdbregs_read *read)
{
	const char *set = script_get(&t->stub, read->vcpu + 1, read->reg->regnum);
	uint8_t usual[READ_BYTES];
	char digits[2][2 * READ_BYTES + 1];

	if (read->status < 0 || (size_t)read->status > READ_BYTES)
		return false;
	if (read->status != (int)(read->reg->bits / 8))
		return false;
	script_value(read->vcpu + 1, read->reg->regnum, usual, (size_t)read->status);
	put_hex(digits[0], usual, (size_t)read->status);
	put_hex(digits[1], read->data, (size_t)read->status);
	return strcmp(set ? set : digits[0], digits[1]) == 0;
}

/* Returns the error that all reads have in common, or 0. */
static int common_error(const struct transcript_call *call)
{
	int error = call->count ? call->reads[0].status : 0;

	for (size_t i = 0; i < call->count; i++)
		if (call->reads[i].status != error)
			return 0;
	return error < 0 ? error : 0;
}

/* Write only the values that differ from the stub's. */
static void put_all(struct transcript_call *call, char *text, int status)
{
	(void)status;
	text += sprintf(text, "ok");
	if (common_error(call)) {
		sprintf(text, " all %s",
			gdbregs_error_name(common_error(call)) + strlen("GDBREGS_ERR_"));
		return;
	}
	for (size_t i = 0; i < call->count; i++) {
		const struct gdbregs_read *read = &call->reads[i];

		if (is_right(call->t, read))
			continue;
		text += sprintf(text, " %u.%s=", read->vcpu, gdbregs_register_name(read->reg));
		if (read->status < 0)
			strcpy(text, gdbregs_error_name(read->status) + strlen("GDBREGS_ERR_"));
		else
			put_hex(text, read->data, (size_t)read->status);
		text += strlen(text);
	}
}

/* read-all VCPU...: read all registers of these vCPUs in one batch. The result lists the registers
 * whose value differs from the stub's: `ok` alone means that all values are right. */
static void on_read_all(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	struct gdbregs_reg_descriptor *list;
	size_t count;

	call->put = put_all;
	for (; *++words; gdbregs_free(list)) {
		unsigned vcpu = (unsigned)strtoul(*words, NULL, 10);

		ck_assert_int_eq(gdbregs_get_registers(t->d.s, vcpu, &list, &count), 0);
		for (size_t i = 0; i < count && call->count < READS; i++)
			call->reads[call->count++] =
				(struct gdbregs_read){vcpu, list[i].handle, -99, NULL};
	}
	begun(call, gdbregs__read_many(t->d.s, call->reads, call->count, &call->buffer, on_done,
				       call, &t->last));
}

static void on_write(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	uint8_t bytes[64];
	size_t size = words[2] ? strlen(words[2]) / 2 : 0;
	bool null = words[2] && strcmp(words[2], "null") == 0;
	unsigned vcpu;
	const struct gdbregs_register *h = transcript_register(t, words[1], &vcpu);

	for (size_t i = 0; i < size && !null; i++)
		ck_assert_int_eq(sscanf(words[2] + 2 * i, "%2hhx", &bytes[i]), 1);
	begun(call, gdbregs__write_register(t->d.s, vcpu, h, null ? NULL : bytes, size, on_done,
					    call, &t->last));
}

static void put_reply(struct transcript_call *call, char *text, int status)
{
	(void)status;
	sprintf(text, "ok %.*s", (int)call->buffer.size, (const char *)call->buffer.data);
}

static void on_raw_packet(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);

	call->put = put_reply;
	begun(call, gdbregs__raw_packet(t->d.s, words[1], strlen(words[1]), &call->buffer, on_done,
					call, &t->last));
}

/* --------------------------------------------------------- points and watches --- */

/* insert TYPE ADDRESS KIND, remove TYPE ADDRESS KIND: TYPE is the digit of the packet Z. */
static void change_point(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	enum gdbregs_point type = (enum gdbregs_point)strtoul(words[1], NULL, 10);
	uint64_t address = strtoull(words[2], NULL, 16);
	unsigned kind = words[3] ? (unsigned)strtoul(words[3], NULL, 10) : 0;

	begun(call,
	      (strcmp(words[0], "insert") == 0 ? gdbregs__points_insert : gdbregs__points_remove)(
		      t->d.s, type, address, kind, on_done, call, &t->last));
}

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		      const void *old_bytes, const void *new_bytes, size_t size)
{
	char texts[2][64] = {"-", "-"};

	if (old_bytes)
		put_hex(texts[0], old_bytes, size);
	if (new_bytes)
		put_hex(texts[1], new_bytes, size);
	transcript_result(arg, "! %u.%s %s %s", vcpu, gdbregs_register_name(h), texts[0], texts[1]);
}

static void on_watch(struct transcript *t, char **words)
{
	unsigned vcpu;
	const struct gdbregs_register *h = transcript_register(t, words[1], &vcpu);
	bool begins = strcmp(words[0], "watch") == 0;
	int result = (begins ? gdbregs_watch : gdbregs_unwatch)(t->d.s, vcpu, h, on_change, t);

	if (result < 0)
		put_error(t, result);
}

static void put_writes(struct transcript_call *call, char *text, int status)
{
	(void)status;
	text += sprintf(text, "ok");
	for (size_t i = 0; i < call->count; i++) {
		ck_assert_int_eq(call->writes[i].status, call->errors[i].code);
		ck_assert(!call->errors[i].code == !call->errors[i].text[0]);
		text += sprintf(text, " %s",
				call->writes[i].status == 0
					? "ok"
					: gdbregs_error_name(call->writes[i].status) +
						  strlen("GDBREGS_ERR_"));
	}
}

/* write-many VCPU.REG=DIGITS... */
static void on_write_many(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);
	uint8_t bytes[WORDS][32];

	call->put = put_writes;
	for (; words[1 + call->count]; call->count++) {
		struct gdbregs_write *write = &call->writes[call->count];
		char *digits = strchr(words[1 + call->count], '=');

		*digits++ = '\0';
		write->reg = transcript_register(t, words[1 + call->count], &write->vcpu);
		write->size = strlen(digits) / 2;
		write->bytes = bytes[call->count];
		write->error = &call->errors[call->count];
		gdbregs__hex_decode(bytes[call->count], (uint8_t *)digits, 2 * write->size);
	}
	begun(call,
	      gdbregs__write_many(t->d.s, call->writes, call->count, on_done, call, &t->last));
}

static void put_vcpu_state(struct transcript_call *call, char *text, int status)
{
	static const char *const states[] = {"unknown", "running", "halted"};

	(void)call;
	sprintf(text, "ok %s", states[status]);
}

static void on_vcpu_state(struct transcript *t, char **words)
{
	struct transcript_call *call = make(t);

	call->put = put_vcpu_state;
	begun(call, gdbregs__ask_state(t->d.s, (uint32_t)strtoul(words[1], NULL, 10), on_done, call,
				       &t->last));
}

static void on_vcpu_change(void *arg, unsigned vcpu, const struct gdbregs_change *changes,
			   size_t count)
{
	struct transcript *t = arg;

	transcript_result(t, "! %u: %zu", vcpu, count);
	for (size_t i = 0; i < count; i++)
		on_change(t, vcpu, changes[i].reg, changes[i].old_bytes, changes[i].new_bytes,
			  changes[i].size);
}

static void on_watch_vcpu(struct transcript *t, char **words)
{
	bool begins = strcmp(words[0], "watch-vcpu") == 0;
	int result = (begins ? gdbregs_watch_vcpu : gdbregs_unwatch_vcpu)(
		t->d.s, (unsigned)strtoul(words[1], NULL, 10), on_vcpu_change, t);

	if (result < 0)
		put_error(t, result);
}

/* ------------------------------------------------------------ what is the case --- */

static void ask_state(struct transcript *t, char **words)
{
	static const char *const states[] = {"connecting", "stopped", "running", "closing",
					     "ended"};

	(void)words;
	if (gdbregs_session_state(t->d.s) == GDBREGS_SESSION_EXITED)
		transcript_result(t, "= exited");
	else if (drive_failure(&t->d))
		put_error(t, drive_failure(&t->d));
	else
		transcript_result(t, "= %s", states[inside_of(t->d.s).state]);
}

/* note VCPU: how its registers are read, if that is unusual. */
static void ask_note(struct transcript *t, char **words)
{
	const char *note = gdbregs_vcpu_note(t->d.s, (unsigned)strtoul(words[1], NULL, 10));

	transcript_result(t, note ? "= note: %s" : "= none", note);
}

static void ask_vcpus(struct transcript *t, char **words)
{
	(void)words;
	transcript_result(t, "= %u", gdbregs_vcpu_count(t->d.s));
}

static void ask_thread(struct transcript *t, char **words)
{
	transcript_result(t, "= %s",
			  gdbregs_vcpu_thread(t->d.s, (unsigned)strtoul(words[1], NULL, 10)));
}

static void ask_same_description(struct transcript *t, char **words)
{
	const struct gdbregs_description *of[2];

	for (int i = 0; i < 2; i++)
		of[i] = gdbregs_vcpu_description(t->d.s, (unsigned)strtoul(words[i + 1], NULL, 10));
	transcript_result(t, "= %s", of[0] == of[1] ? "yes" : "no");
}

static void ask_deadline(struct transcript *t, char **words)
{
	uint64_t deadline = inside_deadline(t->d.s);

	(void)words;
	if (deadline == GDBREGS__FOREVER)
		transcript_result(t, "= never");
	else
		transcript_result(t, "= %llu", (unsigned long long)(deadline - t->d.now_ms));
}

static void ask_value(struct transcript *t, char **words)
{
	unsigned vcpu;
	const struct gdbregs_register *h = transcript_register(t, words[1], &vcpu);

	transcript_result(t, "= %s", script_get(&t->stub, vcpu + 1, h->regnum));
}

/* order VCPU: its byte order, and how it is known. */
static void ask_order(struct transcript *t, char **words)
{
	static const char *const orders[] = {"unknown", "little", "big"};
	static const char *const sources[] = {"nothing", "architecture", "assumption", "msr",
					      "user"};
	unsigned vcpu = (unsigned)strtoul(words[1], NULL, 10);

	transcript_result(t, "= %s from %s", orders[gdbregs_vcpu_byte_order(t->d.s, vcpu)],
			  sources[gdbregs_vcpu_byte_order_source(t->d.s, vcpu)]);
}

/* left: how the target was left. */
static void ask_left(struct transcript *t, char **words)
{
	static const char *const left[] = {
		[GDBREGS_LEFT_UNKNOWN] = "unknown",   [GDBREGS_LEFT_RUNNING] = "running",
		[GDBREGS_LEFT_DETACHED] = "detached", [GDBREGS_LEFT_HALTED] = "halted",
		[GDBREGS_LEFT_ENDED] = "ended",
	};

	(void)words;
	transcript_result(t, "= %s", left[inside_of(t->d.s).left]);
}

static const struct {
	const char *name;
	unsigned words; /* minimum number of words */
	void (*make)(struct transcript *t, char **words);
	bool asks; /* asks about the state after all bytes were exchanged */
} requests[] = {
	{"connect", 1, on_connect, false},
	{"step", 2, on_step, false},
	{"continue", 1, on_continue, false},
	{"wait", 1, on_wait, false},
	{"interrupt", 1, on_interrupt, false},
	{"cancel", 1, on_cancel, false},
	{"close", 1, on_close, false},
	{"fail", 2, on_fail, false},
	{"detach-blindly", 1, on_detach_blindly, true},
	{"read", 2, on_read, false},
	{"read-many", 2, on_read_many, false},
	{"read-all", 2, on_read_all, false},
	{"write", 2, on_write, false},
	{"write-many", 1, on_write_many, false},
	{"packet", 2, on_raw_packet, false},
	{"insert", 3, change_point, false},
	{"remove", 3, change_point, false},
	{"watch", 2, on_watch, false},
	{"unwatch", 2, on_watch, false},
	{"watch-vcpu", 2, on_watch_vcpu, false},
	{"unwatch-vcpu", 2, on_watch_vcpu, false},
	{"vcpu-state", 2, on_vcpu_state, false},
	{"state", 1, ask_state, true},
	{"note", 2, ask_note, true},
	{"vcpus", 1, ask_vcpus, true},
	{"thread", 2, ask_thread, true},
	{"same-description", 3, ask_same_description, true},
	{"deadline", 1, ask_deadline, true},
	{"value", 2, ask_value, true},
	{"order", 2, ask_order, true},
	{"left", 1, ask_left, true},
};

void transcript_request(struct transcript *t, char *text)
{
	char *words[WORDS + 1] = {0};
	unsigned count = 0;

	for (char *word = strtok(text, " "); word && count < WORDS; word = strtok(NULL, " "))
		words[count++] = word;
	for (size_t i = 0; count && i < sizeof(requests) / sizeof(*requests); i++) {
		if (strcmp(words[0], requests[i].name) != 0)
			continue;
		if (count < requests[i].words)
			transcript_fail(t, "%s needs more words", words[0]);
		if (requests[i].asks)
			transcript_settle(t);
		requests[i].make(t, words);
		return;
	}
	transcript_fail(t, "no request is called %s", count ? words[0] : "");
}
