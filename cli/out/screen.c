/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/screen.h"

#include "base/signals.h"

#include <string.h>
#include <sys/ioctl.h>

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define HOME	    "\033[H"
#define CLEAR	    "\033[2J"
#define CLEAR_LINE  "\033[K"
#define CLEAR_BELOW "\033[J"
#define REVERSE	    "\033[7m"
#define BOLD	    "\033[1m"
#define NORMAL	    "\033[0m"

enum { WIDEST_NAME = 24, WIDEST_VALUE = 34, MOST_COLUMNS = 16, GAP = 1 };

struct column {
	size_t name_width, value_width;
};

/* How the registers of a sampler are laid out: down the columns, as people read lists. */
struct grid {
	struct column column[MOST_COLUMNS];
	size_t columns, rows;
	bool decoded; /* one column: there is room for what the values mean */
};

void screen_init(struct screen *screen, struct output *out, const struct options *o)
{
	*screen = (struct screen){.out = out, .options = o};
}

static void measure_terminal(struct screen *screen)
{
	struct winsize size;
	unsigned rows = 24, columns = 80;
	if (ioctl(screen->out->fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		rows = size.ws_row;
		columns = size.ws_col;
	}
	if (rows != screen->rows || columns != screen->columns)
		text_adds(&screen->frame, CLEAR);
	screen->rows = rows;
	screen->columns = columns;
}

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

static void widen(struct column *column, const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	char shown[VALUE_NAME];
	size_t name = printable_width(value_name(&v, shown));
	size_t value = value_show_width(&v);
	name = at_most(name, WIDEST_NAME);
	value = at_most(value, WIDEST_VALUE);
	column->name_width = name > column->name_width ? name : column->name_width;
	column->value_width = value > column->value_width ? value : column->value_width;
}

/* A mark, the name, a blank, the value. */
static size_t width_of(const struct column *column)
{
	return 1 + column->name_width + 1 + column->value_width;
}

/* Its width with so many columns. */
static size_t lay_out(struct grid *grid, const struct sampler *sampler, size_t columns)
{
	size_t width = 0;
	*grid = (struct grid){.columns = columns};
	grid->rows = (sampler->count + columns - 1) / columns;
	for (size_t i = 0; i < sampler->count; i++)
		widen(&grid->column[i / grid->rows], sampler, i);
	for (size_t i = 0; i < columns; i++)
		width += width_of(&grid->column[i]) + (i > 0 ? GAP : 0);
	return width;
}

/* A column that is wider than the terminal: what goes over the edge would take
 * lines of its own. */
static void squeeze(struct column *column, size_t columns)
{
	size_t rest = columns > 2 ? columns - 2 : 0;
	column->name_width = at_most(column->name_width, rest);
	column->value_width = at_most(column->value_width, rest - column->name_width);
}

/* One column if all registers find room in it, else as many as there are. */
static struct grid make_grid(const struct screen *screen, const struct sampler *sampler,
			     size_t rows)
{
	struct grid grid;
	size_t columns = sampler->count > rows ? MOST_COLUMNS : 1;
	while (lay_out(&grid, sampler, columns) > screen->columns && columns > 1)
		columns--;
	squeeze(&grid.column[0], columns == 1 ? screen->columns : SIZE_MAX);
	grid.decoded = sampler->count <= rows;
	return grid;
}

/* `text`, cut or padded to `width`. */
static void add_field(struct text *out, const char *text, size_t width)
{
	size_t size = strlen(text);
	if (size > width && width > 2) {
		text_add(out, text, width - 2);
		text_adds(out, "..");
		return;
	}
	text_add(out, text, at_most(size, width));
	for (; size < width; size++)
		text_adds(out, " ");
}

static void add_value(struct screen *screen, const struct column *column,
		      const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	bool changed = sampler->readings > 1 && sampler_changed(sampler, index);
	char name[VALUE_NAME];
	bool highlight = changed && screen->out->colour;
	text_clear(&screen->cell);
	const char *shown_name = value_name(&v, name);
	text_add_printable(&screen->cell, shown_name, strlen(shown_name));
	text_adds(&screen->frame, changed && !highlight ? "*" : " ");
	add_field(&screen->frame, screen->cell.failed ? "" : screen->cell.data, column->name_width);
	text_adds(&screen->frame, highlight ? " " REVERSE : " ");
	value_show(&screen->cell, &v);
	const char *shown = screen->cell.data ? screen->cell.data : "";
	add_field(&screen->frame, shown, column->value_width);
	text_adds(&screen->frame, highlight ? NORMAL : "");
}

static bool add_meaning(struct screen *screen, const struct grid *grid,
			const struct sampler *sampler, size_t index)
{
	struct value v = sampler_value(sampler, index);
	const char *meaning = value_decode(&v, screen->options, &screen->decoded);
	size_t used = width_of(&grid->column[0]) + 2;
	if (!meaning)
		return false;
	if (meaning[0] == '\0' || used >= screen->columns)
		return true;
	text_clear(&screen->cell);
	text_add_printable(&screen->cell, meaning, strlen(meaning));
	if (screen->cell.failed)
		return false;
	text_adds(&screen->frame, "  ");
	add_field(&screen->frame, screen->cell.data,
		  at_most(screen->cell.size, screen->columns - used));
	return true;
}

/* Cleared first: behind a line that fills the terminal its last character would
 * be cleared with the rest. */
static void begin_line(struct screen *screen)
{
	text_adds(&screen->frame, CLEAR_LINE);
}

static bool add_row(struct screen *screen, const struct grid *grid, const struct sampler *sampler,
		    size_t row)
{
	bool ok = true;
	begin_line(screen);
	for (size_t column = 0; column < grid->columns; column++) {
		size_t index = column * grid->rows + row;
		if (index >= sampler->count)
			break;
		text_adds(&screen->frame, column > 0 ? " " : "");
		add_value(screen, &grid->column[column], sampler, index);
		if (grid->decoded)
			ok = add_meaning(screen, grid, sampler, index);
	}
	text_adds(&screen->frame, "\n");
	return ok;
}

/* A line in bold; none that is wider than the terminal. */
static void add_heading(struct screen *screen, const char *text)
{
	text_clear(&screen->cell);
	text_add_printable(&screen->cell, text, strlen(text));
	if (screen->cell.failed)
		return;
	begin_line(screen);
	text_adds(&screen->frame, screen->out->colour ? BOLD : "");
	text_add(&screen->frame, screen->cell.data, at_most(screen->cell.size, screen->columns));
	text_adds(&screen->frame, screen->out->colour ? NORMAL : "");
	text_adds(&screen->frame, "\n");
}

static bool add_sampler(struct screen *screen, const struct sampler *sampler, size_t rows)
{
	char more[80];
	struct grid grid = make_grid(screen, sampler, rows);
	bool cut = grid.rows > rows;
	size_t shown = cut && rows > 0 ? rows - 1 : at_most(grid.rows, rows);
	bool ok = true;
	for (size_t row = 0; row < shown && ok; row++)
		ok = add_row(screen, &grid, sampler, row);
	if (cut && rows > 0) {
		snprintf(more, sizeof(more), "... %zu registers do not fit; select fewer",
			 sampler->count - at_most(sampler->count, shown * grid.columns));
		add_heading(screen, more);
	}
	return ok;
}

/* The last line stays free: the cursor stands there. */
static bool add_samplers(struct screen *screen, const struct sampler *samplers, size_t count)
{
	size_t headings = count > 1 ? count : 0;
	size_t rows = screen->rows > headings + 2 ? screen->rows - headings - 2 : 0;
	bool ok = true;
	for (size_t i = 0; i < count && ok; i++) {
		char heading[40];
		snprintf(heading, sizeof(heading), "vCPU %u", samplers[i].vcpu->index);
		if (count > 1)
			add_heading(screen, heading);
		ok = add_sampler(screen, &samplers[i], rows / count);
	}
	return ok;
}

bool screen_draw(struct screen *screen, const char *title, const struct sampler *samplers,
		 size_t count)
{
	text_clear(&screen->frame);
	measure_terminal(screen);
	text_adds(&screen->frame, screen->shown ? HOME : HIDE_CURSOR HOME);
	signals_farewell(SHOW_CURSOR NORMAL "\r\n");
	screen->shown = true;
	add_heading(screen, title);
	bool ok = add_samplers(screen, samplers, count);
	text_adds(&screen->frame, CLEAR_BELOW);
	ok = ok && !screen->frame.failed && !screen->cell.failed;
	if (ok)
		fwrite(screen->frame.data, 1, screen->frame.size, screen->out->stream);
	fflush(screen->out->stream);
	return ok;
}

void screen_fini(struct screen *screen)
{
	if (screen->shown)
		fputs(SHOW_CURSOR, screen->out->stream);
	signals_farewell(NULL);
	text_fini(&screen->frame);
	text_fini(&screen->cell);
	gdbregs_buffer_fini(&screen->decoded);
	screen->shown = false;
}
