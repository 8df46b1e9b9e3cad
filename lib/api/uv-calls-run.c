/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. The calls of gdbregs_uv.h that run the target and change it. */
#include <gdbregs_uv.h>

#include "session/op-points.h"
#include "session/op-run.h"
#include "session/op-write.h"
#include "api/uv-calls.h"

/* What a NULL callback stands for where the request has to be told of. */
static void ignore(struct gdbregs_session *s, int status, void *arg)
{
	(void)s, (void)status, (void)arg;
}

int gdbregs_uv_step(struct gdbregs_session *s, unsigned vcpu, struct gdbregs_stop *stop,
		    gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__step(s, vcpu, stop, cb ? cb : ignore, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs_uv_cb cb,
			void *arg, struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__continue(s, stop, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		    gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__stop_wait(s, timeout_ms, stop, cb ? cb : ignore, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_interrupt(struct gdbregs_session *s)
{
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__run_check(s);
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
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__points_insert(s, point, address, kind, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			    unsigned kind, gdbregs_uv_cb cb, void *arg,
			    struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__points_remove(s, point, address, kind, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}

int gdbregs_uv_write_register(struct gdbregs_session *s, unsigned vcpu,
			      const struct gdbregs_register *h, const void *bytes, size_t size,
			      gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request)
{
	struct gdbregs__op *op = NULL;
	int result = gdbregs__uv_begin(s);

	if (result == 0)
		result = gdbregs__write_register(s, vcpu, h, bytes, size, cb, arg, &op);
	return gdbregs__uv_accepted(s, result, op, request);
}
