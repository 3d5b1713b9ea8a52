#include "mcu/command.h"

#include <string.h>

#include "mcu/breakout.h"
#include "mcu/command_spec.h"
#include "mcu/cue.h"
#include "mcu/editions.h"
#include "mcu/room.h"
#include "mcu/seats.h"
#include "mcu/share.h"
#include "mcu/tryout.h"
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
static const struct proto_field f_layout_set[] = {
	{"name", PROTO_STRING, true, 0, LIMIT_LAYOUT_TEXT},
	{"view", PROTO_STRING, false, 1, 16},
	END,
};
static const struct proto_field f_view[] = {
	{"view", PROTO_STRING, true, 1, 16},
	{"member", PROTO_STRING, false, 0, 11},
	END,
};
static const struct proto_field f_layout_json[] = {
	{"layout", PROTO_OBJECT, true, 0, 0},
	END,
};
/* `rungs`: of the class `code`, else of the server. */
static const struct proto_field f_try[] = {
	{"layout", PROTO_OBJECT, true, 0, 0},
	{"n", PROTO_INT, true, 0, TRYOUT_PEOPLE},
	{"tall", PROTO_BOOL, false, 0, 0},
	{"screen", PROTO_BOOL, false, 0, 0},
	{"pinned", PROTO_BOOL, false, 0, 0},
	{"hand", PROTO_BOOL, false, 0, 0},
	{"guest", PROTO_BOOL, false, 0, 0},
	{"interpreter", PROTO_BOOL, false, 0, 0},
	{"wall", PROTO_BOOL, false, 0, 0},
	{"params", PROTO_STRING, false, 0, LIMIT_LAYOUT_TEXT - PLAN_NAME},
	{"code", PROTO_STRING, false, 1, 32},
	END,
};
static const struct proto_field f_of_view[] = {
	{"view", PROTO_STRING, false, 1, 16},
	END,
};
static const struct proto_field f_preview[] = {
	{"view", PROTO_STRING, false, 1, 16},
	{"name", PROTO_STRING, false, 1, LIMIT_LAYOUT_TEXT},
	{"layout", PROTO_OBJECT, false, 0, 0},
	{"tall", PROTO_BOOL, false, 0, 0},
	{"code", PROTO_STRING, false, 1, 32},
	END,
};
static const struct proto_field f_cue[] = {
	{"id", PROTO_INT, false, 1, UINT32_MAX},
	{"at", PROTO_INT, false, 0, CUES_MAX},
	{"name", PROTO_STRING, false, 1, LIMIT_NAME_BYTES * 2},
	{"layout", PROTO_STRING, false, 0, LIMIT_LAYOUT_TEXT},
	{"pin", PROTO_STRING, false, 0, 11},
	{"interpreter", PROTO_STRING, false, 0, 11},
	{"guest", PROTO_STRING, false, 0, 11},
	{"at_ms", PROTO_INT, false, 0, INT64_C(1) << 53},
	{"after_s", PROTO_INT, false, 0, CUE_AFTER_SEC},
	{"by_hand", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_cue_id[] = {
	{"id", PROTO_INT, true, 1, UINT32_MAX},
	END,
};
static const struct proto_field f_cue_move[] = {
	{"id", PROTO_INT, true, 1, UINT32_MAX},
	{"to", PROTO_INT, true, 0, CUES_MAX},
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
	{"code", PROTO_STRING, false, 1, 32}, {"kind", PROTO_STRING, false, 1, 16},
	{"locked", PROTO_BOOL, false, 0, 0},  {"lobby", PROTO_BOOL, false, 0, 0},
	{"watch", PROTO_BOOL, false, 0, 0},   {"unmute", PROTO_BOOL, false, 0, 0},
	{"camera", PROTO_BOOL, false, 0, 0},  {"share", PROTO_BOOL, false, 0, 0},
	{"chat", PROTO_BOOL, false, 0, 0},    END,
};
static const struct proto_field f_code[] = {
	{"code", PROTO_STRING, false, 1, 32},
	END,
};
static const struct proto_field f_record[] = {
	{"title", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
	{"editions", PROTO_STRINGS, false, 0, EDITIONS},
	{"push", PROTO_STRING, false, 1, TARGET_MAX},
	{"view", PROTO_STRING, false, 1, 16},
	{"layout", PROTO_STRING, false, 0, LIMIT_LAYOUT_TEXT},
	END,
};
static const struct proto_field f_mark[] = {
	{"text", PROTO_STRING, false, 0, LIMIT_MARK_BYTES},
	END,
};
static const struct proto_field f_room[] = {
	{"title", PROTO_STRING, true, 1, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_recordings[] = {
	{"before", PROTO_INT, false, 1, INT64_C(1) << 53},
	{"limit", PROTO_INT, false, 1, 100},
	{"q", PROTO_STRING, false, 0, DB_SEARCH},
	{"from_ms", PROTO_INT, false, 0, INT64_C(1) << 53},
	{"to_ms", PROTO_INT, false, 0, INT64_C(1) << 53},
	{"state", PROTO_STRING, false, 1, 15},
	{"trash", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_title[] = {
	{"id", PROTO_STRING, true, 1, DB_ID},
	{"title", PROTO_STRING, true, 1, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_delete[] = {
	{"id", PROTO_STRING, true, 1, DB_ID},
	{"now", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_keep[] = {
	{"id", PROTO_STRING, true, 1, DB_ID},
	{"keep", PROTO_BOOL, true, 0, 0},
	END,
};
static const struct proto_field f_share_link[] = {
	{"id", PROTO_STRING, true, 1, DB_ID},
	{"days", PROTO_INT, false, 1, SHARE_DAYS},
	{"password", PROTO_STRING, false, 1, SHARE_PASSWORD_MAX * 4},
	{"download", PROTO_BOOL, false, 0, 0},
	END,
};
static const struct proto_field f_trim[] = {
	{"id", PROTO_STRING, true, 1, DB_ID},
	{"from_ms", PROTO_INT, true, 0, LIMIT_DERIVE_MS},
	{"to_ms", PROTO_INT, true, 0, LIMIT_DERIVE_MS},
	{"title", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_join_up[] = {
	{"ids", PROTO_STRINGS, true, 2, LIMIT_JOINS},
	{"title", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
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

static const struct proto_field f_rule[] = {
	{"rule", PROTO_STRING, true, 1, 16},
	{"sees", PROTO_STRING, false, 1, 16},
	END,
};
static const struct proto_field f_interpreters[] = {
	{"set", PROTO_OBJECT, true, 0, 0},
	END,
};
static const struct proto_field f_channel[] = {
	{"channel", PROTO_STRING, true, 0, HEARING_NAME},
	END,
};

static const struct proto_field f_move[] = {
	{"member", PROTO_STRING, true, ID},
	{"code", PROTO_STRING, true, 1, 32},
	{"from", PROTO_STRING, false, 1, 32},
	{"token", PROTO_STRING, false, 0, 64},
	END,
};
/* `groups` is read by cmd_breakout.c. */
static const struct proto_field f_breakout[] = {
	{"n", PROTO_INT, false, 1, BREAKOUT_GROUPS},
	{"how", PROTO_STRING, false, 1, 8},
	{"minutes", PROTO_INT, false, 0, BREAKOUT_MINUTES_MAX},
	{"message", PROTO_STRING, false, 0, LIMIT_CHAT_BYTES},
	END,
};
static const struct proto_field f_group[] = {
	{"group", PROTO_INT, true, 0, BREAKOUT_GROUPS},
	END,
};
static const struct proto_field f_assign[] = {
	{"member", PROTO_STRING, true, ID},
	{"group", PROTO_INT, true, 0, BREAKOUT_GROUPS},
	END,
};
static const struct proto_field f_minutes[] = {
	{"minutes", PROTO_INT, true, 0, BREAKOUT_MINUTES_MAX},
	END,
};
static const struct proto_field f_call_help[] = {{"on", PROTO_BOOL, false, 0, 0}, END};
static const struct proto_field f_breakout_end[] = {
	{"seconds", PROTO_INT, false, 0, 120},
	END,
};

static const struct proto_field f_from[] = {
	{"from", PROTO_INT, false, 0, LIMIT_ROOM_MEMBERS},
	END,
};
static const struct proto_field f_announce[] = {
	{"code", PROTO_STRING, false, 1, 32},
	{"text", PROTO_STRING, true, 1, 1000},
	END,
};
static const struct proto_field f_setting[] = {
	{"key", PROTO_STRING, true, 1, DB_ID},
	{"value", PROTO_STRING, true, 0, 255},
	END,
};
static const struct proto_field f_audit[] = {
	{"before", PROTO_STRING, false, 1, 20},
	{"limit", PROTO_INT, false, 1, DB_ACTS_MAX - 1},
	{"code", PROTO_STRING, false, 1, 32},
	{"who", PROTO_STRING, false, 1, LIMIT_NAME_BYTES},
	END,
};

static const struct proto_field f_deck_ticket[] = {
	{"deck", PROTO_STRING, false, 1, DB_ID},
	{"title", PROTO_STRING, false, 0, LIMIT_TITLE * 4},
	END,
};
static const struct proto_field f_deck[] = {{"deck", PROTO_STRING, true, 1, DB_ID}, END};
static const struct proto_field f_deck_show[] = {
	{"deck", PROTO_STRING, true, 1, DB_ID},
	{"page", PROTO_INT, false, 1, LIMIT_DECK_PAGES},
	END,
};
static const struct proto_field f_clip_play[] = {
	{"deck", PROTO_STRING, true, 1, DB_ID},
	{"at_ms", PROTO_INT, false, 0, LIMIT_CLIP_MS},
	END,
};
static const struct proto_field f_clip_pause[] = {{"on", PROTO_BOOL, true, 0, 0}, END};
static const struct proto_field f_clip_seek[] = {
	{"ms", PROTO_INT, true, 0, LIMIT_CLIP_MS},
	END,
};
static const struct proto_field f_deck_go[] = {
	{"page", PROTO_INT, true, 1, LIMIT_DECK_PAGES},
	END,
};
static const struct proto_field f_deck_still[] = {
	{"deck", PROTO_STRING, false, 1, DB_ID},
	{"page", PROTO_INT, false, 1, LIMIT_DECK_PAGES},
	END,
};

/* The one list of what a client may ask, and what it must be able to for that. What
 * depends on the fields as well is asked by the handler, of the same member_may(). */
static const struct command_spec rows[] = {
	{"join", 0, BEFORE, RATE_FREE, f_join, cmd_join},
	{"enter", 0, FROM_PORCH, RATE_CALL, f_enter, cmd_enter},
	{"resume", 0, BEFORE, RATE_FREE, f_resume, cmd_resume},
	{"ping", 0, ANYWHERE, RATE_FREE, none, cmd_ping},
	{"leave", 0, ANYWHERE, RATE_FREE, none, cmd_leave},
	{"rtc.answer", 0, FROM_PORCH, RATE_FREE, f_answer, cmd_rtc_answer},
	{"rtc.restart", 0, FROM_PORCH, RATE_CALL, none, cmd_rtc_restart},
	{"rtc.call", 0, FROM_PORCH, RATE_CALL, f_call, cmd_rtc_call},
	{"rtc.prefer", 0, FROM_PORCH, RATE_SWITCH, f_prefer, cmd_rtc_prefer},
	{"link.history", CAP_LINKS, OF_CLASS, RATE_LIST, f_member, cmd_link_history},
	{"media.set", 0, IN_ROOM, RATE_SWITCH, f_media, cmd_media_set},
	{"screen.set", 0, IN_ROOM, RATE_SWITCH, f_screen, cmd_screen_set},
	{"deck.ticket", CAP_SHARE, OF_CLASS, RATE_LIST, f_deck_ticket, cmd_deck_ticket},
	{"deck.list", CAP_SHARE, OF_CLASS, RATE_LIST, none, cmd_deck_list},
	{"deck.show", CAP_SHARE, OF_CLASS, RATE_SWITCH, f_deck_show, cmd_deck_show},
	{"deck.next", CAP_SHARE, OF_CLASS, RATE_SWITCH, none, cmd_deck_next},
	{"deck.prev", CAP_SHARE, OF_CLASS, RATE_SWITCH, none, cmd_deck_prev},
	{"deck.go", CAP_SHARE, OF_CLASS, RATE_SWITCH, f_deck_go, cmd_deck_go},
	{"deck.hide", CAP_SHARE, OF_CLASS, RATE_SWITCH, none, cmd_deck_hide},
	{"deck.delete", CAP_SHARE, OF_CLASS, RATE_LIST, f_deck, cmd_deck_delete},
	{"clip.play", CAP_SHARE, OF_CLASS, RATE_SWITCH, f_clip_play, cmd_clip_play},
	{"clip.pause", CAP_SHARE, OF_CLASS, RATE_SWITCH, f_clip_pause, cmd_clip_pause},
	{"clip.seek", CAP_SHARE, OF_CLASS, RATE_SWITCH, f_clip_seek, cmd_clip_seek},
	{"clip.stop", CAP_SHARE, OF_CLASS, RATE_SWITCH, none, cmd_clip_stop},
	{"deck.still", 0, OF_CLASS, RATE_LIST, f_deck_still, cmd_deck_still},
	{"view.ready", 0, IN_ROOM, RATE_FREE, f_ready, cmd_view_ready},
	{"view.set", 0, IN_ROOM, RATE_VIEW, f_view, cmd_view_set},
	{"key.want", 0, IN_ROOM, RATE_CALL, none, cmd_key_want},
	{"chat.send", CAP_CHAT, IN_ROOM, RATE_CHAT, f_chat, cmd_chat_send},
	{"layout.set", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_layout_set, cmd_layout_set},
	{"layout.preview", CAP_LAYOUT, ANYWHERE, RATE_PREVIEW, f_preview,
	 cmd_layout_preview},
	{"layout.undo", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_of_view, cmd_layout_undo},
	{"layout.redo", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_of_view, cmd_layout_redo},
	{"cue.list", CAP_LAYOUT, OF_CLASS, RATE_LIST, none, cmd_cue_list},
	{"cue.put", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_cue, cmd_cue_put},
	{"cue.delete", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_cue_id, cmd_cue_delete},
	{"cue.move", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_cue_move, cmd_cue_move},
	{"cue.clear", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, none, cmd_cue_clear},
	{"cue.go", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_cue_id, cmd_cue_go},
	{"cue.next", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, none, cmd_cue_next},
	{"layout.list", CAP_LAYOUT, ANYWHERE, RATE_LIST, none, cmd_layout_list},
	{"layout.part", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_part, cmd_layout_part},
	{"layout.get", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout, cmd_layout_get},
	{"layout.put", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout_json, cmd_layout_put},
	{"layout.delete", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout, cmd_layout_delete},
	{"layout.validate", CAP_SERVER, ANYWHERE, RATE_LIST, f_layout_json,
	 cmd_layout_validate},
	{"layout.try", CAP_SERVER, ANYWHERE, RATE_LIST, f_try, cmd_layout_try},
	{"pin.set", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_pin, cmd_pin_set},
	{"spotlight.set", CAP_LAYOUT, OF_CLASS, RATE_SWITCH, f_pin, cmd_pin_set},
	{"member.allow", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_allow, cmd_member_allow},
	{"member.mute", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_mute, cmd_member_mute},
	{"member.remove", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_remove,
	 cmd_member_remove},
	{"member.bans", CAP_MODERATE, OF_CLASS, RATE_LIST, none, cmd_member_bans},
	{"member.unban", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_id, cmd_member_unban},
	{"member.admit", CAP_ADMIT, OF_CLASS, RATE_SWITCH, f_pin, cmd_member_admit},
	{"member.deny", CAP_ADMIT, OF_CLASS, RATE_SWITCH, f_remove, cmd_member_deny},
	{"room.set", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_switches, cmd_room_set},
	{"room.links", CAP_ROOM, OF_CLASS, RATE_LIST, f_code, cmd_room_links},
	{"class.limit", CAP_LIMIT, OF_CLASS, RATE_SWITCH, f_limit, cmd_class_limit},
	{"class.end", CAP_ROOM, OF_CLASS, RATE_SWITCH, none, cmd_class_end},
	{"record.options", CAP_RECORD, OF_CLASS, RATE_LIST, none, cmd_record_options},
	{"record.start", CAP_RECORD, OF_CLASS, RATE_SWITCH, f_record, cmd_record_start},
	{"record.pause", CAP_RECORD, OF_CLASS, RATE_SWITCH, none, cmd_record_pause},
	{"record.resume", CAP_RECORD, OF_CLASS, RATE_SWITCH, none, cmd_record_resume},
	{"record.mark", CAP_RECORD, OF_CLASS, RATE_SWITCH, f_mark, cmd_record_mark},
	{"record.stop", CAP_RECORD, OF_CLASS, RATE_SWITCH, none, cmd_record_stop},
	{"recording.live", 0, IN_ROOM, RATE_LIST, none, cmd_recording_live},
	{"recording.list", CAP_RECORDINGS, OF_CLASS, RATE_LIST, f_recordings,
	 cmd_recording_list},
	{"recording.marks", CAP_RECORDINGS, OF_CLASS, RATE_LIST, f_id,
	 cmd_recording_marks},
	{"recording.captions", CAP_RECORD, OF_CLASS, RATE_LIST, f_id,
	 cmd_recording_captions},
	{"recording.rename", CAP_RECORD, OF_CLASS, RATE_LIST, f_title,
	 cmd_recording_rename},
	{"recording.delete", CAP_RECORD, OF_CLASS, RATE_LIST, f_delete,
	 cmd_recording_delete},
	{"recording.restore", CAP_RECORD, OF_CLASS, RATE_LIST, f_id,
	 cmd_recording_restore},
	{"recording.empty_trash", CAP_RECORD, OF_CLASS, RATE_LIST, none,
	 cmd_recording_empty_trash},
	{"recording.keep", CAP_RECORD, OF_CLASS, RATE_LIST, f_keep, cmd_recording_keep},
	{"recording.trim", CAP_RECORD, OF_CLASS, RATE_LIST, f_trim, cmd_recording_trim},
	{"recording.join", CAP_RECORD, OF_CLASS, RATE_LIST, f_join_up,
	 cmd_recording_join},
	{"recording.share", CAP_RECORD, OF_CLASS, RATE_LIST, f_share_link,
	 cmd_recording_share},
	{"recording.shares", CAP_RECORD, OF_CLASS, RATE_LIST, f_id, cmd_recording_shares},
	{"recording.unshare", CAP_RECORD, OF_CLASS, RATE_LIST, f_id,
	 cmd_recording_unshare},
	{"room.list", CAP_SERVER, ANYWHERE, RATE_LIST, none, cmd_room_list},
	{"room.create", CAP_SERVER, ANYWHERE, RATE_LIST, f_room, cmd_room_create},
	{"room.show", CAP_SERVER, OF_CLASS, RATE_LIST, f_from, cmd_room_show},
	{"room.poster", CAP_SERVER, OF_CLASS, RATE_LIST, none, cmd_room_poster},
	{"room.end", CAP_ROOM, OF_CLASS, RATE_SWITCH, none, cmd_class_end},
	{"announce", CAP_SERVER, ANYWHERE, RATE_SWITCH, f_announce, cmd_announce},
	{"admin.watch", CAP_SERVER, ANYWHERE, RATE_SWITCH, f_on, cmd_admin_watch},
	{"admin.health", CAP_SERVER, ANYWHERE, RATE_LIST, none, cmd_admin_health},
	{"plugin.list", CAP_SERVER, ANYWHERE, RATE_LIST, none, cmd_plugin_list},
	{"settings.list", CAP_SERVER, ANYWHERE, RATE_LIST, none, cmd_settings_list},
	{"settings.set", CAP_SERVER, ANYWHERE, RATE_SWITCH, f_setting, cmd_settings_set},
	{"audit.list", CAP_SERVER, ANYWHERE, RATE_LIST, f_audit, cmd_audit_list},
	{"server.drain", CAP_SERVER, ANYWHERE, RATE_SWITCH, f_on, cmd_server_drain},
	{"hand.set", CAP_HAND, IN_ROOM, RATE_SWITCH, f_on, cmd_hand_set},
	{"hand.lower", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_member, cmd_hand_lower},
	{"hand.clear", CAP_MODERATE, OF_CLASS, RATE_SWITCH, none, cmd_hand_clear},
	{"hand.call", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_member, cmd_hand_call},
	{"hand.done", 0, IN_ROOM, RATE_SWITCH, none, cmd_hand_done},
	{"react", CAP_REACT, IN_ROOM, RATE_REACT, f_react, cmd_react},
	{"poll.start", CAP_POLL, IN_ROOM, RATE_SWITCH, f_poll, cmd_poll_start},
	{"poll.stop", CAP_POLL, OF_CLASS, RATE_SWITCH, none, cmd_poll_stop},
	{"poll.show", CAP_POLL, OF_CLASS, RATE_SWITCH, f_poll_show, cmd_poll_show},
	{"poll.vote", CAP_VOTE, IN_ROOM, RATE_SWITCH, f_vote, cmd_poll_vote},
	{"poll.csv", CAP_POLL, IN_ROOM, RATE_LIST, f_csv, cmd_poll_csv},
	{"timer.set", CAP_TIMER, OF_CLASS, RATE_SWITCH, f_timer, cmd_timer_set},
	{"timer.pause", CAP_TIMER, OF_CLASS, RATE_SWITCH, f_on, cmd_timer_pause},
	{"timer.stop", CAP_TIMER, OF_CLASS, RATE_SWITCH, none, cmd_timer_stop},
	{"class.hearing", CAP_ROOM, OF_CLASS, RATE_SWITCH, f_rule, cmd_class_hearing},
	{"room.interpreters", CAP_ROOM, OF_CLASS, RATE_SWITCH, f_interpreters,
	 cmd_room_interpreters},
	{"sound.channel", 0, IN_ROOM, RATE_SWITCH, f_channel, cmd_sound_channel},
	{"member.move", CAP_MODERATE, ANYWHERE, RATE_SWITCH, f_move, cmd_member_move},
	{"breakout.start", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_breakout,
	 cmd_breakout_start},
	{"breakout.list", 0, OF_CLASS, RATE_LIST, none, cmd_breakout_list},
	{"breakout.join", 0, OF_CLASS, RATE_SWITCH, f_group, cmd_breakout_join},
	{"breakout.assign", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_assign,
	 cmd_breakout_assign},
	{"breakout.extend", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_minutes,
	 cmd_breakout_extend},
	{"breakout.message", CAP_MODERATE, OF_CLASS, RATE_CHAT, f_chat,
	 cmd_breakout_message},
	{"breakout.call", 0, OF_CLASS, RATE_SWITCH, f_call_help, cmd_breakout_call},
	{"breakout.end", CAP_MODERATE, OF_CLASS, RATE_SWITCH, f_breakout_end,
	 cmd_breakout_end},
	{"room.ladder", CAP_LIMIT, OF_CLASS, RATE_SWITCH, f_ladder, cmd_room_ladder},
};

const struct command_spec *command_spec(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* What is only read. All other rows that need more than one may for oneself are acts,
 * new ones, too, and each is recorded; and so are all others that somebody does to a
 * class without being in it. */
static const char *const readings[] = {
	"admin.health",   "audit.list",       "breakout.list",   "cue.list",
	"deck.list",      "deck.still",       "layout.get",      "layout.list",
	"layout.preview", "layout.try",       "layout.validate", "link.history",
	"member.bans",    "plugin.list",      "poll.csv",        "record.options",
	"recording.list", "recording.shares", "room.list",       "room.poster",
	"room.show",      "settings.list",
};

bool command_spec_reads(const struct command_spec *row)
{
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
		if (strcmp(readings[i], row->name) == 0)
			return true;
	return false;
}

#define FOR_ONESELF \
	(CAP_SPEAK | CAP_CAMERA | CAP_SHARE | CAP_CHAT | CAP_HAND | CAP_REACT | \
	 CAP_VOTE | CAP_INTERPRET | CAP_RECORDINGS)

bool command_spec_rights(const struct command_spec *row)
{
	return row->needs & ~(uint32_t)FOR_ONESELF;
}

bool command_spec_acts(const struct command_spec *row)
{
	return command_spec_rights(row) && !command_spec_reads(row);
}

bool command_acts(const char *name)
{
	const struct command_spec *row = command_spec(name);

	return row && command_spec_acts(row);
}

const char *command_row(uint32_t i, uint32_t *needs, enum where *where)
{
	if (i >= sizeof(rows) / sizeof(rows[0]))
		return NULL;
	*needs = rows[i].needs;
	*where = rows[i].where;
	return rows[i].name;
}
