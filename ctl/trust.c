#include "ctl/trust.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* Called by OpenSSL instead of its own judgement of a chain. */
static int is_exactly(X509_STORE_CTX *chain, void *arg)
{
	const X509 *shown = X509_STORE_CTX_get0_cert(chain);

	if (shown && X509_cmp(shown, arg) == 0) {
		X509_STORE_CTX_set_error(chain, X509_V_OK);
		return 1;
	}
	X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static void drop_pin(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl,
		     void *argp)
{
	(void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
	X509_free(ptr);
}

static SSL_CTX *client(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx) {
		SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					      SSL_MODE_AUTO_RETRY);
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	}
	return ctx;
}

/* The certificate lives as long as the context. */
static int pin(SSL_CTX *ctx, X509 *cert)
{
	int slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, drop_pin);

	if (slot < 0 || SSL_CTX_set_ex_data(ctx, slot, cert) != 1)
		return -ENOMEM;
	SSL_CTX_set_cert_verify_callback(ctx, is_exactly, cert);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return 0;
}

static SSL_CTX *pinned(const char *file, char *why, size_t why_len)
{
	FILE *f = fopen(file, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	SSL_CTX *ctx = cert ? client() : NULL;

	if (!cert)
		snprintf(why, why_len, "%s: %s", file,
			 f ? "holds no certificate" : strerror(errno));
	if (f)
		fclose(f);
	ERR_clear_error();
	if (cert && (!ctx || pin(ctx, cert))) {
		snprintf(why, why_len, "no memory");
		X509_free(cert);
		SSL_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

SSL_CTX *trust_create(const char *file, char *why, size_t why_len)
{
	SSL_CTX *ctx;

	if (file)
		return pinned(file, why, why_len);
	ctx = client();
	if (!ctx || SSL_CTX_set_default_verify_paths(ctx) != 1) {
		SSL_CTX_free(ctx);
		snprintf(why, why_len, "the system's certificates cannot be used");
		return NULL;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return ctx;
}

SSL_CTX *trust_anyone(void)
{
	SSL_CTX *ctx = client();

	if (ctx)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	return ctx;
}

void trust_destroy(SSL_CTX *trust)
{
	SSL_CTX_free(trust);
}

void trust_explain(long verdict, const char *file, char *out, size_t size)
{
	if (verdict == X509_V_OK)
		snprintf(out, size, "%s", "");
	else if (file)
		snprintf(out, size,
			 "it shows another certificate than %s (if that was renewed: "
			 "aulactl reload)",
			 file);
	else
		snprintf(out, size,
			 "its certificate is not taken: %s (--cert FILE trusts exactly "
			 "one)",
			 X509_verify_cert_error_string(verdict));
}
