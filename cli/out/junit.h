/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes results for CI systems (--junit). Hides: XML, and that the counts of a suite come before
 * its cases. */
#ifndef CLI_JUNIT_H
#define CLI_JUNIT_H

#include "base/output.h"
#include "base/text.h"

/* Replace the report of an older run by an error that says that this run did not finish, because
 * a signal may end it at any time. If the file is not a report, it is left alone until there are
 * results. Returns 0, or an exit status with a message on stderr. */
int junit_begin(const char *path, const char *suite);
/* End the report that junit_begin() has begun. If the run failed and its report has no failure,
 * the last message on stderr becomes an error in it. Returns `status`. */
int junit_end(int status);

struct junit {
	struct output out;
	struct text cases;
	const char *suite;
	unsigned tests, failures, errors;
};

/* Open a report. End it with junit_close(). Returns 0, or an exit status with a message on
 * stderr. */
int junit_open(struct junit *junit, const char *path, const char *suite);
/* Add a case. failure is NULL if it passed. */
void junit_case(struct junit *junit, const char *class, const char *name, const char *failure);
/* Add a case that could not be checked. */
void junit_error(struct junit *junit, const char *class, const char *name, const char *message);
/* Write the file, whole or not at all. Returns 0, or an exit status with a message on stderr. */
int junit_close(struct junit *junit, unsigned took_ms);

#endif
