#include "tests/peer_client.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/rand.h"
#include "tests/dtls_hand.h"
#include "tests/stun_hand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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
	struct dtls_hand_ctx ctx;
	struct dtls_hand dtls;
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
	uint8_t msg[512];
	size_t len = stun_write_nomination(msg, pc->id, pc->server_ufrag, pc->server_pwd,
					   pc->ufrag);

	peer_client_send_raw(pc, msg, len);
}

/* ---- DTLS ------------------------------------------------------------------ */

static const unsigned char long_alpn[201] = {200};

static void send_dtls(void *owner, const uint8_t *data, size_t len)
{
	peer_client_send_raw(owner, data, len);
}

static bool make_ssl(struct peer_client *pc)
{
	const char *profiles = pc->conf.profiles;
	uint32_t mtu = pc->conf.mtu ? pc->conf.mtu : 1200;

	if (!profiles)
		profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
	if (!dtls_hand_ctx_open(&pc->ctx, profiles) ||
	    !dtls_hand_open(&pc->dtls, &pc->ctx, mtu, send_dtls, pc))
		return false;
	if (pc->conf.mtu) /* a longer hello, as that of browsers, in pieces */
		SSL_set_alpn_protos(pc->dtls.ssl, long_alpn, sizeof(long_alpn));
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
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(
		pc->dtls.ssl);
	size_t salt = profile && profile->id == SRTP_AEAD_AES_128_GCM ? 12 : 14;
	uint8_t block[60];

	if (!dtls_hand_keys(&pc->dtls, pc->conf.fingerprint, block, 32 + 2 * salt))
		return false;
	return make_srtp(&pc->srtp_out, ssrc_any_outbound, salt == 12, block,
			 block + 32) &&
	       make_srtp(&pc->srtp_in, ssrc_any_inbound, salt == 12, block + 16,
			 block + 32 + salt);
}

/* Without a datagram it begins. */
static void go_on(struct peer_client *pc, const uint8_t *data, size_t len)
{
	enum dtls_hand_state state = dtls_hand_take(&pc->dtls, data, len);

	if (state == DTLS_HAND_FAILED)
		pc->state = PEER_CLIENT_FAILED;
	if (state >= DTLS_HAND_UP && pc->state == PEER_CLIENT_SHAKING)
		pc->state = finish(pc) ? PEER_CLIENT_UP : PEER_CLIENT_FAILED;
	if (state == DTLS_HAND_CLOSED && pc->state == PEER_CLIENT_UP)
		pc->state = PEER_CLIENT_CLOSED;
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
				go_on(pc, NULL, 0);
		}
	} else if (data[0] >= 20 && data[0] <= 63 && pc->state != PEER_CLIENT_CHECKING) {
		go_on(pc, data, len);
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
	if (pc->state == PEER_CLIENT_CLOSED || pc->state == PEER_CLIENT_FAILED)
		return pc->state;
	read_all(pc);
	if (!pc->silent && now() >= pc->next_check_us) {
		send_check(pc);
		pc->next_check_us = now() + (pc->state == PEER_CLIENT_UP ? CHECK_SLOW_US
									 : CHECK_FAST_US);
	}
	if (pc->state == PEER_CLIENT_SHAKING)
		dtls_hand_tick(&pc->dtls);
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
	dtls_hand_close(&pc->dtls);
	dtls_hand_ctx_close(&pc->ctx);
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
		SSL_shutdown(pc->dtls.ssl);
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
	return pc->ctx.fingerprint;
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
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(
		pc->dtls.ssl);

	return profile ? profile->name : "";
}
