/* auth_password.h - a password as it is stored: what scrypt (RFC 7914) makes of it and a
 * salt. About 20 ms of a core and 8 MB each time, so that who has the database needs
 * years for a good one; never on a thread that others wait for.
 */
#ifndef SIGNALING_AUTH_PASSWORD_H
#define SIGNALING_AUTH_PASSWORD_H

#include "base/attr.h"

#include <stdbool.h>

#define AUTH_SALT     32 /* characters of hex */
#define AUTH_VERIFIER 64

/* ANY_THREAD, slow. -ENOMEM, or -EIO: the library would not. */
int auth_password_make(const char *password, char salt[AUTH_SALT + 1],
		       char verifier[AUTH_VERIFIER + 1]) AULA_MUST_CHECK;

/* ANY_THREAD, slow. 0: it is the one; -EACCES: it is not; or as above. Compares in
 * constant time. */
int auth_password_check(const char *password, const char *salt,
			const char *verifier) AULA_MUST_CHECK;

#endif
