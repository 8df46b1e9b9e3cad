/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Functions that are compiled once more for what most machines have beyond
 * the least that a compiler may count on; which one runs is settled when the library
 * is loaded. Hides: where compiler, C library and sanitizers bear that. */
#ifndef GDBREGS_LIB_MACHINE_H
#define GDBREGS_LIB_MACHINE_H

#include <stdint.h> /* __GLIBC__, for one */

/* clang 14 can't; the sanitizers' code runs before they are set up. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GDBREGS__FOR_MACHINE __attribute__((target_clones("avx2", "default")))
#else
#define GDBREGS__FOR_MACHINE
#endif

#endif
