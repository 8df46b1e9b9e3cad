/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"
#include "suite.h"

#include <string.h>

/* A long name of a target is marked as truncated, and leaves room for the reason. */
LOOP_TEST(name_target, 2)
{
	static const char *const letters[] = {"d", "\xd0\xb4"}; /* the second one in UTF-8 */
	static const char reason[] =
		": cannot connect: no such file or directory; is QEMU running?";
	struct gdbregs_error err;
	char target[110] = "unix:/";

	while (strlen(target) < 100)
		strcat(target, letters[_i]);
	gdbregs__fail(&err, GDBREGS_ERR_CONNECT, "%s", reason + 2);
	gdbregs__error_name_target(&err, target);
	ck_assert_int_eq(err.code, GDBREGS_ERR_CONNECT);
	ck_assert_int_eq(strncmp(err.text, "unix:/", 6), 0);
	const char *found = strstr(err.text, reason);
	ck_assert_msg(found && !found[strlen(reason)], "%s", err.text);
	ck_assert_msg(strncmp(found - 3, "...", 3) == 0, "%s", err.text);
}
