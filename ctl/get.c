#include "ctl/get.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_SEC 5
#define ANSWER_MAX   (1 << 20) /* bytes; what is beyond is cut */

static int connect_to(const struct url *url)
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

static long exchange(const struct url *url, const char *path, SSL_CTX *trust, int fd,
		     char *out, long *verdict)
{
	bool v6 = strchr(url->host, ':') != NULL;
	SSL *ssl = url->tls ? SSL_new(trust) : NULL;
	bool named = true;
	char ask[1100];
	long n = -1;

	snprintf(ask, sizeof(ask),
		 "GET %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nConnection: close\r\n\r\n", path,
		 v6 ? "[" : "", url->host, v6 ? "]" : "", url->port);
	if (ssl && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url->host) != 1)
		named = SSL_set_tlsext_host_name(ssl, url->host) == 1 &&
			SSL_set1_host(ssl, url->host) == 1;
	if (named && (!url->tls || ssl))
		n = talk(ssl, fd, ask, out);
	*verdict = ssl && n < 0 && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE
			   ? SSL_get_verify_result(ssl)
			   : 0;
	SSL_free(ssl);
	return n;
}

int get_page(const struct url *url, const char *path, SSL_CTX *trust, char **body,
	     long *verdict)
{
	char *answer = malloc(ANSWER_MAX + 1), *at = NULL;
	int status = 0, fd;
	long n = -1;

	*verdict = 0;
	if (!answer)
		return -ENOMEM;
	fd = connect_to(url);
	if (fd >= 0) {
		n = exchange(url, path, trust, fd, answer, verdict);
		close(fd);
	}
	if (n > 0)
		at = strstr(answer, "\r\n\r\n");
	if (!at || sscanf(answer, "HTTP/1.%*1d %3d", &status) != 1) {
		free(answer);
		return *verdict ? -EACCES : -EHOSTUNREACH;
	}
	memmove(answer, at + 4, strlen(at + 4) + 1);
	*body = answer;
	return status;
}
