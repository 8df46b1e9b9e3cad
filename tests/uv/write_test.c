/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that the kernel accepts in pieces. The send() of this file replaces that of the C
 * library: it accepts a few bytes, and then none until the loop has polled. */
#include "serve.h"
#include "suite.h"

#include <errno.h>
#include <gdbregs.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE_BYTES 7
#define READS	    40

static unsigned calls, refusals;

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	if (calls++ % 2) {
		refusals++;
		errno = EAGAIN;
		return -1;
	}
	return syscall(SYS_sendto, fd, bytes, size < PIECE_BYTES ? size : PIECE_BYTES, flags, NULL,
		       0);
}

/* Each request is written to its end, although no input arrives in between. */
TEST(in_pieces)
{
	static struct server server;
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_buffer storage = {0};
	struct gdbregs_read reads[READS];
	const struct gdbregs_register *b;
	struct gdbregs_session *s;
	uint8_t expected[8];

	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(&server, NULL);
	o.reply_timeout_ms = 20000;
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, &o, &s, NULL), 0);
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	for (size_t i = 0; i < READS; i++)
		reads[i] = (struct gdbregs_read){.vcpu = 0, .reg = b};
	ck_assert_int_eq(gdbregs_read_registers(s, reads, READS, &storage), 0);
	script_value(1, 1, expected, 8);
	for (size_t i = 0; i < READS; i++)
		ck_assert_mem_eq(reads[i].data, expected, 8);
	ck_assert_uint_gt(refusals, 10);
	gdbregs_close(s);
	gdbregs_buffer_fini(&storage);
	serve_stop(&server);
	ck_assert_str_eq(server.stub.violation, "");
	ck_assert(server.stub.running);
	script_end(&server.stub);
}
