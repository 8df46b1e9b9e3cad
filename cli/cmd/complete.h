/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the shell completions ask: `gdbregs-cli __complete WORD...`, the last WORD being
 * the one to complete. Hides: which words may follow which. It never connects. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/* Print the candidates, one a line. The line ":files" means that file names fit too, and
 * ":commands" that a command line begins. Returns an exit status. */
int complete_words(int argc, char **argv);

#endif
