#include "mcu/viewer.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/programme.h"
#include "mcu/quality.h"
#include "mcu/room.h"

/* It sees less than those who lead. */
static bool narrow(const struct member *member)
{
	enum hearing_rule sees = member->room->hearing.sees;

	return sees != HEARING_ALL && !hearing_sees(sees, member->role, ROLE_STUDENT);
}

static bool may(const struct member *member, enum picture_kind kind) RUNS_ON(on_ctl)
{
	if (kind == PICTURE_WALL)
		return policy_staff(member->role) || member_may(member, CAP_LINKS);
	/* these are not chosen */
	return kind != PICTURE_STAFF && kind != PICTURE_RECORDING;
}

/* The picture of this choice, as this member may see it. */
static struct picture_key key_of(const struct member *member, enum picture_kind kind,
				 uint32_t front)
{
	bool less = narrow(member);

	if (kind != PICTURE_CLASS)
		return (struct picture_key){kind, less, front};
	if (less || member->room->hearing.sees == HEARING_ALL)
		return (struct picture_key){PICTURE_CLASS, true, 0};
	return (struct picture_key){PICTURE_STAFF, false, 0};
}

/* Who is put in front is here, and may be seen. */
static bool shows(const struct member *member, const struct picture_key *key)
{
	const struct room_picture like = {.room = member->room, .key = *key};
	const struct member *front;

	if (key->kind != PICTURE_PIN)
		return true;
	front = room_member(member->room, key->front);
	return front && front != member && picture_has(&like, front);
}

/* ---- moving -------------------------------------------------------------------- */

static void watch(struct member *member, struct room_picture *picture)
{
	picture->n_watch++;
	picture->n_tall += member->quality.tall;
	picture->idle_us = 0;
	member->picture = picture;
}

static void unwatch(struct member *member)
{
	struct room_picture *picture = member->picture;

	if (!picture)
		return;
	picture->n_tall -= member->quality.tall;
	if (--picture->n_watch == 0)
		picture->idle_us = clock_us();
	member->picture = NULL;
}

/* What it is shown goes on until the first key frame of the other. */
static void move(struct member *member, struct room_picture *picture) RUNS_ON(on_ctl)
{
	bool fresh = picture->n_watch == 0, comes = !member->picture;

	unwatch(member);
	watch(member, picture);
	if (fresh)
		programme_arrange(member->room);
	if (!comes)
		quality_look(member);
}

static int follow(struct member *member, const struct picture_key *key) RUNS_ON(on_ctl)
{
	struct room_picture *picture;
	int err;

	if (!shows(member, key))
		return -ENOENT;
	err = picture_get(&picture, member->room, key);
	if (err)
		return err;
	if (picture != member->picture)
		move(member, picture);
	return 0;
}

/* Nobody is left without a picture: when all else fails it is the class's, which is
 * always there, and shows nobody more than who is allowed least may see. */
static void update(struct member *member) RUNS_ON(on_ctl)
{
	struct picture_key key = key_of(member, member->view, member->view_front);

	if (may(member, member->view) && follow(member, &key) == 0)
		return;
	member->view = PICTURE_CLASS;
	member->view_front = 0;
	key = key_of(member, PICTURE_CLASS, 0);
	if (follow(member, &key) == 0)
		return;
	log_warn("picture_lost", "room=%s member=%u", member->room->row.id,
		 member->base / ID_BLOCK);
	if (member->picture != picture_of_class(member->room))
		move(member, picture_of_class(member->room));
}

/* ---- what others call ------------------------------------------------------------ */

void viewer_join(struct member *member)
{
	member->view = PICTURE_CLASS;
	member->view_front = 0;
	update(member);
}

void viewer_leave(struct member *member)
{
	unwatch(member);
}

int viewer_choose(struct member *member, enum picture_kind kind, uint32_t front)
{
	struct picture_key key = key_of(member, kind, front);
	int err;

	if (!may(member, kind))
		return -EPERM;
	err = follow(member, &key);
	if (err)
		return err;
	member->view = kind;
	member->view_front = front;
	return 0;
}

void viewer_tall(struct member *member, bool tall)
{
	if (member->quality.tall == tall)
		return;
	member->quality.tall = tall;
	if (!member->picture) /* it waits before the class */
		return;
	member->picture->n_tall += tall ? 1u : UINT32_MAX;
	/* its canvas is there before it is shown */
	programme_arrange(member->room);
}

void viewers_update(struct room *room)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		update(room->members[i]);
}
