#include "recorder/sheet.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_US   (2 * SEC_US) /* what a power cut may cost */
#define DISK_US   (1 * SEC_US)
#define BEFORE_US (200 * MS_US) /* sound that may come after its picture */
#define PARTS_MAX 2000

void sheet_init(struct sheet *sheet, const struct rec_env *env,
		const struct recording_conf *conf, uint32_t index)
{
	const struct recording_edition *e = &conf->editions[index];

	sheet->store = store_get(env->store);
	sheet->ops = *env->editions[e->edition].ops;
	sheet->conf = *e;
	sheet->id = conf->id;
	memcpy(sheet->name, conf->name, sizeof(sheet->name));
	sheet->reserve_bytes = env->reserve_bytes;
	/* without join() they would stay so many files */
	if (sheet->ops.join && !sheet->ops.change)
		sheet->part_us = env->part_us;
	sheet->last_us = -1;
}

static void let_go_of_held(struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->n_held; i++)
		au_put(sheet->held[i].au);
	sheet->n_held = 0;
}

void sheet_fini(struct sheet *sheet)
{
	let_go_of_held(sheet);
	sheet_tracks_fini(sheet);
	part_put(sheet->part);
	part_put(sheet->closed.part);
	store_put(sheet->store);
}

void sheet_fail(struct sheet *sheet, int err)
{
	if (!sheet->err)
		sheet->err = err;
}

struct part *sheet_part(const struct sheet *sheet)
{
	return sheet->part;
}

int64_t sheet_end_us(const struct sheet *sheet)
{
	return sheet->end_us;
}

static bool remote(const struct sheet *sheet)
{
	return sheet->ops.flags & AULA_RECORDER_REMOTE;
}

/* ---- a part begins ------------------------------------------------------------------
 */

static int disk_full(const struct sheet *sheet)
{
	int64_t left = store_free_bytes(sheet->store);

	if (left < 0)
		return (int)left;
	return (uint64_t)left < sheet->reserve_bytes ? -ENOSPC : 0;
}

/* No pre-skip: the units come from an encoder that runs already, and their times say
 * where they belong. */
void sheet_opus_head(uint8_t out[SHEET_OPUS_HEAD], uint32_t n_channels)
{
	static const uint8_t mono[SHEET_OPUS_HEAD] = {
		'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 1, 0, 0, 0x80, 0xbb};

	memcpy(out, mono, sizeof(mono));
	out[9] = (uint8_t)n_channels;
}

static struct aula_track video_track(const struct sheet *sheet)
{
	struct aula_track track = {
		.size = sizeof(track),
		.kind = AULA_TRACK_VIDEO,
		.w_px = sheet->w_px,
		.h_px = sheet->h_px,
		.config = sheet->sets_len ? sheet->sets : NULL,
		.config_len = (uint32_t)sheet->sets_len,
	};
	const char *codec = sheet->ops.video ? sheet->ops.video : "h264";

	memcpy(track.codec, codec, strnlen(codec, sizeof(track.codec) - 1));
	return track;
}

static int plugin_open(struct sheet *sheet)
{
	bool senders = sheet->ops.flags & AULA_RECORDER_TRACKS;
	uint8_t opus_head[SHEET_OPUS_HEAD];
	const struct aula_track video = video_track(sheet);
	const struct aula_track sound = {
		.size = sizeof(sound),
		.kind = AULA_TRACK_AUDIO,
		.codec = "opus",
		.rate_hz = 48000,
		.n_channels = 1,
		.config = opus_head,
		.config_len = sizeof(opus_head),
	};
	const struct aula_track *const tracks[] = {&video, &sound};
	const struct aula_start start = {
		.size = sizeof(start),
		.path = sheet->part ? part_path(sheet->part) : NULL,
		.tracks = sheet->conf.video ? tracks : tracks + 1,
		.n_tracks = senders             ? 0
			    : sheet->conf.video ? 2
						: 1,
		.target = remote(sheet) ? sheet->conf.target : NULL,
		.target_listed = sheet->conf.target_listed,
	};

	sheet_opus_head(opus_head, 1);
	if (sheet->ops.start)
		return sheet->ops.start(&sheet->self, &start);
	return sheet->ops.open(&sheet->self, start.path, start.tracks, start.n_tracks);
}

static int part_make(struct sheet *sheet, int64_t at_us)
{
	int err;

	if (remote(sheet))
		return 0;
	err = disk_full(sheet);
	if (err)
		return err;
	return part_create(&sheet->part, sheet->store, sheet->name, sheet->conf.edition,
			   sheet->n_parts ? at_us : -1);
}

static void part_begin(struct sheet *sheet, int64_t at_us)
{
	int err = sheet->n_parts == PARTS_MAX ? -E2BIG : part_make(sheet, at_us);

	if (!err)
		err = plugin_open(sheet);
	if (err) {
		if (sheet->part)
			part_set_aside(sheet->part);
		part_put(sheet->part);
		sheet->part = NULL;
		sheet_fail(sheet, err);
		return;
	}
	sheet->open = true;
	sheet->n_parts++;
	sheet->n_in_part = 0;
	sheet->zero_us = sheet->part_end_us = at_us;
	sheet->sync_us = clock_us() + SYNC_US;
}

/* ---- and ends ------------------------------------------------------------------------
 */

static void part_end(struct sheet *sheet)
{
	int err = sheet->ops.close(sheet->self);

	sheet->open = false;
	if (err) {
		count_add(COUNT_PLUGIN_ERRORS, 1);
		sheet_fail(sheet, err > 0 ? -EPROTO : err);
	}
	if (!sheet->part)
		return;
	if (sheet->n_in_part && part_bytes(sheet->part) == 0) {
		log_warn("recording_empty",
			 "id=%u path=%s hint=\"its recorder took all "
			 "and wrote nothing\"",
			 sheet->id, part_path(sheet->part));
		sheet_fail(sheet, -EPROTO);
	}
	sheet->closed = (struct reel_piece){sheet->part, sheet->zero_us,
					    sheet->part_end_us - sheet->zero_us};
	sheet->part = NULL;
}

bool sheet_piece(struct sheet *sheet, struct reel_piece *out)
{
	if (!sheet->closed.part)
		return false;
	*out = sheet->closed;
	sheet->closed.part = NULL;
	return true;
}

void sheet_close(struct sheet *sheet)
{
	if (sheet->open)
		part_end(sheet);
	else if (!sheet->n_parts)
		sheet_fail(sheet, -ENODATA);
	let_go_of_held(sheet);
}

/* ---- units ---------------------------------------------------------------------------
 */

void sheet_begin(struct sheet *sheet)
{
	part_begin(sheet, 0);
}

void sheet_write(struct sheet *sheet, const struct au *au, struct aula_packet *packet,
		 int64_t at_us)
{
	bool sound = au->codec == CODEC_OPUS;
	int64_t pts_us = at_us - sheet->zero_us, end_us = at_us + packet->duration_us;
	int err;

	packet->size = sizeof(*packet);
	packet->flags = au->flags & AU_KEY || sound ? AULA_PACKET_KEY : 0;
	packet->pts_us = pts_us > 0 ? pts_us : 0;
	packet->data = au->data;
	packet->len = au->len;
	if (sheet->err)
		return;
	err = sheet->ops.write(sheet->self, packet);
	if (err) {
		count_add(COUNT_PLUGIN_ERRORS, 1);
		sheet_fail(sheet, err > 0 ? -EPROTO : err);
		return;
	}
	if (sheet->part) /* what is sent fills no disk */
		count_add(COUNT_REC_BYTES, (int64_t)au->len);
	sheet->n_written++;
	sheet->n_in_part++;
	if (sound)
		sheet->sound_us = end_us;
	if (end_us > sheet->part_end_us)
		sheet->part_end_us = end_us;
	if (end_us > sheet->end_us)
		sheet->end_us = end_us;
}

static void write_unit(struct sheet *sheet, const struct au *au, int64_t at_us)
{
	struct aula_packet packet = {
		.track = sheet->conf.video && au->codec == CODEC_OPUS,
		.duration_us = au->duration_us,
	};

	sheet_write(sheet, au, &packet, at_us);
}

static void hold(struct sheet *sheet, struct au *au, int64_t at_us)
{
	if (sheet->n_held == SHEET_HELD_MAX) {
		au_put(sheet->held[0].au);
		memmove(sheet->held, sheet->held + 1,
			(SHEET_HELD_MAX - 1) * sizeof(sheet->held[0]));
		sheet->n_held--;
	}
	sheet->held[sheet->n_held].au = au_get(au);
	sheet->held[sheet->n_held++].at_us = at_us;
}

/* Keeps what the key frame says of the pictures from it on. 1: it is something else than
 * before; -EBADMSG: it cannot be decoded by itself, whatever it says. */
static int look(struct sheet *sheet, const struct au *au)
{
	uint16_t w_px = au->w_px && au->h_px ? au->w_px : sheet->conf.w_px;
	uint16_t h_px = au->w_px && au->h_px ? au->h_px : sheet->conf.h_px;
	uint8_t sets[ANNEXB_SETS_MAX];
	int len = 0, changed;

	if (au->codec == CODEC_H264)
		len = annexb_sets(au->data, au->len, sets);
	if (len < 0) {
		log_warn("recording_key_frame", "id=%u err=%d", sheet->id, len);
		return -EBADMSG;
	}
	changed = w_px != sheet->w_px || h_px != sheet->h_px || len != sheet->sets_len ||
		  memcmp(sets, sheet->sets, (size_t)len) != 0;
	sheet->w_px = w_px;
	sheet->h_px = h_px;
	sheet->sets_len = len;
	memcpy(sheet->sets, sets, (size_t)len);
	return changed;
}

static bool part_due(const struct sheet *sheet, int64_t at_us)
{
	return sheet->part_us && at_us - sheet->zero_us >= sheet->part_us;
}

/* Of the next part: sound that ends before this picture, but is not yet here up to it,
 * must have a place in it. */
static int64_t next_zero(const struct sheet *sheet, int64_t at_us)
{
	bool behind = sheet->sound_us < at_us && sheet->sound_us > sheet->zero_us &&
		      at_us - sheet->sound_us <= BEFORE_US;

	return behind ? sheet->sound_us : at_us;
}

static void part_next(struct sheet *sheet, int64_t zero_us)
{
	part_end(sheet);
	if (!sheet->err)
		part_begin(sheet, zero_us);
}

/* A key frame while it is open. */
static void key_frame(struct sheet *sheet, const struct au *au, int64_t at_us)
{
	int changed = look(sheet, au), err;

	if (changed == 1 && sheet->ops.change) {
		const struct aula_track track = video_track(sheet);

		err = sheet->ops.change(sheet->self, 0, &track);
		if (err)
			count_add(COUNT_PLUGIN_ERRORS, 1);
		sheet_fail(sheet, err > 0 ? -EPROTO : err);
	} else if (changed == 1 || (!changed && part_due(sheet, at_us))) {
		part_next(sheet, next_zero(sheet, at_us));
	}
}

/* The first one stands from the beginning, so that all editions have one clock. */
static void first_picture(struct sheet *sheet, const struct au *au)
{
	if (!(au->flags & AU_KEY) || look(sheet, au) < 0)
		return;
	part_begin(sheet, 0);
	if (!sheet->open)
		return;
	sheet->last_us = 0;
	write_unit(sheet, au, 0);
	for (uint32_t i = 0; i < sheet->n_held; i++)
		write_unit(sheet, sheet->held[i].au, sheet->held[i].at_us);
	let_go_of_held(sheet);
}

static void picture(struct sheet *sheet, const struct au *au, int64_t at_us)
{
	if (!sheet->open) {
		first_picture(sheet, au);
		return;
	}
	if (at_us <= sheet->last_us)
		at_us = sheet->last_us + 1;
	if (au->flags & AU_KEY)
		key_frame(sheet, au, at_us);
	if (!sheet->open)
		return;
	sheet->last_us = at_us;
	write_unit(sheet, au, at_us);
}

static void sound(struct sheet *sheet, struct au *au, int64_t at_us)
{
	if (!sheet->open && sheet->conf.video) {
		hold(sheet, au, at_us);
		return;
	}
	if (!sheet->open)
		part_begin(sheet, 0);
	else if (!sheet->conf.video && part_due(sheet, at_us))
		part_next(sheet, at_us);
	if (sheet->open)
		write_unit(sheet, au, at_us);
}

void sheet_unit(struct sheet *sheet, struct au *au, int64_t at_us)
{
	if (sheet->err)
		return;
	if (au->codec == CODEC_OPUS)
		sound(sheet, au, at_us);
	else
		picture(sheet, au, at_us);
}

void sheet_tick(struct sheet *sheet)
{
	int64_t now_us = clock_us();

	if (sheet->err || !sheet->part || now_us < sheet->disk_us)
		return;
	sheet->disk_us = now_us + DISK_US;
	sheet_fail(sheet, disk_full(sheet));
}

bool sheet_sync_due(struct sheet *sheet)
{
	int64_t now_us = clock_us();

	if (sheet->err || !sheet->part || now_us < sheet->sync_us)
		return false;
	sheet->sync_us = now_us + SYNC_US;
	return true;
}
