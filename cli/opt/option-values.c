/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/option-values.h"
#include "base/message.h"
#include "opt/command.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LONGEST_WAIT_S = 86400,
	LONGEST_WAIT_MS = 86400000,
	DEFAULT_WAIT_MS = 30000,
	HIGHEST_VCPU = 1000000,
	MOST_VCPUS = 4096
};

int string_list_add(struct string_list *words, const char *word)
{
	char **item = realloc(words->item, (words->count + 1) * sizeof(*item));
	if (!item)
		return fail_nomem();
	words->item = item;
	item[words->count++] = (char *)word;
	return 0;
}

/* A word that must not be empty. */
static int set_word(const char **out, const char *option, const char *value)
{
	if (value[0] == '\0')
		return fail(STATUS_USAGE, "--%s needs a value that is not empty", option);
	*out = value;
	return 0;
}

/* DIGITS[.DIGITS], more than 0, at most a day. Rounded up to a millisecond, so that a time
 * above 0 does not become 0. */
static bool parse_seconds(const char *value, unsigned *ms)
{
	uint64_t total;
	const char *at = value;
	bool rest = false;
	if (!number_take(&at, LONGEST_WAIT_S, &total))
		return false;
	total *= 1000;
	const char *point = at;
	at += *point == '.';
	for (uint64_t scale = 100; at > point && number_digit(*at) < 10; at++, scale /= 10) {
		total += scale * number_digit(*at);
		rest |= scale == 0 && *at != '0';
	}
	total += rest;
	if (*at != '\0' || at == point + 1 || total == 0 || total > LONGEST_WAIT_MS)
		return false;
	*ms = (unsigned)total;
	return true;
}

static int set_seconds(unsigned *ms, const char *option, const char *value)
{
	if (parse_seconds(value, ms))
		return 0;
	return fail(
		STATUS_USAGE,
		"--%s: '%s' is not a time; give seconds, above 0 and up to %d, such as 5 or 0.5",
		option, value, LONGEST_WAIT_S);
}

int set_wait(struct options *o, const char *value)
{
	if (value)
		return set_seconds(&o->wait_ms, "wait", value);
	o->wait_ms = DEFAULT_WAIT_MS;
	return 0;
}

bool options_list_vcpu(const struct options *o, unsigned vcpu)
{
	for (size_t i = 0; i < o->vcpu_count; i++) {
		if (o->vcpus[i] == vcpu)
			return true;
	}
	return false;
}

static int add_vcpu(struct options *o, unsigned vcpu)
{
	if (options_list_vcpu(o, vcpu))
		return 0;
	unsigned *vcpus = realloc(o->vcpus, (o->vcpu_count + 1) * sizeof(*vcpus));
	if (!vcpus)
		return fail_nomem();
	o->vcpus = vcpus;
	vcpus[o->vcpu_count++] = vcpu;
	return 0;
}

static int bad_vcpu(const char *value)
{
	return fail(STATUS_USAGE,
		    "--vcpu: '%s' is not a list of vCPUs; give numbers from 0, such as 0 or "
		    "0-3,6, or all",
		    value);
}

/* N or N-M. */
static bool parse_range(const char **at, uint64_t *first, uint64_t *last)
{
	if (!number_take(at, HIGHEST_VCPU, first))
		return false;
	*last = *first;
	if (**at != '-')
		return true;
	++*at;
	return number_take(at, HIGHEST_VCPU, last) && *last >= *first &&
	       *last - *first < MOST_VCPUS;
}

/* Lists of several -c add up. */
int set_vcpu(struct options *o, const char *value)
{
	uint64_t first, last;
	bool again = o->vcpu_count > 0 || o->vcpus_all;
	if (strcmp(value, "all") == 0) {
		o->vcpus_all = true;
		o->vcpus_single = false;
		return 0;
	}
	o->vcpus_single = !again && !strpbrk(value, ",-");
	for (const char *at = value;; at++) {
		if (!parse_range(&at, &first, &last) || (*at != ',' && *at != '\0'))
			return bad_vcpu(value);
		for (; first <= last; first++) {
			int status = add_vcpu(o, (unsigned)first);
			if (status != 0)
				return status;
		}
		if (*at == '\0')
			return 0;
	}
}

static int parse_address(const char *option, const char *value, uint64_t *address)
{
	if (number_plain(value, address))
		return 0;
	if (number_is_bad_octal(value))
		return fail_octal(option, value);
	return fail(STATUS_USAGE,
		    "%s: '%s' is not an address; give a number of up to 64 bits, such as 0x7c00",
		    option, value);
}

int set_count(struct options *o, const char *value)
{
	if (number_plain(value, &o->count) && o->count > 0)
		return 0;
	if (number_is_bad_octal(value))
		return fail_octal("--count", value);
	return fail(STATUS_USAGE, "--count: '%s' is not a number from 1 to 2^64 - 1", value);
}

/* Conditions are joined by commas, and there is one place to be at. */
int set_until(struct options *o, const char *value)
{
	if (o->until)
		return fail(STATUS_USAGE,
			    "--until is given twice; give one, with several conditions joined by "
			    "commas; --break is repeatable");
	return set_word(&o->until, "until", value);
}

static bool has_break(const struct options *o, uint64_t address)
{
	for (size_t i = 0; i < o->break_count; i++) {
		if (o->breaks[i] == address)
			return true;
	}
	return false;
}

int set_break(struct options *o, const char *value)
{
	uint64_t address;
	int status = parse_address("--break", value, &address);
	if (status != 0 || has_break(o, address))
		return status;
	uint64_t *breaks = realloc(o->breaks, (o->break_count + 1) * sizeof(*breaks));
	if (!breaks)
		return fail_nomem();
	o->breaks = breaks;
	breaks[o->break_count++] = address;
	return 0;
}

/* ------------------------------------------------------------ by kind --- */

/* "a, b, c" */
bool option_offers(const struct option_choice *choice, const struct command *command)
{
	return !choice->only || !command || (command->options & choice->only);
}

static void list_choices(const struct option_info *info, const struct command *command, char *text,
			 size_t capacity)
{
	size_t size = 0;
	for (const struct option_choice *choice = info->choices; choice->word && size < capacity;
	     choice++) {
		if (option_offers(choice, command))
			size += (size_t)snprintf(text + size, capacity - size, "%s%s",
						 size > 0 ? ", " : "", choice->word);
	}
}

static int set_choice(const struct option_info *info, const struct command *command, int *out,
		      const char *value)
{
	char list[120];
	for (size_t i = 0; info->choices[i].word; i++) {
		if (!value || strcmp(value, info->choices[i].word) == 0) {
			*out = info->choices[i].value;
			return 0;
		}
	}
	list_choices(info, command, list, sizeof(list));
	return fail(STATUS_USAGE, "--%s: '%s' is not one of %s", info->name, value, list);
}

static int set_target(struct string_list *list, const struct option_info *info, const char *value)
{
	const char *address = NULL;
	int status = set_word(&address, info->name, value);
	return status != 0 ? status : string_list_add(list, address);
}

int option_set(const struct option_info *info, struct options *o, const char *value)
{
	void *member = (char *)o + info->offset;
	switch (info->kind) {
	case OPTION_FLAG:
		*(bool *)member = true;
		return 0;
	case OPTION_WORD:
		return set_word(member, info->name, value);
	case OPTION_WORDS:
		return string_list_add(member, value);
	case OPTION_TARGETS:
		return set_target(member, info, value);
	case OPTION_SECONDS:
		return set_seconds(member, info->name, value);
	case OPTION_CHOICE:
		return set_choice(info, o->command, member, value);
	default:
		return info->set(o, value);
	}
}
