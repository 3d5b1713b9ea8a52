/* the small ones: bytes, clock, log, rand, count */
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/rand.h"
#include "tests/test.h"

static void cursors_stay_inside(void)
{
	const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7};
	struct cursor c = cursor_of(data, sizeof(data));

	CHECK(cursor_u8(&c) == 1 && cursor_u16(&c) == 0x0203 && !c.bad);
	CHECK(cursor_left(&c) == 4 && cursor_u32(&c) == 0x04050607 && !c.bad);
	CHECK(cursor_u8(&c) == 0 && c.bad);
	CHECK(cursor_take(&c, 0) == NULL); /* bad stays bad */
	c = cursor_of(data, 3);
	CHECK(cursor_u32(&c) == 0 && c.bad && c.p == data);
	CHECK(rd24(data) == 0x010203);
}

static void fake_time(void)
{
	int64_t real = clock_us();

	clock_fake(5);
	CHECK(clock_us() == 5);
	clock_fake(-1);
	CHECK(clock_us() >= real);
	CHECK(clock_wall_ms() > INT64_C(1600000000000));
}

static void quoting(void)
{
	char out[16];

	CHECK(strcmp(log_quote(out, sizeof(out), "a\nb\"c\x1b"), "\"a?b?c?\"") == 0);
	CHECK(strlen(log_quote(out, sizeof(out), "0123456789012345678")) == 15);
	CHECK(log_level_of("warn") == LOG_WARN && log_level_of("x") < 0);
}

static void codes(void)
{
	char code[8], token[33];

	for (int i = 0; i < 1000; i++) {
		rand_code(code);
		CHECK(strspn(code, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ") == 7);
	}
	rand_token(token, 32);
	CHECK(strspn(token, "abcdefghijklmnopqrstuvwxyz234567") == 32);
}

static void metrics(void)
{
	static char text[32768];
	size_t n;

	count_add(COUNT_PLI_IN, 3);
	n = count_render(text, sizeof(text));
	CHECK(n == strlen(text) && text[n - 1] == '\n');
	CHECK(strstr(text, "aula_pli_total{dir=\"in\"} 3\n"));
	CHECK(strstr(text, "# TYPE aula_rooms gauge\n"));
	/* a metric is announced once, however many rows it has */
	CHECK(strstr(text, "# TYPE aula_reject_total") ==
	      strstr(strstr(text, "# TYPE aula_reject_total"),
		     "# TYPE aula_reject_total"));
	CHECK(!strstr(strstr(text, "# TYPE aula_reject_total") + 1,
		      "# TYPE aula_reject_total"));
	CHECK(count_render(text, 50) == 49);
}

int main(void)
{
	cursors_stay_inside();
	fake_time();
	quoting();
	codes();
	metrics();
	return 0;
}
