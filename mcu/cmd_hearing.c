/* cmd_hearing.c - who hears whom: the rule of a class, its interpreters, and what each
 * listener chooses.
 */
#include "mcu/command.h"

#include "mcu/hearing.h"
#include "mcu/member.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/sound.h"
#include "mcu/viewer.h"

const char *cmd_class_hearing(struct command *c)
{
	struct room *room = c->room;
	struct hearing next = room->hearing;
	const char *sees = proto_string(c->d, "sees");

	thread_claim(&on_ctl);
	next.rule = hearing_by_name(proto_string(c->d, "rule"));
	if (next.rule == HEARING_RULES) {
		c->field = "rule";
		return "bad_field";
	}
	if (sees)
		next.sees = hearing_by_name(sees);
	if (next.sees == HEARING_RULES) {
		c->field = "sees";
		return "bad_field";
	}
	if (sound_settle(room, &next, NULL))
		return "no_resources";
	viewers_update(room);
	programme_arrange(room);
	return NULL;
}

/* Each member by its id, in one language only; the place is that in the room's list. */
static const char *name_members(const struct room *room, const cJSON *list,
				uint8_t language, uint8_t speaks[LIMIT_ROOM_MEMBERS])
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		uint32_t base = cJSON_IsString(item) ? member_base_of(item->valuestring)
						     : 0;
		uint32_t i = 0;

		while (i < room->n_members && room->members[i]->base != base)
			i++;
		if (!base || i == room->n_members)
			return "unknown_member";
		if (speaks[i])
			return "bad_field";
		speaks[i] = language;
	}
	return NULL;
}

const char *cmd_room_interpreters(struct command *c)
{
	const cJSON *set = cJSON_GetObjectItemCaseSensitive(c->d, "set"), *list;
	struct room *room = c->room;
	struct hearing next = {.rule = room->hearing.rule,
			       .sees = room->hearing.sees};
	uint8_t speaks[LIMIT_ROOM_MEMBERS] = {0};
	const char *error;

	thread_claim(&on_ctl);
	c->field = "set";
	cJSON_ArrayForEach(list, set)
	{
		if (!cJSON_IsArray(list) || hearing_add(&next, list->string))
			return "bad_field";
		error = name_members(room, list, (uint8_t)next.n, speaks);
		if (error)
			return error;
	}
	c->field = NULL;
	return sound_settle(room, &next, speaks) ? "no_resources" : NULL;
}

/* A listener's own choice; empty: the floor. */
const char *cmd_sound_channel(struct command *c)
{
	const char *name = proto_string(c->d, "channel");
	struct member *member = c->member;
	uint32_t language = hearing_language(&member->room->hearing, name);

	thread_claim(&on_ctl);
	if (*name && !language)
		return "unknown_channel";
	member->listens = (uint8_t)language;
	quality_hear(member);
	return NULL;
}
