#include "plugins/record_rtmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "base/inner.h"

#define HOST_MAX 253
#define LOOK_MS \
	10 /* between two looks at whether there is an answer, or it is too late */

enum { ASKING, OVER, LEFT };

/* A question to the resolver cannot be broken off: it has a thread of its own, and is
 * left alone there when it takes too long. Whoever is last frees it. */
struct lookup {
	atomic_int state;
	int err;               /* of getaddrinfo(), when it is over */
	struct addrinfo *list; /* as well */
	char host[HOST_MAX + 1];
};

static void lookup_free(struct lookup *look)
{
	if (look->list)
		freeaddrinfo(look->list);
	free(look);
}

/* False: the other one was there before. */
static bool leave(struct lookup *look, int state)
{
	int asking = ASKING;

	return atomic_compare_exchange_strong(&look->state, &asking, state);
}

static void *ask(void *arg)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM};
	struct lookup *look = arg;

	look->err = getaddrinfo(look->host, NULL, &hints, &look->list);
	if (!leave(look, OVER))
		lookup_free(look);
	return NULL;
}

static int begin(struct lookup **out, const char *host)
{
	struct lookup *look = calloc(1, sizeof(*look));
	pthread_t thread;
	int err;

	if (!look)
		return -ENOMEM;
	memcpy(look->host, host, strlen(host) + 1);
	err = pthread_create(&thread, NULL, ask, look);
	if (err) {
		lookup_free(look);
		return -err;
	}
	pthread_detach(thread);
	*out = look;
	return 0;
}

/* True: there is an answer. */
static bool wait_for(struct lookup *look, const struct rtmp_link *link)
{
	const struct timespec pause = {0, LOOK_MS * 1000000};

	while (atomic_load(&look->state) == ASKING && !rtmp_link_late(link))
		nanosleep(&pause, NULL);
	return !leave(look, LEFT);
}

static bool is_inner(const struct sockaddr *addr)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (addr->sa_family == AF_INET) {
		memcpy(&v4, addr, sizeof(v4));
		return inner_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (addr->sa_family != AF_INET6)
		return true;
	memcpy(&v6, addr, sizeof(v6));
	return inner_v6(&v6.sin6_addr);
}

/* As it stands in a URL. */
static void write_address(const struct sockaddr *addr, char out[RTMP_ADDRESS])
{
	bool v6 = addr->sa_family == AF_INET6;
	socklen_t len = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	char text[INET6_ADDRSTRLEN] = "";

	getnameinfo(addr, len, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	snprintf(out, RTMP_ADDRESS, "%s%s%s", v6 ? "[" : "", text, v6 ? "]" : "");
}

static int choose(const struct addrinfo *list, const struct rtmp_where *where,
		  char out[RTMP_ADDRESS])
{
	uint32_t n = 0;

	for (const struct addrinfo *at = list; at; at = at->ai_next, n++)
		if (!where->inner && is_inner(at->ai_addr))
			return -EACCES;
	if (!n)
		return -EHOSTUNREACH;
	for (uint32_t i = where->turn % n; i > 0; i--)
		list = list->ai_next;
	write_address(list->ai_addr, out);
	return 0;
}

size_t rtmp_host(const char *url, const char **host)
{
	*host = strstr(url, "://") + 3;
	return **host == '[' ? strcspn(*host, "]") + 1 : strcspn(*host, ":/");
}

int rtmp_address(const struct rtmp_link *link, const struct rtmp_where *where,
		 char out[RTMP_ADDRESS])
{
	char host[HOST_MAX + 1];
	struct lookup *look;
	const char *at;
	size_t n = rtmp_host(where->url, &at);
	int err;

	if (*at == '[') { /* the resolver knows no brackets */
		at++;
		n -= 2;
	}
	if (n == 0 || n > HOST_MAX)
		return -EINVAL;
	memcpy(host, at, n);
	host[n] = '\0';
	err = begin(&look, host);
	if (err)
		return err;
	if (!wait_for(look, link))
		return -ETIMEDOUT;
	err = look->err ? -EHOSTUNREACH : choose(look->list, where, out);
	lookup_free(look);
	return err;
}
