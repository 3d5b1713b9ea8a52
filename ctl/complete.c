#include "ctl/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/member.h"
#include "ctl/spec.h"
#include "ctl/text.h"

#define PATIENCE_SEC 2

/* The line so far. */
struct line {
	struct site *site;
	const char *part; /* the word that is being written */
	char **words;     /* the whole ones */
	int n;
	const char *waits; /* the option that the word is a value of; NULL: none */
};

static void offer(const struct line *line, const char *word, const char *what)
{
	char clean_word[300], clean_what[200];

	if (!*word || strncmp(word, line->part, strlen(line->part)) != 0)
		return;
	text_clean(clean_word, sizeof(clean_word), word);
	text_clean(clean_what, sizeof(clean_what), what);
	printf("%s\t%s\n", clean_word, clean_what);
}

/* ---- what only the server knows -----------------------------------------------------
 */

static void offer_codes(const struct line *line)
{
	cJSON *reply = NULL;
	const cJSON *one;

	if (console_once(line->site, "room.list", NULL, &reply) == 0)
		cJSON_ArrayForEach(one, json_get(reply, "rooms"))
			offer(line, json_text(one, "code"), json_text(one, "title"));
	cJSON_Delete(reply);
}

static void offer_layouts(const struct line *line, bool own)
{
	cJSON *reply = NULL;
	const cJSON *one;

	if (console_once(line->site, "layout.list", NULL, &reply) == 0)
		cJSON_ArrayForEach(one,
				   json_get(reply, "layouts")) if (!own ||
								   json_true(one, "own"))
			offer(line, json_text(one, "name"), json_text(one, "title"));
	cJSON_Delete(reply);
}

static void offer_members(const struct line *line, const char *code, const char *list)
{
	struct console *console = NULL;
	cJSON *room = NULL;
	const cJSON *one;

	if (code && console_open(&console, line->site) == 0 &&
	    member_list(console, code, &room) == 0)
		cJSON_ArrayForEach(one, json_get(room, list))
			offer(line, json_text(one, "id"), json_text(one, "name"));
	cJSON_Delete(room);
	console_close(console);
}

static void offer_settings(const struct line *line)
{
	cJSON *reply = NULL;
	const cJSON *one;

	if (console_once(line->site, "settings.list", NULL, &reply) == 0)
		cJSON_ArrayForEach(
			one, json_get(reply, "settings")) if (json_true(one, "live"))
			offer(line, json_text(one, "key"), json_text(one, "value"));
	cJSON_Delete(reply);
}

/* ---- by kind ------------------------------------------------------------------------
 */

static void offer_list(const struct line *line, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		offer(line, words[i], "");
}

static void offer_ladder(const struct line *line)
{
	char word[64];
	const char *key;

	for (size_t i = 0; (key = conf_own_key(i)); i++) {
		snprintf(word, sizeof(word), "%s=", key);
		offer(line, word, "");
	}
	offer(line, "limit=", "what a lecturer set");
}

static void offer_kind(const struct line *line, enum spec_kind kind, const char *code)
{
	static const char *const kinds[] = {"discussion", "lecture", "seminar", "exam",
					    "one-to-one"};
	static const char *const on_off[] = {"on", "off"};

	switch (kind) {
	case SPEC_CODE:
		offer_codes(line);
		break;
	case SPEC_MEMBER:
		offer_members(line, code, "members");
		break;
	case SPEC_WAITING:
		offer_members(line, code, "lobby");
		break;
	case SPEC_LAYOUT:
	case SPEC_OWN_LAYOUT:
		offer_layouts(line, kind == SPEC_OWN_LAYOUT);
		break;
	case SPEC_FILE:
		puts(":files");
		break;
	case SPEC_LADDER:
		offer_ladder(line);
		break;
	case SPEC_SETTING:
		offer_settings(line);
		break;
	case SPEC_KIND:
		offer_list(line, kinds, sizeof(kinds) / sizeof(kinds[0]));
		break;
	case SPEC_ON_OFF:
		offer_list(line, on_off, 2);
		break;
	default:
		break;
	}
}

/* ---- commands -----------------------------------------------------------------------
 */

/* The next word of a name: the first of each, or those that go on behind `first`. */
static void offer_names(const struct line *line, const char *first)
{
	size_t skip = first ? strlen(first) + 1 : 0;
	const char *last = "";
	const struct spec *spec;
	char word[40];

	for (size_t i = 0; (spec = spec_row(i)); i++) {
		const char *name = spec->name;
		size_t n;

		if (first &&
		    (strncmp(name, first, skip - 1) != 0 || name[skip - 1] != ' '))
			continue;
		n = strcspn(name + skip, " ");
		snprintf(word, sizeof(word), "%.*s", (int)n, name + skip);
		if (strncmp(last, word, n) == 0 && last[n] == ' ')
			continue; /* one of a group, said already */
		offer(line, word, name[skip + n] ? "" : spec->what);
		last = name;
	}
}

static void offer_options(const struct line *line, const struct spec *spec)
{
	char word[64];

	for (int i = 0; i < SPEC_OPTIONS && spec->options[i].name; i++) {
		snprintf(word, sizeof(word), "--%s", spec->options[i].name);
		offer(line, word, spec->options[i].what);
	}
	if (!spec->no_json)
		offer(line, "--json", "the answer as JSON");
	offer(line, "--help", "what the command does");
}

static void offer_global(const struct line *line)
{
	static const char *const words[] = {"--config",     "--pid",    "--url",
					    "--token-file", "--cert",   "--json",
					    "--help",       "--version"};

	offer_list(line, words, sizeof(words) / sizeof(words[0]));
}

/* The option of a command that a word is; NULL: it is none. */
static const struct spec_option *option_of(const struct spec *spec, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return NULL;
	for (int k = 0; k < SPEC_OPTIONS && spec->options[k].name; k++)
		if (strcmp(spec->options[k].name, word + 2) == 0)
			return &spec->options[k];
	return NULL;
}

static void behind(const struct line *line, const struct spec *spec, int words)
{
	const char *code = NULL;
	int args = 0;

	for (int i = words; i < line->n; i++) {
		const char *word = line->words[i];
		const struct spec_option *o = option_of(spec, word);

		if (o && o->value && ++i == line->n) {
			offer_kind(line, o->kind, code);
			return;
		}
		if (!o && word[0] != '-')
			code = args++ ? code : word;
	}
	if (line->part[0] == '-')
		offer_options(line, spec);
	else if (spec->max < 0 || args < spec->max || spec->raw)
		offer_kind(line, spec->kinds[args < 3 ? args : 2], code);
}

/* Takes the options before the command into account; how many words they are. */
static int before(struct line *line)
{
	int i = 0;

	for (; i < line->n && line->words[i][0] == '-'; i++) {
		const char *word = line->words[i];
		const char *value = i + 1 < line->n ? line->words[i + 1] : NULL;
		struct site *site = line->site;

		if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0) {
			if (value)
				site_use_conf(site, value);
		} else if (strcmp(word, "--url") == 0) {
			site->url = value;
		} else if (strcmp(word, "--token-file") == 0) {
			site->token_file = value;
		} else if (strcmp(word, "--cert") == 0) {
			site->cert = value;
		} else if (strcmp(word, "-p") != 0 && strcmp(word, "--pid") != 0) {
			continue; /* a switch, or with its value in the word */
		}
		if (!value)
			line->waits = word;
		i++;
	}
	return i < line->n ? i : line->n;
}

static void next(struct line *line)
{
	const struct spec *spec;
	int words, n = before(line);

	if (line->waits) {
		if (!strstr(line->waits, "url") && !strstr(line->waits, "p"))
			puts(":files");
		return;
	}
	line->words += n;
	line->n -= n;
	spec = line->n ? spec_find(line->n, line->words, &words) : NULL;
	if (spec)
		behind(line, spec, words);
	else if (!line->n && line->part[0] == '-')
		offer_global(line);
	else if (line->n < 2)
		offer_names(line, line->n ? line->words[0] : NULL);
	if (!spec && line->n == 1 && strcmp(line->words[0], "room") == 0 &&
	    line->part[0] >= 'A' && line->part[0] <= 'Z')
		offer_codes(line); /* the old way */
}

int complete(struct site *site, int argc, char **argv)
{
	struct line line = {.site = site, .part = ""};
	long at = argc > 0 ? strtol(argv[0], NULL, 10) : -1;

	if (at < 0 || at > argc - 1)
		return 0;
	line.words = argv + 1;
	line.n = (int)at;
	if (at + 1 < argc)
		line.part = argv[at + 1];
	if (!freopen("/dev/null", "w", stderr))
		return 0;
	alarm(PATIENCE_SEC);
	next(&line);
	return 0;
}
