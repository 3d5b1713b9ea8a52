/* Who watches without a seat: numbers, silence, and what is asked at the door. */
#include "mcu/watchers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/hls_files.h"
#include "mcu/watch_text.h"
#include "tests/test.h"

#define START (5 * SEC_US)
#define CLASS 128
#define OTHER 256

#define HERE  1
#define THERE 2

static void counts(void)
{
	static struct watchers w;
	uint32_t a = watchers_add(&w, CLASS, HERE, START),
		 b = watchers_add(&w, OTHER, THERE, START);
	int64_t later = START + WATCHERS_SILENT_US;

	CHECK(a && b && a != b);
	CHECK(watchers_count(&w, CLASS, START) == 1 && watchers_count(&w, 0, START) == 2);
	CHECK(watchers_seen(&w, a, HERE, true, later));
	CHECK(watchers_count(&w, 0, later) == 2);
	CHECK(watchers_count(&w, 0, later + 1) == 1);
	/* it comes back, with the number that it had */
	CHECK(watchers_seen(&w, b, THERE, true, later + SEC_US));
	CHECK(watchers_count(&w, OTHER, later + SEC_US) == 1);
	CHECK(!watchers_seen(&w, 0, HERE, true, START)); /* nobody's */
	CHECK(!watchers_seen(&w, b + 1, HERE, true, START));
	/* in use it is good for ever, and then for so long */
	for (int i = 0; i < 40; i++)
		CHECK(watchers_seen(&w, a, HERE, false, later += WATCHERS_IDLE_US));
	CHECK(!watchers_seen(&w, a, HERE, true, later + WATCHERS_IDLE_US + 1));
	CHECK(!watchers_seen(&w, b, THERE, true, later));
}

/* Who gives a link away is counted with those who use it, and not for many. */
static void shared(void)
{
	static struct watchers w;
	uint32_t a = watchers_add(&w, CLASS, HERE, START);
	int64_t later = START + SEC_US;

	for (uint64_t i = 0; i < WATCHERS_CLIENTS; i++) {
		CHECK(watchers_seen(&w, a, HERE + i, false, later));
		CHECK(watchers_seen(&w, a, HERE + i, true, later));
		CHECK(watchers_count(&w, CLASS, later) == i + 1);
	}
	CHECK(!watchers_seen(&w, a, HERE + WATCHERS_CLIENTS, false, later));
	CHECK(watchers_count(&w, CLASS, later) == WATCHERS_CLIENTS);
	/* its place is another's once that is silent */
	later += WATCHERS_SILENT_US + 1;
	CHECK(watchers_seen(&w, a, HERE, true, later));
	CHECK(watchers_seen(&w, a, HERE + WATCHERS_CLIENTS, true, later));
	CHECK(watchers_count(&w, CLASS, later) == 2);
}

/* Of one address many pages: they ask for more lists than one does. */
static void too_often(void)
{
	static struct watchers w;
	uint32_t a = watchers_add(&w, CLASS, HERE, START);
	int64_t later = START + SEC_US;

	for (int i = 0; i < WATCHERS_LISTS; i++) {
		CHECK(watchers_seen(&w, a, HERE, true, later));
		CHECK(watchers_seen(&w, a, HERE, false, later));
	}
	CHECK(!watchers_seen(&w, a, HERE, true, later));
	CHECK(watchers_seen(&w, a, HERE, false,
			    later)); /* pieces are as many as they are */
	CHECK(watchers_seen(&w, a, HERE, true, START + WATCHERS_SILENT_US + 1));
}

static void full(void)
{
	static struct watchers w;
	uint32_t first = 0, number;

	for (uint32_t i = 0; i < LIMIT_WATCHERS; i++) {
		number = watchers_add(&w, CLASS, 1 + i, START);
		CHECK(number);
		first = first ? first : number;
	}
	CHECK(watchers_add(&w, CLASS, HERE, START) == 0);
	CHECK(watchers_seen(&w, first, HERE, true, START + WATCHERS_SILENT_US));
	/* all others are silent: their places are given away, that one's is not */
	for (uint32_t i = 0; i < LIMIT_WATCHERS - 1; i++)
		CHECK(watchers_add(&w, OTHER, 1 + i, START + WATCHERS_SILENT_US + 1));
	CHECK(watchers_add(&w, OTHER, HERE, START + WATCHERS_SILENT_US + 1) == 0);
	CHECK(watchers_count(&w, CLASS, START + WATCHERS_SILENT_US + 1) == 1);
	/* one whose place is another's has to ask again */
	CHECK(!watchers_seen(&w, first + 1, HERE, true, START + WATCHERS_SILENT_US + 1));
	CHECK(watchers_count(&w, CLASS, START + WATCHERS_SILENT_US + 1) == 1);
	w.last = UINT32_MAX - 2;
	for (int i = 0; i < 8; i++)
		CHECK(watchers_add(&w, CLASS, HERE, START + 9 * WATCHERS_SILENT_US));
}

static uint64_t of(const char *ip)
{
	static const struct watchers none;

	return watchers_address(&none, ip);
}

/* One address alone does not take all places. */
static void one_address(void)
{
	static struct watchers w, other;

	CHECK(of("192.0.2.1") != of("192.0.2.2") && of("192.0.2.1"));
	CHECK(of("::ffff:192.0.2.1") == of("192.0.2.1"));
	/* one subscriber, however many addresses he takes */
	CHECK(of("2001:db8:1:2::1") == of("2001:db8:1:2:aaaa:bbbb:cccc:dddd"));
	CHECK(of("2001:db8:1:2::1") != of("2001:db8:1:3::1"));
	other.seed[0] = 4;
	CHECK(watchers_address(&other, "::1") != of("::1"));
	for (uint32_t i = 0; i < WATCHERS_ADDRESS; i++)
		CHECK(watchers_add(&w, CLASS, HERE, START));
	CHECK(!watchers_add(&w, CLASS, HERE, START));
	CHECK(watchers_add(&w, CLASS, THERE, START));
	CHECK(watchers_add(&w, CLASS, HERE, START + WATCHERS_SILENT_US + 1));
}

static void asks(void)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"7",
		"null",
		"\"K7M4QXW\"",
		"{}",
		"{\"code\":7}",
		"{\"code\":\"\"}",
		"{\"code\":\"K7M4QXW\",\"code\":\"K7M4QXW\"}",
		"{\"code\":\"K7M4QXW\",\"key\":7}",
		"{\"code\":\"123456789012345678901234567890123\"}",
		"{\"code\":\"a\\u0000b\"}",
		"{\"code\":\"K7M4QXW\"} x",
	};
	static const char more[] = "{\"code\":\"A\",\"key\":\"B\",\"x\":[1]}";
	struct watch_ask ask = {.code = "kept", .key = "kept"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(watch_read(&ask, bad[i], strlen(bad[i])));
	CHECK(strcmp(ask.code, "kept") == 0 && strcmp(ask.key, "kept") == 0);
	CHECK(!watch_read(&ask, "{\"code\":\"k7m-4qxw\"}", 19));
	CHECK(strcmp(ask.code, "k7m-4qxw") == 0 && !ask.key[0]);
	CHECK(!watch_read(&ask, more, strlen(more)));
	CHECK(strcmp(ask.code, "A") == 0 && strcmp(ask.key, "B") == 0);
}

static void answers(void)
{
	char *text = watch_write("A \"B\"", "", -1);

	CHECK(text && strcmp(text, "{\"title\":\"A \\\"B\\\"\",\"live\":false}") == 0);
	free(text);
	text = watch_write("A", "/x", 7);
	CHECK(text && strcmp(text, "{\"title\":\"A\",\"live\":true,\"url\":\"/x\","
				   "\"at_ms\":7}") == 0);
	free(text);
}

static void names(void)
{
	static const char *const bad[] = {
		"",          ".m4s",       "a",
		"a.",        "a.ts",       "A.m4s",
		"a.m4s.m4s", "../a.m4s",   "a/b.m4s",
		"a b.m4s",   "a.m4s ",     "a.m4s\n",
		"a-b.m4s",   "a%2e.m4s",   "\xc3\xa4.m4s",
		"a.m3u8/..", "a.m3u8?x=1", ".hid.m4s",
		"a..m4s",    "a.MP4",      "0123456789012345678901.m4s",
	};
	static const char *const good[] = {"0.m4s", "123456.m4s", "init0.mp4",
					   "index.m3u8", "live.m3u8"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!hls_name_ok(bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(hls_name_ok(good[i]));
	CHECK(hls_name_list("live.m3u8") && !hls_name_list("m3u8.m4s"));
}

int main(void)
{
	counts();
	shared();
	too_often();
	full();
	one_address();
	asks();
	answers();
	names();
	return 0;
}
