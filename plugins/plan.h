/* plan.h - a layout that is data: variants of cells, each with a rule who is seen
 * there. Read from JSON by mcu/plan_read.h; docs/plugins.md is the full text.
 */
#ifndef PLUGINS_PLAN_H
#define PLUGINS_PLAN_H

#include "base/attr.h"
#include "base/decor.h"
#include "plugins/aula_plugin.h"
#include "plugins/params.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_NAME     32  /* with the zero */
#define PLAN_TITLE    97  /* bytes, with the zero */
#define PLAN_TEXT     49  /* the same, of a place that nobody takes */
#define PLAN_VARIANTS 48  /* of one plan */
#define PLAN_CELLS    320 /* of all its variants */
#define PLAN_WHO      6   /* wishes of one cell, the best first */
#define PLAN_KEEP     8   /* people that a variant may be beside its range */
#define PLAN_HOLD_MS  10000

enum plan_role {
	PLAN_PINNED,      /* whom somebody put in front */
	PLAN_SCREEN,      /* a shared screen */
	PLAN_LECTURER,    /* a camera of who leads */
	PLAN_PRESENTER,   /* the camera of whose screen is seen */
	PLAN_SPEAKER,     /* who spoke last of those not seen yet */
	PLAN_HAND,        /* who raised a hand */
	PLAN_INTERPRETER, /* who has the seat of that name */
	PLAN_GUEST,
	PLAN_STUDENT, /* who does not lead */
	PLAN_CAMERA,  /* whoever has a picture */
	PLAN_ANY,     /* whoever: no screens */
	PLAN_ROLES,
};

/* "pinned", ...; NULL behind the last. */
const char *plan_role_name(enum plan_role role);

/* By kind: a screen is fitted, and of a face the upper part is kept. */
enum plan_fit { PLAN_BY_KIND, PLAN_FIT, PLAN_FILL, PLAN_FACE };

#define PLAN_EITHER 2 /* beside false and true */

struct plan_when {
	uint8_t tall, screen, pinned, interpreter, guest; /* false, true, PLAN_EITHER */
	uint16_t min, max;                                /* people: no screens */
	uint8_t words[PARAMS_MAX]; /* the place of the word + 1; 0: any */
};

struct plan_cell {
	struct aula_rect at;
	int8_t z; /* the higher is drawn later */
	uint8_t fit;
	bool border;
	bool talks; /* a frame while who is seen there speaks */
	bool over;  /* may lie over others, or under them */
	bool rest;  /* an area for all who are not seen yet, as equal tiles */
	uint32_t n_who;
	uint8_t who[PLAN_WHO];
	char text[PLAN_TEXT]; /* while it is nobody's; empty: it is left out */
	/* of the rest */
	uint16_t most;
	uint8_t most_param;  /* its place + 1: that says how many; 0: `most` */
	uint8_t cols;        /* 0: as suits */
	bool zoom;           /* the tiles fill the area, whatever their shape */
	uint8_t slim, broad; /* width by height, in 1/9, of a tile that does not */
};

struct plan_variant {
	struct plan_when when;
	uint32_t first, n; /* of the plan's cells */
};

struct plan {
	char name[PLAN_NAME], title[PLAN_TITLE], group[PLAN_NAME];
	struct param_specs params;
	uint8_t keep;
	uint32_t hold_ms;    /* a speaker keeps the first place so long */
	bool names;          /* are burnt in */
	uint8_t names_param; /* its place + 1: that says so; 0: `names` */
	uint8_t names_word;  /* the place of the word that says yes */
	struct decor decor;
	uint32_t n_variants, n_cells;
	struct plan_variant variants[PLAN_VARIANTS];
	struct plan_cell cells[PLAN_CELLS];
};

/* A pure function, as of a plugin: the first variant that suits. That of `in->last`
 * stays as long as nothing but the number of people speaks against it, and that by
 * no more than `keep`. */
int plan_arrange(const struct plan *plan, const struct aula_layout_in *in,
		 struct aula_layout_out *out) AULA_MUST_CHECK;

/* Two cells of the variant that lie over each other and do not say so. */
bool plan_overlap(const struct plan *plan, const struct plan_variant *variant,
		  uint32_t *one, uint32_t *other);

#endif
