/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main() of the C tests: runs the tests that the program has, or those that are named. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_S	     120 /* of one test */
#define TESTS_MAX    100
#define FIXTURES_MAX 2

const char *suite_program;
char **suite_files;
int (*suite_child)(void);

static struct {
	const TTest *test;
	int (*times)(void);
} tests[TESTS_MAX];
static size_t test_count;

static struct fixture {
	const char *name;
	void (*setup)(void), (*teardown)(void);
} fixtures[FIXTURES_MAX];
static size_t fixture_count;

void suite_add(const TTest *test, int (*times)(void))
{
	if (test_count == TESTS_MAX)
		abort();
	tests[test_count].test = test;
	tests[test_count++].times = times;
}

void suite_fixture(const char *name, void (*setup)(void), void (*teardown)(void))
{
	if (fixture_count == FIXTURES_MAX)
		abort();
	fixtures[fixture_count++] = (struct fixture){name, setup, teardown};
}

/* Move the arguments that are files to the front. Returns how many others there are. */
static size_t sort_arguments(char **arguments, char ***names)
{
	size_t files = 0, count = 0;

	for (; arguments[count]; count++)
		if (strchr(arguments[count], '/')) {
			char *file = arguments[count];

			arguments[count] = arguments[files];
			arguments[files++] = file;
		}
	suite_files = calloc(files + 1, sizeof(*suite_files));
	memcpy(suite_files, arguments, files * sizeof(*suite_files));
	*names = arguments + files;
	return count - files;
}

/* Find a test. Returns test_count if there is none of that name. */
static size_t find(const char *name)
{
	size_t i = 0;

	while (i < test_count && strcmp(tests[i].test->name, name) != 0)
		i++;
	return i;
}

static void add_case(Suite *suite, size_t test, const struct fixture *fixture)
{
	/* The name of the case is part of the message of a test that fails. */
	TCase *one = tcase_create(fixture_count > 1 ? fixture->name : tests[test].test->name);

	if (fixture)
		tcase_add_checked_fixture(one, fixture->setup, fixture->teardown);
	tcase_set_timeout(one, LIMIT_S);
	tcase_add_loop_test(one, tests[test].test, 0, tests[test].times());
	suite_add_tcase(suite, one);
}

static void add_test(Suite *suite, size_t test)
{
	if (!fixture_count)
		add_case(suite, test, NULL);
	for (size_t i = 0; i < fixture_count; i++)
		add_case(suite, test, &fixtures[i]);
}

/* Run it as the environment says. Returns the exit status. */
static int run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create(argv[0]);
	char **names;
	size_t count;

	suite_program = argv[0];
	if (argc > 1 && suite_child && strcmp(argv[1], "--child") == 0)
		return suite_child();
	count = sort_arguments(argv + 1, &names);
	for (size_t i = 0; i < count; i++) {
		size_t test = find(names[i]);

		if (test == test_count) {
			fprintf(stderr, "%s: no test is called %s\n", argv[0], names[i]);
			return 2;
		}
		add_test(suite, test);
	}
	for (size_t i = 0; i < test_count && !count; i++)
		add_test(suite, i);
	int status = run(suite);
	free(suite_files);
	return status;
}
