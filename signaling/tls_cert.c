#include "signaling/tls_cert.h"

#include "base/rand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define YEARS_10      (10 * 365L * 24 * 3600)
#define ADDRESSES_MAX 32 /* the rest is left out: nobody types so many */
#define SAN_SIZE      3072

static bool label_ok(const char *host)
{
	return *host && strlen(host) <= 253 &&
	       !host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-.")];
}

static void san_add(char san[SAN_SIZE], const char *kind, const char *value)
{
	size_t n = strlen(san);
	char item[300];

	snprintf(item, sizeof(item), "%s%s:%s", n ? "," : "", kind, value);
	if (!strstr(san, item) && n + strlen(item) < SAN_SIZE)
		memcpy(san + n, item, strlen(item) + 1);
}

static void san_add_addresses(char san[SAN_SIZE])
{
	struct ifaddrs *all = NULL;
	char text[INET6_ADDRSTRLEN];
	int n = 0;

	if (getifaddrs(&all) < 0)
		return; /* the names alone are good enough */
	for (struct ifaddrs *i = all; i && n < ADDRESSES_MAX; i = i->ifa_next) {
		const void *addr = NULL;

		if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK))
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			addr = &((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr;
		else if (i->ifa_addr->sa_family == AF_INET6)
			addr = &((struct sockaddr_in6 *)(void *)i->ifa_addr)->sin6_addr;
		if (!addr || !inet_ntop(i->ifa_addr->sa_family, addr, text, sizeof(text)))
			continue;
		san_add(san, "IP", text);
		n++;
	}
	freeifaddrs(all);
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

static bool name_set(X509 *cert, const char *host)
{
	X509_NAME *name = X509_get_subject_name(cert);

	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
					  (const uint8_t *)"Aula (self-signed)", -1, -1,
					  0) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
					  (const uint8_t *)host, -1, -1, 0) &&
	       X509_set_issuer_name(cert, name);
}

static bool serial_set(X509 *cert)
{
	uint8_t raw[16];
	BIGNUM *bn;
	bool ok;

	rand_bytes(raw, sizeof(raw));
	raw[0] &= 0x7f; /* RFC 5280 4.1.2.2: positive */
	raw[15] |= 1;
	bn = BN_bin2bn(raw, sizeof(raw), NULL);
	ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
	BN_free(bn);
	return ok;
}

static bool fill(X509 *cert, EVP_PKEY *key)
{
	char host[HOST_NAME_MAX + 1] = "", san[SAN_SIZE] = "";

	if (gethostname(host, sizeof(host) - 1) < 0 || !label_ok(host) ||
	    strlen(host) > 64)
		snprintf(host, sizeof(host), "localhost");
	san_add(san, "DNS", "localhost");
	san_add(san, "DNS", host);
	san_add(san, "IP", "127.0.0.1");
	san_add(san, "IP", "::1");
	san_add_addresses(san);
	return X509_set_version(cert, X509_VERSION_3) && serial_set(cert) &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -24 * 3600L) &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), YEARS_10) &&
	       name_set(cert, host) && X509_set_pubkey(cert, key) &&
	       add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(cert, NID_ext_key_usage, "serverAuth") &&
	       add_extension(cert, NID_subject_key_identifier, "hash") &&
	       add_extension(cert, NID_subject_alt_name, san) &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

int tls_cert_make(struct tls_cert *made)
{
	*made = (struct tls_cert){X509_new(), EVP_EC_gen("P-256")};
	if (made->cert && made->key && fill(made->cert, made->key))
		return 0;
	tls_cert_fini(made);
	return -ENOMEM;
}

void tls_cert_fini(struct tls_cert *made)
{
	X509_free(made->cert);
	EVP_PKEY_free(made->key);
	*made = (struct tls_cert){NULL, NULL};
}

/* ---- files ---------------------------------------------------------------- */

/* Writes PEM to `path`, a fresh file, and sees it to the disk. */
static int write_pem(const char *path, const struct tls_cert *made, bool key)
{
	FILE *f = NULL;
	int err = 0, fd;

	unlink(path); /* of an attempt that was cut short */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	if (!(key ? PEM_write_PrivateKey(f, made->key, NULL, NULL, 0, NULL, NULL)
		  : PEM_write_X509(f, made->cert)) ||
	    fflush(f) != 0 || fsync(fd) < 0)
		err = errno ? -errno : -EIO;
	if (fclose(f) != 0 && !err)
		err = -errno;
	return err;
}

int tls_cert_write(const char *cert_path, const char *key_path)
{
	char cert_tmp[PATH_MAX], key_tmp[PATH_MAX];
	struct tls_cert made;
	int err;

	if (snprintf(cert_tmp, sizeof(cert_tmp), "%s.new", cert_path) >= PATH_MAX ||
	    snprintf(key_tmp, sizeof(key_tmp), "%s.new", key_path) >= PATH_MAX)
		return -ENAMETOOLONG;
	err = tls_cert_make(&made);
	if (err)
		return err;
	err = write_pem(key_tmp, &made, true);
	if (!err)
		err = write_pem(cert_tmp, &made, false);
	if (!err && rename(key_tmp, key_path) < 0) {
		err = -errno;
	} else if (!err && rename(cert_tmp, cert_path) < 0) {
		err = -errno;
		unlink(key_path);
	}
	if (err) {
		unlink(key_tmp);
		unlink(cert_tmp);
	}
	tls_cert_fini(&made);
	return err;
}
