/* cast.h - who may be in a picture of a class, as layouts are told, and whose
 * source each entry is. Control thread.
 */
#ifndef MCU_CAST_H
#define MCU_CAST_H

#include "base/limits.h"
#include "base/thread.h"
#include "mcu/member.h"
#include "mcu/picture.h"
#include "mcu/room.h"
#include "plugins/aula_plugin.h"

/* Of a class's picture, with the screen: more faces are too small. A wall has more. */
#define CAST_PEOPLE 25
/* Of whom nothing has come for so long, and whose page is gone, has no place. */
#define CAST_SILENT_US INT64_C(8000000)
#define CAST_MAX    (CAST_PEOPLE + 1)
#define CAST_WALL   (LIMIT_CELLS + 1)

struct cast {
	uint32_t n;
	struct aula_source sources[CAST_WALL];
	const struct aula_source *list[CAST_WALL];
	const struct member *owners[CAST_WALL]; /* NULL: of a page */
};

/* Everybody in a small class; in a big one at most `most` (1 to cast_most()): the
 * screen, then by weight (pinned, lecturers, who spoke lately, cameras, open
 * microphones), all in order of joining. Only of those whom the picture may show, and
 * on a stage without who is in front of the class's. */
void cast_make(struct cast *cast, const struct room_picture *picture, uint32_t most)
	RUNS_ON(on_ctl);
uint32_t cast_most(const struct room_picture *picture);

/* NULL: not in it. */
const struct aula_source *cast_find(const struct cast *cast, uint32_t id,
				    const struct member **owner);

#endif
