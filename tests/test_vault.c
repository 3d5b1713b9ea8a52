/* Recordings that are kept elsewhere, too, against a whole server: stored when they are
 * made, kept here while the storage is away, freed, played by links into the storage,
 * dropped with their recording, and continued after a restart. The program only seems to
 * be aula-store; the real one is tested against a real storage by tests/storage.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/vault.h"
#include "mcu/vault_text.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/test.h"

#define SECRET "it/is+a=secret"

/* Writes down what it was asked for, and with what configuration. */
static const char script[] =
	"#!/bin/sh\n"
	"here=\"${0%/*}\"\n"
	"cat >\"$here/conf\"\n"
	"echo \"$*\" | tr '\\0' ' ' >>\"$here/asked\"\n"
	"case \"$(cat \"$here/mode\")\" in\n"
	"away) echo '{\"ok\":false,\"code\":\"away\",\"why\":\"x\",\"name\":\"\"}'; exit "
	"75;;\n"
	"hang) echo $$ >\"$here/pid\"; exec sleep 100000;;\n"
	"esac\n"
	"echo '{\"step\":\"save\",\"done\":0.50}'\n"
	"if [ \"$3\" = free ]; then rm \"$here/../recordings/$4.mp4\"; fi\n"
	"echo '{\"ok\":true,\"objects\":1,\"bytes\":7}'\n";

static struct class_world *world;
static struct class_client *lecturer;
static struct class_media *media;
static char id[40], url[400], kept[40];

/* ---- texts ------------------------------------------------------------------------ */

static void lines(void)
{
	static const char *const none[] = {"",
					   "x",
					   "[]",
					   "{",
					   "{\"step\":\"save\"}",
					   "{\"ok\":1}",
					   "{\"ok\":\"yes\"}"};
	struct vault_line line;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		vault_read(&line, none[i]);
		CHECK(!line.over);
	}
	vault_read(&line, "{\"ok\":true,\"bytes\":12}");
	CHECK(line.over && !*line.code && line.bytes == 12);
	vault_read(&line, "{\"ok\":false,\"code\":\"no_bucket\"}");
	CHECK(line.over && strcmp(line.code, "no_bucket") == 0);
	vault_read(&line, "{\"ok\":false,\"code\":\"No bucket\"}");
	CHECK(line.over && strcmp(line.code, "answer") == 0);
	CHECK(vault_troubles_program("died") && !vault_troubles_program("away"));
	CHECK(vault_troubles_all("away") && !vault_troubles_all("differs"));
}

/* ---- what is around it --------------------------------------------------------------
 */

static void path_of(char out[CONF_PATH], const char *name)
{
	snprintf(out, CONF_PATH, "%s/%s", world->dir, name);
}

static void put_text(const char *name, const char *text, mode_t mode)
{
	char path[CONF_PATH], part[CONF_PATH + 8];
	FILE *f;

	path_of(path, name);
	snprintf(part, sizeof(part), "%s.new", path);
	f = fopen(part, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
	CHECK(chmod(part, mode) == 0 && rename(part, path) == 0);
}

static const char *get_text(const char *name)
{
	static char text[65536];
	char path[CONF_PATH];
	size_t n = 0;
	FILE *f;

	path_of(path, name);
	f = fopen(path, "r");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

/* How often it was asked for this. */
static int asked(const char *work, const char *of)
{
	char want[80];
	const char *at = get_text("fake/asked");
	int n = 0;

	snprintf(want, sizeof(want), "-c - %s %s\n", work, of);
	while ((at = strstr(at, want))) {
		at++;
		n++;
	}
	return n;
}

static bool here(void)
{
	char path[CONF_PATH], name[60];

	snprintf(name, sizeof(name), "recordings/%s.mp4", id);
	path_of(path, name);
	return access(path, F_OK) == 0;
}

static bool ok(const char *type, const char *d)
{
	return class_client_ok(class_client_ask(lecturer, type, d));
}

static void enter(struct class_world *of)
{
	world = of;
	if (!media)
		media = class_media_create(false, 90, 440);
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && media);
	class_client_send(lecturer, media, true, true);
	CHECK(ok("media.set", "{\"mic\":true,\"cam\":true}"));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
}

static void record(void)
{
	CHECK(ok("record.start", "{\"editions\":[\"full\"]}"));
	class_client_text(lecturer, "\"id\":\"", id, sizeof(id));
	class_world_pass(&lecturer, 1, 2500);
	CHECK(ok("record.stop", "{}"));
	RUN_UNTIL(&lecturer, 1, here());
}

static void list(void)
{
	class_world_pass(&lecturer, 1, 300); /* above the rate of lists */
	CHECK(ok("recording.list", "{\"limit\":1}"));
	class_client_text(lecturer, "\"url\":\"", url, sizeof(url));
}

static void prepare(struct conf *conf)
{
	char path[CONF_PATH];

	log_set_level(LOG_ERROR + 1); /* troubles are what this is about */
	conf->derive = false;
	conf->shed = false; /* however busy the machine is */
	world = (struct class_world *)(void *)((char *)conf -
					       offsetof(struct class_world, conf));
	path_of(path, "fake");
	CHECK(mkdir(path, 0700) == 0 || errno == EEXIST);
	put_text("fake/aula-store", script, 0700);
	put_text("fake/aula-derive", "#!/bin/sh\nexit 1\n",
		 0700); /* not for what is away */
	put_text("fake/mode", "away", 0600);
	put_text("keys", "aws_access_key_id = AK\naws_secret_access_key = " SECRET "\n",
		 0600);
	path_of(conf->deck_reader, "fake/aula-deck");
	path_of(conf->s3_credentials_file, "keys");
	snprintf(conf->storage, sizeof(conf->storage), "s3");
	snprintf(conf->s3_endpoint, sizeof(conf->s3_endpoint), "https://s3.example.org");
	snprintf(conf->s3_bucket, sizeof(conf->s3_bucket), "class");
	snprintf(conf->s3_prefix, sizeof(conf->s3_prefix), "aula/");
	conf->s3_keep_local_days = 0;
}

/* ---- the storage is away, then well -------------------------------------------------
 */

static void it_is_away(void)
{
	RUN_UNTIL(&lecturer, 1, asked("save", id) >= 1);
	RUN_UNTIL(&lecturer, 1, count_get(COUNT_STORAGE_TROUBLE) == 1);
	CHECK(deck_http_get(world, "/healthz") == 200);
	CHECK(strstr(deck_http_body(), "\"storage\":false"));
	list();
	CHECK(here() && deck_http_get(world, url) == 200);
	CHECK(count_get(COUNT_STORED) == 0 && count_get(COUNT_STORE_FAILED) >= 1);
}

static void it_is_well(void)
{
	const char *conf;

	put_text("fake/mode", "well", 0600);
	RUN_UNTIL(&lecturer, 1, count_get(COUNT_STORED) == 1);
	conf = get_text("fake/conf");
	CHECK(strstr(conf, "s3_bucket = \"class\"") && strstr(conf, "/keys\""));
	CHECK(!strstr(conf, SECRET) && !strstr(get_text("fake/asked"), SECRET));
	RUN_UNTIL(&lecturer, 1, !here());
	CHECK(asked("save", id) >= 2 && asked("free", id) == 1);
	CHECK(deck_http_get(world, "/healthz") == 200);
	CHECK(strstr(deck_http_body(), "\"storage\":true"));
}

static void it_is_played(void)
{
	char want[200], saved[500];

	list();
	CHECK(deck_http_get(world, url) == 307);
	snprintf(want, sizeof(want),
		 "\r\nLocation: https://s3.example.org/class/aula/%s.mp4?X-Amz-", id);
	CHECK(strstr(deck_http_body(), want));
	CHECK(strstr(deck_http_body(), "X-Amz-Expires=600&"));
	CHECK(strstr(deck_http_body(), "Cache-Control: no-store\r\n"));
	CHECK(strstr(deck_http_body(), "media-src 'self' blob: https://s3.example.org;"));
	CHECK(!strstr(deck_http_body(), SECRET));
	snprintf(saved, sizeof(saved), "%s&download=1", url);
	CHECK(deck_http_get(world, saved) == 307);
	CHECK(strstr(deck_http_body(), "response-content-disposition=attachment"));
	snprintf(saved, sizeof(saved), "%sx", url);
	CHECK(deck_http_get(world, saved) == 403);
}

/* A share may be taken back: its links into the storage are soon over. */
static void it_is_shared(void)
{
	char d[80], path[200], token[100];
	const char *at;
	size_t n;

	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	class_world_pass(&lecturer, 1, 300);
	CHECK(ok("recording.share", d));
	class_client_text(lecturer, "\"url\":\"/s/", token, sizeof(token));
	snprintf(path, sizeof(path), "/api/v1/shares/%s", token);
	CHECK(deck_http_get(world, path) == 200);
	at = strstr(deck_http_body(), "\"url\":\"");
	CHECK(at);
	at += 7;
	n = strcspn(at, "\"");
	CHECK(n < sizeof(url));
	memcpy(url, at, n);
	url[n] = '\0';
	CHECK(deck_http_get(world, url) == 307);
	CHECK(strstr(deck_http_body(), "X-Amz-Expires=60&"));
}

/* Only who may take it back is led into the storage then. */
static void it_is_in_the_trash(void)
{
	char d[100], shared[400];

	memcpy(shared, url, sizeof(shared));
	list();
	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"from_ms\":0,\"to_ms\":2000}", id);
	class_world_pass(&lecturer, 1, 300);
	CHECK(!ok("recording.trim", d));
	CHECK(strstr(class_client_reply(lecturer), "in_storage"));
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	class_world_pass(&lecturer, 1, 300);
	CHECK(ok("recording.delete", d));
	CHECK(deck_http_get(world, url) == 307 && deck_http_get(world, shared) == 403);
	class_world_pass(&lecturer, 1, 300);
	CHECK(ok("recording.restore", d));
	CHECK(deck_http_get(world, url) == 307 && deck_http_get(world, shared) == 307);
}

static void it_is_deleted(void)
{
	char d[80], start[44];

	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"now\":true}", id);
	CHECK(ok("recording.delete", d));
	snprintf(start, sizeof(start), "%s.", id);
	RUN_UNTIL(&lecturer, 1,
		  asked("drop", start) == 1 && count_get(COUNT_STORING) == 0);
	class_world_pass(&lecturer, 1, VAULT_LOOK_US / MS_US + 2000);
	CHECK(asked("drop", start) == 1); /* and its row is gone */
}

static void first(struct class_world *of)
{
	enter(of);
	record();
	it_is_away();
	it_is_well();
	it_is_played();
	it_is_shared();
	it_is_in_the_trash();
	it_is_deleted();
	/* what is under way when the server ends */
	put_text("fake/mode", "hang", 0600);
	record();
	memcpy(kept, id, sizeof(kept));
	RUN_UNTIL(&lecturer, 1, asked("save", id) == 1 && *get_text("fake/pid"));
	class_client_leave(lecturer);
}

static void second(struct class_world *of)
{
	pid_t last;

	world = of;
	last = (pid_t)strtol(get_text("fake/pid"), NULL, 10);
	CHECK(last > 0 && kill(last, 0) < 0 && errno == ESRCH);
	put_text("fake/mode", "well", 0600);
	memcpy(id, kept, sizeof(id));
	enter(of);
	RUN_UNTIL(&lecturer, 1, asked("free", id) == 1 && !here());
	class_client_leave(lecturer);
	class_media_destroy(media);
}

/* ---- settings that do not go together ------------------------------------------------
 */

static void settings(void)
{
	struct conf conf;
	char why[400];

	conf_init(&conf);
	CHECK(vault_check(&conf, why, sizeof(why)) == 0);
	snprintf(conf.storage, sizeof(conf.storage), "s3");
	CHECK(vault_check(&conf, why, sizeof(why)) == -EINVAL);
	CHECK(strstr(why, "s3_endpoint"));
	snprintf(conf.s3_endpoint, sizeof(conf.s3_endpoint), "https://s3.example.org");
	snprintf(conf.s3_bucket, sizeof(conf.s3_bucket), "class");
	snprintf(conf.s3_credentials_file, CONF_PATH, "there/is/none");
	CHECK(vault_check(&conf, why, sizeof(why)) == -EINVAL);
	CHECK(strstr(why, "s3_credentials_file: there/is/none"));
}

int main(void)
{
	static void (*const servers[])(struct class_world * world) = {first, second};

	lines();
	settings();
	return class_world_run_each(prepare, servers, 2);
}
