/* command_run.c - the one way of a message to its handler: checked, recorded, done,
 * replied to.
 */
#include "mcu/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/audit.h"
#include "mcu/command_spec.h"
#include "mcu/room.h"
#include "signaling/proto_scan.h"
#include "signaling/session.h"

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
	[RATE_PREVIEW] = {{2, 24}, 0}, /* all layouts of a list, then one now and then */
	[RATE_VIEW] = {{1, 8}, 0},     /* each may open an encoder and close another */
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
static const char *admit(const struct command_spec *row, struct command *c)
	RUNS_ON(on_ctl)
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
	if (row->where == OF_CLASS)
		return member->warm ? "bad_state" : NULL; /* more: find_class() */
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

/* The class of a row that is about one. */
static const char *find_class(const struct command_spec *row, struct command *c)
	RUNS_ON(on_ctl)
{
	static const struct proto_field by_code[] = {
		{"code", PROTO_STRING, false, 1, 32},
		{NULL, PROTO_STRING, false, 0, 0},
	};

	if (row->where != OF_CLASS)
		return NULL;
	if (proto_check(c->d, by_code, &c->field))
		return "bad_field";
	return command_room(c, &c->room);
}

/* All that is asked before the handler. */
static const char *check(const struct command_spec *row, struct command *c, size_t len)
	RUNS_ON(on_ctl)
{
	const char *code = admit(row, c);

	if (!code && proto_check(c->d, row->fields, &c->field))
		code = "bad_field";
	if (!code)
		code = find_class(row, c);
	if (!code && c->member && too_fast(c->member, row->rate, len)) {
		count_add(COUNT_REJECT_RATE, 1);
		code = "too_fast";
	}
	return code;
}

/* Is it to be recorded? What somebody does to a class without being in it always is. */
static bool is_act(const struct command_spec *row, const struct command *c)
{
	bool abroad = row->where == OF_CLASS && c->room != c->member->room;

	return command_spec_acts(row) || (abroad && !command_spec_reads(row));
}

/* The one way to a handler. What is an act is recorded here, or not done. */
static const char *handle(const struct command_spec *row, struct command *c, size_t len)
	RUNS_ON(on_ctl)
{
	struct audit_note note;
	const char *code;

	c->room = c->member ? c->member->room : NULL;
	code = check(row, c, len);
	if (code) {
		if (row && c->member && command_spec_rights(row) &&
		    strcmp(code, "forbidden") == 0)
			audit_refused(c, row->name, row->fields);
		return code;
	}
	if (!c->member || !is_act(row, c))
		return row->run(c);
	if (!audit_begin(&note, c, row->name, row->fields))
		return "server_busy";
	code = row->run(c);
	if (c->about[0])
		audit_about(&note, c->about);
	audit_end(c->server, &note, code ? code : c->later ? "begun" : "ok");
	return code;
}

void command_run(struct server *server, struct ws *ws, const char *text, size_t len)
{
	struct command c = {.server = server, .ws = ws, .member = ws_data(ws)};
	struct proto_msg msg;
	const char *code;

	if (proto_parse(&msg, text, len, &code)) {
		send_text(ws, proto_err(proto_scan_id(text, len), code, NULL));
		return;
	}
	c.d = msg.d;
	c.id = msg.id;
	code = handle(command_spec(msg.type), &c, len);
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
