/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/no-description.h"

#include "base/number.h"
#include "opt/command.h"
#include "target/shipped.h"
#include "base/message.h"

#include <string.h>

/* Returns the first vCPU without a description, or the number of vCPUs. */
static unsigned find(const struct target *t)
{
	unsigned count = gdbregs_vcpu_count(t->session), vcpu = 0;
	while (vcpu < count && gdbregs_vcpu_description(t->session, vcpu))
		vcpu++;
	return vcpu;
}

bool no_description_is(const struct target *t)
{
	return t->set->access != GDBREGS_NO_REGS && find(t) < gdbregs_vcpu_count(t->session);
}

/* -------------------------------------------------------------- fits --- */

/* Read a number of the element that begins there. */
static bool attribute(const char *element, const char *name, uint64_t *number)
{
	const char *value = strstr(element, name), *end = strchr(element, '>');
	if (!value || !end || value > end)
		return false;
	value += strlen(name);
	return number_take(&value, UINT32_MAX, number);
}

/* Return how many bytes the registers before `end` in the document have in `g`. If
 * one behind it has a smaller number, which puts it between them: 0. */
static size_t bytes_before(const char *xml, const char *end)
{
	uint64_t number = 0, last = 0, bits = 0;
	size_t bytes = 0, count = 0;
	bool in_order = true;
	for (const char *at = xml; (at = strstr(at, "<reg ")); at++, number++, count++) {
		(void)attribute(at, " regnum=\"", &number);
		bool inside = at < end;
		if (inside && number > last)
			last = number;
		in_order &= inside || number > last;
		if (inside && attribute(at, " bitsize=\"", &bits))
			bytes += (size_t)(bits + 7) / 8;
	}
	return in_order ? bytes : 0;
}

/* Return the end of the first feature. Stubs without the other ones, such as an FPU, end
 * their `g` there. */
static const char *first_feature_end(const char *xml)
{
	const char *end = strstr(xml, "</feature>");
	return end ? end : xml;
}

/* By the document: registers without a name have a place in `g`, too, and are in no
 * list. */
static bool fits(const struct target *t, const char *name, bool whole, size_t g_bytes)
{
	const struct gdbregs_description *d;
	struct gdbregs_buffer xml = {0};
	struct text text = {0};
	char path[PATH_MAX];
	if (shipped_find(name, path) &&
	    gdbregs_description_load(t->set->context, path, NULL, &d, NULL) == 0 &&
	    gdbregs_description_xml(d, &xml) == 0)
		text_add(&text, xml.data, xml.size);
	const char *end = text.data ? text.data + text.size : NULL;
	if (end && !whole)
		end = first_feature_end(text.data);
	bool does = end && bytes_before(text.data, end) == g_bytes;
	text_fini(&text);
	gdbregs_buffer_fini(&xml);
	return does;
}

/* "--arch a, --arch b or --arch c" */
static void add_fitting(struct text *text, const struct target *t, bool whole, size_t g_bytes)
{
	struct shipped_names names;
	const char *last = NULL;
	shipped_list(&names);
	for (size_t i = 0; i < names.count; i++) {
		if (!fits(t, names.item[i], whole, g_bytes))
			continue;
		if (last)
			text_addf(text, "%s--arch %s", text->size > 0 ? ", " : "", last);
		last = names.item[i];
	}
	if (last)
		text_addf(text, "%s--arch %s", text->size > 0 ? " or " : "", last);
	shipped_list_fini(&names);
}

static int fail_sized(struct target *t, size_t g_bytes)
{
	struct text names = {0};
	add_fitting(&names, t, true, g_bytes);
	if (names.size == 0)
		add_fitting(&names, t, false, g_bytes);
	int result =
		names.size > 0
			? target_fail(t, STATUS_STUB,
				      "the stub serves no target description; %s would fit its "
				      "registers (%zu bytes)",
				      names.data, g_bytes)
			: target_fail(t, STATUS_STUB,
				      "the stub serves no target description, and no shipped "
				      "description "
				      "fits its registers (%zu bytes); give one with --tdesc",
				      g_bytes);
	text_fini(&names);
	return result;
}

/* ----------------------------------------------------------- asking --- */

/* Two digits a byte, `xx` where it is unavailable; an error has three characters
 * or is text. 0: no registers. */
static size_t size_of_g(const struct gdbregs_buffer *reply)
{
	for (size_t i = 0; i < reply->size; i++) {
		if (number_digit((char)reply->data[i]) > 15 && reply->data[i] != 'x')
			return 0;
	}
	return reply->size % 2 == 0 ? reply->size / 2 : 0;
}

static int fail_unsized(struct target *t)
{
	return target_fail(
		t, STATUS_STUB,
		"the stub serves no target description; name one with --arch or give one with "
		"--tdesc");
}

static int take_g(struct target *t, int status)
{
	size_t g_bytes = status < 0 ? 0 : size_of_g(&t->reply);
	return g_bytes > 0 ? fail_sized(t, g_bytes) : fail_unsized(t);
}

static int ask(struct target *t, const char *packet, gdbregs_uv_cb cb)
{
	return gdbregs_uv_packet(t->session, packet, strlen(packet), &t->reply, cb, t, NULL);
}

static int ask_g(struct target *t)
{
	return target_wait(t, ask(t, "g", target_on_done), take_g);
}

static bool contains(const struct gdbregs_buffer *reply, const char *word)
{
	return reply->size && memmem(reply->data, reply->size, word, strlen(word));
}

/* qemu-hexagon 7.2 dies of `g`. Commands that read no values do not send it to QEMU's
 * user emulation. */
static int take_kind(struct target *t, int status)
{
	bool user = status >= 0 && contains(&t->reply, "sstepbits") &&
		    !contains(&t->reply, "PhyMemMode");
	return user ? fail_unsized(t) : ask_g(t);
}

static bool reads_values(const struct target *t)
{
	const char *name = t->set->options->command->name;
	return strcmp(name, "list") != 0 && strcmp(name, "xml") != 0;
}

/* The replies to the first two packets do not matter. The description is requested although
 * the stub has none: QEMU 7.2 of ppc64 aborts if `g` comes first, and its announcement of a
 * description may have been lost. QEMU names the process of a thread. BlastEm does not, and
 * it exits at a packet that it does not know. */
int no_description_fail(struct target *t)
{
	char select[64];
	const char *thread = gdbregs_vcpu_thread(t->session, find(t));
	bool has_process = thread && thread[0] == 'p';
	snprintf(select, sizeof(select), "Hg%.60s", thread ? thread : "0");
	int error = ask(t, select, NULL);
	if (error == 0 && !has_process)
		return ask_g(t);
	if (error == 0)
		error = ask(t, "qXfer:features:read:target.xml:0,80", NULL);
	if (error < 0)
		return error;
	return reads_values(t)
		       ? ask_g(t)
		       : target_wait(t, ask(t, "qqemu.Supported", target_on_done), take_kind);
}
