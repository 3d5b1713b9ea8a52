/* loadgen_crew.h - one thread and the members that it keeps alive. */
#ifndef BENCH_LOADGEN_CREW_H
#define BENCH_LOADGEN_CREW_H

#include "base/attr.h"
#include "bench/loadgen_member.h"

struct lg_crew;

struct lg_crew_figures {
	uint32_t begun, up, failed; /* members */
	uint64_t packets;           /* of media, in */
	bool all;                   /* each has begun, and is up or has failed */
};

/* Starts the thread: it begins members number `which`, `which` + threads, ... at its
 * share of the rate. */
int lg_crew_create(struct lg_crew **out, const struct lg_options *options,
		   const struct lg_clip *clip, struct lg_peer_ctx *peers, SSL_CTX *tls,
		   unsigned which) AULA_MUST_CHECK;
/* ANY_THREAD. */
void lg_crew_figures(const struct lg_crew *crew, struct lg_crew_figures *out);
void lg_crew_mark(struct lg_crew *crew); /* the measured span begins */
/* Ends the span and the thread; the members are there until the destroy. */
void lg_crew_stop(struct lg_crew *crew);
void lg_crew_destroy(struct lg_crew *crew); /* all leave; NULL is accepted */

/* After the stop. The longest turn of its loop in the span: more than some 20 ms means
 * that this machine was too busy. */
int64_t lg_crew_longest_us(const struct lg_crew *crew);
uint32_t lg_crew_n(const struct lg_crew *crew);
const struct lg_member *lg_crew_member(const struct lg_crew *crew, uint32_t i);

#endif
