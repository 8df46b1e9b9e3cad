/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions of gdbregs_uv.h. */
#include <gdbregs_uv.h>

#include "session/requests.h"
#include "util/error.h"
#include "uv/transport.h"

/* Begin a call on a session that is on the caller's loop. Returns 0, or
 * GDBREGS_ERR_INVAL with a message. */
static int begin(struct gdbregs_session *s)
{
	if (!s)
		return GDBREGS_ERR_INVAL;
	if (gdbregs__transport_of(s)->blocking)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "this session was opened with gdbregs_connect() or "
					   "gdbregs_spawn(): use the calls of gdbregs.h");
	if (gdbregs__transport_of(s)->closing)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "the session is being closed");
	gdbregs__transport_clock(s);
	return 0;
}

/* If `result` is 0, an operation was queued: send it, and return its handle in
 * *request. */
static int accepted(struct gdbregs_session *s, int result, struct gdbregs__op *op,
		    struct gdbregs_uv_request **request)
{
	if (result == 0 && request)
		*request = (struct gdbregs_uv_request *)op;
	if (result == 0)
		gdbregs__transport_kick(s);
	return result;
}

/* The body of a request: `call` queues the operation and sets `op`. */
#define UV_CALL(s, request, call)                                                                  \
	struct gdbregs__op *op = NULL;                                                             \
	int result = begin(s);                                                                     \
                                                                                                   \
	if (result == 0)                                                                           \
		result = (call);                                                                   \
	return accepted(s, result, op, request)

int gdbregs_uv_connect(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
		       const struct gdbregs_options *o, struct gdbregs_session **out,
		       gdbregs_uv_cb cb, void *arg, struct gdbregs_error *err)
{
	if (!loop || !out)
		return gdbregs__fail(err, GDBREGS_ERR_INVAL, "loop and out must not be NULL");
	return gdbregs__transport_open(ctx, loop, address, NULL, o, cb, arg, out, err);
}

int gdbregs_uv_spawn(struct gdbregs_context *ctx, uv_loop_t *loop, char *const argv[],
		     const struct gdbregs_options *o, struct gdbregs_session **out,
		     gdbregs_uv_cb cb, void *arg, struct gdbregs_error *err)
{
	if (!loop || !out || !argv || !argv[0])
		return gdbregs__fail(err, GDBREGS_ERR_INVAL,
				     "loop, out and argv must not be NULL, nor argv empty");
	return gdbregs__transport_open(ctx, loop, NULL, argv, o, cb, arg, out, err);
}

void gdbregs_uv_close(struct gdbregs_session *s, gdbregs_uv_close_cb cb, void *arg)
{
	if (!s)
		return;
	if (gdbregs__transport_of(s)->blocking) {
		gdbregs_close(s);
		if (cb)
			cb(arg);
	} else {
		gdbregs__transport_close(s, cb, arg);
	}
}

int gdbregs_uv_read_register(struct gdbregs_session *s, unsigned vcpu,
			     const struct gdbregs_register *h, struct gdbregs_buffer *buf,
			     gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__read_one(s, vcpu, h, buf, cb, arg, &op));
}

int gdbregs_uv_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			      struct gdbregs_buffer *storage, gdbregs_uv_cb cb, void *arg,
			      struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__read_many(s, reads, count, storage, cb, arg, &op));
}

int gdbregs_uv_vcpu_state(struct gdbregs_session *s, unsigned vcpu, gdbregs_uv_cb cb, void *arg,
			  struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__ask_state(s, vcpu, cb, arg, &op));
}

int gdbregs_uv_packet(struct gdbregs_session *s, const void *payload, size_t size,
		      struct gdbregs_buffer *reply, gdbregs_uv_cb cb, void *arg,
		      struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__raw_packet(s, payload, size, reply, cb, arg, &op));
}

void gdbregs_uv_cancel(struct gdbregs_uv_request *request)
{
	struct gdbregs__op *op = (struct gdbregs__op *)request;

	if (!op)
		return;
	gdbregs__engine_cancel(&op->session->engine, op);
	gdbregs__transport_kick(op->session);
}

/* A completion callback for operations that require one if the caller passed NULL. */
static void ignore(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		   void *arg)
{
	(void)s, (void)status, (void)error, (void)arg;
}

int gdbregs_uv_step(struct gdbregs_session *s, unsigned vcpu, struct gdbregs_stop *stop,
		    gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__step(s, vcpu, stop, cb ? cb : ignore, arg, &op));
}

int gdbregs_uv_continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs_uv_cb cb,
			void *arg, struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__continue(s, stop, cb, arg, &op));
}

int gdbregs_uv_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		    gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__stop_wait(s, timeout_ms, stop, cb ? cb : ignore, arg, &op));
}

int gdbregs_uv_interrupt(struct gdbregs_session *s)
{
	int result = begin(s);

	if (result == 0)
		result = gdbregs__run_interrupt(s);
	if (result == 0)
		gdbregs__transport_kick(s);
	return result;
}

int gdbregs_uv_point_insert(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			    unsigned kind, gdbregs_uv_cb cb, void *arg,
			    struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__points_insert(s, point, address, kind, cb, arg, &op));
}

int gdbregs_uv_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			    unsigned kind, gdbregs_uv_cb cb, void *arg,
			    struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__points_remove(s, point, address, kind, cb, arg, &op));
}

int gdbregs_uv_write_register(struct gdbregs_session *s, unsigned vcpu,
			      const struct gdbregs_register *h, const void *bytes, size_t size,
			      gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__write_register(s, vcpu, h, bytes, size, cb, arg, &op));
}

int gdbregs_uv_write_registers(struct gdbregs_session *s, struct gdbregs_write *writes,
			       size_t count, gdbregs_uv_cb cb, void *arg,
			       struct gdbregs_uv_request **request)
{
	UV_CALL(s, request, gdbregs__write_many(s, writes, count, cb, arg, &op));
}
