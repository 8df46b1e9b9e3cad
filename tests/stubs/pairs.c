/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pairs ADDRESS POINT REGISTER
 *
 * Makes every pair of requests on a stopped target, one directly after the other, and
 * prints a line for each: FIRST SECOND, the result of each call, and the callbacks in their
 * order. A continue that was accepted is interrupted afterwards. */
#define _GNU_SOURCE
#include <gdbregs_uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERRUPT_MS 20

struct request {
	const char *name;
	int (*make)(int which);
};

static uv_loop_t *loop;
static uv_timer_t timer;
static struct gdbregs_session *s;
static const struct gdbregs_register *reg;
static uint64_t place;
static struct gdbregs_buffer buffers[2];
static struct gdbregs_stop stops[2];
static int under_way;
static char log_text[200];

static const char *name_of(int status)
{
	return status >= 0 ? "ok" : gdbregs_error_name(status) + strlen("GDBREGS_ERR_");
}

static void on_done(struct gdbregs_session *session, int status, const struct gdbregs_error *error,
		    void *arg)
{
	(void)session, (void)error;
	size_t used = strlen(log_text);

	under_way--;
	snprintf(log_text + used, sizeof(log_text) - used, " %d:%s", *(int *)arg, name_of(status));
}

static int ids[2] = {1, 2};

static int read_it(int i)
{
	return gdbregs_uv_read_register(s, 0, reg, &buffers[i], on_done, &ids[i], NULL);
}

static int write_it(int i)
{
	static const uint8_t bytes[16];

	return gdbregs_uv_write_register(s, 0, reg, bytes, gdbregs_register_bits(reg) / 8, on_done,
					 &ids[i], NULL);
}

static struct gdbregs_write writes[2];

static int write_batch(int i)
{
	static const uint8_t bytes[16];

	writes[i] = (struct gdbregs_write){
		.reg = reg, .bytes = bytes, .size = gdbregs_register_bits(reg) / 8};
	return gdbregs_uv_write_registers(s, &writes[i], 1, on_done, &ids[i], NULL);
}

static int read_batch(int i)
{
	static struct gdbregs_read reads[2];

	reads[i].reg = reg;
	return gdbregs_uv_read_registers(s, &reads[i], 1, &buffers[i], on_done, &ids[i], NULL);
}

static int state(int i)
{
	return gdbregs_uv_vcpu_state(s, 0, on_done, &ids[i], NULL);
}

static int packet(int i)
{
	return gdbregs_uv_packet(s, "qC", 2, &buffers[i], on_done, &ids[i], NULL);
}

static int insert(int i)
{
	return gdbregs_uv_point_insert(s, GDBREGS_POINT_SOFTWARE, place, 1, on_done, &ids[i], NULL);
}

/* Of another breakpoint, which is set before each pair. */
static int remove_it(int i)
{
	return gdbregs_uv_point_remove(s, GDBREGS_POINT_SOFTWARE, place + 64, 1, on_done, &ids[i],
				       NULL);
}

static int step(int i)
{
	return gdbregs_uv_step(s, 0, &stops[i], on_done, &ids[i], NULL);
}

static int go_on(int i)
{
	return gdbregs_uv_continue(s, &stops[i], on_done, &ids[i], NULL);
}

static int wait_for_stop(int i)
{
	return gdbregs_uv_wait(s, 10000, &stops[i], on_done, &ids[i], NULL);
}

static int interrupt(int i)
{
	(void)i;
	int result = gdbregs_uv_interrupt(s);

	under_way -= result == 0; /* it does not call back */
	return result;
}

static const struct request requests[] = {
	{"reads", read_batch}, {"writes", write_batch}, {"state", state},
	{"read", read_it},     {"write", write_it},	{"packet", packet},
	{"insert", insert},    {"remove", remove_it},	{"step", step},
	{"continue", go_on},   {"wait", wait_for_stop}, {"interrupt", interrupt},
};

#define COUNT (sizeof(requests) / sizeof(requests[0]))

static void on_timer(uv_timer_t *handle)
{
	(void)handle;
	if (gdbregs_uv_interrupt(s) < 0)
		fprintf(stderr, "interrupt: %s\n", gdbregs_session_error(s));
}

static void run(void)
{
	while (under_way > 0)
		uv_run(loop, UV_RUN_ONCE);
}

static int make(int (*call)(int), int i)
{
	under_way++;
	int result = call(i);
	if (result < 0)
		under_way--;
	return result;
}

static void must(int result, const char *what)
{
	run();
	if (result >= 0 && !strstr(log_text, "ERR") && !strstr(log_text, ":REMOTE"))
		return;
	printf("%s: %s\n", what, gdbregs_session_error(s));
	exit(1);
}

/* Both breakpoints are as they are to be, and nothing is under way. */
static void prepare(void)
{
	log_text[0] = '\0';
	(void)!gdbregs_uv_point_remove(s, GDBREGS_POINT_SOFTWARE, place, 1, NULL, NULL, NULL);
	(void)!gdbregs_uv_point_insert(s, GDBREGS_POINT_SOFTWARE, place + 64, 1, NULL, NULL, NULL);
	must(make(read_it, 0), "prepare");
	log_text[0] = '\0';
}

static void pair(const struct request *a, const struct request *b)
{
	prepare();
	int first = make(a->make, 0);
	int second = make(b->make, 1);

	if (gdbregs_session_state(s) == GDBREGS_SESSION_RUNNING)
		uv_timer_start(&timer, on_timer, INTERRUPT_MS, 0);
	run();
	uv_timer_stop(&timer);
	printf("%s %s %s %s%s\n", a->name, b->name, name_of(first), name_of(second), log_text);
}

int main(int argc, char **argv)
{
	static int connected;
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_error why = {0};

	if (argc != 4)
		return 2;
	loop = uv_default_loop();
	uv_timer_init(loop, &timer);
	o.access = GDBREGS_RW_REGS;
	o.reply_timeout_ms = 20000;
	place = strtoull(argv[2], NULL, 0);
	under_way = 1;
	if (gdbregs_uv_connect(NULL, loop, argv[1], &o, &s, on_done, &connected, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	run();
	must(gdbregs_find_register(s, 0, NULL, argv[3], &reg), "register");
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < COUNT; k++)
			pair(&requests[i], &requests[k]);
	gdbregs_uv_close(s, NULL, NULL);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	gdbregs_buffer_fini(&buffers[0]);
	gdbregs_buffer_fini(&buffers[1]);
	return 0;
}
