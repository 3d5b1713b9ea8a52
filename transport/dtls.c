#include "transport/dtls.h"

#include "base/bytes.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "transport/dtls_ctx.h"
#include "transport/dtls_end.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/srtp.h>
#include <stdlib.h>
#include <sys/time.h>

#define RECORD_HEADER 13
#define TYPE_ALERT    21
#define LABEL         "EXTRACTOR-dtls_srtp"
#define TIMER_FIRST   250000u  /* µs; RFC 6347 would begin with a second */
#define TIMER_MOST    1000000u /* so that a lossy line gets its ten tries */

struct dtls {
	SSL *ssl; /* NULL: let go by dtls_settle */
	struct dtls_out to;
	enum dtls_state state;
	struct cursor in;          /* the datagram being fed, empty between calls */
	uint32_t datagrams, bytes; /* of the handshake */
	struct srtp_keys keys;
	uint8_t fingerprint[32];
	struct dtls_end end; /* after dtls_settle */
};

/* ---- the BIO: one read and one write is one datagram ----------------------- */

static int bio_read(BIO *bio, char *out, int size)
{
	struct dtls *dtls = BIO_get_data(bio);
	size_t n = cursor_left(&dtls->in);

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(out, dtls->in.p, n);
	dtls->in.p = dtls->in.end; /* what did not fit is lost, as from a socket */
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct dtls *dtls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	dtls->to.send(dtls->to.ctx, (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	switch (cmd) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU:
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return DTLS_MTU;
	default:
		return 0;
	}
}

BIO_METHOD *dtls_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "dgram");

	if (m && (BIO_meth_set_read(m, bio_read) != 1 ||
		  BIO_meth_set_write(m, bio_write) != 1 ||
		  BIO_meth_set_ctrl(m, bio_ctrl) != 1)) {
		BIO_meth_free(m);
		return NULL;
	}
	return m;
}

/* ---- life ----------------------------------------------------------------- */

static unsigned int next_timer(SSL *ssl, unsigned int us)
{
	(void)ssl;
	if (us == 0)
		return TIMER_FIRST;
	return us * 2 < TIMER_MOST ? us * 2 : TIMER_MOST;
}

int dtls_create(struct dtls **out, struct dtls_ctx *ctx, const struct dtls_out *to)
{
	struct dtls *dtls = calloc(1, sizeof(*dtls));
	BIO *bio = BIO_new(ctx->bio);

	if (dtls)
		dtls->ssl = SSL_new(ctx->ssl);
	if (!dtls || !dtls->ssl || !bio) {
		BIO_free(bio);
		dtls_destroy(dtls);
		return -ENOMEM;
	}
	dtls->to = *to;
	BIO_set_data(bio, dtls);
	BIO_set_init(bio, 1);
	SSL_set_bio(dtls->ssl, bio, bio);
	SSL_set_mtu(dtls->ssl, DTLS_MTU);
	DTLS_set_timer_cb(dtls->ssl, next_timer);
	SSL_set_accept_state(dtls->ssl);
	*out = dtls;
	return 0;
}

void dtls_destroy(struct dtls *dtls)
{
	if (!dtls)
		return;
	SSL_free(dtls->ssl);
	explicit_bzero(dtls, sizeof(*dtls));
	free(dtls);
}

enum dtls_state dtls_state(const struct dtls *dtls)
{
	return dtls->state;
}

static void keep_bye(void *ctx, const uint8_t *data, size_t len)
{
	struct dtls *dtls = ctx;

	if (len > sizeof(dtls->end.bye))
		return;
	memcpy(dtls->end.bye, data, len);
	dtls->end.bye_len = (uint8_t)len;
}

/* The number in the record of our close_notify is the next one, and stays it: nothing
 * else is said any more. */
void dtls_settle(struct dtls *dtls)
{
	const struct dtls_out to = dtls->to;

	if (dtls->state != DTLS_DONE || !dtls->ssl)
		return;
	dtls_end_take_key(&dtls->end, dtls->ssl);
	dtls->to = (struct dtls_out){dtls, keep_bye};
	ERR_clear_error();
	SSL_shutdown(dtls->ssl);
	ERR_clear_error();
	dtls->to = to;
	SSL_free(dtls->ssl);
	dtls->ssl = NULL;
	explicit_bzero(&dtls->keys, sizeof(dtls->keys));
}

void dtls_bye(struct dtls *dtls)
{
	if (dtls->state != DTLS_DONE)
		return;
	if (!dtls->ssl) {
		if (dtls->end.bye_len)
			dtls->to.send(dtls->to.ctx, dtls->end.bye, dtls->end.bye_len);
		return;
	}
	ERR_clear_error();
	SSL_shutdown(dtls->ssl);
	ERR_clear_error();
}

/* ---- the end of a handshake ------------------------------------------------ */

/* RFC 5764, 4.2: both keys, then both salts, the client's first. */
static int export_keys(struct dtls *dtls)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
	struct srtp_keys *keys = &dtls->keys;
	uint8_t block[2 * (16 + 14)];
	size_t salt_len;

	if (!profile)
		return -EPROTO;
	keys->kind = profile->id == SRTP_AEAD_AES_128_GCM ? SRTP_KIND_GCM
							  : SRTP_KIND_CM_SHA1;
	salt_len = keys->kind == SRTP_KIND_GCM ? 12 : 14;
	if (SSL_export_keying_material(dtls->ssl, block, 2 * (16 + salt_len), LABEL,
				       sizeof(LABEL) - 1, NULL, 0, 0) != 1)
		return -EPROTO;
	memcpy(keys->in.key, block, 16);
	memcpy(keys->out.key, block + 16, 16);
	memcpy(keys->in.salt, block + 32, salt_len);
	memcpy(keys->out.salt, block + 32 + salt_len, salt_len);
	explicit_bzero(block, sizeof(block));
	return 0;
}

static enum dtls_state finish(struct dtls *dtls)
{
	X509 *cert = SSL_get0_peer_certificate(dtls->ssl);
	unsigned int len = 0;

	if (!cert || X509_digest(cert, EVP_sha256(), dtls->fingerprint, &len) != 1 ||
	    len != 32 || export_keys(dtls) < 0)
		return DTLS_FAILED;
	return DTLS_DONE;
}

void dtls_keys(const struct dtls *dtls, struct srtp_keys *keys)
{
	assert(dtls->state == DTLS_DONE && dtls->ssl);
	*keys = dtls->keys;
}

bool dtls_peer_is(const struct dtls *dtls, const uint8_t (*fingerprints)[32], uint32_t n)
{
	bool found = false;

	for (uint32_t i = 0; i < n; i++)
		found |= CRYPTO_memcmp(dtls->fingerprint, fingerprints[i], 32) == 0;
	return found;
}

/* ---- datagrams ------------------------------------------------------------- */

static enum dtls_state shake(struct dtls *dtls)
{
	int n = SSL_do_handshake(dtls->ssl), err;
	char why[120];

	if (n == 1)
		return finish(dtls);
	err = SSL_get_error(dtls->ssl, n);
	if (err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE)
		return DTLS_HANDSHAKE;
	ERR_error_string_n(ERR_peek_error(), why, sizeof(why));
	log_debug("dtls_failed", "why=\"%s\"", why);
	return DTLS_FAILED;
}

/* After the handshake: repeats of its last flight, close_notify, and whatever
 * else a peer may send, which is thrown away. */
static enum dtls_state read_rest(struct dtls *dtls)
{
	uint8_t trash[LIMIT_DATAGRAM];

	while (SSL_read(dtls->ssl, trash, sizeof(trash)) > 0)
		;
	return SSL_get_shutdown(dtls->ssl) & SSL_RECEIVED_SHUTDOWN ? DTLS_CLOSED
								   : DTLS_DONE;
}

static enum dtls_state go_on(struct dtls *dtls)
{
	ERR_clear_error();
	if (dtls->state == DTLS_HANDSHAKE)
		dtls->state = shake(dtls);
	if (dtls->state == DTLS_DONE)
		dtls->state = read_rest(dtls);
	ERR_clear_error();
	return dtls->state;
}

/* Copies the records that may be looked at: not the alerts of epoch 0, which
 * anybody can write into a handshake. A half record at the end goes too. */
static size_t filter(uint8_t *out, const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);
	size_t n = 0;

	while (cursor_left(&c)) {
		const uint8_t *header = cursor_take(&c, RECORD_HEADER);
		size_t body = header ? rd16(header + 11) : 0;

		cursor_take(&c, body);
		if (c.bad) {
			count_add(COUNT_REJECT_DTLS, 1);
			break;
		}
		if (header[0] == TYPE_ALERT && rd16(header + 3) == 0) {
			count_add(COUNT_REJECT_DTLS, 1);
			continue;
		}
		memcpy(out + n, header, RECORD_HEADER + body);
		n += RECORD_HEADER + body;
	}
	return n;
}

static bool over_limit(struct dtls *dtls, size_t len)
{
	if (dtls->state != DTLS_HANDSHAKE)
		return false;
	if (dtls->datagrams >= LIMIT_DTLS_DATAGRAMS ||
	    dtls->bytes + len > LIMIT_DTLS_BYTES)
		return true;
	dtls->datagrams++;
	dtls->bytes += (uint32_t)len;
	return false;
}

enum dtls_state dtls_feed(struct dtls *dtls, const uint8_t *data, size_t len)
{
	uint8_t records[LIMIT_DATAGRAM];

	if (dtls->state == DTLS_FAILED || dtls->state == DTLS_CLOSED)
		return dtls->state;
	if (!dtls->ssl) {
		if (dtls_end_is_alert(&dtls->end, data, len))
			dtls->state = DTLS_CLOSED;
		else
			count_add(COUNT_REJECT_DTLS_LATE, 1);
		return dtls->state;
	}
	if (len > sizeof(records) || over_limit(dtls, len)) {
		count_add(COUNT_REJECT_DTLS, 1);
		return dtls->state;
	}
	len = filter(records, data, len);
	if (len == 0)
		return dtls->state;
	dtls->in = cursor_of(records, len);
	go_on(dtls);
	dtls->in = (struct cursor){0};
	return dtls->state;
}

int64_t dtls_timeout_us(const struct dtls *dtls)
{
	struct timeval tv;

	if (dtls->state != DTLS_HANDSHAKE || DTLSv1_get_timeout(dtls->ssl, &tv) != 1)
		return -1;
	return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

enum dtls_state dtls_on_timeout(struct dtls *dtls)
{
	if (dtls->state != DTLS_HANDSHAKE)
		return dtls->state;
	ERR_clear_error();
	if (DTLSv1_handle_timeout(dtls->ssl) < 0)
		dtls->state = DTLS_FAILED;
	ERR_clear_error();
	return dtls->state;
}
