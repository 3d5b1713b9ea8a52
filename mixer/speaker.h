/* speaker.h - who speaks in a mix, as people perceive it: who began stays until
 * it was quiet for a while; the dominant one changes only when somebody else is
 * clearly louder for a while. One owner, any thread.
 */
#ifndef MIXER_SPEAKER_H
#define MIXER_SPEAKER_H

#include "mixer/aworker.h"

#include <stdbool.h>
#include <stdint.h>

#define SPEAKER_QUIET_US  INT64_C(1000000) /* then it is off the list */
#define SPEAKER_RIVAL_US  INT64_C(400000)  /* louder for so long: dominant */
#define SPEAKER_PERIOD_US INT64_C(200000)  /* between two reports, at least */

struct speakers {
	struct {
		uint32_t voice;
		float level_db;
		int64_t loud_us;  /* last time it was */
		int64_t rival_us; /* louder than the dominant one since; 0: not */
	} list[SPEAKERS_MAX];     /* the dominant one first; when full, nobody comes in */
	uint32_t n;
	bool changed;        /* set or order, since the last report */
	int64_t reported_us; /* last report */
};

void speakers_init(struct speakers *s);

/* Once a tick for each voice that can speak. `level_db` is smoothed. */
void speakers_feed(struct speakers *s, uint32_t voice, float level_db, int64_t now_us);
/* It closed or was muted. */
void speakers_remove(struct speakers *s, uint32_t voice);

/* Once a tick, after all were fed: true when there is something to report, which
 * is then in `out`. */
bool speakers_report(struct speakers *s, struct speaker out[SPEAKERS_MAX], uint32_t *n,
		     int64_t now_us);

#endif
