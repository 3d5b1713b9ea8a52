/* preview.h - how a layout would look now, as a picture: a view that nobody watches is
 * made for one still and closed again. What is on air goes on untouched, and nobody but
 * who asked waits. Control thread.
 */
#ifndef MCU_PREVIEW_H
#define MCU_PREVIEW_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "mcu/ladder.h"
#include "mcu/picture.h"

#include <stdint.h>

struct member;
struct plugin;
struct previews;
struct room;
struct server;

#define PREVIEWS_MAX  4     /* at a time, of the whole server; more are refused */
#define PREVIEW_PX    640   /* the longer side */
#define PREVIEW_BYTES 49152 /* of the JPEG, before base64 */
#define PREVIEW_FPS   5     /* of cameras that it wakes up */
/* The view waits up to a second for cameras that come into sight; then there is a JPEG
 * to be made, and whatever else the video thread has to do. */
#define PREVIEW_US INT64_C(3000000)

int previews_create(struct previews **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void previews_destroy(struct previews *previews) RUNS_ON(on_ctl); /* NULL is accepted */

struct preview_wish {
	struct room *room;
	struct member *by; /* who gets the answer */
	int64_t id;        /* of its request */
	enum picture_kind picture;
	const char *layout;
	const struct plugin *draft; /* see views_sketch(); not kept */
	enum shape shape;
};

/* The answer comes by command_reply(), within PREVIEW_US. -EBUSY: this one waits for
 * another already, or PREVIEWS_MAX do; -ENOENT, -EINVAL: no such layout; -EIO: it fails;
 * -ENOTCONN: nothing is shown in this room. */
int preview_ask(struct previews *previews, const struct preview_wish *wish)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* A still of a view with this id. Takes it, and returns true, when it is one of ours. */
bool preview_picture(struct previews *previews, uint32_t view, struct au *au)
	RUNS_ON(on_ctl);

/* How many lines of this source previews of its room show; 0: none. */
uint32_t preview_lines(const struct previews *previews, const struct room *room,
		       uint32_t source);

/* Of a room that nobody is in any more. */
void previews_forget(struct previews *previews, const struct room *room) RUNS_ON(on_ctl);

#endif
