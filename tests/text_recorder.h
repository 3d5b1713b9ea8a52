/* text_recorder.h - a recorder plugin that writes what it is given as text, for tests:
 * "2:" tracks, then K a key frame, v another picture, s sound, each with its time in ms.
 * Finished it ends with "!", joined it is the pieces in braces behind their times in ms.
 */
#ifndef TESTS_TEXT_RECORDER_H
#define TESTS_TEXT_RECORDER_H

#include "plugins/aula_plugin.h"

#include <stdatomic.h>
#include <stdbool.h>

enum text_step { TEXT_OPEN, TEXT_WRITE, TEXT_CLOSE, TEXT_FINISH, TEXT_JOIN, TEXT_STEPS };

/* Of all of them together. */
struct text_fake {
	atomic_int fails[TEXT_STEPS];  /* what they return */
	atomic_bool hangs[TEXT_STEPS]; /* they wait until it is false */
	atomic_bool lies[TEXT_STEPS];  /* they do nothing, and return 0 */
	atomic_int n[TEXT_STEPS];      /* calls */
	atomic_int n_back[TEXT_STEPS]; /* that did not hang any more */
	_Atomic int64_t duration_us;   /* what finish() and join() say */
};
extern struct text_fake text_fake;
void text_reset(void); /* also while one is left behind somewhere */

extern const struct aula_recorder_ops text_ops;

int text_open(void **self, const char *path, const struct aula_track *const *tracks,
	      uint32_t n_tracks);
int text_write(void *self, const struct aula_packet *p);
int text_close(void *self);
/* May it go on? What it is to return, or 1: the usual. */
int text_step(enum text_step step);

#endif
