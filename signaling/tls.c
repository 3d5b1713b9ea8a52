#include "signaling/tls.h"

#include "base/rand.h"
#include "signaling/tls_cert.h"

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICKET_KEYS 80 /* bytes: name, HMAC key, AES key */

struct tls { /* control thread */
	SSL_CTX *ctx;
	char *cert_path, *key_path; /* NULL: made in memory */
	bool self_signed;
};

/* RFC 7301: HTTP/1.1 is all we speak; a client that insists on more is told. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
		   const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *picked;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&picked, out_len, ours, sizeof(ours) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = picked;
	return SSL_TLSEXT_ERR_OK;
}

static void rotate(SSL_CTX *ctx)
{
	uint8_t keys[TICKET_KEYS];

	rand_bytes(keys, sizeof(keys));
	SSL_CTX_set_tlsext_ticket_keys(ctx, keys, sizeof(keys));
	OPENSSL_cleanse(keys, sizeof(keys));
}

static SSL_CTX *ctx_create(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* an idle connection gives its 34 KB of buffers back */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	if (!SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") ||
	    !SSL_CTX_set1_groups_list(ctx, "X25519:P-256")) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	rotate(ctx);
	return ctx;
}

static const char *ssl_reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	return text ? text : "unknown reason";
}

/* Never asks a terminal: a key with a passphrase is refused. */
static int on_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

/* OpenSSL would wait at a pipe, and says little of what cannot be read. */
static int readable(const char *path, char *why, size_t why_len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err = -errno;
		snprintf(why, why_len, "%s: %s", path, strerror(-err));
	} else if (!S_ISREG(st.st_mode)) {
		err = -EINVAL;
		snprintf(why, why_len, "%s: is not a file", path);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static int load_files(const struct tls *tls, SSL_CTX *ctx, char *why, size_t why_len)
{
	int err = readable(tls->cert_path, why, why_len);

	if (!err)
		err = readable(tls->key_path, why, why_len);
	if (err)
		return err;
	SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
	if (SSL_CTX_use_certificate_chain_file(ctx, tls->cert_path) != 1) {
		snprintf(why, why_len, "%s: %s", tls->cert_path, ssl_reason());
		return -EINVAL;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, tls->key_path, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		snprintf(why, why_len, "%s: %s", tls->key_path, ssl_reason());
		return -EINVAL;
	}
	return 0;
}

static int load_made(SSL_CTX *ctx, char *why, size_t why_len)
{
	struct tls_cert made;
	int err = tls_cert_make(&made);

	if (!err && (SSL_CTX_use_certificate(ctx, made.cert) != 1 ||
		     SSL_CTX_use_PrivateKey(ctx, made.key) != 1))
		err = -ENOMEM;
	if (err)
		snprintf(why, why_len, "cannot make a certificate: %s", strerror(-err));
	tls_cert_fini(&made);
	return err;
}

static int load(struct tls *tls, char *why, size_t why_len)
{
	SSL_CTX *ctx = ctx_create();
	X509 *cert;
	int err = -ENOMEM;

	ERR_clear_error();
	if (!ctx)
		snprintf(why, why_len, "TLS: %s", ssl_reason());
	else if (tls->cert_path)
		err = load_files(tls, ctx, why, why_len);
	else
		err = load_made(ctx, why, why_len);
	ERR_clear_error();
	if (err) {
		SSL_CTX_free(ctx);
		return err;
	}
	cert = SSL_CTX_get0_certificate(ctx);
	tls->self_signed = X509_NAME_cmp(X509_get_subject_name(cert),
					 X509_get_issuer_name(cert)) == 0;
	SSL_CTX_free(tls->ctx); /* those that use it hold it */
	tls->ctx = ctx;
	return 0;
}

/* First start: writes a certificate of our own when there is none, if it may. */
static int ensure_files(const struct tls *tls, bool make, char *why, size_t why_len)
{
	bool has_cert = access(tls->cert_path, F_OK) == 0;
	bool has_key = access(tls->key_path, F_OK) == 0;
	int err;

	if (has_cert && has_key)
		return 0;
	if (has_cert || has_key) {
		snprintf(why, why_len, "%s is missing, but %s is there",
			 has_cert ? tls->key_path : tls->cert_path,
			 has_cert ? tls->cert_path : tls->key_path);
		return -ENOENT;
	}
	if (!make) {
		snprintf(why, why_len, "%s: %s", tls->cert_path, strerror(ENOENT));
		return -ENOENT;
	}
	err = tls_cert_write(tls->cert_path, tls->key_path);
	if (err)
		snprintf(why, why_len, "cannot write %s or %s: %s", tls->cert_path,
			 tls->key_path, strerror(-err));
	return err;
}

int tls_create(struct tls **out, const char *cert_path, const char *key_path, bool make,
	       char *why, size_t why_len)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	int err = -ENOMEM;

	snprintf(why, why_len, "out of memory");
	if (!tls)
		return err;
	if (!cert_path != !key_path) {
		snprintf(why, why_len,
			 "a certificate needs its key, and a key its certificate");
		err = -EINVAL;
		goto out;
	}
	if (cert_path) {
		tls->cert_path = strdup(cert_path);
		tls->key_path = strdup(key_path);
		if (!tls->cert_path || !tls->key_path)
			goto out;
		err = ensure_files(tls, make, why, why_len);
		if (err)
			goto out;
	}
	err = load(tls, why, why_len);
out:
	if (err)
		tls_destroy(tls);
	else
		*out = tls;
	return err;
}

void tls_destroy(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls->cert_path);
	free(tls->key_path);
	free(tls);
}

int tls_reload(struct tls *tls, char *why, size_t why_len)
{
	return load(tls, why, why_len);
}

bool tls_self_signed(const struct tls *tls)
{
	return tls->self_signed;
}

void tls_rotate(struct tls *tls)
{
	rotate(tls->ctx);
}

struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd)
{
	SSL *ssl = SSL_new(tls->ctx);
	struct bufferevent *bev;

	if (!ssl)
		return NULL;
	bev = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
					     BEV_OPT_CLOSE_ON_FREE);
	if (!bev) {
		SSL_free(ssl);
		return NULL;
	}
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

void tls_bye(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	if (ssl && SSL_is_init_finished(ssl))
		SSL_shutdown(ssl);
	ERR_clear_error();
}
