#include "recorder/recording.h"

#include "base/clock.h"
#include "base/log.h"
#include "recorder/annexb.h"
#include "recorder/crowd.h"
#include "recorder/edition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MAX   64 /* sound units; the oldest goes when full */
#define UNTOLD_MAX 8
#define PICTURE_US (3 * SEC_US) /* of sound, before it begins without a picture */

struct recording {
	struct rec_env *env;
	uint32_t id;
	struct edition *editions[EDITIONS_MAX]; /* NULL: it has ended */
	enum { WAITING, RUNNING, PAUSED } state;
	/* While it runs: the media time of its zero, and where it began or went on. */
	int64_t zero_us, base_us;
	int64_t end_us; /* how far it has come */
	/* Where it began or went on, which is told when a unit of there is written; the
	 * newest ones are forgotten when the disk is behind so many pauses. */
	int64_t untold_us[UNTOLD_MAX];
	uint32_t n_untold;
	/* Sound that came before its picture, which takes longer to encode. */
	struct au *held[HELD_MAX];
	uint32_t n_held;
	int64_t held_us;    /* of the first that was held, though it may be gone */
	struct crowd crowd; /* who sends, for the editions that keep that */
};

#define EACH_EDITION(rec, e) \
	for (uint32_t i_ = 0; i_ < EDITIONS_MAX; i_++) \
		for (struct edition *e = (rec)->editions[i_]; e; e = NULL)

static void let_go_of_held(struct recording *rec)
{
	for (uint32_t i = 0; i < rec->n_held; i++)
		au_put(rec->held[i]);
	rec->n_held = 0;
}

static int editions_create(struct recording *rec, const struct recording_conf *conf)
	RUNS_ON(on_rec)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < conf->n_editions; i++)
		err = edition_create(&rec->editions[i], rec->env, conf, i);
	return err;
}

int recording_create(struct recording **out, struct rec_env *env,
		     const struct recording_conf *conf)
{
	struct recording *rec = calloc(1, sizeof(*rec));

	if (!rec)
		return -ENOMEM;
	rec->env = env;
	rec->id = conf->id;
	if (editions_create(rec, conf)) {
		EACH_EDITION(rec, e)
		edition_drop(e);
		free(rec);
		return -ENOMEM;
	}
	*out = rec;
	return 0;
}

void recording_end(struct recording *rec, int err)
{
	rec->state = PAUSED;
	EACH_EDITION(rec, e)
	edition_end(e, err);
}

uint32_t recording_id(const struct recording *rec)
{
	return rec->id;
}

/* ---- units ---------------------------------------------------------------------- */

static bool wants(const struct recording *rec, uint32_t video, const struct au *au)
	RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_wants(e, video, au))
		return true;
	return false;
}

static bool has_video(const struct recording *rec) RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_has_video(e))
		return true;
	return false;
}

/* Some keep nothing but the sound of the class. */
static bool has_sound(const struct recording *rec) RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_has_sound_alone(e))
		return true;
	return false;
}

/* Once, when something was written: the edition that it began with may have failed. */
static void tell(struct recording *rec) RUNS_ON(on_rec)
{
	int64_t end_us = 0;
	uint32_t n = 0;

	EACH_EDITION(rec, e)
	if (edition_end_us(e) > end_us)
		end_us = edition_end_us(e);
	for (; n < rec->n_untold && rec->untold_us[n] < end_us; n++)
		rec->env->events.started(rec->env->events.ctx, rec->id,
					 rec->untold_us[n] / MS_US);
	rec->n_untold -= n;
	memmove(rec->untold_us, rec->untold_us + n,
		rec->n_untold * sizeof(rec->untold_us[0]));
}

/* To each that wants it. Does not take the unit. */
static void give(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec)
{
	int64_t at_us = au->pts_us - rec->zero_us;

	/* another encoder's key frame may be of the moment before */
	if (au->flags & AU_KEY && au->codec != CODEC_OPUS && at_us < rec->base_us)
		at_us = rec->base_us;
	if (at_us < rec->base_us)
		return;
	EACH_EDITION(rec, e)
	if (edition_wants(e, video, au) && edition_unit(e, au, at_us) &&
	    at_us + au->duration_us > rec->end_us)
		rec->end_us = at_us + au->duration_us;
}

/* Takes the unit. */
static void hold(struct recording *rec, struct au *au)
{
	if (rec->n_held == HELD_MAX) {
		au_put(rec->held[0]);
		memmove(rec->held, rec->held + 1, (HELD_MAX - 1) * sizeof(rec->held[0]));
		rec->n_held--;
	}
	if (rec->n_held == 0)
		rec->held_us = au->pts_us;
	rec->held[rec->n_held++] = au;
}

/* An encoder that gives no key frame costs nobody the sound who keeps that alone. */
static bool sound_begins(const struct recording *rec, const struct au *au) RUNS_ON(on_rec)
{
	if (!has_video(rec))
		return true;
	return rec->n_held && au->pts_us - rec->held_us >= PICTURE_US && has_sound(rec);
}

/* Can the recording begin, or go on, with this one? */
static bool begins(const struct recording *rec, uint32_t video, const struct au *au)
	RUNS_ON(on_rec)
{
	uint8_t sets[ANNEXB_SETS_MAX];

	if (au->codec == CODEC_OPUS)
		return sound_begins(rec, au);
	return au->flags & AU_KEY && wants(rec, video, au) &&
	       (au->codec != CODEC_H264 || annexb_sets(au->data, au->len, sets) >= 0);
}

/* With what is of that time. */
static void begin_at(struct recording *rec, int64_t pts_us) RUNS_ON(on_rec)
{
	rec->base_us = rec->end_us;
	rec->zero_us = pts_us - rec->base_us;
	rec->state = RUNNING;
	if (rec->n_untold < UNTOLD_MAX)
		rec->untold_us[rec->n_untold++] = rec->base_us;
	EACH_EDITION(rec, e)
	edition_watch(e);
}

static void give_held(struct recording *rec) RUNS_ON(on_rec)
{
	for (uint32_t i = 0; i < rec->n_held; i++)
		give(rec, 0, rec->held[i]);
	let_go_of_held(rec);
}

static void begin(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec)
{
	bool sound = au->codec == CODEC_OPUS;

	if (sound && rec->n_held) {
		if (has_video(rec))
			log_warn("recording_without_picture",
				 "id=%u hint=\"there is no key frame; sound is kept\"",
				 rec->id);
		begin_at(rec, rec->held[0]->pts_us);
		give_held(rec);
	} else {
		begin_at(rec, au->pts_us);
	}
	give(rec, video, au);
	give_held(rec);
}

void recording_unit(struct recording *rec, uint32_t video, struct au *au)
{
	if (!wants(rec, video, au) || !au->len || rec->state == PAUSED) {
		au_put(au);
		return;
	}
	if (rec->state == RUNNING) {
		give(rec, video, au);
	} else if (begins(rec, video, au)) {
		begin(rec, video, au);
	} else if (au->codec == CODEC_OPUS) {
		hold(rec, au);
		return;
	}
	au_put(au);
}

/* ---- who sends --------------------------------------------------------------------- */

static bool has_tracks(const struct recording *rec) RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_has_tracks(e))
		return true;
	return false;
}

/* False: not all that keep it could take it. */
static bool give_sender(struct recording *rec, struct sender *sender, struct au *au,
			int64_t at_us) RUNS_ON(on_rec)
{
	bool taken = true;

	EACH_EDITION(rec, e)
	if (edition_has_tracks(e))
		taken &= edition_sender(e, sender, au, at_us);
	return taken;
}

/* Takes the sender; NULL is accepted. */
static void end_sender(struct recording *rec, struct sender *sender) RUNS_ON(on_rec)
{
	/* what the queue has no room for is let go when somebody else needs the place */
	if (sender && !give_sender(rec, sender, NULL, rec->end_us))
		log_debug("track_end_late", "id=%u", rec->id);
	sender_put(sender);
}

void recording_sender(struct recording *rec, struct sender *sender)
{
	uint32_t source = sender->who.source;
	struct sender *before;

	if (!has_tracks(rec)) {
		sender_put(sender);
		return;
	}
	if (crowd_add(&rec->crowd, sender, &before))
		log_warn("track_refused", "id=%u source=%u", rec->id, source);
	end_sender(rec, before);
}

void recording_sender_gone(struct recording *rec, uint32_t source)
{
	end_sender(rec, crowd_remove(&rec->crowd, source));
}

/* A picture of its own begins the recording as the class's does. */
static bool sender_begins(const struct recording *rec, const struct sender *sender)
	RUNS_ON(on_rec)
{
	return !sender_is_voice(sender) || !has_video(rec);
}

static void write_sender(struct recording *rec, struct sender *sender, struct au *au,
			 int64_t pts_us) RUNS_ON(on_rec)
{
	int64_t at_us = pts_us - rec->zero_us;

	if (at_us < rec->base_us && sender_is_voice(sender))
		return;
	if (at_us < rec->base_us)
		at_us = rec->base_us;
	if (!give_sender(rec, sender, au, at_us)) {
		sender_cut(sender);
		return;
	}
	sender->waits = false;
	if (at_us > rec->end_us)
		rec->end_us = at_us;
}

/* Is it written? */
static bool take_sender(struct recording *rec, struct sender *sender, const struct au *au,
			int64_t pts_us, uint32_t gap) RUNS_ON(on_rec)
{
	if (rec->state == PAUSED || !has_tracks(rec) || !sender_takes(sender, au, gap))
		return false;
	if (rec->state == RUNNING)
		return true;
	if (!sender_begins(rec, sender))
		return false;
	begin_at(rec, pts_us);
	return true;
}

void recording_sender_unit(struct recording *rec, uint32_t source, struct au *au,
			   uint32_t gap)
{
	struct sender *sender = crowd_find(&rec->crowd, source);
	int64_t pts_us;

	if (!sender) {
		au_put(au);
		return;
	}
	pts_us = sender_clock_at(&sender->clock, au);
	if (take_sender(rec, sender, au, pts_us, gap))
		write_sender(rec, sender, au, pts_us);
	if (rec->state != PAUSED && rec->env->events.key_wanted &&
	    sender_asks(sender, au->arrival_us))
		rec->env->events.key_wanted(rec->env->events.ctx, source);
	au_put(au);
}

/* ---- what happens to it ---------------------------------------------------------- */

void recording_halt(struct recording *rec)
{
	rec->state = PAUSED;
	let_go_of_held(rec);
	crowd_cut(&rec->crowd);
	EACH_EDITION(rec, e)
	edition_cut(e);
}

void recording_go_on(struct recording *rec)
{
	if (rec->state == PAUSED)
		rec->state = WAITING;
}

bool recording_settle(struct recording *rec)
{
	bool left = false;

	tell(rec);
	EACH_EDITION(rec, e)
	edition_runs(e);
	for (uint32_t i = 0; i < EDITIONS_MAX; i++) {
		struct edition *e = rec->editions[i];

		if (e)
			edition_tell(e);
		if (e && edition_settle(e))
			rec->editions[i] = NULL;
		left |= rec->editions[i] != NULL;
	}
	if (left)
		return true;
	let_go_of_held(rec);
	crowd_fini(&rec->crowd);
	free(rec);
	return false;
}
