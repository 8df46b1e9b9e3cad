/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several guests on one libuv loop: which of them comes to an address first?
 *
 *	guests BREAKPOINT ADDRESS...
 *
 * All sessions share one context, and so guests of one type share handles. */
#define _POSIX_C_SOURCE 200809L /* uv.h needs it */
#include <gdbregs_uv.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct guest {
	const char *address;
	struct gdbregs_session *session;
	struct gdbregs_stop stop;
	int failed;
};

static uint64_t breakpoint;

/* Each guest closes its session when it is done. The loop ends with the last one. */
static void finish(struct guest *guest, const char *what)
{
	printf("%s: %s\n", guest->address, what);
	gdbregs_uv_close(guest->session, NULL, NULL);
}

/* If error is NULL, a call has failed. */
static void fail(struct guest *guest, const struct gdbregs_error *error)
{
	guest->failed = 1;
	finish(guest, error ? error->text : gdbregs_session_error(guest->session));
}

static void on_stop(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct guest *guest = arg;
	char text[80];

	(void)s;
	if (status < 0) {
		fail(guest, error);
		return;
	}
	snprintf(text, sizeof(text), "vCPU %u came to 0x%" PRIx64, guest->stop.vcpu, breakpoint);
	finish(guest, text);
}

static void on_inserted(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			void *arg)
{
	struct guest *guest = arg;

	if (status < 0 || gdbregs_uv_continue(s, &guest->stop, on_stop, guest, NULL) < 0)
		fail(guest, error);
}

static void on_connected(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	if (status < 0 || gdbregs_uv_point_insert(s, GDBREGS_POINT_HARDWARE, breakpoint,
						  GDBREGS_KIND_DEFAULT, on_inserted, arg, NULL) < 0)
		fail(arg, error);
}

int main(int argc, char **argv)
{
	struct gdbregs_context *context;
	struct gdbregs_error error;
	uv_loop_t loop;
	int failed = 0;

	if (argc < 3 || gdbregs_context_new(&context) < 0 || uv_loop_init(&loop) < 0)
		return 2;
	struct guest *guests = calloc((size_t)argc, sizeof(*guests));
	breakpoint = strtoull(argv[1], NULL, 0);
	for (int i = 2; guests && i < argc; i++) {
		guests[i] = (struct guest){.address = argv[i]};
		if (gdbregs_uv_connect(context, &loop, argv[i], NULL, &guests[i].session,
				       on_connected, &guests[i], &error) < 0) {
			fprintf(stderr, "guests: %s\n", error.text);
			failed = 1;
		}
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	for (int i = 2; guests && i < argc; i++)
		failed |= guests[i].failed;
	free(guests);
	uv_loop_close(&loop);
	gdbregs_context_unref(context);
	return failed;
}
