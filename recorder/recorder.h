/* recorder.h - recordings: rungs' units and the listeners' mix into files, by recorder
 * plugins. A recording is kept in one or several editions at once, each a file of its
 * own: they begin, pause and end together and share one clock; what is pushed is counted,
 * never copied. One that fails, is slow or hangs ends alone.
 *
 * Media never waits for it. Each edition has a thread and a queue of 2 s, 16 MiB or 400
 * units (policy when full: this edition ends with -EOVERFLOW, with all that was queued).
 * A call of a plugin that does not return for 10 s ends its edition with -ETIMEDOUT; what
 * it wrote is finished once it lets go of that. Finishing has a thread for each edition
 * of the recorder. How the files are called: store.h.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/limits.h"
#include "plugins/aula_plugin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder;

#define RECORDING_NAME_MAX 63 /* [a-z0-9-]+ */
#define EDITION_NAME_MAX   15 /* [a-z]+ */
#define EDITIONS_MAX       10
#define TARGET_MAX         511 /* bytes of a URL */

/* Of one edition of a recording. */
struct recording_result {
	uint32_t id;      /* 0 for one that was rescued */
	uint32_t edition; /* index into recorder_conf.editions */
	char name[RECORDING_NAME_MAX + 1];
	char path[512];
	/* 0, or why it ended early: -ENOSPC, -EIO, -EOVERFLOW (too slow), -EEXIST
	 * (the name was used before), -ENODATA (there never was a key frame),
	 * -EBADMSG (nothing could be rescued), -ETIMEDOUT (its plugin did not come
	 * back), -EPROTO (what its plugin said is not so), -E2BIG (too many parts),
	 * -ENOBUFS (the next start goes on with it). There is a file at `path`, whole
	 * up to there, when `bytes` is not 0. Of one that is sent away there is none,
	 * and no path.
	 * Of a rescue also: -ENOENT (there is no file of this name), -EBUSY
	 * (another server works on it until now), -EALREADY (another server
	 * has finished it meanwhile), and why it could not be opened. */
	int err;
	bool interrupted; /* rescued: the server had died */
	bool empty; /* rescued: nothing had ever been written into it, and it is gone */
	/* No file yet: what is there is kept, and tried again after 10 s to 10 minutes,
	 * or by the next start. */
	bool left;
	bool again;       /* one that was left: its file is there, or another reason */
	bool left_beside; /* of others of its editions that were left more will come */
	uint64_t bytes;
	int64_t duration_ms;
};

/* Called on a record thread: post and return. */
struct recorder_events {
	void *ctx;
	/* The first was written, or the first after a pause: `at_ms` in the recording.
	 * A moment later; of several pauses in that moment each is told. */
	void (*started)(void *ctx, uint32_t id, int64_t at_ms);
	/* Exactly one for each edition of a recorder_start() that returned 0; and of one
	 * that was left, with id 0, more of them, until it is left no more. */
	void (*done)(void *ctx, const struct recording_result *result);
	/* One edition ended early, whether others go on or not: long before its done
	 * event, since no file is finished yet; `bytes` and `duration_ms` are not known.
	 * May be NULL. */
	void (*ended)(void *ctx, const struct recording_result *result);
	/* Of this sender nothing can be written before a key frame: at most once a
	 * second. May be NULL. */
	void (*key_wanted)(void *ctx, uint32_t source);
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
	/* A file is begun anew after that long, at the next key frame, and all of them
	 * joined at the end: what is whole need not be looked at again. 0: never. Only of
	 * plugins that join, and without a change(). */
	int64_t part_us;
};

int recorder_create(struct recorder **out, const struct recorder_conf *conf,
		    const struct recorder_events *events) AULA_MUST_CHECK;
/* Ends all recordings, finishes them, waits: for no call of a plugin longer than 10 s,
 * for what is to be finished a minute. NULL is accepted. */
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
		uint16_t w_px, h_px; /* of the video, unless its units say another */
		/* of one that is sent away, see AULA_RECORDER_REMOTE; else empty */
		char target[TARGET_MAX + 1];
		bool target_listed; /* as in struct aula_start */
	} editions[EDITIONS_MAX];
};
/* ANY_THREAD. -EINVAL: id 0, no edition or one twice, video without a size, or a bad
 * name; -ENOTSUP: an edition that the recorder does not have; -EEXIST: the id runs
 * already (one that was stopped may be used again at once);
 * -EBUSY: LIMIT_RECORDINGS run already. */
int recorder_start(struct recorder *r, const struct recording_conf *conf) AULA_MUST_CHECK;
/* ANY_THREAD. Takes the unit, whatever it returns: H.264 as Annex B, its key
 * frames with SPS and PPS, without pictures out of order; VP8, VP9, AV1 for those whose
 * plugin takes that; or Opus, one channel; `pts_us` of all by one clock. `video` says of
 * which encoder a picture is; sound goes to all editions. The recording begins with the
 * first key frame of any, the first picture of another one stands from there on; without
 * video with the first sound, and so, after 3 s of sound without a key frame, when one of
 * them keeps sound alone. -ENOENT: no such recording; -EOVERFLOW: more waits for the
 * record thread than may (400 units or 16 MiB of one recording), this unit is lost and
 * all its editions end. */
int recorder_push(struct recorder *r, uint32_t id, uint32_t video, struct au *au);
/* ---- editions that keep what members send (AULA_RECORDER_TRACKS) ----------------- */

/* One thing that a member sends. */
struct recording_sender {
	uint32_t source; /* its number, not 0 */
	uint32_t from;   /* AULA_FROM_* */
	char owner[16];  /* the member's id, [a-z0-9]+ */
	char name[LIMIT_NAME_BYTES + 1];
};

/* ANY_THREAD. Units of it may come from now on. One of the same number that was there
 * before ends, and begins anew. -EINVAL, -ENOENT, -ENOMEM, -ENOBUFS. Of the one beyond
 * LIMIT_TRACKS_KNOWN nothing is written. */
int recorder_sender(struct recorder *r, uint32_t id,
		    const struct recording_sender *sender) AULA_MUST_CHECK;
/* ANY_THREAD. It ends: what was pushed before is written. -ENOENT, -ENOBUFS. */
int recorder_sender_gone(struct recorder *r, uint32_t id, uint32_t source);
/* ANY_THREAD. Takes the unit, whatever it returns: as it came, with the time of its
 * arrival; key frames with w_px and h_px. It is no part of what other editions are made
 * of. -ENOENT: no such recording; -EOVERFLOW: more waits than may (4 000 units or 16 MiB
 * of one recording, 8 000 of all): it is dropped, and of all who send pictures in this
 * recording what comes until their next key frame, which is asked for. */
int recorder_push_sender(struct recorder *r, uint32_t id, uint32_t source, struct au *au);

/* ANY_THREAD. Nothing of what is pushed between them is written; the times go on
 * without a gap, from the first key frame after it on. -ENOENT: no such recording;
 * -ENOMEM, -ENOBUFS: it goes on as it was. */
int recorder_pause(struct recorder *r, uint32_t id) AULA_MUST_CHECK;
int recorder_resume(struct recorder *r, uint32_t id) AULA_MUST_CHECK;
/* ANY_THREAD. What was pushed before is written. -ENOENT: no such recording. */
int recorder_stop(struct recorder *r, uint32_t id);

#endif
