/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands dump and read: they read the selection, release the guests, and then print. */
#include "opt/command.h"
#include "out/snapshot-print.h"

#include "base/message.h"

static const char *first_unavailable(const struct snapshot *s)
{
	size_t i = 0;
	while (i < s->read_count && s->reads[i].status >= 0)
		i++;
	return i < s->read_count ? gdbregs_register_name(s->reads[i].reg) : "";
}

/* With --strict, an unavailable register is an error. The others are printed. */
static int check_strict(const struct target *t)
{
	const struct snapshot *s = &t->snapshot;
	size_t count = snapshot_unavailable(s);
	if (count == 0)
		return 0;
	return fail(STATUS_SELECTION, "%s: %zu of %zu registers unavailable: %s%s", t->name, count,
		    s->read_count, first_unavailable(s), count > 1 ? ", ..." : "");
}

/* Print the failures in the order of the targets. Returns the status of the first one. */
static int report(const struct targets *set)
{
	int first = 0;
	for (size_t i = 0; i < set->count; i++) {
		int status = target_report(&set->item[i]);
		if (status == 0 && set->options->strict)
			status = check_strict(&set->item[i]);
		first = first != 0 ? first : status;
	}
	return first;
}

static void say_sizes(const struct snapshot *s)
{
	for (size_t i = 0; i < s->read_count; i++) {
		const struct gdbregs_read *read = &s->reads[i];
		unsigned bits = gdbregs_register_bits(read->reg);
		if (read->status >= 0 && (size_t)read->status != ((size_t)bits + 7) / 8)
			log_verbose(
				"%s: vCPU %u: %s: the stub sent %d bits, its description says %u",
				s->target, read->vcpu, gdbregs_register_name(read->reg),
				8 * read->status, bits);
	}
}

static bool put(struct output *out, const struct targets *set)
{
	const enum shape *shape = set->work_arg;
	return snapshot_print(out, set, *shape);
}

static int print(struct output *out, const struct targets *set)
{
	for (size_t i = 0; i < set->count; i++)
		say_sizes(&set->item[i].snapshot);
	return targets_print(out, set, report(set), put);
}

int command_dump(const struct options *o)
{
	enum shape shape = SHAPE_SNAPSHOT;
	return targets_show_by(o, GDBREGS_R_REGS, snapshot_take, &shape, print);
}

/* The shape follows from the command line and not from what is found, because scripts depend on
 * it. */
int command_read(const struct options *o)
{
	bool one = o->vcpus_single || (o->vcpu_count == 0 && !o->vcpus_all);
	enum shape shape = one ? SHAPE_REGISTERS : SHAPE_VCPUS;
	return targets_show_by(o, GDBREGS_R_REGS, snapshot_take, &shape, print);
}
