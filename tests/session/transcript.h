/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conversation as text, played on a session and a scripted stub. Every line is an
 * event, and nothing happens that is not written: all that the session sends and all
 * results must be in the text, in their order. Comments begin with '#'.
 *
 *	stub KIND [+FEATURE] [-FEATURE]...	a new stub and session; see feature_names
 *	option NAME VALUE	of the session; before the first request
 *	machine NAME [THREADS]	what the stub serves, instead of `core`; see machines.c
 *	monitor TEXT		what the stub's `info status` prints
 *	answer REQUEST REPLY	instead of the usual reply; REQUEST may end with *.
 *				REPLY may be (silent), which is acknowledged, or
 *				(lost), which is not, or (never): the request must not
 *				be sent. `answer usual` ends that
 *	answer-nth N REQUEST REPLY	the same for the Nth such request from here
 *	set VCPU.REG DIGITS	at the stub; DIGITS `-` make it unavailable
 *
 *	> REQUEST		a call of the library; see requests[]. Requests without
 *				any line between them are made before bytes are exchanged
 *	> connect		gives a result; otherwise the first request connects. The
 *				text does not have what connecting sends, and the detach
 *				if it fails
 *	-> PACKET...		what was sent: packets, acks `+`, and `^` for 0x03
 *	<- PACKET		the stub sends it unasked; usual replies are not written
 *	<-raw BYTES		the same, as they are
 *	<-eof			the connection ends
 *	time MS			passes
 *	= RESULT		of a request; ERROR or ERROR: TEXT where it failed, TEXT being
 *				a part of the message
 *	! VCPU.REG OLD NEW	a watched register has changed
 *	! VCPU: COUNT		so many registers of a watched vCPU have; they follow
 */
#ifndef GDBREGS_TESTS_SESSION_TRANSCRIPT_H
#define GDBREGS_TESTS_SESSION_TRANSCRIPT_H

#include "harness.h"

#define TRANSCRIPT_RESULTS 8192

struct transcript {
	const char *path;
	unsigned line;
	bool bytewise; /* the stub's bytes arrive one by one */

	struct script_stub stub;
	struct script_process process;
	struct drive d;
	struct gdbregs_options options;
	struct script_rule rules[SCRIPT_RULES];
	size_t rule_count;
	bool begun; /* a `stub` line was read */
	bool unsettled; /* requests were made, and bytes were not exchanged since */
	struct gdbregs__op *last; /* for `> cancel` */
	struct transcript_call *calls; /* requests without a result */
	char results[TRANSCRIPT_RESULTS]; /* results that the text has not mentioned yet */
};

/* Play a file. The test fails, with file and line, if anything else happens. */
void transcript_play(const char *path, bool bytewise);

/* --- between transcript.c and transcript-requests.c ------------------------------ */

/* Fail the test at the current line. */
void transcript_fail(const struct transcript *t, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* Connect. Returns 0 or an error. */
int transcript_connect(struct transcript *t);
/* Exchange bytes and deliver results until nothing is left to do. */
void transcript_settle(struct transcript *t);
/* Add a line to the results. */
void transcript_result(struct transcript *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Make the request of a `>` line. The text is modified. */
void transcript_request(struct transcript *t, char *text);
/* Free the requests whose session was freed before they completed. */
void transcript_forget_calls(struct transcript *t);
/* Return the register that "VCPU.REG" names, and its vCPU. */
const struct gdbregs_register *transcript_register(struct transcript *t, const char *name,
						   unsigned *vcpu);

#endif
