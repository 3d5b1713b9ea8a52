/* clock.h - monotonic time in µs, wall time for people, and a fake for tests. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define MS_US  INT64_C(1000)
#define SEC_US INT64_C(1000000)

/* ANY_THREAD. Monotonic, never goes back, starts anywhere. */
int64_t clock_us(void);

/* ANY_THREAD. Milliseconds since 1970 UTC: for storage and people only. */
int64_t clock_wall_ms(void);

/* Tests: from now on clock_us() answers `us` until the next call; negative
 * gives the real clock back. */
void clock_fake(int64_t us);

#endif
