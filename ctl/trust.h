/* trust.h - which certificate a server must show: one that the system vouches for, or
 * exactly one that is in a file, whatever its names and its signer.
 */
#ifndef CTL_TRUST_H
#define CTL_TRUST_H

#include "base/attr.h"

#include <openssl/types.h>
#include <stddef.h>

/* By the system's authorities, for the name that is asked for. `file` instead: by that
 * PEM certificate alone. NULL with a line in `why`. */
SSL_CTX *trust_create(const char *file, char *why, size_t why_len);
/* Any certificate: only for what is no secret and trusts nothing that comes back. */
SSL_CTX *trust_anyone(void);
void trust_destroy(SSL_CTX *trust); /* NULL is accepted */

/* What a verdict of wsc_verdict() means, in words; "" for none. `file` as above. */
void trust_explain(long verdict, const char *file, char *out, size_t size);

#endif
