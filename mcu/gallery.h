/* gallery.h - the pictures that layouts may show: files of one folder, each read once
 * beside this process (slides/shelf.h) and kept. Control thread.
 */
#ifndef MCU_GALLERY_H
#define MCU_GALLERY_H

#include "base/attr.h"
#include "base/decor.h"
#include "base/thread.h"

#include <stdint.h>

struct gallery;
struct scene;
struct server;

/* What a layout shows of it. */
enum gallery_place { GALLERY_BACKGROUND, GALLERY_LOGO, GALLERY_PLACES };

/* Begins to read what is in the folder; classes get each picture when it is there. When
 * the shelf is. -ENOMEM. */
int gallery_create(struct gallery **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* When the shelf is gone and nothing that it told is on its way. NULL is accepted. */
void gallery_destroy(struct gallery *g) RUNS_ON(on_ctl);

/* Looks at the folder again: what is new or another file now is read, what is gone is
 * not shown any more. */
void gallery_reload(struct gallery *g) RUNS_ON(on_ctl);

/* Each second: reads again what could not be read for want of resources; until then the
 * good one before it is shown. NULL is accepted. */
void gallery_second(struct gallery *g) RUNS_ON(on_ctl);

/* One line for each layout that names a picture that is not there. */
void gallery_check(const struct gallery *g) RUNS_ON(on_ctl);

/* What a picture of the layout will be without. */
struct gallery_lack {
	const char *field; /* of the layout's JSON form */
	char why[96];      /* for people */
};
/* How many there are; also one line of the log for each, unless `layout` is NULL. */
uint32_t gallery_lacks(const struct gallery *g, const struct decor *decor,
		       const char *layout, struct gallery_lack lacks[GALLERY_PLACES])
	RUNS_ON(on_ctl);

/* Which pictures these are: another number when there is another one under the same
 * name; 0: none. */
void gallery_serials(const struct gallery *g, const struct decor *decor,
		     uint32_t serials[GALLERY_PLACES]) RUNS_ON(on_ctl);
/* The pictures that the scene's decor names, as far as they are there. */
void gallery_dress(const struct gallery *g, struct scene *scene) RUNS_ON(on_ctl);

#endif
