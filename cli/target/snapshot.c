/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/snapshot.h"

#include "base/message.h"
#include "opt/command.h"
#include "target/target.h"

#include <stdlib.h>
#include <string.h>

static int copy(char **out, const char *text)
{
	*out = NULL;
	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : GDBREGS_ERR_NOMEM;
}

/* It may change at each stop. */
static void note_order(struct vcpu *vcpu, const struct gdbregs_session *s)
{
	vcpu->order = gdbregs_vcpu_byte_order(s, vcpu->index);
	vcpu->order_from = gdbregs_vcpu_byte_order_source(s, vcpu->index);
}

static int collect_vcpu(struct target *t, struct vcpu *vcpu, unsigned index)
{
	struct gdbregs_session *s = t->session;
	vcpu->index = index;
	vcpu->as = t->set->options->as;
	vcpu->architecture = gdbregs_vcpu_architecture(s, index);
	note_order(vcpu, s);
	int error = copy(&vcpu->thread, gdbregs_vcpu_thread(s, index));
	if (error == 0)
		error = copy(&vcpu->name, gdbregs_vcpu_name(s, index));
	if (error == 0)
		error = selection_add(&t->snapshot.selection, gdbregs_vcpu_description(s, index),
				      &vcpu->selected);
	return error;
}

static int check_listed(struct target *t)
{
	const struct options *o = t->set->options;
	unsigned count = gdbregs_vcpu_count(t->session);
	for (size_t i = 0; i < o->vcpu_count; i++) {
		if (o->vcpus[i] >= count)
			return target_fail(t, STATUS_SELECTION,
					   "no vCPU %u: there %s %u, numbered from 0", o->vcpus[i],
					   count == 1 ? "is" : "are", count);
	}
	return 0;
}

/* A breakpoint may be hit by any vCPU. */
static size_t count_wanted(const struct target *t)
{
	const struct options *o = t->set->options;
	size_t all = gdbregs_vcpu_count(t->session);
	if (o->vcpu_count > 0)
		return o->vcpu_count;
	bool only_first = !o->vcpus_all && !o->command->all_vcpus && o->break_count == 0;
	return only_first && all > 1 ? 1 : all;
}

static int collect_vcpus(struct target *t)
{
	const struct options *o = t->set->options;
	struct snapshot *s = &t->snapshot;
	size_t count = count_wanted(t);
	s->vcpus = calloc(count + 1, sizeof(*s->vcpus));
	if (!s->vcpus)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		unsigned index = o->vcpu_count > 0 ? o->vcpus[i] : (unsigned)i;
		s->vcpu_count++;
		int error = collect_vcpu(t, &s->vcpus[i], index);
		if (error < 0)
			return error;
	}
	return 0;
}

int snapshot_collect(struct target *t)
{
	char message[sizeof(t->error)];
	int error = selection_init(&t->snapshot.selection, t->set->options);
	if (error == 0)
		error = check_listed(t);
	if (error == 0)
		error = collect_vcpus(t);
	if (error == 0 && selection_check(&t->snapshot.selection, message, sizeof(message)) < 0)
		error = target_fail(t, STATUS_SELECTION, "%s", message);
	return error;
}

const struct selected *snapshot_selected(const struct snapshot *s, const struct vcpu *vcpu)
{
	return &s->selection.item[vcpu->selected];
}

static void fill_reads(struct snapshot *s)
{
	struct gdbregs_read *read = s->reads;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		struct vcpu *vcpu = &s->vcpus[i];
		const struct selected *selected = snapshot_selected(s, vcpu);
		vcpu->first_read = (size_t)(read - s->reads);
		for (size_t j = 0; j < selected->register_count; j++)
			*read++ = (struct gdbregs_read){.vcpu = vcpu->index,
							.reg = selected->registers[j],
							.status = GDBREGS_ERR_UNAVAILABLE};
	}
}

static bool lacks_values(const struct snapshot *s, const struct vcpu *vcpu)
{
	for (size_t i = 0; i < s->read_count; i++)
		if (s->reads[i].vcpu == vcpu->index && s->reads[i].status < 0)
			return true;
	return false;
}

/* Print what the library notes about vCPUs: always where values are missing, else with -v. */
static void say_notes(const struct target *t)
{
	const struct snapshot *s = &t->snapshot;
	const char *said = NULL;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		const char *note = gdbregs_vcpu_note(t->session, s->vcpus[i].index);
		if (!note || (said && strcmp(note, said) == 0))
			continue;
		if (lacks_values(s, &s->vcpus[i]))
			log_note("%s: vCPU %u: %s", t->name, s->vcpus[i].index, note);
		else
			log_verbose("%s: vCPU %u: %s", t->name, s->vcpus[i].index, note);
		said = note;
	}
}

static int take_values(struct target *t, int status)
{
	for (size_t i = 0; i < t->snapshot.vcpu_count; i++)
		note_order(&t->snapshot.vcpus[i], t->session);
	if (status < 0)
		return status;
	say_notes(t);
	return 0;
}

int snapshot_read(struct target *t)
{
	struct snapshot *s = &t->snapshot;
	int error = gdbregs_uv_read_registers(t->session, s->reads, s->read_count, &s->storage,
					      target_on_done, t, NULL);
	return target_wait(t, error, take_values);
}

int snapshot_take(struct target *t)
{
	int error = snapshot_collect(t);
	if (error != 0)
		return error;
	struct snapshot *s = &t->snapshot;
	size_t count = 0;
	for (size_t i = 0; i < s->vcpu_count; i++)
		count += snapshot_selected(s, &s->vcpus[i])->register_count;
	s->reads = calloc(count + 1, sizeof(*s->reads));
	if (!s->reads)
		return GDBREGS_ERR_NOMEM;
	s->read_count = count;
	fill_reads(s);
	return snapshot_read(t);
}

int snapshot_offline(struct snapshot *s, const struct options *o,
		     const struct gdbregs_description *d)
{
	int error = selection_init(&s->selection, o);
	s->vcpus = calloc(1, sizeof(*s->vcpus));
	if (error < 0 || !s->vcpus)
		return GDBREGS_ERR_NOMEM;
	s->vcpu_count = 1;
	s->vcpus[0].architecture = gdbregs_description_architecture(d);
	return selection_add(&s->selection, d, &s->vcpus[0].selected);
}

void snapshot_fini(struct snapshot *s)
{
	for (size_t i = 0; i < s->vcpu_count; i++) {
		free(s->vcpus[i].thread);
		free(s->vcpus[i].name);
	}
	free(s->vcpus);
	free(s->reads);
	selection_fini(&s->selection);
	gdbregs_buffer_fini(&s->storage);
	*s = (struct snapshot){.target = NULL};
}

size_t snapshot_unavailable(const struct snapshot *s)
{
	size_t count = 0;
	for (size_t i = 0; i < s->read_count; i++)
		count += s->reads[i].status < 0;
	return count;
}
