/* picture.h - the pictures that a class is seen as. The class's own exists as long as
 * the room has media; each other one while somebody watches it, and PICTURE_LINGER_US
 * more. All who watch the same one share its canvases and encoders. Control thread.
 *
 * By the rule of who sees whom some pictures exist twice: with everybody in it, and
 * narrow, with those only whom students may see.
 */
#ifndef MCU_PICTURE_H
#define MCU_PICTURE_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"
#include "mcu/hold.h"
#include "mcu/rungs.h"
#include "mcu/stills.h"
#include "mcu/views.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;
struct server;

enum picture_kind {
	PICTURE_CLASS, /* what students see; recordings are made of it, or of the last */
	PICTURE_STAFF, /* the class with everybody in it, where students see less */
	PICTURE_STAGE, /* the others, for the one who is large in the class's */
	PICTURE_WALL,  /* many small faces, a few times a second */
	PICTURE_SLIDES,
	PICTURE_INTERPRETER,
	PICTURE_PIN,       /* one member in front, for who wishes so */
	PICTURE_RECORDING, /* what is recorded, when that is not what is seen */
	PICTURE_KINDS
};
const char *picture_name(enum picture_kind kind);
/* PICTURE_KINDS: no such name. */
enum picture_kind picture_by_name(const char *name);

#define PICTURE_LINGER_US INT64_C(5000000)
#define PICTURE_WALL_FPS  5
#define PICTURE_PINS_MAX  64 /* of one class, whatever is configured */
#define PICTURES_MAX      (2 * PICTURE_PIN + PICTURE_PINS_MAX + 1) /* of one class */

/* Which one is meant. */
struct picture_key {
	enum picture_kind kind;
	bool narrow;
	uint32_t front; /* PICTURE_PIN: base of the member; else 0 */
};

struct room_picture {
	struct room *room;
	struct picture_key key;
	uint32_t base;   /* its block of ids; the class's has the room's */
	uint32_t number; /* in its room, never used twice; the class's is 0 */
	/* members, and a recording made of it; of them those who want it upright */
	uint32_t n_watch, n_tall;
	int64_t idle_us; /* since when nobody watches it; 0: somebody does */
	enum content content;
	int64_t content_us;        /* since when */
	bool thin[SHAPES][LEVELS]; /* the level has a view of its own */
	struct room_view *views[VIEWS];
	struct room_rung rungs[SHAPES][FAMILIES][LEVELS];
	struct room_still stills[SHAPES];
	uint32_t layout_mark[SHAPES]; /* of the last arrangement, see aula_plugin.h */
	struct hold hold;             /* for layouts that ask for it */
};

/* Opens the class's; closes all. */
int pictures_open(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void pictures_close(struct room *room) RUNS_ON(on_ctl);

/* The one of this key, which is opened when it is not there: -ENOMEM, -ENOSPC, and
 * -EDQUOT when no more members may be put in front. It is not arranged yet. */
int picture_get(struct room_picture **out, struct room *room,
		const struct picture_key *key) RUNS_ON(on_ctl) AULA_MUST_CHECK;
struct room_picture *picture_find(const struct room *room, const struct picture_key *key);

/* The class's; NULL: the room has no media. */
struct room_picture *picture_of_class(const struct room *room);
/* What its recording is made of: a picture of its own, when it has one, else the class's;
 * NULL: that is not open. */
struct room_picture *picture_recorded(const struct room *room);
/* By any id of its block. NULL: it was closed. */
struct room_picture *picture_by_number(struct server *server, uint32_t id)
	RUNS_ON(on_ctl);

/* Opens the one that is recorded under room->recorded_base, unless it is open; it is
 * watched until picture_unrecord() closes it, at once. With the room's media it goes and
 * comes, under the same numbers: by them the recording knows its encoders. -ENOMEM,
 * -ENOSPC. It is not arranged yet. */
int picture_record(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void picture_unrecord(struct room *room) RUNS_ON(on_ctl);

/* Each second: what nobody has watched for long enough is closed. */
void pictures_sweep(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* It is kept up to date: the class's always, others while somebody watches them. */
static inline bool picture_lives(const struct room_picture *picture)
{
	return !picture->number || picture->n_watch;
}

/* Members may be shown it, so that it is sent. */
static inline bool picture_sent(const struct room_picture *picture)
{
	return picture->key.kind != PICTURE_RECORDING;
}

/* By the rule of the class the member is in it. */
bool picture_has(const struct room_picture *picture, const struct member *member);

/* Who is larger than all others in the full picture of the class: base of a member, or
 * 0 when nobody is. */
uint32_t picture_front(const struct room *room);

/* What the wire calls one of its views: unlike those of all other pictures. */
static inline uint32_t picture_view(const struct room_picture *picture, uint32_t view)
{
	return picture->number * VIEWS + view;
}

#endif
