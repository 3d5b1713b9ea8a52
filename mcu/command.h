/* command.h - the table of commands: name, capability, fields, handler. One
 * check of both for every way in. Control thread.
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
enum command_rate {
	RATE_FREE,
	RATE_CHAT,
	RATE_SWITCH,
	RATE_CALL,
	RATE_LIST,
	RATE_REACT
};

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

command_fn cmd_layout_list, cmd_layout_get, cmd_layout_put, cmd_layout_delete,
	cmd_layout_validate, cmd_layout_part; /* cmd_layout.c */
command_fn cmd_join, cmd_enter, cmd_resume, cmd_ping, cmd_leave; /* cmd_session.c */
command_fn cmd_rtc_answer, cmd_rtc_restart, cmd_rtc_call;        /* cmd_rtc.c */
command_fn cmd_media_set, cmd_screen_set, cmd_view_ready, cmd_key_want; /* cmd_media.c */
command_fn cmd_rtc_prefer, cmd_link_history; /* cmd_quality.c */
command_fn cmd_chat_send;                    /* cmd_chat.c */
command_fn cmd_layout_set, cmd_pin_set, cmd_class_limit, cmd_class_end; /* cmd_class.c */
command_fn cmd_member_allow, cmd_member_mute, cmd_member_remove, cmd_member_bans,
	cmd_member_unban, cmd_member_admit, cmd_member_deny; /* cmd_member.c */
command_fn cmd_room_set, cmd_room_links;                     /* cmd_room.c */
command_fn cmd_record_start, cmd_record_stop, cmd_recording_list,
	cmd_recording_delete;              /* cmd_record.c */
command_fn cmd_room_list, cmd_room_create; /* cmd_admin.c */
command_fn cmd_hand_set, cmd_hand_lower, cmd_hand_clear, cmd_hand_call, cmd_hand_done,
	cmd_react, cmd_poll_start, cmd_poll_stop, cmd_poll_show, cmd_poll_vote,
	cmd_poll_csv, cmd_timer_set, cmd_timer_pause, cmd_timer_stop; /* cmd_tools.c */
command_fn cmd_class_hearing, cmd_room_interpreters,
	cmd_sound_channel; /* cmd_hearing.c */
command_fn cmd_room_ladder;                /* cmd_ladder.c */

/* The class that is meant: for an administrator the one of `code`, if there is that;
 * else the member's own. NULL, or an error code. */
const char *command_room(struct command *c, struct room **out) RUNS_ON(on_ctl);

/* Where one must be to ask for it. */
enum where {
	BEFORE,     /* nobody yet */
	ANYWHERE,   /* an admin's console, too */
	IN_ROOM,    /* a member */
	FROM_PORCH, /* a member, or who waits to be one */
};

/* The table, for those who check it: row `i`, or NULL behind the last. */
const char *command_row(uint32_t i, uint32_t *needs, enum where *where);

/* One message of a connection: parsed, checked, done, replied to. */
void command_run(struct server *server, struct ws *ws, const char *text, size_t len)
	RUNS_ON(on_ctl);

/* For handlers that reply later: to the session that asked, if it is there. */
void command_reply(struct server *server, const char *session, int64_t id, cJSON *d,
		   const char *error) RUNS_ON(on_ctl);

#endif
