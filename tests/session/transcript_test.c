/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays tests/session/cases/NAME.txt, each whole and byte by byte: see transcript.h.
 *
 *	transcript_test [FILE...]
 */
#include "transcript.h"
#include "../unit/suite.h"

#include <glob.h>

#define CASES "tests/session/cases/*.txt"

static char **paths;
static size_t count;

START_TEST(play)
{
	transcript_play(paths[_i / 2], _i % 2);
}
END_TEST

START_TEST(there_are_cases)
{
	ck_assert_msg(count > 0, "run from the top of the tree: no " CASES);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("transcripts");
	TCase *all = tcase_create("all");
	glob_t found = {0};

	paths = argv + 1;
	count = (size_t)argc - 1;
	if (!count && glob(CASES, 0, NULL, &found) == 0) {
		paths = found.gl_pathv;
		count = found.gl_pathc;
	}
	tcase_add_test(all, there_are_cases);
	tcase_add_loop_test(all, play, 0, (int)(2 * count));
	suite_add_tcase(suite, all);
	int failed = run_suite(suite);
	globfree(&found);
	return failed;
}
