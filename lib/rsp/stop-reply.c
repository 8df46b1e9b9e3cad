/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/stop-reply.h"

#include "rsp/span.h"
#include "util/hex.h"

#include <string.h>

/* The destination of the `key:value` pairs of a T reply. */
struct pairs {
	struct gdbregs__stop *stop;
	gdbregs__expedited expedited;
	void *arg;
};

struct word {
	const char *name;
	enum gdbregs_stop_reason reason;
	bool has_address;
};

/* Parse the whole span as one number. */
static int parse_number(struct gdbregs__span span, uint64_t *number)
{
	return gdbregs__hex_parse_all(span.text, span.size, number) ? 0 : GDBREGS_ERR_PROTOCOL;
}

static int parse_thread(struct gdbregs__span span, struct gdbregs__stop *stop)
{
	size_t at = 0;

	if (!gdbregs__thread_id_parse(span.text, span.size, &at, &stop->thread) || at != span.size)
		return GDBREGS_ERR_PROTOCOL;
	stop->has_thread = true;
	return 0;
}

/* Store the reason. OTHER is something the target did; it never replaces the reason
 * for which the debugger stopped it. */
static int take_word(struct gdbregs__stop *stop, const struct word *word,
		     struct gdbregs__span value)
{
	if (word->reason != GDBREGS_REASON_OTHER || stop->reason == GDBREGS_REASON_SIGNAL)
		stop->reason = word->reason;
	return word->has_address ? parse_number(value, &stop->address) : 0;
}

/* To support another word, add a line here. */
static const struct word words[] = {
	// clang-format off
	{"swbreak",        GDBREGS_REASON_SWBREAK, false},
	{"hwbreak",        GDBREGS_REASON_HWBREAK, false},
	{"watch",          GDBREGS_REASON_WATCH,   true},
	{"rwatch",         GDBREGS_REASON_RWATCH,  true},
	{"awatch",         GDBREGS_REASON_AWATCH,  true},
	{"library",        GDBREGS_REASON_OTHER,   false},
	{"fork",           GDBREGS_REASON_OTHER,   false},
	{"vfork",          GDBREGS_REASON_OTHER,   false},
	{"vforkdone",      GDBREGS_REASON_OTHER,   false},
	{"exec",           GDBREGS_REASON_OTHER,   false},
	{"clone",          GDBREGS_REASON_OTHER,   false},
	{"create",         GDBREGS_REASON_OTHER,   false},
	{"replaylog",      GDBREGS_REASON_OTHER,   false},
	{"syscall_entry",  GDBREGS_REASON_OTHER,   false},
	{"syscall_return", GDBREGS_REASON_OTHER,   false},
	// clang-format on
};

static int take_pair(struct pairs *pairs, struct gdbregs__span key, struct gdbregs__span value)
{
	uint64_t regnum;

	/* As in GDB, an empty id names no thread. */
	if (gdbregs__span_equals(key, "thread"))
		return value.size ? parse_thread(value, pairs->stop) : 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (gdbregs__span_equals(key, words[i].name))
			return take_word(pairs->stop, &words[i], value);
	if (!pairs->expedited || parse_number(key, &regnum) < 0)
		return 0;

	int result = pairs->expedited(pairs->arg, regnum, value.text, value.size);
	return result < 0 ? result : 0;
}

/* Take the next pair. GDB requires the colon of the last one only. A text without a colon
 * says nothing. GDB also skips the pair after it (`01;thread:1`). */
static int take_next(struct pairs *pairs, struct gdbregs__span *rest)
{
	struct gdbregs__span key, value;

	if (gdbregs__span_pair(rest, &key, &value))
		return take_pair(pairs, key, value);
	return key.size == 0 || gdbregs__span_has(*rest, ':') ? 0 : GDBREGS_ERR_PROTOCOL;
}

/* Parse exactly two digits: in a T reply a register number may follow. */
static int parse_signal(struct gdbregs__span *rest, unsigned *signal)
{
	if (rest->size < 2)
		return GDBREGS_ERR_PROTOCOL;

	unsigned high = gdbregs__hex_digit(rest->text[0]), low = gdbregs__hex_digit(rest->text[1]);
	if ((high | low) > 15)
		return GDBREGS_ERR_PROTOCOL;
	*signal = high << 4 | low;
	rest->text += 2;
	rest->size -= 2;
	return 0;
}

static int parse_t(struct gdbregs__span rest, struct gdbregs__stop *stop,
		   gdbregs__expedited expedited, void *arg)
{
	struct pairs pairs = {stop, expedited, arg};
	int result = parse_signal(&rest, &stop->signal);

	while (result == 0 && rest.size)
		result = take_next(&pairs, &rest);
	return result;
}

/* Parse an S reply. GDB ignores the text after the signal. A third digit is rejected
 * here, because it would change the number. */
static int parse_s(struct gdbregs__span rest, struct gdbregs__stop *stop)
{
	if (parse_signal(&rest, &stop->signal) < 0)
		return GDBREGS_ERR_PROTOCOL;
	return rest.size && gdbregs__hex_digit(rest.text[0]) < 16 ? GDBREGS_ERR_PROTOCOL : 0;
}

static int parse_code(struct gdbregs__span item, unsigned *code)
{
	uint64_t number;

	if (parse_number(item, &number) < 0 || number > UINT32_MAX)
		return GDBREGS_ERR_PROTOCOL;
	*code = (unsigned)number;
	return 0;
}

/* Parse W or X; `;process:PID` may follow. */
static int parse_end(struct gdbregs__span rest, struct gdbregs__stop *stop, unsigned *code)
{
	static const char process[] = "process:";
	const size_t length = sizeof(process) - 1;
	int result = parse_code(gdbregs__span_cut(&rest, ';'), code);

	while (result == 0 && rest.size) {
		struct gdbregs__span item = gdbregs__span_cut(&rest, ';');
		uint64_t pid;

		if (item.size < length || memcmp(item.text, process, length) != 0)
			continue;
		item = (struct gdbregs__span){item.text + length, item.size - length};
		if (parse_number(item, &pid) < 0 || pid > INT64_MAX)
			return GDBREGS_ERR_PROTOCOL;
		stop->has_thread = true;
		stop->thread = (struct gdbregs__thread_id){true, true, (int64_t)pid, 0};
	}
	return result;
}

static int parse_thread_exit(struct gdbregs__span rest, struct gdbregs__stop *stop)
{
	if (parse_code(gdbregs__span_cut(&rest, ';'), &stop->status) < 0)
		return GDBREGS_ERR_PROTOCOL;
	return parse_thread(gdbregs__span_cut(&rest, ';'), stop);
}

static int parse(uint8_t letter, struct gdbregs__span rest, struct gdbregs__stop *stop,
		 gdbregs__expedited expedited, void *arg)
{
	switch (letter) {
	case 'T':
		stop->kind = GDBREGS_STOP_SIGNAL;
		return parse_t(rest, stop, expedited, arg);
	case 'S':
		stop->kind = GDBREGS_STOP_SIGNAL;
		return parse_s(rest, stop);
	case 'W':
		stop->kind = GDBREGS_STOP_EXITED;
		return parse_end(rest, stop, &stop->status);
	case 'X':
		stop->kind = GDBREGS_STOP_TERMINATED;
		return parse_end(rest, stop, &stop->signal);
	case 'w':
		stop->kind = GDBREGS_STOP_THREAD_EXIT;
		return parse_thread_exit(rest, stop);
	case 'N':
		stop->kind = GDBREGS_STOP_NO_RESUMED;
		return rest.size ? GDBREGS_ERR_PROTOCOL : 0;
	default:
		return GDBREGS_ERR_PROTOCOL;
	}
}

int gdbregs__stop_parse(const uint8_t *payload, size_t size, struct gdbregs__stop *stop,
			gdbregs__expedited expedited, void *arg)
{
	struct gdbregs__stop parsed = {0};

	if (size == 0)
		return GDBREGS_ERR_PROTOCOL;

	int result = parse(payload[0], (struct gdbregs__span){payload + 1, size - 1}, &parsed,
			   expedited, arg);
	if (result == 0)
		*stop = parsed;
	return result;
}
