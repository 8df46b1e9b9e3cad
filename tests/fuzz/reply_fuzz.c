/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All parsers of payloads: replies, stop replies, thread lists, qSupported. Each of them gets the
 * whole input, in memory that ends with it. */
#include "fuzz.h"

#include "util/hex.h"
#include "util/number.h"
#include "rsp/reply.h"
#include "rsp/stop-reply.h"

static void try_text(const uint8_t *payload, size_t size)
{
	char text[300];
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(payload, size);

	REQUIRE((kind == GDBREGS__REPLY_EMPTY) == (size == 0));
	REQUIRE(kind != GDBREGS__REPLY_OK || (size == 2 && memcmp(payload, "OK", 2) == 0));
	for (size_t capacity = 1; capacity <= sizeof(text); capacity += capacity) {
		memset(text, '\1', sizeof(text));
		REQUIRE(gdbregs__reply_error_text(text, capacity, payload, size) == text);
		fuzz_require_printable(text, capacity);
		REQUIRE(capacity == sizeof(text) || text[capacity] == '\1');
	}
}

static void try_console(const uint8_t *payload, size_t size)
{
	struct gdbregs_buffer text = {0};
	bool nomem = false;
	bool is = gdbregs__reply_console(payload, size, &text, &nomem);

	REQUIRE(!nomem && is == gdbregs__reply_console(payload, size, NULL, NULL));
	if (is) {
		REQUIRE(payload[0] == 'O' && text.size == size / 2);
		REQUIRE(gdbregs__reply_classify(payload, size) != GDBREGS__REPLY_OK);
	}
	gdbregs_buffer_fini(&text);
}

/* The value in hex is the reply, except for upper and lower case. */
static void try_register(const uint8_t *payload, size_t size, size_t capacity)
{
	uint8_t *out = malloc(capacity);
	int result = gdbregs__reply_register(payload, size, out, capacity);

	REQUIRE(result != 0 && result >= GDBREGS_ERR_NOT_TAKEN);
	if (result > 0) {
		REQUIRE((size_t)result <= capacity && (size_t)result * 2 == size);
		char *hex = malloc(size);
		gdbregs__hex_encode(hex, out, (size_t)result);
		for (size_t i = 0; i < size; i++)
			REQUIRE(hex[i] == (payload[i] >= 'A' && payload[i] <= 'F' ? payload[i] + 32
										  : payload[i]));
		free(hex);
	}
	free(out);
}

static void try_xfer(const uint8_t *payload, size_t size)
{
	struct gdbregs_buffer data = {0};
	size_t added = 0;
	enum gdbregs__xfer xfer = gdbregs__reply_xfer(payload, size, &data, &added);

	REQUIRE(xfer != GDBREGS__XFER_NOMEM);
	if (xfer == GDBREGS__XFER_MORE || xfer == GDBREGS__XFER_LAST)
		REQUIRE(added < size && data.size == added);
	gdbregs_buffer_fini(&data);
}

/* -------------------------------------------------------------- thread ids --- */

static void require_same_id(const struct gdbregs__thread_id *id)
{
	char text[GDBREGS__THREAD_ID_TEXT];
	struct gdbregs__thread_id again;
	size_t at = 0, length = gdbregs__thread_id_format(text, id);

	REQUIRE(length < sizeof(text) && strlen(text) == length);
	REQUIRE(gdbregs__thread_id_parse((const uint8_t *)text, length, &at, &again));
	REQUIRE(at == length && gdbregs__thread_id_equal(id, &again));
	REQUIRE(id->pid >= -1 && (id->has_pid || id->pid == 0) && (!id->all || id->tid == 0));
	if (gdbregs__thread_id_concrete(id))
		REQUIRE(id->tid > 0 && (!id->has_pid || id->pid > 0));
	if (gdbregs__thread_id_listable(id, true))
		REQUIRE(id->tid > 0 && id->tid <= INT32_MAX && id->pid <= INT32_MAX);
}

struct found {
	const uint8_t *begin, *end;
	unsigned count, most;
};

static int found_thread(void *arg, const struct gdbregs__thread_id *id, const char *text,
			size_t length)
{
	struct found *found = arg;
	const uint8_t *at = (const uint8_t *)text;

	REQUIRE(at >= found->begin && length && at + length <= found->end);
	require_same_id(id);
	return ++found->count == found->most;
}

static void try_threads(const uint8_t *payload, size_t size, unsigned most)
{
	struct found found = {payload, payload + size, 0, most};
	enum gdbregs__thread_list list =
		gdbregs__reply_threads(payload, size, found_thread, &found);

	REQUIRE((list == GDBREGS__THREADS_STOPPED) == (most && found.count == most));
	if (list == GDBREGS__THREADS_MORE)
		REQUIRE(payload[0] == 'm');
}

/* ------------------------------------------------------------ stop replies --- */

struct expedited {
	const uint8_t *begin, *end;
	unsigned count;
};

static int found_expedited(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen)
{
	struct expedited *e = arg;

	(void)regnum;
	REQUIRE(hex >= e->begin && hex + hexlen <= e->end);
	e->count++;
	return 0;
}

static void try_stop(const uint8_t *payload, size_t size)
{
	struct gdbregs__stop stop, untouched;
	struct expedited e = {payload, payload + size, 0};

	memset(&stop, 0x5a, sizeof(stop));
	memcpy(&untouched, &stop, sizeof(stop));
	int result = gdbregs__stop_parse(payload, size, &stop, found_expedited, &e);
	REQUIRE(result == 0 || result == GDBREGS_ERR_PROTOCOL);
	if (result < 0) {
		REQUIRE(memcmp(&stop, &untouched, sizeof(stop)) == 0);
		return;
	}
	REQUIRE((unsigned)stop.kind <= GDBREGS_STOP_NO_RESUMED);
	REQUIRE((unsigned)stop.reason <= GDBREGS_REASON_OTHER);
	if (stop.has_thread)
		require_same_id(&stop.thread);
	struct gdbregs__stop again;
	REQUIRE(gdbregs__stop_parse(payload, size, &again, NULL, NULL) == 0);
	REQUIRE(again.kind == stop.kind && again.signal == stop.signal);
}

/* ------------------------------------------------------------------ the rest --- */

static void try_supported(const uint8_t *payload, size_t size)
{
	struct gdbregs__supported supported;

	gdbregs__reply_supported(payload, size, &supported);
	REQUIRE(supported.packet_bytes >= 64 && supported.packet_bytes <= 65536);
}

static void try_numbers(const uint8_t *payload, size_t size)
{
	char *text = malloc(size + 1);
	uint64_t value = 7;
	size_t at = 0;

	if (gdbregs__hex_parse(payload, size, &at, &value))
		REQUIRE(at > 0 && at <= size);
	else
		REQUIRE(at == 0 && value == 7);
	memcpy(text, payload, size);
	text[size] = '\0';
	value = 7;
	if (gdbregs__number_parse(text, &value) != GDBREGS__NUMBER_OK)
		REQUIRE(value == 7);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, data + size};
	uint8_t *payload = fuzz_take(&in, &size);

	try_text(payload, size);
	try_console(payload, size);
	try_register(payload, size, 1);
	try_register(payload, size, size / 2 + 1);
	try_register(payload, size, 4096);
	try_xfer(payload, size);
	try_threads(payload, size, 0);
	try_threads(payload, size, 3);
	try_stop(payload, size);
	try_supported(payload, size);
	if (size)
		try_numbers(payload, size);
	free(payload);
	return 0;
}
