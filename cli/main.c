/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gdbregs-cli: the registers of running guests, through their gdbstubs. */
#include "opt/command.h"
#include "base/message.h"
#include "target/shipped.h"
#include "base/signals.h"
#include "opt/help.h"
#include "out/junit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* If descriptor 0, 1 or 2 is closed, a new socket could take its number and receive our
 * output. Open /dev/null there, in the wrong direction so that using it fails. */
static void hold_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_FAILURE);
	}
}

static int run(const struct options *o)
{
	if (o->version)
		return help_version();
	if (o->help)
		return help_show(o->command);
	int status = o->arch ? shipped_check(o->arch) : 0;
	return status != 0 ? status : o->command->run(o);
}

/* A report of an older run must not outlive a command line that is wrong. */
static int run_reported(struct options *o, int argc, char **argv)
{
	int status = options_parse(o, argc, argv);
	const char *report = o->help || o->version ? NULL : options_junit(argc, argv);
	if (report) {
		int begun = junit_begin(report, o->command ? o->command->name : "usage");
		status = status != 0 ? status : begun;
	}
	return junit_end(status != 0 ? status : run(o));
}

int main(int argc, char **argv)
{
	struct options options;
	hold_standard_files();
	if (argc > 1 && strcmp(argv[1], "__complete") == 0)
		return command_complete(argc - 2, argv + 2);
	message_init();
	signals_init();
	int status = run_reported(&options, argc, argv);
	options_fini(&options);
	return status;
}
