#include "recorder/sheet.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_US (10 * SEC_US) /* without a unit: its place may be another's */

/* What one sender's units become: one track of the plugin, then another one when they
 * are something else. */
struct sheet_track {
	struct sender *sender; /* counted */
	bool open;             /* the plugin has it, as `index` */
	int64_t barred_us;     /* as it is now it is left out until then */
	uint32_t index;
	int64_t last_us; /* of the last unit that was written */
	/* What the track is, of pictures. */
	enum codec codec;
	uint16_t w_px, h_px, rotation_deg;
	uint8_t sets[ANNEXB_SETS_MAX];
	int sets_len;
};

/* Whose tracks they are: one member who changes all the time does not take the room of
 * all others. As many as there are members who sent anything that could be a track. */
struct sheet_owner {
	char id[sizeof(((struct recording_sender *)0)->owner)];
	/* Of its voices, cameras and screens: what it had is paid for by then; tries,
	 * too. */
	int64_t paid_us[AULA_FROM_SCREEN];
	uint32_t n_files; /* of all kinds */
	bool told;        /* that something of it is left out */
};

#define OWNERS_STEP 64
#define FILE_US     (LIMIT_OWNER_SEC * SEC_US)

/* ---- which
 * ----------------------------------------------------------------------------- */

static void failed(struct sheet *sheet, int err)
{
	count_add(COUNT_PLUGIN_ERRORS, 1);
	sheet_fail(sheet, err > 0 ? -EPROTO : err);
}

static void close_track(struct sheet *sheet, struct sheet_track *t)
{
	int err;

	if (!t->open)
		return;
	t->open = false;
	if (sheet->err || !sheet->open)
		return;
	err = sheet->ops.track_end(sheet->self, t->index, t->last_us);
	if (err)
		failed(sheet, err);
}

static void remove_track(struct sheet *sheet, uint32_t i)
{
	struct sheet_track *t = sheet->tracks[i];

	close_track(sheet, t);
	sender_put(t->sender);
	free(t);
	sheet->tracks[i] = sheet->tracks[--sheet->n_tracks];
}

void sheet_tracks_fini(struct sheet *sheet)
{
	while (sheet->n_tracks) {
		struct sheet_track *t = sheet->tracks[--sheet->n_tracks];

		sender_put(t->sender);
		free(t);
	}
	free(sheet->owners);
	sheet->owners = NULL;
	sheet->n_owners = 0;
}

/* NULL: no memory. */
static struct sheet_owner *owner_of(struct sheet *sheet, const char *id)
{
	struct sheet_owner *grown;

	for (uint32_t i = 0; i < sheet->n_owners; i++)
		if (strcmp(sheet->owners[i].id, id) == 0)
			return &sheet->owners[i];
	if (sheet->n_owners % OWNERS_STEP == 0) {
		grown = realloc(sheet->owners,
				(sheet->n_owners + OWNERS_STEP) * sizeof(*grown));
		if (!grown)
			return NULL;
		sheet->owners = grown;
	}
	grown = &sheet->owners[sheet->n_owners++];
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->id, sizeof(grown->id), "%s", id);
	return grown;
}

static uint32_t find(const struct sheet *sheet, const struct sender *sender)
{
	uint32_t i = 0;

	while (i < sheet->n_tracks && sheet->tracks[i]->sender != sender)
		i++;
	return i;
}

/* Of the one that has been silent for longest, when that is long enough. */
static bool make_room(struct sheet *sheet, int64_t at_us)
{
	uint32_t oldest = 0;

	if (sheet->n_tracks < LIMIT_TRACKS)
		return true;
	for (uint32_t i = 1; i < sheet->n_tracks; i++)
		if (sheet->tracks[i]->last_us < sheet->tracks[oldest]->last_us)
			oldest = i;
	if (at_us - sheet->tracks[oldest]->last_us < IDLE_US)
		return false;
	remove_track(sheet, oldest);
	return true;
}

/* NULL: it is left out. */
static struct sheet_track *track_of(struct sheet *sheet, struct sender *sender,
				    int64_t at_us)
{
	uint32_t i = find(sheet, sender);
	struct sheet_track *t;

	if (i < sheet->n_tracks)
		return sheet->tracks[i];
	t = make_room(sheet, at_us) ? calloc(1, sizeof(*t)) : NULL;
	if (!t) {
		count_add(COUNT_TRACKS_DROPPED, 1);
		return NULL;
	}
	t->sender = sender_get(sender);
	t->last_us = -1;
	sheet->tracks[sheet->n_tracks++] = t;
	return t;
}

/* ---- what it is
 * ------------------------------------------------------------------------- */

/* Notes what the key frame says of the pictures from it on. 1: it is something else than
 * before; -EBADMSG: it does not say enough. */
static int look(struct sheet_track *t, const struct au *au)
{
	uint8_t sets[ANNEXB_SETS_MAX];
	int len = 0, changed;

	if (au->codec == CODEC_H264)
		len = annexb_sets(au->data, au->len, sets);
	if (len < 0 || !au->w_px || !au->h_px)
		return -EBADMSG;
	changed = au->codec != t->codec || au->w_px != t->w_px || au->h_px != t->h_px ||
		  au->rotation_deg != t->rotation_deg || len != t->sets_len ||
		  memcmp(sets, t->sets, (size_t)len) != 0;
	t->codec = au->codec;
	t->w_px = au->w_px;
	t->h_px = au->h_px;
	t->rotation_deg = au->rotation_deg;
	t->sets_len = len;
	memcpy(t->sets, sets, (size_t)len);
	return changed;
}

static const char *codec_text(enum codec codec)
{
	switch (codec) {
	case CODEC_OPUS:
		return "opus";
	case CODEC_VP8:
		return "vp8";
	case CODEC_VP9:
		return "vp9";
	case CODEC_H264:
		return "h264";
	default:
		return NULL;
	}
}

/* False: there is no word for it. */
static bool describe(const struct sheet_track *t, const struct au *au,
		     uint8_t head[SHEET_OPUS_HEAD], struct aula_track *out)
{
	const char *codec = codec_text(au->codec);

	if (!codec)
		return false;
	*out = (struct aula_track){
		.size = sizeof(*out),
		.kind = AULA_TRACK_VIDEO,
		.w_px = t->w_px,
		.h_px = t->h_px,
		.config = t->sets_len ? t->sets : NULL,
		.config_len = (uint32_t)t->sets_len,
		.owner = t->sender->who.owner,
		.name = t->sender->who.name,
		.from = t->sender->who.from,
		.rotation_deg = t->rotation_deg,
	};
	memcpy(out->codec, codec, strlen(codec));
	if (au->codec != CODEC_OPUS)
		return true;
	out->kind = AULA_TRACK_AUDIO;
	out->rate_hz = 48000;
	out->n_channels = au->data[0] & 4 ? 2 : 1; /* RFC 6716, 3.1 */
	sheet_opus_head(head, out->n_channels);
	out->config = head;
	out->config_len = SHEET_OPUS_HEAD;
	return true;
}

/* Until then, or until it is something else, it is left out. */
static void bar(struct sheet *sheet, struct sheet_track *t, struct sheet_owner *owner,
		const char *why, int64_t until_us)
{
	t->barred_us = until_us;
	count_add(COUNT_TRACKS_BARRED, 1);
	if (owner && !owner->told)
		log_warn("track_left_out", "id=%u owner=%s why=%s", sheet->id, owner->id,
			 why);
	if (owner)
		owner->told = true;
}

/* NULL: it may have one more. Else until when it may not. Pictures change their size by
 * what is asked of them, and who is in and out of groups comes anew, again and again in a
 * long class: what was long ago is forgiven, as long as others find enough. */
static const char *limit_of(const struct sheet *sheet, struct sheet_owner *owner,
			    uint32_t from, int64_t at_us, int64_t *until_us)
{
	int64_t *paid_us;

	*until_us = INT64_MAX;
	if (!owner)
		return "no_memory";
	if (sheet->n_track_files == LIMIT_TRACK_FILES)
		return "too_many";
	if (owner->n_files >= LIMIT_OWNER_SHARE &&
	    sheet->n_track_files >= LIMIT_TRACK_FILES / 2)
		return "too_many_of_one";
	paid_us = &owner->paid_us[from - AULA_FROM_VOICE];
	if (*paid_us < at_us)
		*paid_us = at_us;
	if (*paid_us - at_us > (LIMIT_OWNER_FILES - 1) * FILE_US) {
		*until_us = *paid_us - (LIMIT_OWNER_FILES - 1) * FILE_US;
		return "too_many_of_one";
	}
	*paid_us += FILE_US;
	return NULL;
}

static void open_track(struct sheet *sheet, struct sheet_track *t, const struct au *au,
		       int64_t at_us)
{
	struct sheet_owner *owner = owner_of(sheet, t->sender->who.owner);
	uint8_t head[SHEET_OPUS_HEAD];
	struct aula_track track;
	const char *limit;
	int64_t until_us;
	int err;

	close_track(sheet, t);
	if (!sheet->open && !sheet->err)
		sheet_begin(sheet);
	t->barred_us = 0;
	if (sheet->err)
		return;
	limit = limit_of(sheet, owner, t->sender->who.from, at_us, &until_us);
	if (limit || !describe(t, au, head, &track)) {
		bar(sheet, t, owner, limit ? limit : "codec", until_us);
		return;
	}
	t->index = sheet->n_track_files;
	err = sheet->ops.track(sheet->self, t->index, &track, at_us);
	if (err == -ENOTSUP) {
		bar(sheet, t, owner, track.codec, INT64_MAX);
	} else if (err) {
		failed(sheet, err);
	} else {
		t->open = true;
		sheet->n_track_files++;
		owner->n_files++;
	}
}

/* ---- units
 * ------------------------------------------------------------------------------- */

/* Sees that it has a track that fits the unit. False: there is none. */
static bool fit(struct sheet *sheet, struct sheet_track *t, const struct au *au,
		int64_t at_us)
{
	bool fresh = !t->open && at_us >= t->barred_us;
	int changed = fresh && au->codec == CODEC_OPUS;

	if (au->codec != CODEC_OPUS && au->flags & AU_KEY) {
		changed = look(t, au);
		if (!changed && fresh)
			changed = 1; /* as before, but no track of it is open */
	}
	if (changed < 0)
		close_track(sheet, t); /* what follows leans on a picture nobody knows */
	else if (changed)
		open_track(sheet, t, au, at_us);
	return t->open;
}

static void write_one(struct sheet *sheet, const struct au *au, int64_t at_us,
		      struct sheet_track *t)
{
	struct aula_packet packet = {.track = t->index};

	if (au->codec == CODEC_OPUS)
		packet.duration_us = sender_opus_us(au);
	t->last_us = at_us;
	sheet_write(sheet, au, &packet, at_us);
}

void sheet_sender(struct sheet *sheet, struct sender *sender, struct au *au,
		  int64_t at_us)
{
	struct sheet_track *t;
	uint32_t i;

	if (sheet->err)
		return;
	if (!au) {
		i = find(sheet, sender);
		if (i < sheet->n_tracks)
			remove_track(sheet, i);
		return;
	}
	t = track_of(sheet, sender, at_us);
	if (!t)
		return;
	if (at_us <= t->last_us)
		at_us = t->last_us + 1;
	if (fit(sheet, t, au, at_us))
		write_one(sheet, au, at_us, t);
}
