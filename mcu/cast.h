/* cast.h - who may be in the picture of a class, as layouts are told, and whose
 * source each entry is. Control thread.
 */
#ifndef MCU_CAST_H
#define MCU_CAST_H

#include "base/limits.h"
#include "base/thread.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "plugins/aula_plugin.h"

#define CAST_MAX (LIMIT_CELLS + 1)

struct cast {
	uint32_t n;
	struct aula_source sources[CAST_MAX];
	const struct aula_source *list[CAST_MAX];
	const struct member *owners[CAST_MAX];
};

/* Everybody in a small class; in a big one at most `most` (1 to CAST_MAX): the
 * screen, then by weight (pinned, lecturers, who spoke lately, cameras, open
 * microphones), all in order of joining. */
void cast_make(struct cast *cast, const struct room *room, uint32_t most) RUNS_ON(on_ctl);

/* NULL: not in it. */
const struct aula_source *cast_find(const struct cast *cast, uint32_t id,
				    const struct member **owner);

#endif
