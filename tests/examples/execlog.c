/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A log of executed instructions and of the registers that they change, like QEMU's
 * execlog plugin, but from outside of QEMU.
 *
 *	execlog ADDRESS STEPS [GLOB]...		registers whose names fit; default: all
 */
#define _POSIX_C_SOURCE 200809L
#include <gdbregs.h>

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

static void print_bytes(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]); /* target byte order */
}

static int is_wanted(const char *name, char **globs)
{
	if (!*globs)
		return 1;
	while (*globs && fnmatch(*globs, name, 0) != 0)
		globs++;
	return *globs != NULL;
}

static const struct gdbregs_register *pc;

/* Called once at each stop, with all registers of the vCPU that have changed. */
static void on_change(void *arg, unsigned vcpu, const struct gdbregs_change *changes, size_t count)
{
	(void)vcpu;
	for (size_t i = 0; i < count; i++) {
		const char *name = gdbregs_register_name(changes[i].reg);

		if (changes[i].reg == pc || !is_wanted(name, arg))
			continue;
		printf(" %s=", name);
		if (changes[i].new_bytes)
			print_bytes(changes[i].new_bytes, changes[i].size);
		else
			printf("unavailable");
	}
}

int main(int argc, char **argv)
{
	struct gdbregs_session *s;
	struct gdbregs_error error;
	struct gdbregs_buffer value = {0};
	unsigned long steps = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
	int result = 0;

	if (gdbregs_connect(NULL, argc > 1 ? argv[1] : NULL, NULL, &s, &error) < 0) {
		fprintf(stderr, "execlog: %s\n", error.text);
		return 1;
	}
	if (gdbregs_find_role(s, 0, GDBREGS_ROLE_PC, &pc) < 0 ||
	    gdbregs_watch_vcpu(s, 0, on_change, argc > 3 ? argv + 3 : argv + argc) < 0) {
		fprintf(stderr, "execlog: %s\n", gdbregs_session_error(s));
		gdbregs_close(s);
		return 1;
	}
	while (result >= 0 && steps-- > 0) {
		result = gdbregs_read_register(s, 0, pc, &value);
		if (result < 0)
			break;
		printf("%s=", gdbregs_register_name(pc));
		print_bytes(value.data, value.size);
		result = gdbregs_step(s, 0, NULL); /* calls on_change() */
		printf("\n");
	}
	if (result < 0)
		fprintf(stderr, "execlog: %s\n", gdbregs_session_error(s));
	gdbregs_buffer_fini(&value);
	gdbregs_close(s);
	return result < 0;
}
