/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/screen.h"

#include <stdlib.h>
#include <string.h>

#define CLEAR_LINE  "\033[K"
#define CLEAR_BELOW "\033[J"
#define REVERSE	    "\033[7m"
#define BOLD	    "\033[1m"
#define NORMAL	    "\033[0m"

/* Blanks between columns, and between the parts of a vCPU's first line. */
enum { WIDEST_VALUE = 34, GAP = 1, WIDE_GAP = 2 };

/* ---------------------------------------------------------------- order --- */

enum { HEADS = 3 };

struct entry {
	size_t index; /* among the items of a sampler */
	unsigned rank, bits;
};

/* The order in which the registers of a sampler are shown. */
struct screen_block {
	struct entry *order; /* program counter, stack pointer and flags, then by kind and size */
	size_t heads; /* how many of these three it has */
};

static const enum gdbregs_role roles[HEADS] = {GDBREGS_ROLE_PC, GDBREGS_ROLE_SP,
					       GDBREGS_ROLE_FLAGS};

/* Returns the rank of a value. Vectors come last, because nothing fits beside them. */
static unsigned rank_of(const struct value *v)
{
	if (value_kind(v) == GDBREGS_TYPE_FLOAT)
		return HEADS + 1;
	return value_is_compound(v) || value_bits(v) > 64 ? HEADS + 2 : HEADS;
}

static struct entry entry_of(const struct sampler *sampler, size_t index,
			     const struct gdbregs_register *const heads[HEADS])
{
	struct value v = sampler_value(sampler, index);
	struct entry entry = {index, rank_of(&v), value_bits(&v)};
	for (unsigned i = 0; i < HEADS; i++) {
		if (v.reg == heads[i] && !v.part)
			entry.rank = i;
	}
	return entry;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (a->rank > b->rank) - (a->rank < b->rank);
	if (order == 0)
		order = (a->bits < b->bits) - (a->bits > b->bits);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void find_heads(const struct sampler *sampler, const struct gdbregs_register *heads[HEADS])
{
	const struct gdbregs_description *d =
		snapshot_selected(sampler->snapshot, sampler->vcpu)->description;
	for (size_t i = 0; i < HEADS; i++) {
		if (gdbregs_description_find_role(d, roles[i], &heads[i]) < 0)
			heads[i] = NULL;
	}
}

static bool make_order(struct screen_block *block, const struct sampler *sampler)
{
	const struct gdbregs_register *heads[HEADS] = {NULL};
	*block = (struct screen_block){.order = calloc(sampler->count + 1, sizeof(*block->order))};
	if (!block->order)
		return false;
	find_heads(sampler, heads);
	for (size_t i = 0; i < sampler->count; i++) {
		block->order[i] = entry_of(sampler, i, heads);
		block->heads += block->order[i].rank < HEADS;
	}
	qsort(block->order, sampler->count, sizeof(*block->order), compare);
	return true;
}

struct column {
	size_t name_width, value_width;
};

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

/* ----------------------------------------------------------------- lines --- */

static void end_line(struct screen *screen)
{
	text_adds(&screen->lines, "\n");
	screen->used++;
}

/* Add a text that is cut or padded to `width`. */
static void add_field(struct screen *screen, const char *text, size_t width)
{
	size_t size = strlen(text);
	if (size > width && width > 2) {
		text_add(&screen->lines, text, width - 2);
		text_adds(&screen->lines, "..");
		return;
	}
	text_add(&screen->lines, text, at_most(size, width));
	text_add_blanks(&screen->lines, width - at_most(size, width));
}

/* Add a number. If it is too wide, its last digits are shown, because they change first. */
static void add_number(struct screen *screen, const char *text, size_t width)
{
	size_t size = strlen(text), mark = strlen("0x..");
	if (size <= width || width <= mark + 2 || strncmp(text, "0x", 2) != 0) {
		add_field(screen, text, width);
		return;
	}
	text_addf(&screen->lines, "0x..%s", text + size - (width - mark));
}

/* Add a line in bold that is not wider than the terminal. */
static void add_heading(struct screen *screen, const char *text)
{
	text_clear(&screen->cell);
	text_add_printable(&screen->cell, text, strlen(text));
	if (screen->cell.failed)
		return;
	text_adds(&screen->lines, screen->out->colour ? BOLD : "");
	text_add(&screen->lines, screen->cell.data, at_most(screen->cell.size, screen->columns));
	text_adds(&screen->lines, screen->out->colour ? NORMAL : "");
	end_line(screen);
}

/* ------------------------------------------------------------- registers --- */

static struct column measure(const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	char name[VALUE_NAME];
	size_t value = value_show_width(&v);
	return (struct column){at_most(printable_width(value_name(&v, name)), VALUE_WIDEST_NAME),
			       at_most(value, WIDEST_VALUE)};
}

static void widen(struct column *column, struct column cell)
{
	if (cell.name_width > column->name_width)
		column->name_width = cell.name_width;
	if (cell.value_width > column->value_width)
		column->value_width = cell.value_width;
}

/* Returns the width of a cell: a mark, the name, a blank and the value. */
static size_t width_of(const struct column *column)
{
	return 1 + column->name_width + 1 + column->value_width;
}

/* Make a column at most as wide as the terminal, which would cut it in the middle of a value. */
static void squeeze(struct column *column, size_t width)
{
	size_t rest = width > 2 ? width - 2 : 0;
	column->name_width = at_most(column->name_width, rest);
	column->value_width = at_most(column->value_width, rest - column->name_width);
}

static void add_register(struct screen *screen, const struct column *column,
			 const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	bool changed = sampler->readings > 1 && sampler_changed(sampler, index);
	bool highlight = changed && screen->out->colour;
	char name[VALUE_NAME];
	const char *shown = value_name(&v, name);
	text_clear(&screen->cell);
	text_add_printable(&screen->cell, shown, strlen(shown));
	text_adds(&screen->lines, changed && !highlight ? "*" : " ");
	add_field(screen, screen->cell.failed ? "" : screen->cell.data, column->name_width);
	text_adds(&screen->lines, highlight ? " " REVERSE : " ");
	value_show(&screen->cell, &v);
	add_number(screen, screen->cell.data ? screen->cell.data : "", column->value_width);
	text_adds(&screen->lines, highlight ? NORMAL : "");
}

/* Returns what a value means, or "" if its digits say it all or memory runs out. */
static const char *meaning_of(struct screen *screen, const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	const char *meaning = value_decode(&v, screen->options, &screen->decoded);
	text_clear(&screen->cell);
	if (meaning)
		text_add_printable(&screen->cell, meaning, strlen(meaning));
	else
		screen->lines.failed = true;
	return screen->cell.data ? screen->cell.data : "";
}

/* --------------------------------------------------- a register a line --- */

/* The part of the screen that a vCPU has. */
struct area {
	size_t end; /* line of the frame at which it ends */
	size_t width;
};

static size_t rows_left(const struct screen *screen, const struct area *area)
{
	return area->end > screen->used ? area->end - screen->used : 0;
}

static void add_list(struct screen *screen, const struct area *area, const struct sampler *sampler,
		     const struct screen_block *block)
{
	struct column column = {0};
	for (size_t i = 0; i < sampler->count; i++)
		widen(&column, measure(sampler, block->order[i].index));
	squeeze(&column, area->width);
	size_t used = width_of(&column) + WIDE_GAP;
	for (size_t i = 0; i < sampler->count; i++) {
		add_register(screen, &column, sampler, block->order[i].index);
		const char *meaning = meaning_of(screen, sampler, block->order[i].index);
		if (meaning[0] != '\0' && used < area->width) {
			text_add_blanks(&screen->lines, WIDE_GAP);
			add_field(screen, meaning, at_most(strlen(meaning), area->width - used));
		}
		end_line(screen);
	}
}

/* --------------------------------------------------- several a line --- */

/* Returns how many registers are in columns: all but those of the first line. */
static size_t rest_of(const struct sampler *sampler, const struct screen_block *block)
{
	return sampler->count - block->heads;
}

/* Returns the column that begins with register `first` of the rest. */
static struct column column_at(const struct sampler *sampler, const struct screen_block *block,
			       size_t first, size_t rows)
{
	struct column column = {0};
	for (size_t i = first; i < first + rows && i < rest_of(sampler, block); i++)
		widen(&column, measure(sampler, block->order[block->heads + i].index));
	return column;
}

enum { MOST_COLUMNS = 32 };

/* Make as many columns of `rows` rows as fit. Returns how many registers they have. */
static size_t lay_out(struct column columns[MOST_COLUMNS], size_t *count, const struct area *area,
		      const struct sampler *sampler, const struct screen_block *block, size_t rows)
{
	size_t used = 0, shown = 0;
	for (*count = 0; rows > 0 && *count < MOST_COLUMNS; ++*count) {
		if (shown >= rest_of(sampler, block))
			break;
		struct column column = column_at(sampler, block, shown, rows);
		if (*count == 0)
			squeeze(&column, area->width);
		size_t width = width_of(&column) + (*count > 0 ? GAP : 0);
		if (used + width > area->width && *count > 0)
			break;
		used += width;
		shown += rows;
		columns[*count] = column;
	}
	return at_most(shown, rest_of(sampler, block));
}

static void add_grid(struct screen *screen, const struct area *area, const struct sampler *sampler,
		     const struct screen_block *block)
{
	struct column columns[MOST_COLUMNS];
	char more[80];
	size_t count, rows = rows_left(screen, area), rest = rest_of(sampler, block);
	size_t shown = lay_out(columns, &count, area, sampler, block, rows);
	if (shown < rest && rows > 1)
		shown = lay_out(columns, &count, area, sampler, block, --rows);
	for (size_t row = 0; row < rows && row < shown; row++) {
		for (size_t i = 0, at = row; i < count && at < shown; i++, at += rows) {
			text_add_blanks(&screen->lines, i > 0 ? GAP : 0);
			add_register(screen, &columns[i], sampler,
				     block->order[block->heads + at].index);
		}
		end_line(screen);
	}
	if (shown == rest || rows_left(screen, area) == 0)
		return;
	snprintf(more, sizeof(more), "... %zu registers do not fit; select fewer", rest - shown);
	add_heading(screen, more);
}

/* ------------------------------------------------------------------ vCPU --- */

/* Make room for the next part of the first line. The line may be continued on the next one, after
 * `indent` blanks. Returns false if there is no room. */
static bool make_room(struct screen *screen, const struct area *area, size_t *used, size_t width,
		      size_t indent)
{
	if (*used + WIDE_GAP + width <= area->width) {
		text_add_blanks(&screen->lines, WIDE_GAP);
		*used += WIDE_GAP;
		return true;
	}
	if (rows_left(screen, area) < 2)
		return false;
	end_line(screen);
	text_add_blanks(&screen->lines, indent);
	*used = indent;
	return true;
}

static void add_state(struct screen *screen, const struct area *area, const struct sampler *sampler,
		      size_t *used)
{
	char text[64];
	int size = snprintf(text, sizeof(text), "vCPU %u%s%s", sampler->vcpu->index,
			    sampler->state.text[0] != '\0' ? " " : "", sampler->state.text);
	*used = at_most((size_t)size, area->width);
	text_adds(&screen->lines, screen->out->colour ? BOLD : "");
	text_add(&screen->lines, text, *used);
	text_adds(&screen->lines, screen->out->colour ? NORMAL : "");
}

/* `vCPU 0 halted   rip 0x...   rsp 0x...   eflags 0x...  [ ZF PF ]` */
static void add_first_line(struct screen *screen, const struct area *area,
			   const struct sampler *sampler, const struct screen_block *block)
{
	size_t used;
	add_state(screen, area, sampler, &used);
	for (size_t i = 0; i < block->heads; i++) {
		struct column column = measure(sampler, block->order[i].index);
		squeeze(&column, area->width);
		if (!make_room(screen, area, &used, width_of(&column), 0))
			break;
		add_register(screen, &column, sampler, block->order[i].index);
		used += width_of(&column);
		const char *meaning = meaning_of(screen, sampler, block->order[i].index);
		size_t width = at_most(strlen(meaning), area->width - 1);
		if (width == 0 || !make_room(screen, area, &used, width, 1))
			continue;
		add_field(screen, meaning, width);
		used += width;
	}
	end_line(screen);
}

static void add_vcpu(struct screen *screen, const struct area *area, const struct sampler *sampler,
		     const struct screen_block *block)
{
	const struct screen_block none = {.order = block->order};
	if (rows_left(screen, area) == 0)
		return;
	bool list = sampler->count < rows_left(screen, area);
	add_first_line(screen, area, sampler, list ? &none : block);
	if (list)
		add_list(screen, area, sampler, block);
	else
		add_grid(screen, area, sampler, block);
}

/* Give each vCPU the same number of rows. The first vCPUs get those that are left over. */
static void add_vcpus(struct screen *screen, const struct sampler *samplers, size_t count)
{
	size_t rows = screen->rows - screen->used, shown = count <= rows ? count : rows - 1;
	struct area area = {.end = screen->used, .width = screen->columns};
	char more[80];
	for (size_t i = 0; i < shown; i++) {
		area.end += rows / count + (i < rows % count);
		area.end = count <= rows ? area.end : screen->used + 1;
		add_vcpu(screen, &area, &samplers[i], &screen->blocks[i]);
	}
	if (shown == count)
		return;
	snprintf(more, sizeof(more), "... %zu vCPUs do not fit; select fewer with -c",
		 count - shown);
	add_heading(screen, more);
}

/* ----------------------------------------------------------------- frame --- */

static bool make_blocks(struct screen *screen, const struct sampler *samplers, size_t count)
{
	if (screen->blocks)
		return true;
	screen->blocks = calloc(count + 1, sizeof(*screen->blocks));
	for (size_t i = 0; i < count && screen->blocks; i++) {
		screen->block_count++;
		if (!make_order(&screen->blocks[i], &samplers[i]))
			return false;
	}
	return screen->blocks;
}

/* Make the frame. Each line is written at its place, because a line feed would scroll the last
 * line away. A line is cleared before it is written: if it fills the terminal, clearing
 * afterwards would remove its last character. */
static void compose(struct screen *screen)
{
	const char *line = screen->lines.data;
	text_clear(&screen->frame);
	for (size_t row = 1; row <= screen->used && !screen->lines.failed; row++) {
		size_t size = strcspn(line, "\n");
		text_addf(&screen->frame, "\033[%zu;1H" CLEAR_LINE, row);
		text_add(&screen->frame, line, size);
		line += size + 1;
	}
	if (screen->used >= screen->rows)
		return;
	text_addf(&screen->frame, "\033[%zu;1H" CLEAR_BELOW, screen->used + 1);
}

void screen_init(struct screen *screen, struct output *out, const struct options *o,
		 struct terminal *terminal)
{
	*screen = (struct screen){.out = out, .options = o, .terminal = terminal};
}

bool screen_draw(struct screen *screen, const char *title, const struct sampler *samplers,
		 size_t count)
{
	enum { LEAST_FOR_TITLE = 3 };
	if (!make_blocks(screen, samplers, count))
		return false;
	terminal_enter(screen->terminal);
	terminal_size(screen->terminal, &screen->rows, &screen->columns);
	text_clear(&screen->lines);
	screen->used = 0;
	if (screen->rows >= LEAST_FOR_TITLE)
		add_heading(screen, title);
	add_vcpus(screen, samplers, count);
	compose(screen);
	if (screen->lines.failed || screen->frame.failed || screen->cell.failed)
		return false;
	fwrite(screen->frame.data, 1, screen->frame.size, screen->out->stream);
	fflush(screen->out->stream);
	return true;
}

void screen_fini(struct screen *screen)
{
	terminal_fini(screen->terminal);
	if (screen->lines.size > 0 && !screen->lines.failed)
		fwrite(screen->lines.data, 1, screen->lines.size, screen->out->stream);
	for (size_t i = 0; i < screen->block_count; i++)
		free(screen->blocks[i].order);
	free(screen->blocks);
	text_fini(&screen->lines);
	text_fini(&screen->frame);
	text_fini(&screen->cell);
	gdbregs_buffer_fini(&screen->decoded);
	*screen = (struct screen){.terminal = screen->terminal};
}
