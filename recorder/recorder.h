/* recorder.h - recordings: a rung's units and the listeners' mix into files,
 * on the record thread, by a recorder plugin. Media never waits for it: each
 * recording has a queue of 2 s or 16 MiB (policy when full: the recording is
 * ended with -EOVERFLOW and stays playable up to there).
 *
 * Files of <dir>: <name>.part.<ext> while it runs, <name>.<ext> when finished,
 * <name>.broken.<ext> when nothing could be rescued from a part.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "base/attr.h"
#include "base/au.h"
#include "plugins/aula_plugin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder;

#define RECORDING_NAME_MAX 63 /* [a-z0-9-]+ */

struct recording_result {
	uint32_t id; /* 0 for one that was rescued */
	char name[RECORDING_NAME_MAX + 1];
	char path[512];
	/* 0, or why it ended early: -ENOSPC, -EIO, -EOVERFLOW (too slow), -EEXIST
	 * (the name was used before), -ENODATA (there never was a key frame),
	 * -EBADMSG (nothing could be rescued). There is a file at `path`, whole
	 * up to there, when `bytes` is not 0.
	 * Of a rescue also: -ENOENT (there is no file of this name), -EBUSY
	 * (another server works on it until now), -EALREADY (another server
	 * has finished it meanwhile), and why it could not be opened. */
	int err;
	bool interrupted; /* rescued: the server had died */
	uint64_t bytes;
	int64_t duration_ms;
};

/* Called on a record thread: post and return. */
struct recorder_events {
	void *ctx;
	void (*started)(void *ctx, uint32_t id); /* the first key frame was written */
	/* Exactly one for each recorder_start() that returned 0. */
	void (*done)(void *ctx, const struct recording_result *result);
};

struct recorder_conf {
	const char *dir;                     /* made when missing, 0700 */
	uint64_t reserve_bytes;              /* stop when less is free on the disk */
	const struct aula_recorder_ops *ops; /* must live as long as the recorder */
};

int recorder_create(struct recorder **out, const struct recorder_conf *conf,
		    const struct recorder_events *events) AULA_MUST_CHECK;
/* Ends all recordings, finishes them, waits. NULL is accepted. */
void recorder_destroy(struct recorder *r);

/* ANY_THREAD, posts. Finds parts of a server that died and finishes them: one
 * done event for each name, with `interrupted`, also for what cannot be rescued. A
 * part that another server holds, or may be making right now, is looked at again
 * every 5 s; those still held when the recorder is destroyed are told then. */
int recorder_recover(struct recorder *r) AULA_MUST_CHECK;
/* ANY_THREAD, posts. The same for one name: there is a done event also without a
 * part. Its `bytes` are those of the finished file when that is there already,
 * the duration is then unknown (0). -EINVAL: a bad name. */
int recorder_rescue(struct recorder *r, const char *name) AULA_MUST_CHECK;

/* ANY_THREAD, posts. Removes all files of the name, then calls done(ctx, err) on
 * a record thread: 0: none is left; -EBUSY: it is being written; or why it could
 * not be removed. When this fails (-EINVAL, -ENOMEM, -ENOBUFS) done is not called. */
int recorder_delete(struct recorder *r, const char *name,
		    void (*done)(void *ctx, int err), void *ctx) AULA_MUST_CHECK;

struct recording_conf {
	uint32_t id;
	char name[RECORDING_NAME_MAX + 1];
	uint16_t w_px, h_px; /* of the video */
};
/* ANY_THREAD. -EINVAL: id 0, no size, or a bad name; -EEXIST: the id runs already
 * (one that was stopped may be used again at once);
 * -EBUSY: LIMIT_RECORDINGS run already. */
int recorder_start(struct recorder *r, const struct recording_conf *conf) AULA_MUST_CHECK;
/* ANY_THREAD. Takes the unit, whatever it returns: H.264 as Annex B, its key
 * frames with SPS and PPS, without pictures out of order; or Opus, one channel;
 * `pts_us` of both by one clock. Video is written from the first key frame on,
 * sound with it. -ENOENT: no such recording; -EOVERFLOW: too slow, it ends. */
int recorder_push(struct recorder *r, uint32_t id, struct au *au);
/* ANY_THREAD. What was pushed before is written. -ENOENT: no such recording. */
int recorder_stop(struct recorder *r, uint32_t id);

#endif
