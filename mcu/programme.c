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
	int err = views_open(room);

	if (err)
		return err;
	err = mix_open(room);
	if (err) {
		views_close(room);
		return err;
	}
	memset(room->n_listeners, 0, sizeof(room->n_listeners));
	memset(room->rungs, 0, sizeof(room->rungs));
	memset(room->stills, 0, sizeof(room->stills));
	room->n_tall = room->n_baseline = 0;
	room->baseline_us = 0;
	room->content = CONTENT_PEOPLE;
	room->content_us = clock_us() - VIEW_CONTENT_US;
	room->media = true;
	return 0;
}

void programme_close(struct room *room)
{
	stills_close(room);
	rungs_close(room);
	views_close(room);
	aworker_mix_close(room->server->aworker, room->base + ID_MIX);
	sound_close(room);
	room->nets = 0;
	room->media = false;
}

/* Other costs, other wishes; told to those as well whose level stays. */
static void costs_changed(struct room *room) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		quality_limit(room->members[i]);
		if (room->members[i]->quality.on)
			notice_quality(room->members[i]);
	}
}

static void arrange(struct room *room) RUNS_ON(on_ctl)
{
	room->dirty = false;
	views_arrange(room);
	rungs_update(room);
	views_sweep(room);
	asks_update(room, clock_us());
}

void programme_arrange(struct room *room)
{
	enum content before = room->content;

	if (!room->media)
		return;
	arrange(room);
	if (room->content != before)
		costs_changed(room);
}

void programme_retune(struct room *room)
{
	if (!room->media)
		return;
	aworker_mix_rates(room->server->aworker, room->base + ID_MIX,
			  room->ladder.mix_bps);
	arrange(room);
	costs_changed(room);
}

int programme_set_layout(struct room *room, const char *name, uint32_t *generation)
{
	int err = plugin_set_facts(room->server->plugins, name, NULL);

	if (err)
		return err;
	if (strcmp(room->row.layout, name) != 0) {
		memset(room->layout_mark, 0, sizeof(room->layout_mark));
		snprintf(room->row.layout, sizeof(room->row.layout), "%s", name);
		if (db_room_put(room->server->db, &room->row))
			log_warn("room_lost", "room=%s", room->row.id);
		programme_arrange(room);
	}
	*generation = room->views[0] ? room->views[0]->generation : 0;
	return 0;
}

void programme_tick(struct room *room)
{
	if (!room->media)
		return;
	sound_tick(room);
	if (room->dirty || views_content_due(room, clock_us())) {
		programme_arrange(room);
		return;
	}
	rungs_update(room);
	views_sweep(room);
	asks_update(room, clock_us());
}
