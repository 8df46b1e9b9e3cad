/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One setter per option: checks a value and stores it. Hides: the syntax of
 * values. Each returns 0 or an exit status, said on stderr. */
#ifndef CLI_OPTIONS_SET_H
#define CLI_OPTIONS_SET_H

#include "opt/options.h"

int words_add(struct words *words, const char *word);

int set_target(struct options *o, const char *value);
int set_wait(struct options *o, const char *value);
int set_timeout(struct options *o, const char *value);
int set_on_exit(struct options *o, const char *value);
int set_arch(struct options *o, const char *value);
int set_tdesc(struct options *o, const char *value);
int set_endian(struct options *o, const char *value);
int set_log_packets(struct options *o, const char *value);
int set_vcpu(struct options *o, const char *value);
int set_feature(struct options *o, const char *value);
int set_group(struct options *o, const char *value);
int set_exclude(struct options *o, const char *value);
int set_strict(struct options *o, const char *value);
int set_raw(struct options *o, const char *value);
int set_format(struct options *o, const char *value);
int set_json(struct options *o, const char *value);
int set_output(struct options *o, const char *value);
int set_quiet(struct options *o, const char *value);
int set_count(struct options *o, const char *value);
int set_until(struct options *o, const char *value);
int set_break(struct options *o, const char *value);
int set_interval(struct options *o, const char *value);
int set_all(struct options *o, const char *value);
int set_irq(struct options *o, const char *value);
int set_verbose(struct options *o, const char *value);
int set_help(struct options *o, const char *value);
int set_version(struct options *o, const char *value);

#endif
