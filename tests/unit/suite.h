/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the suite of a test program. */
#ifndef GDBREGS_TESTS_SUITE_H
#define GDBREGS_TESTS_SUITE_H

#include <check.h>
#include <stdint.h>

/* Run it as the environment says (CK_FORK, CK_VERBOSITY); the exit status. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
