#include "mcu/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/server.h"

static const char *const names[PICTURE_KINDS] = {
	"class", "staff", "stage", "wall", "slides", "interpreter", "pin", "recording"};
static const struct picture_key recorded_key = {.kind = PICTURE_RECORDING,
						.narrow = true};

const char *picture_name(enum picture_kind kind)
{
	return names[kind];
}

enum picture_kind picture_by_name(const char *name)
{
	enum picture_kind kind = PICTURE_CLASS;

	while (kind < PICTURE_KINDS && strcmp(names[kind], name) != 0)
		kind++;
	return kind;
}

/* ---- finding ----------------------------------------------------------------- */

struct room_picture *picture_of_class(const struct room *room)
{
	return room->n_pictures ? room->pictures[0] : NULL;
}

struct room_picture *picture_find(const struct room *room, const struct picture_key *key)
{
	for (uint32_t i = 0; i < room->n_pictures; i++) {
		const struct picture_key *k = &room->pictures[i]->key;

		if (k->kind == key->kind && k->narrow == key->narrow &&
		    k->front == key->front)
			return room->pictures[i];
	}
	return NULL;
}

struct room_picture *picture_recorded(const struct room *room)
{
	return room->recorded_base ? picture_find(room, &recorded_key)
				   : picture_of_class(room);
}

struct room_picture *picture_by_number(struct server *server, uint32_t id)
{
	const struct room *room = room_by_number(server, id);

	for (uint32_t i = 0; room && i < room->n_pictures; i++)
		if (room->pictures[i]->base == id_base(id))
			return room->pictures[i];
	return NULL;
}

/* ---- opening and closing ------------------------------------------------------- */

static int open_one(struct room_picture **out, struct room *room,
		    const struct picture_key *key, uint32_t base) RUNS_ON(on_ctl)
{
	struct room_picture *p;

	if (room->n_pictures == PICTURES_MAX)
		return -ENOSPC;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->room = room;
	p->key = *key;
	p->base = base;
	p->content = CONTENT_PEOPLE;
	p->content_us = clock_us() - VIEW_CONTENT_US;
	p->idle_us = clock_us();
	if (base != room->base && idmap_put(&room->server->room_of, base, room)) {
		free(p);
		return -ENOMEM;
	}
	if (views_open(p)) {
		if (base != room->base)
			idmap_del(&room->server->room_of, base);
		free(p);
		return -ENOMEM;
	}
	p->number = room->next_picture++;
	room->pictures[room->n_pictures++] = p;
	*out = p;
	return 0;
}

static void close_one(struct room *room, uint32_t at) RUNS_ON(on_ctl)
{
	struct room_picture *p = room->pictures[at];

	stills_close(p);
	rungs_close(p);
	views_close(p);
	if (p->base != room->base)
		idmap_del(&room->server->room_of, p->base);
	if (p->key.kind == PICTURE_PIN)
		room->server->n_pins--;
	memmove(&room->pictures[at], &room->pictures[at + 1],
		(--room->n_pictures - at) * sizeof(room->pictures[0]));
	free(p);
}

int pictures_open(struct room *room)
{
	const struct picture_key key = {.kind = PICTURE_CLASS, .narrow = true};
	struct room_picture *p;

	int err;

	room->next_picture = 0;
	err = open_one(&p, room, &key, room->base);
	/* one that waited for somebody goes on; what fails is tried again in a second */
	if (!err && room->recorded_base && picture_record(room))
		log_warn("recorded_picture_lost", "room=%s", room->row.id);
	return err;
}

void pictures_close(struct room *room)
{
	while (room->n_pictures)
		close_one(room, room->n_pictures - 1);
}

/* One that only lingers makes place for another. */
static bool close_idle_pin(struct room *room) RUNS_ON(on_ctl)
{
	for (uint32_t i = 1; i < room->n_pictures; i++)
		if (room->pictures[i]->key.kind == PICTURE_PIN &&
		    room->pictures[i]->idle_us) {
			close_one(room, i);
			return true;
		}
	return false;
}

static int pin_allowed(struct room *room) RUNS_ON(on_ctl)
{
	const struct conf *conf = room->server->conf;
	uint32_t n = 0;

	for (uint32_t i = 0; i < room->n_pictures; i++)
		n += room->pictures[i]->key.kind == PICTURE_PIN;
	if (n < conf->pins && n < PICTURE_PINS_MAX &&
	    room->server->n_pins < conf->pins_server)
		return 0;
	return n && close_idle_pin(room) ? 0 : -EDQUOT;
}

int picture_get(struct room_picture **out, struct room *room,
		const struct picture_key *key)
{
	struct room_picture *p = picture_find(room, key);
	int err;

	if (p) {
		*out = p;
		return 0;
	}
	if (key->kind == PICTURE_PIN) {
		err = pin_allowed(room);
		if (err)
			return err;
	}
	err = open_one(out, room, key, server_block(room->server));
	if (!err && key->kind == PICTURE_PIN)
		room->server->n_pins++;
	return err;
}

int picture_record(struct room *room)
{
	struct room_picture *p = picture_find(room, &recorded_key);
	int err;

	if (p)
		return 0;
	err = open_one(&p, room, &recorded_key, room->recorded_base);
	if (err)
		return err;
	p->n_watch = 1;
	p->idle_us = 0;
	return 0;
}

void picture_unrecord(struct room *room)
{
	for (uint32_t i = room->n_pictures; i-- > 1;)
		if (room->pictures[i]->key.kind == PICTURE_RECORDING)
			close_one(room, i);
}

void pictures_sweep(struct room *room, int64_t now_us)
{
	for (uint32_t i = room->n_pictures; i-- > 1;) {
		const struct room_picture *p = room->pictures[i];

		if (p->idle_us && now_us - p->idle_us >= PICTURE_LINGER_US)
			close_one(room, i);
	}
}

/* ---- who is in it -------------------------------------------------------------- */

bool picture_has(const struct room_picture *picture, const struct member *member)
{
	return hearing_sees(picture->room->hearing.sees,
			    picture->key.narrow ? ROLE_STUDENT : ROLE_LECTURER,
			    member->role);
}

uint32_t picture_front(const struct room *room)
{
	const struct room_picture *class = picture_of_class(room);
	const struct tile_map *map = class ? views_newest(class, 0) : NULL;
	uint32_t most = 0, front = 0;

	for (uint32_t i = 0; map && i < map->n; i++) {
		const struct tile *tile = &map->tiles[i];
		uint32_t area = (uint32_t)tile->at.w * tile->at.h / 1000;

		if (!tile->source || id_part(tile->source) != ID_CAMERA || area < most)
			continue;
		front = area > most ? id_base(tile->source) : 0;
		most = area;
	}
	return front;
}
