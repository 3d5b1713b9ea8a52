#include "bench/loadgen_peer.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"
#include "bench/loadgen_srtp.h"
#include "tests/dtls_hand.h"
#include "tests/stun_hand.h"

#define BATCH      16
#define ROOM       2048
#define FAST_US    (100 * MS_US)
#define CONSENT_US (2500 * MS_US) /* RFC 7675, 5.1 allows 5 s; browsers do it so */
#define BUFFER     (1 << 20)      /* bytes: seconds of media, while we were held up */
#define HEADERS    28             /* bytes of IPv4 and UDP */

struct lg_peer_ctx {
	struct dtls_hand_ctx dtls;
};

struct lg_peer {
	struct lg_peer_conf conf;
	int fd;
	enum lg_peer_state state;
	char ufrag[9], pwd[25], server_ufrag[257], server_pwd[257];
	uint8_t fingerprint[32]; /* of the server */
	uint8_t id[12];          /* of the check under way */
	int64_t check_us;        /* the next one */
	struct dtls_hand dtls;
	struct lg_srtp *srtp;
};

/* ---- out ------------------------------------------------------------------------- */

void lg_peer_send_raw(struct lg_peer *p, const uint8_t *data, size_t len)
{
	if (send(p->fd, data, len, MSG_DONTWAIT) > 0)
		p->conf.stats->out_bytes += len + HEADERS;
}

int lg_peer_send_rtp(struct lg_peer *p, uint8_t *data, size_t *len)
{
	int err = p->state == LG_UP ? lg_srtp_seal_rtp(p->srtp, data, len) : -ENOTCONN;

	if (!err)
		lg_peer_send_raw(p, data, *len);
	return err;
}

int lg_peer_send_rtcp(struct lg_peer *p, uint8_t *data, size_t len)
{
	int err = p->state == LG_UP ? lg_srtp_seal_rtcp(p->srtp, data, &len) : -ENOTCONN;

	if (!err)
		lg_peer_send_raw(p, data, len);
	return err;
}

int lg_peer_open_rtp(struct lg_peer *p, uint8_t *data, size_t *len)
{
	return lg_srtp_open_rtp(p->srtp, data, len);
}

int lg_peer_open_rtcp(struct lg_peer *p, uint8_t *data, size_t *len)
{
	return lg_srtp_open_rtcp(p->srtp, data, len);
}

/* ---- ICE -------------------------------------------------------------------------- */

static void send_check(struct lg_peer *p)
{
	uint8_t msg[512];
	size_t len = stun_write_nomination(msg, p->id, p->server_ufrag, p->server_pwd,
					   p->ufrag);

	lg_peer_send_raw(p, msg, len);
}

/* ---- DTLS ----------------------------------------------------------------------------
 */

int lg_peer_ctx_create(struct lg_peer_ctx **out)
{
	struct lg_peer_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return -ENOMEM;
	if (!dtls_hand_ctx_open(&ctx->dtls, "SRTP_AEAD_AES_128_GCM")) {
		lg_peer_ctx_destroy(ctx);
		return -ENOMEM;
	}
	*out = ctx;
	return 0;
}

void lg_peer_ctx_destroy(struct lg_peer_ctx *ctx)
{
	if (!ctx)
		return;
	dtls_hand_ctx_close(&ctx->dtls);
	free(ctx);
}

const uint8_t *lg_peer_ctx_fingerprint(const struct lg_peer_ctx *ctx)
{
	return ctx->dtls.fingerprint;
}

static bool make_keys(struct lg_peer *p)
{
	uint8_t block[56];
	const struct lg_srtp_keys keys = {.out_key = block,
					  .in_key = block + 16,
					  .out_salt = block + 32,
					  .in_salt = block + 44};

	return dtls_hand_keys(&p->dtls, p->fingerprint, block, sizeof(block)) &&
	       lg_srtp_create(&p->srtp, &keys) == 0;
}

/* Without a datagram it begins. */
static void go_on(struct lg_peer *p, const uint8_t *data, size_t len)
{
	enum dtls_hand_state state = dtls_hand_take(&p->dtls, data, len);

	if (state == DTLS_HAND_FAILED)
		p->state = LG_FAILED;
	if (state >= DTLS_HAND_UP && p->state == LG_SHAKING) {
		p->state = make_keys(p) ? LG_UP : LG_FAILED;
		if (p->state == LG_UP && !p->conf.stats->up_us)
			p->conf.stats->up_us = clock_us();
	}
	if (state == DTLS_HAND_CLOSED && p->state == LG_UP)
		p->state = LG_CLOSED;
}

/* ---- in
 * ---------------------------------------------------------------------------------- */

static void take(struct lg_peer *p, uint8_t *data, size_t len, int64_t at_us)
{
	if (len < 12)
		return;
	if (data[0] >= 128 && data[0] <= 191) {
		if (p->state == LG_UP)
			p->conf.media(p->conf.ctx, data, len, at_us);
		return;
	}
	p->conf.stats->other_bytes += len + HEADERS;
	if (data[0] <= 3 && stun_is_answer(data, len, p->id, p->server_pwd)) {
		p->check_us = at_us + CONSENT_US * 4 / 5 +
			      rand_u32() % (uint32_t)(CONSENT_US * 2 / 5);
		if (p->state == LG_CHECKING) {
			p->state = LG_SHAKING;
			go_on(p, NULL, 0);
		}
	} else if (data[0] >= 20 && data[0] <= 63 && p->state != LG_CHECKING) {
		go_on(p, data, len);
	}
}

/* When the kernel got it, by the monotonic clock. */
static int64_t arrival(struct msghdr *msg, int64_t wall_us, int64_t now_us)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct timespec ts;

	if (!c || c->cmsg_type != SO_TIMESTAMPNS)
		return now_us;
	memcpy(&ts, CMSG_DATA(c), sizeof(ts));
	return ts.tv_sec * SEC_US + ts.tv_nsec / 1000 - wall_us;
}

/* What the wall clock is ahead of the monotonic one; a step of the former while it
 * runs would be taken for lateness, so it is asked once per thread. */
static int64_t wall_offset(void)
{
	static _Thread_local int64_t offset;
	struct timespec ts;

	if (!offset) {
		clock_gettime(CLOCK_REALTIME, &ts);
		offset = ts.tv_sec * SEC_US + ts.tv_nsec / 1000 - clock_us();
	}
	return offset;
}

struct batch {
	bool made;
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	_Alignas(16) uint8_t data[BATCH][ROOM];
	_Alignas(16) uint8_t control[BATCH][64];
};

void lg_peer_read(struct lg_peer *p, int64_t now_us)
{
	static _Thread_local struct batch b;
	int64_t wall_us = wall_offset();
	int n = BATCH;

	for (int turn = 0; turn < 8 && n == BATCH; turn++) {
		for (int i = 0; i < BATCH; i++) {
			b.iov[i] = (struct iovec){b.data[i], ROOM};
			b.msgs[i].msg_hdr = (struct msghdr){.msg_iov = &b.iov[i],
							    .msg_iovlen = 1,
							    .msg_control = b.control[i],
							    .msg_controllen = 64};
		}
		n = recvmmsg(p->fd, b.msgs, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			take(p, b.data[i], b.msgs[i].msg_len,
			     arrival(&b.msgs[i].msg_hdr, wall_us, now_us));
	}
}

void lg_peer_tick(struct lg_peer *p, int64_t now_us)
{
	if (p->state >= LG_CLOSED)
		return;
	if (now_us >= p->check_us) {
		send_check(p);
		p->check_us = now_us + (p->state == LG_UP ? SEC_US : FAST_US);
	}
	if (p->state == LG_SHAKING)
		dtls_hand_tick(&p->dtls);
}

/* ---- life
 * ---------------------------------------------------------------------------------- */

static int open_socket(struct lg_peer *p)
{
	const int on = 1, size = BUFFER;

	p->fd = socket(p->conf.to.ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (p->fd < 0)
		return -errno;
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (connect(p->fd, (struct sockaddr *)&p->conf.to.ss, p->conf.to.len) < 0)
		return -errno;
	return 0;
}

static void send_dtls(void *owner, const uint8_t *data, size_t len)
{
	lg_peer_send_raw(owner, data, len);
}

int lg_peer_create(struct lg_peer **out, struct lg_peer_ctx *ctx,
		   const struct lg_peer_conf *conf)
{
	struct lg_peer *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->conf = *conf;
	p->fd = -1;
	memcpy(p->fingerprint, conf->fingerprint, 32);
	rand_token(p->ufrag, sizeof(p->ufrag) - 1);
	rand_token(p->pwd, sizeof(p->pwd) - 1);
	lg_peer_restart(p, conf->ufrag, conf->pwd);
	err = open_socket(p);
	if (!err)
		err = dtls_hand_open(&p->dtls, &ctx->dtls, 1200, send_dtls, p) ? 0
									       : -ENOMEM;
	if (err)
		lg_peer_destroy(p);
	else
		*out = p;
	return err;
}

void lg_peer_destroy(struct lg_peer *p)
{
	if (!p)
		return;
	if (p->state == LG_UP)
		SSL_shutdown(p->dtls.ssl);
	dtls_hand_close(&p->dtls);
	if (p->fd >= 0)
		close(p->fd);
	lg_srtp_destroy(p->srtp);
	free(p);
}

void lg_peer_restart(struct lg_peer *p, const char *ufrag, const char *pwd)
{
	if (strcmp(p->server_ufrag, ufrag) == 0)
		return;
	snprintf(p->server_ufrag, sizeof(p->server_ufrag), "%s", ufrag);
	snprintf(p->server_pwd, sizeof(p->server_pwd), "%s", pwd);
	p->check_us = 0;
}

uint32_t lg_peer_overflow(const struct lg_peer *p)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(p->fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
		return 0;
	return info[SK_MEMINFO_DROPS];
}

int lg_peer_fd(const struct lg_peer *p)
{
	return p->fd;
}

const char *lg_peer_ufrag(const struct lg_peer *p)
{
	return p->ufrag;
}

const char *lg_peer_pwd(const struct lg_peer *p)
{
	return p->pwd;
}

enum lg_peer_state lg_peer_state(const struct lg_peer *p)
{
	return p->state;
}
