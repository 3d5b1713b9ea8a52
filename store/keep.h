/* keep.h - what is done with whole recordings: saved in the storage, freed from the disk,
 * dropped from the storage. Each can be done again at any time: what is there already is
 * found, and left.
 */
#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include "base/attr.h"
#include "store/wire.h"

#include <stdbool.h>

struct keep {
	struct wire *wire;
	const char *folder; /* of recordings */
	char failed[1025];  /* the name of what it failed at */
};

/* [a-z0-9]+, as ids of recordings are. */
bool keep_id_ok(const char *id);

/* Everything of it is in the storage then, and was compared. FAULT_UNFINISHED, as of
 * keep_free(): an edition of it is to be made yet, nothing was done. */
int keep_save(struct keep *keep, const char *id) AULA_MUST_CHECK;
/* Removes from the folder what may be in the storage alone; nothing, before all of that
 * was compared. FAULT_MISSING, FAULT_DIFFERS: it must be saved again first. */
int keep_free(struct keep *keep, const char *id) AULA_MUST_CHECK;
/* Removes from the storage all whose names begin so (without the configured prefix), and
 * what was begun of such. */
int keep_drop(struct keep *keep, const char *start) AULA_MUST_CHECK;

#endif
