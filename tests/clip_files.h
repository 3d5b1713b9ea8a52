/* clip_files.h - clips for tests, made on the spot by the program ffmpeg. */
#ifndef TESTS_CLIP_FILES_H
#define TESTS_CLIP_FILES_H

#include <stdbool.h>

/* Whether that program is here; without it tests of clips are passed over. */
bool clip_can_make(void);

/* Red, 320 x 180, with a tone of 1 kHz; the ending of `path` says what kind of file. */
void clip_red(const char *path, int sec);
/* Black and silent but for a flash and a beep of 200 ms each second, at the same time. */
void clip_flash(const char *path, int sec);
/* With these arguments of ffmpeg. */
void clip_with(const char *path, const char *arguments);

#endif
