/* views.h - the canvases of a picture: who is where, in landscape and upright, and
 * thinned for small rungs. Control thread.
 *
 * A view is one canvas of the video thread. The full one of a shape shows all
 * that the layout wants. Where its cells would be too small to be recognised on
 * a level's rung, that level has a view of its own with fewer of them.
 */
#ifndef MCU_VIEWS_H
#define MCU_VIEWS_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"
#include "mcu/gallery.h"
#include "mcu/ladder.h"
#include "mixer/scene.h"

#include <stdbool.h>
#include <stdint.h>

struct room_picture;
struct room;
struct plugin;

#define VIEW_MAPS 8 /* scenes on their way to the screen; the oldest goes */
/* Another kind of content turns every rung round, with key frames: not more often. */
#define VIEW_CONTENT_US INT64_C(5000000)
#define VIEW_FADE_FPS   10 /* with fewer a fade is a stutter */
#define VIEW_CELL       90 /* px of a rung: no cell of a person is lower */
#define VIEW_CELL_WALL  40 /* but on a wall of faces */
/* How many are tried one after the other until they are large enough. */
#define VIEW_TRIES \
	{ \
		16, 12, 9, 6, 4, 3, 2, 1 \
	}
#define VIEW_TRIES_WALL \
	{ \
		36, 25, 16, 12, 9, 6, 4, 2, 1 \
	}

/* The full one, and one for each level that may need fewer cells. */
#define VIEW_TIERS 4
#define VIEWS      (SHAPES * VIEW_TIERS)

/* The tile map of one scene, kept until the scene is seen. */
struct tile_map {
	uint32_t generation; /* 0: empty */
	char layout[LIMIT_LAYOUT_TEXT + 1];
	uint32_t n;
	uint16_t least_h; /* of a person's cell, in 1/10080 of the height */
	bool slides;      /* a page is shown */
	struct decor decor;
	uint32_t arts[GALLERY_PLACES]; /* which pictures decor means */
	struct tile {
		uint32_t source;
		struct rect_u at;
		bool fill, video, border;
		bool face, label, talks; /* see scene.h */
		char name[LIMIT_NAME_BYTES + 1];
	} tiles[LIMIT_CELLS];
};

/* One that is open at the video thread. */
struct room_view {
	uint32_t generation;             /* of the newest map */
	struct tile_map maps[VIEW_MAPS]; /* by number of posting */
	uint32_t n_posted;
	struct tile_map live; /* what is seen */
	int64_t live_pts_us;
	struct view_conf conf;
};

/* Which of the views a level of this shape is made of. */
uint32_t views_of(const struct room_picture *picture, enum shape shape, enum level level);

/* What the canvas of the shape is drawn for; the unit of tile maps. */
void views_frame(enum shape shape, uint16_t *w_px, uint16_t *h_px);

/* The newest map of the view; NULL: it is not open or shows nothing. */
const struct tile_map *views_newest(const struct room_picture *picture, uint32_t view);

/* Opens the full one in landscape, which lives as long as the picture. */
int views_open(struct room_picture *picture) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void views_close(struct room_picture *picture) RUNS_ON(on_ctl);

/* How a layout would look now, with all who are there; nothing of the picture changes.
 * `draft`, unless it is NULL, is asked instead of the one called `name`. -ENOENT: no
 * such layout; what it fails with; `map` is then untouched. */
int views_sketch(const struct room_picture *picture, const char *name,
		 const struct plugin *draft, enum shape shape, struct tile_map *map)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* For how long a view of this rate is faded from one map, NULL for none, to the next:
 * into another layout only; who comes or goes is there, or gone, at once. */
uint32_t views_fade_us(const struct tile_map *from, const struct tile_map *to,
		       const struct view_conf *conf, uint32_t fade_ms);
/* The map as a scene, without the pictures of its decor: see gallery_dress(). -ENOMEM. */
int views_scene(const struct tile_map *map, struct scene **out) AULA_MUST_CHECK;

/* Asks the layout where everybody goes; posts scenes when anything moved. A
 * failing layout keeps the last good scene. Views that no rung needs are closed
 * by views_sweep(), after the rungs have moved. */
void views_arrange(struct room_picture *picture) RUNS_ON(on_ctl);
/* What is shown is of another kind than picture->content says, which is held for
 * VIEW_CONTENT_US: it is to be arranged again. */
bool views_content_due(const struct room_picture *picture, int64_t now_us);
void views_sweep(struct room_picture *picture) RUNS_ON(on_ctl);

/* The canvas is as large as the largest of its rungs. */
void views_fit(struct room_picture *picture, uint32_t view, uint16_t w_px, uint16_t h_px)
	RUNS_ON(on_ctl);

/* A scene was seen for the first time. */
void views_live(struct room_picture *picture, uint32_t view, uint32_t generation,
		int64_t pts_us) RUNS_ON(on_ctl);

#endif
