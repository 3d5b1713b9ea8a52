#include "mcu/cast.h"

#include <stdlib.h>
#include <string.h>

/* UINT32_MAX: has not spoken lately. */
static uint32_t talk_rank(const struct room *room, const struct member *member)
{
	for (uint32_t i = 0; i < room->n_speakers; i++)
		if (room->speakers[i] == member->base)
			return i;
	return UINT32_MAX;
}

/* What decides who stays when there are too few places; the higher the sooner.
 * Those who are in the picture have a head start, so that it does not flutter. */
static uint32_t weight(const struct room *room, const struct member *member)
{
	uint32_t rank = talk_rank(room, member);
	uint32_t w = 0;

	if (room->pinned == member->base)
		w += 1u << 12;
	if (member->role >= ROLE_LECTURER || room->interpreter == member->base ||
	    room->guest == member->base)
		w += 1u << 11;
	if (rank < SPEAKERS_MAX)
		w += (1u << 10) + ((SPEAKERS_MAX - rank) << 4);
	if (member->cam)
		w += 1u << 9;
	if (member->mic)
		w += 1u << 8;
	if (member->hand)
		w += 1u << 7;
	if (member->in_picture)
		w += 1u << 3;
	return w;
}

static void add(struct cast *cast, const struct room *room, const struct member *member,
		uint32_t part)
{
	struct aula_source *s = &cast->sources[cast->n];
	bool screen = part == ID_SCREEN;

	*s = (struct aula_source){
		.size = sizeof(*s),
		.id = member->base + part,
		.owner = member->base,
		.talk_rank = talk_rank(room, member),
		.w_px = screen ? member->screen_w : member->camera_w,
		.h_px = screen ? member->screen_h : member->camera_h,
	};
	s->flags = (s->w_px ? AULA_SRC_VIDEO : 0u) | (screen ? AULA_SRC_SCREEN : 0u) |
		   (member->role >= ROLE_LECTURER ? AULA_SRC_LECTURER : 0u) |
		   (member->hand && !screen ? AULA_SRC_HAND : 0u) |
		   (room->pinned == member->base && !screen ? AULA_SRC_PINNED : 0u) |
		   (room->guest == member->base && !screen ? AULA_SRC_GUEST : 0u) |
		   (room->interpreter == member->base && !screen ? AULA_SRC_INTERPRETER
								 : 0u);
	cast->list[cast->n] = s;
	cast->owners[cast->n++] = member;
}

/* The best by weight, the earlier one of equals, as a small heap would; the list
 * is short, so it is kept sorted. */
struct place {
	uint32_t weight, at; /* at: index of the member, the order of joining */
};

static uint32_t choose(struct place *places, const struct room *room, uint32_t most)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < room->n_members; i++) {
		uint32_t w = weight(room, room->members[i]), k = n;

		if (n == most && w <= places[n - 1].weight)
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

void cast_make(struct cast *cast, const struct room *room, uint32_t most)
{
	const struct member *owner = room_member(room, room->screen_owner);
	struct place places[CAST_MAX];
	uint32_t n;

	cast->n = 0;
	if (owner)
		add(cast, room, owner, ID_SCREEN);
	most -= cast->n;
	if (!most)
		return;
	n = choose(places, room, most < LIMIT_CELLS ? most : LIMIT_CELLS);
	qsort(places, n, sizeof(places[0]), by_joining);
	for (uint32_t i = 0; i < n; i++)
		add(cast, room, room->members[places[i].at], ID_CAMERA);
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
