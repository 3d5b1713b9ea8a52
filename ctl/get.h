/* get.h - one GET of a server's own pages. Blocking, at most 5 s without a sign. */
#ifndef CTL_GET_H
#define CTL_GET_H

#include "base/attr.h"
#include "ctl/url.h"

#include <openssl/types.h>

/* The page at `path` of the server; `body` is to be freed, its end is cut at 1 MiB. The
 * status of HTTP, or -ENOMEM; -EHOSTUNREACH: nobody answers; -EACCES: its certificate
 * is not taken, `verdict` has why (see trust.h). */
int get_page(const struct url *url, const char *path, SSL_CTX *trust, char **body,
	     long *verdict) AULA_MUST_CHECK;

#endif
