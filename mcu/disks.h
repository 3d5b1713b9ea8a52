/* disks.h - whether the disks answer, and what is free there. They are asked by the
 * threads that use them: a disk that hangs (as one far away may) holds up those, and
 * nobody here. Control thread.
 */
#ifndef MCU_DISKS_H
#define MCU_DISKS_H

#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

#define DISKS_EVERY_US  INT64_C(5000000) /* between an answer and the next question */
#define DISKS_SILENT_US INT64_C(5000000) /* without an answer: it does not answer */

enum disk { DISK_RECORDINGS, DISK_DATA, DISKS };

struct disks { /* zeroed: nothing is known */
	struct disk_state {
		bool asked;
		bool silent; /* that was logged */
		bool known;
		int64_t at_us;      /* it was asked, or has answered */
		int64_t free_bytes; /* as the last answer was */
	} list[DISKS];
};

/* Each second: asks, and looks who does not answer. */
void disks_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);
/* An answer: free bytes, or a negative errno. */
void disks_answer(struct disks *disks, enum disk disk, int64_t bytes, int64_t now_us);
/* Since when the slowest question waits, us; 0: none does. */
int64_t disks_waiting_us(const struct disks *disks, int64_t now_us);
/* All of them answer. */
bool disks_well(const struct disks *disks, int64_t now_us);

#endif
