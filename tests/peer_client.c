#include "tests/peer_client.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/rand.h"
#include "tests/stun_hand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHECK_FAST_US (100 * MS_US)
#define CHECK_SLOW_US (2 * SEC_US)
#define ROOM          2048
#define STREAM_ROOM   65536

struct peer_client {
	struct peer_client_conf conf;
	struct sockaddr_storage to;
	socklen_t to_len;
	int fd;
	enum peer_client_state state;
	char ufrag[9], server_ufrag[33], server_pwd[33];
	uint8_t id[12]; /* of the check under way */
	int64_t next_check_us;
	uint32_t answers;
	bool silent;
	SSL_CTX *ssl_ctx;
	BIO_METHOD *bio_method;
	SSL *ssl;
	const uint8_t *in; /* the datagram being fed to OpenSSL */
	size_t in_len;
	uint8_t fingerprint[32];
	srtp_t srtp_in, srtp_out;
	uint8_t stream[STREAM_ROOM]; /* TCP: what is not a whole frame yet */
	size_t n_stream;
};

/* The real clock even while the server's is faked. */
static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC_US + ts.tv_nsec / 1000;
}

/* ---- checks ---------------------------------------------------------------- */

static void send_check(struct peer_client *pc)
{
	char username[64];
	uint8_t msg[512];
	struct stun_check check = {username, pc->server_pwd, true, 0, {0}};

	snprintf(username, sizeof(username), "%s:%s", pc->server_ufrag, pc->ufrag);
	rand_bytes(pc->id, sizeof(pc->id));
	memcpy(check.id, pc->id, 12);
	peer_client_send_raw(pc, msg, stun_write_check(msg, &check));
}

/* ---- DTLS ------------------------------------------------------------------ */

static int bio_read(BIO *bio, char *out, int size)
{
	struct peer_client *pc = BIO_get_data(bio);
	size_t n = pc->in_len < (size_t)size ? pc->in_len : (size_t)size;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, pc->in, n);
	pc->in_len = 0;
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	BIO_clear_retry_flags(bio);
	peer_client_send_raw(BIO_get_data(bio), (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

static int any_cert(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

static bool make_cert(struct peer_client *pc)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	unsigned int n = 0;
	bool ok = key && cert && ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
		  X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
		  X509_gmtime_adj(X509_getm_notAfter(cert), 86400) &&
		  X509_set_pubkey(cert, key) && X509_sign(cert, key, EVP_sha256()) > 0 &&
		  SSL_CTX_use_certificate(pc->ssl_ctx, cert) == 1 &&
		  SSL_CTX_use_PrivateKey(pc->ssl_ctx, key) == 1 &&
		  X509_digest(cert, EVP_sha256(), pc->fingerprint, &n) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

static const unsigned char long_alpn[201] = {200};

static bool make_ssl(struct peer_client *pc)
{
	const char *profiles = pc->conf.profiles;
	BIO *bio;

	pc->ssl_ctx = SSL_CTX_new(DTLS_client_method());
	pc->bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "test");
	if (!pc->ssl_ctx || !pc->bio_method || !make_cert(pc))
		return false;
	BIO_meth_set_read(pc->bio_method, bio_read);
	BIO_meth_set_write(pc->bio_method, bio_write);
	BIO_meth_set_ctrl(pc->bio_method, bio_ctrl);
	SSL_CTX_set_options(pc->ssl_ctx, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_verify(pc->ssl_ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(pc->ssl_ctx, any_cert, NULL);
	if (!profiles)
		profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
	if (SSL_CTX_set_tlsext_use_srtp(pc->ssl_ctx, profiles) != 0)
		return false;
	pc->ssl = SSL_new(pc->ssl_ctx);
	bio = BIO_new(pc->bio_method);
	if (!pc->ssl || !bio)
		return false;
	BIO_set_data(bio, pc);
	BIO_set_init(bio, 1);
	SSL_set_bio(pc->ssl, bio, bio);
	SSL_set_mtu(pc->ssl, pc->conf.mtu ? pc->conf.mtu : 1200);
	if (pc->conf.mtu) /* a longer hello, as that of browsers, in pieces */
		SSL_set_alpn_protos(pc->ssl, long_alpn, sizeof(long_alpn));
	SSL_set_connect_state(pc->ssl);
	return true;
}

static bool make_srtp(srtp_t *out, srtp_ssrc_type_t type, bool gcm, const uint8_t *key,
		      const uint8_t *salt)
{
	srtp_policy_t policy = {.ssrc.type = type, .window_size = 1024};
	uint8_t both[30] = {0};

	if (gcm) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_rtp_default(&policy.rtp);
		srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
	}
	memcpy(both, key, 16);
	memcpy(both + 16, salt, gcm ? 12 : 14);
	policy.key = both;
	return srtp_create(out, &policy) == srtp_err_status_ok;
}

static bool finish(struct peer_client *pc)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(pc->ssl);
	X509 *cert = SSL_get0_peer_certificate(pc->ssl);
	uint8_t block[60], print[32];
	unsigned int n = 0;
	size_t salt;

	if (!profile || !cert || X509_digest(cert, EVP_sha256(), print, &n) != 1)
		return false;
	if (pc->conf.fingerprint && memcmp(print, pc->conf.fingerprint, 32) != 0)
		return false;
	salt = profile->id == SRTP_AEAD_AES_128_GCM ? 12 : 14;
	if (SSL_export_keying_material(pc->ssl, block, 32 + 2 * salt,
				       "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) != 1)
		return false;
	return make_srtp(&pc->srtp_out, ssrc_any_outbound, salt == 12, block,
			 block + 32) &&
	       make_srtp(&pc->srtp_in, ssrc_any_inbound, salt == 12, block + 16,
			 block + 32 + salt);
}

static void go_on(struct peer_client *pc)
{
	uint8_t trash[ROOM];
	int n, err;

	ERR_clear_error();
	if (pc->state == PEER_CLIENT_SHAKING) {
		n = SSL_do_handshake(pc->ssl);
		err = SSL_get_error(pc->ssl, n);
		if (n == 1)
			pc->state = finish(pc) ? PEER_CLIENT_UP : PEER_CLIENT_FAILED;
		else if (err != SSL_ERROR_WANT_READ && err != SSL_ERROR_WANT_WRITE)
			pc->state = PEER_CLIENT_FAILED;
	}
	if (pc->state == PEER_CLIENT_UP) {
		while (SSL_read(pc->ssl, trash, sizeof(trash)) > 0)
			;
		if (SSL_get_shutdown(pc->ssl) & SSL_RECEIVED_SHUTDOWN)
			pc->state = PEER_CLIENT_CLOSED;
	}
	ERR_clear_error();
}

/* ---- in -------------------------------------------------------------------- */

static void take_media(struct peer_client *pc, uint8_t *data, size_t len)
{
	bool rtcp = data[1] >= 192 && data[1] <= 223;
	int n = (int)len;

	if (pc->state != PEER_CLIENT_UP)
		return;
	if (rtcp ? srtp_unprotect_rtcp(pc->srtp_in, data, &n)
		 : srtp_unprotect(pc->srtp_in, data, &n))
		return;
	if (rtcp && pc->conf.rtcp)
		pc->conf.rtcp(pc->conf.ctx, data, (size_t)n);
	if (!rtcp && pc->conf.rtp)
		pc->conf.rtp(pc->conf.ctx, data, (size_t)n);
}

static void take(struct peer_client *pc, uint8_t *data, size_t len)
{
	if (data[0] <= 3 && stun_is_answer(data, len, pc->id, pc->server_pwd)) {
		pc->answers++;
		if (pc->state == PEER_CLIENT_CHECKING) {
			pc->state = PEER_CLIENT_SHAKING;
			if (!pc->conf.no_dtls)
				go_on(pc);
		}
	} else if (data[0] >= 20 && data[0] <= 63) {
		pc->in = data;
		pc->in_len = len;
		go_on(pc);
		pc->in_len = 0;
	} else if (data[0] >= 128 && data[0] <= 191 && len >= 12) {
		take_media(pc, data, len);
	}
}

static void take_stream(struct peer_client *pc)
{
	_Alignas(16) uint8_t frame[ROOM];
	size_t at = 0;

	while (pc->n_stream - at >= 2) {
		size_t len = rd16(pc->stream + at);

		if (len > sizeof(frame) || pc->n_stream - at < 2 + len)
			break;
		memcpy(frame, pc->stream + at + 2, len);
		at += 2 + len;
		if (len)
			take(pc, frame, len);
	}
	pc->n_stream -= at;
	memmove(pc->stream, pc->stream + at, pc->n_stream);
}

static void read_all(struct peer_client *pc)
{
	_Alignas(16) uint8_t buf[ROOM];
	ssize_t n;

	while (!pc->conf.tcp && (n = recv(pc->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		take(pc, buf, (size_t)n);
	while (pc->conf.tcp) {
		n = recv(pc->fd, pc->stream + pc->n_stream, STREAM_ROOM - pc->n_stream,
			 MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != ENOTCONN)) {
			pc->state = PEER_CLIENT_CLOSED;
			return;
		}
		if (n < 0)
			return;
		pc->n_stream += (size_t)n;
		take_stream(pc);
	}
}

enum peer_client_state peer_client_step(struct peer_client *pc)
{
	struct timeval tv;

	if (pc->state == PEER_CLIENT_CLOSED || pc->state == PEER_CLIENT_FAILED)
		return pc->state;
	read_all(pc);
	if (!pc->silent && now() >= pc->next_check_us) {
		send_check(pc);
		pc->next_check_us = now() + (pc->state == PEER_CLIENT_UP ? CHECK_SLOW_US
									 : CHECK_FAST_US);
	}
	if (pc->state == PEER_CLIENT_SHAKING && DTLSv1_get_timeout(pc->ssl, &tv) == 1 &&
	    tv.tv_sec == 0 && tv.tv_usec == 0)
		DTLSv1_handle_timeout(pc->ssl);
	return pc->state;
}

bool peer_client_wait(struct peer_client *pc, int timeout_ms)
{
	int64_t end = now() + timeout_ms * MS_US;

	while (peer_client_step(pc) < PEER_CLIENT_UP && now() < end) {
		struct pollfd p = {pc->fd, POLLIN, 0};

		poll(&p, 1, 20);
	}
	return pc->state == PEER_CLIENT_UP;
}

/* ---- out ------------------------------------------------------------------- */

bool peer_client_send_raw(struct peer_client *pc, const uint8_t *data, size_t len)
{
	uint8_t frame[2 + 65535];

	if (!pc->conf.tcp)
		return send(pc->fd, data, len, MSG_DONTWAIT) == (ssize_t)len;
	wr16(frame, (uint16_t)len);
	memcpy(frame + 2, data, len);
	return send(pc->fd, frame, 2 + len, MSG_NOSIGNAL) == (ssize_t)(2 + len);
}

bool peer_client_send_rtp(struct peer_client *pc, const uint8_t *data, size_t len)
{
	_Alignas(16) uint8_t buf[ROOM];
	int n = (int)len;

	if (pc->state != PEER_CLIENT_UP || len > ROOM - SRTP_MAX_TRAILER_LEN)
		return false;
	memcpy(buf, data, len);
	return srtp_protect(pc->srtp_out, buf, &n) == srtp_err_status_ok &&
	       peer_client_send_raw(pc, buf, (size_t)n);
}

bool peer_client_send_rtcp(struct peer_client *pc, const uint8_t *data, size_t len)
{
	_Alignas(16) uint8_t buf[ROOM];
	int n = (int)len;

	if (pc->state != PEER_CLIENT_UP || len > ROOM - SRTP_MAX_TRAILER_LEN)
		return false;
	memcpy(buf, data, len);
	return srtp_protect_rtcp(pc->srtp_out, buf, &n) == srtp_err_status_ok &&
	       peer_client_send_raw(pc, buf, (size_t)n);
}

/* ---- life ------------------------------------------------------------------ */

static bool find_address(struct peer_client *pc)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(pc->conf.port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons(pc->conf.port)};

	if (inet_pton(AF_INET, pc->conf.ip, &in.sin_addr) == 1) {
		memcpy(&pc->to, &in, sizeof(in));
		pc->to_len = sizeof(in);
		return true;
	}
	if (inet_pton(AF_INET6, pc->conf.ip, &in6.sin6_addr) != 1)
		return false;
	memcpy(&pc->to, &in6, sizeof(in6));
	pc->to_len = sizeof(in6);
	return true;
}

static bool open_socket(struct peer_client *pc)
{
	int type = pc->conf.tcp ? SOCK_STREAM : SOCK_DGRAM, size = 1 << 20;

	pc->fd = socket(pc->to.ss_family, type | SOCK_CLOEXEC, 0);
	if (pc->fd < 0)
		return false;
	setsockopt(pc->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return connect(pc->fd, (struct sockaddr *)&pc->to, pc->to_len) == 0;
}

struct peer_client *peer_client_create(const struct peer_client_conf *conf)
{
	struct peer_client *pc = calloc(1, sizeof(*pc));

	if (!pc)
		return NULL;
	pc->conf = *conf;
	pc->fd = -1;
	rand_token(pc->ufrag, 8);
	peer_client_restart(pc, conf->ufrag, conf->pwd);
	srtp_init(); /* fails when it was done before, which is well */
	if (!find_address(pc) || !open_socket(pc) || !make_ssl(pc)) {
		peer_client_vanish(pc);
		return NULL;
	}
	return pc;
}

void peer_client_vanish(struct peer_client *pc)
{
	if (pc->fd >= 0)
		close(pc->fd);
	SSL_free(pc->ssl);
	SSL_CTX_free(pc->ssl_ctx);
	BIO_meth_free(pc->bio_method);
	if (pc->srtp_in)
		srtp_dealloc(pc->srtp_in);
	if (pc->srtp_out)
		srtp_dealloc(pc->srtp_out);
	free(pc);
}

void peer_client_destroy(struct peer_client *pc)
{
	if (!pc)
		return;
	if (pc->state == PEER_CLIENT_UP)
		SSL_shutdown(pc->ssl);
	peer_client_vanish(pc);
}

void peer_client_restart(struct peer_client *pc, const char *ufrag, const char *pwd)
{
	snprintf(pc->server_ufrag, sizeof(pc->server_ufrag), "%s", ufrag);
	snprintf(pc->server_pwd, sizeof(pc->server_pwd), "%s", pwd);
	pc->next_check_us = 0;
}

void peer_client_silence(struct peer_client *pc)
{
	pc->silent = true;
}

bool peer_client_rebind(struct peer_client *pc)
{
	close(pc->fd);
	pc->next_check_us = 0;
	return open_socket(pc);
}

const char *peer_client_ufrag(const struct peer_client *pc)
{
	return pc->ufrag;
}

const uint8_t *peer_client_fingerprint(const struct peer_client *pc)
{
	return pc->fingerprint;
}

enum peer_client_state peer_client_state(const struct peer_client *pc)
{
	return pc->state;
}

int peer_client_fd(const struct peer_client *pc)
{
	return pc->fd;
}

uint32_t peer_client_answers(const struct peer_client *pc)
{
	return pc->answers;
}

const char *peer_client_profile(const struct peer_client *pc)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(pc->ssl);

	return profile ? profile->name : "";
}
