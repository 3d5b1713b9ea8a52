/* When what members send was sent, by our clock; and what of it can be shown. */
#include "recorder/crowd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "tests/test.h"

static int64_t at(struct sender_clock *clock, int64_t pts_us, int64_t arrival_us)
{
	const struct au au = {.pts_us = pts_us, .arrival_us = arrival_us};

	return sender_clock_at(clock, &au);
}

/* Jitter is not in the times, whatever the sender's zero is. */
static void jitter(void)
{
	struct sender_clock clock = {.runs = false};
	const int64_t zero = -INT64_C(777000111222);
	int64_t before = 0;

	for (int i = 0; i < 5000; i++) {
		int64_t sent = i * INT64_C(20000);
		int64_t is = at(&clock, sent + zero, 1000000 + sent + i * 7919 % 60000);

		if (i > 100) /* the quickest one was there */
			CHECK(is >= 1000000 + sent - 1 && is <= 1000000 + sent + 1300);
		CHECK(!i || is >= before);
		before = is;
	}
}

/* Clocks that run 0.1 per mille too fast or too slow, for two hours. */
static void drift(void)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		struct sender_clock clock = {.runs = false};

		for (int64_t s = 0; s < 7200; s++) {
			int64_t now = s * SEC_US, pts = now + sign * now / 10000;
			int64_t is = at(&clock, pts, now + 5000);

			CHECK(is <= now + 5000 && is >= now - 1000);
		}
	}
}

/* A sender that begins to count anew, in either direction, and one that was cut off. */
static void jumps(void)
{
	struct sender_clock clock = {.runs = false};

	CHECK(at(&clock, 0, 1000000) == 1000000);
	CHECK(at(&clock, 20000, 1020000) == 1020000);
	CHECK(at(&clock, INT64_C(90000000000), 1040000) == 1040000);
	CHECK(at(&clock, 5, 1060000) == 1060000);
	/* held back for 1.5 s: they were sent before */
	CHECK(llabs(at(&clock, 20005, 2580000) - 1080000) < 1000);
	CHECK(llabs(at(&clock, 40005, 2580000) - 1100000) < 1000);
	/* for 3 s: nobody can say which of the two it was */
	CHECK(at(&clock, 60005, 6000000) == 6000000);
	for (int i = 0; i < 1000; i++) {
		int64_t pts = (int64_t)((uint64_t)i * 0x9e3779b97f4a7c15u >> 8) -
			      (INT64_C(1) << 54);
		int64_t now = 7000000 + i * 20000;
		int64_t is = at(&clock, pts, now);

		CHECK(is <= now && is >= now - SENDER_LATE_US - 10000);
	}
}

static void opus(void)
{
	static const struct {
		uint8_t data[2];
		size_t len;
		uint32_t us;
	} of[] = {{{0x00}, 1, 10000}, {{0x18}, 1, 60000},     {{0x08, 0}, 2, 20000},
		  {{0x78}, 1, 20000}, {{0x60}, 1, 10000},     {{0x68}, 1, 20000},
		  {{0x80}, 1, 2500},  {{0xfc}, 1, 20000},     {{0xfd}, 1, 40000},
		  {{0xfe}, 1, 40000}, {{0xff, 3}, 2, 60000},  {{0xff}, 1, 0},
		  {{0xff, 63}, 2, 0}, {{0x1b, 2}, 2, 120000}, {{0x1b, 3}, 2, 0},
		  {{0}, 0, 0}};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		const struct au au = {.data = (uint8_t *)of[i].data, .len = of[i].len};

		CHECK(sender_opus_us(&au) == of[i].us);
	}
}

static bool takes(struct sender *s, uint32_t flags, uint32_t gap, uint16_t turned)
	RUNS_ON(on_rec)
{
	const struct au au = {
		.codec = CODEC_VP8, .flags = flags, .len = 1, .rotation_deg = turned};
	bool taken = sender_takes(s, &au, gap);

	if (taken)
		s->waits = false; /* as who writes it does */
	return taken;
}

static void what_can_be_shown(void) RUNS_ON(on_rec)
{
	const struct recording_sender camera = {2, AULA_FROM_CAMERA, "m1", "A"};
	const struct recording_sender voice = {1, AULA_FROM_VOICE, "m1", "A"};
	const struct au opus_au = {.codec = CODEC_OPUS, .len = 1};
	struct sender *s = sender_make(&camera), *v = sender_make(&voice);

	CHECK(!takes(s, 0, 0, 0) && takes(s, AU_KEY, 0, 0) && takes(s, 0, 0, 0));
	CHECK(!takes(s, AU_AFTER_LOSS, 0, 0) && !takes(s, 0, 0, 0));
	CHECK(takes(s, AU_KEY, 0, 0));
	CHECK(!takes(s, 0, 1, 0) && takes(s, AU_KEY, 1, 0) && takes(s, 0, 1, 0));
	CHECK(!takes(s, 0, 1, 90) && takes(s, AU_KEY, 1, 90) && takes(s, 0, 1, 90));
	CHECK(!sender_asks(s, 5 * SEC_US));
	sender_cut(s);
	CHECK(sender_asks(s, 5 * SEC_US) && !sender_asks(s, 5 * SEC_US + 999999));
	CHECK(sender_asks(s, 6 * SEC_US));
	CHECK(!sender_takes(s, &opus_au, 0)); /* a camera that makes noise */
	CHECK(sender_takes(v, &opus_au, 7) && !takes(v, AU_KEY, 0, 0));
	sender_cut(v);
	CHECK(!sender_asks(v, 9 * SEC_US) && sender_takes(v, &opus_au, 8));
	sender_put(s);
	sender_put(v);
}

static void names(void)
{
	const struct recording_sender good = {2, AULA_FROM_CAMERA, "m1", "A"};
	struct recording_sender bad = good;

	CHECK(sender_ok(&good));
	bad.source = 0;
	CHECK(!sender_ok(&bad));
	bad = good;
	bad.from = 4;
	CHECK(!sender_ok(&bad));
	bad = good;
	bad.owner[0] = '/';
	CHECK(!sender_ok(&bad));
	memset(bad.owner, 'a', sizeof(bad.owner));
	CHECK(!sender_ok(&bad));
	bad = good;
	memset(bad.name, 'a', sizeof(bad.name));
	CHECK(!sender_ok(&bad));
	bad = good;
	bad.owner[0] = '\0';
	CHECK(!sender_ok(&bad));
}

/* One beyond the limit is refused; one of the same number takes the place. */
static void crowd(void) RUNS_ON(on_rec)
{
	struct recording_sender who = {1, AULA_FROM_VOICE, "m1", "A"};
	struct crowd all = {.senders = {.n = 0}};
	struct sender *before;

	for (; who.source <= LIMIT_TRACKS_KNOWN; who.source++)
		CHECK(crowd_add(&all, sender_make(&who), &before) == 0 && !before);
	CHECK(crowd_add(&all, sender_make(&who), &before) == -ENOSPC && !before);
	who.source = 5;
	CHECK(crowd_add(&all, sender_make(&who), &before) == 0 && before);
	CHECK(crowd_find(&all, 5) != before && crowd_find(&all, 5));
	sender_put(before);
	sender_put(crowd_remove(&all, 5));
	CHECK(!crowd_find(&all, 5) && !crowd_remove(&all, 5) && !crowd_find(&all, 0));
	crowd_fini(&all);
}

int main(void)
{
	thread_enter(&on_rec);
	thread_claim(&on_rec);
	jitter();
	drift();
	jumps();
	opus();
	what_can_be_shown();
	names();
	crowd();
	return 0;
}
