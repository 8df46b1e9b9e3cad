/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A diff as text for people, with headings for vCPUs and features, and as JUnit for CI. */
#include "cmd/diff-match.h"
#include "out/flag-changes.h"
#include "out/junit.h"

#include <string.h>

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define NORMAL "\033[0m"

/* A longer name moves its own line to the right, and not the others. */
enum { INDENT = 2, WIDEST_NAME = 24, LANE_BYTES = 8 };
#define ARROW " -> "

/* ---------------------------------------------------------------- values --- */

/* Returns the byte order of a value. JSON lines do not have it: then that of the other side
 * counts. `v` and `other` may be NULL. */
static enum gdbregs_byte_order order_of(const struct diff *d, const struct stored_value *v,
					const struct stored_value *other)
{
	if (d->options->endian != GDBREGS_BYTE_ORDER_UNKNOWN)
		return d->options->endian;
	if (v && v->order != GDBREGS_BYTE_ORDER_UNKNOWN)
		return v->order;
	return other ? other->order : GDBREGS_BYTE_ORDER_UNKNOWN;
}

static void add_digits(struct text *text, enum gdbregs_byte_order order, const uint8_t *bytes,
		       size_t size)
{
	if (order != GDBREGS_BYTE_ORDER_UNKNOWN)
		text_add_number(text, order, bytes, size, true);
	else
		text_add_bytes(text, bytes, size);
}

/* Add a number of a file, with as many digits as its register has. */
static void add_padded(struct text *text, const char *number, size_t digits)
{
	size_t size = strlen(number + 2);
	text_addf(text, "0x%.*d%s", digits > size ? (int)(digits - size) : 0, 0, number + 2);
}

static void add_value(struct text *text, enum gdbregs_byte_order order,
		      const struct stored_value *v)
{
	if (!v)
		text_adds(text, "<none>");
	else if (!v->bytes && v->field && v->number)
		text_adds(text, v->number);
	else if (!v->bytes)
		text_adds(text, "<unavailable>");
	else if (order == GDBREGS_BYTE_ORDER_UNKNOWN && v->number)
		add_padded(text, v->number, 2 * v->size);
	else
		add_digits(text, order, v->bytes, v->size);
}

static void add_name(struct text *text, const struct stored_value *v)
{
	text_add_printable(text, v->name, strlen(v->name));
	if (v->field) {
		text_adds(text, v->field[0] == '[' ? "" : ".");
		text_add_printable(text, v->field, strlen(v->field));
	} else if (v->alias) {
		text_adds(text, " (");
		text_add_printable(text, v->alias, strlen(v->alias));
		text_adds(text, ")");
	}
}

/* ----------------------------------------------------------------- lines --- */

/* The texts of the line under way. */
struct line {
	struct text name, before, after, flags;
	struct stored_texts old, new;
	struct change shown; /* with its texts */
};

static bool line_is_complete(const struct line *line)
{
	return !(line->name.failed || line->before.failed || line->after.failed ||
		 line->flags.failed);
}

static bool fill(struct line *line, const struct diff *d, const struct change *c)
{
	bool ok = true;
	line->shown = (struct change){c->kind, stored_show(&line->old, c->before, &ok),
				      stored_show(&line->new, c->after, &ok)};
	text_clear(&line->name);
	text_clear(&line->before);
	text_clear(&line->after);
	text_clear(&line->flags);
	add_name(&line->name, diff_subject(c));
	add_value(&line->before, order_of(d, c->before, c->after), line->shown.before);
	add_value(&line->after, order_of(d, c->after, c->before), line->shown.after);
	text_adds(&line->flags, "");
	if (c->kind != CHANGE_CHANGED)
		return ok && line_is_complete(line);
	text_adds(&line->flags, " ");
	flags_add_changes(&line->flags, line->shown.before->text, line->shown.after->text);
	if (line->flags.size == 1)
		text_clear(&line->flags);
	return ok && line_is_complete(line);
}

static void line_fini(struct line *line)
{
	text_fini(&line->name);
	text_fini(&line->before);
	text_fini(&line->after);
	text_fini(&line->flags);
	stored_texts_fini(&line->old);
	stored_texts_fini(&line->new);
}

struct widths {
	size_t name, before;
};

struct page {
	struct output *out;
	const struct diff *diff;
	struct line line;
	bool ok;
};

static void put_change(struct page *page, const char *before, size_t width, const char *after)
{
	FILE *stream = page->out->stream;
	bool colour = page->out->colour;
	fputs(colour ? RED : "", stream);
	printable_put(stream, before, 0);
	fputs(colour ? NORMAL : "", stream);
	for (size_t i = printable_width(before); i < width; i++)
		fputc(' ', stream);
	fputs(colour ? ARROW GREEN : ARROW, stream);
	printable_put(stream, after, 0);
	fputs(colour ? NORMAL : "", stream);
}

static void put_name(const struct page *page, size_t width)
{
	FILE *stream = page->out->stream;
	fprintf(stream, "%*s%-*s ", INDENT, "", (int)width, page->line.name.data);
}

/* Put the lanes of 64 bits that differ, for a register that does not fit the line. Lane 0 has the
 * first bytes in memory. */
static void put_lanes(struct page *page, const struct change *c, size_t name)
{
	const uint8_t *a = c->before->bytes, *b = c->after->bytes;
	enum gdbregs_byte_order order = order_of(page->diff, c->before, c->after);
	struct text *before = &page->line.before, *after = &page->line.after;
	for (size_t at = 0; at < c->before->size && page->ok; at += LANE_BYTES) {
		size_t rest = c->before->size - at;
		size_t size = rest < LANE_BYTES ? rest : LANE_BYTES;
		if (memcmp(a + at, b + at, size) == 0)
			continue;
		text_clear(before);
		text_clear(after);
		add_digits(before, order, a + at, size);
		add_digits(after, order, b + at, size);
		page->ok = !before->failed && !after->failed;
		put_name(page, name);
		fprintf(page->out->stream, "[%zu] ", at / LANE_BYTES);
		put_change(page, page->ok ? before->data : "", 0, page->ok ? after->data : "");
		fputc('\n', page->out->stream);
	}
}

/* Put both values below the name. They are too long, and have no lanes to compare. */
static void put_below(struct page *page)
{
	enum { DEEPER = 6 };
	FILE *stream = page->out->stream;
	size_t width = output_width(page->out);
	fprintf(stream, "%*s%s\n%*s", INDENT, "", page->line.name.data, DEEPER, "");
	text_put_wrapped(stream, page->line.before.data, DEEPER, DEEPER, width);
	fprintf(stream, "\n%*s" ARROW, DEEPER - (int)strlen(ARROW), "");
	text_put_wrapped(stream, page->line.after.data, DEEPER, DEEPER, width);
	text_put_wrapped(stream, page->line.flags.data, width, DEEPER, width);
	fputc('\n', stream);
}

/* Returns whether both sides have lanes, in the same places. */
static bool has_lanes(const struct page *page, const struct change *c)
{
	if (c->kind != CHANGE_CHANGED || !c->before->bytes || !c->after->bytes)
		return false;
	return c->before->size == c->after->size && c->before->size > LANE_BYTES &&
	       order_of(page->diff, c->before, c->after) ==
		       order_of(page->diff, c->after, c->before);
}

static void put_line(struct page *page, const struct widths *w)
{
	const struct line *line = &page->line;
	const struct change *c = &line->shown;
	size_t name = line->name.size > w->name ? line->name.size : w->name;
	size_t used = INDENT + name + 1 + line->before.size + strlen(ARROW) + line->after.size;
	size_t width = output_width(page->out);
	if (used > width && has_lanes(page, c)) {
		put_lanes(page, c, w->name);
		return;
	}
	if (used > width) {
		put_below(page);
		return;
	}
	size_t before = used - line->before.size + w->before <= width ? w->before : 0;
	put_name(page, w->name);
	put_change(page, line->before.data, before, line->after.data);
	used += before > line->before.size ? before - line->before.size : 0;
	if (used + line->flags.size > width)
		text_put_wrapped(page->out->stream, line->flags.data, width, 6, width);
	else
		fputs(line->flags.data, page->out->stream);
	fputc('\n', page->out->stream);
}

/* ---------------------------------------------------------------- groups --- */

static bool same_group(const struct stored_value *a, const struct stored_value *b)
{
	return stored_same_vcpu(a, b) && stored_same_feature(a, b);
}

/* Find the widths of the group that begins at item `first`. Returns where it ends. */
static size_t measure(struct page *page, size_t first, struct widths *w)
{
	const struct diff *d = page->diff;
	const struct stored_value *head = diff_subject(&d->item[first]);
	size_t i = first, width = output_width(page->out);
	*w = (struct widths){0};
	for (; i < d->count && same_group(head, diff_subject(&d->item[i])) && page->ok; i++) {
		if (!diff_is_listed(d, &d->item[i]))
			continue;
		page->ok = fill(&page->line, d, &d->item[i]);
		size_t name = page->line.name.size, before = page->line.before.size;
		if (name > w->name && name <= WIDEST_NAME)
			w->name = name;
		if (before > w->before && 2 * before + WIDEST_NAME < width)
			w->before = before;
	}
	return i;
}

static void put_headings(struct page *page, const struct stored_value *v,
			 const struct stored_value *last)
{
	char vcpu[32];
	FILE *stream = page->out->stream;
	if (last)
		fputc('\n', stream);
	if (page->diff->several_targets && (!last || v->target_rank != last->target_rank))
		output_title(page->out, v->target, '=');
	if (!last || !stored_same_vcpu(v, last)) {
		snprintf(vcpu, sizeof(vcpu), "vCPU %u", v->vcpu);
		output_title(page->out, vcpu, '-');
	}
	output_feature(page->out, v->feature);
}

static bool any_is_listed(const struct diff *d, size_t first, size_t end)
{
	while (first < end && !diff_is_listed(d, &d->item[first]))
		first++;
	return first < end;
}

/* Put the last line: how many of the registers that both sides have differ, and how many are on
 * one side only. */
static void put_count(struct page *page)
{
	const struct diff *d = page->diff;
	FILE *stream = page->out->stream;
	if (d->count + d->compared == 0)
		return;
	if (diff_listed_count(d) > 0)
		fputc('\n', stream);
	size_t changed = d->count - d->one_sided;
	fprintf(stream, "%zu of %zu register%s differ%s", changed, d->compared,
		d->compared == 1 ? "" : "s", changed == 1 || d->compared == 1 ? "s" : "");
	if (d->one_sided > 0)
		fprintf(stream, "; %zu %s on one side only%s", d->one_sided,
			d->one_sided == 1 ? "is" : "are", d->options->all ? "" : " (see --all)");
	fputc('\n', stream);
}

bool diff_write_text(struct output *out, const struct diff *d)
{
	struct page page = {.out = out, .diff = d, .ok = true};
	const struct stored_value *last = NULL;
	for (size_t i = 0, end; i < d->count && page.ok && !output_broken(out); i = end) {
		struct widths w;
		end = measure(&page, i, &w);
		if (!any_is_listed(d, i, end))
			continue;
		put_headings(&page, diff_subject(&d->item[i]), last);
		last = diff_subject(&d->item[i]);
		for (; i < end && page.ok; i++) {
			if (!diff_is_listed(d, &d->item[i]))
				continue;
			page.ok = fill(&page.line, d, &d->item[i]);
			if (page.ok)
				put_line(&page, &w);
		}
	}
	put_count(&page);
	line_fini(&page.line);
	return page.ok;
}

/* ----------------------------------------------------------------- JUnit --- */

/* Add the case of a register, `vCPU 0: org.gnu.gdb.i386.core:rip`. failure is NULL if it
 * passed. */
static bool put_case(struct junit *junit, struct line *line, const struct stored_value *v,
		     const char *failure)
{
	struct text *name = &line->flags;
	text_clear(name);
	text_addf(name, "vCPU %u: %s%s", v->vcpu, v->feature ? v->feature : "",
		  v->feature ? ":" : "");
	add_name(name, v);
	if (name->failed)
		return false;
	junit_case(junit, v->target, name->data, failure);
	return true;
}

static bool put_failure(struct junit *junit, struct line *line, const struct diff *d,
			const struct change *c)
{
	if (!fill(line, d, c))
		return false;
	text_addf(&line->before, ARROW "%s%s", line->after.data, line->flags.data);
	return !line->before.failed && put_case(junit, line, diff_subject(c), line->before.data);
}

/* Add an error for each target that a snapshot could not read, because the exit status is 1
 * then. */
static void put_failures(struct junit *junit, const struct stored *s)
{
	for (size_t i = 0; i < s->failure_count; i++)
		junit_error(junit, s->failures[i].target, s->name, s->failures[i].error);
}

/* There is a failure for each difference, even where text leaves it out: the exit status counts
 * it, too. */
int diff_write_junit(const char *path, const struct diff *d)
{
	struct junit junit;
	struct line line = {.name = {0}};
	int status = junit_open(&junit, path, "diff");
	bool ok = true;
	if (status != 0)
		return status;
	for (size_t i = 0; i < d->count && ok; i++)
		ok = put_failure(&junit, &line, d, &d->item[i]);
	for (size_t i = 0; i < d->before->count && ok; i++) {
		if (diff_is_same(&d->before->item[i]))
			ok = put_case(&junit, &line, &d->before->item[i], NULL);
	}
	put_failures(&junit, d->before);
	put_failures(&junit, d->after);
	line_fini(&line);
	junit.cases.failed |= !ok;
	return junit_close(&junit, 0);
}
