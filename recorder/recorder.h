/* recorder.h - recordings: rungs' units and the listeners' mix into files, on the
 * record thread, by recorder plugins. A recording is kept in one or several editions
 * at once, each a file of its own: they begin, pause and end together and share one
 * clock; what is pushed is counted, never copied. One that fails ends alone.
 *
 * Media never waits for it: each recording has a queue of 2 s or 16 MiB (policy when
 * full: the edition that was the slowest ends with -EOVERFLOW, the others have a gap
 * up to the next key frame; alone, or when none was slower than the others together,
 * the whole recording ends. All stays playable up to there).
 *
 * Files of <dir>: <name>.part.<ext> while it runs, <name>.<ext> when finished,
 * <name>.broken.<ext> when nothing could be rescued from a part; but for the first
 * edition with .<edition> behind the name.
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
#define EDITION_NAME_MAX   15 /* [a-z]+ */
#define EDITIONS_MAX       4

/* Of one edition of a recording. */
struct recording_result {
	uint32_t id;      /* 0 for one that was rescued */
	uint32_t edition; /* index into recorder_conf.editions */
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
	/* The first was written, or the first after a pause: `at_ms` in the recording. */
	void (*started)(void *ctx, uint32_t id, int64_t at_ms);
	/* Exactly one for each edition of a recorder_start() that returned 0. */
	void (*done)(void *ctx, const struct recording_result *result);
	/* One edition ended while others go on: long before its done event, since no file
	 * is finished yet; `bytes` and `duration_ms` are not known. When it was too slow,
	 * the others wait for a key frame from here on. May be NULL. */
	void (*ended)(void *ctx, const struct recording_result *result);
};

struct recorder_conf {
	const char *dir;        /* made when missing, 0700 */
	uint64_t reserve_bytes; /* stop when less is free on the disk */
	/* All that a recording may have, also of those that earlier servers left. No two
	 * have both the same name and the same extension. */
	struct recorder_edition {
		char name[EDITION_NAME_MAX + 1];
		/* must live as long as the recorder; NULL: there is no such edition */
		const struct aula_recorder_ops *ops;
	} editions[EDITIONS_MAX];
};

int recorder_create(struct recorder **out, const struct recorder_conf *conf,
		    const struct recorder_events *events) AULA_MUST_CHECK;
/* Ends all recordings, finishes them, waits. NULL is accepted. */
void recorder_destroy(struct recorder *r);

/* ANY_THREAD, posts. Finds parts of a server that died and finishes them: one
 * done event for each part, with `interrupted`, also for what cannot be rescued. A
 * part that another server holds, or may be making right now, is looked at again
 * every 5 s; those still held when the recorder is destroyed are told then. */
int recorder_recover(struct recorder *r) AULA_MUST_CHECK;
/* ANY_THREAD, posts. The same for one name: there is a done event for each edition of
 * the recorder, also without a part. Its `bytes` are those of the finished file when that
 * is there already, the duration is then unknown (0). -EINVAL: a bad name. */
int recorder_rescue(struct recorder *r, const char *name) AULA_MUST_CHECK;

/* ANY_THREAD, posts. Removes all files of the name, then calls done(ctx, err) on
 * a record thread: 0: none is left; -EBUSY: it is being written; or why it could
 * not be removed. When this fails (-EINVAL, -ENOMEM, -ENOBUFS) done is not called. */
int recorder_delete(struct recorder *r, const char *name,
		    void (*done)(void *ctx, int err), void *ctx) AULA_MUST_CHECK;

/* ANY_THREAD, posts. How much is free on the disk of `dir`: done(ctx, bytes) on a record
 * thread, with a negative errno when that is not known. -ENOMEM, -ENOBUFS. */
int recorder_free_bytes(struct recorder *r, void (*done)(void *ctx, int64_t bytes),
			void *ctx) AULA_MUST_CHECK;

struct recording_conf {
	uint32_t id;
	char name[RECORDING_NAME_MAX + 1];
	uint32_t n_editions;
	struct recording_edition {
		uint32_t edition;    /* index into recorder_conf.editions */
		uint32_t video;      /* whose pictures, see recorder_push(); 0: none */
		uint16_t w_px, h_px; /* of the video */
	} editions[EDITIONS_MAX];
};
/* ANY_THREAD. -EINVAL: id 0, no edition or one twice, video without a size, or a bad
 * name; -ENOTSUP: an edition that the recorder does not have; -EEXIST: the id runs
 * already (one that was stopped may be used again at once);
 * -EBUSY: LIMIT_RECORDINGS run already. */
int recorder_start(struct recorder *r, const struct recording_conf *conf) AULA_MUST_CHECK;
/* ANY_THREAD. Takes the unit, whatever it returns: H.264 as Annex B, its key
 * frames with SPS and PPS, without pictures out of order; or Opus, one channel;
 * `pts_us` of all by one clock. `video` says of which encoder a picture is; sound goes
 * to all editions. The recording begins with the first key frame of any, the first
 * picture of another one stands from there on; without video with the first sound.
 * -ENOENT: no such recording; -EOVERFLOW: too slow, this unit is lost. */
int recorder_push(struct recorder *r, uint32_t id, uint32_t video, struct au *au);
/* ANY_THREAD. Nothing of what is pushed between them is written; the times go on
 * without a gap, from the first key frame after it on. -ENOENT: no such recording;
 * -ENOMEM, -ENOBUFS: it goes on as it was. */
int recorder_pause(struct recorder *r, uint32_t id) AULA_MUST_CHECK;
int recorder_resume(struct recorder *r, uint32_t id) AULA_MUST_CHECK;
/* ANY_THREAD. What was pushed before is written. -ENOENT: no such recording. */
int recorder_stop(struct recorder *r, uint32_t id);

#endif
