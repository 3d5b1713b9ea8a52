#include "mcu/programme.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/nets.h"
#include "mcu/notice.h"
#include "mcu/sound.h"
#include "mcu/viewer.h"
#include "plugins/set.h"
#include "transport/net.h"

static int mix_open(struct room *room) RUNS_ON(on_ctl)
{
	const struct ladder *ladder = &room->ladder;
	struct mix_conf mix = {.outlet = sound_outlet(room, 0, 0),
			       .more = sound_outlet(room, 1, 0),
			       .nets = room->nets};

	memcpy(mix.bps, ladder->mix_bps, sizeof(mix.bps));
	return aworker_mix_open(room->server->aworker, room->base + ID_MIX, &mix);
}

/* ---- the net threads it reaches ------------------------------------------------ */

int programme_outlet_open(struct room *room, uint32_t id, enum codec codec)
{
	struct nets *nets = room->server->nets;
	int err = 0;

	for (uint32_t i = 0; i < nets_count(nets) && !err; i++)
		if (room->nets & 1u << i)
			err = net_outlet_open(nets_at(nets, i), id, codec);
	if (err)
		programme_outlet_close(room, id);
	return err;
}

void programme_outlet_close(struct room *room, uint32_t id)
{
	struct nets *nets = room->server->nets;

	for (uint32_t i = 0; i < nets_count(nets); i++)
		if (room->nets & 1u << i)
			net_outlet_close(nets_at(nets, i), id);
}

int programme_reach(struct room *room, uint32_t at)
{
	struct net *net = nets_at(room->server->nets, at);
	int err;

	if (room->nets & 1u << at)
		return 0;
	err = sound_reach(room, net);
	if (err)
		return err;
	rungs_reach(room, net);
	room->nets |= 1u << at;
	aworker_mix_nets(room->server->aworker, room->base + ID_MIX, room->nets);
	rungs_update(room); /* their units go there, too */
	return 0;
}

int programme_open(struct room *room)
{
	int err = pictures_open(room);

	if (err)
		return err;
	err = mix_open(room);
	if (err) {
		pictures_close(room);
		return err;
	}
	memset(room->n_listeners, 0, sizeof(room->n_listeners));
	room->n_baseline = 0;
	room->baseline_us = 0;
	room->media = true;
	decks_open(room);
	return 0;
}

void programme_close(struct room *room)
{
	decks_close(room);
	pictures_close(room);
	aworker_mix_close(room->server->aworker, room->base + ID_MIX);
	sound_close(room);
	room->nets = 0;
	room->media = false;
}

/* Other costs, other wishes; told to those as well whose level stays. NULL: of all
 * pictures. */
static void costs_changed(struct room *room, const struct room_picture *of)
	RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		struct member *member = room->members[i];

		if (of && member->picture != of)
			continue;
		quality_limit(member);
		if (member->quality.on)
			notice_quality(member);
	}
}

/* Those that nobody watches stay as they are; the class's is the one that others look
 * at, to see who is in front of it: it comes first. */
static void arrange(struct room *room) RUNS_ON(on_ctl)
{
	room->dirty = false;
	for (uint32_t i = 0; i < room->n_members; i++)
		room->members[i]->in_picture = false;
	for (uint32_t i = 0; i < room->n_pictures; i++)
		if (picture_lives(room->pictures[i]))
			views_arrange(room->pictures[i]);
	rungs_update(room);
	for (uint32_t i = 0; i < room->n_pictures; i++)
		views_sweep(room->pictures[i]);
	asks_update(room, clock_us());
}

void programme_arrange(struct room *room)
{
	enum content before[PICTURES_MAX];
	uint32_t n = room->n_pictures;

	if (!room->media)
		return;
	for (uint32_t i = 0; i < n; i++)
		before[i] = room->pictures[i]->content;
	arrange(room);
	for (uint32_t i = 0; i < n; i++)
		if (room->pictures[i]->content != before[i])
			costs_changed(room, room->pictures[i]);
}

void programme_retune(struct room *room)
{
	if (!room->media)
		return;
	aworker_mix_rates(room->server->aworker, room->base + ID_MIX,
			  room->ladder.mix_bps);
	arrange(room);
	costs_changed(room, NULL);
}

/* The text of the layout that the room keeps for this picture. */
static char *kept(struct room *room, enum picture_kind kind)
{
	return kind == PICTURE_CLASS ? room->row.layout : room->looks.layout[kind];
}

static uint32_t newest(const struct room *room, enum picture_kind kind)
{
	for (uint32_t i = 0; i < room->n_pictures; i++) {
		const struct room_picture *p = room->pictures[i];

		if (p->key.kind == kind && picture_lives(p) && p->views[0])
			return p->views[0]->generation;
	}
	return 0;
}

void programme_layout_changed(struct room *room)
{
	for (uint32_t i = 0; i < room->n_pictures; i++)
		memset(room->pictures[i]->layout_mark, 0,
		       sizeof(room->pictures[i]->layout_mark));
	programme_arrange(room);
}

int programme_set_layout(struct room *room, enum picture_kind kind, const char *name,
			 uint32_t *generation)
{
	bool usual = !*name && kind != PICTURE_CLASS;
	int err = usual ? 0 : plugin_set_facts(room->server->plugins, name, NULL);

	if (err)
		return err;
	if (strcmp(kept(room, kind), name) != 0) {
		snprintf(kept(room, kind), LIMIT_LAYOUT_TEXT + 1, "%s", name);
		looks_write(&room->looks, room->row.looks);
		if (db_room_put(room->server->db, &room->row))
			log_warn("room_lost", "room=%s", room->row.id);
		programme_layout_changed(room);
	}
	*generation = newest(room, kind);
	return 0;
}

static bool content_due(const struct room *room, int64_t now_us)
{
	for (uint32_t i = 0; i < room->n_pictures; i++)
		if (picture_lives(room->pictures[i]) &&
		    views_content_due(room->pictures[i], now_us))
			return true;
	return false;
}

void programme_tick(struct room *room)
{
	int64_t now_us = clock_us();

	if (!room->media)
		return;
	sound_tick(room);
	viewers_update(room);
	pictures_sweep(room, now_us);
	if (room->dirty || content_due(room, now_us)) {
		programme_arrange(room);
		return;
	}
	rungs_update(room);
	for (uint32_t i = 0; i < room->n_pictures; i++)
		views_sweep(room->pictures[i]);
	asks_update(room, now_us);
}
