#include "bench/loadgen_peer.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"
#include "bench/loadgen_srtp.h"
#include "tests/stun_hand.h"

#define BATCH      16
#define ROOM       2048
#define FAST_US    (100 * MS_US)
#define CONSENT_US (2500 * MS_US) /* RFC 7675, 5.1 allows 5 s; browsers do it so */
#define BUFFER     (1 << 20)      /* bytes: seconds of media, while we were held up */
#define HEADERS    28             /* bytes of IPv4 and UDP */

struct lg_peer_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	uint8_t fingerprint[32];
};

struct lg_peer {
	struct lg_peer_conf conf;
	int fd;
	enum lg_peer_state state;
	char ufrag[9], pwd[25], server_ufrag[257], server_pwd[257];
	uint8_t fingerprint[32]; /* of the server */
	uint8_t id[12];          /* of the check under way */
	int64_t check_us;        /* the next one */
	SSL *ssl;
	const uint8_t *in; /* the datagram being fed to OpenSSL */
	size_t in_len;
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
	char username[300];
	uint8_t msg[512];
	struct stun_check check = {
		.username = username, .pwd = p->server_pwd, .nominate = true};

	snprintf(username, sizeof(username), "%.256s:%s", p->server_ufrag, p->ufrag);
	rand_bytes(p->id, sizeof(p->id));
	memcpy(check.id, p->id, sizeof(p->id));
	lg_peer_send_raw(p, msg, stun_write_check(msg, &check));
}

/* ---- DTLS ----------------------------------------------------------------------------
 */

static int bio_read(BIO *bio, char *out, int size)
{
	struct lg_peer *p = BIO_get_data(bio);
	size_t n = p->in_len < (size_t)size ? p->in_len : (size_t)size;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, p->in, n);
	p->in_len = 0;
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	BIO_clear_retry_flags(bio);
	lg_peer_send_raw(BIO_get_data(bio), (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

/* Only the fingerprint says who the server is. */
static int any_cert(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

static bool make_cert(struct lg_peer_ctx *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	unsigned int n = 0;
	bool ok = key && cert && ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
		  X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
		  X509_gmtime_adj(X509_getm_notAfter(cert), 30 * 86400) &&
		  X509_set_pubkey(cert, key) && X509_sign(cert, key, EVP_sha256()) > 0 &&
		  SSL_CTX_use_certificate(ctx->ssl, cert) == 1 &&
		  SSL_CTX_use_PrivateKey(ctx->ssl, key) == 1 &&
		  X509_digest(cert, EVP_sha256(), ctx->fingerprint, &n) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

int lg_peer_ctx_create(struct lg_peer_ctx **out)
{
	struct lg_peer_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return -ENOMEM;
	ctx->ssl = SSL_CTX_new(DTLS_client_method());
	ctx->bio = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loadgen");
	if (!ctx->ssl || !ctx->bio || !make_cert(ctx) ||
	    SSL_CTX_set_tlsext_use_srtp(ctx->ssl, "SRTP_AEAD_AES_128_GCM") != 0) {
		lg_peer_ctx_destroy(ctx);
		return -ENOMEM;
	}
	BIO_meth_set_read(ctx->bio, bio_read);
	BIO_meth_set_write(ctx->bio, bio_write);
	BIO_meth_set_ctrl(ctx->bio, bio_ctrl);
	SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_mode(ctx->ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx->ssl, any_cert, NULL);
	*out = ctx;
	return 0;
}

void lg_peer_ctx_destroy(struct lg_peer_ctx *ctx)
{
	if (!ctx)
		return;
	SSL_CTX_free(ctx->ssl);
	BIO_meth_free(ctx->bio);
	free(ctx);
}

const uint8_t *lg_peer_ctx_fingerprint(const struct lg_peer_ctx *ctx)
{
	return ctx->fingerprint;
}

/* RFC 5764, 4.2: client key, server key, client salt, server salt. */
static bool make_keys(struct lg_peer *p)
{
	X509 *cert = SSL_get0_peer_certificate(p->ssl);
	uint8_t block[56], print[32];
	const struct lg_srtp_keys keys = {.out_key = block,
					  .in_key = block + 16,
					  .out_salt = block + 32,
					  .in_salt = block + 44};
	unsigned int n = 0;

	if (!SSL_get_selected_srtp_profile(p->ssl) || !cert ||
	    X509_digest(cert, EVP_sha256(), print, &n) != 1 ||
	    memcmp(print, p->fingerprint, 32) != 0)
		return false;
	return SSL_export_keying_material(p->ssl, block, sizeof(block),
					  "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) == 1 &&
	       lg_srtp_create(&p->srtp, &keys) == 0;
}

static void go_on(struct lg_peer *p)
{
	uint8_t trash[ROOM];
	int n, err;

	ERR_clear_error();
	if (p->state == LG_SHAKING) {
		n = SSL_do_handshake(p->ssl);
		err = SSL_get_error(p->ssl, n);
		if (n == 1) {
			p->state = make_keys(p) ? LG_UP : LG_FAILED;
			if (p->state == LG_UP && !p->conf.stats->up_us)
				p->conf.stats->up_us = clock_us();
		} else if (err != SSL_ERROR_WANT_READ && err != SSL_ERROR_WANT_WRITE) {
			p->state = LG_FAILED;
		}
	}
	if (p->state == LG_UP) {
		while (SSL_read(p->ssl, trash, sizeof(trash)) > 0)
			;
		if (SSL_get_shutdown(p->ssl) & SSL_RECEIVED_SHUTDOWN)
			p->state = LG_CLOSED;
	}
	ERR_clear_error();
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
			go_on(p);
		}
	} else if (data[0] >= 20 && data[0] <= 63) {
		p->in = data;
		p->in_len = len;
		go_on(p);
		p->in_len = 0;
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
	struct timeval tv;

	if (p->state >= LG_CLOSED)
		return;
	if (now_us >= p->check_us) {
		send_check(p);
		p->check_us = now_us + (p->state == LG_UP ? SEC_US : FAST_US);
	}
	if (p->state == LG_SHAKING && DTLSv1_get_timeout(p->ssl, &tv) == 1 &&
	    tv.tv_sec == 0 && tv.tv_usec == 0)
		DTLSv1_handle_timeout(p->ssl);
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

static int make_ssl(struct lg_peer *p, struct lg_peer_ctx *ctx)
{
	BIO *bio = BIO_new(ctx->bio);

	p->ssl = SSL_new(ctx->ssl);
	if (!p->ssl || !bio) {
		BIO_free(bio);
		return -ENOMEM;
	}
	BIO_set_data(bio, p);
	BIO_set_init(bio, 1);
	SSL_set_bio(p->ssl, bio, bio);
	SSL_set_mtu(p->ssl, 1200);
	SSL_set_connect_state(p->ssl);
	return 0;
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
		err = make_ssl(p, ctx);
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
		SSL_shutdown(p->ssl);
	SSL_free(p->ssl);
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
