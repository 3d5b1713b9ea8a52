#include "tests/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 60000

struct stream {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl; /* NULL: plain */
};

static int dial(const char *host, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is6 = inet_pton(AF_INET, host, &v4.sin_addr) != 1;
	const struct timeval limit = {CONNECT_MS / 1000, 0};
	const int on = 1;
	int fd;

	if (is6 && inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
		return -1;
	fd = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, is6 ? (void *)&v6 : (void *)&v4, is6 ? sizeof(v6) : sizeof(v4)) <
	    0) {
		close(fd);
		return -1;
	}
	return fd;
}

struct stream *stream_open(const char *host, uint16_t port, bool tls)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	signal(SIGPIPE, SIG_IGN);
	stream->fd = dial(host, port);
	if (stream->fd < 0)
		goto fail;
	if (!tls)
		return stream;
	stream->ctx = SSL_CTX_new(TLS_client_method());
	stream->ssl = stream->ctx ? SSL_new(stream->ctx) : NULL;
	if (!stream->ssl || SSL_set_fd(stream->ssl, stream->fd) != 1 ||
	    SSL_set_alpn_protos(stream->ssl, alpn, sizeof(alpn) - 1) != 0 ||
	    SSL_connect(stream->ssl) != 1)
		goto fail;
	return stream;
fail:
	stream_close(stream);
	return NULL;
}

void stream_close(struct stream *stream)
{
	if (!stream)
		return;
	SSL_free(stream->ssl);
	SSL_CTX_free(stream->ctx);
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream);
}

bool stream_write(struct stream *stream, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = stream->ssl ? SSL_write(stream->ssl, p, (int)len)
					: send(stream->fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

int stream_read(struct stream *stream, void *out, size_t size, int timeout_ms)
{
	struct pollfd pfd = {stream->fd, POLLIN, 0};
	ssize_t n;

	if (!(stream->ssl && SSL_pending(stream->ssl) > 0) &&
	    poll(&pfd, 1, timeout_ms) == 0)
		return -ETIMEDOUT;
	if (!stream->ssl) {
		n = recv(stream->fd, out, size, 0);
		return n < 0 ? -ECONNRESET : (int)n;
	}
	n = SSL_read(stream->ssl, out, (int)size);
	if (n > 0)
		return (int)n;
	switch (SSL_get_error(stream->ssl, (int)n)) {
	case SSL_ERROR_WANT_READ:
		return -ETIMEDOUT;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return -ECONNRESET;
	}
}

void stream_shut(struct stream *stream)
{
	shutdown(stream->fd, SHUT_WR);
}

int stream_fd(const struct stream *stream)
{
	return stream->fd;
}

const char *stream_tls_version(const struct stream *stream)
{
	return stream->ssl ? SSL_get_version(stream->ssl) : "";
}

const char *stream_alpn(const struct stream *stream, char out[32])
{
	const unsigned char *name = NULL;
	unsigned len = 0;

	if (stream->ssl)
		SSL_get0_alpn_selected(stream->ssl, &name, &len);
	memset(out, 0, 32);
	if (len < 32 && len > 0)
		memcpy(out, name, len);
	return out;
}
