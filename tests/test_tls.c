/* TLS: the certificate that is made, versions, ALPN, renewal, bad clients. */
#include "signaling/tls.h"

#include "signaling/tls_cert.h"
#include "tests/http_rig.h"
#include "tests/stream.h"
#include "tests/test.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_tls.XXXXXX";
static char cert_path[100], key_path[100], why[300], reply[20000];

static const struct http_times quick = {
	.hello_us = 200000,
	.head_us = 200000,
	.body_us = 5000000,
	.idle_us = 5000000,
	.read_us = 5000000,
	.linger_us = 200000,
	.ws_auth_us = 5000000,
	.ws_ping_us = 5000000,
	.ws_dead_us = 5000000,
	.ws_quiet_us = 5000000,
	.ws_close_us = 5000000,
};

static X509 *cert_read(void)
{
	FILE *f = fopen(cert_path, "r");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	CHECK(cert);
	fclose(f);
	return cert;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	CHECK(stat(path, &st) == 0);
	return st.st_mode & 07777;
}

static void test_made(void)
{
	struct tls *tls;
	X509 *cert;
	int days, seconds;

	CHECK(tls_create(&tls, cert_path, key_path, true, why, sizeof(why)) == 0);
	CHECK(tls_self_signed(tls));
	tls_destroy(tls);
	CHECK(mode_of(cert_path) == 0600 && mode_of(key_path) == 0600);
	cert = cert_read();
	CHECK(X509_check_host(cert, "localhost", 0, 0, NULL) == 1);
	CHECK(X509_check_ip_asc(cert, "127.0.0.1", 0) == 1);
	CHECK(X509_check_ip_asc(cert, "::1", 0) == 1);
	CHECK(X509_check_host(cert, "other.example", 0, 0, NULL) == 0);
	CHECK(EVP_PKEY_is_a(X509_get0_pubkey(cert), "EC") &&
	      EVP_PKEY_get_bits(X509_get0_pubkey(cert)) == 256);
	CHECK(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1);
	CHECK(days > 3640 && days < 3660);
	X509_free(cert);
}

static void test_refused(void)
{
	struct tls *tls;
	char aside[120];

	/* one without the other must not be covered up by a new pair */
	snprintf(aside, sizeof(aside), "%s.aside", key_path);
	CHECK(rename(key_path, aside) == 0);
	CHECK(tls_create(&tls, cert_path, key_path, true, why, sizeof(why)) == -ENOENT);
	CHECK(strstr(why, "key.pem is missing"));
	CHECK(rename(aside, key_path) == 0);
	CHECK(tls_create(&tls, cert_path, NULL, true, why, sizeof(why)) == -EINVAL);
	CHECK(tls_create(&tls, cert_path, cert_path, true, why, sizeof(why)) < 0);
	CHECK(tls_create(&tls, "/nonexistent/a", "/nonexistent/b", true, why,
			 sizeof(why)) == -ENOENT);
	/* a pair that somebody named is never made */
	CHECK(tls_create(&tls, aside, aside, false, why, sizeof(why)) == -ENOENT);
	CHECK(strstr(why, "key.pem.aside: No such file") && access(aside, F_OK) < 0);
	CHECK(tls_create(&tls, dir, key_path, false, why, sizeof(why)) < 0);
	CHECK(strstr(why, ": is not a file"));
	CHECK(mkfifo(aside, 0600) == 0); /* nobody writes into it */
	CHECK(tls_create(&tls, cert_path, aside, false, why, sizeof(why)) < 0);
	CHECK(strstr(why, ": is not a file") && unlink(aside) == 0);
	CHECK(tls_create(&tls, NULL, NULL, true, why, sizeof(why)) == 0);
	CHECK(tls_self_signed(tls));
	tls_rotate(tls);
	tls_destroy(tls);
	tls_destroy(NULL);
}

static int get(struct stream *s)
{
	static const char text[] =
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	size_t n = 0;
	int got, status = 0;

	CHECK(stream_write(s, text, sizeof(text) - 1));
	while ((got = stream_read(s, reply + n, sizeof(reply) - 1 - n, 5000)) > 0)
		n += (size_t)got;
	CHECK(got == 0); /* a clean end, not a cut */
	reply[n] = '\0';
	sscanf(reply, "HTTP/1.1 %d", &status);
	return status;
}

/* A client with its own wishes; its handshake succeeds? */
static bool shakes(struct rig *rig, int version, const char *alpn, const char *groups)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	SSL *ssl;
	bool ok;

	CHECK(ctx && s);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	if (groups)
		CHECK(SSL_CTX_set1_groups_list(ctx, groups));
	ssl = SSL_new(ctx);
	CHECK(ssl && SSL_set_fd(ssl, stream_fd(s)));
	if (alpn)
		SSL_set_alpn_protos(ssl, (const unsigned char *)alpn,
				    (unsigned)strlen(alpn));
	ok = SSL_connect(ssl) == 1 && SSL_write(ssl, "x", 1) == 1;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	stream_close(s);
	return ok;
}

static void test_handshakes(struct rig *rig)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), true);
	char alpn[32];

	CHECK(s && strcmp(stream_tls_version(s), "TLSv1.3") == 0);
	CHECK(strcmp(stream_alpn(s, alpn), "http/1.1") == 0);
	CHECK(get(s) == 200);
	CHECK(!strstr(reply, "Strict-Transport-Security")); /* self-signed */
	stream_close(s);
	CHECK(shakes(rig, TLS1_3_VERSION, NULL, NULL));
	CHECK(shakes(rig, TLS1_2_VERSION, NULL, NULL));
	CHECK(shakes(rig, TLS1_2_VERSION, "\x02h2\x08http/1.1", "P-256"));
	CHECK(!shakes(rig, TLS1_2_VERSION, "\x02h2", NULL));
	CHECK(!shakes(rig, TLS1_1_VERSION, NULL, NULL));
	CHECK(!shakes(rig, TLS1_VERSION, NULL, NULL));
}

static int closed_after(struct rig *rig, const char *bytes)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	int n;

	CHECK(s && stream_write(s, bytes, strlen(bytes)));
	do
		n = stream_read(s, reply, sizeof(reply), 3000);
	while (n > 0);
	stream_close(s);
	return n;
}

static void test_bad_clients(struct rig *rig)
{
	CHECK(closed_after(rig, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") != -ETIMEDOUT);
	CHECK(closed_after(rig, "") != -ETIMEDOUT); /* says nothing: 0.2 s here */
	CHECK(closed_after(rig, "\x16\x03\x01") != -ETIMEDOUT);
}

static void reload(struct http_server *server)
{
	thread_claim(&on_ctl);
	CHECK(http_reload_tls(server, why, sizeof(why)) == 0);
}

static void reload_bad(struct http_server *server)
{
	thread_claim(&on_ctl);
	CHECK(http_reload_tls(server, why, sizeof(why)) < 0 && why[0]);
}

static void test_reload(struct rig *rig)
{
	struct stream *before = stream_open("127.0.0.1", rig_port(rig), true), *s;

	CHECK(before);
	CHECK(truncate(cert_path, 10) == 0);
	rig_call(rig, reload_bad);
	s = stream_open("127.0.0.1", rig_port(rig), true);
	CHECK(s && get(s) == 200);
	stream_close(s);
	CHECK(tls_cert_write(cert_path, key_path) == 0);
	rig_call(rig, reload);
	s = stream_open("127.0.0.1", rig_port(rig), true);
	CHECK(s && get(s) == 200);
	stream_close(s);
	CHECK(get(before) == 200);
	stream_close(before);
}

int main(void)
{
	struct http_conf conf = {.n_listen = 2, .listen = {"127.0.0.1", "::1"}};
	struct rig *rig;

	CHECK(mkdtemp(dir));
	snprintf(cert_path, sizeof(cert_path), "%s/cert.pem", dir);
	snprintf(key_path, sizeof(key_path), "%s/key.pem", dir);
	test_made();
	test_refused();
	conf.cert_path = cert_path;
	conf.key_path = key_path;
	rig = rig_create(&conf, NULL);
	test_handshakes(rig);
	test_reload(rig);
	rig_destroy(rig);
	rig = rig_create(&conf, &quick);
	test_bad_clients(rig);
	rig_destroy(rig);
	CHECK(unlink(cert_path) == 0 && unlink(key_path) == 0 && rmdir(dir) == 0);
	return 0;
}
