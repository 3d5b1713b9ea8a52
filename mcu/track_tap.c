#include "mcu/track_tap.h"

#include <stdio.h>

#include "base/log.h"
#include "mcu/editions.h"
#include "mcu/ids.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "recorder/recorder.h"

static const uint32_t parts[] = {ID_VOICE, ID_CAMERA, ID_SCREEN};

#define EACH_PART(part) \
	for (size_t i_ = 0; i_ < sizeof(parts) / sizeof(parts[0]); i_++) \
		for (uint32_t part = parts[i_]; part; part = 0)

/* Such an edition runs, paused or not. */
static bool kept(const struct room *room)
{
	return room->recording && room->editions & EDITION_BIT(EDITION_TRACKS);
}

static bool sends(const struct member *member, uint32_t part)
{
	switch (part) {
	case ID_VOICE:
		return member->mic;
	case ID_CAMERA:
		return member->cam;
	default:
		return member->screen;
	}
}

/* What the recorder was told of it in this recording, a bit for each part. */
static uint32_t *told(struct member *member)
{
	if (member->tracks_of != member->room->take) {
		member->tracks_of = member->room->take;
		member->tracks = 0;
	}
	return &member->tracks;
}

static void tap(const struct member *member, uint32_t part, bool on) RUNS_ON(on_ctl)
{
	struct server *server = member->server;
	uint32_t to = on ? member->room->base + ID_RECORDING : 0;

	if (part == ID_VOICE)
		aworker_voice_tap(server->aworker, member->base + part, to);
	else
		vworker_source_tap(server->vworker, member->base + part, to);
}

static int tell(const struct member *member, uint32_t part) RUNS_ON(on_ctl)
{
	struct recording_sender sender = {
		.source = member->base + part,
		.from = part == ID_VOICE    ? AULA_FROM_VOICE
			: part == ID_CAMERA ? AULA_FROM_CAMERA
					    : AULA_FROM_SCREEN,
	};

	member_id(member, sender.owner);
	snprintf(sender.name, sizeof(sender.name), "%s", member->name);
	return recorder_sender(member->server->recorder,
			       member->room->base + ID_RECORDING, &sender);
}

void track_tap_on(struct member *member, uint32_t part)
{
	uint32_t bit = 1u << part;
	int err;

	if (!kept(member->room))
		return;
	if (!(*told(member) & bit)) {
		err = tell(member, part);
		if (err) {
			log_warn("track_not_begun", "member=%u err=%d",
				 member->base / ID_BLOCK, err);
			return;
		}
		*told(member) |= bit;
	}
	if (!member->room->recording_paused)
		tap(member, part, true);
}

void track_tap_off(struct member *member, uint32_t part)
{
	uint32_t bit = 1u << part;

	if (!kept(member->room) || !(*told(member) & bit))
		return;
	*told(member) &= ~bit;
	tap(member, part, false);
	if (recorder_sender_gone(member->server->recorder,
				 member->room->base + ID_RECORDING, member->base + part))
		log_debug("track_not_ended", "member=%u", member->base / ID_BLOCK);
}

void track_tap_enter(struct member *member)
{
	EACH_PART(part)
	if (sends(member, part))
		track_tap_on(member, part);
}

void track_tap_leave(struct member *member)
{
	EACH_PART(part)
	track_tap_off(member, part);
}

/* In a pause the recorder goes on knowing them: what comes after it is the same track. */
static void halt(struct member *member) RUNS_ON(on_ctl)
{
	EACH_PART(part)
	if (*told(member) & 1u << part)
		tap(member, part, false);
}

void track_tap_room(struct room *room, bool on)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		if (on)
			track_tap_enter(room->members[i]);
		else
			halt(room->members[i]);
	}
}
