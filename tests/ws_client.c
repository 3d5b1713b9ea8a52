#include "tests/ws_client.h"

#include "tests/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUF 300000

struct ws_client {
	struct stream *stream;
	uint16_t code;
	uint32_t pings;
	bool mute;
	size_t len; /* bytes in buf */
	uint8_t buf[BUF];
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int fill(struct ws_client *client, int timeout_ms)
{
	int n;

	if (client->len == BUF)
		return -EMSGSIZE;
	n = stream_read(client->stream, client->buf + client->len, BUF - client->len,
			timeout_ms);
	if (n == 0)
		return -ECONNRESET;
	if (n > 0)
		client->len += (size_t)n;
	return n;
}

static void consume(struct ws_client *client, size_t n)
{
	memmove(client->buf, client->buf + n, client->len - n);
	client->len -= n;
}

/* Sends the request; returns the status of the answer, which is consumed. */
static int shake(struct ws_client *client, const char *host, uint16_t port,
		 const char *origin)
{
	char req[1024], *end;
	size_t n;
	int status = 0;

	n = (size_t)snprintf(req, sizeof(req),
			     "GET /ws HTTP/1.1\r\nHost: %s:%u\r\nUpgrade: websocket\r\n"
			     "Connection: keep-alive, Upgrade\r\n"
			     "Sec-WebSocket-Version: 13\r\n"
			     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			     "Sec-WebSocket-Protocol: other, aula.v1\r\n%s%s%s\r\n",
			     host, port, origin ? "Origin: " : "", origin ? origin : "",
			     origin ? "\r\n" : "");
	if (!stream_write(client->stream, req, n))
		return 0;
	for (;;) {
		client->buf[client->len] = '\0';
		end = strstr((char *)client->buf, "\r\n\r\n");
		if (end)
			break;
		if (client->len > 8000 || fill(client, 60000) <= 0)
			return 0;
	}
	sscanf((char *)client->buf, "HTTP/1.1 %d", &status);
	if (status == 101 &&
	    (!strstr((char *)client->buf, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") ||
	     !strstr((char *)client->buf, "Protocol: aula.v1\r\n")))
		status = -1;
	consume(client, (size_t)(end + 4 - (char *)client->buf));
	return status;
}

struct ws_client *ws_client_open(const char *host, uint16_t port, bool tls,
				 const char *origin, int *status)
{
	struct ws_client *client = calloc(1, sizeof(*client));
	int got = 0;

	if (client)
		client->stream = stream_open(host, port, tls);
	if (client && client->stream)
		got = shake(client, host, port, origin);
	if (status)
		*status = got;
	if (got == 101)
		return client;
	ws_client_close(client);
	return NULL;
}

void ws_client_close(struct ws_client *client)
{
	if (!client)
		return;
	stream_close(client->stream);
	free(client);
}

bool ws_client_send_raw(struct ws_client *client, const void *bytes, size_t len)
{
	return stream_write(client->stream, bytes, len);
}

bool ws_client_send_frame(struct ws_client *client, uint8_t first, bool masked,
			  const void *payload, size_t len)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t *frame = malloc(len + 14);
	size_t n = 2;
	bool ok;

	if (!frame)
		return false;
	frame[0] = first;
	frame[1] = masked ? 0x80 : 0;
	if (len < 126) {
		frame[1] |= (uint8_t)len;
	} else if (len < 65536) {
		frame[1] |= 126;
		frame[n++] = (uint8_t)(len >> 8);
		frame[n++] = (uint8_t)len;
	} else {
		frame[1] |= 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			frame[n++] = (uint8_t)((uint64_t)len >> shift);
	}
	if (masked) {
		memcpy(frame + n, mask, 4);
		n += 4;
	}
	for (size_t i = 0; i < len; i++)
		frame[n++] = (uint8_t)(((const uint8_t *)payload)[i] ^
				       (masked ? mask[i & 3] : 0));
	ok = stream_write(client->stream, frame, n);
	free(frame);
	return ok;
}

bool ws_client_send(struct ws_client *client, const char *text)
{
	return ws_client_send_frame(client, 0x81, true, text, strlen(text));
}

/* Is a whole frame in buf? Its header length, or 0. */
static size_t frame_head(const struct ws_client *client, size_t *payload)
{
	const uint8_t *b = client->buf;
	size_t head = 2, n;

	if (client->len < 2)
		return 0;
	n = b[1] & 0x7f;
	if (n == 126) {
		head = 4;
		if (client->len < head)
			return 0;
		n = (size_t)b[2] << 8 | b[3];
	} else if (n == 127) {
		head = 10;
		if (client->len < head)
			return 0;
		n = (size_t)b[6] << 24 | (size_t)b[7] << 16 | (size_t)b[8] << 8 | b[9];
	}
	*payload = n;
	return client->len - head >= n ? head : 0;
}

/* A frame that is no text; 0 or -EPIPE. */
static int control(struct ws_client *client, const uint8_t *payload, size_t len)
{
	switch (client->buf[0] & 15) {
	case 8:
		client->code = len >= 2 ? (uint16_t)(payload[0] << 8 | payload[1]) : 1005;
		ws_client_send_frame(client, 0x88, true, payload, len < 2 ? 0 : 2);
		return -EPIPE;
	case 9:
		client->pings++;
		if (!client->mute)
			ws_client_send_frame(client, 0x8a, true, payload, len);
		return 0;
	default:
		return 0;
	}
}

int ws_client_recv(struct ws_client *client, char *out, size_t size, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;

	for (;;) {
		size_t len = 0, head = frame_head(client, &len);
		int64_t left = end - now_ms();
		int n;

		if (!head) {
			n = fill(client, left > 0 ? (int)left : 0);
			if (n < 0)
				return n;
			continue;
		}
		if (client->buf[0] == 0x81) {
			if (len >= size)
				return -EMSGSIZE;
			memcpy(out, client->buf + head, len);
			out[len] = '\0';
			consume(client, head + len);
			return (int)len;
		}
		n = control(client, client->buf + head, len);
		consume(client, head + len);
		if (n < 0)
			return n;
	}
}

uint16_t ws_client_code(const struct ws_client *client)
{
	return client->code;
}

uint32_t ws_client_pings(const struct ws_client *client)
{
	return client->pings;
}

void ws_client_mute(struct ws_client *client)
{
	client->mute = true;
}

int ws_client_fd(const struct ws_client *client)
{
	return stream_fd(client->stream);
}
