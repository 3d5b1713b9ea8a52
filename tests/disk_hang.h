/* disk_hang.h - a disk that takes its time, or hangs: opening, reading and closing files
 * whose path has a word in it, by this program, waits for as long as is said here. For
 * tests.
 */
#ifndef TESTS_DISK_HANG_H
#define TESTS_DISK_HANG_H

#include <stdint.h>

enum disk_hang_at { HANG_OPEN = 1, HANG_READ = 2, HANG_CLOSE = 4 };

/* From now on each such call takes that long, or until disk_hang_end(). `word` lives on.
 */
void disk_hang(const char *word, unsigned at, int64_t ms);
void disk_hang_end(void);
/* How many wait now. */
int disk_hang_waiting(void);

#endif
