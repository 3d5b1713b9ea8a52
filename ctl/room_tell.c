#include "ctl/room_tell.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/table.h"
#include "ctl/text.h"

void room_tell_members(const cJSON *show, FILE *to, unsigned width, unsigned most)
{
	static const struct table_column columns[] = {
		{.title = "ID", .whole = true},
		{.title = "NAME", .gives = true},
		{.title = "ROLE"},
		{.title = "LEVEL"},
		{.title = "WHY"},
		{.title = "LOSS%", .right = true},
		{.title = "RTT", .right = true},
		{.title = "KBPS", .right = true},
		{.title = "ON"},
		{.title = "NETWORK", .gives = true},
	};
	struct table *table = table_create(columns, 10);
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(show, "members"))
	{
		bool away = strcmp(json_text(one, "state"), "away") == 0;

		table_cell(table, "%s", json_text(one, "id"));
		table_cell(table, "%s", json_text(one, "name"));
		table_cell(table, "%s", json_text(one, "role"));
		table_cell(table, "%s", away ? "away" : json_text(one, "level"));
		table_cell(table, "%s", json_text(one, "why"));
		table_cell(table, "%.0f", json_number(one, "loss"));
		table_cell(table, "%.0f", json_number(one, "rtt_ms"));
		table_cell(table, "%.0f", json_number(one, "kbps"));
		table_cell(table, "%s%s%s%s", json_true(one, "mic") ? "m" : "-",
			   json_true(one, "cam") ? "c" : "-",
			   json_true(one, "screen") ? "s" : "-",
			   json_true(one, "hand") ? "h" : "-");
		table_cell(table, "%s", json_text(one, "network"));
	}
	table_print(table, to, width, most);
	table_destroy(table);
}

static void tell_lobby(const cJSON *show, FILE *to, unsigned width)
{
	static const struct table_column columns[] = {{.title = "WAITS", .whole = true},
						      {.title = "NAME", .gives = true},
						      {.title = "ROLE"},
						      {.title = "FOR", .right = true},
						      {.title = "NETWORK"}};
	struct table *table = table_create(columns, 5);
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(show, "lobby"))
	{
		char span[32];

		text_span(span, sizeof(span),
			  (clock_wall_ms() - (int64_t)json_number(one, "since_ms")) /
				  1000);
		table_cell(table, "%s", json_text(one, "id"));
		table_cell(table, "%s", json_text(one, "name"));
		table_cell(table, "%s", json_text(one, "role"));
		table_cell(table, "%s", span);
		table_cell(table, "%s", json_text(one, "network"));
	}
	if (table_rows(table))
		putc('\n', to);
	table_print(table, to, width, 0);
	table_destroy(table);
}

static void tell_rungs(const cJSON *show, FILE *to, unsigned width)
{
	static const struct table_column columns[] = {
		{.title = "VIEW"},
		{.title = "LEVEL"},
		{.title = "SHAPE"},
		{.title = "CODEC"},
		{.title = "SIZE"},
		{.title = "FPS", .right = true},
		{.title = "KBPS", .right = true},
		{.title = "VIEWERS", .right = true},
		{.title = "CPU%", .right = true},
	};
	struct table *table = table_create(columns, 9);
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(show, "rungs"))
	{
		table_cell(table, "%.0f", json_number(one, "view"));
		table_cell(table, "%s", json_text(one, "level"));
		table_cell(table, "%s", json_text(one, "shape"));
		table_cell(table, "%s", json_text(one, "codec"));
		table_cell(table, "%.0fx%.0f", json_number(one, "w"),
			   json_number(one, "h"));
		table_cell(table, "%.0f", json_number(one, "fps"));
		table_cell(table, "%.0f", json_number(one, "kbps"));
		table_cell(table, "%.0f", json_number(one, "viewers"));
		table_cell(table, "%.1f", json_number(one, "cpu_percent"));
	}
	if (table_rows(table))
		putc('\n', to);
	table_print(table, to, width, 0);
	table_destroy(table);
}

/* What the class does not allow, or does beyond the usual. */
static void tell_rules(const cJSON *room, FILE *to)
{
	static const struct {
		const char *key;
		bool when;
		const char *words;
	} rows[] = {
		{"locked", true, "locked"},
		{"lobby", true, "newcomers wait in the lobby"},
		{"unmute", false, "no microphones"},
		{"camera", false, "no cameras"},
		{"share", false, "no sharing"},
		{"chat", false, "no chat"},
	};
	int n = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (json_get(room, rows[i].key) &&
		    json_true(room, rows[i].key) == rows[i].when)
			fprintf(to, "%s%s", n++ ? ", " : "rules      ", rows[i].words);
	if (n)
		putc('\n', to);
}

void room_tell(const cJSON *show, FILE *to, unsigned width)
{
	const cJSON *room = json_get(show, "room"), *rec = json_get(show, "recording");
	char title[1200], time[32];

	text_clean(title, sizeof(title), json_text(room, "title"));
	fprintf(to, "%s  %s\n", json_text(room, "code"), title);
	text_time(time, sizeof(time), (int64_t)json_number(room, "created_ms"));
	fprintf(to, "made       %s\n", time);
	fprintf(to, "kind       %s, nobody gets more than %s\n", json_text(room, "kind"),
		json_text(room, "top"));
	tell_rules(room, to);
	fprintf(to, "members    %.0f, %.0f of them listed, %.0f waiting\n",
		json_number(room, "n_members"), json_number(room, "listed"),
		json_number(room, "waiting"));
	fprintf(to, "layout     %s%s%s\n",
		*json_text(json_get(show, "layout"), "name")
			? json_text(json_get(show, "layout"), "name")
			: "-",
		*json_text(room, "pinned") ? ", in front is " : "",
		json_text(room, "pinned"));
	if (json_true(rec, "on")) {
		text_time(time, sizeof(time), (int64_t)json_number(rec, "since_ms"));
		fprintf(to, "recorded   since %s\n", time);
	}
	fprintf(to, "takes      %.1f %% of a core, %.0f kbit/s in, %.0f out\n",
		json_number(show, "cpu_percent"), json_number(show, "kbps_in"),
		json_number(show, "kbps_out"));
	tell_rungs(show, to, width);
	tell_lobby(show, to, width);
	if (cJSON_GetArraySize(json_get(show, "members")))
		putc('\n', to);
	room_tell_members(show, to, width, 0);
}
