/* editions.h - the forms in which a class is recorded at once: which of them the server
 * makes, of which rung, by which plugin. Control thread.
 */
#ifndef MCU_EDITIONS_H
#define MCU_EDITIONS_H

#include "base/conf.h"
#include "base/thread.h"
#include "mcu/ladder.h"
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stdint.h>

struct plugin_set;

/* Indices of recorder_conf.editions. Their files are found by their names: an edition
 * keeps its number and its name for ever. */
enum edition {
	EDITION_FULL,   /* the rung of `record_level` */
	EDITION_LIGHT,  /* that of `record_light`: for who pays for each MB */
	EDITION_SOUND,  /* no picture */
	EDITION_MKV,    /* the rung of `full`, as Matroska */
	EDITION_WEBM,   /* VP8 and Opus */
	EDITION_LIVE,   /* HLS: who comes late, or is cut off, goes back in it while the
			   class runs */
	EDITION_PUSH,   /* sent to a platform by RTMP while the class runs; no file */
	EDITION_TRACKS, /* what each member sends, as it was sent: a folder of files */
	EDITIONS
};
_Static_assert(EDITIONS <= EDITIONS_MAX, "the recorder has a place for each");

#define EDITION_BIT(edition) (1u << (edition))
#define EDITION_LIGHT_MB     150 /* an hour of it has at most so many, sound included */

const char *edition_name(enum edition edition);
/* EDITIONS: no such name. */
enum edition edition_by_name(const char *name);

/* What the recorder is told of them; those without a plugin have no ops. */
void editions_make(struct recorder_edition out[EDITIONS_MAX],
		   const struct plugin_set *plugins, const struct conf *conf)
	RUNS_ON(on_ctl);

/* A bit of each that a recording gets when nothing else is said. One that has no plugin
 * is left out. */
uint32_t editions_usual(const struct plugin_set *plugins, const struct conf *conf)
	RUNS_ON(on_ctl);

/* With `full` where it is needed: of the other editions nothing is made afterwards (no
 * chapters, no captions, no cuts), and most play nowhere, so a recording that keeps any
 * of them keeps one of full, light and sound, too. What is only sent keeps nothing. */
uint32_t editions_along(const struct plugin_set *plugins, const struct conf *conf,
			uint32_t bits) RUNS_ON(on_ctl);

/* Can the plugins make what the configuration asks for? A plugin for another codec, or of
 * another kind (AULA_RECORDER_*), is none for an edition: that is logged, and an error of
 * the edition `full`. `said`: those of `record_editions` have to be there as well.
 * Otherwise `why` says what is wrong. */
int editions_check(const struct plugin_set *plugins, const struct conf *conf, bool said,
		   char *why, size_t why_len) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What plugin.list counts of the one that makes it, see plugin_set_used(). */
void edition_used(struct plugin_set *plugins, const struct conf *conf,
		  enum edition edition, bool failed) RUNS_ON(on_ctl);

/* The file extension of an edition's files; NULL: the server does not make it. */
const char *edition_extension(const struct plugin_set *plugins, const struct conf *conf,
			      enum edition edition) RUNS_ON(on_ctl);

/* The level and the family whose landscape rung is recorded; LEVELS: no picture. */
enum level edition_level(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition);
enum family edition_family(enum edition edition);
/* About what an hour of it takes on the disk, in MB; of what is sent, on the way. */
uint32_t edition_hour_mb(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition);
/* From one key frame to the next at most: who looks at it moves about in it, or comes
 * to it, by them. */
uint16_t edition_key_ms(enum edition edition);

#endif
