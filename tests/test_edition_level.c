/* Which rung each edition is made of. */
#include "mcu/editions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/set.h"
#include "tests/test.h"

static enum level light(const char *level, const char *rung_mid)
{
	struct ladder ladder;
	struct conf conf;
	char why[200];

	conf_init(&conf);
	snprintf(conf.record_light, sizeof(conf.record_light), "%s", level);
	snprintf(conf.rung_mid, sizeof(conf.rung_mid), "%s", rung_mid);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	CHECK(edition_level(&conf, &ladder, EDITION_SOUND) == LEVELS);
	return edition_level(&conf, &ladder, EDITION_LIGHT);
}

static void light_stays_light(void)
{
	CHECK(light("low", "480x270@15/130 960x540@5/130") == LEVEL_LOW);
	CHECK(light("mid", "480x270@15/130 960x540@5/130") == LEVEL_MID);
	/* with 40 of Opus and 64 of AAC more than 150 MB an hour, 333 kbit/s */
	CHECK(light("mid", "480x270@15/229 960x540@5/229") == LEVEL_MID);
	CHECK(light("mid", "480x270@15/230 960x540@5/130") == LEVEL_LOW);
	CHECK(light("mid", "480x270@15/130 960x540@5/230") == LEVEL_LOW);
}

static void full_as_configured(void)
{
	struct ladder ladder;
	struct conf conf;
	char why[200];

	conf_init(&conf);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	CHECK(edition_level(&conf, &ladder, EDITION_FULL) == LEVEL_MAIN);
	snprintf(conf.record_level, sizeof(conf.record_level), "high");
	CHECK(edition_level(&conf, &ladder, EDITION_FULL) == LEVEL_HIGH);
}

/* What else a class is kept as costs no encoder beside that of the full one, but VP8. */
static void of_the_full_rung(void)
{
	struct ladder ladder;
	struct conf conf;
	char why[200];

	conf_init(&conf);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	for (enum edition e = EDITION_MKV; e <= EDITION_PUSH; e++) {
		CHECK(edition_level(&conf, &ladder, e) == LEVEL_MAIN);
		CHECK(edition_family(e) ==
		      (e == EDITION_WEBM ? FAMILY_VP8 : FAMILY_H264));
	}
	CHECK(edition_family(EDITION_FULL) == FAMILY_H264);
	CHECK(edition_level(&conf, &ladder, EDITION_TRACKS) ==
	      LEVELS); /* nothing is encoded */
	CHECK(edition_hour_mb(&conf, &ladder, EDITION_TRACKS) > 300);
	snprintf(conf.record_live, sizeof(conf.record_live), "mid");
	CHECK(edition_level(&conf, &ladder, EDITION_LIVE) == LEVEL_MID);
	CHECK(edition_level(&conf, &ladder, EDITION_PUSH) == LEVEL_MAIN);
	CHECK(edition_key_ms(EDITION_LIVE) <= 4000 &&
	      edition_key_ms(EDITION_PUSH) <= 4000);
	/* who jumps in a file waits for half of it; who watches the least rung pays it */
	CHECK(edition_key_ms(EDITION_FULL) == 5000 &&
	      edition_key_ms(EDITION_MKV) == 5000 &&
	      edition_key_ms(EDITION_WEBM) == 5000);
	CHECK(edition_key_ms(EDITION_LIGHT) == 10000);
}

static bool loads(const char *const *plugins, const char *recorder, const char *edition,
		  char why[300]) RUNS_ON(on_ctl)
{
	struct plugin_set *set;
	struct conf conf;
	int err;

	conf_init(&conf);
	snprintf(conf.recorder, sizeof(conf.recorder), "%s", recorder);
	snprintf(conf.record_editions[0], sizeof(conf.record_editions[0]), "%s", edition);
	conf.n_record_editions = 1;
	*why = '\0';
	CHECK(plugin_set_create(&set) == 0);
	for (; *plugins; plugins++)
		CHECK(plugin_set_load(set, getenv("PLUGIN_DIR"), *plugins) == 0);
	err = editions_check(set, &conf, true, why, 300);
	CHECK((editions_usual(set, &conf) == 0) == (err == -ENOENT) || err == -EINVAL);
	plugin_set_destroy(set);
	return err == 0;
}

/* A plugin that takes other pictures, or does something else, is none for an edition. */
static void by_plugins_that_can(void) RUNS_ON(on_ctl)
{
	static const char *const some[] = {"record_mp4", "record_webm", "record_hls",
					   NULL};
	char why[300];

	CHECK(loads(some, "mp4", "full", why) && loads(some, "mp4", "webm", why));
	CHECK(loads(some, "mp4", "live", why));
	CHECK(!loads(some, "mp4", "mkv", why) && strstr(why, "makes 'mkv'"));
	CHECK(!loads(some, "webm", "full", why) && strstr(why, "'webm' cannot make"));
	CHECK(!loads(some, "hls", "full", why) && strstr(why, "'hls' cannot make"));
}

static uint32_t along(const char *const *plugins, uint32_t bits) RUNS_ON(on_ctl)
{
	struct plugin_set *set;
	struct conf conf;

	conf_init(&conf);
	CHECK(plugin_set_create(&set) == 0);
	for (; *plugins; plugins++)
		CHECK(plugin_set_load(set, getenv("PLUGIN_DIR"), *plugins) == 0);
	bits = editions_along(set, &conf, bits);
	plugin_set_destroy(set);
	return bits;
}

/* One of which nothing could be made, and that would play nowhere, is not kept alone. */
static void full_comes_along(void) RUNS_ON(on_ctl)
{
	static const char *const some[] = {"record_mp4", NULL}, *const none[] = {NULL};
	const uint32_t full = EDITION_BIT(EDITION_FULL), push = EDITION_BIT(EDITION_PUSH);

	for (enum edition e = 0; e < EDITIONS; e++) {
		uint32_t bit = EDITION_BIT(e);
		bool alone = e <= EDITION_SOUND || e == EDITION_PUSH;

		CHECK(along(some, bit) == (alone ? bit : bit | full));
		CHECK(along(some, bit | EDITION_BIT(EDITION_SOUND)) ==
		      (bit | EDITION_BIT(EDITION_SOUND)));
		CHECK(along(none, bit) == bit);
	}
	CHECK(along(some, push | EDITION_BIT(EDITION_MKV)) ==
	      (push | full | EDITION_BIT(EDITION_MKV)));
	CHECK(along(some, 0) == 0);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	CHECK(edition_by_name("full") == EDITION_FULL);
	CHECK(edition_by_name("sound") == EDITION_SOUND);
	CHECK(edition_by_name("") == EDITIONS && edition_by_name("fuller") == EDITIONS);
	CHECK(strcmp(edition_name(EDITION_LIGHT), "light") == 0);
	light_stays_light();
	full_as_configured();
	of_the_full_rung();
	by_plugins_that_can();
	full_comes_along();
	return 0;
}
