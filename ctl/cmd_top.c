/* cmd_top.c - what goes on, again each 2 s: admin.watch for the classes, room.show for
 * the members of one.
 */
#include "ctl/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/member.h"
#include "ctl/room_tell.h"
#include "ctl/screen.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define ROUND_MS   2000
#define PATIENT_MS 10000

struct top {
	struct call *call;
	struct console *console;
	bool live;   /* on a terminal */
	long rounds; /* left; negative: no end */
};

/* A figure of the server; it says -1 for what it does not know yet. */
static const char *figure(const cJSON *s, const char *key, double by, char out[24])
{
	double v = json_number(s, key);

	if (v < 0)
		snprintf(out, 24, "-");
	else
		snprintf(out, 24, "%.1f", v / by);
	return out;
}

static void tell_server(const cJSON *hint, FILE *to)
{
	const cJSON *s = json_get(hint, "server");
	char span[32], a[24], b[24], c[24], d[24];

	text_span(span, sizeof(span), (int64_t)json_number(s, "uptime_s"));
	fprintf(to, "%.0f members in %.0f of %.0f classes, up %s%s\n",
		json_number(s, "members"), json_number(s, "rooms"),
		json_number(hint, "n_rooms"), span,
		json_true(s, "draining") ? ", DRAINING" : "");
	fprintf(to, "%s %% of a core, %s Mbit/s in, %s out, pictures %s ms late",
		figure(s, "cpu_percent", 1, a), figure(s, "kbps_in", 1000, b),
		figure(s, "kbps_out", 1000, c), figure(s, "late_p99_ms", 1, d));
	if (json_number(s, "overload") > 0)
		fprintf(to, ", OVERLOADED: step %.0f", json_number(s, "overload"));
	putc('\n', to);
}

static void tell_rooms(const cJSON *hint, FILE *to, unsigned width, unsigned most)
{
	static const struct table_column columns[] = {
		{.title = "CODE", .whole = true},   {.title = "TITLE", .gives = true},
		{.title = "HERE", .right = true},   {.title = "WAIT", .right = true},
		{.title = "WEAK", .right = true},   {.title = "CPU%", .right = true},
		{.title = "IN k", .right = true},   {.title = "OUT k", .right = true},
		{.title = "LAYOUT", .gives = true}, {.title = "", .gives = true}};
	struct table *table = table_create(columns, 10);
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(hint, "rooms"))
	{
		table_cell(table, "%s", json_text(one, "code"));
		table_cell(table, "%s", json_text(one, "title"));
		table_cell(table, "%.0f", json_number(one, "members"));
		table_cell(table, "%.0f", json_number(one, "waiting"));
		table_cell(table, "%.0f", json_number(one, "weak"));
		table_cell(table, "%.1f", json_number(one, "cpu_percent"));
		table_cell(table, "%.0f", json_number(one, "kbps_in"));
		table_cell(table, "%.0f", json_number(one, "kbps_out"));
		table_cell(table, "%s", json_text(one, "layout"));
		table_cell(table, "%s%s", json_true(one, "recording") ? "rec " : "",
			   json_true(one, "locked") ? "locked" : "");
	}
	table_print(table, to, width, most);
	table_destroy(table);
}

static void show(const struct top *top, const cJSON *d)
{
	unsigned width = table_width(), height = top->live ? screen_height() : 0;
	FILE *to = stdout;
	bool one = top->call->n > 0;
	unsigned lines = one ? 4 : 5; /* that are no rows */
	unsigned most = height > lines + 1 ? height - lines : height ? 1 : 0;

	if (top->call->json) {
		json_print(d);
		return;
	}
	if (top->live)
		screen_begin();
	if (one) {
		const cJSON *room = json_get(d, "room");
		char title[1200];

		text_clean(title, sizeof(title), json_text(room, "title"));
		fprintf(to, "%s  %.60s: %.0f members, %.0f waiting\n\n",
			json_text(room, "code"), title, json_number(room, "n_members"),
			json_number(room, "waiting"));
		room_tell_members(d, to, width, most);
	} else {
		tell_server(d, to);
		putc('\n', to);
		tell_rooms(d, to, width, most);
	}
	if (top->live)
		screen_end("q quits");
}

/* What is to be shown next; NULL without an error: somebody wants to quit. */
static int next(struct top *top, bool begun, cJSON **d)
{
	int fd = top->live ? STDIN_FILENO : -1, code = 0;
	int64_t until = clock_us() + (top->call->n ? ROUND_MS : PATIENT_MS) * MS_US;

	*d = NULL;
	while (!code && !*d && !screen_quit(top->live)) {
		int left = (int)((until - clock_us()) / MS_US);

		if (top->call->n && (!begun || left <= 0))
			return member_list(top->console, top->call->args[0], d);
		if (left <= 0) {
			text_say("the server tells nothing any more");
			return EX_UNAVAILABLE;
		}
		code = console_event(top->console, "admin.rooms", left, fd, d);
	}
	return code;
}

static int loop(struct top *top)
{
	cJSON *d, *on = cJSON_CreateObject();
	bool begun = false;
	int code = 0;

	cJSON_AddBoolToObject(on, "on", true);
	if (top->call->n)
		cJSON_Delete(on);
	else
		code = console_do(top->console, "admin.watch", on);
	while (!code && top->rounds) {
		code = next(top, begun, &d);
		if (!d)
			break;
		show(top, d);
		fflush(stdout);
		cJSON_Delete(d);
		begun = true;
		if (top->rounds > 0)
			top->rounds--;
	}
	return code;
}

int cmd_top(struct call *call)
{
	const char *rounds = spec_value(call, "rounds");
	struct top top = {.call = call, .rounds = -1};
	struct screen screen = {.open = false};
	char *end = NULL;
	int code;

	top.live = !call->json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	if (rounds)
		top.rounds = strtol(rounds, &end, 10);
	else if (!isatty(STDOUT_FILENO))
		top.rounds = 1;
	if (rounds && (*rounds < '1' || *rounds > '9' || *end || top.rounds > 1000000)) {
		text_say("--rounds must be 1 to 1000000");
		return EX_USAGE;
	}
	code = console_open(&top.console, call->site);
	if (!code && top.live)
		screen_open(&screen);
	if (!code)
		code = loop(&top);
	screen_close(&screen);
	console_close(top.console);
	return code;
}
