/* kill_rig.h - recordings whose server is killed while it writes: by how much each is
 * shorter than what had been pushed, and whether it plays. For tests and benches; needs
 * what mp4_rig.h needs.
 */
#ifndef TESTS_KILL_RIG_H
#define TESTS_KILL_RIG_H

#include <stdbool.h>
#include <stdint.h>

#define KILLS_MAX     16 /* at once */
#define KILL_EDITIONS 2  /* pictures and sound; sound alone */

struct kill_result {
	int64_t pushed_us; /* the end of the last unit that was pushed, in the recording
			    */
	struct {
		int err;         /* of its rescue */
		int64_t file_us; /* how long it plays, as decoded */
		bool plays;      /* all of it, without an error */
	} editions[KILL_EDITIONS];
};

/* Starts `n` processes that record for ever, each in a folder of its own, kills each at
 * its time (after so many ms), then rescues what they left as the next start would.
 * Begins a part each `part_us`. */
void kill_some(uint32_t n, const int64_t *after_ms, int64_t part_us,
	       struct kill_result *results);

#endif
