/* loadgen_peer.h - the media side of one member: ICE checks, DTLS, SRTP over a UDP
 * socket of its own. Owner: its crew's thread; certificate and context are shared.
 */
#ifndef BENCH_LOADGEN_PEER_H
#define BENCH_LOADGEN_PEER_H

#include "base/attr.h"
#include "bench/loadgen.h"

struct lg_peer_ctx; /* certificate and settings of all */
struct lg_peer;

int lg_peer_ctx_create(struct lg_peer_ctx **out) AULA_MUST_CHECK;
void lg_peer_ctx_destroy(struct lg_peer_ctx *ctx);
const uint8_t *lg_peer_ctx_fingerprint(const struct lg_peer_ctx *ctx); /* 32 bytes */

enum lg_peer_state { LG_CHECKING, LG_SHAKING, LG_UP, LG_CLOSED, LG_FAILED };

struct lg_peer_conf {
	struct endpoint to;
	const char *ufrag, *pwd;    /* the server's */
	const uint8_t *fingerprint; /* the server's, 32 bytes */
	struct lg_stats *stats;
	void *ctx;
	/* A packet as it came, still protected; what the kernel says when. */
	void (*media)(void *ctx, uint8_t *data, size_t len, int64_t at_us);
};

int lg_peer_create(struct lg_peer **out, struct lg_peer_ctx *ctx,
		   const struct lg_peer_conf *conf) AULA_MUST_CHECK;
void lg_peer_destroy(struct lg_peer *peer); /* says close_notify; NULL is accepted */
int lg_peer_fd(const struct lg_peer *peer);
/* Packets that found no room in the socket, since we did not read in time. */
uint32_t lg_peer_overflow(const struct lg_peer *peer);
const char *lg_peer_ufrag(const struct lg_peer *peer);
const char *lg_peer_pwd(const struct lg_peer *peer);
enum lg_peer_state lg_peer_state(const struct lg_peer *peer);

/* An ICE restart of the server. */
void lg_peer_restart(struct lg_peer *peer, const char *ufrag, const char *pwd);
/* When the descriptor is readable. */
void lg_peer_read(struct lg_peer *peer, int64_t now_us);
/* At least each 100 ms: checks, consent, retransmissions. */
void lg_peer_tick(struct lg_peer *peer, int64_t now_us);

/* As those of loadgen_srtp.h. */
int lg_peer_open_rtp(struct lg_peer *peer, uint8_t *data, size_t *len) AULA_MUST_CHECK;
int lg_peer_open_rtcp(struct lg_peer *peer, uint8_t *data, size_t *len) AULA_MUST_CHECK;
/* Protects in place (room for 64 bytes more) and sends; `len` gets the new length. */
int lg_peer_send_rtp(struct lg_peer *peer, uint8_t *data, size_t *len) AULA_MUST_CHECK;
int lg_peer_send_rtcp(struct lg_peer *peer, uint8_t *data, size_t len);
/* Once more what was protected already. */
void lg_peer_send_raw(struct lg_peer *peer, const uint8_t *data, size_t len);

#endif
