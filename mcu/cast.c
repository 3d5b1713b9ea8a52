#include "mcu/cast.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Who has which part in this picture: bases of members, or 0. */
struct parts {
	const struct room_picture *picture;
	uint32_t pinned, interpreter, guest, left_out;
	uint32_t n_speakers, speakers[SPEAKERS_MAX];
};

/* UINT32_MAX: has not spoken lately. */
static uint32_t talk_rank(const struct parts *parts, const struct member *member)
{
	for (uint32_t i = 0; i < parts->n_speakers; i++)
		if (parts->speakers[i] == member->base)
			return i;
	return UINT32_MAX;
}

/* The first who interprets, when nobody was given the part. */
static uint32_t any_interpreter(const struct room *room)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->speaks)
			return room->members[i]->base;
	return 0;
}

static struct parts parts_of(const struct room_picture *picture) RUNS_ON(on_ctl)
{
	const struct room *room = picture->room;
	struct parts parts = {.picture = picture,
			      .pinned = room->pinned,
			      .interpreter = room->interpreter,
			      .guest = room->guest};

	if (picture->key.kind == PICTURE_PIN)
		parts.pinned = picture->key.front;
	if (picture->key.kind == PICTURE_STAGE)
		parts.left_out = picture_front(room);
	if (picture->key.kind == PICTURE_INTERPRETER && !parts.interpreter)
		parts.interpreter = any_interpreter(room);
	/* the loudest of those who are shown is the speaker */
	for (uint32_t i = 0; i < room->n_speakers; i++) {
		const struct member *m = room_member(room, room->speakers[i]);

		if (m && picture_has(picture, m) && m->base != parts.left_out)
			parts.speakers[parts.n_speakers++] = m->base;
	}
	return parts;
}

/* What decides who stays when there are too few places; the higher the sooner.
 * Those who are in the picture have a head start, so that it does not flutter. */
static uint32_t weight(const struct parts *parts, const struct member *member)
{
	uint32_t rank = talk_rank(parts, member);
	uint32_t w = 0;

	if (parts->pinned == member->base)
		w += 1u << 12;
	if (member->role >= ROLE_LECTURER || parts->interpreter == member->base ||
	    parts->guest == member->base)
		w += 1u << 11;
	if (rank < SPEAKERS_MAX)
		w += (1u << 10) + ((SPEAKERS_MAX - rank) << 4);
	if (member->cam)
		w += 1u << 9;
	if (member->mic)
		w += 1u << 8;
	if (member->hand)
		w += 1u << 7;
	if (member->seen_here)
		w += 1u << 3;
	return w;
}

static void add(struct cast *cast, const struct parts *parts, const struct member *member,
		uint32_t part)
{
	struct aula_source *s = &cast->sources[cast->n];
	bool screen = part == ID_SCREEN;

	*s = (struct aula_source){
		.size = sizeof(*s),
		.id = member->base + part,
		.owner = member->base,
		.talk_rank = talk_rank(parts, member),
		.w_px = screen ? member->screen_w : member->camera_w,
		.h_px = screen ? member->screen_h : member->camera_h,
	};
	s->flags = (s->w_px ? AULA_SRC_VIDEO : 0u) | (screen ? AULA_SRC_SCREEN : 0u) |
		   (member->role >= ROLE_LECTURER ? AULA_SRC_LECTURER : 0u) |
		   (member->hand && !screen ? AULA_SRC_HAND : 0u) |
		   (parts->pinned == member->base && !screen ? AULA_SRC_PINNED : 0u) |
		   (parts->guest == member->base && !screen ? AULA_SRC_GUEST : 0u) |
		   (parts->interpreter == member->base && !screen ? AULA_SRC_INTERPRETER
								  : 0u);
	cast->list[cast->n] = s;
	cast->owners[cast->n++] = member;
}

/* The page that is shown: nobody's, but all may see it. */
static void add_deck(struct cast *cast, const struct room *room)
{
	struct aula_source *s = &cast->sources[cast->n];

	*s = (struct aula_source){.size = sizeof(*s),
				  .id = room->base +
					(room->decks.clip.run ? ID_CLIP : ID_DECK),
				  .owner = room->decks.by,
				  .talk_rank = UINT32_MAX,
				  .flags = AULA_SRC_VIDEO | AULA_SRC_SCREEN,
				  .w_px = room->decks.w_px,
				  .h_px = room->decks.h_px};
	cast->list[cast->n] = s;
	cast->owners[cast->n++] = NULL;
}

/* Its seat is held, but nothing comes from it, not its media either. */
static bool vanished(const struct member *member, int64_t now_us)
{
	return member->away_since_us &&
	       (!member->connected || now_us - member->heard_us > CAST_SILENT_US);
}

/* The best by weight, the earlier one of equals, as a small heap would; the list
 * is short, so it is kept sorted. */
struct place {
	uint32_t weight, at; /* at: index of the member, the order of joining */
};

static uint32_t choose(struct place *places, const struct parts *parts, uint32_t most)
{
	const struct room *room = parts->picture->room;
	int64_t now_us = clock_us();
	uint32_t n = 0;

	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct member *member = room->members[i];
		uint32_t w = weight(parts, member), k = n;

		if (vanished(member, now_us) || (n == most && w <= places[n - 1].weight))
			continue;
		if (!picture_has(parts->picture, member) ||
		    member->base == parts->left_out)
			continue;
		if (n < most)
			n++;
		else
			k--;
		for (; k > 0 && places[k - 1].weight < w; k--)
			places[k] = places[k - 1];
		places[k] = (struct place){w, i};
	}
	return n;
}

static int by_joining(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

uint32_t cast_most(const struct room_picture *picture)
{
	return picture->key.kind == PICTURE_WALL ? CAST_WALL : CAST_MAX;
}

void cast_make(struct cast *cast, const struct room_picture *picture, uint32_t most)
{
	const struct room *room = picture->room;
	const struct member *owner = room_member(room, room->screen_owner);
	uint32_t people = cast_most(picture) - 1, n;
	struct parts parts = parts_of(picture);
	struct place places[CAST_WALL];

	cast->n = 0;
	if (owner && picture_has(picture, owner))
		add(cast, &parts, owner, ID_SCREEN);
	else if (room->decks.w_px)
		add_deck(cast, room);
	most -= cast->n;
	if (!most)
		return;
	n = choose(places, &parts, most < people ? most : people);
	qsort(places, n, sizeof(places[0]), by_joining);
	for (uint32_t i = 0; i < n; i++)
		add(cast, &parts, room->members[places[i].at], ID_CAMERA);
}

const struct aula_source *cast_find(const struct cast *cast, uint32_t id,
				    const struct member **owner)
{
	for (uint32_t i = 0; i < cast->n; i++)
		if (cast->sources[i].id == id) {
			*owner = cast->owners[i];
			return &cast->sources[i];
		}
	return NULL;
}
