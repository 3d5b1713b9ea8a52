/* ice_lite.h - the server's side of connectivity checks (RFC 8445 lite, RFC
 * 8489): which check is for whom, whether it is genuine, and the answer. Knows
 * no sockets and no peers. Checks are never sent, so no one can make this
 * server write to an address that did not write first.
 */
#ifndef TRANSPORT_ICE_LITE_H
#define TRANSPORT_ICE_LITE_H

#include "base/attr.h"
#include "transport/addr.h"

#define ICE_ANSWER_MAX 128 /* bytes; never longer than an authentic check needs */

struct ice_lite;

/* What a binding request says before anything is proven. The pointers look
 * into the datagram. */
struct ice_check {
	const char *ours, *theirs; /* the halves of USERNAME, no zero at the end */
	size_t ours_len, theirs_len;
	bool nominated; /* USE-CANDIDATE under the protection of the integrity */
};

/* Reads a datagram without any cryptography: one binding request, its length
 * right, at most LIMIT_STUN_ATTRS attributes, USERNAME before a
 * MESSAGE-INTEGRITY of 20 bytes. -EBADMSG; -ENOMSG for a binding indication,
 * which is well and needs nothing. */
int ice_peek(struct ice_check *check, const uint8_t *data, size_t len) AULA_MUST_CHECK;

int ice_lite_create(struct ice_lite **out) AULA_MUST_CHECK;
void ice_lite_destroy(struct ice_lite *ice); /* NULL is accepted */

/* Answers a check that ice_peek took, if its MESSAGE-INTEGRITY fits `pwd` and
 * its FINGERPRINT is right. Returns the length of the answer, with *valid
 * false when it is a refusal (an attribute that must be understood and is not);
 * -EACCES when it is not genuine: nothing is to be sent. */
int ice_answer(struct ice_lite *ice, const uint8_t *data, size_t len, const char *pwd,
	       const struct addr *from, uint8_t out[ICE_ANSWER_MAX],
	       bool *valid) AULA_MUST_CHECK;

#endif
