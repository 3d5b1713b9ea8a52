/* Cue lists: order, times, what is missed, what is stored. */
#include "mcu/cue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static struct cues cues;

static uint32_t put(const char *name, enum cue_when when, int64_t value)
{
	struct cue cue = {.when = when};

	snprintf(cue.name, sizeof(cue.name), "%s", name);
	snprintf(cue.layout, sizeof(cue.layout), "grid");
	cue.at_ms = when == CUE_AT ? value : 0;
	cue.after_s = when == CUE_AFTER ? (uint32_t)value : 0;
	CHECK(cues_put(&cues, &cue, CUES_MAX) == 0 && cue.id);
	return cue.id;
}

/* The names in their order, as one text. */
static bool order(const char *want)
{
	char got[CUES_MAX * 4] = "";

	for (uint32_t i = 0; i < cues.n; i++)
		strcat(got, cues.list[i].name);
	return strcmp(got, want) == 0;
}

static void lists(void)
{
	struct cue one = {.name = "x"};
	uint32_t a = put("a", CUE_BY_HAND, 0), b = put("b", CUE_BY_HAND, 0);
	uint32_t c = put("c", CUE_BY_HAND, 0);

	CHECK(cues_next(&cues)->id == a);
	CHECK(cues_put(&cues, &one, 1) == 0 && order("axbc"));
	CHECK(cues_move(&cues, one.id, 0) == 0 && order("xabc"));
	CHECK(cues_move(&cues, one.id, 99) == 0 && order("abcx"));
	CHECK(cues_move(&cues, 99, 0) == -ENOENT && cues_move(&cues, 0, 0) == -ENOENT);
	cues_taken(&cues, b, 5);
	CHECK(cues.current == b && cues_next(&cues)->id == c);
	CHECK(cues_delete(&cues, b) == 0 && order("acx"));
	CHECK(cues_next(&cues)->id == c); /* still */
	CHECK(cues_delete(&cues, b) == -ENOENT);
	cues_taken(&cues, one.id, 6);
	CHECK(!cues_next(&cues));
	snprintf(one.name, sizeof(one.name), "y");
	CHECK(cues_put(&cues, &one, 0) == 0 && order("acy")); /* in its place */
	one.id = 77;
	CHECK(cues_put(&cues, &one, 0) == -ENOENT);
	cues_clear(&cues);
	CHECK(!cues.n && !cues_next(&cues));
	CHECK(put("z", CUE_BY_HAND, 0) > c); /* no id twice */
	for (int i = 1; i < CUES_MAX; i++)
		put("m", CUE_BY_HAND, 0);
	one.id = 0;
	CHECK(cues_put(&cues, &one, 0) == -ENOSPC && cues.n == CUES_MAX && !one.id);
}

static void times(void)
{
	int64_t at = -1;
	uint32_t a, b, c, d;

	memset(&cues, 0, sizeof(cues));
	CHECK(!cues_due(&cues, &at));
	a = put("a", CUE_BY_HAND, 0);
	b = put("b", CUE_AFTER, 10);
	c = put("c", CUE_AT, 1000000);
	d = put("d", CUE_AFTER, 0);
	CHECK(cues_due(&cues, &at)->id == c && at == 1000000);
	cues_taken(&cues, a, 500000);
	CHECK(cues_due(&cues, &at)->id == b && at == 510000);
	cues_taken(&cues, b, 510003);
	CHECK(cues_due(&cues, &at)->id == c && at == 1000000);
	cues_taken(&cues, c, 1000000);
	CHECK(cues_due(&cues, &at)->id == d && at == 1000000); /* at once */
	cues_taken(&cues, d, 1000000);
	CHECK(!cues_due(&cues, &at));
	/* from the beginning: what waits for another waits again, a time is over */
	cues_taken(&cues, a, 2000000);
	CHECK(cues_due(&cues, &at)->id == b && at == 2010000);
	/* another one first: it is not the one behind that */
	cues_taken(&cues, c, 2001000);
	CHECK(cues_due(&cues, &at)->id == d);
}

static void missed(void)
{
	int64_t at = -1;
	uint32_t a, b;

	memset(&cues, 0, sizeof(cues));
	a = put("a", CUE_AT, 1000);
	b = put("b", CUE_AT, 1000 + CUE_LATE_MS);
	CHECK(!cues_miss(&cues, 1000 + CUE_LATE_MS));
	CHECK(cues_miss(&cues, 1001 + CUE_LATE_MS));
	CHECK(cues.list[0].missed && cues.list[0].id == a && !cues.list[1].missed);
	CHECK(!cues_miss(&cues, 1001 + CUE_LATE_MS));
	CHECK(cues_due(&cues, &at)->id == b);
	cues_taken(&cues, a, 5); /* by hand after all */
	CHECK(!cues.list[0].missed);
}

static void stored(void)
{
	struct cues back;
	char *text;

	memset(&cues, 0, sizeof(cues));
	put("a \"quoted\" Ж", CUE_BY_HAND, 0);
	put("b", CUE_AT, INT64_C(1763700000123));
	put("c", CUE_AFTER, 90);
	cues.list[0].people[CUE_PIN].who = CUE_NOBODY;
	cues.list[0].people[CUE_GUEST].who = CUE_MEMBER;
	memset(cues.list[0].people[CUE_GUEST].seat, 'q', SEAT_ID);
	snprintf(cues.list[0].people[CUE_GUEST].name, 10, "Asha");
	cues_taken(&cues, 1, INT64_C(1763700000000));
	text = cues_write(&cues);
	memset(&back, 0x55, sizeof(back));
	CHECK(text && cues_read(&back, text, strlen(text)) == 0);
	CHECK(memcmp(&back, &cues, sizeof(back)) == 0);
	/* cut anywhere it is refused, and nothing is changed */
	memset(&back, 0x55, sizeof(back));
	for (size_t len = 0; len < strlen(text); len++)
		CHECK(cues_read(&back, text, len) == -EINVAL);
	CHECK(back.n == 0x55555555);
	free(text);
}

static void refused(void)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"cues\":{}}",
		"{\"cues\":[1]}",
		"{\"cues\":[{}]}",
		"{\"last_id\":-1,\"cues\":[]}",
		"{\"last_id\":1.5,\"cues\":[]}",
		"{\"last_id\":4294967295,\"cues\":[]}",
		"{\"last_id\":1,\"current\":2,\"cues\":[]}",
		"{\"last_id\":1,\"taken_ms\":\"x\",\"cues\":[]}",
		"{\"last_id\":1,\"cues\":[{\"id\":2,\"name\":\"a\",\"layout\":\"\"}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":0,\"name\":\"a\",\"layout\":\"\"}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":7,\"layout\":\"\"}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":\"a\"}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":\"a\",\"layout\":\"\","
		"\"after_s\":86401}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":\"a\",\"layout\":\"\","
		"\"pin\":7}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":\"a\",\"layout\":\"\","
		"\"pin\":{\"seat\":\"short\",\"name\":\"x\"}}]}",
		"{\"last_id\":1,\"cues\":[{\"id\":1,\"name\":\"a\",\"layout\":\"\"},"
		"{\"id\":1,\"name\":\"a\",\"layout\":\"\"}]}",
	};
	struct cues back = {.n = 3};
	char many[8000] = "{\"last_id\":99,\"cues\":[";
	size_t n = strlen(many);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(cues_read(&back, bad[i], strlen(bad[i])) == -EINVAL);
	for (int i = 1; i <= CUES_MAX + 1; i++)
		n += (size_t)sprintf(many + n,
				     "%s{\"id\":%d,\"name\":\"a\",\"layout\":\"\"}",
				     i > 1 ? "," : "", i);
	sprintf(many + n, "]}");
	CHECK(cues_read(&back, many, strlen(many)) == -EINVAL && back.n == 3);
	CHECK(cues_read(&back, "{\"last_id\":3,\"current\":3,\"cues\":[]}", 35) == 0);
	CHECK(back.n == 0 && !back.current && back.last_id == 3);
}

int main(void)
{
	lists();
	times();
	missed();
	stored();
	refused();
	return 0;
}
