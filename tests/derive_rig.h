/* derive_rig.h - recordings as the recorder leaves them, made by ffmpeg, for tests of
 * what is made of them: H.264, AAC that is switched on and Opus that is not.
 */
#ifndef TESTS_DERIVE_RIG_H
#define TESTS_DERIVE_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "derive/make.h"

extern char derive_dir[]; /* of this test */

/* False: this machine cannot make recordings. */
bool derive_setup(void);
void derive_teardown(void); /* with all that is in it */

/* A path in that folder. It is good for the next seven calls. */
const char *derive_path(const char *name);

/* What ffmpeg's sources say, as a recording; key frames every `key` pictures of 15 a
 * second. */
void derive_record(const char *name, const char *picture, const char *sound, int key);

/* All of a small file, with an end; freed by the caller. */
char *derive_read(const char *name, size_t *len);
void derive_put(const char *name, const void *data, size_t len);
/* It is opened for reading. */
int derive_open(const char *name);

/* Makes all that is made of a recording, in a new folder, with chapters.json. */
struct make_result derive_make(const char *recording, const char *folder);

/* The sound of a file as ffmpeg decodes it: samples of 48 kHz from its beginning on.
 * Freed by the caller. `track`: 0, 1. */
int16_t *derive_pcm(const char *name, int track, size_t *n);

#endif
