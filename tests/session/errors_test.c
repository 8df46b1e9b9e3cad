/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request reports its own error, whatever other requests do meanwhile. A session that has ended
 * repeats its error. */
#include "harness.h"
#include "suite.h"

#include <string.h>

struct fixture {
	struct script_stub stub;
	struct drive d;
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf;
	struct drive_call calls[2];
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){0};
	script_begin(&f->stub, SCRIPT_QEMU10, script_small, 1);
	ck_assert_int_eq(drive_open(&f->d, &f->stub, NULL), 0);
	f->b = drive_register(&f->d, 0, "b");
}

static void end(struct fixture *f)
{
	drive_end(&f->d);
	gdbregs_buffer_fini(&f->buf);
	script_end(&f->stub);
}

static struct gdbregs__op *read_one(struct fixture *f, int call, unsigned vcpu,
				    const struct gdbregs_register *h)
{
	struct gdbregs__op *op;

	ck_assert_int_eq(
		gdbregs__read_one(f->d.s, vcpu, h, &f->buf, drive_done, &f->calls[call], &op), 0);
	return op;
}

static void check_call(const struct fixture *f, int call, int status, const char *says)
{
	const struct drive_call *c = &f->calls[call];

	ck_assert_uint_eq(c->calls, 1);
	ck_assert_str_eq(gdbregs_error_name(c->status), gdbregs_error_name(status));
	ck_assert_msg(strstr(c->error.text, says), "%s", c->error.text);
}

/* A read of vCPU 9 fails, and so does a read that was queued after it. */
TEST(each_has_its_own)
{
	const struct gdbregs_register *foreign;
	struct script_stub other_stub;
	struct drive other;
	struct fixture f;

	begin(&f);
	script_begin(&other_stub, SCRIPT_QEMU10, script_small, 1);
	ck_assert_int_eq(drive_open(&other, &other_stub, NULL), 0);
	foreign = drive_register(&other, 0, "c");
	read_one(&f, 0, 9, f.b);
	read_one(&f, 1, 0, foreign);
	drive_run(&f.d);
	check_call(&f, 0, GDBREGS_ERR_NO_VCPU, "no vCPU 9");
	check_call(&f, 1, GDBREGS_ERR_WRONG_VCPU_TYPE, "register c does not exist on vCPU 0");
	end(&f);
	drive_end(&other);
	script_end(&other_stub);
}

/* A refused call between a request and its callback does not change its error. The text
 * of the session is that of the call that failed last. */
TEST(refused_call_meanwhile)
{
	struct fixture f;

	begin(&f);
	f.d.held = true;
	read_one(&f, 0, 9, f.b);
	ck_assert_int_eq(gdbregs__raw_packet(f.d.s, NULL, 3, &f.buf, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	ck_assert_ptr_null(strstr(gdbregs_session_error(f.d.s), "no vCPU 9"));
	f.d.held = false;
	drive_run(&f.d);
	check_call(&f, 0, GDBREGS_ERR_NO_VCPU, "no vCPU 9");
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(f.d.s), "no vCPU 9"));
	end(&f);
}

/* The timeout that has passed is named in the error of the request, and in those of later calls. */
TEST(option_of_a_request)
{
	struct script_rule rules[] = {{"p*", 0, SCRIPT_SILENT}, {0}};
	const struct gdbregs_register *none;
	struct fixture f;

	begin(&f);
	f.stub.rules = rules;
	read_one(&f, 0, 0, f.b);
	drive_wait(&f.d, &f.calls[0]);
	check_call(&f, 0, GDBREGS_ERR_TIMEOUT,
		   "the stub has not answered for 5.0 s (reply_timeout_ms)");
	ck_assert_int_eq(gdbregs_find_register(f.d.s, 0, NULL, "nothing", &none),
			 GDBREGS_ERR_NO_REGISTER);
	ck_assert_ptr_null(strstr(gdbregs_session_error(f.d.s), "reply_timeout_ms"));
	ck_assert_int_eq(gdbregs__read_one(f.d.s, 0, f.b, &f.buf, NULL, NULL, NULL),
			 GDBREGS_ERR_TIMEOUT);
	ck_assert_str_eq(gdbregs_session_error(f.d.s), f.calls[0].error.text);
	end(&f);
}

LOOP_TEST(option_of_the_first_reply, 2)
{
	struct script_rule rules[] = {{"*", 0, SCRIPT_LOST}, {0}};
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct script_stub stub;
	struct drive d;

	o.first_reply_timeout_ms = (unsigned)_i * 700;
	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.rules = rules;
	drive_begin(&d, &stub, NULL, &o);
	ck_assert_int_eq(drive_connect(&d), GDBREGS_ERR_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(d.s),
				     _i ? "(first_reply_timeout_ms)" : "(reply_timeout_ms)"));
	drive_end(&d);
	script_end(&stub);
}

/* A session that has ended reports why, even if other calls have failed since. */
TEST(end_is_repeated)
{
	static const char why[] = "the stub closed the connection";
	const struct gdbregs_register *none;
	struct fixture f;

	begin(&f);
	f.d.held = true;
	read_one(&f, 0, 0, f.b);
	drive_break(&f.d, NULL);
	ck_assert_str_eq(gdbregs_session_error(f.d.s), why);
	f.d.held = false;
	drive_run(&f.d);
	check_call(&f, 0, GDBREGS_ERR_CLOSED, why);
	ck_assert_int_eq(gdbregs_find_register(f.d.s, 0, NULL, "nothing", &none),
			 GDBREGS_ERR_NO_REGISTER);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(f.d.s), "nothing"));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(gdbregs__read_one(f.d.s, 9, f.b, &f.buf, NULL, NULL, NULL),
				 GDBREGS_ERR_CLOSED);
		ck_assert_str_eq(gdbregs_session_error(f.d.s), why);
	}
	drive_finish(&f.d);
	gdbregs_buffer_fini(&f.buf);
	script_end(&f.stub);
}
