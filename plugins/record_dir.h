/* record_dir.h - a recording that is a folder of files, when it is finished; for the
 * recorders "hls" and "tracks".
 */
#ifndef PLUGINS_RECORD_DIR_H
#define PLUGINS_RECORD_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A small file: a reader sees the older one or this one. */
int record_dir_replace(int dir, const char *name, const char *text, size_t len);
/* Removes what is not wanted, puts the rest, *bytes, and the folder onto the disk, and
 * gives the folder, `part`, its name. An older one goes where the part was; the server
 * removes that. */
int record_dir_finish(int dir, bool (*wanted)(const void *ctx, const char *name),
		      const void *ctx, const char *part, const char *path,
		      uint64_t *bytes);

#endif
