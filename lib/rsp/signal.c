/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of signals in GDB's numbering, which stop replies use whatever the target's own
 * numbers are. */
#include <gdbregs.h>

#include <stddef.h>

#define RT(n)			    "SIG" #n
#define RT8(a, b, c, d, e, f, g, h) RT(a), RT(b), RT(c), RT(d), RT(e), RT(f), RT(g), RT(h)

static const char *const names[] = {
	// clang-format off
	NULL, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP",
	"SIGABRT", "SIGEMT", "SIGFPE", "SIGKILL", "SIGBUS", "SIGSEGV",
	"SIGSYS", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGURG", "SIGSTOP",
	"SIGTSTP", "SIGCONT", "SIGCHLD", "SIGTTIN", "SIGTTOU", "SIGIO",
	"SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGLOST",
	"SIGUSR1", "SIGUSR2", "SIGPWR", "SIGPOLL", "SIGWIND", "SIGPHONE",
	"SIGWAITING", "SIGLWP", "SIGDANGER", "SIGGRANT", "SIGRETRACT", "SIGMSG",
	"SIGSOUND", "SIGSAK", "SIGPRIO",
	/* 45: real-time signals */
	RT(33), RT(34), RT(35), RT(36), RT(37), RT(38), RT(39),
	RT8(40, 41, 42, 43, 44, 45, 46, 47), RT8(48, 49, 50, 51, 52, 53, 54, 55),
	RT8(56, 57, 58, 59, 60, 61, 62, 63),
	"SIGCANCEL", "SIG32",
	RT8(64, 65, 66, 67, 68, 69, 70, 71), RT8(72, 73, 74, 75, 76, 77, 78, 79),
	RT8(80, 81, 82, 83, 84, 85, 86, 87), RT8(88, 89, 90, 91, 92, 93, 94, 95),
	RT8(96, 97, 98, 99, 100, 101, 102, 103), RT8(104, 105, 106, 107, 108, 109, 110, 111),
	RT8(112, 113, 114, 115, 116, 117, 118, 119), RT8(120, 121, 122, 123, 124, 125, 126, 127),
	"SIGINFO", NULL, NULL, /* 143 and 144 have no name */
	"EXC_BAD_ACCESS", "EXC_BAD_INSTRUCTION", "EXC_ARITHMETIC", "EXC_EMULATION",
	"EXC_SOFTWARE", "EXC_BREAKPOINT", "SIGLIBRT",
	// clang-format on
};

const char *gdbregs_signal_name(int signal)
{
	return signal > 0 && signal < (int)(sizeof(names) / sizeof(names[0])) ? names[signal]
									      : NULL;
}
