/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests in flight that are canceled, or whose session is closed. */
#include "harness.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	struct script_stub stub;
	struct drive d;
	const struct gdbregs_register *a, *b;
	struct gdbregs_buffer bufs[2];
	struct drive_call calls[2];
	struct gdbregs__op *ops[2];
};

/* Send two reads and hold back the replies. */
static void begin(struct pair *f, int kind)
{
	*f = (struct pair){0};
	script_begin(&f->stub, (enum script_kind)kind, script_small, 1);
	ck_assert_int_eq(drive_open(&f->d, &f->stub, NULL), 0);
	f->a = drive_register(&f->d, 0, "b");
	f->b = drive_register(&f->d, 0, "c");
	f->d.held = true;
	ck_assert_int_eq(gdbregs__read_one(f->d.s, 0, f->a, &f->bufs[0], drive_done, &f->calls[0],
					   &f->ops[0]),
			 0);
	ck_assert_int_eq(gdbregs__read_one(f->d.s, 1, f->b, &f->bufs[1], drive_done, &f->calls[1],
					   &f->ops[1]),
			 0);
	drive_run(&f->d);
}

static void end(struct pair *f)
{
	f->d.held = false;
	if (f->d.s)
		drive_end(&f->d);
	drive_check_stub(&f->stub);
	ck_assert_uint_eq(f->calls[0].calls, 1);
	ck_assert_uint_eq(f->calls[1].calls, 1);
	gdbregs_buffer_fini(&f->bufs[0]);
	gdbregs_buffer_fini(&f->bufs[1]);
	script_end(&f->stub);
}

/* Pass everything that the stub has sent, before any completion is delivered. */
static void pass_all(struct drive *d)
{
	struct script_stub *stub = d->stub;

	d->held = false;
	drive_input(d, stub->out.data + stub->taken, stub->out.size - stub->taken);
	stub->taken = stub->out.size;
}

static const int p_kinds[] = {SCRIPT_PLAIN, SCRIPT_USER, SCRIPT_QEMU10};

/* Bits of _i: which read is canceled, and whether its callback comes before its reply. */
LOOP_TEST(cancel_one, 4)
{
	for (size_t kind = 0; kind < 3; kind++) {
		struct pair f;
		int gone = _i & 1;

		begin(&f, p_kinds[kind]);
		drive_cancel(&f.d, f.ops[gone]);
		drive_cancel(&f.d, f.ops[gone]);
		ck_assert_uint_eq(f.calls[gone].calls, 0);
		if (_i & 2)
			drive_run(&f.d);
		pass_all(&f.d);
		ck_assert_int_eq(drive_wait(&f.d, &f.calls[gone]), GDBREGS_ERR_CANCELED);
		ck_assert_int_eq(drive_wait(&f.d, &f.calls[!gone]), gone ? 8 : 4);
		drive_check_value(gone ? 1 : 2, gone ? 1 : 2, f.bufs[!gone].data, gone ? 8 : 4);
		ck_assert_uint_eq(f.bufs[gone].size, 0);
		/* The session is still usable. */
		drive_check_values(&f.d, 2);
		end(&f);
	}
}

/* A canceled request without a callback, whose reply arrives at once. */
TEST(cancel_unwaited)
{
	for (size_t kind = 0; kind < 3; kind++) {
		struct gdbregs_buffer buf = {0};
		struct gdbregs__op *op;
		struct pair f;

		begin(&f, p_kinds[kind]);
		ck_assert_int_eq(gdbregs__read_one(f.d.s, 0, f.a, &buf, NULL, NULL, &op), 0);
		drive_run(&f.d);
		drive_cancel(&f.d, op);
		pass_all(&f.d);
		drive_run(&f.d);
		drive_check_values(&f.d, 1);
		end(&f);
		gdbregs_buffer_fini(&buf);
	}
}

/* The storage of a canceled read of many registers is the caller's again once the callback was
 * called: replies to p or g that come later must not touch it. */
TEST(cancel_many)
{
	static const enum script_kind kinds[] = {SCRIPT_PLAIN, SCRIPT_USER, SCRIPT_QEMU10,
						 SCRIPT_GDBSERVER};

	for (size_t kind = 0; kind < 4; kind++) {
		struct gdbregs_read reads[16];
		struct gdbregs_buffer storage = {0};
		struct drive_call call = {0};
		struct gdbregs_reg_descriptor *list;
		struct gdbregs__op *op;
		struct script_stub stub;
		struct drive d;
		size_t count;

		script_begin(&stub, kinds[kind], script_wide, 1);
		ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
		ck_assert_int_eq(gdbregs_get_registers(d.s, 0, &list, &count), 0);
		for (size_t i = 0; i < 16; i++)
			reads[i] = (struct gdbregs_read){0, list[i].handle, 0, NULL};
		gdbregs_free(list);
		d.held = true;
		ck_assert_int_eq(
			gdbregs__read_many(d.s, reads, 16, &storage, drive_done, &call, &op), 0);
		drive_run(&d);
		drive_cancel(&d, op);
		ck_assert_int_eq(drive_wait(&d, &call), GDBREGS_ERR_CANCELED);
		gdbregs_buffer_fini(&storage);
		pass_all(&d);
		drive_end(&d);
		drive_check_stub(&stub);
		ck_assert_ptr_null(storage.data);
		script_end(&stub);
	}
}

/* The session is closed while requests are in flight. Their replies arrive before the callbacks,
 * after them, or never. */
LOOP_TEST(close_in_flight, 4)
{
	for (size_t kind = 0; kind < 3; kind++) {
		struct drive_call closed = {0};
		struct pair f;

		begin(&f, p_kinds[kind]);
		if (_i == 3)
			drive_cancel(&f.d, f.ops[0]);
		ck_assert_int_eq(gdbregs__session_stop(f.d.s, f.d.now_ms, drive_done, &closed), 0);
		if (_i == 0)
			pass_all(&f.d);
		if (_i == 1)
			drive_run(&f.d);
		f.d.held = _i == 2;
		int result = drive_wait(&f.d, &closed);
		ck_assert_int_eq(result, _i == 2 ? GDBREGS_ERR_TIMEOUT : 0);
		ck_assert_int_eq(f.calls[0].status, GDBREGS_ERR_CANCELED);
		ck_assert_int_eq(f.calls[1].status, GDBREGS_ERR_CANCELED);
		gdbregs__session_free(f.d.s);
		f.d.s = NULL;
		ck_assert(f.stub.running || _i == 2);
		end(&f);
	}
}

/* The connection ends while requests are in flight; one of them is canceled. */
LOOP_TEST(end_in_flight, 4)
{
	struct drive_call closed = {0};
	struct pair f;

	begin(&f, SCRIPT_QEMU10);
	drive_cancel(&f.d, f.ops[_i & 1]);
	if (_i & 2)
		drive_run(&f.d);
	drive_break(&f.d, "it broke");
	drive_run(&f.d);
	ck_assert_int_eq(f.calls[_i & 1].status, GDBREGS_ERR_CANCELED);
	ck_assert_int_eq(f.calls[!(_i & 1)].status, GDBREGS_ERR_CLOSED);
	ck_assert(strstr(gdbregs_session_error(f.d.s), "it broke") != NULL);
	ck_assert_int_eq(gdbregs__read_one(f.d.s, 0, f.a, &f.bufs[0], NULL, NULL, NULL),
			 GDBREGS_ERR_CLOSED);
	ck_assert_int_eq(gdbregs__session_stop(f.d.s, f.d.now_ms, drive_done, &closed), 0);
	ck_assert_int_eq(drive_wait(&f.d, &closed), GDBREGS_ERR_CLOSED);
	gdbregs__session_free(f.d.s);
	f.d.s = NULL;
	end(&f);
}

/* The session is freed without being closed, as after a failure to connect, with canceled reads. */
LOOP_TEST(free_in_flight, 6)
{
	struct pair f;

	begin(&f, p_kinds[_i % 3]);
	drive_cancel(&f.d, f.ops[0]);
	drive_cancel(&f.d, f.ops[1]);
	if (_i >= 3)
		drive_run(&f.d);
	gdbregs__session_free(f.d.s);
	gdbregs_buffer_fini(&f.bufs[0]);
	gdbregs_buffer_fini(&f.bufs[1]);
	script_end(&f.stub);
}

/* The session is closed while it verifies the layout of g. */
LOOP_TEST(close_in_proof, 20)
{
	for (size_t kind = 0; kind < 3; kind++) {
		struct drive_call closed = {0}, read = {0};
		struct gdbregs_read reads[20];
		struct gdbregs_buffer storage = {0};
		struct gdbregs_reg_descriptor *list;
		struct script_stub stub;
		struct drive d;
		size_t count;

		script_begin(&stub, (enum script_kind)p_kinds[kind], script_wide, 1);
		ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
		ck_assert_int_eq(gdbregs_get_registers(d.s, 0, &list, &count), 0);
		for (size_t i = 0; i < count; i++)
			reads[i] = (struct gdbregs_read){0, list[i].handle, 0, NULL};
		gdbregs_free(list);
		ck_assert_int_eq(drive_read(&d, reads, count, &storage), 0);
		ck_assert_int_eq(
			gdbregs__read_many(d.s, reads, count, &storage, drive_done, &read, NULL),
			0);
		d.piece = 40;
		d.cut_at = stub.out.size + 400u + (size_t)_i * 7;
		drive_run(&d);
		d.cut_at = SIZE_MAX;
		ck_assert_int_eq(gdbregs__session_stop(d.s, d.now_ms, drive_done, &closed), 0);
		if (_i & 1)
			pass_all(&d);
		ck_assert_int_eq(drive_wait(&d, &closed), 0);
		gdbregs__session_free(d.s);
		drive_check_stub(&stub);
		ck_assert(stub.running);
		gdbregs_buffer_fini(&storage);
		script_end(&stub);
	}
}

/* Calls in the wrong state. */
TEST(wrong_state)
{
	struct gdbregs_buffer buf = {0};
	struct drive_call closed = {0};
	struct pair f;

	begin(&f, SCRIPT_QEMU10);
	ck_assert_int_eq(gdbregs__session_stop(f.d.s, f.d.now_ms, drive_done, &closed), 0);
	ck_assert_int_eq(gdbregs__read_one(f.d.s, 0, f.a, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_CLOSED);
	f.d.held = false;
	ck_assert_int_eq(drive_wait(&f.d, &closed), 0);
	ck_assert_int_eq(gdbregs__raw_packet(f.d.s, "?", 1, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_CLOSED);
	gdbregs__session_free(f.d.s);
	f.d.s = NULL;
	end(&f);

	struct script_stub stub;
	struct drive d;
	script_begin(&stub, SCRIPT_QEMU10, script_small, 1);
	drive_begin(&d, &stub, NULL, NULL);
	d.held = true;
	closed = (struct drive_call){0};
	ck_assert_int_eq(gdbregs__session_start(d.s, 0, drive_done, &closed), 0);
	ck_assert_int_eq(gdbregs__read_many(d.s, NULL, 0, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	gdbregs__session_free(d.s);
	script_end(&stub);
}
