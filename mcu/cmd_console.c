/* cmd_console.c - what administrators look at: all classes, one class, its picture. */
#include "mcu/command.h"

#include <errno.h>

#include "mcu/console.h"
#include "mcu/notice_console.h"
#include "mcu/room.h"
#include "signaling/session.h"

const char *cmd_admin_watch(struct command *c)
{
	thread_claim(&on_ctl);
	return console_watch(c->member, proto_bool(c->d, "on", false)) ? "no_resources"
								       : NULL;
}

const char *cmd_room_show(struct command *c)
{
	thread_claim(&on_ctl);
	c->reply = notice_console_room(c->room, (uint32_t)proto_int(c->d, "from", 0));
	return NULL;
}

const char *cmd_room_poster(struct command *c)
{
	struct au *jpeg = NULL;

	thread_claim(&on_ctl);
	switch (console_poster_ask(c->room, session_token(c->member->session), c->id,
				   &jpeg)) {
	case 0:
		break;
	case -ENOENT:
		return "no_picture";
	default:
		return "server_busy";
	}
	if (jpeg)
		c->reply = console_poster_json(jpeg);
	else
		c->later = true;
	return NULL;
}
