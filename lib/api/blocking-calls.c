/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocking calls that read, run or change the target. The callbacks of watches are
 * called here, after the loop has returned. They may therefore call blocking
 * functions, and close the session. */
#include "api/blocking.h"
#include "session/requests.h"
#include "session/watch.h"

/* ------------------------------------------------------------ reading and writing --- */

int gdbregs_read_register(struct gdbregs_session *s, unsigned vcpu,
			  const struct gdbregs_register *h, struct gdbregs_buffer *buf)
{
	GDBREGS__BLOCKING_CALL(s, gdbregs__read_one(s, vcpu, h, buf, GDBREGS__BLOCKING_DONE));
}

int gdbregs_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			   struct gdbregs_buffer *storage)
{
	GDBREGS__BLOCKING_CALL(
		s, gdbregs__read_many(s, reads, count, storage, GDBREGS__BLOCKING_DONE));
}

int gdbregs_write_register(struct gdbregs_session *s, unsigned vcpu,
			   const struct gdbregs_register *h, const void *bytes, size_t size)
{
	GDBREGS__BLOCKING_CALL(
		s, gdbregs__write_register(s, vcpu, h, bytes, size, GDBREGS__BLOCKING_DONE));
}

int gdbregs_write_registers(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count)
{
	GDBREGS__BLOCKING_CALL(s, gdbregs__write_many(s, writes, count, GDBREGS__BLOCKING_DONE));
}

int gdbregs_vcpu_state(struct gdbregs_session *s, unsigned vcpu)
{
	GDBREGS__BLOCKING_CALL(s, gdbregs__ask_state(s, vcpu, GDBREGS__BLOCKING_DONE));
}

int gdbregs_packet(struct gdbregs_session *s, const void *payload, size_t size,
		   struct gdbregs_buffer *reply)
{
	GDBREGS__BLOCKING_CALL(
		s, gdbregs__raw_packet(s, payload, size, reply, GDBREGS__BLOCKING_DONE));
}

/* ----------------------------------------------------------------------- running --- */

/* Call the callbacks of watches, then report the stop. */
static int report_stop(struct gdbregs_session *s, int status)
{
	return gdbregs__watch_deliver(s) ? status : GDBREGS_ERR_CANCELED;
}

int gdbregs_step(struct gdbregs_session *s, unsigned vcpu, struct gdbregs_stop *stop)
{
	struct gdbregs__waiting waiting = {0};
	int result = gdbregs__blocking_begin(s);

	if (result == 0)
		result = gdbregs__step(s, vcpu, stop, gdbregs__blocking_done, &waiting, NULL);
	if (result < 0)
		return result;
	return report_stop(s, gdbregs__blocking_wait(s, 0, &waiting));
}

int gdbregs_continue(struct gdbregs_session *s)
{
	int result = gdbregs__blocking_begin(s);

	if (result == 0)
		result = gdbregs__continue(s, NULL, NULL, NULL, NULL);
	if (result < 0)
		return result;
	gdbregs__blocking_flush(s);
	/* The target did not start to run. Otherwise gdbregs_wait() reports the
	 * error. */
	if (s->engine.fatal && !s->run.stopped.pending)
		return s->engine.fatal;
	return s->run.stopped.pending && s->run.stopped.status < 0 ? gdbregs_wait(s, 0, NULL) : 0;
}

int gdbregs_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop)
{
	struct gdbregs__waiting waiting = {0};
	int result = gdbregs__blocking_begin(s);

	if (result < 0)
		return result;
	/* The timeout starts now. Input that arrived before the call is in time. */
	gdbregs__blocking_poll_input(s);
	gdbregs__transport_clock(s);
	result = gdbregs__stop_wait(s, timeout_ms, stop, gdbregs__blocking_done, &waiting,
				    &waiting.wakeable);
	if (result < 0)
		return result;
	result = gdbregs__blocking_wait(s, 0, &waiting);
	return s->state == GDBREGS__SESSION_RUNNING ? result : report_stop(s, result);
}

int gdbregs_interrupt(struct gdbregs_session *s)
{
	int result = gdbregs__blocking_begin(s);

	if (result == 0)
		result = gdbregs__run_interrupt(s);
	if (result == 0)
		gdbregs__blocking_flush(s);
	return result;
}

/* ------------------------------------------------------------------- breakpoints --- */

int gdbregs_point_insert(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			 unsigned kind)
{
	GDBREGS__BLOCKING_CALL(
		s, gdbregs__points_insert(s, point, address, kind, GDBREGS__BLOCKING_DONE));
}

int gdbregs_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			 unsigned kind)
{
	GDBREGS__BLOCKING_CALL(
		s, gdbregs__points_remove(s, point, address, kind, GDBREGS__BLOCKING_DONE));
}

int gdbregs_break_insert(struct gdbregs_session *s, uint64_t address, unsigned kind)
{
	return gdbregs_point_insert(s, GDBREGS_POINT_SOFTWARE, address, kind);
}

int gdbregs_break_remove(struct gdbregs_session *s, uint64_t address, unsigned kind)
{
	return gdbregs_point_remove(s, GDBREGS_POINT_SOFTWARE, address, kind);
}
