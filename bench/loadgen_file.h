/* loadgen_file.h - media files for senders: H.264 as Annex B, VP8 in IVF, sound as
 * WAV of 16 bits, 48 kHz, one channel. One thread.
 */
#ifndef BENCH_LOADGEN_FILE_H
#define BENCH_LOADGEN_FILE_H

#include "base/attr.h"
#include "base/au.h"

#include <stdbool.h>

#define LG_FILE_MAX (256u << 20) /* bytes */

struct lg_file {
	uint8_t *data;
	size_t len, at;
};

/* Reads all of it. -EFBIG, or what open() says. */
int lg_file_open(struct lg_file *file, const char *path) AULA_MUST_CHECK;
void lg_file_close(struct lg_file *file);

/* Of IVF; 15 for Annex B, which does not say it, and where it cannot be. */
uint32_t lg_file_fps(const struct lg_file *file);
/* The next frame; false at the end and at what is no frame. */
bool lg_file_frame(struct lg_file *file, enum codec codec, const uint8_t **data,
		   size_t *len);
/* The samples live as long as the file. -EBADMSG: another kind of file. */
int lg_file_wav(struct lg_file *file, const int16_t **pcm, uint32_t *n) AULA_MUST_CHECK;

#endif
