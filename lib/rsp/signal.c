/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of signals in GDB's numbering, which stop replies use whatever the target's own
 * numbers are. */
#include <gdbregs.h>

/* 1 to 44; the numbers after these are ranges of real-time signals. */
static const char *const first[] = {
	NULL,	    "SIGHUP",	  "SIGINT",  "SIGQUIT",	  "SIGILL",   "SIGTRAP",    "SIGABRT",
	"SIGEMT",   "SIGFPE",	  "SIGKILL", "SIGBUS",	  "SIGSEGV",  "SIGSYS",	    "SIGPIPE",
	"SIGALRM",  "SIGTERM",	  "SIGURG",  "SIGSTOP",	  "SIGTSTP",  "SIGCONT",    "SIGCHLD",
	"SIGTTIN",  "SIGTTOU",	  "SIGIO",   "SIGXCPU",	  "SIGXFSZ",  "SIGVTALRM",  "SIGPROF",
	"SIGWINCH", "SIGLOST",	  "SIGUSR1", "SIGUSR2",	  "SIGPWR",   "SIGPOLL",    "SIGWIND",
	"SIGPHONE", "SIGWAITING", "SIGLWP",  "SIGDANGER", "SIGGRANT", "SIGRETRACT", "SIGMSG",
	"SIGSOUND", "SIGSAK",	  "SIGPRIO",
};

#define SIG(n) "SIG" #n
/* 45 to 75. */
static const char *const real_time[] = {
	SIG(33), SIG(34), SIG(35), SIG(36), SIG(37), SIG(38), SIG(39), SIG(40),
	SIG(41), SIG(42), SIG(43), SIG(44), SIG(45), SIG(46), SIG(47), SIG(48),
	SIG(49), SIG(50), SIG(51), SIG(52), SIG(53), SIG(54), SIG(55), SIG(56),
	SIG(57), SIG(58), SIG(59), SIG(60), SIG(61), SIG(62), SIG(63),
};

/* 78 to 141. */
static const char *const more_real_time[] = {
	SIG(64),  SIG(65),  SIG(66),  SIG(67),	SIG(68),  SIG(69),  SIG(70),  SIG(71),
	SIG(72),  SIG(73),  SIG(74),  SIG(75),	SIG(76),  SIG(77),  SIG(78),  SIG(79),
	SIG(80),  SIG(81),  SIG(82),  SIG(83),	SIG(84),  SIG(85),  SIG(86),  SIG(87),
	SIG(88),  SIG(89),  SIG(90),  SIG(91),	SIG(92),  SIG(93),  SIG(94),  SIG(95),
	SIG(96),  SIG(97),  SIG(98),  SIG(99),	SIG(100), SIG(101), SIG(102), SIG(103),
	SIG(104), SIG(105), SIG(106), SIG(107), SIG(108), SIG(109), SIG(110), SIG(111),
	SIG(112), SIG(113), SIG(114), SIG(115), SIG(116), SIG(117), SIG(118), SIG(119),
	SIG(120), SIG(121), SIG(122), SIG(123), SIG(124), SIG(125), SIG(126), SIG(127),
};

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

const char *gdbregs_signal_name(int signal)
{
	if (signal > 0 && signal < COUNT(first))
		return first[signal];
	if (signal >= 45 && signal < 45 + COUNT(real_time))
		return real_time[signal - 45];
	if (signal >= 78 && signal < 78 + COUNT(more_real_time))
		return more_real_time[signal - 78];
	switch (signal) {
	case 76:
		return "SIGCANCEL";
	case 77:
		return "SIG32";
	case 142:
		return "SIGINFO";
	case 145:
		return "EXC_BAD_ACCESS";
	case 146:
		return "EXC_BAD_INSTRUCTION";
	case 147:
		return "EXC_ARITHMETIC";
	case 148:
		return "EXC_EMULATION";
	case 149:
		return "EXC_SOFTWARE";
	case 150:
		return "EXC_BREAKPOINT";
	case 151:
		return "SIGLIBRT";
	default:
		return NULL;
	}
}
