/* What of a request is kept in the record: what matters, nothing that people said, and
 * never much. And which requests are acts at all.
 */
#include "mcu/audit.h"

#include <string.h>

#include "mcu/command.h"
#include "mcu/policy.h"
#include "tests/test.h"

static const struct proto_field fields[] = {
	{"member", PROTO_STRING, false, 0, 11}, {"ban", PROTO_BOOL, false, 0, 0},
	{"text", PROTO_STRING, false, 0, 9999}, {"token", PROTO_STRING, false, 0, 99},
	{"set", PROTO_OBJECT, false, 0, 0},     {"a", PROTO_STRING, false, 0, 999},
	{"b", PROTO_STRING, false, 0, 999},     {"c", PROTO_STRING, false, 0, 999},
	{"d", PROTO_STRING, false, 0, 999},     {"e", PROTO_STRING, false, 0, 999},
	{"f", PROTO_STRING, false, 0, 999},     {NULL, PROTO_STRING, false, 0, 0},
};

static bool keeps(const char *d, const char *want)
{
	char out[DB_ACT_FIELDS + 1];
	cJSON *json = cJSON_Parse(d);

	CHECK(json);
	audit_fields(json, fields, out);
	cJSON_Delete(json);
	if (strcmp(out, want) != 0)
		fprintf(stderr, "%s instead of %s\n", out, want);
	return strcmp(out, want) == 0;
}

static void what_is_kept(void)
{
	char d[4000], want[100], x[200];

	CHECK(keeps("{}", "{}"));
	CHECK(keeps("{\"member\":\"m7\",\"ban\":true,\"unknown\":\"x\"}",
		    "{\"member\":\"m7\",\"ban\":true}"));
	CHECK(keeps("{\"code\":\"K7M4QXW\"}", "{\"code\":\"K7M4QXW\"}"));
	CHECK(keeps("{\"text\":\"between us\"}", "{\"text\":{\"bytes\":12}}"));
	CHECK(keeps("{\"token\":\"abc\"}", "{\"token\":{\"bytes\":5}}"));
	CHECK(keeps("{\"set\":{\"av1\":false}}", "{\"set\":{\"av1\":false}}"));
	/* a text of 198 is 200 with its quotes: the longest that is kept */
	memset(x, 'x', 198);
	x[198] = '\0';
	snprintf(d, sizeof(d), "{\"a\":\"%s\"}", x);
	CHECK(keeps(d, d));
	snprintf(d, sizeof(d), "{\"a\":\"%sx\"}", x);
	CHECK(keeps(d, "{\"a\":{\"bytes\":201}}"));
	/* and all of them together */
	snprintf(d, sizeof(d),
		 "{\"a\":\"%s\",\"b\":\"%s\",\"c\":\"%s\",\"d\":\"%s\",\"e\":\"%s\","
		 "\"f\":\"%s\"}",
		 x, x, x, x, x, x);
	snprintf(want, sizeof(want), "{\"bytes\":%zu}", strlen(d));
	CHECK(keeps(d, want));
	/* such a name is no way to fill it either */
	CHECK(keeps("{\"a\":\"\\\"\\u0001\"}", "{\"a\":\"\\\"\\u0001\"}"));
}

/* Whoever adds a command need not think of it: what needs more than one may for oneself
 * is an act, unless it is named among what is only read. */
static void which_are_acts(void)
{
	static const char *const read_only[] = {
		"admin.health",   "audit.list",       "cue.list",    "layout.get",
		"layout.list",    "layout.preview",   "layout.try",  "layout.validate",
		"link.history",   "member.bans",      "plugin.list", "poll.csv",
		"room.list",      "room.poster",      "room.show",   "settings.list",
		"record.options", "recording.shares",
	};
	const uint32_t own = CAP_SPEAK | CAP_CAMERA | CAP_SHARE | CAP_CHAT | CAP_HAND |
			     CAP_REACT | CAP_VOTE | CAP_INTERPRET | CAP_RECORDINGS;
	uint32_t needs;
	enum where where;
	const char *name;

	for (uint32_t i = 0; (name = command_row(i, &needs, &where)); i++) {
		bool only_read = false;

		for (size_t k = 0; k < sizeof(read_only) / sizeof(read_only[0]); k++)
			only_read |= strcmp(read_only[k], name) == 0;
		if (command_acts(name) != ((needs & ~own) && !only_read))
			fprintf(stderr, "%s: is it an act?\n", name);
		CHECK(command_acts(name) == ((needs & ~own) && !only_read));
	}
	CHECK(command_acts("member.remove") && command_acts("settings.set"));
	CHECK(command_acts("room.links") && !command_acts("chat.send"));
	CHECK(!command_acts("no.such"));
}

int main(void)
{
	what_is_kept();
	which_are_acts();
	return 0;
}
