/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the shell completions: `gdbregs-cli __complete WORD...` completes the final WORD. Hides: which words may follow which. It never connects. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/* Print the candidates, one a line. The line ":files" means that file names fit too, and
 * ":commands" that a command line begins. Returns an exit status. */
int complete_words(int argc, char **argv);

#endif
