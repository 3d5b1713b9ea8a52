/* record_dir.h - a recording that is a folder of files, when it is finished; for the
 * recorders "hls" and "tracks".
 */
#ifndef PLUGINS_RECORD_DIR_H
#define PLUGINS_RECORD_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Removes what is not wanted, puts the rest and the folder onto the disk, and adds its
 * bytes to *bytes. */
int record_dir_tidy(int dir, bool (*wanted)(const void *ctx, const char *name),
		    const void *ctx, uint64_t *bytes);
/* A small file: a reader sees the older one or this one. */
int record_dir_replace(int dir, const char *name, const char *text, size_t len);
/* Gives it its name. An older one goes where the part was; the server removes that. */
int record_dir_move(const char *part, const char *path);

#endif
