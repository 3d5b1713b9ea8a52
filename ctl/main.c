/* main.c - aulactl: which command the command line asks for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "config.h"
#include "ctl/complete.h"
#include "ctl/spec.h"
#include "ctl/text.h"

/* What somebody asked for and cannot be written is not done. */
static int told(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	text_say("the output cannot be written: %s", strerror(errno));
	return EX_IOERR;
}

static int take_pid(struct site *site, const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n < 1 || n > INT32_MAX) {
		text_say("-p needs the number of a process");
		return EX_USAGE;
	}
	site->pid = (pid_t)n;
	return 0;
}

static int take_value(struct site *site, const char *name, const char *value)
{
	if (strcmp(name, "config") == 0)
		site_use_conf(site, value);
	else if (strcmp(name, "pid") == 0)
		return take_pid(site, value);
	else if (strcmp(name, "url") == 0)
		site->url = value;
	else if (strcmp(name, "token-file") == 0)
		site->token_file = value;
	else
		site->cert = value;
	return 0;
}

/* The long name of an option, and its value if that is part of the word, else "". */
static const char *name_of(const char *word, const char **value)
{
	static const char *const names[] = {"config", "pid", "url", "token-file", "cert"};

	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		size_t n = strlen(names[k]);

		if (k < 2 && word[1] == names[k][0]) {
			*value = word + 2;
			return names[k];
		}
		if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, names[k], n) == 0 &&
		    (!word[2 + n] || word[2 + n] == '=')) {
			*value = word + 2 + n + (word[2 + n] == '=');
			return names[k];
		}
	}
	return NULL;
}

static bool take_switch(struct call *all, const char *word)
{
	if (strcmp(word, "--json") == 0)
		all->json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		all->help = true;
	else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		all->version = true;
	else
		return false;
	return true;
}

/* The options before the command; how many words they took, negative: an exit code. */
static int take_options(struct site *site, int argc, char **argv, struct call *all)
{
	int i = 0, code = 0;

	for (; i < argc && argv[i][0] == '-' && !code; i++) {
		const char *word = argv[i], *value = NULL, *name;

		if (take_switch(all, word))
			continue;
		name = name_of(word, &value);
		if (!name) {
			text_say("what is '%s'? Try 'aulactl --help'.", word);
			return -EX_USAGE;
		}
		if (!*value && !strchr(word, '='))
			value = i + 1 < argc ? argv[++i] : NULL;
		if (!value || !*value) {
			text_say("%s needs %s", word,
				 strcmp(name, "pid") == 0   ? "the number of a process"
				 : strcmp(name, "url") == 0 ? "an address"
							    : "a file");
			return -EX_USAGE;
		}
		code = take_value(site, name, value);
	}
	return code ? -code : i;
}

/* Words that are no command: some ask for help all the same. */
static int no_command(int argc, char **argv)
{
	bool help = argc > 1 &&
		    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);

	if (argc < 1) {
		spec_usage(stderr);
		return EX_USAGE;
	}
	if (spec_begins(argv[0]) && help) {
		spec_help_group(argv[0], stdout);
		return told(0);
	}
	if (strcmp(argv[0], "room") == 0 && argc < 2)
		text_say("room needs a command or the code of a class: 'aulactl room "
			 "--help'");
	else if (spec_begins(argv[0]))
		text_say("what is '%s%s%s'? Try 'aulactl %s --help'.", argv[0],
			 argc > 1 ? " " : "", argc > 1 ? argv[1] : "", argv[0]);
	else
		text_say("what is '%s'? Try 'aulactl --help'.", argv[0]);
	return EX_USAGE;
}

static int run(struct site *site, int argc, char **argv, struct call *all)
{
	struct call call = {.site = site, .json = all->json};
	int words, code;

	if (all->version || all->help) {
		if (all->version)
			puts("aulactl " PACKAGE_VERSION);
		else
			spec_usage(stdout);
		return told(0);
	}

	call.spec = spec_find(argc, argv, &words);
	if (!call.spec)
		return no_command(argc, argv);
	code = spec_read(&call, argc - words, argv + words);
	if (code)
		return code;
	if (call.help) {
		spec_help(call.spec, stdout);
		return told(0);
	}
	return told(call.spec->run(&call));
}

int main(int argc, char **argv)
{
	struct site site;
	struct call all = {.site = NULL}; /* what stands before the command */
	int n;

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_ERROR);
	site_init(&site, argv[0]);
	if (argc == 2 && strcmp(argv[1], "--manual") == 0) {
		spec_manual(stdout);
		return told(0);
	}
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return complete(&site, argc - 2, argv + 2);
	n = take_options(&site, argc - 1, argv + 1, &all);
	if (n < 0)
		return -n;
	return run(&site, argc - 1 - n, argv + 1 + n, &all);
}
