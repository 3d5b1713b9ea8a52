#include "mcu/overload.h"

#include <errno.h>
#include <stdlib.h>

#include "base/count.h"
#include "base/log.h"
#include "base/taskload.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mixer/vworker.h"

struct overload {
	struct server *server;
	struct taskload *load;
	struct overload_state state;
};

bool overload_judge(struct overload_state *s, uint32_t load, int64_t now_us)
{
	enum shed before = s->shed;

	if (load <= OVERLOAD_DOWN)
		s->over_us = 0;
	else if (!s->over_us)
		s->over_us = now_us;
	if (load >= OVERLOAD_UP)
		s->under_us = 0;
	else if (!s->under_us)
		s->under_us = now_us;
	if (s->over_us && now_us - s->over_us >= OVERLOAD_DOWN_US && s->shed < SHED_MAX) {
		s->shed++;
		s->over_us = now_us; /* what it brings is seen first */
	}
	if (s->under_us && now_us - s->under_us >= OVERLOAD_UP_US &&
	    s->shed > SHED_NOTHING) {
		s->shed--;
		s->under_us = now_us;
	}
	return s->shed != before;
}

uint32_t shed_pace(enum shed shed)
{
	return shed == SHED_NOTHING ? 100 : shed == SHED_FRAMES ? 67 : 50;
}

enum level shed_top(enum shed shed)
{
	switch (shed) {
	case SHED_PICTURE:
		return LEVEL_STILL;
	case SHED_MID:
		return LEVEL_LOW;
	case SHED_MAIN:
		return LEVEL_MID;
	case SHED_HIGH:
		return LEVEL_MAIN;
	default:
		return LEVEL_HIGH;
	}
}

/* ---- measuring and acting ------------------------------------------------------ */

/* Those that must keep time. */
static const char *const threads[] = {"net", "audio", "aula-mix", NULL};

int overload_create(struct overload **out, struct server *server)
{
	struct overload *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return -ENOMEM;
	o->server = server;
	err = taskload_create(&o->load, threads);
	if (err)
		free(o);
	else
		*out = o;
	return err;
}

void overload_destroy(struct overload *o)
{
	if (!o)
		return;
	taskload_destroy(o->load);
	free(o);
}

static void act(struct overload *o) RUNS_ON(on_ctl)
{
	struct server *server = o->server;
	enum shed shed = o->state.shed;

	server->top = shed_top(shed);
	server->no_av1 = shed >= SHED_HIGH;
	vworker_pace(server->vworker, shed_pace(shed));
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct room *room = server->rooms[i];

		for (uint32_t k = 0; k < room->n_members; k++)
			quality_limit(room->members[k]);
	}
}

void overload_tick(struct overload *o, int64_t now_us)
{
	enum shed before = o->state.shed;
	uint32_t load = 0;

	if (taskload_busiest(o->load, now_us, &load))
		return;
	count_set(COUNT_LOAD, load);
	if (!overload_judge(&o->state, load, now_us))
		return;
	count_set(COUNT_SHED, o->state.shed);
	if (o->state.shed > before)
		log_warn("overload", "load=%u shed=%d", load, (int)o->state.shed);
	else
		log_info("overload_eases", "load=%u shed=%d", load, (int)o->state.shed);
	act(o);
}

enum shed overload_shed(const struct overload *o)
{
	return o->state.shed;
}
