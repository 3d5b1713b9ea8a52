/* loadgen_links.h - relays of our own, a thread for each: a class of viewers with
 * links of one kind. See tests/lab/relay.h.
 */
#ifndef BENCH_LOADGEN_LINKS_H
#define BENCH_LOADGEN_LINKS_H

#include "base/attr.h"
#include "bench/loadgen.h"

struct lg_links;

/* Starts a relay for each `kbit` of the options and writes where they listen to
 * `via` and `n_via`. Says what is wrong on stderr. */
int lg_links_create(struct lg_links **out, struct lg_options *options) AULA_MUST_CHECK;
void lg_links_destroy(struct lg_links *links); /* NULL is accepted */

#endif
