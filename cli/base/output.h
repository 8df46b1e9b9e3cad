/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where data goes: stdout or a file that appears whole or not at all. Hides:
 * the temporary file beside it, and what went wrong until output_finish(). */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct output {
	FILE *stream; /* write here; errors are found by output_finish() */
	int fd;
	int error; /* errno of the first write that failed */
	const char *name; /* for messages */
	bool tty; /* people read it: printable text only */
	bool has_cursor; /* its cursor can be moved: no dumb terminal */
	bool colour;
	bool standard; /* stdout */
	char *path; /* the file to replace; NULL: written directly */
	char *temporary;
	mode_t mode;
};

/* `out` must stay where it is. path NULL or "-": stdout. What is no regular file
 * (/dev/full, a FIFO) is written directly. 0 or an exit status, said on stderr. */
int output_open(struct output *out, const char *path);
/* Something could not be written: more need not be made. */
bool output_broken(const struct output *out);
/* Nobody reads the pipe any more: said by poll(2), without writing. */
bool output_reader_gone(const struct output *out);
/* Write the rest and put the file in its place. 0 or an exit status, said on
 * stderr. A closed pipe on stdout ends the process by SIGPIPE, silently. */
int output_finish(struct output *out);
/* Likewise, if `made`; else memory ran out while it was made, and it is abandoned. */
int output_end(struct output *out, bool made);
/* Leave no trace of a file; what was written to stdout stays. */
void output_abandon(struct output *out);

/* Columns that a line has room for: those of the terminal, else 80. */
size_t output_width(const struct output *out);

/* The title of a part: bold where the output has colour, else underlined with `rule`.
 * `text` is printable. */
void output_title(struct output *out, const char *text, char rule);
/* A heading, bold where the output has colour. */
void output_heading(struct output *out, const char *text);

#endif
