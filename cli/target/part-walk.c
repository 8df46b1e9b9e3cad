/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/part-walk.h"

#include "base/text.h"

enum { DEEPEST = 8, MOST_PARTS = 4096 };

struct walk {
	const char *from; /* path of the field where the walk began */
	struct gdbregs_buffer path; /* from there; NUL-terminated */
	struct text full;
	bool each;
	part_fn visit;
	void *arg;
	size_t left;
};

static bool walk_in(struct walk *w, const struct gdbregs_field *parent, unsigned depth);

static bool walk_child(struct walk *w, const struct gdbregs_field *child, size_t count,
		       unsigned depth)
{
	size_t before = w->path.size;
	const char *name = gdbregs_field_name(child);
	/* Reserved bits have no name. */
	if ((name && name[0] == '\0') || w->left == 0)
		return true;
	w->left--;
	if (gdbregs_field_append_path(child, &w->path) < 0)
		return false;
	text_clear(&w->full);
	text_adds(&w->full, w->from);
	text_adds(&w->full, w->from[0] != '\0' && w->path.data[0] != '[' ? "." : "");
	text_adds(&w->full, (const char *)w->path.data);
	const struct part_step step = {child, w->full.data, count};
	bool ok = !w->full.failed && w->visit(w->arg, &step) && walk_in(w, child, depth + 1);
	w->path.size = before;
	w->path.data[before] = '\0';
	return ok;
}

static bool walk_in(struct walk *w, const struct gdbregs_field *parent, unsigned depth)
{
	size_t count = gdbregs_field_count(parent);
	bool first_only = gdbregs_field_kind(parent) == GDBREGS_TYPE_VECTOR && !w->each;
	for (size_t i = 0; i < (first_only && count > 0 ? 1 : count) && depth < DEEPEST; i++) {
		struct gdbregs_field child;
		if (w->left == 0)
			break;
		if (gdbregs_field_child(parent, i, &child) == 0 &&
		    !walk_child(w, &child, first_only ? count : 1, depth))
			return false;
	}
	return true;
}

bool part_walk(const struct gdbregs_field *from, const char *path, bool each, part_fn visit,
	       void *arg)
{
	struct walk w = {
		.from = path, .each = each, .visit = visit, .arg = arg, .left = MOST_PARTS};
	bool ok = walk_in(&w, from, 0);
	gdbregs_buffer_fini(&w.path);
	text_fini(&w.full);
	return ok;
}
