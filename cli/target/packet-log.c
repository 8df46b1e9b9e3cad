/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/packet-log.h"

#include "base/progress.h"
#include "base/text.h"

void packet_log(const char *target, bool sent, const void *bytes, size_t size)
{
	struct text line = {0};
	if (target) {
		text_adds(&line, target);
		text_adds(&line, " ");
	}
	text_adds(&line, sent ? "-> " : "<- ");
	text_add_printable(&line, bytes, size);
	text_adds(&line, "\n");
	progress_hide();
	fputs(line.failed ? "(out of memory)\n" : line.data, stderr);
	text_fini(&line);
}
