/* Which rung each edition is made of, and how large its pictures are. */
#include "mcu/editions.h"

#include <stdio.h>
#include <string.h>

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

static void sizes(void)
{
	static const uint16_t want[LEVELS][2] = {[LEVEL_LOW] = {480, 270},
						 [LEVEL_MID] = {640, 360},
						 [LEVEL_MAIN] = {960, 540},
						 [LEVEL_HIGH] = {1280, 720}};
	uint16_t w, h;

	for (enum level level = LEVEL_LOW; level < LEVELS; level++) {
		edition_size(level, &w, &h);
		CHECK(w == want[level][0] && h == want[level][1]);
	}
}

int main(void)
{
	CHECK(edition_by_name("full") == EDITION_FULL);
	CHECK(edition_by_name("sound") == EDITION_SOUND);
	CHECK(edition_by_name("") == EDITIONS && edition_by_name("fuller") == EDITIONS);
	CHECK(strcmp(edition_name(EDITION_LIGHT), "light") == 0);
	light_stays_light();
	full_as_configured();
	sizes();
	return 0;
}
