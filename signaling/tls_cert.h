/* tls_cert.h - the self-signed certificate of a first start. */
#ifndef SIGNALING_TLS_CERT_H
#define SIGNALING_TLS_CERT_H

#include "base/attr.h"

#include <openssl/types.h>

struct tls_cert {
	X509 *cert;
	EVP_PKEY *key;
};

/* P-256, ten years, for localhost, the host's name and all its addresses. On
 * failure `made` is empty. */
int tls_cert_make(struct tls_cert *made) AULA_MUST_CHECK;
void tls_cert_fini(struct tls_cert *made);

/* Makes one and writes both files whole or not at all, mode 0600. */
int tls_cert_write(const char *cert_path, const char *key_path) AULA_MUST_CHECK;

#endif
