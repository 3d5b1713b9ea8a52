#include "mcu/editions.h"

#include <stdio.h>
#include <string.h>

#include "plugins/set.h"

#define AAC_KBPS   64 /* the finished file has it beside the Opus */
#define LIGHT_KBPS (EDITION_LIGHT_MB * 8000 / 3600)

static const char *const names[EDITIONS] = {"full", "light", "sound"};

const char *edition_name(enum edition edition)
{
	return names[edition];
}

enum edition edition_by_name(const char *name)
{
	enum edition e = 0;

	while (e < EDITIONS && strcmp(names[e], name) != 0)
		e++;
	return e;
}

static const struct aula_recorder_ops *ops_of(const struct plugin_set *plugins,
					      const struct conf *conf,
					      enum edition edition) RUNS_ON(on_ctl)
{
	return plugin_set_recorder(plugins, edition == EDITION_SOUND
						    ? conf->recorder_sound
						    : conf->recorder);
}

void editions_make(struct recorder_edition out[EDITIONS_MAX],
		   const struct plugin_set *plugins, const struct conf *conf)
{
	memset(out, 0, EDITIONS_MAX * sizeof(out[0]));
	for (enum edition e = 0; e < EDITIONS; e++) {
		snprintf(out[e].name, sizeof(out[e].name), "%s", names[e]);
		out[e].ops = ops_of(plugins, conf, e);
	}
}

uint32_t editions_usual(const struct plugin_set *plugins, const struct conf *conf)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < conf->n_record_editions; i++) {
		enum edition e = edition_by_name(conf->record_editions[i]);

		if (e < EDITIONS && ops_of(plugins, conf, e))
			bits |= EDITION_BIT(e);
	}
	return bits;
}

const char *edition_extension(const struct plugin_set *plugins, const struct conf *conf,
			      enum edition edition)
{
	const struct aula_recorder_ops *ops = ops_of(plugins, conf, edition);

	return ops ? ops->extension : NULL;
}

static bool light_enough(const struct conf *conf, const struct ladder *ladder,
			 enum level level)
{
	for (enum content content = 0; content < CONTENTS; content++)
		if (ladder->video[level][content].kbps + conf->audio_kbps + AAC_KBPS >
		    LIGHT_KBPS)
			return false;
	return true;
}

enum level edition_level(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition)
{
	enum level level;

	if (edition == EDITION_SOUND)
		return LEVELS;
	if (edition == EDITION_FULL)
		return level_by_name(conf->record_level);
	level = level_by_name(conf->record_light);
	return light_enough(conf, ladder, level) ? level : LEVEL_LOW;
}

void edition_size(enum level level, uint16_t *w_px, uint16_t *h_px)
{
	static const uint16_t widths[LEVELS] = {[LEVEL_LOW] = 480,
						[LEVEL_MID] = 640,
						[LEVEL_MAIN] = 960,
						[LEVEL_HIGH] = 1280};

	*w_px = widths[level];
	*h_px = (uint16_t)(widths[level] * 9 / 16);
}
