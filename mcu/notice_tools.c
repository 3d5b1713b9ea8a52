#include "mcu/notice_tools.h"

#include "base/clock.h"
#include "mcu/notice_json.h"
#include "mcu/roster.h"
#include "signaling/session.h"

/* ---- as JSON ---------------------------------------------------------------- */

static cJSON *json_hands(const struct room *room, uint32_t most) RUNS_ON(on_ctl)
{
	const struct hands *hands = &room->hands;
	cJSON *d = cJSON_CreateObject(), *list;
	const struct member *member;

	cJSON_AddNumberToObject(d, "n", hands->n);
	list = cJSON_AddArrayToObject(d, "list");
	for (uint32_t i = 0; i < hands->n && i < most; i++) {
		cJSON *row;

		member = room_member(room, hands->list[i].member);
		if (!member)
			continue;
		row = cJSON_CreateObject();
		notice_json_ref(row, "member", room, member->base);
		cJSON_AddStringToObject(row, "name", member->name);
		cJSON_AddNumberToObject(row, "since_ms", (double)hands->list[i].since_ms);
		cJSON_AddItemToArray(list, row);
	}
	notice_json_ref(d, "floor", room, hands->floor);
	member = hands->floor ? room_member(room, hands->floor) : NULL;
	cJSON_AddStringToObject(d, "floor_name", member ? member->name : "");
	return d;
}

static bool told_many(const struct member *member) RUNS_ON(on_ctl)
{
	return member_may(member, CAP_MODERATE) ||
	       member->room->n_members <= ROSTER_LISTED;
}

static cJSON *json_hand(const struct member *member) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "at", hands_place(member->room, member));
	cJSON_AddBoolToObject(d, "floor", member->room->hands.floor == member->base);
	return d;
}

static void add_counts(cJSON *d, const struct poll *poll)
{
	cJSON *list = cJSON_AddArrayToObject(d, "counts");

	for (uint32_t i = 0; i < poll->ask.n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateNumber(poll->counts[i]));
	cJSON_AddNumberToObject(d, "voters", poll->voters);
}

static cJSON *json_poll(const struct poll *poll, bool counts)
{
	cJSON *d, *list;

	if (!poll)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	cJSON_AddStringToObject(d, "id", poll->id);
	cJSON_AddStringToObject(d, "kind", poll_kind_name(poll->ask.kind));
	cJSON_AddStringToObject(d, "question", poll->ask.question);
	cJSON_AddNumberToObject(d, "n", poll->ask.n);
	list = cJSON_AddArrayToObject(d, "options");
	for (uint32_t i = 0; i < poll->ask.n && poll->ask.options[0][0]; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(poll->ask.options[i]));
	cJSON_AddBoolToObject(d, "named", poll->ask.named);
	cJSON_AddBoolToObject(d, "show", poll->ask.show);
	cJSON_AddBoolToObject(d, "on", poll->on);
	if (counts)
		add_counts(d, poll);
	return d;
}

/* The own answer is of the snapshot only. */
static cJSON *json_own_poll(const struct member *member) RUNS_ON(on_ctl)
{
	const struct poll *poll = member->room->poll;
	cJSON *d, *list;
	uint16_t bits;

	if (!poll)
		return cJSON_CreateNull();
	d = json_poll(poll, poll->ask.show || member_may(member, CAP_POLL));
	list = cJSON_AddArrayToObject(d, "mine");
	bits = member->ballot ? poll->ballots[member->ballot - 1].choices : 0;
	for (uint32_t i = 0; i < poll->ask.n; i++)
		if (bits & 1u << i)
			cJSON_AddItemToArray(list, cJSON_CreateNumber(i + 1));
	return d;
}

/* What is left, and when that was: who gets it later, or has another clock, can tell
 * the end of both. */
static cJSON *json_countdown(const struct room *room)
{
	const struct countdown *c = &room->countdown;
	cJSON *d = cJSON_CreateObject();

	cJSON_AddBoolToObject(d, "on", c->on);
	cJSON_AddBoolToObject(d, "paused", c->paused);
	cJSON_AddNumberToObject(d, "left_ms", (double)countdown_left_ms(c, clock_us()));
	cJSON_AddNumberToObject(d, "total_ms", (double)c->total_ms);
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	cJSON_AddStringToObject(d, "label", c->label);
	return d;
}

void notice_json_tools(cJSON *d, const struct member *member)
{
	const struct room *room = member->room;

	cJSON_AddItemToObject(
		d, "hands",
		json_hands(room, told_many(member) ? HANDS_TOLD : HANDS_TOLD_MANY));
	cJSON_AddItemToObject(d, "hand", json_hand(member));
	cJSON_AddItemToObject(d, "poll", json_own_poll(member));
	cJSON_AddItemToObject(d, "timer", json_countdown(room));
}

/* ---- to all ----------------------------------------------------------------- */

/* Which of two texts a member gets; takes both. One that is NULL goes to nobody. */
static void tell(const struct room *room, const char *event, cJSON *d[2],
		 bool first(const struct member *member), bool hint) RUNS_ON(on_ctl)
{
	struct session_text *texts[2];

	for (int i = 0; i < 2; i++)
		texts[i] = d[i] ? session_text_create(event, cJSON_PrintUnformatted(d[i]))
				: NULL;
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct member *member = room->members[i];
		int which = first && !first(member);

		if (!d[which])
			continue;
		if (hint)
			session_hint_shared(member->session, texts[which]);
		else
			session_event_shared(member->session, texts[which]);
	}
	for (int i = 0; i < 2; i++) {
		session_text_put(texts[i]);
		cJSON_Delete(d[i]);
	}
}

static bool may_ask(const struct member *member)
{
	thread_claim(&on_ctl);
	return member_may(member, CAP_POLL);
}

static bool gets_many(const struct member *member)
{
	thread_claim(&on_ctl);
	return told_many(member);
}

void notice_hands(const struct room *room)
{
	cJSON *d[2] = {json_hands(room, HANDS_TOLD), json_hands(room, HANDS_TOLD_MANY)};

	tell(room, "hands", d, gets_many, false);
}

void notice_hand(const struct member *member)
{
	session_event(member->session, "hand", json_hand(member));
}

void notice_poll(const struct room *room)
{
	cJSON *d[2] = {json_poll(room->poll, true),
		       json_poll(room->poll, room->poll && room->poll->ask.show)};

	tell(room, "poll", d, may_ask, false);
}

static cJSON *json_counts(const struct poll *poll)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", poll->id);
	add_counts(d, poll);
	return d;
}

void notice_poll_counts(const struct room *room)
{
	cJSON *d[2] = {json_counts(room->poll), NULL};

	tell(room, "poll.counts", d, room->poll->ask.show ? NULL : may_ask, true);
}

void notice_countdown(const struct room *room)
{
	cJSON *d[2] = {json_countdown(room), NULL};

	tell(room, "timer", d, NULL, false);
}

void notice_reactions(const struct room *room)
{
	cJSON *d[2] = {cJSON_CreateObject(), NULL};
	cJSON *n = cJSON_AddObjectToObject(d[0], "n");

	for (uint32_t i = 0; i < REACTIONS; i++)
		if (room->reactions.n[i])
			cJSON_AddNumberToObject(n, reaction_sign(i),
						room->reactions.n[i]);
	tell(room, "reactions", d, NULL, true);
}

void notice_tools_to(const struct member *member)
{
	const struct poll *poll = member->room->poll;

	if (poll && (poll->ask.show || member_may(member, CAP_POLL)))
		session_hint(member->session, "poll.counts", json_counts(poll));
}
