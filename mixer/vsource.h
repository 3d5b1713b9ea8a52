/* vsource.h - one thing a view can show: its decoder and its newest picture,
 * which nobody waits for. What is wrong with its units costs itself only.
 */
#ifndef MIXER_VSOURCE_H
#define MIXER_VSOURCE_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "mixer/picture.h"

#include <stdbool.h>
#include <stdint.h>

struct vsource;

#define VSOURCE_FROZEN_US INT64_C(2000000)  /* without a unit that was decoded */
#define VSOURCE_BUDGET_US INT64_C(250000)   /* processor time of one unit */
#define VSOURCE_REST_US   INT64_C(10000000) /* out of sight, until it is let go */

/* What the owner must tell others after a call. */
enum {
	VSOURCE_KEY_WANTED = 1 << 0, /* at most once a second */
	VSOURCE_RESIZED = 1 << 1,    /* has another size, or none any more */
};

enum vsource_look { VSOURCE_NAME, VSOURCE_LIVE, VSOURCE_FROZEN };

int vsource_create(struct vsource **out, uint32_t id) AULA_MUST_CHECK;
void vsource_destroy(struct vsource *s) RUNS_ON(on_mix); /* NULL is accepted */

uint32_t vsource_id(const struct vsource *s) RUNS_ON(on_mix);

/* The view that shows it, 0 for none; for its owner to note, no more. */
void vsource_show_to(struct vsource *s, uint32_t view) RUNS_ON(on_mix);
uint32_t vsource_viewer(const struct vsource *s) RUNS_ON(on_mix);

/* Somebody sees it from now on, or nobody does, as at first. Returns VSOURCE_*. */
uint32_t vsource_seen(struct vsource *s, bool seen, int64_t now_us) RUNS_ON(on_mix);

/* Lets go of the decoder and the picture of one that nobody has seen for
 * VSOURCE_REST_US. To be called now and then. */
void vsource_rest(struct vsource *s, int64_t now_us) RUNS_ON(on_mix);

/* It shows what it can: nothing better is to be expected within a second. */
bool vsource_settled(const struct vsource *s, int64_t now_us) RUNS_ON(on_mix);

/* Processor time of decoding since the last call, µs. */
uint32_t vsource_spent_us(struct vsource *s) RUNS_ON(on_mix);

/* Decodes one unit at once; of a source that nobody sees only the size is looked
 * at. Returns VSOURCE_*. */
uint32_t vsource_unit(struct vsource *s, struct au *au, int64_t now_us) RUNS_ON(on_mix);

/* Shows this picture from now on, which never freezes and is kept while nobody sees it;
 * units that come are passed by. Takes it. Returns VSOURCE_*. */
uint32_t vsource_put(struct vsource *s, struct picture *picture) RUNS_ON(on_mix);

/* Returns VSOURCE_*. Its picture is forgotten when it is switched off. */
uint32_t vsource_off(struct vsource *s, bool off, int64_t now_us) RUNS_ON(on_mix);

/* How it is shown at `now_us`. */
enum vsource_look vsource_look(struct vsource *s, int64_t now_us) RUNS_ON(on_mix);

/* Rises with every new picture. */
uint32_t vsource_serial(const struct vsource *s) RUNS_ON(on_mix);

/* The newest picture, upright, in limited range; NULL when there is none. Good
 * until the next call that changes the source. */
const struct picture *vsource_picture(struct vsource *s) RUNS_ON(on_mix);

/* Its units are copied for somebody, `to`, from its next key frame on; 0: not. Returns
 * VSOURCE_*. */
uint32_t vsource_tap(struct vsource *s, uint32_t to, int64_t now_us) RUNS_ON(on_mix);
/* For whom, or 0: not those that come while it is switched off. */
uint32_t vsource_tapped(const struct vsource *s) RUNS_ON(on_mix);

/* Its size after rotation, of the newest picture or, out of sight, of the newest
 * key frame; (0, 0) before. */
void vsource_size(const struct vsource *s, uint16_t *w_px, uint16_t *h_px)
	RUNS_ON(on_mix);

#endif
