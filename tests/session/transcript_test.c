/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays tests/session/cases/NAME.txt, each whole and byte by byte: see transcript.h.
 *
 *	transcript_test [FILE...]
 */
#include "transcript.h"
#include "suite.h"

#include <glob.h>

#define CASES "tests/session/cases/*.txt"

static glob_t cases;

/* Returns the files to play. */
static char **paths(void)
{
	if (!suite_files[0] && !cases.gl_pathc)
		glob(CASES, 0, NULL, &cases);
	return suite_files[0] ? suite_files : cases.gl_pathv;
}

static int count(void)
{
	int found = 0;

	while (paths() && paths()[found])
		found++;
	return found;
}

LOOP_TEST(play, 2 * count())
{
	transcript_play(paths()[_i / 2], _i % 2);
}

TEST(there_are_cases)
{
	ck_assert_msg(count() > 0, "run from the top of the tree: no " CASES);
	globfree(&cases);
}
