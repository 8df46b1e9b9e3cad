/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For people: a heading per target, vCPU and feature, names aligned, numbers
 * in the order of their digits, flags and floats decoded. */
#include "out/formats.h"

#include "base/message.h"

#include <string.h>

struct page {
	struct output *out;
	const struct options *options;
	struct text value;
	struct gdbregs_buffer decoded;
	size_t name_width;
	size_t value_width;
	bool ok;
};

/* So much of a line may be spent on aligning; longer ones stand out. */
enum { WIDEST_NAME = 24, WIDEST_VALUE = 22 };

static bool same_feature(const struct gdbregs_register *a, const struct gdbregs_register *b)
{
	return gdbregs_register_feature(a) == gdbregs_register_feature(b);
}

static size_t shown_width(const struct value *v)
{
	if (v->status < 0)
		return strlen("<unavailable>");
	return 2 * v->size_bytes + (v->vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN ? 2 : 0);
}

static size_t wider(size_t width, size_t candidate, size_t limit)
{
	return candidate > width && candidate <= limit ? candidate : width;
}

/* Widths of the run of registers of one feature; returns where it ends. */
static size_t measure(struct page *page, const struct snapshot *s, const struct vcpu *vcpu,
		      size_t first)
{
	size_t count = snapshot_selected(s, vcpu)->count, i;
	struct value head = value_get(s, vcpu, first);
	char name[VALUE_NAME];
	page->name_width = page->value_width = 0;
	for (i = first; i < count; i++) {
		struct value v = value_get(s, vcpu, i);
		if (!same_feature(head.reg, v.reg))
			break;
		page->name_width =
			wider(page->name_width, printable_width(value_name(&v, name)), WIDEST_NAME);
		page->value_width = wider(page->value_width, shown_width(&v), WIDEST_VALUE);
	}
	return i;
}

static const char *decode(struct page *page, const struct value *v)
{
	const char *decoded = value_decode(v, page->options, &page->decoded);
	page->ok = page->ok && decoded;
	return decoded ? decoded : "";
}

/* The reply is the truth; that it differs from the description is not hidden. */
static void put_size_note(FILE *stream, const struct value *v)
{
	unsigned bits = gdbregs_register_bits(v->reg);
	if (v->status >= 0 && v->size_bytes != ((size_t)bits + 7) / 8)
		fprintf(stream, "  (%zu bits; the description says %u)", 8 * v->size_bytes, bits);
}

/* A line of a terminal; a value that does not fit takes several. */
enum { LINE = 80, MOST_DIGITS = 64, LONG_TEXT = 100 };

/* All its bytes are 0. */
static bool is_zero(const struct value *v)
{
	size_t i = 0;
	while (i < v->size_bytes && v->bytes[i] == 0)
		i++;
	return v->status > 0 && i == v->size_bytes;
}

/* A wide vector: so many digits a line, counted from the last. */
static void put_wide(FILE *stream, const char *value, size_t indent)
{
	size_t prefix = strncmp(value, "0x", 2) == 0 ? 2 : 0, digits = strlen(value) - prefix;
	size_t line = indent + 2 + MOST_DIGITS <= LINE ? MOST_DIGITS : MOST_DIGITS / 2;
	size_t size = digits % line > 0 ? digits % line : line;
	fprintf(stream, "%.*s%*s%.*s", (int)prefix, value, (int)(line - size), "", (int)size,
		value + prefix);
	for (size_t at = size; at < digits; at += line)
		fprintf(stream, "\n%*s%.*s", (int)(indent + prefix), "", (int)line,
			value + prefix + at);
}

/* On lines of its own, broken at blanks. */
static void put_long_text(FILE *stream, const char *text, size_t indent)
{
	size_t room = LINE - indent;
	while (*text != '\0') {
		size_t size = strlen(text), cut = size;
		if (size > room) {
			cut = room;
			while (cut > 0 && text[cut] != ' ')
				cut--;
			cut = cut > 0 ? cut : room;
		}
		fprintf(stream, "\n%*s%.*s", (int)indent, "", (int)cut, text);
		text += cut + (text[cut] == ' ');
	}
}

static void put_decoded(struct page *page, const char *decoded)
{
	struct text text = {0};
	text_add_printable(&text, decoded, strlen(decoded));
	page->ok &= !text.failed;
	if (text.size > LONG_TEXT)
		put_long_text(page->out->stream, text.data, 6);
	else if (text.size > 0)
		fprintf(page->out->stream, "  %s", text.data);
	text_fini(&text);
}

static void put_register(struct page *page, const struct value *v)
{
	FILE *stream = page->out->stream;
	char name[VALUE_NAME];
	bool dim = v->status < 0 && page->out->colour;
	value_show(&page->value, v);
	page->ok &= !page->value.failed;
	const char *decoded = decode(page, v);
	const char *value = page->value.data ? page->value.data : "";
	fputs("  ", stream);
	printable_put(stream, value_name(v, name), page->name_width);
	fputs(dim ? "  \033[33m" : "  ", stream);
	size_t indent = 2 + page->name_width + 2;
	if (strlen(value) > MOST_DIGITS + 2)
		put_wide(stream, value, indent);
	else
		printable_put(stream, value, decoded[0] != '\0' ? page->value_width : 0);
	fputs(dim ? "\033[0m" : "", stream);
	put_decoded(page, decoded);
	put_size_note(stream, v);
	fputc('\n', stream);
}

static void put_heading(struct page *page, const char *heading)
{
	text_clear(&page->value);
	text_add_printable(&page->value, heading, strlen(heading));
	page->ok &= !page->value.failed;
	output_heading(page->out, page->value.data ? page->value.data : "");
}

static void put_feature(struct page *page, const struct snapshot *s, const struct vcpu *vcpu,
			size_t first, size_t end)
{
	struct value head = value_get(s, vcpu, first);
	const char *feature = gdbregs_register_feature(head.reg);
	put_heading(page, feature ? feature : "(no feature)");
	for (size_t i = first; i < end && page->ok && !output_broken(page->out); i++) {
		struct value v = value_get(s, vcpu, i);
		if (!page->options->nonzero || !is_zero(&v))
			put_register(page, &v);
	}
}

static void put_registers(struct page *page, const struct snapshot *s, const struct vcpu *vcpu)
{
	size_t count = snapshot_selected(s, vcpu)->count;
	for (size_t i = 0; i < count && page->ok && !output_broken(page->out);) {
		size_t end = measure(page, s, vcpu, i);
		if (i > 0)
			fputc('\n', page->out->stream);
		put_feature(page, s, vcpu, i, end);
		i = end;
	}
}

static void put_vcpu_heading(struct page *page, const struct vcpu *vcpu)
{
	char line[512];
	const char *order = byte_order_name(vcpu->order);
	snprintf(line, sizeof(line), "vCPU %u%s%s%s%s  %s, %s%s", vcpu->index,
		 vcpu->thread ? "  " : "", vcpu->thread ? vcpu->thread : "", vcpu->name ? "  " : "",
		 vcpu->name ? vcpu->name : "",
		 vcpu->architecture ? vcpu->architecture : "unknown architecture",
		 order ? order : "unknown byte order", order ? " endian" : "");
	put_heading(page, line);
	fputc('\n', page->out->stream);
}

static void put_target(struct page *page, const struct target *t, enum shape shape)
{
	const struct snapshot *s = &t->snapshot;
	if (t->set->count > 1)
		put_heading(page, t->name);
	if (t->status != 0) {
		fputs("error: ", page->out->stream);
		printable_put(page->out->stream, t->error, 0);
		fputc('\n', page->out->stream);
		return;
	}
	for (size_t i = 0; i < s->vcpu_count; i++) {
		if (i > 0)
			fputc('\n', page->out->stream);
		if (shape != SHAPE_REGISTERS)
			put_vcpu_heading(page, &s->vcpus[i]);
		put_registers(page, s, &s->vcpus[i]);
	}
}

static void note_byte_order(const struct targets *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct snapshot *s = &set->item[i].snapshot;
		if (s->read_count == 0 || s->vcpus[0].order != GDBREGS_BYTE_ORDER_UNKNOWN)
			continue;
		log_note(
			"%s: the byte order is unknown: bytes are shown as they came; numbers with "
			"--endian little or big",
			set->item[i].name);
		return;
	}
}

bool format_text(struct output *out, const struct targets *set, enum shape shape)
{
	struct page page = {.out = out, .options = set->options, .ok = true};
	note_byte_order(set);
	for (size_t i = 0; i < set->count && page.ok; i++) {
		if (i > 0)
			fputc('\n', out->stream);
		put_target(&page, &set->item[i], shape);
	}
	text_fini(&page.value);
	gdbregs_buffer_fini(&page.decoded);
	return page.ok;
}
