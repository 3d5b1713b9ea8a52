/* tracks_rig.h - the recorder with its plugin "tracks", members that send to it, and what
 * comes of it, for tests. ffprobe and ffmpeg judge, see mp4_rig.h.
 */
#ifndef TESTS_TRACKS_RIG_H
#define TESTS_TRACKS_RIG_H

#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/form_rig.h"

enum { CAMERA = 2, VOICE = 1, OTHER = 9, SCREEN = 3 };

extern struct tracks_rig {
	const struct aula_recorder_ops *real; /* of the plugin */
	struct form_media media;
	/* since tracks_make() */
	atomic_int n_written, n_tracks, n_refused, n_ended, n_keys, n_done, n_at_gate;
	struct recording_result results[8];
	atomic_int write_fails, gate; /* while `gate` none is written */
	int sent;                     /* that must be written */
} tracks;

/* False: this machine has no judges. */
bool tracks_setup(void);
void tracks_teardown(void);

struct recorder *tracks_make(void);
/* Recording 1, of "tracks" alone. */
void tracks_begin(struct recorder *r, const char *name);
void tracks_comes(struct recorder *r, uint32_t source, uint32_t from, const char *owner,
		  const char *name);
/* Waits until there are so many of what is counted. */
void tracks_until(atomic_int *n, int want);
/* Ends it: it went well. */
void tracks_over(struct recorder *r);

/* A member's clock has another zero than ours, and packets take their time. */
struct tracks_sender {
	struct recorder *r;
	uint32_t source;
	int64_t zero_us;
};
void tracks_give(struct tracks_sender *s, struct au *au, int64_t t_us, int64_t late_us);
struct au *tracks_vp8(bool key, uint16_t w_px);
/* Of `from` to `to`: pictures each 100 ms, the first a key frame; sound each 20 ms, which
 * a network delivers with some jitter. Waits until all of it is written. */
void tracks_talk(struct tracks_sender *camera, struct tracks_sender *voice,
		 int64_t from_us, int64_t to_us);

/* What the folder of a recording says is in it. */
cJSON *tracks_listed(const char *name);
void tracks_has(const cJSON *list, int i, const char *key, const char *want);
double tracks_number(const cJSON *list, int i, const char *key);
int tracks_count(const cJSON *list);
/* Track `i` of the last list decodes, begins and ends there (s), and the list says so. */
void tracks_plays(const cJSON *list, int i, double from, double to);
/* Removes the folder. */
void tracks_gone(const char *name);

#endif
