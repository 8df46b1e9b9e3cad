/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A test program is a file of tests. It needs no list of them and no main(): suite.c has both.
 *
 *	TEST(name) { ... }
 *
 * Each test runs in a process of its own. Arguments of the program are names of tests: only
 * these run. libcheck's environment variables have an effect (CK_FORK=no for a debugger). */
#ifndef GDBREGS_TESTS_SUITE_H
#define GDBREGS_TESTS_SUITE_H

#include <check.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A test. */
#define TEST(name) LOOP_TEST(name, 1)

/* A test that runs `times` times, with `_i` counting from 0. */
#define LOOP_TEST(name, times)                                                                     \
	static const TTest *name;                                                                  \
	static int name##_times(void)                                                              \
	{                                                                                          \
		return (int)(times);                                                               \
	}                                                                                          \
	__attribute__((constructor)) static void name##_add(void)                                  \
	{                                                                                          \
		suite_add(name, name##_times);                                                     \
	}                                                                                          \
	START_TEST(name)

/* Calls setup() before each test of the file and teardown() after it; either may be NULL. If a
 * file has several fixtures, its tests run with each. */
#define FIXTURE(setup, teardown)                                                                   \
	__attribute__((constructor)) static void setup##_fixture(void)                             \
	{                                                                                          \
		suite_fixture(#setup, setup, teardown);                                            \
	}

/* With the argument `--child`, the program calls function() instead of its tests. */
#define CHILD(function)                                                                            \
	__attribute__((constructor)) static void suite_run_child(void)                             \
	{                                                                                          \
		suite_child = function;                                                            \
	}

/* The path of the program. */
extern const char *suite_program;
/* Arguments with a `/` are files, which the tests interpret; ends with NULL. */
extern char **suite_files;

/* --- for the macros ---------------------------------------------------------------- */

extern int (*suite_child)(void);
void suite_add(const TTest *test, int (*times)(void));
void suite_fixture(const char *name, void (*setup)(void), void (*teardown)(void));

#endif
