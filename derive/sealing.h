/* sealing.h - files that are sealed in their place (base/seal.h), all of a folder or
 * some: each beside it first, under the name with ".seal" behind it, then compared with
 * what is in it, on the disk, and only then under its name. So whoever kills us finds the
 * one or the other whole, never none; what was begun is begun anew the next time. Two
 * that seal the same do not disturb each other: the second is told -EAGAIN.
 */
#ifndef DERIVE_SEALING_H
#define DERIVE_SEALING_H

#include "base/attr.h"
#include "base/seal_key.h"

#include <stdint.h>

struct progress;

struct sealing {
	const struct seal_keys *keys;
	int64_t reserve_bytes;             /* stay free on the disk, whatever is sealed */
	uint32_t sealed, already, missing; /* files */
	int64_t bytes;                     /* of those that were sealed, before */
};

/* One name in this folder: a file, or a folder with all that is in it; or, when it ends
 * with a dot, all names that begin with it. What is sealed by the first key stays; by
 * another, it is sealed anew. Links are left alone, and what is being made, or was set
 * aside, as its name says behind the first dot: ".part", ".tmp", ".at<digits>",
 * ".broken". What is not there is counted, and what fails ends nothing of the rest. A
 * file keeps its time, its owner and who may read it. -EAGAIN: it was changed meanwhile,
 * or somebody has a lock on it, since he writes it or seals it, and it stays as it is;
 * -EKEYREJECTED, -EBADMSG: it is sealed and cannot be opened; -ENOSPC: there is no room
 * for a second copy of it beside the reserve, and it stays as it is; and others of the
 * system. */
int sealing_name(struct sealing *sealing, int folder, const char *name) AULA_MUST_CHECK;

/* All of these, whose folder that is: names of one folder, else -EXDEV, before anything
 * is done. The first error of any. */
int sealing_all(struct sealing *sealing, int folder, char *const paths[], int n,
		struct progress *progress) AULA_MUST_CHECK;

#endif
