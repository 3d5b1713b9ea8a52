/* record_file.h - a finished file in the making: written under another name, put onto the
 * disk, and renamed when it is whole.
 */
#ifndef PLUGINS_RECORD_FILE_H
#define PLUGINS_RECORD_FILE_H

#include "plugins/record_mp4.h"

struct record_file {
	AVFormatContext *ctx; /* that writes it; freed here */
	char *tmp;
	int fd;
	struct mp4_io io, again; /* again: libavformat reads it to move what it wrote */
};

/* Makes <path>.tmp, and a context for libavformat's `format`. Call
 * record_file_close() whatever it returns. */
int record_file_open(struct record_file *f, const char *path, const char *format);
/* What the disk said when there was an error, else `err`. */
int record_file_error(struct record_file *f, int err);
/* The trailer is written: makes it durable and gives it its name. */
int record_file_keep(struct record_file *f, const char *path, uint64_t *bytes);
/* Removes what was not kept. */
void record_file_close(struct record_file *f);

#endif
