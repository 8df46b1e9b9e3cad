/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of options: checks them and stores them. Hides: their syntax. Each function returns 0
 * or an exit status, with a message on stderr. */
#ifndef CLI_OPTION_VALUES_H
#define CLI_OPTION_VALUES_H

#include "opt/options.h"

int string_list_add(struct string_list *words, const char *word);

int option_set(const struct option_info *info, struct options *o, const char *value);

/* For the table: options with a syntax of their own. */
int set_wait(struct options *o, const char *value);
int set_vcpu(struct options *o, const char *value);
int set_count(struct options *o, const char *value);
int set_until(struct options *o, const char *value);
int set_break(struct options *o, const char *value);

#endif
