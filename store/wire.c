#include "store/wire.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "config.h"
#include "store/refusal.h"

#define CONNECT_SEC   10
#define SLOW_BYTES    1024 /* a second: less is no progress */
#define FIRST_WAIT_MS 500  /* then twice that, and so on */
#define REQUEST_SEC   3600 /* of anything; a part is 16 MB, most often */

struct wire {
	struct wire_conf conf;
	CURL *curl;
	struct curl_slist *fields;
	const struct wire_ask *ask; /* that is under way */
	struct wire_said said;
	size_t room; /* of said.text */
	int64_t sent;
	int err; /* of a file of ours */
};

/* ---- what libcurl asks ------------------------------------------------------------ */

static size_t on_read(char *to, size_t size, size_t n, void *ctx)
{
	struct wire *wire = ctx;
	int64_t left = wire->ask->bytes - wire->sent;
	size_t most = size * n;
	ssize_t got;

	if (left <= 0)
		return 0;
	if ((int64_t)most > left)
		most = (size_t)left;
	do
		got = pread(wire->ask->fd, to, most, wire->ask->from + wire->sent);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		wire->err = got < 0 ? -EIO : -EBUSY; /* it became shorter */
		return CURL_READFUNC_ABORT;
	}
	wire->sent += got;
	say_at(wire->conf.say, wire->ask->from + wire->sent);
	return (size_t)got;
}

/* To the start again, of a connection that was closed before it was used. */
static int on_seek(void *ctx, curl_off_t at, int whence)
{
	struct wire *wire = ctx;

	if (whence != SEEK_SET || at < 0 || at > wire->ask->bytes)
		return CURL_SEEKFUNC_CANTSEEK;
	wire->sent = at;
	return CURL_SEEKFUNC_OK;
}

static size_t take_text(struct wire *wire, const char *data, size_t n)
{
	struct wire_said *said = &wire->said;

	if (said->len + n > WIRE_TEXT)
		return 0;
	if (said->len + n + 1 > wire->room) {
		size_t room = 2 * (said->len + n) + 4096;
		char *text = realloc(said->text, room);

		if (!text) {
			wire->err = -ENOMEM;
			return 0;
		}
		said->text = text;
		wire->room = room;
	}
	memcpy(said->text + said->len, data, n);
	said->len += n;
	said->text[said->len] = '\0';
	return n;
}

static size_t take_file(struct wire *wire, const char *data, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t put = write(wire->ask->to, data + at, n - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			wire->err = errno == ENOSPC ? -ENOSPC : -EIO;
			return 0;
		}
		at += (size_t)put;
	}
	return n;
}

/* What a refusal says is text, whatever was asked for. */
static size_t on_write(char *data, size_t size, size_t n, void *ctx)
{
	struct wire *wire = ctx;
	long status = 0;

	curl_easy_getinfo(wire->curl, CURLINFO_RESPONSE_CODE, &status);
	if (wire->ask->to && status >= 200 && status < 300)
		return take_file(wire, data, size * n);
	return take_text(wire, data, size * n);
}

/* Our own reckoning of what we put, beside it: it says what a tag cannot that a storage
 * reckons in its own way, since what is sent is checked by both its digests. */
#define SUM "x-amz-meta-aula-sum"

/* The value of the field, without blanks and quotes, when it is this one. */
static bool field_is(const char *line, size_t n, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':')
		return false;
	line += len + 1;
	n -= len + 1;
	while (n && strchr(" \t\"", *line)) {
		line++;
		n--;
	}
	while (n && strchr(" \t\r\n\"", line[n - 1]))
		n--;
	if (n >= size)
		return false;
	memcpy(out, line, n);
	out[n] = '\0';
	return true;
}

static size_t on_field(char *line, size_t size, size_t n, void *ctx)
{
	struct wire *wire = ctx;
	char how[32];

	n *= size;
	if (field_is(line, n, "etag", wire->said.tag, sizeof(wire->said.tag)))
		return n;
	if (field_is(line, n, SUM, wire->said.sum, sizeof(wire->said.sum)))
		return n;
	if (field_is(line, n, "x-amz-server-side-encryption", how, sizeof(how)))
		wire->said.sealed = strncmp(how, "aws:kms", 7) == 0;
	else if (field_is(line, n, "x-amz-server-side-encryption-customer-algorithm", how,
			  sizeof(how)))
		wire->said.sealed = true;
	return n;
}

/* ---- one request ------------------------------------------------------------------ */

static int add_field(struct wire *wire, const char *name, const char *value)
{
	char line[SIGN_TOKEN + 64];
	struct curl_slist *longer;
	int n = snprintf(line, sizeof(line), "%s: %s", name, value);

	if (n < 0 || (size_t)n >= sizeof(line))
		return -E2BIG;
	longer = curl_slist_append(wire->fields, line);
	if (!longer)
		return -ENOMEM;
	wire->fields = longer;
	return 0;
}

static int sign(struct wire *wire, struct sign_request *req)
{
	char url[PLACE_LINK], target[SIGN_TARGET];
	char date[SIGN_DATE], authorization[SIGN_FIELD];
	int err = sign_target(target, req);

	if (!err)
		err = sign_fields(date, authorization, req);
	if (err)
		return err;
	snprintf(url, sizeof(url), "%s%s", wire->conf.place->origin, target);
	if (curl_easy_setopt(wire->curl, CURLOPT_URL, url))
		return -ENOMEM;
	curl_slist_free_all(wire->fields);
	wire->fields = NULL;
	for (size_t i = 0; i < req->n_fields && !err; i++)
		err = add_field(wire, req->fields[i].name, req->fields[i].value);
	if (!err)
		err = add_field(wire, "x-amz-date", date);
	if (!err)
		err = add_field(wire, "x-amz-content-sha256", req->body);
	if (!err && *req->keys->token)
		err = add_field(wire, "x-amz-security-token", req->keys->token);
	if (!err)
		err = add_field(wire, "Authorization", authorization);
	if (!err)
		err = add_field(wire, "Expect", ""); /* no question before the body */
	return err;
}

/* The fields that say more of it, and what is signed. */
static int prepare(struct wire *wire)
{
	const struct wire_ask *ask = wire->ask;
	const struct place *place = wire->conf.place;
	struct sign_pair fields[4];
	char path[PLACE_PATH], nothing[SIGN_HEX];
	struct sign_request req = {.keys = wire->conf.keys,
				   .method = ask->method,
				   .host = place->host,
				   .path = path,
				   .query = ask->query,
				   .n_query = ask->n_query,
				   .fields = fields,
				   .region = place->region,
				   .at_ms = clock_wall_ms()};
	int err = place_path(path, place, ask->key);

	if (!err)
		err = sign_sha256(nothing, "", 0);
	if (ask->type)
		fields[req.n_fields++] = (struct sign_pair){"content-type", ask->type};
	if (ask->digest)
		fields[req.n_fields++] = (struct sign_pair){"content-md5",
							    ask->digest->md5_base64};
	if (ask->encrypt && *place->encryption)
		fields[req.n_fields++] = (struct sign_pair){
			"x-amz-server-side-encryption", place->encryption};
	if (ask->sum)
		fields[req.n_fields++] = (struct sign_pair){SUM, ask->sum};
	req.body = ask->digest ? ask->digest->sha256 : nothing;
	return err ? err : sign(wire, &req);
}

static void direct(struct wire *wire)
{
	const struct wire_ask *ask = wire->ask;
	CURL *curl = wire->curl;

	/* the last request leaves nothing behind */
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
	if (strcmp(ask->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (strcmp(ask->method, "DELETE") == 0)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE");
	if (strcmp(ask->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)ask->bytes);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->text ? ask->text : "");
	} else if (strcmp(ask->method, "PUT") == 0) {
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)ask->bytes);
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, wire->fields);
}

/* Nothing of an earlier try is left. */
static int again(struct wire *wire)
{
	wire->said.len = 0;
	wire->said.tag[0] = '\0';
	wire->said.sum[0] = '\0';
	wire->said.sealed = false;
	wire->said.bytes = -1;
	wire->sent = 0;
	wire->err = 0;
	if (wire->said.text)
		wire->said.text[0] = '\0';
	if (wire->ask->to &&
	    (ftruncate(wire->ask->to, 0) || lseek(wire->ask->to, 0, SEEK_SET)))
		return -EIO;
	return 0;
}

static int of_curl(const struct wire *wire, CURLcode code)
{
	if (wire->err)
		return wire->err;
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return FAULT_TLS;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_WRITE_ERROR: /* the answer is too long */
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return FAULT_ANSWER;
	default:
		return FAULT_AWAY;
	}
}

static int once(struct wire *wire)
{
	curl_off_t bytes = -1;
	long status = 0;
	int err = again(wire);

	if (!err)
		err = prepare(wire);
	if (err)
		return err;
	direct(wire);
	err = of_curl(wire, curl_easy_perform(wire->curl));
	if (err)
		return err;
	curl_easy_getinfo(wire->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(wire->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &bytes);
	wire->said.bytes = bytes;
	return refusal_of(status, wire->said.text, wire->said.len);
}

/* Somewhat later than the last time, and never together with all others. */
static void rest(unsigned tries)
{
	int64_t ms = (int64_t)FIRST_WAIT_MS << tries;
	struct timespec wait;

	ms += clock_us() % (ms / 2 + 1);
	wait = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&wait, NULL);
}

int wire_ask(struct wire *wire, const struct wire_ask *ask, struct wire_said *said)
{
	int err = 0;

	wire->ask = ask;
	for (unsigned tries = 0; tries < WIRE_TRIES; tries++) {
		err = once(wire);
		/* what came damaged may come well another time */
		if (err != FAULT_AWAY && err != FAULT_DIFFERS)
			break;
		if (tries + 1 < WIRE_TRIES)
			rest(tries);
	}
	if (!err)
		*said = wire->said;
	wire->ask = NULL;
	return err;
}

/* ---- life ------------------------------------------------------------------------- */

/* What is the same for all requests. */
static void settle(struct wire *wire)
{
	bool tls = strncmp(wire->conf.place->origin, "https", 5) == 0;
	CURL *curl = wire->curl;

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (*wire->conf.ca_file) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, wire->conf.ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "aula-store/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SEC);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)wire->conf.patience_sec);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)REQUEST_SEC);
	curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 262144L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, wire);
	curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(curl, CURLOPT_SEEKDATA, wire);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, wire);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_field);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, wire);
}

int wire_open(struct wire **out, const struct wire_conf *conf)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (!wire)
		return -ENOMEM;
	wire->conf = *conf;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		wire->curl = curl_easy_init();
	if (!wire->curl) {
		wire_close(wire);
		return -ENOMEM;
	}
	settle(wire);
	*out = wire;
	return 0;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	curl_easy_cleanup(wire->curl);
	curl_slist_free_all(wire->fields);
	free(wire->said.text);
	free(wire);
	curl_global_cleanup();
}

const struct place *wire_place(const struct wire *wire)
{
	return wire->conf.place;
}

struct say *wire_say(const struct wire *wire)
{
	return wire->conf.say;
}
