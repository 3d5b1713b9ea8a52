#include "ctl/spec.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/text.h"

/* ---- which ----------------------------------------------------------------------- */

/* How many words of `argv` are this name, 0: it is not. */
static int matches(const char *name, int argc, char **argv)
{
	size_t first = strcspn(name, " ");

	if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0)
		return 0;
	if (!name[first])
		return 1;
	return argc > 1 && strcmp(argv[1], name + first + 1) == 0 ? 2 : 0;
}

const struct spec *spec_find(int argc, char **argv, int *words)
{
	const struct spec *spec, *ladder = NULL;

	for (size_t i = 0; (spec = spec_row(i)); i++) {
		*words = matches(spec->name, argc, argv);
		if (*words)
			return spec;
		if (spec->run == cmd_ladder)
			ladder = spec;
	}
	/* what was there before: room CODE [KEY=VALUE]... */
	*words = 1;
	return argc > 1 && strcmp(argv[0], "room") == 0 && argv[1][0] && argv[1][0] != '-'
		       ? ladder
		       : NULL;
}

bool spec_begins(const char *word)
{
	const struct spec *spec;
	size_t n = strlen(word);

	for (size_t i = 0; n && (spec = spec_row(i)); i++)
		if (strncmp(spec->name, word, n) == 0 && spec->name[n] == ' ')
			return true;
	return false;
}

/* ---- the line -------------------------------------------------------------------- */

const char *spec_value(const struct call *call, const char *name)
{
	for (int i = 0; i < SPEC_OPTIONS && call->spec->options[i].name; i++)
		if (strcmp(call->spec->options[i].name, name) == 0)
			return call->values[i];
	return NULL;
}

/* An option of the command; how many words it took, 0: it is none of them. */
static int take_option(struct call *call, int argc, char **argv)
{
	const char *word = argv[0] + 2, *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);

	for (int i = 0; i < SPEC_OPTIONS && call->spec->options[i].name; i++) {
		const struct spec_option *o = &call->spec->options[i];

		if (strlen(o->name) != n || strncmp(o->name, word, n) != 0)
			continue;
		if (!o->value) {
			call->values[i] = "";
			return equals ? 0 : 1;
		}
		if (!equals && argc < 2)
			return 0;
		call->values[i] = equals ? equals + 1 : argv[1];
		return equals ? 1 : 2;
	}
	return 0;
}

static int wrong(const struct call *call, const char *word)
{
	for (int i = 0; i < SPEC_OPTIONS && call->spec->options[i].name; i++) {
		const struct spec_option *o = &call->spec->options[i];
		size_t n = strlen(o->name);

		if (strncmp(word + 2, o->name, n) == 0 &&
		    (!word[2 + n] || word[2 + n] == '=')) {
			text_say("--%s %s", o->name,
				 o->value ? "needs a value" : "takes no value");
			return EX_USAGE;
		}
	}
	text_say("%s has no option '%s'. Try 'aulactl %s --help'.", call->spec->name,
		 word, call->spec->name);
	return EX_USAGE;
}

static int count(const struct call *call)
{
	const struct spec *spec = call->spec;

	if (call->n >= spec->min && (spec->max < 0 || call->n <= spec->max))
		return 0;
	if (!spec->max)
		text_say("%s takes nothing", spec->name);
	else if (call->n < spec->min)
		text_say("%s needs %s", spec->name, spec->args);
	else
		text_say("%s takes %s and no more", spec->name, spec->args);
	return EX_USAGE;
}

static int take_word(struct call *call, char *word)
{
	if (call->n == SPEC_ARGS) {
		text_say("too many arguments");
		return EX_USAGE;
	}
	call->args[call->n++] = word;
	return 0;
}

/* Options of all commands. */
static bool take_common(struct call *call, const char *word)
{
	if (strcmp(word, "--json") == 0 && !call->spec->no_json)
		call->json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		call->help = true;
	else
		return false;
	return true;
}

int spec_read(struct call *call, int argc, char **argv)
{
	bool only_args = call->spec->raw;
	int code = 0;

	for (int i = 0; i < argc && !code; i++) {
		bool option = !only_args && argv[i][0] == '-' && argv[i][1];
		int n;

		if (!option) {
			code = take_word(call, argv[i]);
		} else if (strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (!take_common(call, argv[i])) {
			n = argv[i][1] == '-' ? take_option(call, argc - i, argv + i) : 0;
			i += n - 1;
			if (!n)
				code = wrong(call, argv[i + 1]);
		}
	}
	if (call->spec->raw || call->help)
		return code;
	return code ? code : count(call);
}
