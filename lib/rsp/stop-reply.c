/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/stop-reply.h"

#include "util/hex.h"

#include <string.h>

/* A part of the payload. */
struct span {
	const uint8_t *text;
	size_t size;
};

/* The destination of the `key:value` pairs of a T reply. */
struct pairs {
	struct gdbregs__stop *stop;
	gdbregs__expedited expedited;
	void *arg;
};

struct word {
	const char *name;
	enum gdbregs_stop_reason reason;
	int (*take)(struct gdbregs__stop *stop, const struct word *word, struct span value);
};

static bool equals(struct span span, const char *name)
{
	return span.size == strlen(name) && memcmp(span.text, name, span.size) == 0;
}

/* Parse the whole span as one number. */
static int parse_number(struct span span, uint64_t *number)
{
	return gdbregs__hex_parse_all(span.text, span.size, number) ? 0 : GDBREGS_ERR_PROTOCOL;
}

static int parse_thread(struct span span, struct gdbregs__stop *stop)
{
	size_t at = 0;

	if (!gdbregs__thread_id_parse(span.text, span.size, &at, &stop->thread) || at != span.size)
		return GDBREGS_ERR_PROTOCOL;
	stop->has_thread = true;
	return 0;
}

static int take_nothing(struct gdbregs__stop *stop, const struct word *word, struct span value)
{
	(void)stop, (void)word, (void)value;
	return 0;
}

static int take_thread(struct gdbregs__stop *stop, const struct word *word, struct span value)
{
	(void)word;
	return parse_thread(value, stop);
}

/* Store the reason. OTHER is something the target did; it never replaces the reason
 * for which the debugger stopped it. */
static int take_reason(struct gdbregs__stop *stop, const struct word *word, struct span value)
{
	(void)value;
	if (word->reason != GDBREGS_REASON_OTHER || stop->reason == GDBREGS_REASON_SIGNAL)
		stop->reason = word->reason;
	return 0;
}

static int take_watch(struct gdbregs__stop *stop, const struct word *word, struct span value)
{
	stop->reason = word->reason;
	return parse_number(value, &stop->address);
}

/* To support another word, add a line here, and a function if it has a value. */
static const struct word words[] = {
	// clang-format off
	{"thread",         GDBREGS_REASON_SIGNAL,  take_thread},
	{"core",           GDBREGS_REASON_SIGNAL,  take_nothing},
	{"swbreak",        GDBREGS_REASON_SWBREAK, take_reason},
	{"hwbreak",        GDBREGS_REASON_HWBREAK, take_reason},
	{"watch",          GDBREGS_REASON_WATCH,   take_watch},
	{"rwatch",         GDBREGS_REASON_RWATCH,  take_watch},
	{"awatch",         GDBREGS_REASON_AWATCH,  take_watch},
	{"library",        GDBREGS_REASON_OTHER,   take_reason},
	{"fork",           GDBREGS_REASON_OTHER,   take_reason},
	{"vfork",          GDBREGS_REASON_OTHER,   take_reason},
	{"vforkdone",      GDBREGS_REASON_OTHER,   take_reason},
	{"exec",           GDBREGS_REASON_OTHER,   take_reason},
	{"clone",          GDBREGS_REASON_OTHER,   take_reason},
	{"create",         GDBREGS_REASON_OTHER,   take_reason},
	{"replaylog",      GDBREGS_REASON_OTHER,   take_reason},
	{"syscall_entry",  GDBREGS_REASON_OTHER,   take_reason},
	{"syscall_return", GDBREGS_REASON_OTHER,   take_reason},
	// clang-format on
};

static int take_pair(struct pairs *pairs, struct span key, struct span value)
{
	uint64_t regnum;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (equals(key, words[i].name))
			return words[i].take(pairs->stop, &words[i], value);
	if (!pairs->expedited || parse_number(key, &regnum) < 0)
		return 0;

	int result = pairs->expedited(pairs->arg, regnum, value.text, value.size);
	return result < 0 ? result : 0;
}

static int take_item(struct pairs *pairs, struct span item)
{
	if (item.size == 0)
		return 0;

	const uint8_t *colon = memchr(item.text, ':', item.size);
	if (!colon)
		return GDBREGS_ERR_PROTOCOL;

	size_t key_size = (size_t)(colon - item.text);
	return take_pair(pairs, (struct span){item.text, key_size},
			 (struct span){colon + 1, item.size - key_size - 1});
}

/* Remove the text before the next semicolon from *rest, or all of *rest, and return
 * it. */
static struct span cut_item(struct span *rest)
{
	struct span item = *rest;
	const uint8_t *semicolon = rest->size ? memchr(rest->text, ';', rest->size) : NULL;

	if (semicolon)
		item.size = (size_t)(semicolon - item.text);
	rest->text += item.size + (semicolon ? 1 : 0);
	rest->size -= item.size + (semicolon ? 1 : 0);
	return item;
}

/* Parse exactly two digits: in a T reply a register number may follow. */
static int parse_signal(struct span *rest, unsigned *signal)
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

static int parse_t(struct span rest, struct gdbregs__stop *stop, gdbregs__expedited expedited,
		   void *arg)
{
	struct pairs pairs = {stop, expedited, arg};
	int result = parse_signal(&rest, &stop->signal);

	while (result == 0 && rest.size)
		result = take_item(&pairs, cut_item(&rest));
	return result;
}

/* Parse an S reply. GDB ignores the text after the signal. A third digit is rejected
 * here, because it would change the number. */
static int parse_s(struct span rest, struct gdbregs__stop *stop)
{
	if (parse_signal(&rest, &stop->signal) < 0)
		return GDBREGS_ERR_PROTOCOL;
	return rest.size && gdbregs__hex_digit(rest.text[0]) < 16 ? GDBREGS_ERR_PROTOCOL : 0;
}

static int parse_code(struct span item, unsigned *code)
{
	uint64_t number;

	if (parse_number(item, &number) < 0 || number > UINT32_MAX)
		return GDBREGS_ERR_PROTOCOL;
	*code = (unsigned)number;
	return 0;
}

/* Parse W or X; `;process:PID` may follow. */
static int parse_end(struct span rest, struct gdbregs__stop *stop, unsigned *code)
{
	static const char process[] = "process:";
	const size_t length = sizeof(process) - 1;
	int result = parse_code(cut_item(&rest), code);

	while (result == 0 && rest.size) {
		struct span item = cut_item(&rest);
		uint64_t pid;

		if (item.size < length || memcmp(item.text, process, length) != 0)
			continue;
		item = (struct span){item.text + length, item.size - length};
		if (parse_number(item, &pid) < 0 || pid > INT64_MAX)
			return GDBREGS_ERR_PROTOCOL;
		stop->has_thread = true;
		stop->thread = (struct gdbregs__thread_id){true, true, (int64_t)pid, 0};
	}
	return result;
}

static int parse_thread_exit(struct span rest, struct gdbregs__stop *stop)
{
	if (parse_code(cut_item(&rest), &stop->status) < 0)
		return GDBREGS_ERR_PROTOCOL;
	return parse_thread(cut_item(&rest), stop);
}

static int parse(uint8_t letter, struct span rest, struct gdbregs__stop *stop,
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

	int result =
		parse(payload[0], (struct span){payload + 1, size - 1}, &parsed, expedited, arg);
	if (result == 0)
		*stop = parsed;
	return result;
}
