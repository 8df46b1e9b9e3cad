/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * measure: runs a command to its end and prints its time and its peak memory.
 *
 *	measure COMMAND [ARG]...
 *
 * Its output goes nowhere. It prints
 *
 *	ns=N maxrss_kib=N status=N
 *
 * It is a program of its own because the peak memory of a child begins with that of
 * its parent, and this program is small.
 */
#include "bench.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void run(char **argv)
{
	int nowhere = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(nowhere, fd);
	execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	if (argc < 2)
		bench_die("measure COMMAND [ARG]...");
	uint64_t start_ns = bench_now_ns();
	pid_t child = fork();
	if (child == 0)
		run(argv + 1);
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		bench_die("cannot run %s", argv[1]);
	uint64_t ns = bench_now_ns() - start_ns;
	printf("ns=%llu maxrss_kib=%ld status=%d\n", (unsigned long long)ns, usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
