/* aulactl without a server: the command line, names of members, tables, and what it
 * reads. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/base64.h"
#include "ctl/console.h"
#include "ctl/member.h"
#include "ctl/metrics.h"
#include "ctl/since.h"
#include "ctl/spec.h"
#include "ctl/table.h"
#include "ctl/text.h"
#include "ctl/url.h"
#include "ctl/verdict.h"
#include "tests/test.h"

#define N(rows) (sizeof(rows) / sizeof(rows[0]))

/* ---- the command line ------------------------------------------------------------ */

/* Splits at spaces; words of a line are what a shell gives. */
static int split(char *line, char *argv[16])
{
	int n = 0;

	for (char *word = strtok(line, " "); word && n < 15; word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n] = NULL;
	return n;
}

/* 0 or the exit code; what was read is in `call`. -1: no command. */
static int read_line(struct call *call, char *line)
{
	char *argv[16];
	int words, n = split(line, argv);

	*call = (struct call){.spec = spec_find(n, argv, &words)};
	return call->spec ? spec_read(call, n - words, argv + words) : -1;
}

static void lines_are_read(void)
{
	static const struct {
		const char *line, *name;
		int n, code;
	} rows[] = {
		{"rooms", "rooms", 0, 0},
		{"rooms x", "rooms", 1, EX_USAGE},
		{"room list", "room list", 0, 0},
		{"room", NULL, 0, -1},
		{"dance", NULL, 0, -1},
		{"layout", NULL, 0, -1},
		{"layout dance", NULL, 0, -1},
		{"room K7M4QXW", "room ladder", 1, 0},
		{"room K7M4QXW a=1 b=", "room ladder", 3, 0},
		{"room ladder K7M4QXW a=1", "room ladder", 2, 0},
		{"room -x", NULL, 0, -1},
		{"room show", "room show", 0, EX_USAGE},
		{"room show A B", "room show", 2, EX_USAGE},
		{"room kick A m7 --ban", "room kick", 2, 0},
		{"room kick --ban A m7", "room kick", 2, 0},
		{"room kick A m7 --bam", "room kick", 2, EX_USAGE},
		{"room kick A m7 --ban=1", "room kick", 2, EX_USAGE},
		{"room create x --kind", "room create", 1, EX_USAGE},
		{"room create x --kind exam", "room create", 1, 0},
		{"room create x --kind=exam", "room create", 1, 0},
		{"room create -- --kind", "room create", 1, 0},
		{"announce -- -x", "announce", 1, 0},
		{"announce -x", "announce", 0, EX_USAGE},
		{"room poster A -", "room poster", 2, 0},
		{"status --json", "status", 0, 0},
		{"bench --json FILE --help", "bench", 3, 0},
		{"layout render --dark grid a.png", "layout render", 3, 0},
		{"room show --help", "room show", 0, 0},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct call call;
		char line[100];

		snprintf(line, sizeof(line), "%s", rows[i].line);
		CHECK(read_line(&call, line) == rows[i].code);
		CHECK(!rows[i].name == !call.spec);
		CHECK(!call.spec || strcmp(call.spec->name, rows[i].name) == 0);
		CHECK(!call.spec || call.n == rows[i].n);
	}
}

static void options_have_values(void)
{
	char line[] = "audit --room=K7M4QXW --since 2d --json", swap[] = "room mute A";
	struct call call;

	CHECK(read_line(&call, line) == 0 && call.json && !call.help);
	CHECK(strcmp(spec_value(&call, "room"), "K7M4QXW") == 0);
	CHECK(strcmp(spec_value(&call, "since"), "2d") == 0);
	CHECK(!spec_value(&call, "who") && !spec_value(&call, "nothing"));
	CHECK(read_line(&call, swap) == 0 && !spec_value(&call, "all"));
}

static void too_many_are_refused(void)
{
	char *argv[SPEC_ARGS + 2];
	struct call call = {.spec = NULL};
	int words;

	argv[0] = (char *)"bench";
	call.spec = spec_find(1, argv, &words);
	for (int i = 0; i < SPEC_ARGS + 2; i++)
		argv[i] = (char *)"x";
	CHECK(spec_read(&call, SPEC_ARGS, argv) == 0 && call.n == SPEC_ARGS);
	call.n = 0;
	CHECK(spec_read(&call, SPEC_ARGS + 1, argv) == EX_USAGE);
}

/* Each row of the table can be asked for, explained, and is in the manual. */
static void table_is_whole(void)
{
	char *manual = NULL, *help = NULL;
	size_t size;
	FILE *f = open_memstream(&manual, &size);
	const struct spec *spec;

	CHECK(f != NULL);
	spec_manual(f);
	fclose(f);
	for (size_t i = 0; (spec = spec_row(i)); i++) {
		char name[60], want[80], *argv[3] = {name, NULL, NULL}, *space;
		int words;

		snprintf(name, sizeof(name), "%s", spec->name);
		space = strchr(name, ' ');
		if (space) {
			*space = '\0';
			argv[1] = space + 1;
		}
		CHECK(spec_find(space ? 2 : 1, argv, &words) == spec);
		CHECK(spec->run && spec->what[0] && strlen(spec->what) < 600);
		snprintf(want, sizeof(want), ".It Cm %s", spec->name);
		CHECK(strstr(manual, want));
		f = open_memstream(&help, &size);
		CHECK(f != NULL);
		spec_help(spec, f);
		fclose(f);
		for (char *line = strtok(help, "\n"); line; line = strtok(NULL, "\n"))
			CHECK(strlen(line) <= 100);
		free(help);
	}
	free(manual);
}

/* ---- names ----------------------------------------------------------------------- */

static void members_are_found(void)
{
	static const char list[] =
		"[{\"id\":\"m1\",\"name\":\"Asha\"},{\"id\":\"m2\",\"name\":\"asha\"},"
		"{\"id\":\"m3\",\"name\":\"Bela\"},{\"id\":\"m4\",\"name\":\"Bela B\"},"
		"{\"id\":\"m5\",\"name\":\"m1\"},{\"id\":\"m6\",\"name\":\"Chen\"},"
		"{\"id\":\"m7\",\"name\":\"Chen\"},{\"id\":\"m8\"}]";
	static const struct {
		const char *wanted, *id;
		int err;
	} rows[] = {
		{"m1", "m1", 0}, /* the id goes before the name */
		{"Asha", "m1", 0},         {"asha", "m2", 0},
		{"ASHA", NULL, -ENOTUNIQ}, {"Bela", "m3", 0},
		{"bela b", "m4", 0},       {"Bel", NULL, -ENOTUNIQ},
		{"Chen", NULL, -ENOTUNIQ}, {"m9", NULL, -ENOENT},
		{"", NULL, -ENOENT},       {"Dora", NULL, -ENOENT},
	};
	cJSON *d = cJSON_Parse(list);

	CHECK(d != NULL);
	for (size_t i = 0; i < N(rows); i++) {
		char id[MEMBER_ID] = "x", why[200] = "";

		CHECK(member_find(d, rows[i].wanted, id, why, sizeof(why)) ==
		      rows[i].err);
		CHECK(strcmp(id, rows[i].id ? rows[i].id : "x") == 0);
		CHECK(rows[i].err != -ENOTUNIQ || strchr(why, ','));
	}
	cJSON_Delete(d);
}

static void refusals_are_words(void)
{
	static const struct {
		const char *reply, *asked, *words;
	} rows[] = {
		{"{\"code\":\"no_room\"}", "{\"code\":\"ABC\"}",
		 "no class has the code ABC"},
		{"{\"code\":\"unknown_layout\"}", "{\"name\":\"x\"}",
		 "no layout is called x"},
		{"{\"code\":\"bad_field\",\"why\":\"too loud\"}", "{}", "too loud"},
		{"{\"code\":\"bad_field\",\"field\":\"a\"}", "{\"a\":\"b\"}",
		 "the a cannot be 'b'"},
		{"{\"code\":\"unknown_type\"}", "{}",
		 "this server is too old: it does not know x.y"},
		{"{\"code\":\"new_one\"}", "{}", "the server says new_one"},
		{"{}", "{}", "the server says "},
	};

	for (size_t i = 0; i < N(rows); i++) {
		cJSON *reply = cJSON_Parse(rows[i].reply);
		cJSON *asked = cJSON_Parse(rows[i].asked);
		char out[200];

		console_words(reply, "x.y", asked, out, sizeof(out));
		CHECK(strcmp(out, rows[i].words) == 0);
		cJSON_Delete(reply);
		cJSON_Delete(asked);
	}
}

/* ---- text and tables -----------------------------------------------------------------
 */

static void texts_are_harmless(void)
{
	static const struct {
		const char *text, *clean;
		unsigned width;
	} rows[] = {
		{"Asha", "Asha", 4},
		{"a\033[2Jb\n", "a?[2Jb?", 7},
		{"\xd0\x90\xd1\x88\xd0\xb0", "\xd0\x90\xd1\x88\xd0\xb0", 3},
		{"\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87", 4},
		{"a\xcc\x81", "a\xcc\x81", 1}, /* a mark takes no column */
		{"\xe2\x80\xae"
		 "abc",
		 "?abc", 4}, /* right to left */
		{"\xff\xc0z", "??z", 3},
		{"\xc2\x9b"
		 "1m",
		 "?1m", 3}, /* CSI of eight bits */
		{"", "", 0},
	};
	char out[64];

	for (size_t i = 0; i < N(rows); i++) {
		text_clean(out, sizeof(out), rows[i].text);
		CHECK(strcmp(out, rows[i].clean) == 0);
		CHECK(text_width(out) == rows[i].width);
	}
	text_clean(out, 4, "\xd0\x90\xd0\x90"); /* no half character */
	CHECK(strcmp(out, "\xd0\x90") == 0);
	CHECK(text_fit("\xe4\xb8\xad\xe6\x96\x87", 3) == 3);
}

static char *printed(struct table *table, unsigned width, unsigned most)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	CHECK(f != NULL);
	table_print(table, f, width, most);
	fclose(f);
	table_destroy(table);
	return out;
}

static void tables_fit(void)
{
	static const struct table_column columns[] = {{.title = "ID", .whole = true},
						      {.title = "NAME", .gives = true},
						      {.title = "NONE"},
						      {.title = "N", .right = true},
						      {.title = "LAST"}};
	struct table *table = table_create(columns, 5);
	char *out;

	CHECK(table != NULL);
	for (int i = 0; i < 3; i++) {
		table_cell(table, "m%d", i);
		table_cell(table, "%s", i ? "\xe4\xb8\xad\xe6\x96\x87 and long" : "x\n");
		table_cell(table, "%s", "");
		table_cell(table, "%d", i * 100);
		table_cell(table, "%s", i == 1 ? "end" : "");
	}
	CHECK(table_rows(table) == 3);
	out = printed(table, 24, 2);
	CHECK(strcmp(out, "ID  NAME         N  LAST\n"
			  "m0  x?           0\n"
			  "m1  \xe4\xb8\xad\xe6\x96\x87 and>  100  end\n") == 0);
	free(out);
	table = table_create(columns, 5);
	out = printed(table, 80, 0);
	CHECK(strcmp(out, "") == 0);
	free(out);
}

/* ---- what is read --------------------------------------------------------------------
 */

static void urls_are_read(void)
{
	static const char *const bad[] = {
		"",
		"https://",
		"ftp://a/",
		"http://[::1",
		"http://:80/",
		"http://a:/",
		"http://a:123456",
		"http://a:65536",
		"http://a b/c",
		"http://a/b c",
		"http://a/#x",
		"http://a?b=c",
		"http://a:80x/",
		"http://[]/",
		"http://a/\r\nB: c",
	};
	char text[800];
	struct url u;

	CHECK(url_read(&u, "https://[::1]:8443/metrics?a=b") && u.tls);
	CHECK(strcmp(u.host, "::1") == 0 && url_port(&u) == 8443 && url_is_here(&u));
	CHECK(strcmp(u.path, "/metrics?a=b") == 0);
	url_base(&u, text, sizeof(text));
	CHECK(strcmp(text, "https://[::1]:8443") == 0);
	CHECK(url_read(&u, "http://school.example") && !u.tls && !url_is_here(&u));
	CHECK(strcmp(u.host, "school.example") == 0 && strcmp(u.port, "80") == 0);
	CHECK(strcmp(u.path, "/") == 0);
	CHECK(url_read(&u, "wss://a/b") && u.tls && strcmp(u.port, "443") == 0);
	CHECK(url_read(&u, "ws://127.0.0.1") && !u.tls && url_is_here(&u));
	for (size_t i = 0; i < N(bad); i++)
		CHECK(!url_read(&u, bad[i]));
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	text[7 + 255] = '\0';
	CHECK(url_read(&u, text));
	text[7 + 255] = 'a';
	text[7 + 256] = '\0';
	CHECK(!url_read(&u, text)); /* the name is too long */
	text[8] = '/';
	text[7 + 256] = 'a';
	text[8 + 511] = '\0';
	CHECK(url_read(&u, text));
	text[8 + 511] = 'a';
	text[8 + 512] = '\0';
	CHECK(!url_read(&u, text)); /* the path is */
}

static void pictures_are_read(void)
{
	static const struct {
		const char *text, *bytes;
	} good[] = {{"", ""},        {"Zg==", "f"},        {"Zm8=", "fo"},
		    {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmFy", "foobar"}};
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Z===", "=g==", "Zm=v", "Zm9v====", "Zm 9", "Zm9v\n"};
	uint8_t out[64];
	size_t len;

	for (size_t i = 0; i < N(good); i++) {
		CHECK(base64_read(out, &len, good[i].text) == 0);
		CHECK(len == strlen(good[i].bytes));
		CHECK(memcmp(out, good[i].bytes, len) == 0);
	}
	for (size_t i = 0; i < N(bad); i++)
		CHECK(base64_read(out, &len, bad[i]) == -EINVAL);
}

static void times_are_read(void)
{
	static const char *const bad[] = {"",    "1",          "h",           "1x",
					  "-1h", "2026-13-01", "2026-11-21T", "12345678d",
					  "1h2m"};
	const int64_t now = INT64_C(1763700000000);
	int64_t ms, other;

	CHECK(since_read(&ms, "30m", now) == 0 && ms == now - 1800000);
	CHECK(since_read(&ms, "2w", now) == 0 && ms == now - 14 * INT64_C(86400000));
	CHECK(since_read(&ms, "2026-11-21", now) == 0);
	CHECK(since_read(&other, "2026-11-21T08:00", now) == 0);
	CHECK(other - ms == 8 * INT64_C(3600000));
	CHECK(since_read(&other, "2026-11-21 00:00:01", now) == 0 && other - ms == 1000);
	for (size_t i = 0; i < N(bad); i++)
		CHECK(since_read(&ms, bad[i], now) == -EINVAL);
}

static void figures_are_read(void)
{
	char text[] = "# HELP x\naula_a 3\naula_b{l=\"low\"} 4.5\naula_b{l=\"mid\"} 2\n"
		      "aula_bad\nother 7\naula_e 1e3";
	char none[] = "other 7\n";
	struct metrics *m;
	cJSON *d;

	metrics_read(&m, text);
	CHECK(m != NULL);
	CHECK(metrics_get(m, "aula_a") == 3 && metrics_get(m, "other") == 0);
	CHECK(metrics_sum(m, "aula_b") == 6.5 && metrics_get(m, "aula_e") == 1000);
	d = metrics_json(m);
	CHECK(cJSON_GetArraySize(d) == 4 && json_number(d, "aula_b{l=\"low\"}") == 4.5);
	cJSON_Delete(d);
	metrics_destroy(m);
	metrics_read(&m, none);
	CHECK(m == NULL);
}

static void runs_are_judged(void)
{
	static const char table[] = "class ABC\nsenders: 2 members\n"
				    "viewers: 20 members, 20 connected\n"
				    "server: 20.0 %\n"
				    "  net 2.2 aula-mix 10 audio 5 control 0.5\n";
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	CHECK(f != NULL);
	verdict_tell(table, 2, 1, f);
	fclose(f);
	/* 22 members take 2.2: 0.1 each; (170 - 17.8) / 0.1 = 1522; one net: 850 */
	CHECK(strstr(out, "Verdict for 2 cores and 1 net threads"));
	CHECK(strstr(out, "takes 17.8 % of a core, and 0.100 % more"));
	CHECK(strstr(out, "about 850 members in one class, or about 8 classes of 22"));
	CHECK(!strstr(out, "too busy"));
	free(out);
	f = open_memstream(&out, &size);
	verdict_tell("senders: 2 members\n", 2, 1, f);
	fclose(f);
	CHECK(strcmp(out, "no verdict: the server was not measured\n") == 0);
	free(out);
}

int main(void)
{
	lines_are_read();
	options_have_values();
	too_many_are_refused();
	table_is_whole();
	members_are_found();
	refusals_are_words();
	texts_are_harmless();
	tables_fit();
	urls_are_read();
	pictures_are_read();
	times_are_read();
	figures_are_read();
	runs_are_judged();
	return 0;
}
