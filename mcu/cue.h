/* cue.h - the cue list of a class: what is to be taken one after the other, and when.
 * Pure; its clock is the wall clock, so that it goes on after a restart.
 */
#ifndef MCU_CUE_H
#define MCU_CUE_H

#include "base/attr.h"
#include "base/limits.h"
#include "mcu/seats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CUES_MAX      50
#define CUE_AFTER_SEC 86400 /* the longest wait behind the cue before */
/* One that could not be taken for so long after its time (nobody was there to do it)
 * is missed: a picture that changes late is worse than one that does not. */
#define CUE_LATE_MS INT64_C(60000)

/* Who has a part in it. People are remembered by their seats, since members have other
 * numbers after each coming. */
enum cue_part { CUE_PIN, CUE_INTERPRETER, CUE_GUEST, CUE_PARTS };
enum cue_who { CUE_AS_IS, CUE_NOBODY, CUE_MEMBER };

struct cue_person {
	enum cue_who who;
	char seat[SEAT_ID + 1];
	char name[LIMIT_NAME_BYTES + 1]; /* as it was called; to be shown only */
};

enum cue_when { CUE_BY_HAND, CUE_AT, CUE_AFTER };

struct cue {
	uint32_t id; /* of this list, never used twice */
	char name[LIMIT_NAME_BYTES + 1];
	char layout[LIMIT_LAYOUT_TEXT + 1]; /* empty: as it is */
	struct cue_person people[CUE_PARTS];
	enum cue_when when;
	int64_t at_ms;    /* CUE_AT: of the wall clock */
	uint32_t after_s; /* CUE_AFTER: behind the cue before it */
	bool done;        /* its time has come and gone: not again by itself */
	bool missed;      /* it went by without being taken */
};

struct cues { /* zeroed: none */
	uint32_t n, last_id;
	uint32_t current; /* the one that was taken last; 0: none */
	int64_t taken_ms; /* when */
	struct cue list[CUES_MAX];
};

/* Its place, or -1. */
int cues_find(const struct cues *cues, uint32_t id);

/* With cue->id one that is there is replaced (-ENOENT: it is not), with 0 it goes to
 * place `at` (or the end) under a new id, which is written there. -ENOSPC: CUES_MAX. */
int cues_put(struct cues *cues, struct cue *cue, uint32_t at) AULA_MUST_CHECK;
int cues_delete(struct cues *cues, uint32_t id) AULA_MUST_CHECK; /* -ENOENT */
/* Behind the last place means the last. */
int cues_move(struct cues *cues, uint32_t id, uint32_t to) AULA_MUST_CHECK;
void cues_clear(struct cues *cues); /* ids go on */

/* The one behind the current one, the first without one; NULL: there is none. */
const struct cue *cues_next(const struct cues *cues);

/* It was taken, by hand or by its time. */
void cues_taken(struct cues *cues, uint32_t id, int64_t now_ms);

/* When a cue is due by itself: wall clock, or -1. */
int64_t cues_time(const struct cues *cues, const struct cue *cue);
/* The one that is due first, and when. NULL: none is. */
const struct cue *cues_due(const struct cues *cues, int64_t *at_ms);
/* What is late by more than CUE_LATE_MS is missed. True when something was. */
bool cues_miss(struct cues *cues, int64_t now_ms);

/* As stored: JSON for free(), NULL without memory. A text that is not whole is refused
 * (-EINVAL, -ENOMEM), and `out` is untouched. */
char *cues_write(const struct cues *cues);
int cues_read(struct cues *out, const char *text, size_t len) AULA_MUST_CHECK;

#endif
