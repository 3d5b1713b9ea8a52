/* loadgen_member.h - one member of a class: joins, answers offers, receives, says
 * what it missed, and sends when it is to. Owner: its crew's thread.
 */
#ifndef BENCH_LOADGEN_MEMBER_H
#define BENCH_LOADGEN_MEMBER_H

#include "base/attr.h"
#include "bench/loadgen.h"
#include "bench/loadgen_clip.h"
#include "bench/loadgen_peer.h"
#include "bench/loadgen_sync.h"
#include "bench/loadgen_trace.h"
#include "bench/loadgen_track.h"
#include "ctl/wsc.h"

struct lg_member;

/* What members of a crew share. */
struct lg_common {
	const struct lg_options *options;
	const struct lg_clip *clip;
	struct lg_peer_ctx *peers;
	SSL_CTX *tls;
	int epoll_fd;
	uint32_t n_failed, n_up; /* of this crew */
	uint64_t packets;        /* of media, in */
};

/* `index` counts all members of the run, senders first. Begins to join. */
int lg_member_create(struct lg_member **out, struct lg_common *common,
		     uint32_t index) AULA_MUST_CHECK;
void lg_member_destroy(struct lg_member *m); /* leaves; NULL is accepted */

/* What epoll says; its data is lg_member_key(). */
uint64_t lg_member_key(const struct lg_member *m, bool media);
void lg_member_ready(struct lg_member *m, bool media, int64_t now_us);
/* Each 100 ms. */
void lg_member_tick(struct lg_member *m, int64_t now_us);
/* Senders: as often as can be; when it wants to be called again. */
int64_t lg_member_send(struct lg_member *m, int64_t now_us);

/* The span that rates are counted in begins, or ends. */
void lg_member_mark(struct lg_member *m, bool end);

uint32_t lg_member_index(const struct lg_member *m);
bool lg_member_sends(const struct lg_member *m);
const struct lg_stats *lg_member_stats(const struct lg_member *m);
const struct lg_track *lg_member_video(const struct lg_member *m);
const struct lg_track *lg_member_audio(const struct lg_member *m);
/* Which of the links of the options it uses. */
unsigned lg_member_class(const struct lg_member *m);
/* NULL: not asked for. */
const struct lg_trace *lg_member_trace(const struct lg_member *m);
const struct lg_sync *lg_member_sync(const struct lg_member *m);
/* All of what it gets is decrypted and looked at. */
bool lg_member_full(const struct lg_member *m);

#endif
