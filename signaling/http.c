#include "signaling/http.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "signaling/file_reader.h"
#include "signaling/http_conn.h"
#include "signaling/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 512
/* above the caps, told so with 503; beyond: closed unheard */
#define SURPLUS_MAX    64
#define SURPLUS_IP_MAX 16
#define RETRY_US       (100 * MS_US)
#define HOUR_US        (3600 * SEC_US)

static const struct http_times usual = {
	.hello_us = LIMIT_HTTP_HEAD_SEC * SEC_US,
	.head_us = LIMIT_HTTP_HEAD_SEC * SEC_US,
	.body_us = LIMIT_HTTP_BODY_SEC * SEC_US,
	.upload_us = LIMIT_UPLOAD_SEC * SEC_US,
	.idle_us = 30 * SEC_US,
	.read_us = 30 * SEC_US,
	.linger_us = 1 * SEC_US,
	.ws_auth_us = LIMIT_WS_AUTH_SEC * SEC_US,
	/* with the time a member may be away it is gone after at most 20 s */
	.ws_ping_us = 4 * SEC_US,
	.ws_dead_us = 10 * SEC_US,
	.ws_quiet_us = 25 * SEC_US,
	.ws_close_us = 1 * SEC_US,
	.ws_stuck_us = LIMIT_WS_STUCK_SEC * SEC_US,
};

void http_set_times(struct http_server *server, const struct http_times *times)
{
	server->times = *times;
	if (times->disk_us)
		file_reader_wait(server->files, times->disk_us);
}

void http_set_caps(struct http_server *server, const struct http_caps *caps)
{
	server->caps = *caps;
}

void http_set_ws_queued_max(struct http_server *server, size_t bytes)
{
	server->ws_queued_max = bytes;
}

void http_admit(struct http_conn *conn)
{
	struct http_server *server = conn->server;

	if (!conn->stranger)
		return;
	TAILQ_REMOVE(&server->strangers, conn, link);
	server->n_strangers--;
	conn->stranger = false;
	TAILQ_INSERT_TAIL(&server->members, conn, link);
}

/* ---- accepting ------------------------------------------------------------ */

/* How many strangers come from there. At most LIMIT_HTTP_CONNS to look at. */
static uint32_t strangers_from(const struct http_server *server,
			       const struct in6_addr *key) RUNS_ON(on_ctl)
{
	const struct http_conn *conn;
	uint32_t n = 0;

	TAILQ_FOREACH(conn, &server->strangers, link)
	n += memcmp(&conn->key, key, sizeof(*key)) == 0;
	return n;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *addr, int len, void *arg)
{
	struct http_server *server = arg;
	const struct http_caps *caps = &server->caps;
	struct http_conn *conn;
	struct in6_addr key;
	bool local, surplus;
	uint32_t here;
	char ip[46];

	(void)listener;
	(void)len;
	thread_claim(&on_ctl);
	conn_key(&key, &local, ip, addr);
	/* A proxy in front of us comes from loopback: no cap per address there. */
	here = local && !caps->local ? 0 : strangers_from(server, &key);
	surplus = server->n_strangers >= caps->all || here >= caps->per_address;
	if (surplus)
		count_add(COUNT_REJECT_HTTP, 1);
	if (server->n_strangers >= caps->all + SURPLUS_MAX ||
	    here >= caps->per_address + SURPLUS_IP_MAX) {
		close(fd);
		return;
	}
	conn = conn_create(server, fd, addr);
	if (conn)
		conn->surplus = surplus;
}

/* Out of descriptors: a listener that stays on would spin. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct http_server *server = arg;

	(void)listener;
	thread_claim(&on_ctl);
	log_warn("http_accept", "error=\"%s\"", strerror(EVUTIL_SOCKET_ERROR()));
	for (uint32_t i = 0; i < server->n_listeners; i++)
		evconnlistener_disable(server->listeners[i]);
	loop_timer_once(server->retry, RETRY_US);
}

static void on_retry(void *arg)
{
	struct http_server *server = arg;

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < server->n_listeners; i++)
		evconnlistener_enable(server->listeners[i]);
}

static void on_hour(void *arg)
{
	struct http_server *server = arg;

	thread_claim(&on_ctl);
	tls_rotate(server->tls);
}

/* ---- listening ------------------------------------------------------------ */

/* 0 or a negative errno; "" means all addresses of both families. */
static int address_of(struct sockaddr_storage *out, const char *text, uint16_t port)
{
	struct sockaddr_in6 *v6 = (void *)out;
	struct sockaddr_in *v4 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (*text && inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return -EINVAL;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

static int socket_open(const char *text, uint16_t port)
{
	struct sockaddr_storage addr;
	int len = address_of(&addr, text, port), fd, err;
	const int on = 1, only6 = *text != '\0';

	if (len < 0)
		return len;
	fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if ((addr.ss_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof(only6)) < 0) ||
	    bind(fd, (struct sockaddr *)&addr, (socklen_t)len) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		return 0;
	return ntohs(addr.ss_family == AF_INET6
			     ? ((struct sockaddr_in6 *)(void *)&addr)->sin6_port
			     : ((struct sockaddr_in *)(void *)&addr)->sin_port);
}

static int listen_on(struct http_server *server, const char *text, char *why,
		     size_t why_len) RUNS_ON(on_ctl)
{
	struct evconnlistener *listener;
	int fd = socket_open(text, server->port);

	if (fd == -EAFNOSUPPORT && *text == '\0')
		fd = socket_open("0.0.0.0", server->port);
	if (fd < 0) {
		snprintf(why, why_len, "cannot listen on %s port %u: %s",
			 *text ? text : "any address", server->port, strerror(-fd));
		return fd;
	}
	listener = evconnlistener_new(loop_base(server->loop), on_accept, server,
				      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
				      fd);
	if (!listener) {
		close(fd);
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(listener, on_accept_error);
	server->listeners[server->n_listeners++] = listener;
	server->port = port_of(fd);
	return 0;
}

static int listen_all(struct http_server *server, char *why, size_t why_len)
	RUNS_ON(on_ctl)
{
	int err = 0;

	if (server->conf.n_listen == 0)
		return listen_on(server, "", why, why_len);
	for (uint32_t i = 0; i < server->conf.n_listen && !err; i++)
		err = listen_on(server, server->conf.listen[i], why, why_len);
	return err;
}

/* ---- life ----------------------------------------------------------------- */

static int webroot_open(struct http_server *server, char *why, size_t why_len)
{
	server->webroot_fd = -1;
	if (!server->conf.webroot)
		return 0;
	server->webroot_fd = open(server->conf.webroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (server->webroot_fd >= 0)
		return 0;
	snprintf(why, why_len, "%s: %s", server->conf.webroot, strerror(errno));
	return -errno;
}

static int tls_open(struct http_server *server, char *why, size_t why_len) RUNS_ON(on_ctl)
{
	int err = tls_create(&server->tls, server->conf.cert_path, server->conf.key_path,
			     server->conf.cert_make, why, why_len);

	if (err)
		return err;
	server->hsts = !tls_self_signed(server->tls);
	loop_timer_every(server->hourly, HOUR_US);
	return 0;
}

int http_create(struct http_server **out, struct loop *loop, const struct http_conf *conf,
		const struct http_events *events, char *why, size_t why_len)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int err = -ENOMEM;

	snprintf(why, why_len, "out of memory");
	if (!server)
		return err;
	server->loop = loop;
	server->events = *events;
	server->conf = *conf;
	server->times = usual;
	server->caps = (struct http_caps){
		LIMIT_HTTP_CONNS,
		conf->strangers_ip ? conf->strangers_ip : LIMIT_HTTP_CONNS_IP, false};
	server->ws_queued_max = LIMIT_WS_QUEUES;
	server->port = conf->port;
	TAILQ_INIT(&server->strangers);
	TAILQ_INIT(&server->members);
	TAILQ_INIT(&server->requests);
	/* a client that left while we write is an error of write(), not our end */
	signal(SIGPIPE, SIG_IGN);

	err = webroot_open(server, why, why_len);
	if (!err)
		err = file_reader_create(&server->files, loop, conf->seal_keys);
	if (!err)
		err = loop_timer_create(&server->retry, loop, on_retry, server);
	if (!err)
		err = loop_timer_create(&server->hourly, loop, on_hour, server);
	if (!err && !conf->plain)
		err = tls_open(server, why, why_len);
	if (!err)
		err = listen_all(server, why, why_len);
	if (err)
		http_destroy(server);
	else
		*out = server;
	return err;
}

void http_destroy(struct http_server *server)
{
	struct http_conn *conn;
	struct http_request *req;

	if (!server)
		return;
	for (uint32_t i = 0; i < server->n_listeners; i++)
		evconnlistener_free(server->listeners[i]);
	while ((conn = TAILQ_FIRST(&server->strangers)))
		conn_free(conn);
	while ((conn = TAILQ_FIRST(&server->members)))
		conn_free(conn);
	while ((req = TAILQ_FIRST(&server->requests)))
		request_done(req);
	file_reader_destroy(server->files);
	loop_timer_destroy(server->retry);
	loop_timer_destroy(server->hourly);
	tls_destroy(server->tls);
	if (server->webroot_fd >= 0)
		close(server->webroot_fd);
	free(server);
}

uint16_t http_port(const struct http_server *server)
{
	return server->port;
}

int http_reload_tls(struct http_server *server, char *why, size_t why_len)
{
	int err;

	if (!server->tls)
		return 0;
	err = tls_reload(server->tls, why, why_len);
	if (!err)
		server->hsts = !tls_self_signed(server->tls);
	return err;
}

void http_drain(struct http_server *server)
{
	server->draining = true;
}

static void ws_end(struct http_conn *conn, uint16_t code) RUNS_ON(on_ctl)
{
	if (conn->phase == CONN_WS)
		ws_close(conn->ws, code, NULL);
}

/* Nothing is freed before the loop's next turn: the lists stay as they are. */
void http_ws_close(struct http_server *server, uint16_t code)
{
	struct http_conn *conn;

	TAILQ_FOREACH(conn, &server->strangers, link)
	ws_end(conn, code);
	TAILQ_FOREACH(conn, &server->members, link)
	ws_end(conn, code);
}

bool http_ws_open(const struct http_server *server)
{
	const struct http_conn *conn;

	TAILQ_FOREACH(conn, &server->strangers, link)
	if (conn->phase == CONN_WS)
		return true;
	TAILQ_FOREACH(conn, &server->members, link)
	if (conn->phase == CONN_WS)
		return true;
	return false;
}
