/* spec.h - the commands: one table, of which the help, the manual page, the completion
 * and the reading of the command line are made, so that they cannot differ.
 */
#ifndef CTL_SPEC_H
#define CTL_SPEC_H

#include "base/attr.h"
#include "ctl/site.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SPEC_OPTIONS 8
#define SPEC_ARGS    64 /* of one command at most */

/* What an argument or an option's value is, for the completion. */
enum spec_kind {
	SPEC_NONE,
	SPEC_CODE,
	SPEC_MEMBER, /* of the class that the first argument names */
	SPEC_WAITING,
	SPEC_LAYOUT,
	SPEC_OWN_LAYOUT,
	SPEC_FILE,
	SPEC_LADDER, /* KEY=VALUE */
	SPEC_SETTING,
	SPEC_KIND,
	SPEC_ON_OFF,
};

struct spec_option {
	const char *name;  /* without dashes */
	const char *value; /* NULL: a switch */
	const char *what;
	enum spec_kind kind;
};

struct call;

struct spec {
	const char *name;        /* "room list" */
	const char *args;        /* as the help shows them */
	const char *what;        /* in full, in lines of any length */
	const char *example;     /* or NULL */
	int min, max;            /* arguments; max negative: any number */
	enum spec_kind kinds[3]; /* of the arguments; the last one holds for the rest */
	struct spec_option options[SPEC_OPTIONS]; /* up to one without a name */
	bool raw; /* the rest of the line belongs to a tool */
	bool no_json;
	int (*run)(struct call *call); /* an exit code */
};

struct call {
	struct site *site;
	const struct spec *spec;
	int n;
	char *args[SPEC_ARGS + 1];        /* a NULL behind the last */
	const char *values[SPEC_OPTIONS]; /* "" of switches; NULL: not there */
	bool json, help, version;
};

/* Row `i`, NULL behind the last. */
const struct spec *spec_row(size_t i);
/* Which command `argv` begins with, and how many words its name took. NULL: none. Old
 * names are taken, too. */
const struct spec *spec_find(int argc, char **argv, int *words);
/* How much of a command's name `argv` is: is there one that goes on? */
bool spec_begins(const char *word);

/* Reads what follows the name. 0, or 64 when it has said what is wrong. */
int spec_read(struct call *call, int argc, char **argv) AULA_MUST_CHECK;
/* The value of an option; "" of a switch; NULL: it was not given. */
const char *spec_value(const struct call *call, const char *name);

/* What everything does, or one command, or those whose names begin with a word. */
void spec_usage(FILE *to);
void spec_help(const struct spec *spec, FILE *to);
void spec_help_group(const char *word, FILE *to);
/* The sections of the manual page, in mdoc(7). */
void spec_manual(FILE *to);

/* cmd_room.c, cmd_member.c, cmd_layout.c, cmd_server.c, cmd_ladder.c, cmd_status.c,
 * cmd_process.c, cmd_bench.c, cmd_top.c, doctor.c */
int cmd_room_list(struct call *call), cmd_room_show(struct call *call),
	cmd_room_create(struct call *call), cmd_room_end(struct call *call),
	cmd_room_layout(struct call *call), cmd_room_lock(struct call *call),
	cmd_room_links(struct call *call), cmd_room_poster(struct call *call),
	cmd_room_groups(struct call *call), cmd_rooms(struct call *call);
int cmd_spotlight(struct call *call), cmd_mute(struct call *call),
	cmd_kick(struct call *call), cmd_admit(struct call *call);
int cmd_ladder(struct call *call);
int cmd_layout_list(struct call *call), cmd_layout_tool(struct call *call),
	cmd_layout_put(struct call *call), cmd_layout_get(struct call *call),
	cmd_layout_delete(struct call *call);
int cmd_plugins(struct call *call), cmd_settings(struct call *call),
	cmd_setting(struct call *call), cmd_audit(struct call *call),
	cmd_announce(struct call *call), cmd_drain(struct call *call),
	cmd_record(struct call *call), cmd_recordings(struct call *call);
int cmd_status(struct call *call);
int cmd_bench(struct call *call);
int cmd_reload(struct call *call), cmd_stop(struct call *call),
	cmd_impair(struct call *call);
int cmd_top(struct call *call);
int cmd_doctor(struct call *call);

#endif
