#include "mcu/reactions.h"

#include <string.h>

#include "mcu/notice_tools.h"
#include "mcu/room.h"

/* No face that laughs at somebody, nothing that can be meant badly. */
static const char *const signs[REACTIONS] = {
	"\xf0\x9f\x91\x8d",         /* thumbs up */
	"\xf0\x9f\x91\x8f",         /* clapping */
	"\xe2\x9d\xa4\xef\xb8\x8f", /* heart */
	"\xf0\x9f\x98\x82",         /* tears of joy */
	"\xf0\x9f\x98\xae",         /* astonished */
	"\xf0\x9f\xa4\x94",         /* thinking */
	"\xe2\x9c\x85",             /* yes */
	"\xe2\x9d\x8c",             /* no */
};

const char *reaction_sign(uint32_t i)
{
	return signs[i];
}

bool reactions_add(struct reactions *reactions, const char *sign)
{
	for (uint32_t i = 0; i < REACTIONS; i++)
		if (strcmp(signs[i], sign) == 0) {
			reactions->n[i]++;
			reactions->any = true;
			return true;
		}
	return false;
}

void reactions_tick(struct room *room)
{
	if (!room->reactions.any)
		return;
	notice_reactions(room);
	room->reactions = (struct reactions){.any = false};
}
