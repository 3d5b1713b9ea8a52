/* part.h - a file that still grows, or one piece of a finished recording: whoever works
 * on it holds its lock, which the kernel lets go of when the process dies. So one without
 * a lock is one to rescue. It may be a folder, see store_kind.
 */
#ifndef RECORDER_PART_H
#define RECORDER_PART_H

#include "base/attr.h"
#include "recorder/store.h"

#include <stdbool.h>
#include <stdint.h>

struct part;
struct worker;

/* Makes the part of a recording: empty, 0600 (a folder: 0700), locked. `at_us` negative:
 * its first. -EEXIST: the name was used before. */
int part_create(struct part **out, struct store *store, const char *name, uint32_t kind,
		int64_t at_us) AULA_MUST_CHECK;

/* Opens what was left, or was made: a part or a piece. -EBUSY: somebody works on it;
 * -EAGAIN: it is new and empty, so somebody may be about to; -ENOENT: there is none. */
int part_adopt(struct part **out, struct store *store,
	       const struct store_file *file) AULA_MUST_CHECK;

struct part *part_get(struct part *part);
void part_put(struct part *part); /* NULL is accepted */

/* Lets go of it together with `*list`, which may be NULL. Takes both. */
void part_chain(struct part **list, struct part *part);

const struct store_file *part_file(const struct part *part);
const char *part_path(const struct part *part);
int64_t part_bytes(const struct part *part);

/* Lets `worker` put it onto the disk, unless it is still at it. Returns the error of an
 * earlier time, 0 without one. */
int part_sync(struct part *part, struct worker *worker);

/* The ways it ends. Each returns 0 or a negative errno. */
int part_remove(struct part *part); /* what was made of it is there already */
int part_become(struct part *part, const struct store_file *file);
int part_set_aside(struct part *part); /* as a broken one; an empty one goes */

#endif
