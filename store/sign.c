#include "store/sign.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICE "s3"
#define MAC     32
#define SCOPE   96
#define WHOLE   (SIGN_TARGET + 4096) /* of a canonical request */
#define FIELDS  (SIGN_PAIRS + 4)

/* ---- text ------------------------------------------------------------------------ */

struct text {
	char *out;
	size_t size, n; /* n >= size: it did not fit */
};

static void put_byte(struct text *t, char c)
{
	if (t->n + 1 < t->size) {
		t->out[t->n] = c;
		t->out[t->n + 1] = '\0';
		t->n++;
	} else {
		t->n = t->size;
	}
}

static void put(struct text *t, const char *s)
{
	while (*s && t->n < t->size)
		put_byte(t, *s++);
}

/* RFC 3986: all but what is never reserved; of a path its slashes stay. */
static void put_escaped(struct text *t, const char *s, bool path)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.~";

	for (; *s && t->n < t->size; s++) {
		unsigned char c = (unsigned char)*s;

		if (strchr(plain, *s) || (path && *s == '/')) {
			put_byte(t, *s);
			continue;
		}
		put_byte(t, '%');
		put_byte(t, digits[c >> 4]);
		put_byte(t, digits[c & 15]);
	}
}

void sign_hex(char *out, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

int sign_sha256(char out[SIGN_HEX], const void *data, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(data, len, hash, NULL, EVP_sha256(), NULL))
		return -EIO;
	sign_hex(out, hash, MAC);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct sign_pair *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

static void put_query(struct text *t, const struct sign_pair *pairs, size_t n)
{
	struct sign_pair sorted[SIGN_PAIRS + 6];

	if (n > sizeof(sorted) / sizeof(sorted[0])) {
		t->n = t->size;
		return;
	}
	if (!n)
		return;
	memcpy(sorted, pairs, n * sizeof(*pairs));
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i)
			put_byte(t, '&');
		put_escaped(t, sorted[i].name, false);
		put_byte(t, '=');
		put_escaped(t, sorted[i].value, false);
	}
}

/* ---- what is signed -------------------------------------------------------------- */

struct moment {
	char date[SIGN_DATE];
	char scope[SCOPE]; /* day/region/service */
};

static int moment_make(struct moment *m, const struct sign_request *req)
{
	time_t sec = (time_t)(req->at_ms / 1000);
	struct tm tm;
	int n;

	if (!gmtime_r(&sec, &tm) || !strftime(m->date, SIGN_DATE, "%Y%m%dT%H%M%SZ", &tm))
		return -EINVAL;
	n = snprintf(m->scope, SCOPE, "%.8s/%s/" SERVICE "/aws4_request", m->date,
		     req->region);
	return n < SCOPE ? 0 : -E2BIG;
}

static bool hmac(unsigned char out[MAC], const void *key, size_t key_len,
		 const char *text)
{
	unsigned int n = MAC;

	return HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text,
		    strlen(text), out, &n);
}

static int signature(char out[SIGN_HEX], const char *canonical, const struct moment *m,
		     const struct sign_request *req)
{
	char hash[SIGN_HEX], text[SCOPE + 160], key[SIGN_KEY + 8], day[9];
	unsigned char mac[MAC];
	bool ok;

	if (sign_sha256(hash, canonical, strlen(canonical)))
		return -EIO;
	snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", m->date, m->scope,
		 hash);
	snprintf(key, sizeof(key), "AWS4%s", req->keys->secret);
	snprintf(day, sizeof(day), "%.8s", m->date);
	ok = hmac(mac, key, strlen(key), day) && hmac(mac, mac, MAC, req->region) &&
	     hmac(mac, mac, MAC, SERVICE) && hmac(mac, mac, MAC, "aws4_request") &&
	     hmac(mac, mac, MAC, text);
	sign_hex(out, mac, MAC);
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(mac, sizeof(mac));
	return ok ? 0 : -EIO;
}

/* Of all fields that are signed, sorted; their number. */
static size_t all_fields(struct sign_pair out[FIELDS], const struct sign_request *req,
			 const char *date)
{
	size_t n = 0;

	for (; n < req->n_fields; n++)
		out[n] = req->fields[n];
	out[n++] = (struct sign_pair){"host", req->host};
	if (date) {
		out[n++] = (struct sign_pair){"x-amz-content-sha256", req->body};
		out[n++] = (struct sign_pair){"x-amz-date", date};
		if (*req->keys->token)
			out[n++] = (struct sign_pair){"x-amz-security-token",
						      req->keys->token};
	}
	qsort(out, n, sizeof(*out), by_name);
	return n;
}

static void put_names(struct text *t, const struct sign_pair *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(t, i ? ";" : "");
		put(t, fields[i].name);
	}
}

static int canonical(char out[WHOLE], const struct sign_request *req,
		     const struct sign_pair *query, size_t n_query,
		     const struct sign_pair *fields, size_t n_fields)
{
	struct text t = {out, WHOLE, 0};

	put(&t, req->method);
	put(&t, "\n");
	put_escaped(&t, req->path, true);
	put(&t, "\n");
	put_query(&t, query, n_query);
	put(&t, "\n");
	for (size_t i = 0; i < n_fields; i++) {
		put(&t, fields[i].name);
		put(&t, ":");
		put(&t, fields[i].value);
		put(&t, "\n");
	}
	put(&t, "\n");
	put_names(&t, fields, n_fields);
	put(&t, "\n");
	put(&t, req->body);
	return t.n < t.size ? 0 : -E2BIG;
}

/* ---- from outside ---------------------------------------------------------------- */

static int target(char out[SIGN_TARGET], const char *path, const struct sign_pair *query,
		  size_t n)
{
	struct text t = {out, SIGN_TARGET, 0};

	put_escaped(&t, path, true);
	if (n)
		put(&t, "?");
	put_query(&t, query, n);
	return t.n < t.size ? 0 : -E2BIG;
}

int sign_target(char out[SIGN_TARGET], const struct sign_request *req)
{
	return target(out, req->path, req->query, req->n_query);
}

int sign_fields(char date[SIGN_DATE], char authorization[SIGN_FIELD],
		const struct sign_request *req)
{
	struct text t = {authorization, SIGN_FIELD, 0};
	struct sign_pair fields[FIELDS];
	char whole[WHOLE], sig[SIGN_HEX];
	struct moment m;
	size_t n;
	int err;

	if (req->n_fields > SIGN_PAIRS || req->n_query > SIGN_PAIRS)
		return -E2BIG;
	err = moment_make(&m, req);
	if (err)
		return err;
	n = all_fields(fields, req, m.date);
	err = canonical(whole, req, req->query, req->n_query, fields, n);
	if (!err)
		err = signature(sig, whole, &m, req);
	if (err)
		return err;
	put(&t, "AWS4-HMAC-SHA256 Credential=");
	put(&t, req->keys->id);
	put(&t, "/");
	put(&t, m.scope);
	put(&t, ", SignedHeaders=");
	put_names(&t, fields, n);
	put(&t, ", Signature=");
	put(&t, sig);
	memcpy(date, m.date, SIGN_DATE);
	return t.n < t.size ? 0 : -E2BIG;
}

int sign_link(char out[SIGN_TARGET], const struct sign_request *req, uint32_t sec)
{
	char who[SIGN_KEY + SCOPE + 2], life[12], whole[WHOLE], sig[SIGN_HEX];
	struct sign_pair query[SIGN_PAIRS + 6], fields[FIELDS];
	size_t n = req->n_query, n_fields;
	struct sign_request anyhow = *req;
	struct moment m;
	int err;

	if (sec < 1 || sec > SIGN_LINK_SEC || req->n_fields || n > SIGN_PAIRS)
		return -EINVAL;
	err = moment_make(&m, req);
	if (err)
		return err;
	anyhow.body = SIGN_ANY_BODY;
	snprintf(who, sizeof(who), "%s/%s", req->keys->id, m.scope);
	snprintf(life, sizeof(life), "%u", sec);
	if (n)
		memcpy(query, req->query, n * sizeof(*query));
	query[n++] = (struct sign_pair){"X-Amz-Algorithm", "AWS4-HMAC-SHA256"};
	query[n++] = (struct sign_pair){"X-Amz-Credential", who};
	query[n++] = (struct sign_pair){"X-Amz-Date", m.date};
	query[n++] = (struct sign_pair){"X-Amz-Expires", life};
	query[n++] = (struct sign_pair){"X-Amz-SignedHeaders", "host"};
	if (*req->keys->token)
		query[n++] = (struct sign_pair){"X-Amz-Security-Token", req->keys->token};
	n_fields = all_fields(fields, &anyhow, NULL);
	err = canonical(whole, &anyhow, query, n, fields, n_fields);
	if (!err)
		err = signature(sig, whole, &m, req);
	if (!err)
		err = target(out, req->path, query, n);
	if (!err && strlen(out) + sizeof("&X-Amz-Signature=") + SIGN_HEX > SIGN_TARGET)
		err = -E2BIG;
	if (!err)
		sprintf(out + strlen(out), "&X-Amz-Signature=%s", sig);
	return err;
}
