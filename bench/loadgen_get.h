/* loadgen_get.h - one GET of a server's own pages, for scripts on machines that have
 * no other client. Blocking.
 */
#ifndef BENCH_LOADGEN_GET_H
#define BENCH_LOADGEN_GET_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct lg_url {
	bool tls;
	char host[256]; /* without brackets */
	char port[6];
	char path[512]; /* begins with a slash */
};

/* "https://host:port/path" or "http://[::1]:port". False: it is none, or too long. */
bool lg_url_read(struct lg_url *url, const char *text);

/* Writes the body to standard output. Certificates are not judged. An exit code: 0
 * for a status of 200 to 299, 1 for others, 64 for a bad URL, 69 when there was no
 * answer within 5 s. */
int lg_get(const char *url) AULA_MUST_CHECK;

#endif
