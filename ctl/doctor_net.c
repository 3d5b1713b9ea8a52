/* doctor_net.c - ports, addresses, and what sockets can do here. */
#include "ctl/doctor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* of linux/udp.h */
#endif
#ifndef SO_TXTIME
#define SO_TXTIME 61
#endif
#define WISHED_BYTES (4 << 20) /* of a socket's buffers, as the server wishes */

/* ---- ports --------------------------------------------------------------------------
 */

static socklen_t address(struct sockaddr_storage *out, const char *ip, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;

	memset(out, 0, sizeof(*out));
	v4->sin_port = htons(port); /* v6 has its at the same place */
	if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return sizeof(*v4);
	}
	memset(out, 0, sizeof(*out));
	v6->sin6_port = htons(port);
	v6->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, ip, &v6->sin6_addr) == 1 ? sizeof(*v6) : 0;
}

/* Connects (a server runs), or binds (none does). 0 or an errno. */
static int try_port(const char *ip, uint16_t port, int type, bool bind_it)
{
	struct sockaddr_storage to;
	const struct timeval patience = {.tv_sec = 3};
	socklen_t len = address(&to, ip, port);
	int fd = socket(to.ss_family, type | SOCK_CLOEXEC, 0), on = 1, err = 0;

	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if ((bind_it ? bind(fd, (void *)&to, len) : connect(fd, (void *)&to, len)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* An address that stands for all, as seen from here. */
static const char *from_here(const char *ip)
{
	if (strcmp(ip, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(ip, "::") == 0 ? "::1" : ip;
}

static void one_port(struct patient *p, const char *name, int type, uint16_t port)
{
	const struct conf *conf = &p->site->conf;
	const char *ip = conf->n_listen ? conf->listen[0] : "0.0.0.0";
	const char *kind = type == SOCK_DGRAM ? "UDP" : "TCP";
	bool tcp = type == SOCK_STREAM;
	int err;

	if (!port) {
		doctor_say(p, DOCTOR_WARN, name, "set it, so that a firewall can be told",
			   "any %s port: another one at each start", kind);
		return;
	}
	if (p->pid && !tcp) { /* what is taken cannot be asked: it must be taken */
		err = try_port(ip, port, type, true);
		if (err == EADDRINUSE)
			doctor_say(p, DOCTOR_OK, name, "", "%u/UDP is the server's",
				   port);
		else
			doctor_say(p, DOCTOR_FAIL, name, "restart the server",
				   "nobody listens at %u/UDP", port);
		return;
	}
	err = try_port(p->pid ? from_here(ip) : ip, port, type, !p->pid);
	if (!err)
		doctor_say(p, DOCTOR_OK, name, "", "%u/%s %s", port, kind,
			   p->pid ? "answers" : "is free");
	else
		doctor_say(p, DOCTOR_FAIL, name,
			   err == EADDRINUSE ? "stop who has it, or take another"
			   : err == EACCES   ? "ports below 1024 need a privilege"
					   : "is it the configuration that it runs with?",
			   "%u/%s at %s: %s", port, kind, ip, strerror(err));
}

void doctor_ports(struct patient *p)
{
	const struct conf *conf = &p->site->conf;

	one_port(p, "http_port", SOCK_STREAM, conf->http_port);
	for (unsigned i = 0; i < (conf->media_udp_port ? p->nets : 1); i++)
		one_port(p, "media UDP", SOCK_DGRAM,
			 conf->media_udp_port ? (uint16_t)(conf->media_udp_port + i) : 0);
	for (unsigned i = 0; i < (conf->media_tcp_port ? p->nets : 1); i++)
		one_port(p, "media TCP", SOCK_STREAM,
			 conf->media_tcp_port ? (uint16_t)(conf->media_tcp_port + i) : 0);
}

/* ---- addresses ----------------------------------------------------------------------
 */

enum reach { LOOPBACK, PRIVATE, PUBLIC };

/* RFC 1918, 6598, 3927; 4193, 4291. */
static enum reach reach_of(const char *ip)
{
	struct in6_addr v6;
	struct in_addr v4;
	uint32_t a;

	if (inet_pton(AF_INET, ip, &v4) == 1) {
		a = ntohl(v4.s_addr);
		if (a >> 24 == 127)
			return LOOPBACK;
		return a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
				       a >> 22 == 0x191 || a >> 16 == 0xa9fe
			       ? PRIVATE
			       : PUBLIC;
	}
	if (inet_pton(AF_INET6, ip, &v6) != 1)
		return PRIVATE;
	if (IN6_IS_ADDR_LOOPBACK(&v6))
		return LOOPBACK;
	return (v6.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&v6) ? PRIVATE
									    : PUBLIC;
}

/* The farthest of this machine's own. */
static enum reach own_reach(char *best, size_t size)
{
	enum reach most = LOOPBACK;
	struct ifaddrs *list;
	char text[64];

	snprintf(best, size, "none");
	if (getifaddrs(&list) < 0)
		return LOOPBACK;
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		const void *addr = NULL;

		if (!at->ifa_addr || !(at->ifa_flags & IFF_UP))
			continue;
		if (at->ifa_addr->sa_family == AF_INET)
			addr = &((const struct sockaddr_in *)(const void *)at->ifa_addr)
					->sin_addr;
		else if (at->ifa_addr->sa_family == AF_INET6)
			addr = &((const struct sockaddr_in6 *)(const void *)at->ifa_addr)
					->sin6_addr;
		if (!addr || !inet_ntop(at->ifa_addr->sa_family, addr, text, 64))
			continue;
		if (reach_of(text) > most) {
			most = reach_of(text);
			snprintf(best, size, "%s", text);
		}
	}
	freeifaddrs(list);
	return most;
}

void doctor_addresses(struct patient *p)
{
	const struct conf *conf = &p->site->conf;
	enum reach most = LOOPBACK;
	char best[64] = "";

	for (uint32_t i = 0; i < conf->n_advertise; i++)
		if (reach_of(conf->advertise[i]) >= most) {
			most = reach_of(conf->advertise[i]);
			snprintf(best, sizeof(best), "%s", conf->advertise[i]);
		}
	if (!conf->n_advertise)
		most = own_reach(best, sizeof(best));
	if (most == PUBLIC)
		doctor_say(p, DOCTOR_OK, "addresses", "", "browsers are told %s%s", best,
			   conf->n_advertise ? "" : ", this machine's own");
	else
		doctor_say(
			p, DOCTOR_WARN, "addresses",
			"set advertise to the public address, if any come from outside",
			most == PRIVATE ? "%s: nobody from outside of your network "
					  "could connect"
					: "%s: nobody but this machine could connect",
			best);
}

/* ---- sockets ------------------------------------------------------------------------
 */

static long sysctl(const char *name)
{
	char path[100];
	long v = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%ld", &v) != 1)
		v = -1;
	if (f)
		fclose(f);
	return v;
}

static void judge_buffer(struct patient *p, const char *name)
{
	long v = sysctl(name);
	char advice[120];

	if (v < 0) /* a container may hide it */
		return;
	snprintf(advice, sizeof(advice), "sysctl -w net.core.%s=%d, and in sysctl.d",
		 name, WISHED_BYTES);
	doctor_say(p, v >= WISHED_BYTES ? DOCTOR_OK : DOCTOR_WARN, name,
		   v >= WISHED_BYTES ? "" : advice, "%ld bytes%s", v,
		   v >= WISHED_BYTES ? "" : ": large classes lose packets in bursts");
}

void doctor_sockets(struct patient *p)
{
	/* struct sock_txtime of linux/net_tstamp.h: CLOCK_MONOTONIC is 1 */
	const struct {
		int32_t clock;
		uint32_t flags;
	} when = {1, 0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), off = 0;
	bool trains, timed;

	judge_buffer(p, "rmem_max");
	judge_buffer(p, "wmem_max");
	if (fd < 0)
		return;
	trains = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &off, sizeof(off)) == 0;
	timed = setsockopt(fd, SOL_SOCKET, SO_TXTIME, &when, sizeof(when)) == 0;
	close(fd);
	doctor_say(p, trains ? DOCTOR_OK : DOCTOR_WARN, "UDP GSO",
		   trains ? "" : "a kernel of 4.18 or newer has it",
		   trains ? "packets leave in trains"
			  : "not there: sending takes a third more");
	doctor_say(p, DOCTOR_OK, "SO_TXTIME", "", "%s: the server paces by itself",
		   timed ? "is there, not needed" : "not there, not needed");
}
