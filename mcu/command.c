#include "mcu/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/room.h"
#include "mcu/seats.h"
#include "signaling/proto_scan.h"
#include "signaling/session.h"

#define END \
	{ \
		NULL, PROTO_STRING, false, 0, 0 \
	}
#define ID 1, 11 /* bytes of a member's id */

static const struct proto_field none[] = {END};
static const struct proto_field f_join[] = {
	{"code", PROTO_STRING, true, 0, 32},
	{"name", PROTO_STRING, false, 0, LIMIT_NAME_BYTES * 2},
	{"token", PROTO_STRING, false, 0, 64},
	{"warm", PROTO_BOOL, false, 0, 0},
	{"seat", PROTO_STRING, false, 0, SEAT_TOKEN},
	END,
};
static const struct proto_field f_enter[] = {
	{"name", PROTO_STRING, false, 1, LIMIT_NAME_BYTES * 2},
	{"mic", PROTO_BOOL, false, 0, 0},
	{"cam", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_resume[] = {
	{"token", PROTO_STRING, true, SESSION_TOKEN, SESSION_TOKEN},
	{"seq", PROTO_INT, true, 0, INT64_C(1) << 53},
	END,
};
static const struct proto_field f_answer[] = {
	{"sdp", PROTO_STRING, true, 1, LIMIT_SDP_BYTES},
	{"v", PROTO_INT, true, 1, UINT32_MAX},
	END,
};
static const struct proto_field f_call[] = {
	{"sdp", PROTO_STRING, true, 1, LIMIT_SDP_BYTES},
	END,
};
static const struct proto_field f_prefer[] = {
	{"wish", PROTO_STRING, false, 1, 8},
	{"cap", PROTO_STRING, false, 1, 8},
	{"hidden", PROTO_BOOL, false, 0, 0},
	{"tall", PROTO_BOOL, false, 0, 0},
	{"net", PROTO_STRING, false, 1, 8},
	{"budget_mb", PROTO_INT, false, 0, 1000000},
	{"budget_min", PROTO_INT, false, 1, 1440},
	END,
};
static const struct proto_field f_media[] = {
	{"mic", PROTO_BOOL, false, 0, 0},
	{"cam", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_screen[] = {{"on", PROTO_BOOL, true, 0, 0}, END};
static const struct proto_field f_ready[] = {
	{"ms", PROTO_INT, false, 0, 3600000},
	END,
};
static const struct proto_field f_chat[] = {
	{"text", PROTO_STRING, true, 1, LIMIT_CHAT_BYTES},
	END,
};
static const struct proto_field f_layout[] = {
	{"name", PROTO_STRING, true, 1, LIMIT_LAYOUT_TEXT},
	END,
};
static const struct proto_field f_layout_json[] = {
	{"layout", PROTO_OBJECT, true, 0, 0},
	END,
};
static const struct proto_field f_part[] = {
	{"part", PROTO_STRING, true, 1, 16},
	{"member", PROTO_STRING, true, 0, 11},
	END,
};
static const struct proto_field f_pin[] = {{"member", PROTO_STRING, true, 0, 11}, END};
static const struct proto_field f_limit[] = {
	{"most", PROTO_STRING, true, 1, 8},
	{"code", PROTO_STRING, false, 1, 32},
	END,
};
static const struct proto_field f_ladder[] = {
	{"code", PROTO_STRING, false, 1, 32},
	{"set", PROTO_OBJECT, false, 0, 0},
	END,
};
static const struct proto_field f_member[] = {{"member", PROTO_STRING, true, ID}, END};
static const struct proto_field f_allow[] = {
	{"member", PROTO_STRING, true, ID},
	{"grant", PROTO_STRINGS, false, 0, CAPS_NAMED},
	{"deny", PROTO_STRINGS, false, 0, CAPS_NAMED},
	{"usual", PROTO_STRINGS, false, 0, CAPS_NAMED},
	END,
};
static const struct proto_field f_mute[] = {
	{"member", PROTO_STRING, true, 0, 11},
	{"what", PROTO_STRING, false, 1, 8},
	{"again", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_remove[] = {
	{"member", PROTO_STRING, true, ID},
	{"ban", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_switches[] = {
	{"code", PROTO_STRING, false, 1, 32},
	{"kind", PROTO_STRING, false, 1, 16},
	{"locked", PROTO_BOOL, false, 0, 0},
	{"lobby", PROTO_BOOL, false, 0, 0},
	{"unmute", PROTO_BOOL, false, 0, 0},
	{"camera", PROTO_BOOL, false, 0, 0},
	{"share", PROTO_BOOL, false, 0, 0},
	{"chat", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_code[] = {
	{"code", PROTO_STRING, false, 1, 32},
	END,
};
static const struct proto_field f_title[] = {
	{"title", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_room[] = {
	{"title", PROTO_STRING, true, 1, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_recordings[] = {
	{"before", PROTO_INT, false, 1, INT64_C(1) << 53},
	{"limit", PROTO_INT, false, 1, 100},
	END,
};
static const struct proto_field f_id[] = {{"id", PROTO_STRING, true, 1, DB_ID}, END};

static const struct proto_field f_on[] = {{"on", PROTO_BOOL, true, 0, 0}, END};
static const struct proto_field f_react[] = {{"sign", PROTO_STRING, true, 1, 16}, END};
/* `options` and `n` are read by poll.h. */
static const struct proto_field f_poll[] = {
	{"kind", PROTO_STRING, true, 1, 16},
	{"question", PROTO_STRING, false, 0, LIMIT_POLL_QUESTION},
	{"named", PROTO_BOOL, false, 0, 0},
	{"show", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_poll_show[] = {{"all", PROTO_BOOL, true, 0, 0}, END};
static const struct proto_field f_vote[] = {
	{"poll", PROTO_STRING, true, 1, DB_ID},
	{"ballot", PROTO_STRING, false, 0, DB_ID},
	END,
};
static const struct proto_field f_csv[] = {{"from", PROTO_INT, false, 0, POLL_BALLOTS},
					   END};
static const struct proto_field f_timer[] = {
	{"seconds", PROTO_INT, true, 1, COUNTDOWN_MAX_SEC},
	{"label", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
	END,
};

static const struct proto_field f_rule[] = {{"rule", PROTO_STRING, true, 1, 16}, END};
static const struct proto_field f_interpreters[] = {
	{"set", PROTO_OBJECT, true, 0, 0},
	END,
};
static const struct proto_field f_channel[] = {
	{"channel", PROTO_STRING, true, 0, HEARING_NAME},
	END,
};

/* The one list of what a client may ask, and what it must be able to for that. What
 * depends on the fields as well is asked by the handler, of the same member_may(). */
static const struct row {
	const char *name;
	uint32_t needs; /* capabilities, all of them; 0: a seat is enough */
	enum where where;
	enum command_rate rate;
	const struct proto_field *fields;
	command_fn *run;
} rows[] = {
	{"join", 0, BEFORE, RATE_FREE, f_join, cmd_join},
	{"enter", 0, FROM_PORCH, RATE_CALL, f_enter, cmd_enter},
	{"resume", 0, BEFORE, RATE_FREE, f_resume, cmd_resume},
	{"ping", 0, ANYWHERE, RATE_FREE, none, cmd_ping},
	{"leave", 0, ANYWHERE, RATE_FREE, none, cmd_leave},
	{"rtc.answer", 0, FROM_PORCH, RATE_FREE, f_answer, cmd_rtc_answer},
	{"rtc.restart", 0, FROM_PORCH, RATE_CALL, none, cmd_rtc_restart},
	{"rtc.call", 0, FROM_PORCH, RATE_CALL, f_call, cmd_rtc_call},
	{"rtc.prefer", 0, FROM_PORCH, RATE_SWITCH, f_prefer, cmd_rtc_prefer},
	{"link.history", CAP_LINKS, IN_ROOM, RATE_LIST, f_member, cmd_link_history},
	{"media.set", 0, IN_ROOM, RATE_SWITCH, f_media, cmd_media_set},
	{"screen.set", 0, IN_ROOM, RATE_SWITCH, f_screen, cmd_screen_set},
	{"view.ready", 0, IN_ROOM, RATE_FREE, f_ready, cmd_view_ready},
	{"key.want", 0, IN_ROOM, RATE_CALL, none, cmd_key_want},
	{"chat.send", CAP_CHAT, IN_ROOM, RATE_CHAT, f_chat, cmd_chat_send},
	{"layout.set", CAP_LAYOUT, IN_ROOM, RATE_SWITCH, f_layout, cmd_layout_set},
	{"layout.list", CAP_LAYOUT, ANYWHERE, RATE_LIST, none, cmd_layout_list},
	{"layout.part", CAP_LAYOUT, IN_ROOM, RATE_SWITCH, f_part, cmd_layout_part},
	{"layout.get", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout, cmd_layout_get},
	{"layout.put", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout_json, cmd_layout_put},
	{"layout.delete", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout, cmd_layout_delete},
	{"layout.validate", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout_json,
	 cmd_layout_validate},
	{"pin.set", CAP_LAYOUT, IN_ROOM, RATE_SWITCH, f_pin, cmd_pin_set},
	{"spotlight.set", CAP_LAYOUT, IN_ROOM, RATE_SWITCH, f_pin, cmd_pin_set},
	{"member.allow", CAP_MODERATE, IN_ROOM, RATE_SWITCH, f_allow, cmd_member_allow},
	{"member.mute", CAP_MODERATE, IN_ROOM, RATE_SWITCH, f_mute, cmd_member_mute},
	{"member.remove", CAP_MODERATE, IN_ROOM, RATE_FREE, f_remove, cmd_member_remove},
	{"member.bans", CAP_MODERATE, IN_ROOM, RATE_LIST, none, cmd_member_bans},
	{"member.unban", CAP_MODERATE, IN_ROOM, RATE_SWITCH, f_id, cmd_member_unban},
	{"member.admit", CAP_ADMIT, IN_ROOM, RATE_SWITCH, f_pin, cmd_member_admit},
	{"member.deny", CAP_ADMIT, IN_ROOM, RATE_SWITCH, f_remove, cmd_member_deny},
	{"room.set", CAP_MODERATE, ANYWHERE, RATE_SWITCH, f_switches, cmd_room_set},
	{"room.links", CAP_ROOM, ANYWHERE, RATE_LIST, f_code, cmd_room_links},
	{"class.limit", CAP_LIMIT, ANYWHERE, RATE_SWITCH, f_limit, cmd_class_limit},
	{"class.end", CAP_ROOM, IN_ROOM, RATE_FREE, none, cmd_class_end},
	{"record.start", CAP_RECORD, IN_ROOM, RATE_SWITCH, f_title, cmd_record_start},
	{"record.stop", CAP_RECORD, IN_ROOM, RATE_SWITCH, none, cmd_record_stop},
	{"recording.list", CAP_RECORDINGS, IN_ROOM, RATE_LIST, f_recordings,
	 cmd_recording_list},
	{"recording.delete", CAP_RECORD, IN_ROOM, RATE_LIST, f_id, cmd_recording_delete},
	{"room.list", CAP_SERVER, ANYWHERE, RATE_LIST, none, cmd_room_list},
	{"room.create", CAP_SERVER, ANYWHERE, RATE_LIST, f_room, cmd_room_create},
	{"hand.set", CAP_HAND, IN_ROOM, RATE_SWITCH, f_on, cmd_hand_set},
	{"hand.lower", CAP_MODERATE, IN_ROOM, RATE_SWITCH, f_member, cmd_hand_lower},
	{"hand.clear", CAP_MODERATE, IN_ROOM, RATE_SWITCH, none, cmd_hand_clear},
	{"hand.call", CAP_MODERATE, IN_ROOM, RATE_SWITCH, f_member, cmd_hand_call},
	{"hand.done", 0, IN_ROOM, RATE_SWITCH, none, cmd_hand_done},
	{"react", CAP_REACT, IN_ROOM, RATE_REACT, f_react, cmd_react},
	{"poll.start", CAP_POLL, IN_ROOM, RATE_SWITCH, f_poll, cmd_poll_start},
	{"poll.stop", CAP_POLL, IN_ROOM, RATE_SWITCH, none, cmd_poll_stop},
	{"poll.show", CAP_POLL, IN_ROOM, RATE_SWITCH, f_poll_show, cmd_poll_show},
	{"poll.vote", CAP_VOTE, IN_ROOM, RATE_SWITCH, f_vote, cmd_poll_vote},
	{"poll.csv", CAP_POLL, IN_ROOM, RATE_LIST, f_csv, cmd_poll_csv},
	{"timer.set", CAP_TIMER, IN_ROOM, RATE_SWITCH, f_timer, cmd_timer_set},
	{"timer.pause", CAP_TIMER, IN_ROOM, RATE_SWITCH, f_on, cmd_timer_pause},
	{"timer.stop", CAP_TIMER, IN_ROOM, RATE_SWITCH, none, cmd_timer_stop},
	{"class.hearing", CAP_ROOM, IN_ROOM, RATE_SWITCH, f_rule, cmd_class_hearing},
	{"room.interpreters", CAP_ROOM, IN_ROOM, RATE_SWITCH, f_interpreters,
	 cmd_room_interpreters},
	{"sound.channel", 0, IN_ROOM, RATE_SWITCH, f_channel, cmd_sound_channel},
	{"room.ladder", CAP_LIMIT, ANYWHERE, RATE_SWITCH, f_ladder, cmd_room_ladder},
};

static const struct row *row_find(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *command_row(uint32_t i, uint32_t *needs, enum where *where)
{
	if (i >= sizeof(rows) / sizeof(rows[0]))
		return NULL;
	*needs = rows[i].needs;
	*where = rows[i].where;
	return rows[i].name;
}

/* What others have to bear: a second's worth, and how much may be saved up.
 * Where they are sent what was said, a long message counts as several, but
 * never as more than can be saved up: it must be possible to say it at all. */
static const struct {
	struct bucket_rate rate;
	size_t per_bytes; /* one more for each; 0: the length does not matter */
} rates[] = {
	[RATE_CHAT] = {{2, 10}, 1024}, [RATE_SWITCH] = {{5, 20}, 0},
	[RATE_CALL] = {{2, 10}, 0}, /* an offer of a browser has 16 KiB */
	[RATE_LIST] = {{5, 20}, 0},    [RATE_REACT] = {{2, 6}, 0},
};

static int64_t cost_us(enum command_rate rate, size_t len)
{
	int64_t n = rates[rate].per_bytes ? (int64_t)(1 + len / rates[rate].per_bytes)
					  : 1;
	int64_t most = rates[rate].rate.burst;

	return BUCKET_DEED_US * (n < most ? n : most);
}

static bool too_fast(struct member *member, enum command_rate rate, size_t len)
{
	struct bucket *bucket = &member->buckets[rate];
	int64_t cost;

	if (rate == RATE_FREE)
		return false;
	cost = cost_us(rate, len);
	if (bucket_wait(bucket, &rates[rate].rate, cost, clock_us()) > 0)
		return true;
	bucket_take(bucket, cost);
	return false;
}

/* Capability, state and fields: all that is checked before any handler. */
static const char *admit(const struct row *row, struct command *c) RUNS_ON(on_ctl)
{
	const struct member *member = c->member;

	if (!row)
		return "unknown_type";
	if (row->where == BEFORE)
		return member ? "bad_state" : NULL;
	if (!member)
		return "bad_state";
	if (!member_may(member, row->needs))
		return "forbidden";
	if (row->where != ANYWHERE && !member->room)
		return "bad_state";
	if (row->where == IN_ROOM && member->warm)
		return "bad_state";
	return NULL;
}

const char *command_room(struct command *c, struct room **out)
{
	const char *code = proto_string(c->d, "code");
	struct room *room = code ? room_by_code(c->server, code) : c->member->room;

	if (c->member->warm)
		return "bad_state";
	if (room != c->member->room && !member_may(c->member, CAP_SERVER))
		return "forbidden";
	if (!room)
		return code ? "no_room" : "bad_state";
	*out = room;
	return NULL;
}

static void send_text(struct ws *ws, char *text) RUNS_ON(on_ctl)
{
	if (text)
		ws_send(ws, text, strlen(text));
	free(text);
}

void command_run(struct server *server, struct ws *ws, const char *text, size_t len)
{
	struct command c = {.server = server, .ws = ws, .member = ws_data(ws)};
	const struct row *row;
	struct proto_msg msg;
	const char *code;

	if (proto_parse(&msg, text, len, &code)) {
		send_text(ws, proto_err(proto_scan_id(text, len), code, NULL));
		return;
	}
	c.d = msg.d;
	c.id = msg.id;
	row = row_find(msg.type);
	code = admit(row, &c);
	if (!code && proto_check(msg.d, row->fields, &c.field))
		code = "bad_field";
	if (!code && c.member && too_fast(c.member, row->rate, len)) {
		count_add(COUNT_REJECT_RATE, 1);
		code = "too_fast";
	}
	if (!code)
		code = row->run(&c);
	if (code) {
		log_debug("command_refused", "type=%s code=%s", msg.type, code);
		send_text(ws, c.after_ms ? proto_err_later(msg.id, code, c.after_ms)
			      : c.why[0] ? proto_err_why(msg.id, code, c.field, c.why)
					 : proto_err(msg.id, code, c.field));
		cJSON_Delete(c.reply);
	} else if (!c.later) {
		send_text(ws, proto_ok(msg.id, c.reply));
	}
	proto_msg_fini(&msg);
	if (!code && c.after && c.member)
		c.after(c.member);
}

void command_reply(struct server *server, const char *session, int64_t id, cJSON *d,
		   const char *error)
{
	struct member *member = member_by_session(server, session);
	struct ws *ws = member ? session_ws(member->session) : NULL;

	if (!ws) {
		cJSON_Delete(d);
		return;
	}
	if (error)
		cJSON_Delete(d);
	send_text(ws, error ? proto_err(id, error, NULL) : proto_ok(id, d));
}
