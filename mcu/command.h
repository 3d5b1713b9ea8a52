/* command.h - the table of commands: name, least role, fields, handler. One
 * check of role and fields for every way in. Control thread.
 */
#ifndef MCU_COMMAND_H
#define MCU_COMMAND_H

#include "base/thread.h"
#include "mcu/member.h"
#include "signaling/http.h"
#include "signaling/proto.h"

struct room;
struct server;

/* How often one member may do it; above that `too_fast`. */
enum command_rate { RATE_FREE, RATE_CHAT, RATE_SWITCH, RATE_CALL, RATE_LIST };

struct command {
	struct server *server;
	struct ws *ws;
	struct member *member; /* NULL before join and resume; leave sets it so */
	const cJSON *d;        /* checked against the table's fields */
	int64_t id;
	cJSON *reply;      /* set by the handler; NULL: {} */
	const char *field; /* which one is bad */
	char why[200];     /* what is wrong with it, in words; empty: not said */
	uint32_t after_ms; /* when a refused one may try again; 0: not said */
	bool later;        /* the handler replies by itself, by command_reply */
	void (*after)(struct member *member); /* to run behind the reply */
};

/* NULL, or a stable error code. */
typedef const char *command_fn(struct command *command);

command_fn cmd_join, cmd_enter, cmd_resume, cmd_ping, cmd_leave; /* cmd_session.c */
command_fn cmd_rtc_answer, cmd_rtc_restart, cmd_rtc_call;        /* cmd_rtc.c */
command_fn cmd_media_set, cmd_screen_set, cmd_view_ready, cmd_key_want; /* cmd_media.c */
command_fn cmd_rtc_prefer, cmd_link_history; /* cmd_quality.c */
command_fn cmd_chat_send;                    /* cmd_chat.c */
command_fn cmd_layout_set, cmd_pin_set, cmd_member_mute, cmd_member_remove,
	cmd_class_limit, cmd_class_end; /* cmd_class.c */
command_fn cmd_record_start, cmd_record_stop, cmd_recording_list,
	cmd_recording_delete;              /* cmd_record.c */
command_fn cmd_room_list, cmd_room_create; /* cmd_admin.c */
command_fn cmd_room_ladder;                /* cmd_ladder.c */

/* The class that is meant: for an administrator the one of `code`, if there is that;
 * else the member's own. NULL, or an error code. */
const char *command_room(struct command *c, struct room **out) RUNS_ON(on_ctl);

/* One message of a connection: parsed, checked, done, replied to. */
void command_run(struct server *server, struct ws *ws, const char *text, size_t len)
	RUNS_ON(on_ctl);

/* For handlers that reply later: to the session that asked, if it is there. */
void command_reply(struct server *server, const char *session, int64_t id, cJSON *d,
		   const char *error) RUNS_ON(on_ctl);

#endif
