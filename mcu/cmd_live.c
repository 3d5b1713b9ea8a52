/* cmd_live.c - going back in a class that runs: where its recording can be watched. */
#include "mcu/command.h"

#include "mcu/recording.h"
#include "mcu/rest_live.h"
#include "mcu/room.h"

const char *cmd_recording_live(struct command *c)
{
	char url[LIVE_URL];

	thread_claim(&on_ctl);
	if (!rest_live_running(c->room))
		return "not_recording";
	rest_live_url(c->room->recording_row.id, c->member->base, url);
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "url", url);
	cJSON_AddNumberToObject(c->reply, "at_ms", (double)recording_at_ms(c->room));
	if (rest_live_public(c->room) && member_may(c->member, CAP_RECORD)) {
		rest_live_public_url(c->room->recording_row.id, url);
		cJSON_AddStringToObject(c->reply, "public", url);
	}
	return NULL;
}
