/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/write-verify.h"

#include "base/exit-status.h"

#include <stdlib.h>
#include <string.h>

static int write_next(struct target *t);

static int say_failure(struct target *t, int code)
{
	struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[job->done];
	const char *message = gdbregs_session_error(t->session);
	return target_fail(t, status_of(code, 1), "%s of vCPU %u: %s; %zu of %zu were written",
			   gdbregs_register_name(read->reg), read->vcpu,
			   message[0] != '\0' ? message : gdbregs_strerror(code), job->done,
			   job->count);
}

/* What the register reads after the write failed is shown like any value. */
static void on_taken(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		     void *arg)
{
	struct target *t = arg;
	struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[job->done];
	const struct write_one *w = &job->writes[job->done];
	const struct vcpu *vcpu = &t->snapshot.vcpus[job->done / job->assignment_count];
	struct text wanted = {0}, found = {0}, old = {0};
	struct value v = {.vcpu = vcpu, .reg = read->reg, .bytes = w->bytes, .size_bytes = w->size};
	(void)s, (void)error;
	if (t->closing)
		return;
	value_show(&wanted, &v);
	if (status > 0) {
		v.bytes = job->taken.data;
		v.size_bytes = (size_t)status;
		value_show(&found, &v);
	}
	v.bytes = read->data;
	v.size_bytes = read->status > 0 ? (size_t)read->status : 0;
	v.status = read->status;
	value_show(&old, &v);
	status = target_fail(t, STATUS_SELECTION,
			     "%s of vCPU %u did not take %s: it read %s before and reads %s now; "
			     "%zu of %zu registers took their value",
			     gdbregs_register_name(read->reg), read->vcpu,
			     wanted.data ? wanted.data : "its value", old.data ? old.data : "?",
			     found.data ? found.data : "something else", job->done, job->count);
	text_fini(&old);
	text_fini(&wanted);
	text_fini(&found);
	target_done(t, status);
}

/* Not taken, or only part of it: the session is fine. */
static int look_again(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[job->done];
	int error = gdbregs_uv_read_register(t->session, read->vcpu, read->reg, &job->taken,
					     on_taken, t, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

static void on_written(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		       void *arg)
{
	struct target *t = arg;
	struct write_job *job = t->set->work_arg;
	(void)s, (void)error;
	if (t->closing)
		return;
	if (status == GDBREGS_ERR_NOT_TAKEN) {
		status = look_again(t);
	} else if (status < 0) {
		status = say_failure(t, status);
	} else {
		job->done++;
		status = write_next(t);
	}
	if (status != TARGET_UNDER_WAY)
		target_done(t, status);
}

static int write_next(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	if (job->done == job->count)
		return 0;
	const struct gdbregs_read *read = &t->snapshot.reads[job->done];
	const struct write_one *w = &job->writes[job->done];
	int error = gdbregs_uv_write_register(t->session, read->vcpu, read->reg, w->bytes, w->size,
					      on_written, t, NULL);
	return error < 0 ? say_failure(t, error) : TARGET_UNDER_WAY;
}

/* The size is that of the old value: the stub's word counts. Where there is none,
 * the description's. */
static int prepare(struct target *t, size_t index)
{
	struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[index];
	const struct vcpu *vcpu = &t->snapshot.vcpus[index / job->assignment_count];
	struct write_one *w = &job->writes[index];
	char message[sizeof(t->error)];
	if (read->status < 0 && read->status != GDBREGS_ERR_UNAVAILABLE)
		return read->status;
	w->size = read->status > 0 ? (size_t)read->status
				   : ((size_t)gdbregs_register_bits(read->reg) + 7) / 8;
	w->bytes = calloc(w->size + 1, 1);
	if (!w->bytes)
		return GDBREGS_ERR_NOMEM;
	if (!assignment_bytes(w->assignment, read->reg, vcpu->order, w->bytes, w->size, message,
			      sizeof(message)))
		return target_fail(t, STATUS_USAGE, "%s", message);
	return 0;
}

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct target *t = arg;
	struct write_job *job = t->set->work_arg;
	(void)s, (void)error;
	if (t->closing)
		return;
	for (size_t i = 0; i < job->count && status >= 0; i++)
		status = prepare(t, i);
	if (status >= 0)
		status = write_next(t);
	if (status != TARGET_UNDER_WAY)
		target_done(t, status);
}

/* The second could not tell what the first has left. */
static bool is_given_twice(const struct snapshot *s, size_t index)
{
	const struct gdbregs_read *read = &s->reads[index];
	for (size_t i = 0; i < index; i++) {
		if (s->reads[i].reg == read->reg && s->reads[i].vcpu == read->vcpu)
			return true;
	}
	return false;
}

static int find_all(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	char message[sizeof(t->error)];
	for (size_t i = 0; i < job->count; i++) {
		const struct vcpu *vcpu = &s->vcpus[i / job->assignment_count];
		const struct assignment *a = &job->assignments[i % job->assignment_count];
		const struct gdbregs_register *reg =
			assignment_find(a, snapshot_selected(s, vcpu), message, sizeof(message));
		if (!reg)
			return target_fail(t, STATUS_SELECTION, "%s", message);
		job->writes[i].assignment = a;
		s->reads[i] = (struct gdbregs_read){.vcpu = vcpu->index, .reg = reg};
		if (is_given_twice(s, i))
			return target_fail(t, STATUS_USAGE, "'%s' is given twice", a->pattern);
	}
	return 0;
}

int write_start(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	int error = snapshot_collect(t, VCPU_FIRST);
	if (error != 0)
		return error;
	job->count = s->vcpu_count * job->assignment_count;
	job->writes = calloc(job->count + 1, sizeof(*job->writes));
	s->reads = calloc(job->count + 1, sizeof(*s->reads));
	if (!job->writes || !s->reads)
		return GDBREGS_ERR_NOMEM;
	error = find_all(t);
	if (error == 0)
		error = gdbregs_uv_read_registers(t->session, s->reads, job->count, &s->storage,
						  on_read, t, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

void write_fini(struct write_job *job)
{
	for (size_t i = 0; i < job->assignment_count; i++)
		free(job->assignments[i].pattern);
	for (size_t i = 0; i < job->count && job->writes; i++)
		free(job->writes[i].bytes);
	gdbregs_buffer_fini(&job->taken);
	free(job->assignments);
	free(job->writes);
}
