/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names with their values in columns, filled downwards as ls(1) does. Hides: how many
 * columns fit a line. */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include <stddef.h>

enum { GRID_MOST_COLUMNS = 16 };

/* Widths in characters. */
struct grid_cell {
	size_t name, value;
};

struct grid {
	struct grid_cell column[GRID_MOST_COLUMNS];
	size_t columns, rows;
	size_t width; /* of a whole line */
};

/* Choose as many columns as fit in `width`, at least one. A cell takes its name, a blank,
 * its value and `extra` characters; `gap` blanks are between two columns. `cells` may be
 * the first member of larger elements, `stride` bytes apart. */
void grid_lay_out(struct grid *grid, const struct grid_cell *cells, size_t stride, size_t count,
		  size_t width, size_t extra, size_t gap);

#endif
