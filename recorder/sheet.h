/* sheet.h - what one edition of a recording writes: the plugin, the part that grows, and
 * when another one begins. On the thread of its scribe, and nothing of it is shared: all
 * may block.
 */
#ifndef RECORDER_SHEET_H
#define RECORDER_SHEET_H

#include "base/au.h"
#include "base/limits.h"
#include "recorder/annexb.h"
#include "recorder/env.h"
#include "recorder/reel.h"
#include "recorder/sender.h"

#include <stdbool.h>
#include <stdint.h>

#define SHEET_HELD_MAX 256 /* sound units; the oldest goes when full */

struct sheet {
	struct store *store;          /* counted */
	struct aula_recorder_ops ops; /* the recorder may be gone while they run */
	struct recording_edition conf;
	uint32_t id;
	char name[RECORDING_NAME_MAX + 1];
	uint64_t reserve_bytes;
	int64_t part_us; /* 0: parts are of any length */

	int err;    /* nothing is written any more; the first stays */
	void *self; /* of the plugin; valid while `open` */
	bool open;
	struct part *part;        /* of the plugin; NULL: it is sent away */
	struct reel_piece closed; /* to be given away; without a part: there is none */
	uint32_t n_parts;
	uint64_t n_written, n_in_part;
	/* In the recording: of this part its zero and its end, the end of all, where the
	 * last picture began, where the last sound ended. */
	int64_t zero_us, part_end_us, end_us, last_us, sound_us;
	int64_t disk_us, sync_us; /* clock_us() of the next looks */
	/* How the pictures are since the last key frame that said it. */
	uint8_t sets[ANNEXB_SETS_MAX];
	int sets_len;
	uint16_t w_px, h_px;
	/* Sound that came before the first picture, and the times in the recording. */
	struct {
		struct au *au;
		int64_t at_us;
	} held[SHEET_HELD_MAX];
	uint32_t n_held;
	/* Of those who send: see sheet_tracks.c. */
	struct sheet_track *tracks[LIMIT_TRACKS];
	uint32_t n_tracks, n_track_files; /* that run; in all */
	struct sheet_owner *owners;       /* who had one, or tried */
	uint32_t n_owners;
};

void sheet_init(struct sheet *sheet, const struct rec_env *env,
		const struct recording_conf *conf, uint32_t index);
/* Also of one that was left behind within a call. */
void sheet_fini(struct sheet *sheet);

void sheet_unit(struct sheet *sheet, struct au *au, int64_t at_us);
/* What a member sends, in an edition that keeps that: each is a track of its own. NULL:
 * it has ended. Policy when LIMIT_TRACKS are written already: one that had nothing for
 * 10 s ends, or the unit is dropped. When all had LIMIT_TRACK_FILES, what would be
 * another one is left out. One member has of each kind, voice, camera and screen,
 * LIMIT_OWNER_FILES (tries count, too) and gets one more each LIMIT_OWNER_SEC: what would
 * be another one is left out until then, pictures up to the key frame after that. Who had
 * LIMIT_OWNER_SHARE of all kinds gets none once half of all are used, so that a bad one
 * costs nobody else anything. It is logged once of each owner. */
void sheet_sender(struct sheet *sheet, struct sender *sender, struct au *au,
		  int64_t at_us);
void sheet_tracks_fini(struct sheet *sheet);
/* For sheet_tracks.c: the part that all of them are in, and a packet of one. */
void sheet_begin(struct sheet *sheet);
void sheet_write(struct sheet *sheet, const struct au *au, struct aula_packet *packet,
		 int64_t at_us);
/* OpusHead, RFC 7845, 5.1. */
#define SHEET_OPUS_HEAD 19
void sheet_opus_head(uint8_t out[SHEET_OPUS_HEAD], uint32_t n_channels);

/* Each second: looks at what is free. */
void sheet_tick(struct sheet *sheet);
bool sheet_sync_due(struct sheet *sheet);
void sheet_close(struct sheet *sheet);
void sheet_fail(struct sheet *sheet, int err); /* 0 is none */

struct part *sheet_part(const struct sheet *sheet);
int64_t sheet_end_us(const struct sheet *sheet);
/* Gives the part away that was closed, if there is one. After each unit, and the end. */
bool sheet_piece(struct sheet *sheet, struct reel_piece *out);

#endif
