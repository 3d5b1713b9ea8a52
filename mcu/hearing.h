/* hearing.h - who hears and who sees whom in a class, by what people are and never by
 * pairs, so that there are few different mixes however many listen. Pure functions.
 *
 * There are two groups of listeners, students and all others, and for each the floor
 * and a channel for each language that is interpreted: the interpreters at full
 * loudness over a soft floor. Channels that come out alike cost nothing, see
 * mixer/channels.h. Somebody stays in its channel when the rule changes.
 */
#ifndef MCU_HEARING_H
#define MCU_HEARING_H

#include "base/attr.h"
#include "mcu/policy.h"
#include "mixer/aworker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hearing_rule {
	HEARING_ALL,       /* everybody hears all */
	HEARING_LECTURERS, /* students hear the lecturers only */
	HEARING_APART,     /* students hear all but each other */
	HEARING_RULES
};
const char *hearing_name(enum hearing_rule rule);
/* HEARING_RULES: no such name. */
enum hearing_rule hearing_by_name(const char *name);

#define HEARING_LANGUAGES (MIX_CHANNELS / 2 - 1)
#define HEARING_NAME      24    /* bytes of the name of one, at most */
#define HEARING_SOFT_DB   (-15) /* the floor under an interpreter */
#define HEARING_TEXT      256   /* bytes of what is stored, with its zero */

/* What a class says about it. Languages are numbered from 1; 0 is the floor. */
struct hearing {
	enum hearing_rule rule; /* who hears whom */
	enum hearing_rule sees; /* and who sees whom: the same words */
	uint32_t n;             /* languages */
	char names[HEARING_LANGUAGES][HEARING_NAME + 1];
};

/* Somebody in it. */
struct hearing_person {
	enum role role;
	uint8_t speaks; /* the language that it interprets into; 0: speaks to the floor */
	uint8_t listens; /* the language that it chose; 0: the floor */
};

/* The number of a language; 0: there is none of that name. */
uint32_t hearing_language(const struct hearing *hearing, const char *name);

/* The channel of what it hears. Whoever interprets hears as those who lead do. */
uint32_t hearing_channel(const struct hearing_person *person);

/* How loud it is in each channel, as of aworker_voice_gains(). `manned`: a bit for each
 * language that somebody interprets into now, 1 << number; the floor of the others is
 * not made softer. */
void hearing_gains(enum hearing_rule rule, uint32_t manned,
		   const struct hearing_person *person, int8_t db[MIX_CHANNELS]);

/* Whether somebody who may see what `viewer` may is shown one of the role `seen`. Nobody
 * sees an observer. */
bool hearing_sees(enum hearing_rule rule, enum role viewer, enum role seen);

/* Room for one more language of this name. -EINVAL: it is none (1 to HEARING_NAME
 * bytes, no control characters, not had before); -ENOSPC: there are too many. */
int hearing_add(struct hearing *hearing, const char *name) AULA_MUST_CHECK;

/* As it is stored: "RULE\n" or "RULE SEES\n" (without it all see all), then "NAME\n" for
 * each language; "": all hear and see all. -EINVAL when it is none, `hearing` is
 * untouched then. */
int hearing_read(const char *text, struct hearing *hearing) AULA_MUST_CHECK;
void hearing_write(const struct hearing *hearing, char text[HEARING_TEXT]);

#endif
