/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of watched registers. Hides: its order, and that it may change while a read of
 * its registers is under way. */
#ifndef GDBREGS_LIB_SESSION_WATCH_LIST_H
#define GDBREGS_LIB_SESSION_WATCH_LIST_H

#include "session/session.h"

/* Bodies of the public functions of the same names. */
int gdbregs__watches_add(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
			 gdbregs_change_cb cb, void *arg);
int gdbregs__watches_remove(struct gdbregs_session *s, unsigned vcpu,
			    const struct gdbregs_register *h, gdbregs_change_cb cb, void *arg);
int gdbregs__watches_add_vcpu(struct gdbregs_session *s, unsigned vcpu, gdbregs_vcpu_change_cb cb,
			      void *arg);
int gdbregs__watches_remove_vcpu(struct gdbregs_session *s, unsigned vcpu,
				 gdbregs_vcpu_change_cb cb, void *arg);

/* No read is under way: drop the watches that were removed, and sort the rest. */
void gdbregs__watches_tidy(struct gdbregs__watches *w);
void gdbregs__watches_free(struct gdbregs__watches *w);

#endif
