/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. The calls of gdbregs_uv.h. */
#include <gdbregs_uv.h>

#include "util/error.h"
#include "api/uv-calls.h"

static bool serves(struct gdbregs_session *s)
{
	return s && !gdbregs__transport_of(s)->blocking && !gdbregs__transport_of(s)->closing;
}

int gdbregs__uv_begin(struct gdbregs_session *s)
{
	if (!serves(s))
		return GDBREGS_ERR_INVAL;
	gdbregs__transport_clock(s);
	return 0;
}

int gdbregs_uv_connect(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
		       const struct gdbregs_options *o, struct gdbregs_session **out,
		       gdbregs_uv_cb cb, void *arg, struct gdbregs_error *err)
{
	if (!loop || !out)
		return gdbregs__fail(err, GDBREGS_ERR_INVAL,
				     "no loop, or nowhere to put the session");
	return gdbregs__transport_open(ctx, loop, address, NULL, o, cb, arg, out, err);
}

int gdbregs_uv_spawn(struct gdbregs_context *ctx, uv_loop_t *loop, char *const argv[],
		     const struct gdbregs_options *o, struct gdbregs_session **out,
		     gdbregs_uv_cb cb, void *arg, struct gdbregs_error *err)
{
	if (!loop || !out || !argv || !argv[0])
		return gdbregs__fail(err, GDBREGS_ERR_INVAL,
				     "no loop, no command, or nowhere to put the session");
	return gdbregs__transport_open(ctx, loop, NULL, argv, o, cb, arg, out, err);
}

void gdbregs_uv_close(struct gdbregs_session *s, gdbregs_uv_close_cb cb, void *arg)
{
	if (serves(s))
		gdbregs__transport_close(s, cb, arg);
}

int gdbregs__uv_accepted(struct gdbregs_session *s, int result, struct gdbregs__op *op,
			 struct gdbregs_uv_request **request)
{
	if (result == 0 && request)
		*request = (struct gdbregs_uv_request *)op;
	if (result == 0)
		gdbregs__transport_kick(s);
	return result;
}

int gdbregs_uv_read_register(struct gdbregs_session *s, unsigned vcpu,
			     const struct gdbregs_register *h, struct gdbregs_buffer *buf,
			     gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__read_one(s, vcpu, h, buf, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			      struct gdbregs_buffer *storage, gdbregs_uv_cb cb, void *arg,
			      struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__read_many(s, reads, count, storage, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_packet(struct gdbregs_session *s, const void *payload, size_t size,
		      struct gdbregs_buffer *reply, gdbregs_uv_cb cb, void *arg,
		      struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__raw_packet(s, payload, size, reply, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

void gdbregs_uv_cancel(struct gdbregs_uv_request *request)
{
	struct gdbregs__op *op = (struct gdbregs__op *)request;

	if (!op)
		return;
	gdbregs__session_cancel(op->session, op);
	gdbregs__transport_kick(op->session);
}
