/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/offline.h"

#include "base/message.h"
#include "target/shipped.h"
#include "base/exit-status.h"

int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out)
{
	char arch[PATH_MAX];
	struct gdbregs_error error = {.code = 0};
	*context = NULL;
	if (!o->tdesc && !shipped_find(o->arch, arch))
		return shipped_check(o->arch);
	if (gdbregs_context_new(context) < 0)
		return fail_nomem();
	const char *path = o->tdesc ? o->tdesc : arch;
	int code = gdbregs_description_load(*context, path, NULL, out, &error);
	return code < 0 ? fail(status_of(code, 1), "%s", error.text) : 0;
}
