/* test_dtls - handshakes of dtls.h with an OpenSSL client over two lists of
 * datagrams: complete, in pieces, with losses, forged, and with odd clients.
 */
#include "transport/dtls.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/dtls_hand.h"
#include "tests/test.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#define QUEUE        128
#define CLIENT_TIMER 20000 /* µs */

struct queue {
	uint32_t n;
	size_t len[QUEUE];
	uint8_t data[QUEUE][1500];
};

struct client {
	struct dtls_hand_ctx ctx;
	struct dtls_hand hand;
	struct queue *out;
};

struct world {
	struct dtls_ctx *ctx;
	struct dtls *dtls;
	struct client client;
	struct queue to_client, to_server;
};

struct wish {
	const char *profiles; /* NULL: no use_srtp */
	int rsa_bits;         /* 0: P-256 */
	bool no_cert, chain, old;
	long mtu;
	const char *ciphers; /* NULL: those of the library */
};

static const struct wish normal = {
	.profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80",
	.mtu = 1200,
};

static void push(struct queue *q, const uint8_t *data, size_t len)
{
	CHECK(q->n < QUEUE && len <= sizeof(q->data[0]));
	memcpy(q->data[q->n], data, len);
	q->len[q->n++] = len;
}

/* ---- the client ------------------------------------------------------------------ */

static void use_cert(struct client *c, const struct wish *wish)
{
	EVP_PKEY *key = wish->rsa_bits ? EVP_RSA_gen((unsigned)wish->rsa_bits)
				       : EVP_EC_gen("P-256");
	X509 *cert = X509_new();

	CHECK(key && cert);
	X509_gmtime_adj(X509_getm_notBefore(cert), -86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	CHECK(X509_set_pubkey(cert, key) && X509_sign(cert, key, EVP_sha256()) > 0);
	CHECK(SSL_CTX_use_certificate(c->ctx.ssl, cert) == 1);
	CHECK(SSL_CTX_use_PrivateKey(c->ctx.ssl, key) == 1);
	CHECK(X509_digest(cert, EVP_sha256(), c->ctx.fingerprint, NULL) == 1);
	if (wish->chain)
		CHECK(SSL_CTX_add1_chain_cert(c->ctx.ssl, cert) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static unsigned int client_timer(SSL *ssl, unsigned int us)
{
	(void)ssl;
	(void)us;
	return CLIENT_TIMER;
}

static const unsigned char long_alpn[201] = {200};

static void client_send(void *owner, const uint8_t *data, size_t len)
{
	struct client *c = owner;

	push(c->out, data, len);
}

static void client_init(struct client *c, const struct wish *wish, struct queue *out)
{
	SSL_CTX *ctx;

	CHECK(dtls_hand_ctx_bare(&c->ctx));
	c->out = out;
	ctx = c->ctx.ssl;
	SSL_CTX_set_security_level(ctx, 0);
	if (!wish->no_cert)
		use_cert(c, wish);
	if (wish->old) {
		CHECK(SSL_CTX_set_min_proto_version(ctx, DTLS1_VERSION) == 1);
		CHECK(SSL_CTX_set_max_proto_version(ctx, DTLS1_VERSION) == 1);
	}
	if (wish->ciphers)
		CHECK(SSL_CTX_set_cipher_list(ctx, wish->ciphers) == 1);
	if (wish->profiles)
		CHECK(SSL_CTX_set_tlsext_use_srtp(ctx, wish->profiles) == 0);
	CHECK(dtls_hand_open(&c->hand, &c->ctx, (uint32_t)wish->mtu, client_send, c));
	if (wish->mtu < 1200) /* a longer hello, as that of browsers */
		CHECK(SSL_set_alpn_protos(c->hand.ssl, long_alpn, sizeof(long_alpn)) ==
		      0);
	DTLS_set_timer_cb(c->hand.ssl, client_timer);
}

static void client_fini(struct client *c)
{
	dtls_hand_close(&c->hand);
	dtls_hand_ctx_close(&c->ctx);
}

static void client_feed(struct client *c, const uint8_t *data, size_t len)
{
	dtls_hand_take(&c->hand, data, len);
}

/* ---- both ------------------------------------------------------------------------- */

static void on_send(void *ctx, const uint8_t *data, size_t len)
{
	struct world *w = ctx;

	CHECK(len <= DTLS_MTU);
	push(&w->to_client, data, len);
}

static void world_init(struct world *w, const struct wish *wish)
{
	const struct dtls_out out = {w, on_send};

	memset(w, 0, sizeof(*w));
	CHECK(dtls_ctx_create(&w->ctx) == 0);
	CHECK(dtls_create(&w->dtls, w->ctx, &out) == 0);
	CHECK(dtls_timeout_us(w->dtls) == -1);
	client_init(&w->client, wish, &w->to_server);
	client_feed(&w->client, NULL, 0);
	CHECK(w->to_server.n > 0);
}

static void world_fini(struct world *w)
{
	client_fini(&w->client);
	dtls_destroy(w->dtls);
	dtls_ctx_destroy(w->ctx);
}

static void feed_server(struct world *w)
{
	for (uint32_t i = 0; i < w->to_server.n; i++)
		dtls_feed(w->dtls, w->to_server.data[i], w->to_server.len[i]);
	w->to_server.n = 0;
}

static void feed_client(struct world *w)
{
	for (uint32_t i = 0; i < w->to_client.n; i++)
		client_feed(&w->client, w->to_client.data[i], w->to_client.len[i]);
	w->to_client.n = 0;
}

static enum dtls_state shake(struct world *w)
{
	for (int i = 0; i < 10; i++) {
		feed_server(w);
		feed_client(w);
	}
	return dtls_state(w->dtls);
}

/* Both sides made the same keys, and the client's are ours the other way round. */
static void check_keys(struct world *w)
{
	struct srtp_keys keys;
	uint8_t block[60];
	size_t salt;

	dtls_keys(w->dtls, &keys);
	salt = keys.kind == SRTP_KIND_GCM ? 12 : 14;
	CHECK(SSL_export_keying_material(w->client.hand.ssl, block, 32 + 2 * salt,
					 "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) == 1);
	CHECK(memcmp(keys.in.key, block, 16) == 0);
	CHECK(memcmp(keys.out.key, block + 16, 16) == 0);
	CHECK(memcmp(keys.in.salt, block + 32, salt) == 0);
	CHECK(memcmp(keys.out.salt, block + 32 + salt, salt) == 0);
}

static void check_identity(struct world *w)
{
	X509 *cert = SSL_get0_peer_certificate(w->client.hand.ssl);
	uint8_t seen[32], two[2][32];

	CHECK(X509_digest(cert, EVP_sha256(), seen, NULL) == 1);
	CHECK(memcmp(seen, dtls_ctx_fingerprint(w->ctx), 32) == 0);
	memset(two[0], 1, 32);
	memcpy(two[1], w->client.ctx.fingerprint, 32);
	CHECK(dtls_peer_is(w->dtls, (const uint8_t(*)[32])two, 2));
	CHECK(!dtls_peer_is(w->dtls, (const uint8_t(*)[32])two, 1));
	CHECK(!dtls_peer_is(w->dtls, (const uint8_t(*)[32])two, 0));
	two[1][0] ^= 0x80;
	CHECK(!dtls_peer_is(w->dtls, (const uint8_t(*)[32])two, 2));
}

/* ---- tests --------------------------------------------------------------------------
 */

static void test_good(const struct wish *wish, enum srtp_kind kind)
{
	static struct world w;
	struct srtp_keys keys;

	world_init(&w, wish);
	CHECK(shake(&w) == DTLS_DONE);
	CHECK(SSL_is_init_finished(w.client.hand.ssl));
	CHECK(SSL_version(w.client.hand.ssl) == DTLS1_2_VERSION);
	dtls_keys(w.dtls, &keys);
	CHECK(keys.kind == kind && dtls_timeout_us(w.dtls) == -1);
	check_keys(&w);
	check_identity(&w);
	/* data for nobody, then goodbye */
	CHECK(SSL_write(w.client.hand.ssl, "hello", 5) == 5);
	CHECK(shake(&w) == DTLS_DONE);
	SSL_shutdown(w.client.hand.ssl);
	CHECK(shake(&w) == DTLS_CLOSED);
	world_fini(&w);
}

static void test_bad(const struct wish *wish, enum dtls_state expect)
{
	static struct world w;

	world_init(&w, wish);
	CHECK(shake(&w) == expect);
	CHECK(dtls_feed(w.dtls, (const uint8_t[]){22}, 1) == expect);
	world_fini(&w);
}

static void test_bye(void)
{
	static struct world w;

	world_init(&w, &normal);
	dtls_bye(w.dtls); /* nobody there yet: nothing happens */
	CHECK(w.to_client.n == 0);
	CHECK(shake(&w) == DTLS_DONE);
	dtls_bye(w.dtls);
	feed_client(&w);
	CHECK(SSL_get_shutdown(w.client.hand.ssl) & SSL_RECEIVED_SHUTDOWN);
	world_fini(&w);
}

/* What a session still does after it was let go: both goodbyes, and nothing else. */
static void test_settled(const char *ciphers)
{
	static struct world w;
	static struct queue flights;
	struct wish wish = normal;
	int64_t late = count_get(COUNT_REJECT_DTLS_LATE);

	wish.ciphers = ciphers;
	world_init(&w, &wish);
	dtls_settle(w.dtls); /* too early: nothing happens */
	flights = w.to_server;
	CHECK(shake(&w) == DTLS_DONE);
	dtls_settle(w.dtls);
	dtls_settle(w.dtls);
	CHECK(w.to_client.n == 0 && dtls_timeout_us(w.dtls) == -1);
	check_identity(&w);
	for (uint32_t i = 0; i < flights.n; i++) /* hello again */
		CHECK(dtls_feed(w.dtls, flights.data[i], flights.len[i]) == DTLS_DONE);
	CHECK(SSL_write(w.client.hand.ssl, "hello", 5) == 5);
	CHECK(shake(&w) == DTLS_DONE && w.to_client.n == 0);
	CHECK(dtls_on_timeout(w.dtls) == DTLS_DONE);
	CHECK(count_get(COUNT_REJECT_DTLS_LATE) == late + flights.n + 1);
	dtls_bye(w.dtls);
	CHECK(w.to_client.n == 1);
	for (uint32_t i = 0; i < w.to_client.n; i++) {
		int n;

		w.client.hand.in = w.to_client.data[i];
		w.client.hand.in_len = w.to_client.len[i];
		n = SSL_read(w.client.hand.ssl, flights.data[0], 100);
		CHECK(SSL_get_error(w.client.hand.ssl, n) == SSL_ERROR_ZERO_RETURN);
	}
	world_fini(&w);
}

/* Only the peer itself can end a session that was let go. */
static void test_settled_alert(const char *ciphers)
{
	static struct world w;
	struct wish wish = normal;
	uint8_t record[100];
	size_t len;

	wish.ciphers = ciphers;
	world_init(&w, &wish);
	CHECK(shake(&w) == DTLS_DONE);
	dtls_settle(w.dtls);
	SSL_shutdown(w.client.hand.ssl);
	CHECK(w.to_server.n == 1 && w.to_server.len[0] <= sizeof(record));
	len = w.to_server.len[0];
	for (size_t i = 0; i < len; i++) { /* each byte of it counts */
		memcpy(record, w.to_server.data[0], len);
		record[i] ^= 1;
		CHECK(dtls_feed(w.dtls, record, len) == DTLS_DONE);
		CHECK(dtls_feed(w.dtls, w.to_server.data[0], i) == DTLS_DONE);
	}
	CHECK(shake(&w) == DTLS_CLOSED);
	dtls_bye(w.dtls); /* no more */
	CHECK(w.to_client.n == 0);
	world_fini(&w);
}

static void test_pieces(void)
{
	static struct world w;
	struct wish wish = normal;

	wish.mtu = 256;
	world_init(&w, &wish);
	CHECK(w.to_server.n >= 2); /* the hello alone */
	CHECK(shake(&w) == DTLS_DONE);
	check_keys(&w);
	world_fini(&w);
}

/* Loses our first flight; then it is not sent again before its time. Returns
 * that time, or 0 when a busy machine let it pass meanwhile. */
static int64_t lose(struct world *w)
{
	int64_t t0 = clock_us(), us;
	enum dtls_state state;
	size_t n;

	feed_server(w);
	CHECK(w->to_client.n > 0);
	w->to_client.n = 0;
	us = dtls_timeout_us(w->dtls);
	state = dtls_on_timeout(w->dtls);
	n = w->to_client.n;
	if (clock_us() - t0 > 200 * MS_US)
		return 0;
	CHECK(us > 0 && us <= 250000);
	CHECK(state == DTLS_HANDSHAKE && n == 0);
	return us;
}

/* Our first flight is lost: the timer sends it again. */
static void test_loss(void)
{
	static struct world w;
	int64_t us, t0;
	int tries = 50;

	world_init(&w, &normal);
	while (!(us = lose(&w))) {
		CHECK(--tries);
		world_fini(&w);
		world_init(&w, &normal);
	}
	usleep((useconds_t)us + 1000);
	t0 = clock_us();
	CHECK(dtls_on_timeout(w.dtls) == DTLS_HANDSHAKE && w.to_client.n > 0);
	us = dtls_timeout_us(w.dtls);
	CHECK(us + clock_us() - t0 > 400000); /* twice as long */
	CHECK(shake(&w) == DTLS_DONE);
	check_keys(&w);
	world_fini(&w);
}

/* The last flight is lost, and the client sends its own once more. */
static void test_lost_end(void)
{
	static struct world w;

	world_init(&w, &normal);
	feed_server(&w);
	feed_client(&w);
	feed_server(&w);
	CHECK(dtls_state(w.dtls) == DTLS_DONE && w.to_client.n > 0);
	w.to_client.n = 0;
	usleep(CLIENT_TIMER + 1000);
	CHECK(DTLSv1_handle_timeout(w.client.hand.ssl) >= 0 && w.to_server.n > 0);
	CHECK(shake(&w) == DTLS_DONE && SSL_is_init_finished(w.client.hand.ssl));
	world_fini(&w);
}

/* What anybody can write into a handshake does not end it. */
static void test_forged(void)
{
	static const uint8_t alert[] = {21, 254, 253, 0, 0, 0, 0, 0,
					0,  0,   9,   0, 2, 2, 40};
	static const uint8_t half[] = {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 2, 40};
	static const uint8_t sealed[] = {22, 254, 253, 0, 1, 0, 0, 0,
					 0,  0,   9,   0, 2, 2, 40};
	static struct world w;
	int64_t dtls = count_get(COUNT_REJECT_DTLS);

	world_init(&w, &normal);
	dtls_feed(w.dtls, alert, sizeof(alert)); /* before the hello */
	feed_server(&w);
	dtls_feed(w.dtls, alert, sizeof(alert));
	dtls_feed(w.dtls, half, sizeof(half));
	dtls_feed(w.dtls, half, 12);
	dtls_feed(w.dtls, sealed, sizeof(sealed)); /* keys that do not exist yet */
	feed_client(&w);
	CHECK(shake(&w) == DTLS_DONE);
	dtls_feed(w.dtls, alert, sizeof(alert));
	CHECK(dtls_feed(w.dtls, sealed, sizeof(sealed)) == DTLS_DONE);
	CHECK(count_get(COUNT_REJECT_DTLS) == dtls + 5);
	world_fini(&w);
}

static void test_limits(void)
{
	static const uint8_t sealed[] = {22, 254, 253, 0, 1, 0, 0, 0,
					 0,  0,   9,   0, 2, 2, 40};
	static struct world w;
	int64_t dtls = count_get(COUNT_REJECT_DTLS);

	world_init(&w, &normal);
	for (int i = 0; i < LIMIT_DTLS_DATAGRAMS; i++)
		dtls_feed(w.dtls, sealed, sizeof(sealed));
	CHECK(count_get(COUNT_REJECT_DTLS) == dtls);
	feed_server(&w); /* the hello comes too late */
	CHECK(count_get(COUNT_REJECT_DTLS) == dtls + 1 && w.to_client.n == 0);
	world_fini(&w);
}

int main(void)
{
	static const char *const ciphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256",
					      "ECDHE-ECDSA-AES256-GCM-SHA384",
					      "ECDHE-ECDSA-CHACHA20-POLY1305"};
	struct wish wish = normal;

	test_good(&wish, SRTP_KIND_GCM);
	wish.profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";
	test_good(&wish, SRTP_KIND_GCM); /* the order is ours */
	wish.profiles = "SRTP_AES128_CM_SHA1_80";
	wish.rsa_bits = 2048;
	test_good(&wish, SRTP_KIND_CM_SHA1);
	wish = normal;
	wish.rsa_bits = 1024;
	test_bad(&wish, DTLS_FAILED);
	wish = (struct wish){.profiles = NULL, .mtu = 1200};
	test_bad(&wish, DTLS_FAILED);
	wish.profiles = "SRTP_AES128_CM_SHA1_32";
	test_bad(&wish, DTLS_FAILED);
	wish = normal;
	wish.no_cert = true;
	test_bad(&wish, DTLS_FAILED);
	wish = normal;
	wish.chain = true;
	test_bad(&wish, DTLS_FAILED);
	wish = normal;
	wish.old = true;
	test_bad(&wish, DTLS_FAILED);
	test_bye();
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		test_settled(ciphers[i]);
		test_settled_alert(ciphers[i]);
	}
	test_pieces();
	test_loss();
	test_lost_end();
	test_forged();
	test_limits();
	return 0;
}
