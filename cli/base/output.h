/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The destination of data: stdout, or a file that appears whole or not at all. Hides: the
 * temporary file beside it, and errors until output_finish(). */
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

/* Open an output. `out` must not be moved. path NULL or "-": stdout. A file that is not
 * regular (/dev/full, a FIFO) is written directly. Returns 0, or an exit status with a
 * message on stderr. */
int output_open(struct output *out, const char *path);
/* Returns whether something could not be written. Then no more output is needed. */
bool output_broken(const struct output *out);
/* Returns whether the pipe has no reader any more, according to poll(2). */
bool output_reader_gone(const struct output *out);
/* Write the rest and move the file to its place. Returns 0, or an exit status with a message
 * on stderr. A closed pipe on stdout ends the process by SIGPIPE, without a message. */
int output_finish(struct output *out);
/* Finish the output if `made`. Otherwise memory ran out, and it is abandoned. */
int output_end(struct output *out, bool made);
/* Remove the file. Data that was written to stdout stays. */
void output_abandon(struct output *out);

/* Write all of it to a descriptor, or make what was written last. Return 0 or an errno. A
 * file system without fsync(2) is not an error. */
int output_write_all(int fd, const void *data, size_t size);
int output_sync(int fd);
/* Make a file in memory with these contents, for what takes the path of a file. Returns its
 * descriptor, which keeps it, or -1. */
enum { MEMORY_PATH = 40 };
int output_memory_file(const void *data, size_t size, char path[MEMORY_PATH]);
/* Write text of several lines, of which the last may lack its line feed. On a terminal it
 * becomes printable but for line feeds and tabs, and carriage returns are left out. */
void output_lines(struct output *out, const void *data, size_t size);

/* Returns the columns of a line: those of the terminal, else 80. */
size_t output_width(const struct output *out);

/* Write the title of a part: bold if the output has colour, else underlined with `rule`. */
void output_title(struct output *out, const char *text, char rule);
/* Write a heading, in bold if the output has colour. */
void output_heading(struct output *out, const char *text);
/* Write the heading of a feature; NULL: the registers without one. */
void output_feature(struct output *out, const char *feature);

#endif
