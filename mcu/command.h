/* command.h - the table of commands: name, capability, fields, handler. One
 * check of both for every way in (command_run.c). Control thread.
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
	RATE_REACT,
	RATE_PREVIEW,
	RATE_VIEW
};

struct command {
	struct server *server;
	struct ws *ws;
	struct member *member; /* NULL before join and resume; leave sets it so */
	struct room *room;     /* the class that is meant; NULL: none */
	const cJSON *d;        /* checked against the table's fields */
	int64_t id;
	cJSON *reply;          /* set by the handler; NULL: {} */
	const char *field;     /* which one is bad */
	char why[200];         /* what is wrong with it, in words; empty: not said */
	uint32_t after_ms;     /* when a refused one may try again; 0: not said */
	char about[DB_ID + 1]; /* what it made or changed, for the record; or empty */
	bool later;            /* the handler replies by itself, by command_reply */
	void (*after)(struct member *member); /* to run behind the reply */
};

/* NULL, or a stable error code. */
typedef const char *command_fn(struct command *command);

command_fn cmd_layout_list, cmd_layout_get, cmd_layout_put, cmd_layout_delete,
	cmd_layout_validate, cmd_layout_try, cmd_layout_part;    /* cmd_layout.c */
command_fn cmd_view_set;                                         /* cmd_view.c */
command_fn cmd_join, cmd_enter, cmd_resume, cmd_ping, cmd_leave; /* cmd_session.c */
command_fn cmd_rtc_answer, cmd_rtc_restart, cmd_rtc_call;        /* cmd_rtc.c */
command_fn cmd_media_set, cmd_screen_set, cmd_view_ready, cmd_key_want; /* cmd_media.c */
command_fn cmd_rtc_prefer, cmd_link_history; /* cmd_quality.c */
command_fn cmd_chat_send;                    /* cmd_chat.c */
command_fn cmd_layout_set, cmd_layout_preview, cmd_layout_undo, cmd_layout_redo,
	cmd_cue_list, cmd_cue_put, cmd_cue_delete, cmd_cue_move, cmd_cue_clear,
	cmd_cue_go, cmd_cue_next;                       /* cmd_director.c */
command_fn cmd_pin_set, cmd_class_limit, cmd_class_end; /* cmd_class.c */
command_fn cmd_member_allow, cmd_member_mute, cmd_member_remove, cmd_member_bans,
	cmd_member_unban, cmd_member_admit, cmd_member_deny; /* cmd_member.c */
command_fn cmd_room_set, cmd_room_links;                     /* cmd_room.c */
command_fn cmd_record_options, cmd_record_start, cmd_record_stop, cmd_record_pause,
	cmd_record_resume, cmd_record_mark, cmd_recording_marks; /* cmd_record.c */
command_fn cmd_recording_list, cmd_recording_rename, cmd_recording_keep,
	cmd_recording_trim, cmd_recording_join; /* cmd_library.c */
command_fn cmd_recording_delete, cmd_recording_restore,
	cmd_recording_empty_trash; /* cmd_trash.c */
command_fn cmd_recording_share, cmd_recording_shares,
	cmd_recording_unshare;     /* cmd_share.c */
command_fn cmd_recording_live;     /* cmd_live.c */
command_fn cmd_recording_captions; /* cmd_captions.c */
command_fn cmd_room_list, cmd_room_create, cmd_server_drain, cmd_announce,
	cmd_plugin_list, cmd_admin_health;                  /* cmd_admin.c */
command_fn cmd_admin_watch, cmd_room_show, cmd_room_poster; /* cmd_console.c */
command_fn cmd_settings_list, cmd_settings_set;             /* cmd_settings.c */
command_fn cmd_audit_list;                                  /* cmd_audit.c */
command_fn cmd_hand_set, cmd_hand_lower, cmd_hand_clear, cmd_hand_call, cmd_hand_done,
	cmd_react, cmd_poll_start, cmd_poll_stop, cmd_poll_show, cmd_poll_vote,
	cmd_poll_csv, cmd_timer_set, cmd_timer_pause, cmd_timer_stop; /* cmd_tools.c */
command_fn cmd_class_hearing, cmd_room_interpreters,
	cmd_sound_channel;  /* cmd_hearing.c */
command_fn cmd_member_move; /* cmd_move.c */
command_fn cmd_breakout_start, cmd_breakout_list, cmd_breakout_join, cmd_breakout_assign,
	cmd_breakout_extend, cmd_breakout_message, cmd_breakout_call,
	cmd_breakout_end; /* cmd_breakout.c */
command_fn cmd_deck_ticket, cmd_deck_list, cmd_deck_show, cmd_deck_next, cmd_deck_prev,
	cmd_deck_go, cmd_deck_hide, cmd_deck_delete, cmd_deck_still, cmd_clip_play,
	cmd_clip_pause, cmd_clip_seek, cmd_clip_stop; /* cmd_deck.c */
command_fn cmd_room_ladder;                           /* cmd_ladder.c */

/* The class that is meant: for an administrator the one of `code`, if there is that;
 * else the member's own. NULL, or an error code. Of rows that are OF_CLASS it is done
 * already: c->room. */
const char *command_room(struct command *c, struct room **out) RUNS_ON(on_ctl);

/* What the token makes of who comes into this class; ROLE_NONE: it is not good. */
enum role command_role(const struct server *server, const struct room *room,
		       const char *token) RUNS_ON(on_ctl);

/* Where one must be to ask for it. */
enum where {
	BEFORE,     /* nobody yet */
	ANYWHERE,   /* an admin's console, too */
	IN_ROOM,    /* a member */
	FROM_PORCH, /* a member, or who waits to be one */
	OF_CLASS,   /* a member; with `code` an administrator, wherever it is */
};

/* The table, for those who check it: row `i`, or NULL behind the last. */
const char *command_row(uint32_t i, uint32_t *needs, enum where *where);
/* Is it an act of those who look after classes, and so recorded? See audit.h. */
bool command_acts(const char *name);

/* One message of a connection: parsed, checked, done, replied to. */
void command_run(struct server *server, struct ws *ws, const char *text, size_t len)
	RUNS_ON(on_ctl);

/* For handlers that reply later: to the session that asked, if it is there. */
void command_reply(struct server *server, const char *session, int64_t id, cJSON *d,
		   const char *error) RUNS_ON(on_ctl);

#endif
