/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A check for CI: does a field of a register get a value while the guest runs?
 *
 *	fieldcheck ADDRESS FIELD VALUE [SECONDS]	fieldcheck :1234 eflags.IF 1 10
 *
 * VALUE is a number or the name of one of an enum's values. vCPU 0 is looked at once at
 * the start, then every 50 ms. The exit status is 0 if the field has got the value, 1 if
 * it has not within SECONDS, and 2 if that cannot be found out. The guest is left as it
 * was. */
#define _POSIX_C_SOURCE 200809L
#include <gdbregs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PERIOD_MS 50

static struct gdbregs_session *session;
static struct gdbregs_buffer value, is;
static uint8_t wanted[4096];

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "fieldcheck: %s: %s\n", what, why);
	gdbregs_close(session);
	return 2;
}

/* Compare the register's value with a copy in which the field has the wanted value. Returns whether
 * they are equal, or a negative error. */
static int look(const struct gdbregs_field *field, const char *number)
{
	const struct gdbregs_register *reg = gdbregs_field_register(field);
	int size = gdbregs_read_register(session, 0, reg, &value);

	if (size < 0)
		return size;
	if (value.size > sizeof(wanted))
		return GDBREGS_ERR_LIMIT;
	/* Ask for the byte order after the read: it may change at a stop. */
	enum gdbregs_byte_order order = gdbregs_vcpu_byte_order(session, 0);
	memcpy(wanted, value.data, value.size);
	int error = gdbregs_field_parse(field, number, order, wanted, value.size);
	if (error == 0)
		error = gdbregs_field_format(field, order, value.data, value.size, &is);
	if (error < 0)
		return error;
	return memcmp(value.data, wanted, value.size) == 0;
}

/* Let the guest run for a while. */
static int run(void)
{
	int error = gdbregs_continue(session);

	nanosleep(&(struct timespec){0, PERIOD_MS * 1000000L}, NULL);
	if (error == 0)
		error = gdbregs_interrupt(session);
	return error == 0 ? gdbregs_wait(session, 5000, NULL) : error;
}

int main(int argc, char **argv)
{
	struct gdbregs_error error;
	struct gdbregs_field field;

	if (argc < 4)
		return fprintf(stderr, "usage: fieldcheck ADDRESS FIELD VALUE [SECONDS]\n"), 2;
	int looks = 1 + (argc > 4 ? atoi(argv[4]) : 10) * 1000 / PERIOD_MS;
	if (gdbregs_connect(NULL, argv[1], NULL, &session, &error) < 0)
		return fail(argv[1], error.text);
	if (gdbregs_find_field(session, 0, NULL, argv[2], &field) < 0)
		return fail(argv[2], gdbregs_session_error(session));
	int found = look(&field, argv[3]);
	while (found == 0 && --looks > 0) {
		int stopped = run();
		found = stopped < 0 ? stopped : look(&field, argv[3]);
	}
	if (found < 0)
		return fail(argv[2], gdbregs_strerror(found));
	printf("%s %s: it is %s, wanted %s\n", found ? "ok" : "not ok", argv[2], (char *)is.data,
	       argv[3]);
	gdbregs_buffer_fini(&value);
	gdbregs_buffer_fini(&is);
	gdbregs_close(session);
	return !found;
}
