/* cmd_quality.c - what a member wants to receive, and how links were. */
#include "mcu/command.h"

#include <string.h>

#include "mcu/notice.h"
#include "mcu/room.h"
#include "mcu/viewer.h"

/* A guess of the page before anything is known; it names the kinds that browsers
 * tell (Network Information API: effectiveType), "save" when data is dear. */
static bool hint_of(const char *net, enum level *hint)
{
	static const struct {
		const char *net;
		enum level hint;
	} kinds[] = {
		{"slow-2g", LEVEL_STILL}, {"2g", LEVEL_STILL}, {"3g", LEVEL_LOW},
		{"save", LEVEL_LOW},      {"4g", LEVEL_MAIN},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].net, net) == 0) {
			*hint = kinds[i].hint;
			return true;
		}
	return false;
}

/* All is checked before anything changes. */
static const char *check(struct command *c, enum wish *wish, enum level *cap,
			 enum level *hint)
{
	const struct quality *q = &c->member->quality;
	const char *name = proto_string(c->d, "wish");

	*wish = name && *name ? wish_by_name(name) : q->wish;
	if (*wish == WISHES) {
		c->field = "wish";
		return "bad_field";
	}
	name = proto_string(c->d, "cap");
	*cap = name && *name ? level_by_name(name) : q->cap;
	if (*cap == LEVELS) {
		c->field = "cap";
		return "bad_field";
	}
	name = proto_string(c->d, "net");
	*hint = q->hint;
	if (name && *name && !hint_of(name, hint)) {
		c->field = "net";
		return "bad_field";
	}
	return NULL;
}

const char *cmd_rtc_prefer(struct command *c)
{
	struct member *member = c->member;
	struct quality *q = &member->quality;
	enum level cap, hint;
	const char *error;
	enum wish wish;
	bool tall;

	thread_claim(&on_ctl);
	error = check(c, &wish, &cap, &hint);
	if (error)
		return error;
	q->wish = wish;
	q->cap = cap;
	q->hint = hint;
	q->hidden = proto_bool(c->d, "hidden", q->hidden);
	tall = proto_bool(c->d, "tall", q->tall);
	viewer_tall(member, tall);
	if (cJSON_HasObjectItem(c->d, "budget_mb"))
		quality_budget(member,
			       (uint64_t)proto_int(c->d, "budget_mb", 0) * 1000000,
			       proto_int(c->d, "budget_min", 60));
	quality_limit(member);
	return NULL;
}

const char *cmd_link_history(struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));
	const struct member *member = base ? room_member(c->room, base) : NULL;

	thread_claim(&on_ctl);
	if (!member)
		return "unknown_member";
	c->reply = notice_link_minutes(member);
	return NULL;
}
