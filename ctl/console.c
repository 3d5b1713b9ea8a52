#include "ctl/console.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/clock.h"
#include "ctl/text.h"
#include "ctl/trust.h"
#include "ctl/wsc.h"

#define TRIES 8 /* of a request that is too fast */

struct console {
	struct wsc *ws;
	SSL_CTX *trust;
	char base[300]; /* of whom we speak with */
	char cert[400]; /* which certificate it must have; empty: a good one */
	bool open;
	int64_t next_id;
	int64_t want_id; /* the reply that is awaited; 0: none */
	const char *want_event;
	cJSON *got; /* what was awaited */
};

static void on_open(void *ctx)
{
	struct console *c = ctx;

	c->open = true;
}

static void on_text(void *ctx, char *text, size_t len)
{
	struct console *c = ctx;
	cJSON *root = cJSON_ParseWithLength(text, len);
	bool wanted;

	if (c->want_id)
		wanted = (int64_t)json_number(root, "id") == c->want_id;
	else
		wanted = c->want_event &&
			 strcmp(json_text(root, "t"), c->want_event) == 0;
	if (!wanted) {
		cJSON_Delete(root);
		return;
	}
	cJSON_Delete(c->got); /* the newest one counts */
	c->got = root;
}

/* ---- the connection -------------------------------------------------------------- */

static int lost(struct console *c, int err)
{
	char why[500];

	trust_explain(wsc_verdict(c->ws), c->cert[0] ? c->cert : NULL, why, sizeof(why));
	if (why[0]) {
		text_say("%s: %s", c->base, why);
		return 1;
	}
	if (c->open)
		text_say("%s: the connection is lost", c->base);
	else if (err == -ECONNREFUSED && wsc_code(c->ws))
		text_say("%s: it answers with status %u: is it an Aula server?", c->base,
			 wsc_code(c->ws));
	else
		text_say("no server answers at %s", c->base);
	return EX_UNAVAILABLE;
}

/* Until something awaited is there, or `flag`, or the time is over (-ETIMEDOUT), or
 * `fd` can be read (-EINTR). */
static int run(struct console *c, const bool *flag, int64_t until_us, int fd)
{
	while (!c->got && !(flag && *flag)) {
		struct pollfd fds[2] = {{wsc_fd(c->ws), wsc_wants(c->ws), 0},
					{fd, POLLIN, 0}};
		int64_t left = (until_us - clock_us()) / MS_US;
		int n, err;

		if (left < 0)
			return -ETIMEDOUT;
		n = poll(fds, fd >= 0 ? 2 : 1, (int)left + 1);
		if (n < 0)
			return errno == EINTR ? -EINTR : -errno;
		if (fds[0].revents) {
			err = wsc_step(c->ws);
			if (err && !c->got)
				return err;
		}
		if (fds[1].revents)
			return -EINTR;
	}
	return 0;
}

static int dial(struct console *c, const struct url *url, const struct addrinfo *at)
{
	const struct wsc_events events = {c, on_open, on_text};
	char address[64];
	struct wsc_to to = {address, url_port(url), url->host, c->trust};
	int err;

	if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof(address), NULL, 0,
			NI_NUMERICHOST))
		return -EINVAL;
	err = wsc_create(&c->ws, &to, &events);
	if (!err)
		err = run(c, &c->open, clock_us() + CONSOLE_PATIENCE_MS * MS_US, -1);
	return err;
}

/* Each of its addresses, until one takes us. */
static int connect_to(struct console *c, const struct url *url)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *list, *at;
	int err = -EHOSTUNREACH, code = 0;

	if (getaddrinfo(url->host, url->port, &hints, &list)) {
		text_say("nobody knows a machine '%s'", url->host);
		return EX_UNAVAILABLE;
	}
	for (at = list; at; at = at->ai_next) {
		err = dial(c, url, at);
		if (!err || (c->ws && wsc_verdict(c->ws)) || !at->ai_next)
			break;
		wsc_destroy(c->ws);
		c->ws = NULL;
	}
	freeaddrinfo(list);
	if (err && c->ws)
		code = lost(c, err);
	else if (err) {
		text_say("no server answers at %s", c->base);
		code = EX_UNAVAILABLE;
	}
	return code;
}

/* ---- words ----------------------------------------------------------------------- */

static const struct {
	const char *code, *words, *key; /* the field that the words end with */
} words[] = {
	{"no_room", "no class has the code", "code"},
	{"bad_token", "the token is not that of this server's administrator", NULL},
	{"too_fast", "too many requests: try again in a minute", NULL},
	{"server_busy", "the server has not the power now, or its database is away",
	 NULL},
	{"server_draining", "the server is stopping", NULL},
	{"unknown_layout", "no layout is called", "name"},
	{"unknown_member", "nobody there is", "member"},
	{"recording_busy", "this class is being recorded already", NULL},
	{"not_recording", "this class is not being recorded", NULL},
	{"breakout_busy", "this class works in groups already", NULL},
	{"no_groups", "this class works in no groups", NULL},
	{"no_picture", "nothing is shown in this class now", NULL},
	{"no_resources", "the server has no place for more", NULL},
	{"bad_name", "the name cannot be used", NULL},
	{"forbidden", "the server does not allow that", NULL},
	{"too_large", "it is too long", NULL},
	{"bad_state", "that is not possible now", NULL},
};

void console_words(const cJSON *refusal, const char *type, const cJSON *asked, char *out,
		   size_t size)
{
	/* a console's join has no class: there it means that we are nobody's console */
	bool door = strcmp(type, "join") == 0;
	const char *code = door && strcmp(json_text(refusal, "code"), "no_room") == 0
				   ? "bad_token"
				   : json_text(refusal, "code");
	const char *why = json_text(refusal, "why");

	snprintf(out, size, "the server says %s", code);
	if (*why) {
		snprintf(out, size, "%s", why);
	} else if (strcmp(code, "unknown_type") == 0) {
		snprintf(out, size, "this server is too old: it does not know %s", type);
	} else if (strcmp(code, "bad_field") == 0) {
		const char *field = json_text(refusal, "field");

		snprintf(out, size, "the %s cannot be '%s'", field,
			 json_text(asked, field));
	} else {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(words[i].code, code) == 0)
				snprintf(out, size, "%s%s%s", words[i].words,
					 words[i].key ? " " : "",
					 words[i].key ? json_text(asked, words[i].key)
						      : "");
	}
}

/* ---- requests -------------------------------------------------------------------- */

static int send_request(struct console *c, const char *type, const cJSON *d)
{
	cJSON *root = cJSON_CreateObject();
	char *text = NULL;
	int err = -ENOMEM;

	c->want_id = ++c->next_id;
	cJSON_Delete(c->got);
	c->got = NULL;
	if (cJSON_AddStringToObject(root, "t", type) &&
	    cJSON_AddNumberToObject(root, "id", (double)c->want_id) &&
	    (d ? cJSON_AddItemReferenceToObject(root, "d", (cJSON *)d)
	       : cJSON_AddObjectToObject(root, "d") != NULL))
		text = cJSON_PrintUnformatted(root);
	if (text)
		err = wsc_send(c->ws, text, strlen(text));
	free(text);
	cJSON_Delete(root);
	return err;
}

/* One try; *out is the whole reply. */
static int exchange(struct console *c, const char *type, const cJSON *d, cJSON **out)
{
	int err = send_request(c, type, d);

	if (err == -EMSGSIZE || err == -ENOBUFS) {
		text_say("it is too long");
		return EX_DATAERR;
	}
	do
		err = err ? err
			  : run(c, NULL, clock_us() + CONSOLE_PATIENCE_MS * MS_US, -1);
	while (err == -EINTR);
	c->want_id = 0;
	if (err == -ETIMEDOUT) {
		text_say("%s does not answer to %s", c->base, type);
		return EX_UNAVAILABLE;
	}
	if (err)
		return lost(c, err);
	*out = c->got;
	c->got = NULL;
	return 0;
}

static void rest(const cJSON *refusal)
{
	double ms = json_number(refusal, "after_ms");
	long wait = ms > 50 && ms < 5000 ? (long)ms : 500;
	const struct timespec t = {wait / 1000, wait % 1000 * 1000000};

	nanosleep(&t, NULL);
}

int console_ask(struct console *c, const char *type, cJSON *d, cJSON **reply)
{
	cJSON *whole = NULL;
	char what[400];
	int code = 0;

	for (int i = 0; i < TRIES && !code; i++) {
		cJSON_Delete(whole);
		whole = NULL;
		code = exchange(c, type, d, &whole);
		if (code || strcmp(json_text(whole, "code"), "too_fast") != 0)
			break;
		rest(whole);
	}
	if (!code && strcmp(json_text(whole, "t"), "ok") != 0) {
		console_words(whole, type, d, what, sizeof(what));
		text_say("%s", what);
		code = 1;
	}
	if (!code)
		*reply = cJSON_DetachItemFromObjectCaseSensitive(whole, "d");
	cJSON_Delete(whole);
	cJSON_Delete(d);
	return code;
}

int console_do(struct console *c, const char *type, cJSON *d)
{
	cJSON *reply = NULL;
	int code = console_ask(c, type, d, &reply);

	cJSON_Delete(reply);
	return code;
}

int console_event(struct console *c, const char *type, int timeout_ms, int fd, cJSON **d)
{
	int err;

	*d = NULL;
	c->want_event = type;
	err = run(c, NULL, clock_us() + timeout_ms * MS_US, fd);
	if (c->got) {
		*d = cJSON_DetachItemFromObjectCaseSensitive(c->got, "d");
		cJSON_Delete(c->got);
		c->got = NULL;
		return 0;
	}
	return !err || err == -ETIMEDOUT || err == -EINTR ? 0 : lost(c, err);
}

/* ---- life ------------------------------------------------------------------------ */

int console_open(struct console **out, struct site *site)
{
	struct console *c = calloc(1, sizeof(*c));
	char token[SITE_TOKEN + 1];
	struct url url;
	bool own;
	int code;

	if (!c) {
		text_say("no memory");
		return EX_OSERR;
	}
	code = site_url(site, &url, &own);
	if (!code)
		code = site_token(site, token);
	if (!code)
		code = site_trust(site, &url, own, false, &c->trust, c->cert,
				  sizeof(c->cert));
	if (!code) {
		url_base(&url, c->base, sizeof(c->base));
		code = connect_to(c, &url);
	}
	if (!code)
		code = console_do(
			c, "join",
			json_make("code", "", "name", "console", "token", token, NULL));
	explicit_bzero(token, sizeof(token));
	if (code)
		console_close(c);
	else
		*out = c;
	return code;
}

void console_close(struct console *c)
{
	if (!c)
		return;
	if (c->open && c->ws)
		(void)!send_request(c, "leave", NULL);
	wsc_destroy(c->ws);
	trust_destroy(c->trust);
	cJSON_Delete(c->got);
	free(c);
}

int console_once(struct site *site, const char *type, cJSON *d, cJSON **reply)
{
	struct console *c = NULL;
	int code = console_open(&c, site);

	if (code)
		cJSON_Delete(d);
	else
		code = console_ask(c, type, d, reply);
	console_close(c);
	return code;
}
