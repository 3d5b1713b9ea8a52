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
	EDITION_FULL,  /* the rung of `record_level` */
	EDITION_LIGHT, /* that of `record_light`: for who pays for each MB */
	EDITION_SOUND, /* no picture */
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

/* The file extension of an edition's files; NULL: the server does not make it. */
const char *edition_extension(const struct plugin_set *plugins, const struct conf *conf,
			      enum edition edition) RUNS_ON(on_ctl);

/* The level whose rung is recorded; LEVELS: none. */
enum level edition_level(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition);
/* A file has one size, whatever is shown: fit for people and for pages. */
void edition_size(enum level level, uint16_t *w_px, uint16_t *h_px);

#endif
