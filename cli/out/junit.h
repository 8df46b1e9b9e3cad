/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --junit: results as CI systems read them. Hides: XML, and that the counts of a suite
 * come before its cases. */
#ifndef CLI_JUNIT_H
#define CLI_JUNIT_H

#include "base/output.h"
#include "base/text.h"

/* Replace the report of an older run by an error that says that this run has not finished: a
 * signal may end it at any time. A file that is not a report is left alone until there are results.
 * Returns 0 or an exit status, with a message on stderr. */
int junit_begin(const char *path, const char *suite);
/* End what junit_begin() has begun: if the run failed and its report has no failure, the
 * message on stderr becomes one. Returns `status`. */
int junit_end(int status);

struct junit {
	struct output out;
	struct text cases;
	const char *suite;
	unsigned tests, failures, errors;
};

/* Returns 0 or an exit status, with a message on stderr. End with junit_close(). */
int junit_open(struct junit *junit, const char *path, const char *suite);
/* Add a case. failure NULL: it passed. */
void junit_case(struct junit *junit, const char *class, const char *name, const char *failure);
/* Add a case that could not be looked at. */
void junit_error(struct junit *junit, const char *class, const char *name, const char *message);
/* Write the file, whole or not at all. Returns 0 or an exit status, with a message on stderr. */
int junit_close(struct junit *junit, unsigned took_ms);

#endif
