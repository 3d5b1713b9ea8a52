#include "bench/loadgen_get.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#define PATIENCE_SEC 5
#define HOST_LETTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:%"
#define ANSWER_MAX   (1 << 20) /* bytes; what is beyond is cut */

bool lg_url_read(struct lg_url *url, const char *text)
{
	const char *host, *end, *path;
	size_t n;

	*url = (struct lg_url){.tls = strncmp(text, "https://", 8) == 0};
	if (!url->tls && strncmp(text, "http://", 7) != 0)
		return false;
	host = text + (url->tls ? 8 : 7);
	if (*host == '[') {
		host++;
		end = strchr(host, ']');
		n = end ? (size_t)(end - host) : 0;
		end = end ? end + 1 : host;
	} else {
		n = strcspn(host, ":/?#");
		end = host + n;
	}
	if (!n || n >= sizeof(url->host) || strspn(host, HOST_LETTERS) < n)
		return false;
	memcpy(url->host, host, n);
	snprintf(url->port, sizeof(url->port), "%s", url->tls ? "443" : "80");
	if (*end == ':') {
		n = strspn(end + 1, "0123456789");
		if (!n || n >= sizeof(url->port))
			return false;
		snprintf(url->port, sizeof(url->port), "%.*s", (int)n, end + 1);
		end += 1 + n;
	}
	path = *end ? end : "/";
	if (*path != '/' || strpbrk(path, " \t\r\n#") ||
	    strlen(path) >= sizeof(url->path))
		return false;
	snprintf(url->path, sizeof(url->path), "%s", path);
	return true;
}

static int connect_to(const struct lg_url *url)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	const struct timeval patience = {.tv_sec = PATIENCE_SEC};
	struct addrinfo *list, *at;
	int fd = -1;

	if (getaddrinfo(url->host, url->port, &hints, &list))
		return -1;
	for (at = list; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

/* Sends `ask`, reads until the end; bytes, or negative. `ssl` NULL: without TLS. */
static long talk(SSL *ssl, int fd, const char *ask, char *out)
{
	size_t n = 0, len = strlen(ask);
	long got = 1;

	if (ssl && (SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1))
		return -1;
	if (ssl ? SSL_write(ssl, ask, (int)len) <= 0
		: send(fd, ask, len, MSG_NOSIGNAL) != (ssize_t)len)
		return -1;
	while (got > 0 && n < ANSWER_MAX) {
		got = ssl ? SSL_read(ssl, out + n, (int)(ANSWER_MAX - n))
			  : recv(fd, out + n, ANSWER_MAX - n, 0);
		if (got > 0)
			n += (size_t)got;
	}
	out[n] = '\0';
	return (long)n;
}

static long exchange(const struct lg_url *url, int fd, char *out)
{
	bool v6 = strchr(url->host, ':') != NULL;
	SSL_CTX *tls = NULL;
	SSL *ssl = NULL;
	char ask[1100];
	long n = -1;

	snprintf(ask, sizeof(ask),
		 "GET %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nConnection: close\r\n\r\n",
		 url->path, v6 ? "[" : "", url->host, v6 ? "]" : "", url->port);
	if (url->tls) {
		tls = SSL_CTX_new(TLS_client_method());
		ssl = tls ? SSL_new(tls) : NULL;
		if (ssl && !v6)
			SSL_set_tlsext_host_name(ssl, url->host);
	}
	if (!url->tls || ssl)
		n = talk(ssl, fd, ask, out);
	SSL_free(ssl);
	SSL_CTX_free(tls);
	return n;
}

int lg_get(const char *text)
{
	int status = 0, fd;
	struct lg_url url;
	const char *body;
	char *answer;
	long n;

	if (!lg_url_read(&url, text)) {
		fprintf(stderr, "loadgen: '%s' is no address of a page\n", text);
		return EX_USAGE;
	}
	answer = malloc(ANSWER_MAX + 1);
	if (!answer)
		return EX_OSERR;
	fd = connect_to(&url);
	n = fd < 0 ? -1 : exchange(&url, fd, answer);
	if (fd >= 0)
		close(fd);
	body = n > 0 ? strstr(answer, "\r\n\r\n") : NULL;
	if (!body || sscanf(answer, "HTTP/1.%*1d %3d", &status) != 1) {
		fprintf(stderr, "loadgen: no answer from %s port %s\n", url.host,
			url.port);
		free(answer);
		return EX_UNAVAILABLE;
	}
	fputs(body + 4, stdout);
	if (status < 200 || status > 299)
		fprintf(stderr, "loadgen: status %d\n", status);
	free(answer);
	return status < 200 || status > 299;
}
