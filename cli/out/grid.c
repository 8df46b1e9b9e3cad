/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/grid.h"

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void widen(struct grid_cell *column, const struct grid_cell *cell)
{
	column->name = larger(column->name, cell->name);
	column->value = larger(column->value, cell->value);
}

/* Make at most `columns` columns: fewer if the last ones would be empty. */
static void divide(struct grid *grid, const char *cells, size_t stride, size_t count,
		   size_t columns)
{
	*grid = (struct grid){.rows = (count + columns - 1) / columns};
	for (size_t i = 0; i < count; i++)
		widen(&grid->column[i / grid->rows], (const void *)(cells + i * stride));
	grid->columns = count > 0 ? (count + grid->rows - 1) / grid->rows : 0;
}

void grid_lay_out(struct grid *grid, const struct grid_cell *cells, size_t stride, size_t count,
		  size_t width, size_t extra, size_t gap)
{
	size_t columns = count < GRID_MOST_COLUMNS ? larger(count, 1) : GRID_MOST_COLUMNS;
	for (;; columns--) {
		divide(grid, (const char *)cells, stride, count, columns);
		for (size_t i = 0; i < grid->columns; i++)
			grid->width += grid->column[i].name + 1 + grid->column[i].value + extra +
				       (i > 0 ? gap : 0);
		if (grid->width <= width || columns == 1)
			return;
	}
}
