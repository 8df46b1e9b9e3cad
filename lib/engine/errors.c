/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The errors of calls and of ops are kept apart. An error that the class of an op sets
 * belongs to this op. Any other error belongs to the call that is being made. */
#include "engine/engine-internal.h"

#include "util/alloc.h"
#include "util/error.h"

/* When out of memory, the general text of the code is used. */
void gdbregs__op_set_error(struct gdbregs__op *op, const struct gdbregs_error *error)
{
	if (!op->error)
		op->error = gdbregs__calloc(1, sizeof(*op->error));
	if (op->error)
		*op->error = *error;
}

/* The class of the op has set an error. It is the reason if the codes agree. */
void gdbregs__engine_keep_error(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (op->status < 0 && !op->error && e->error.code == op->status)
		gdbregs__op_set_error(op, &e->error);
}

void gdbregs__engine_op_error(const struct gdbregs__engine *e, const struct gdbregs__op *op,
			      struct gdbregs_error *error)
{
	if (op->error)
		*error = *op->error;
	else if (op->status == e->fatal)
		*error = e->ended_by;
	else
		gdbregs__fail(error, op->status, "%s", gdbregs_strerror(op->status));
	error->code = op->status;
}

/* finish() finds the error of an op that has failed in e->error. */
void gdbregs__engine_call_finish(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	struct gdbregs__op *previous = gdbregs__engine_enter(e, op);

	if (op->status < 0)
		gdbregs__engine_op_error(e, op, &e->error);
	if (op->class->finish)
		op->class->finish(e->config.session, op);
	gdbregs__engine_keep_error(e, op);
	gdbregs__engine_leave(e, previous);
}

bool gdbregs__engine_call_overdue(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (!op->class->overdue)
		return false;
	struct gdbregs__op *previous = gdbregs__engine_enter(e, op);
	bool goes_on = op->class->overdue(e->config.session, op);
	if (!goes_on)
		gdbregs__engine_keep_error(e, op);
	gdbregs__engine_leave(e, previous);
	return goes_on;
}

int gdbregs__engine_repeat(struct gdbregs__engine *e, const struct gdbregs_error *error)
{
	e->error = *error;
	if (!e->current)
		e->last_failure = *error;
	return error->code;
}

int gdbregs__engine_say(struct gdbregs__engine *e, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	gdbregs__fail_args(&e->error, code, format, args);
	va_end(args);
	return gdbregs__engine_repeat(e, &e->error);
}

int gdbregs__engine_say_nomem(struct gdbregs__engine *e)
{
	return gdbregs__engine_say(e, GDBREGS_ERR_NOMEM, "%s", gdbregs_strerror(GDBREGS_ERR_NOMEM));
}

int gdbregs__engine_say_ended(struct gdbregs__engine *e)
{
	return e->ended_by.code ? gdbregs__engine_repeat(e, &e->ended_by) : 0;
}
