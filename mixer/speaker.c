#include "mixer/speaker.h"

#include <string.h>

#define LOUD_DB  (-50.f)
#define RIVAL_DB 6.f /* louder than the dominant one, to take its place */

void speakers_init(struct speakers *s)
{
	memset(s, 0, sizeof(*s));
}

static void remove_at(struct speakers *s, uint32_t i)
{
	s->n--;
	memmove(s->list + i, s->list + i + 1, (s->n - i) * sizeof(*s->list));
	s->changed = true;
}

static uint32_t find(const struct speakers *s, uint32_t voice)
{
	uint32_t i = 0;

	while (i < s->n && s->list[i].voice != voice)
		i++;
	return i;
}

void speakers_feed(struct speakers *s, uint32_t voice, float level_db, int64_t now_us)
{
	uint32_t i = find(s, voice);

	if (i == s->n) {
		if (level_db < LOUD_DB || s->n == SPEAKERS_MAX)
			return;
		s->list[i].voice = voice;
		s->list[i].rival_us = 0;
		s->n++;
		s->changed = true;
	}
	s->list[i].level_db = level_db;
	if (level_db >= LOUD_DB)
		s->list[i].loud_us = now_us;
}

void speakers_remove(struct speakers *s, uint32_t voice)
{
	uint32_t i = find(s, voice);

	if (i < s->n)
		remove_at(s, i);
}

/* The first one that was louder than the dominant one for long enough becomes
 * dominant; the others keep their order. */
static void judge_rivals(struct speakers *s, int64_t now_us)
{
	for (uint32_t i = 1; i < s->n; i++) {
		if (s->list[i].level_db < LOUD_DB ||
		    s->list[i].level_db < s->list[0].level_db + RIVAL_DB)
			s->list[i].rival_us = 0;
		else if (!s->list[i].rival_us)
			s->list[i].rival_us = now_us;
	}
	for (uint32_t i = 1; i < s->n; i++) {
		struct speakers before = *s;

		if (!s->list[i].rival_us ||
		    now_us - s->list[i].rival_us < SPEAKER_RIVAL_US)
			continue;
		s->list[0] = before.list[i];
		memcpy(s->list + 1, before.list, i * sizeof(*s->list));
		for (uint32_t k = 0; k < s->n; k++)
			s->list[k].rival_us = 0;
		s->changed = true;
		return;
	}
}

bool speakers_report(struct speakers *s, struct speaker out[SPEAKERS_MAX], uint32_t *n,
		     int64_t now_us)
{
	for (uint32_t i = 0; i < s->n;) {
		if (now_us - s->list[i].loud_us >= SPEAKER_QUIET_US)
			remove_at(s, i);
		else
			i++;
	}
	judge_rivals(s, now_us);
	if (!s->changed ||
	    (s->reported_us && now_us - s->reported_us < SPEAKER_PERIOD_US))
		return false;
	s->changed = false;
	s->reported_us = now_us;
	*n = s->n;
	for (uint32_t i = 0; i < s->n; i++)
		out[i] = (struct speaker){s->list[i].voice,
					  (uint8_t)-s->list[i].level_db};
	return true;
}
