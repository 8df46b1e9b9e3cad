/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/option-values.h"

#include "base/message.h"
#include "base/exit-status.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_WAIT_S = 86400, DEFAULT_WAIT_MS = 30000, HIGHEST_VCPU = 1000000 };

int words_add(struct words *words, const char *word)
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
		return fail(STATUS_USAGE, "%s needs a value that is not empty", option);
	*out = value;
	return 0;
}

/* One of some words; its place in the list, or -1. */
static int choice(const char *value, const char *const *words)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(value, words[i]) == 0)
			return i;
	}
	return -1;
}

static const char *skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* DIGITS[.DIGITS], more than 0, at most a day. Rounded up to a millisecond, so
 * that what was above 0 stays so. No strtod(): it takes locales, `inf` and `0x`. */
static bool parse_seconds(const char *value, unsigned *ms)
{
	const char *point = skip_digits(value);
	const char *end = *point == '.' ? skip_digits(point + 1) : point;
	bool no_digits = point == value || end == point + 1;
	if (no_digits || *end != '\0' || point - value > 9)
		return false;
	unsigned long whole = strtoul(value, NULL, 10), scale = 100, thousandths = 0;
	bool rest = false;
	for (const char *at = point + 1; at < end; at++, scale /= 10) {
		thousandths += (unsigned long)(*at - '0') * scale;
		rest |= scale == 0 && *at != '0';
	}
	unsigned long total = whole * 1000 + thousandths + (rest ? 1 : 0);
	if (total == 0 || total > LONGEST_WAIT_S * 1000ul)
		return false;
	*ms = (unsigned)total;
	return true;
}

static int set_seconds(unsigned *ms, const char *option, const char *value)
{
	if (parse_seconds(value, ms))
		return 0;
	return fail(STATUS_USAGE,
		    "%s: '%s' is not a time; give seconds, above 0 and up to %d, such as 5 or 0.5",
		    option, value, LONGEST_WAIT_S);
}

int set_target(struct options *o, const char *value)
{
	const char *address = NULL;
	int status = set_word(&address, "--target", value);
	return status != 0 ? status : words_add(&o->targets, address);
}

int set_wait(struct options *o, const char *value)
{
	if (value)
		return set_seconds(&o->wait_ms, "--wait", value);
	o->wait_ms = DEFAULT_WAIT_MS;
	return 0;
}

int set_timeout(struct options *o, const char *value)
{
	return set_seconds(&o->timeout_ms, "--timeout", value);
}

int set_interval(struct options *o, const char *value)
{
	return set_seconds(&o->interval_ms, "--interval", value);
}

int set_on_exit(struct options *o, const char *value)
{
	static const char *const words[] = {"restore", "resume", "halt", NULL};
	static const enum gdbregs_on_close how[] = {GDBREGS_ON_CLOSE_RESTORE,
						    GDBREGS_ON_CLOSE_RESUME, GDBREGS_ON_CLOSE_HALT};
	int i = choice(value, words);
	if (i < 0)
		return fail(STATUS_USAGE, "--on-exit: '%s' is none of restore, resume, halt",
			    value);
	o->on_exit = how[i];
	return 0;
}

int set_arch(struct options *o, const char *value)
{
	return set_word(&o->arch, "--arch", value);
}

int set_tdesc(struct options *o, const char *value)
{
	return set_word(&o->tdesc, "--tdesc", value);
}

int set_endian(struct options *o, const char *value)
{
	static const char *const words[] = {"little", "big", NULL};
	int i = choice(value, words);
	if (i < 0)
		return fail(STATUS_USAGE, "--endian: '%s' is neither little nor big", value);
	o->endian = i == 0 ? GDBREGS_BYTE_ORDER_LITTLE : GDBREGS_BYTE_ORDER_BIG;
	return 0;
}

static bool has_vcpu(const struct options *o, unsigned vcpu)
{
	for (size_t i = 0; i < o->vcpu_count; i++) {
		if (o->vcpus[i] == vcpu)
			return true;
	}
	return false;
}

static int add_vcpu(struct options *o, unsigned vcpu)
{
	if (has_vcpu(o, vcpu))
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
		    "--vcpu: '%s' is not a list of vCPUs; give numbers from 0, such as 0 or 0,2, "
		    "or all",
		    value);
}

int set_vcpu(struct options *o, const char *value)
{
	o->vcpu_count = 0;
	o->vcpus_all = strcmp(value, "all") == 0;
	o->vcpus_single = !o->vcpus_all && !strchr(value, ',');
	for (const char *at = value; !o->vcpus_all; at++) {
		const char *end = skip_digits(at);
		if (end == at || end - at > 9 || (*end != ',' && *end != '\0'))
			return bad_vcpu(value);
		unsigned long vcpu = strtoul(at, NULL, 10);
		if (vcpu > HIGHEST_VCPU)
			return bad_vcpu(value);
		int status = add_vcpu(o, (unsigned)vcpu);
		if (status != 0 || *end == '\0')
			return status;
		at = end;
	}
	return 0;
}

int set_feature(struct options *o, const char *value)
{
	return words_add(&o->features, value);
}

int set_group(struct options *o, const char *value)
{
	return words_add(&o->groups, value);
}

int set_exclude(struct options *o, const char *value)
{
	return words_add(&o->excludes, value);
}

int set_format(struct options *o, const char *value)
{
	static const char *const words[] = {"text", "json", "jsonl", "csv", "vcd", NULL};
	int i = choice(value, words);
	if (i < 0)
		return fail(STATUS_USAGE, "--format: '%s' is none of text, json, jsonl, csv, vcd",
			    value);
	o->format = (enum format)i;
	return 0;
}

int set_json(struct options *o, const char *value)
{
	(void)value;
	o->format = FORMAT_JSON;
	return 0;
}

int set_output(struct options *o, const char *value)
{
	return set_word(&o->output, "--output", value);
}

int set_raw(struct options *o, const char *value)
{
	return set_word(&o->raw_dir, "--raw", value);
}

#define FLAG(name)                                                                                 \
	int set_##name(struct options *o, const char *value)                                       \
	{                                                                                          \
		(void)value;                                                                       \
		o->name = true;                                                                    \
		return 0;                                                                          \
	}

FLAG(log_packets)
FLAG(strict)
FLAG(all)
FLAG(irq)
FLAG(quiet)
FLAG(verbose)
FLAG(help)
FLAG(version)
