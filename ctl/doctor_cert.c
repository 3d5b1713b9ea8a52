/* doctor_cert.c - the certificate: whether browsers take it, and for how long. */
#include "ctl/doctor.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/get.h"
#include "ctl/trust.h"

#define SOON_DAYS 14

static X509 *read_cert(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	ERR_clear_error();
	return cert;
}

static void judge_days(struct patient *p, const X509 *cert)
{
	int days = 0, seconds = 0;

	if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)))
		doctor_say(p, DOCTOR_FAIL, "certificate", "get a new one",
			   "its last day cannot be read");
	else if (days < 0 || seconds < 0)
		doctor_say(p, DOCTOR_FAIL, "certificate",
			   "renew it, then 'aulactl reload'",
			   "it ended %d days ago: browsers refuse it", -days);
	else
		doctor_say(p, days < SOON_DAYS ? DOCTOR_WARN : DOCTOR_OK, "certificate",
			   days < SOON_DAYS ? "renew it, then 'aulactl reload'" : "",
			   "good for %d more days", days);
	if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notBefore(cert)) &&
	    (days > 0 || seconds > 0))
		doctor_say(p, DOCTOR_FAIL, "certificate", "is the clock right?",
			   "it begins in %d days only", days);
}

static void judge_names(struct patient *p, X509 *cert)
{
	struct url url;
	bool own = X509_check_issued(cert, cert) == X509_V_OK;

	if (own)
		doctor_say(p, DOCTOR_WARN, "signed by",
			   "set certificate and key, before pupils come",
			   "nobody but itself: browsers warn of it");
	if (!p->site->conf.public_url[0] || !url_read(&url, p->site->conf.public_url))
		return;
	if (X509_check_host(cert, url.host, 0, 0, NULL) == 1 ||
	    X509_check_ip_asc(cert, url.host, 0) == 1)
		doctor_say(p, DOCTOR_OK, "its name", "", "is that of public_url, %s",
			   url.host);
	else
		doctor_say(p, own ? DOCTOR_WARN : DOCTOR_FAIL, "its name",
			   "get one for the name of public_url",
			   "it is not for %s: browsers refuse it", url.host);
}

static void judge_key(struct patient *p)
{
	char path[CONF_PATH + 16];
	struct stat st;

	site_key_path(p->site, path, sizeof(path));
	if (stat(path, &st) < 0)
		doctor_say(p, errno == EACCES ? DOCTOR_WARN : DOCTOR_FAIL, "its key",
			   "be root, or the server's user", "%s: %s", path,
			   strerror(errno));
	else if (st.st_mode & 007)
		doctor_say(p, DOCTOR_WARN, "its key", "chmod o-rwx",
			   "%s may be read by all", path);
	else
		doctor_say(p, DOCTOR_OK, "its key", "", "is not for all to read");
}

/* Does the server show the one of the file? */
static void judge_shown(struct patient *p, const char *path)
{
	char *body = NULL, why[300];
	SSL_CTX *trust = trust_create(path, why, sizeof(why));
	struct url url;
	long verdict = 0;
	int status = 0;
	bool own;

	p->site->url = NULL;
	if (trust && site_url(p->site, &url, &own) == 0)
		status = get_page(&url, "/healthz", trust, &body, &verdict);
	if (status == -EACCES)
		doctor_say(p, DOCTOR_WARN, "shown", "aulactl reload",
			   "the server shows another certificate than %s", path);
	else if (status > 0)
		doctor_say(p, DOCTOR_OK, "shown", "", "the server shows this one");
	free(body);
	trust_destroy(trust);
}

void doctor_cert(struct patient *p)
{
	char path[CONF_PATH + 16];
	X509 *cert;

	if (p->site->conf.plain_http) {
		doctor_say(p, DOCTOR_OK, "certificate", "",
			   "none: plain_http, a proxy in front does TLS");
		return;
	}
	site_cert_path(p->site, path, sizeof(path));
	if (access(path, R_OK) < 0) {
		bool made = errno == ENOENT && !p->site->conf.certificate[0] && !p->pid;

		doctor_say(p, made || errno == EACCES ? DOCTOR_WARN : DOCTOR_FAIL,
			   "certificate",
			   made ? "the first start makes one of its own"
				: "be root, or the server's user",
			   "%s: %s", path, strerror(errno));
		return;
	}
	cert = read_cert(path);
	if (!cert) {
		doctor_say(p, DOCTOR_FAIL, "certificate", "it must be PEM",
			   "%s holds none", path);
		return;
	}
	judge_days(p, cert);
	judge_names(p, cert);
	judge_key(p);
	if (p->pid)
		judge_shown(p, path);
	X509_free(cert);
}
