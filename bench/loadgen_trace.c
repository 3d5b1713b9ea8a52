#include "bench/loadgen_trace.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { GOT = 1, LAST = 2, KEY = 4 };

/* ---- seconds ------------------------------------------------------------------- */

static struct lg_trace_second *second(struct lg_trace *t, int64_t at_us)
{
	int64_t i;

	if (!t->from_us)
		t->from_us = at_us;
	if (at_us > t->until_us)
		t->until_us = at_us;
	i = (at_us - t->from_us) / SEC_US;
	if (i < 0)
		i = 0;
	return &t->seconds[i < LG_TRACE_SECONDS ? i : LG_TRACE_SECONDS - 1];
}

void lg_trace_bytes(struct lg_trace *t, uint32_t bytes, int64_t at_us)
{
	second(t, at_us)->bytes += bytes;
}

/* ---- levels ---------------------------------------------------------------------- */

static void word(char *out, size_t size, const char *text, const char *key)
{
	const char *p = strstr(text, key);

	p = p ? p + strlen(key) : "";
	snprintf(out, size, "%.*s", (int)strcspn(p, "\""), p);
}

/* As an event, and in the answer to the join. */
void lg_trace_text(struct lg_trace *t, const char *text, int64_t at_us)
{
	static const char event[] = "{\"t\":\"quality\"", inside[] = "\"quality\":{";
	const char *from = strncmp(text, event, sizeof(event) - 1) == 0
				   ? text
				   : strstr(text, inside);
	uint32_t n = t->n_levels;

	if (!from || n == LG_TRACE_LEVELS)
		return;
	t->levels[n].at_us = at_us;
	word(t->levels[n].level, sizeof(t->levels[n].level), from, "\"level\":\"");
	word(t->levels[n].why, sizeof(t->levels[n].why), from, "\"why\":\"");
	if (!n || strcmp(t->levels[n].level, t->levels[n - 1].level) != 0 ||
	    strcmp(t->levels[n].why, t->levels[n - 1].why) != 0)
		t->n_levels++;
}

/* ---- pictures -------------------------------------------------------------------- */

static uint8_t *at(struct lg_trace *t, int64_t number)
{
	return &t->ring[(uint64_t)number % LG_TRACE_RING];
}

static void show(struct lg_trace *t, bool key, int64_t at_us)
{
	if (t->shown_us && at_us - t->shown_us >= LG_TRACE_STALL &&
	    t->n_stalls < LG_TRACE_STALLS) {
		t->stalls[t->n_stalls].from_us = t->shown_us;
		t->stalls[t->n_stalls++].to_us = at_us;
	}
	if (key && t->n_keys < LG_TRACE_KEYS)
		t->keys[t->n_keys++] = at_us;
	t->shown_us = at_us;
	t->shown++;
	second(t, at_us)->frames++;
}

/* A whole key frame further on: what is missing before it is not waited for. */
static bool jump(struct lg_trace *t)
{
	int64_t n = t->key_at;

	if (n <= t->next)
		return false;
	while (n <= t->high && *at(t, n) & GOT && !(*at(t, n) & LAST))
		n++;
	if (n > t->high || !(*at(t, n) & GOT))
		return false;
	t->next = t->key_at;
	t->key = t->whole = false;
	return true;
}

static void advance(struct lg_trace *t, int64_t at_us)
{
	do {
		for (; t->next <= t->high && *at(t, t->next) & GOT; t->next++) {
			uint8_t flags = *at(t, t->next);

			t->key |= (flags & KEY) != 0;
			t->whole |= t->key;
			if (!(flags & LAST))
				continue;
			if (t->whole)
				show(t, t->key, at_us);
			t->key = false;
		}
	} while (t->next <= t->high && jump(t));
}

void lg_trace_video(struct lg_trace *t, uint16_t seq, uint32_t ts, bool last, bool key,
		    int64_t at_us)
{
	int64_t number;

	if (!t->started) {
		t->started = true;
		t->next = t->high = (int64_t)seq + 65536;
		*at(t, t->high) = 0;
	}
	number = t->high + (int16_t)(uint16_t)(seq - (uint16_t)t->high);
	if (number - t->high >= LG_TRACE_RING) /* begin anew */
		t->next = t->high = number;
	for (; t->high < number; t->high++)
		*at(t, t->high + 1) = 0;
	if (t->high - t->next >= LG_TRACE_RING) { /* given up */
		t->next = t->high - LG_TRACE_RING + 1;
		t->whole = t->key = false;
	}
	if (number < t->next)
		return;
	*at(t, number) |= (uint8_t)(GOT | (last ? LAST : 0) | (key ? KEY : 0));
	if (key && (ts != t->key_ts || number < t->key_at || !t->key_at)) {
		t->key_ts = ts;
		t->key_at = number;
	}
	advance(t, at_us);
}

/* ---- sound ----------------------------------------------------------------------- */

/* RFC 6716, 3.1 and 4.2.3: the bits of the first frame are one for each 20 ms that say
 * whether somebody speaks, and then this one. */
bool lg_trace_has_fec(const uint8_t *opus, uint32_t len)
{
	static const uint8_t silk_frames[4] = {1, 1, 2, 3};
	uint8_t toc, n = 1;

	if (len < 2)
		return false;
	toc = opus[0] >> 3;
	if (toc >= 16 || opus[0] & 3) /* no SILK in it; several frames: not made here */
		return false;
	if (toc < 12)
		n = silk_frames[toc & 3];
	return opus[1] >> (7 - n) & 1;
}

static struct lg_trace_hole *hole(struct lg_trace *t, uint16_t seq)
{
	for (uint32_t i = t->n_holes; i-- > 0 && i + 512 > t->n_holes;)
		if (t->holes[i].seq == seq)
			return &t->holes[i];
	return NULL;
}

static void fill(struct lg_trace *t, uint16_t seq)
{
	struct lg_trace_hole *h = hole(t, seq);

	if (!h)
		return;
	t->n_holes--;
	memmove(h, h + 1, (size_t)(&t->holes[t->n_holes] - h) * sizeof(*h));
}

void lg_trace_sound(struct lg_trace *t, uint16_t seq, bool copy, const uint8_t *opus,
		    uint32_t len, int64_t at_us)
{
	struct lg_trace_second *s = second(t, at_us);
	struct lg_trace_hole *before;

	if (!t->hears) {
		if (copy)
			return;
		t->hears = true;
		t->sound_high = (uint16_t)(seq - 1);
	}
	if ((int16_t)(uint16_t)(seq - t->sound_high) <= 0) {
		fill(t, seq);
	} else {
		while (++t->sound_high != seq) {
			s->sound++;
			if (t->n_holes < LG_TRACE_HOLES)
				t->holes[t->n_holes++] = (struct lg_trace_hole){
					.at_us = at_us, .seq = t->sound_high};
		}
		s->sound++;
	}
	before = copy ? NULL : hole(t, (uint16_t)(seq - 1));
	if (before && lg_trace_has_fec(opus, len))
		before->fec = true;
}

/* ---- JSON ------------------------------------------------------------------------ */

static cJSON *ms(int64_t us)
{
	return cJSON_CreateNumber((double)(us / MS_US));
}

static void put_levels(const struct lg_trace *t, cJSON *list)
{
	for (uint32_t i = 0; i < t->n_levels; i++) {
		cJSON *o = cJSON_CreateArray();

		cJSON_AddItemToArray(o, ms(t->levels[i].at_us));
		cJSON_AddItemToArray(o, cJSON_CreateString(t->levels[i].level));
		cJSON_AddItemToArray(o, cJSON_CreateString(t->levels[i].why));
		cJSON_AddItemToArray(list, o);
	}
}

static void put_seconds(const struct lg_trace *t, cJSON *o)
{
	int64_t n = t->from_us ? (t->until_us - t->from_us) / SEC_US + 1 : 0;
	cJSON *sound = cJSON_AddArrayToObject(o, "sound");
	cJSON *frames = cJSON_AddArrayToObject(o, "frames");
	cJSON *kbps = cJSON_AddArrayToObject(o, "kbps");

	for (int64_t i = 0; i < n && i < LG_TRACE_SECONDS; i++) {
		const struct lg_trace_second *s = &t->seconds[i];

		cJSON_AddItemToArray(sound, cJSON_CreateNumber(s->sound));
		cJSON_AddItemToArray(frames, cJSON_CreateNumber(s->frames));
		cJSON_AddItemToArray(kbps, cJSON_CreateNumber(s->bytes * 8 / 1000));
	}
}

cJSON *lg_trace_json(const struct lg_trace *t, uint32_t index)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddNumberToObject(o, "member", index);
	cJSON_AddItemToObject(o, "from_ms", ms(t->from_us));
	cJSON_AddItemToObject(o, "until_ms", ms(t->until_us));
	cJSON_AddItemToObject(o, "shown_ms", ms(t->shown_us)); /* the last picture */
	cJSON_AddNumberToObject(o, "shown", t->shown);
	put_levels(t, cJSON_AddArrayToObject(o, "levels"));
	list = cJSON_AddArrayToObject(o, "stalls");
	for (uint32_t i = 0; i < t->n_stalls; i++) {
		cJSON *pair = cJSON_CreateArray();

		cJSON_AddItemToArray(pair, ms(t->stalls[i].from_us));
		cJSON_AddItemToArray(pair, ms(t->stalls[i].to_us));
		cJSON_AddItemToArray(list, pair);
	}
	list = cJSON_AddArrayToObject(o, "keys");
	for (uint32_t i = 0; i < t->n_keys; i++)
		cJSON_AddItemToArray(list, ms(t->keys[i]));
	list = cJSON_AddArrayToObject(o, "holes"); /* a copy of a kind behind it: 1 */
	for (uint32_t i = 0; i < t->n_holes; i++) {
		cJSON *pair = cJSON_CreateArray();

		cJSON_AddItemToArray(pair, ms(t->holes[i].at_us));
		cJSON_AddItemToArray(pair, cJSON_CreateNumber(t->holes[i].fec));
		cJSON_AddItemToArray(list, pair);
	}
	put_seconds(t, o);
	return o;
}
