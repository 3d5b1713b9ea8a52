#include "mcu/notice_breakout.h"

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "signaling/session.h"

/* ---- as JSON ---------------------------------------------------------------- */

static void add_names(cJSON *to, const struct room *room, bool all, uint32_t *left)
	RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(to, "members"), *row;
	char id[12];

	for (uint32_t i = 0; i<room->n_members && * left> 0; i++) {
		const struct member *member = room->members[i];

		if (!all && policy_staff(member->role))
			continue;
		(*left)--;
		row = cJSON_CreateObject();
		member_id(member, id);
		cJSON_AddStringToObject(row, "id", id);
		cJSON_AddStringToObject(row, "name", member->name);
		cJSON_AddItemToArray(list, row);
	}
}

static void add_groups(cJSON *d, const struct breakout *b, bool staff, uint32_t only)
	RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(d, "groups"), *row;
	uint32_t left = BREAKOUT_NAMES;

	for (uint32_t i = 0; i < b->n; i++) {
		if (!staff && b->how != BREAKOUT_SELF && i + 1 != only)
			continue;
		row = cJSON_CreateObject();
		cJSON_AddNumberToObject(row, "group", i + 1);
		cJSON_AddStringToObject(row, "title", b->groups[i].title);
		cJSON_AddNumberToObject(row, "n", b->groups[i].room->n_members);
		cJSON_AddBoolToObject(row, "calls", b->groups[i].calls);
		if (staff) {
			cJSON_AddStringToObject(row, "code", b->groups[i].room->row.code);
			add_names(row, b->groups[i].room, true, &left);
		}
		cJSON_AddItemToArray(list, row);
	}
}

cJSON *notice_json_breakout(const struct room *room, const struct member *member)
{
	const struct room *class = room->parent ? room->parent : room;
	const struct breakout *b = class->breakout;
	const struct breakout_seat *seat = breakout_seat(class, member->seat);
	bool staff = member_may(member, CAP_MODERATE);
	uint32_t left = BREAKOUT_NAMES;
	cJSON *d, *main;

	if (!b)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	cJSON_AddStringToObject(d, "how", breakout_how_name(b->how));
	cJSON_AddNumberToObject(d, "n", b->n);
	cJSON_AddNumberToObject(d, "own", seat ? seat->own : 0);
	cJSON_AddNumberToObject(d, "at", breakout_number(class, member->room));
	add_groups(d, b, staff, seat ? seat->own : 0);
	if (staff) {
		main = cJSON_AddObjectToObject(d, "main");
		cJSON_AddNumberToObject(main, "n", class->n_members);
		add_names(main, class, false, &left);
	}
	if (b->end_us) {
		int64_t ms = (b->end_us - clock_us()) / 1000;

		cJSON_AddNumberToObject(d, "left_ms", ms > 0 ? (double)ms : 0);
	} else {
		cJSON_AddNullToObject(d, "left_ms");
	}
	cJSON_AddBoolToObject(d, "closing", b->closing);
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

/* ---- telling ----------------------------------------------------------------- */

typedef void each_fn(const struct member *member, void *arg);

static void in_room(const struct room *room, each_fn *fn, void *arg) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		fn(room->members[i], arg);
}

static void in_all(const struct room *class, each_fn *fn, void *arg) RUNS_ON(on_ctl)
{
	in_room(class, fn, arg);
	for (uint32_t i = 0; class->breakout && i < class->breakout->n; i++)
		in_room(class->breakout->groups[i].room, fn, arg);
}

static void tell_one(const struct member *member, void *arg)
{
	const bool *all = arg;
	cJSON *d;

	thread_claim(&on_ctl);
	if (!*all && !member_may(member, CAP_MODERATE))
		return;
	d = notice_json_breakout(member->room, member);
	if (cJSON_IsNull(d)) { /* an event has an object */
		cJSON_Delete(d);
		d = cJSON_CreateObject();
		cJSON_AddBoolToObject(d, "over", true);
	}
	session_event(member->session, "breakout", d);
}

/* Who chooses sees how many are where. */
void notice_breakout(struct room *class, bool all)
{
	struct breakout *b = class->breakout;

	if (b) {
		all = all || b->changed_all || b->how == BREAKOUT_SELF;
		b->changed = b->changed_all = false;
		b->told_us = clock_us();
	}
	in_all(class, tell_one, &all);
}

static void said_one(const struct member *member, void *arg)
{
	thread_claim(&on_ctl);
	if (member->room->parent || member_may(member, CAP_MODERATE))
		session_event(member->session, "breakout.said",
			      cJSON_Duplicate(arg, true));
}

void notice_breakout_said(const struct room *class, const struct member *by,
			  const char *text)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "name", by->name);
	cJSON_AddStringToObject(d, "text", text);
	cJSON_AddNumberToObject(d, "sent_ms", (double)clock_wall_ms());
	in_all(class, said_one, d);
	cJSON_Delete(d);
}

static void call_one(const struct member *member, void *arg)
{
	thread_claim(&on_ctl);
	if (member_may(member, CAP_MODERATE))
		session_event(member->session, "breakout.call",
			      cJSON_Duplicate(arg, true));
}

void notice_breakout_call(const struct room *class, uint32_t number,
			  const struct member *by)
{
	const struct breakout_group *group = &class->breakout->groups[number - 1];
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "group", number);
	cJSON_AddStringToObject(d, "title", group->title);
	cJSON_AddStringToObject(d, "name", by->name);
	cJSON_AddBoolToObject(d, "on", group->calls);
	in_all(class, call_one, d);
	cJSON_Delete(d);
}
