#include "ctl/wsc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"

#define CHUNK 65536 /* read at once */

enum state { CONNECTING, SHAKING, ASKING, OPEN };

struct wsc {
	char name[256]; /* of the Host field: brackets where it has colons */
	uint16_t port;
	struct wsc_events events;
	enum state state;
	int fd;
	SSL *ssl; /* NULL: plain */
	unsigned code;
	uint64_t bytes;
	/* what was read and is not a whole message, what waits to be written: both are
	 * allocated only while there is something */
	uint8_t *in, *out;
	size_t n_in, in_size, n_out, out_size;
};

SSL_CTX *wsc_tls(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx)
		SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
					      SSL_MODE_ENABLE_PARTIAL_WRITE |
					      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

/* ---- bytes ---------------------------------------------------------------------- */

static int again_or(const struct wsc *ws, int n)
{
	int err = SSL_get_error(ws->ssl, n);

	if (err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	return err == SSL_ERROR_ZERO_RETURN ? -EPIPE : -ECONNRESET;
}

static ssize_t read_some(struct wsc *ws, void *out, size_t size)
{
	ssize_t n;

	if (ws->ssl) {
		ERR_clear_error();
		n = SSL_read(ws->ssl, out, (int)size);
		return n > 0 ? n : again_or(ws, (int)n);
	}
	n = recv(ws->fd, out, size, MSG_DONTWAIT);
	return n > 0 ? n : n == 0 ? -EPIPE : -errno;
}

static ssize_t write_some(struct wsc *ws, const void *data, size_t len)
{
	ssize_t n;

	if (ws->ssl) {
		ERR_clear_error();
		n = SSL_write(ws->ssl, data, (int)len);
		return n > 0 ? n : again_or(ws, (int)n);
	}
	n = send(ws->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n >= 0 ? n : -errno;
}

static bool room(uint8_t **buf, size_t *size, size_t want, size_t max)
{
	size_t grown = *size ? *size : 1024;
	void *p;

	if (want <= *size)
		return true;
	if (want > max)
		return false;
	while (grown < want)
		grown *= 2;
	p = realloc(*buf, grown);
	if (!p)
		return false;
	*buf = p;
	*size = grown;
	return true;
}

static int flush(struct wsc *ws)
{
	size_t at = 0;

	while (at < ws->n_out) {
		ssize_t n = write_some(ws, ws->out + at, ws->n_out - at);

		if (n == -EAGAIN)
			break;
		if (n < 0)
			return (int)n;
		at += (size_t)n;
	}
	ws->n_out -= at;
	if (ws->n_out) {
		memmove(ws->out, ws->out + at, ws->n_out);
	} else {
		free(ws->out);
		ws->out = NULL;
		ws->out_size = 0;
	}
	return 0;
}

static int queue(struct wsc *ws, const void *data, size_t len)
{
	if (!room(&ws->out, &ws->out_size, ws->n_out + len, WSC_OUT))
		return -ENOBUFS;
	memcpy(ws->out + ws->n_out, data, len);
	ws->n_out += len;
	return 0;
}

/* ---- frames ----------------------------------------------------------------------- */

static int send_frame(struct wsc *ws, uint8_t first, const void *data, size_t len)
{
	/* the mask protects proxies from scripts (RFC 6455, 10.3): nothing to protect */
	uint8_t head[14] = {first};
	size_t n = 2;
	int err;

	if (len < 126) {
		head[1] = (uint8_t)(0x80 | len);
	} else if (len < 65536) {
		head[1] = 0x80 | 126;
		wr16(head + 2, (uint16_t)len);
		n = 4;
	} else {
		return -EMSGSIZE;
	}
	err = queue(ws, head, n + 4); /* four zeros are the mask */
	if (!err)
		err = queue(ws, data, len);
	return err ? err : flush(ws);
}

int wsc_send(struct wsc *ws, const char *text, size_t len)
{
	return send_frame(ws, 0x81, text, len);
}

/* The length of the head of a whole frame at `p`, or 0. */
static size_t frame_head(const uint8_t *p, size_t n, size_t *len)
{
	size_t head = 2;

	if (n < 2)
		return 0;
	*len = p[1] & 0x7f;
	if (*len == 126) {
		if (n < 4)
			return 0;
		*len = rd16(p + 2);
		head = 4;
	} else if (*len == 127) {
		if (n < 10)
			return 0;
		*len = (size_t)rd64(p + 2);
		head = 10;
	}
	return *len <= WSC_MESSAGE && n - head >= *len ? head : 0;
}

static int take_frame(struct wsc *ws, uint8_t first, uint8_t *data, size_t len)
{
	uint8_t after = data[len];

	switch (first) {
	case 0x81:
		data[len] = '\0'; /* there is room for one byte more */
		ws->events.text(ws->events.ctx, (char *)data, len);
		data[len] = after;
		return 0;
	case 0x89:
		return send_frame(ws, 0x8a, data, len < 125 ? len : 125);
	case 0x88:
		ws->code = len >= 2 ? rd16(data) : 1005;
		(void)!send_frame(ws, 0x88, data, len >= 2 ? 2 : 0);
		return -EPIPE;
	default: /* a pong; the server sends no pieces and no bytes */
		return first == 0x8a ? 0 : -EPROTO;
	}
}

/* All frames of `n` bytes; how many bytes they were, or a negative errno. */
static ssize_t take_frames(struct wsc *ws, uint8_t *p, size_t n)
{
	size_t at = 0, len = 0, head;
	int err;

	while ((head = frame_head(p + at, n - at, &len))) {
		err = take_frame(ws, p[at], p + at + head, len);
		if (err)
			return err;
		at += head + len;
	}
	return (ssize_t)at;
}

static int ask(struct wsc *ws)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "GET /ws HTTP/1.1\r\nHost: %s:%u\r\nUpgrade: websocket\r\n"
			 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			 "Sec-WebSocket-Protocol: aula.v1\r\n\r\n",
			 ws->name, ws->port);
	int err = queue(ws, text, (size_t)n);

	ws->state = ASKING;
	return err ? err : flush(ws);
}

/* The HTTP answer; how many bytes it was, 0: not whole yet. */
static ssize_t take_answer(struct wsc *ws, uint8_t *p, size_t n)
{
	uint8_t *end = memmem(p, n, "\r\n\r\n", 4);

	if (!end)
		return n > 16384 ? -EPROTO : 0;
	*end = '\0';
	if (sscanf((char *)p, "HTTP/1.1 %u", &ws->code) != 1)
		return -EPROTO;
	if (ws->code != 101)
		return -ECONNREFUSED;
	ws->code = 0;
	ws->state = OPEN;
	ws->events.open(ws->events.ctx);
	return end + 4 - p;
}

/* ---- steps --------------------------------------------------------------------------
 */

/* `n` bytes with room for one more behind; what is left over is kept. */
static int take_bytes(struct wsc *ws, uint8_t *p, size_t n)
{
	ssize_t used = 0, more;

	if (ws->state == ASKING) {
		used = take_answer(ws, p, n);
		if (used < 0)
			return (int)used;
	}
	if (ws->state == OPEN) {
		more = take_frames(ws, p + used, n - (size_t)used);
		if (more < 0)
			return (int)more;
		used += more;
	}
	n -= (size_t)used;
	if (!n) {
		free(ws->in);
		ws->in = NULL;
		ws->in_size = ws->n_in = 0;
		return 0;
	}
	if (!room(&ws->in, &ws->in_size, n + 1, WSC_MESSAGE * 2))
		return -EMSGSIZE;
	memmove(ws->in, p + used, n);
	ws->n_in = n;
	return 0;
}

static int read_all(struct wsc *ws)
{
	static _Thread_local uint8_t chunk[CHUNK + 1];
	int err = 0;

	while (!err) {
		ssize_t n;

		if (ws->n_in) {
			if (!room(&ws->in, &ws->in_size, ws->n_in + CHUNK + 1,
				  WSC_MESSAGE * 2))
				return -EMSGSIZE;
			n = read_some(ws, ws->in + ws->n_in, CHUNK);
		} else {
			n = read_some(ws, chunk, CHUNK);
		}
		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		ws->bytes += (uint64_t)n;
		err = ws->n_in ? take_bytes(ws, ws->in, ws->n_in + (size_t)n)
			       : take_bytes(ws, chunk, (size_t)n);
	}
	return err;
}

static int shake(struct wsc *ws)
{
	int n;

	if (!ws->ssl)
		return ask(ws);
	ERR_clear_error();
	n = SSL_connect(ws->ssl);
	if (n == 1)
		return ask(ws);
	n = again_or(ws, n);
	return n == -EAGAIN ? 0 : n;
}

int wsc_step(struct wsc *ws)
{
	int err = 0;

	if (ws->state == CONNECTING) {
		socklen_t len = sizeof(err);
		struct sockaddr_storage peer;
		socklen_t peer_len = sizeof(peer);

		getsockopt(ws->fd, SOL_SOCKET, SO_ERROR, &err, &len);
		if (err)
			return -err;
		if (getpeername(ws->fd, (struct sockaddr *)&peer, &peer_len) < 0)
			return 0; /* not yet */
		ws->state = SHAKING;
	}
	if (ws->state == SHAKING)
		err = shake(ws);
	if (!err && ws->state >= ASKING)
		err = flush(ws);
	if (!err && ws->state >= ASKING)
		err = read_all(ws);
	return err;
}

/* ---- life
 * ------------------------------------------------------------------------------ */

static int dial(struct wsc *ws, const struct wsc_to *to)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(to->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(to->port)};
	bool is4 = inet_pton(AF_INET, to->address, &v4.sin_addr) == 1;
	const int on = 1;

	if (!is4 && inet_pton(AF_INET6, to->address, &v6.sin6_addr) != 1)
		return -EINVAL;
	ws->fd = socket(is4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ws->fd < 0)
		return -errno;
	setsockopt(ws->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(ws->fd, is4 ? (void *)&v4 : (void *)&v6,
		    is4 ? sizeof(v4) : sizeof(v6)) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	return 0;
}

/* Names are asked for and judged; an address that is judged is one of the certificate. */
static int encrypt(struct wsc *ws, const struct wsc_to *to)
{
	const char *name = to->name ? to->name : to->address;
	struct in6_addr any;
	bool is_ip = inet_pton(AF_INET, name, &any) == 1 ||
		     inet_pton(AF_INET6, name, &any) == 1;

	ws->ssl = SSL_new(to->tls);
	if (!ws->ssl || SSL_set_fd(ws->ssl, ws->fd) != 1)
		return -ENOMEM;
	if (is_ip)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ws->ssl), name) == 1
			       ? 0
			       : -ENOMEM;
	return SSL_set_tlsext_host_name(ws->ssl, name) == 1 &&
			       SSL_set1_host(ws->ssl, name) == 1
		       ? 0
		       : -ENOMEM;
}

int wsc_create(struct wsc **out, const struct wsc_to *to, const struct wsc_events *events)
{
	struct wsc *ws = calloc(1, sizeof(*ws));
	const char *name = to->name ? to->name : to->address;
	bool v6 = strchr(name, ':') != NULL;
	int err = -EINVAL;

	if (!ws)
		return -ENOMEM;
	ws->events = *events;
	ws->fd = -1;
	ws->port = to->port;
	if (snprintf(ws->name, sizeof(ws->name), "%s%s%s", v6 ? "[" : "", name,
		     v6 ? "]" : "") < (int)sizeof(ws->name))
		err = dial(ws, to);
	if (!err && to->tls)
		err = encrypt(ws, to);
	if (err)
		wsc_destroy(ws);
	else
		*out = ws;
	return err;
}

void wsc_destroy(struct wsc *ws)
{
	if (!ws)
		return;
	SSL_free(ws->ssl);
	if (ws->fd >= 0)
		close(ws->fd);
	free(ws->in);
	free(ws->out);
	free(ws);
}

int wsc_fd(const struct wsc *ws)
{
	return ws->fd;
}

short wsc_wants(const struct wsc *ws)
{
	bool out = ws->state == CONNECTING || ws->n_out ||
		   (ws->ssl && SSL_want_write(ws->ssl));

	return (short)(POLLIN | (out ? POLLOUT : 0));
}

long wsc_verdict(const struct wsc *ws)
{
	bool judged = ws->ssl && SSL_get_verify_mode(ws->ssl) != SSL_VERIFY_NONE;

	return judged ? SSL_get_verify_result(ws->ssl) : X509_V_OK;
}

unsigned wsc_code(const struct wsc *ws)
{
	return ws->code;
}

uint64_t wsc_bytes(const struct wsc *ws)
{
	return ws->bytes;
}
