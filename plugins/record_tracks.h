/* record_tracks.h - what the files of the recorder "tracks" share; not for others.
 *
 * A folder with a Matroska file for each track, `1.mkv`, `2.mkv`, ..., and `tracks.json`,
 * which says what they are. Nothing is encoded. The times in all of them are those of the
 * recording, so a track of somebody who came late begins late: laid at zero, all fit.
 */
#ifndef PLUGINS_RECORD_TRACKS_H
#define PLUGINS_RECORD_TRACKS_H

#include "plugins/record_mkv.h"

#include <stdbool.h>

#define TRACKS_MAX_FILES 4000 /* of one recording */
#define TRACKS_FILE      20   /* bytes of "N.mkv" */
#define TRACKS_LINE      2048 /* bytes of the line of one in the list, at most */

/* ---- record_tracks_list.c: tracks.json ----------------------------------------- */

/* Each track has a line of its own, `{"file":"1.mkv",...,"end_ms":0},`: who reads what a
 * crash left needs no more than the number in front and the end behind. While a track
 * runs its end is 0. */
struct tracks_list {
	char **lines; /* without the end and what is behind it; owned */
	int64_t *end_ms;
	bool *gone; /* nothing of it could be rescued */
	uint32_t n, room;
};

void tracks_list_fini(struct tracks_list *list);
/* The next one: its index is the one of the line. -ENOSPC: TRACKS_MAX_FILES; -ENOMEM. */
int tracks_list_add(struct tracks_list *list, const struct aula_track *track,
		    int64_t at_us);
/* Writes it into the folder `dir`, as a whole or not at all. */
int tracks_list_write(const struct tracks_list *list, int dir);
/* `list` is new. What is no line of ours ends it: -EBADMSG when that is the first. */
int tracks_list_parse(struct tracks_list *list, const char *text, size_t len);
/* -ENOENT, -EBADMSG. */
int tracks_list_read(struct tracks_list *list, int dir);
void tracks_file(uint32_t index, char out[TRACKS_FILE]);

/* ---- record_tracks_finish.c ----------------------------------------------------- */

int tracks_finish(const char *part, const char *path, struct aula_finished *info);

#endif
