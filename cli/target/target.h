/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions with all targets at the same time: each is connected, worked with and closed.
 * Hides: waiting and trying again (--wait), spawning, --log-packets, and how a signal ends
 * all of them. When targets_run() returns, every guest has been released. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "base/loop.h"
#include "opt/options.h"
#include "base/output.h"
#include "target/child-output.h"
#include "target/snapshot.h"
#include "base/text.h"

#include <gdbregs_uv.h>
#include <limits.h>

struct targets;
struct target;

/* Called when the session is made. Returns 0 if the work is done; TARGET_UNDER_WAY if a
 * request was started, see target_wait(); else a GDBREGS_ERR_*, or what target_fail()
 * returned. */
typedef int (*target_work)(struct target *t);
/* Called when a request has completed with `status`. Returns the same. */
typedef int (*target_next)(struct target *t, int status);
enum { TARGET_UNDER_WAY = 1, TARGET_FAILED = -1000 };

enum target_phase {
	TARGET_WAITING, /* for the next attempt to connect; there is no session */
	TARGET_CONNECTING,
	TARGET_CONNECTED,
	/* The session is being closed: */
	TARGET_RETRYING, /* it could not connect, and there will be another attempt */
	TARGET_GIVING_UP, /* it could not connect */
	TARGET_LEAVING, /* it was connected */
	TARGET_OVER, /* there is no session any more */
};

struct target {
	struct targets *set;
	char *name; /* as shown */
	struct gdbregs_session *session; /* NULL before and after */
	struct snapshot snapshot; /* its data */
	int status; /* exit status; 0: all went well */
	char error[400]; /* what went wrong, if status is not 0 */

	target_next next; /* of the request under way */
	uv_timer_t timer; /* until the next attempt; of the work until it has ended */
	uv_timer_t limit; /* of the work: --within */
	uint64_t deadline_ms;
	enum target_phase phase;
	bool answered; /* a packet came */
	enum gdbregs_left left; /* once the session has gone */
	bool gone; /* there is no guest any more, or no way to it */
	bool interrupted; /* the guest ran, and was stopped because we asked for it */
	struct sampling *sampling; /* NULL: none is under way */
	struct gdbregs_buffer reply; /* for no-description.c */
	struct child_output child_output;
};

struct targets {
	const struct options *options;
	char time[32]; /* when it began: RFC 3339, UTC */
	struct gdbregs_context *context;
	enum gdbregs_access access;
	target_work work;
	void *work_arg;
	char arch_path[PATH_MAX]; /* --arch: the file; "": not given */
	struct loop loop;
	struct target *item;
	size_t count;
	size_t done;
};

/* Connect to all of them and do `work` with each. Returns 0, or the exit status of a failure
 * that does not belong to a target, with a message on stderr. End with targets_fini(). */
int targets_run(struct targets *set, const struct options *o, enum gdbregs_access access,
		target_work work, void *work_arg);
/* If a signal has ended a command that writes while it runs, the process dies by it here. */
void targets_fini(struct targets *set);
/* Write what is to be shown. Returns false when out of memory. */
typedef bool (*targets_put)(struct output *out, const struct targets *set);
/* Run all of it. When the guests have been released, report failures and write what `put`
 * does. Returns an exit status. */
int targets_show(const struct options *o, enum gdbregs_access access, target_work work,
		 void *work_arg, targets_put put);
/* The same, if `print` reports, writes and ends the output in any case. */
int targets_show_by(const struct options *o, enum gdbregs_access access, target_work work,
		    void *work_arg, int (*print)(struct output *out, const struct targets *set));
/* Print its failure on stderr. Returns its status. */
int target_report(const struct target *t);
/* Print the failures of all of them in their order. Returns the status of the first failure,
 * or 0. */
int targets_report(const struct targets *set);
/* End the output with what `put` writes. Nothing is written if the only target has failed.
 * Returns an exit status: that of writing if it failed, or else `failed`. */
int targets_print(struct output *out, const struct targets *set, int failed, targets_put put);

/* Returns whether the work has ended: a callback has nothing to do any more. */
static inline bool target_is_closing(const struct target *t)
{
	return t->phase > TARGET_CONNECTED;
}

/* For targets.c: begin; and, after a signal, end the work and release the guest. */
void target_start(struct target *t);
void target_interrupt(struct target *t);

/* Let `next` go on with the work when a request has completed. `error` is what the call that
 * started the request returned; its callback is target_on_done() with the target as its
 * argument. Returns what `work` returns. */
int target_wait(struct target *t, int error, target_next next);
void target_on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg);
/* End the work, unless `status` is TARGET_UNDER_WAY. It is what `work` returns. */
void target_go_on(struct target *t, int status);
/* The work has ended. `code` is 0, or what `work` returns. */
void target_done(struct target *t, int code);
/* Fail with a text. Returns TARGET_FAILED. */
int target_fail(struct target *t, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Fail because the guest was interrupted and has not stopped in time. The text says why if
 * that is known. Returns TARGET_FAILED. */
int target_fail_interrupted(struct target *t);

#endif
