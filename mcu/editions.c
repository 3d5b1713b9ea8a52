#include "mcu/editions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "plugins/set.h"

#define AAC_KBPS 64 /* the finished file has it beside the Opus */
/* Of a lecturer with a camera and a page, and one who answers: more who send are more. */
#define TRACKS_KBPS (2 * 600 + 300 + 2 * 40)
#define LIGHT_KBPS  (EDITION_LIGHT_MB * 8000 / 3600)

static const char *const names[EDITIONS] = {"full", "light", "sound", "mkv",
					    "webm", "live",  "push",  "tracks"};

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

static const char *misfit_of(enum edition edition, const struct aula_recorder_ops *ops)
{
	static const uint32_t flags[EDITIONS] = {[EDITION_LIVE] = AULA_RECORDER_FOLDER,
						 [EDITION_PUSH] = AULA_RECORDER_REMOTE,
						 [EDITION_TRACKS] = AULA_RECORDER_FOLDER |
								    AULA_RECORDER_TRACKS};
	const uint32_t kinds = AULA_RECORDER_FOLDER | AULA_RECORDER_REMOTE |
			       AULA_RECORDER_TRACKS;
	const char *video = ops->video ? ops->video : "h264";

	if ((ops->flags & kinds) != flags[edition])
		return "its flags are those of another kind of edition";
	if (edition == EDITION_SOUND || edition == EDITION_TRACKS)
		return NULL;
	if (strcmp(video, edition == EDITION_WEBM ? "vp8" : "h264") != 0)
		return "it takes pictures of another codec";
	return NULL;
}

static const struct aula_recorder_ops *plugin_of(const struct plugin_set *plugins,
						 const struct conf *conf,
						 enum edition edition) RUNS_ON(on_ctl)
{
	static const char *const own[EDITIONS] = {[EDITION_MKV] = "mkv",
						  [EDITION_WEBM] = "webm",
						  [EDITION_LIVE] = "hls",
						  [EDITION_PUSH] = "rtmp",
						  [EDITION_TRACKS] = "tracks"};

	if (own[edition])
		return plugin_set_recorder(plugins, own[edition]);
	return plugin_set_recorder(plugins, edition == EDITION_SOUND
						    ? conf->recorder_sound
						    : conf->recorder);
}

static const struct aula_recorder_ops *ops_of(const struct plugin_set *plugins,
					      const struct conf *conf,
					      enum edition edition) RUNS_ON(on_ctl)
{
	const struct aula_recorder_ops *ops = plugin_of(plugins, conf, edition);

	return ops && !misfit_of(edition, ops) ? ops : NULL;
}

int editions_check(const struct plugin_set *plugins, const struct conf *conf, bool said,
		   char *why, size_t why_len)
{
	for (enum edition e = 0; e < EDITIONS; e++) {
		const struct aula_recorder_ops *ops = plugin_of(plugins, conf, e);
		const char *misfit = ops ? misfit_of(e, ops) : NULL;

		if (misfit && e == EDITION_FULL) {
			snprintf(why, why_len, "recorder: '%s' cannot make '%s': %s",
				 conf->recorder, names[e], misfit);
			return -EINVAL;
		}
		if (misfit)
			log_warn("edition_left_out", "edition=%s why=\"%s\"", names[e],
				 misfit);
	}
	for (uint32_t i = 0; said && i < conf->n_record_editions; i++) {
		enum edition e = edition_by_name(conf->record_editions[i]);

		if (e < EDITIONS && ops_of(plugins, conf, e))
			continue;
		snprintf(why, why_len, "record_editions: no plugin of %s makes '%s'",
			 conf->plugins_dir, conf->record_editions[i]);
		return -ENOENT;
	}
	return 0;
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
	return editions_along(plugins, conf, bits);
}

uint32_t editions_along(const struct plugin_set *plugins, const struct conf *conf,
			uint32_t bits)
{
	const uint32_t good = EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT) |
			      EDITION_BIT(EDITION_SOUND);
	uint32_t kept = bits & ~EDITION_BIT(EDITION_PUSH);

	if (!kept || kept & good || !ops_of(plugins, conf, EDITION_FULL))
		return bits;
	return bits | EDITION_BIT(EDITION_FULL);
}

void edition_used(struct plugin_set *plugins, const struct conf *conf,
		  enum edition edition, bool failed)
{
	const struct aula_recorder_ops *ops = ops_of(plugins, conf, edition);

	if (ops)
		plugin_set_used(plugins, ops, failed);
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

	switch (edition) {
	case EDITION_SOUND:
	case EDITION_TRACKS:
		return LEVELS;
	case EDITION_LIGHT:
		level = level_by_name(conf->record_light);
		return light_enough(conf, ladder, level) ? level : LEVEL_LOW;
	case EDITION_LIVE:
		if (*conf->record_live)
			return level_by_name(conf->record_live);
		return level_by_name(conf->record_level);
	default:
		return level_by_name(conf->record_level);
	}
}

enum family edition_family(enum edition edition)
{
	return edition == EDITION_WEBM ? FAMILY_VP8 : FAMILY_H264;
}

/* The sound as it was mixed is in each but the one of sound alone; AAC in what a finished
 * file has for old players, and in what is sent to platforms, which take nothing else. */
uint32_t edition_hour_mb(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition)
{
	enum level level = edition_level(conf, ladder, edition);
	uint32_t kbps = 0;

	if (edition == EDITION_TRACKS)
		return TRACKS_KBPS * 3600 / 8000;
	if (level < LEVELS)
		kbps = ladder->video[level][CONTENT_PEOPLE].kbps;
	if (edition != EDITION_SOUND && edition != EDITION_PUSH)
		kbps += conf->audio_kbps;
	if (edition != EDITION_WEBM && edition != EDITION_MKV && edition != EDITION_LIVE)
		kbps += AAC_KBPS;
	return kbps * 3600 / 8000;
}

/* A segment of HLS, and what platforms want of who sends to them, begins with one. Who
 * moves about in a file waits for all from the one before: in the full ones that is worth
 * 4 % of their rate. In the light one's it would be a sixth, of which those pay who watch
 * that rung on the thinnest of links; and there its seconds are small. */
uint16_t edition_key_ms(enum edition edition)
{
	switch (edition) {
	case EDITION_LIVE:
	case EDITION_PUSH:
		return 4000;
	case EDITION_LIGHT:
		return 10000;
	default:
		return 5000;
	}
}
