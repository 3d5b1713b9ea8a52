#include "mcu/clip.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/deck.h"
#include "mcu/happenings.h"
#include "mcu/ids.h"
#include "mcu/member.h"
#include "mcu/notice_deck.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mixer/aworker.h"
#include "mixer/vworker.h"
#include "slides/projector.h"

_Static_assert(AWORKER_BLOCK == REEL_BLOCK, "a piece of sound is what a voice takes");

/* ---- what the projector says, on its thread ---------------------------------- */

static void on_picture(void *ctx, uint32_t id, struct leaf *leaf, uint16_t rotation_deg)
{
	struct server *server = ctx;
	struct picture *picture = deck_picture(leaf, rotation_deg);

	if (!picture || vworker_source_put(server->vworker, id, picture))
		count_add(COUNT_REJECT_QUEUE, 1); /* one picture less */
}

static void on_sound(void *ctx, uint32_t id, int64_t due_us,
		     const int16_t pcm[REEL_BLOCK])
{
	struct server *server = ctx;

	if (aworker_voice_put(server->aworker, id, due_us, pcm))
		count_add(COUNT_REJECT_QUEUE, 1);
}

struct told {
	struct server *server;
	uint32_t id, run, at_ms, length_ms;
	uint16_t w_px, h_px;
	bool playing, ended;
	uint8_t fault;
};

static void state_came(void *note)
{
	const struct told *told = note;
	struct room *room;
	struct room_decks *decks;

	thread_claim(&on_ctl);
	room = told->server->draining ? NULL
				      : room_by_number(told->server, id_base(told->id));
	decks = room ? &room->decks : NULL;
	if (!decks || !decks->clip.run || decks->clip.run != told->run)
		return; /* of one before */
	if (told->ended) {
		if (told->fault)
			log_warn("clip_ended", "room=%s deck=%s why=%s", room->row.id,
				 decks->shown->row.id,
				 sheet_fault_name((enum sheet_fault)told->fault));
		clip_stop(room);
		return;
	}
	decks->clip.playing = told->playing;
	decks->clip.at_ms = told->at_ms;
	decks->clip.length_ms = told->length_ms;
	decks->clip.told_us = clock_us();
	notice_clip(room);
	if (decks->w_px == told->w_px && decks->h_px == told->h_px)
		return;
	decks->w_px = told->w_px;
	decks->h_px = told->h_px;
	programme_arrange(room);
}

static void on_state(void *ctx, const struct projector_state *state)
{
	struct server *server = ctx;
	const struct told told = {.server = server,
				  .id = state->id,
				  .run = state->run,
				  .at_ms = state->at_ms,
				  .length_ms = state->length_ms,
				  .w_px = state->w_px,
				  .h_px = state->h_px,
				  .playing = state->playing,
				  .ended = state->ended,
				  .fault = (uint8_t)state->fault};

	_Static_assert(sizeof(told) <= 40, "it is a note");
	if (loop_note(server->loop, state_came, &told, sizeof(told), true))
		count_add(COUNT_REJECT_QUEUE, 1);
}

int clips_start(struct server *server)
{
	const struct projector_events events = {server, on_picture, on_sound, on_state};
	char reader[SHELF_PATH];

	deck_reader(server->conf, reader);
	return projector_create(&server->projector, reader, &events);
}

void clips_stop(struct server *server)
{
	projector_destroy(server->projector);
	server->projector = NULL;
}

/* ---- asked for ---------------------------------------------------------------- */

uint32_t clip_at_ms(const struct room *room)
{
	const struct room_clip *clip = &room->decks.clip;
	int64_t at_ms = clip->at_ms;

	if (clip->playing)
		at_ms += (clock_us() - clip->told_us) / 1000;
	if (clip->length_ms && at_ms > clip->length_ms)
		at_ms = clip->length_ms;
	return (uint32_t)at_ms;
}

/* A run of its own of what is shown. */
static const char *run_from(struct room *room, uint32_t at_ms, bool paused)
	RUNS_ON(on_ctl)
{
	struct server *server = room->server;
	struct room_clip *clip = &room->decks.clip;
	char source[SHELF_PATH];

	deck_path(server, room->decks.shown->row.id, 1, "src", source);
	if (projector_play(server->projector, room->base + ID_CLIP, server->clip_runs + 1,
			   source, at_ms, paused))
		return "no_resources";
	clip->run = ++server->clip_runs;
	clip->playing = false; /* until its first picture is there */
	clip->at_ms = at_ms;
	return NULL;
}

/* Its place in the picture and in the sound. */
static int open_place(const struct room *room) RUNS_ON(on_ctl)
{
	struct server *server = room->server;
	uint32_t id = room->base + ID_CLIP;
	int err = vworker_source_open(server->vworker, id);

	if (err)
		return err;
	err = aworker_voice_open(server->aworker, room->base + ID_MIX, id, 0);
	if (err)
		vworker_source_close(server->vworker, id);
	return err;
}

static void close_place(const struct room *room) RUNS_ON(on_ctl)
{
	vworker_source_close(room->server->vworker, room->base + ID_CLIP);
	aworker_voice_close(room->server->aworker, room->base + ID_CLIP);
}

void clip_close(struct room *room)
{
	struct room_decks *decks = &room->decks;

	if (!decks->clip.run)
		return;
	projector_stop(room->server->projector, room->base + ID_CLIP);
	close_place(room);
	room->server->n_clips--;
	decks->clip = (struct room_clip){.run = 0};
	decks->shown = NULL;
	decks->by = 0;
	decks->w_px = decks->h_px = 0;
}

void clip_stop(struct room *room)
{
	if (!room->decks.clip.run)
		return;
	clip_close(room);
	notice_clip(room);
	programme_arrange(room);
}

const char *clip_play(struct room *room, struct deck *deck, uint32_t at_ms,
		      const struct member *by)
{
	struct room_decks *decks = &room->decks;
	const char *code;

	if (!room->media)
		return "no_resources";
	if (!decks->clip.run && room->server->n_clips == LIMIT_CLIPS)
		return "clip_busy";
	deck_hide(room); /* or the clip before */
	deck_screen_off(room);
	if (open_place(room))
		return "no_resources";
	decks->shown = deck;
	decks->by = by->room == room ? by->base : 0; /* nobody of the class */
	decks->staff = policy_staff(by->role);
	decks->fault = SHEET_FINE;
	code = run_from(room, at_ms, false);
	if (code) {
		close_place(room);
		decks->shown = NULL;
		decks->by = 0;
		return code;
	}
	room->server->n_clips++;
	log_info("clip_played", "room=%s deck=%s", room->row.id, deck->row.id);
	notice_clip(room);
	happenings_look(room);
	return NULL;
}

void clip_pause(struct room *room, bool on)
{
	projector_pause(room->server->projector, room->base + ID_CLIP, on);
}

const char *clip_seek(struct room *room, uint32_t at_ms)
{
	const struct room_clip *clip = &room->decks.clip;
	bool paused = clip->length_ms && !clip->playing;

	if (clip->length_ms && at_ms > clip->length_ms)
		at_ms = clip->length_ms;
	return run_from(room, at_ms, paused);
}
