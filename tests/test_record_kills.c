/* Servers that are killed while they record: each file plays, and at most a second is
 * missing at its end. Needs ffprobe and ffmpeg, else it is skipped.
 */
#include "tests/kill_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <libavutil/log.h>
#include <stdio.h>

#define KILLS   8
#define LOSS_US 1000000

/* So that its moments are the same each time, and all over the seconds. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void round_of(uint32_t seed, int64_t part_us)
{
	struct kill_result results[KILLS];
	int64_t after_ms[KILLS];

	for (int i = 0; i < KILLS; i++)
		after_ms[i] = 1500 + next(&seed) % 5000;
	kill_some(KILLS, after_ms, part_us, results);
	for (int i = 0; i < KILLS; i++)
		for (int e = 0; e < KILL_EDITIONS; e++) {
			int64_t lost_us = results[i].pushed_us -
					  results[i].editions[e].file_us;

			if (results[i].editions[e].err || lost_us > LOSS_US)
				fprintf(stderr,
					"kill %d, edition %d: err %d, %lld of %lld us\n",
					i, e, results[i].editions[e].err,
					(long long)results[i].editions[e].file_us,
					(long long)results[i].pushed_us);
			CHECK(!results[i].editions[e].err);
			CHECK(results[i].editions[e].plays);
			CHECK(lost_us <= LOSS_US && lost_us >= -200000);
		}
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	round_of(1, 0);
	round_of(2, 1700000);
	mp4_teardown();
	return 0;
}
