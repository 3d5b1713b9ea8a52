/* ufrags.h - our ICE credentials that are in force, found by our ufrag. The
 * look-up comes before any cryptography. Owner: net thread.
 */
#ifndef TRANSPORT_UFRAGS_H
#define TRANSPORT_UFRAGS_H

#include "base/attr.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct ufrags;

/* One generation of credentials of one link. */
struct ufrag {
	struct ufrag *chain; /* of its bucket */
	struct link *link;
	char name[33], pwd[33];
	uint32_t n_theirs; /* 0: not known yet, any will do */
	char *theirs[LIMIT_SDP_MEDIA];
};

int ufrags_create(struct ufrags **out) AULA_MUST_CHECK;
void ufrags_destroy(struct ufrags *ufrags); /* empty by then; NULL is accepted */

/* Puts a new one in. -EINVAL: a name or password that RFC 8445 forbids;
 * -EEXIST, -ENOMEM. */
int ufrags_add(struct ufrags *ufrags, struct ufrag **out, struct link *link,
	       const char *name, const char *pwd) AULA_MUST_CHECK;
void ufrags_remove(struct ufrags *ufrags, struct ufrag *ufrag); /* NULL is accepted */

struct ufrag *ufrags_find(const struct ufrags *ufrags, const char *name, size_t len);

/* Replaces the other side's halves by `n` of them, equal ones once. -ENOMEM. */
int ufrag_set_theirs(struct ufrag *ufrag, const char *const *names,
		     uint32_t n) AULA_MUST_CHECK;
bool ufrag_takes(const struct ufrag *ufrag, const char *theirs, size_t len);

#endif
