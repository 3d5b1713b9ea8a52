/* main.c - aulad: what the command line asks for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "db/db.h"
#include "mcu/check.h"
#include "mcu/options.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "plugins/set.h"

/* The alarm is set when the stop begins. */
static void on_stop_too_long(int signo)
{
	(void)signo;
	_exit(0);
}

static int run(const struct conf *conf) RUNS_ON(on_ctl)
{
	struct server *server;
	char why[300];
	int err = server_create(&server, conf, why, sizeof(why));

	if (err) {
		fprintf(stderr, "aulad: cannot start: %s\n", why);
		return -err;
	}
	signal(SIGALRM, on_stop_too_long);
	server_run(server);
	server_destroy(server);
	log_info("stopped", "code=0");
	return 0;
}

/* Whose link is wanted, while the database is asked. */
struct search {
	struct loop *loop;
	char code[8];
	bool found;
	int err; /* of the database */
};

static void got_rooms(void *ctx, int err, const struct db_room *rows, uint32_t n)
{
	struct search *search = ctx;

	search->err = err;
	for (uint32_t i = 0; !err && i < n; i++)
		search->found |= strcmp(rows[i].code, search->code) == 0;
	loop_stop(search->loop);
}

static int find_class(const struct conf *conf, struct search *search)
{
	struct db *db = NULL;
	char why[300];
	int err = loop_create(&search->loop, 16);

	if (err)
		return EX_OSERR;
	err = db_open_there(&db, conf->database, search->loop, why, sizeof(why));
	if (err) {
		fprintf(stderr, "aulad: %s\n", why);
	} else {
		err = db_rooms(db, got_rooms, search);
		if (!err)
			loop_run(search->loop);
		err = err ? err : search->err;
		if (err)
			fprintf(stderr, "aulad: the database cannot be read: %s\n",
				strerror(-err));
	}
	db_close(db);
	loop_destroy(search->loop);
	return err ? EX_UNAVAILABLE : 0;
}

static int print_lecturer(const struct server *server, const char *base, const char *code)
{
	struct search search = {.found = false};
	char token[AUTH_TOKEN + 1], purpose[ROOM_PURPOSE_MAX];
	int err;

	if (!room_code_read(code, search.code)) {
		fprintf(stderr, "aulad: '%s' is not a code: seven letters and digits\n",
			code);
		return EX_USAGE;
	}
	err = find_class(server->conf, &search);
	if (err)
		return err;
	if (!search.found) {
		fprintf(stderr, "aulad: no class has the code %s\n", search.code);
		return EX_USAGE;
	}
	room_purpose(search.code, purpose);
	auth_key_token(&server->key, purpose, token);
	printf("%s/j/%s#t=%s\n", base, search.code, token);
	return 0;
}

static int print_link(const struct options *options, const struct conf *conf)
{
	struct server server = {.conf = conf};
	char path[CONF_PATH + 32], token[AUTH_TOKEN + 1], base[300];
	int err;

	snprintf(path, sizeof(path), "%s/secret.key", conf->data_dir);
	err = auth_key_load(&server.key, path);
	if (err) {
		fprintf(stderr, "aulad: %s: %s\n", path, strerror(-err));
		return EX_NOPERM;
	}
	server_url(&server, base, sizeof(base));
	if (options->link_code)
		return print_lecturer(&server, base, options->link_code);
	auth_key_token(&server.key, "admin", token);
	printf("%s/admin#t=%s\n", base, token);
	return 0;
}

/* Says all that the start would say before it touches anything. */
static int check(const struct options *options, const struct conf *conf) RUNS_ON(on_ctl)
{
	struct checked checked;
	char why[400];
	int err;

	if (conf->log_level < LOG_WARN)
		log_set_level(LOG_WARN); /* which plugins it has nobody asked */
	err = check_conf(&checked, conf, why, sizeof(why));
	if (err) {
		fprintf(stderr, "aulad: %s%s%s\n", options->config ? options->config : "",
			options->config ? ": " : "", why);
		return -err;
	}
	plugin_set_destroy(checked.plugins);
	puts("configuration is good");
	return 0;
}

static int print_conf(const struct conf *conf)
{
	static char text[16384];

	fwrite(text, 1, conf_print(conf, text, sizeof(text)), stdout);
	return 0;
}

/* What somebody asked for and cannot be written is not done. */
static int told(int code)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || code)
		return code;
	fprintf(stderr, "aulad: the output cannot be written: %s\n", strerror(errno));
	return EX_IOERR;
}

int main(int argc, char **argv)
{
	static struct conf conf; /* as long as the process */
	struct options options;
	char why[400];

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	options_read(&options, argc, argv);
	if (options.what == DO_EXIT)
		return told(options.exit_code);
	if (options_conf(&options, &conf, why, sizeof(why))) {
		fprintf(stderr, "aulad: %s\n", why);
		return EX_CONFIG;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0); /* keys stay out of core files */
	log_set_level((enum log_level)conf.log_level);
	switch (options.what) {
	case DO_CHECK:
		return told(check(&options, &conf));
	case DO_PRINT:
		return told(print_conf(&conf));
	case DO_LINK:
		return told(print_link(&options, &conf));
	default:
		return run(&conf);
	}
}
