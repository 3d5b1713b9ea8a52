#include "mcu/nets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ring.h"
#include "mcu/bridge.h"
#include "mcu/member.h"
#include "mcu/room.h"

#define RING_VIDEO_IN  1024
#define RING_AUDIO_IN  2048
#define RING_VIDEO_OUT 512
#define RING_AUDIO_OUT 1024

#define CPUS_PER_NET 4  /* the mixers need the others */
#define HOME_WEIGHT  30 /* a class that opens is taken for so many members */

struct one {
	struct nets *nets;
	uint32_t at;
	struct net *net; /* NULL before its start */
	struct net_rings rings;
	uint32_t n_members, n_homes;
};

struct nets {
	struct server *server;
	uint32_t n;
	struct one one[LIMIT_NETS];
};

/* ---- life ---------------------------------------------------------------------- */

uint32_t nets_number(uint32_t configured)
{
	long n = configured;

	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN) / CPUS_PER_NET;
	return n < 1 ? 1 : n > LIMIT_NETS ? LIMIT_NETS : (uint32_t)n;
}

int nets_create(struct nets **out, struct server *server, uint32_t n)
{
	struct nets *nets = calloc(1, sizeof(*nets));
	int err = 0;

	if (!nets)
		return -ENOMEM;
	nets->server = server;
	nets->n = n;
	for (uint32_t i = 0; i < n && !err; i++) {
		struct one *one = &nets->one[i];

		one->nets = nets;
		one->at = i;
		err = ring_create(&one->rings.video_in, RING_VIDEO_IN);
		if (!err)
			err = ring_create(&one->rings.audio_in, RING_AUDIO_IN);
		if (!err)
			err = ring_create(&one->rings.video_out, RING_VIDEO_OUT);
		if (!err)
			err = ring_create(&one->rings.audio_out, RING_AUDIO_OUT);
	}
	if (err)
		nets_destroy(nets);
	else
		*out = nets;
	return err;
}

void nets_rings(const struct nets *nets, struct vworker_rings *video,
		struct aworker_rings *audio)
{
	video->n = audio->n = nets->n;
	for (uint32_t i = 0; i < nets->n; i++) {
		const struct net_rings *rings = &nets->one[i].rings;

		video->in[i] = rings->video_in;
		video->out[i] = rings->video_out;
		audio->in[i] = rings->audio_in;
		audio->out[i] = rings->audio_out;
	}
}

/* What is open to the network, and what is told to clients; 0 stays 0. */
static uint16_t next_port(uint16_t port, uint32_t at)
{
	return port ? (uint16_t)(port + at) : 0;
}

static struct links_conf links_of(const struct conf *conf, uint32_t at)
{
	struct links_conf links = {
		.udp_port = next_port(conf->media_udp_port, at),
		.tcp_port = next_port(conf->media_tcp_port, at),
		.advertise_udp = next_port(conf->advertise_udp_port, at),
		.advertise_tcp = next_port(conf->advertise_tcp_port, at),
	};

	links.n_listen = conf->n_listen;
	memcpy(links.listen, conf->listen, sizeof(links.listen));
	links.n_advertise = conf->n_advertise;
	memcpy(links.advertise, conf->advertise, sizeof(links.advertise));
	return links;
}

int nets_check_ports(const struct conf *conf, uint32_t n, char *why, size_t why_len)
{
	const struct {
		const char *key;
		uint32_t port;
		bool tcp;
	} ports[] = {{"media_udp_port", conf->media_udp_port, false},
		     {"media_tcp_port", conf->media_tcp_port, true},
		     {"advertise_udp_port", conf->advertise_udp_port, false},
		     {"advertise_tcp_port", conf->advertise_tcp_port, false}};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		uint32_t last = ports[i].port + n - 1;

		if (!ports[i].port ||
		    (last <= UINT16_MAX &&
		     (!ports[i].tcp || conf->http_port < ports[i].port ||
		      conf->http_port > last)))
			continue;
		snprintf(why, why_len,
			 "%s: %u net threads need the ports %u to %u, which %s",
			 ports[i].key, n, ports[i].port, last,
			 last > UINT16_MAX ? "do not exist" : "include http_port");
		return -EINVAL;
	}
	return 0;
}

int nets_start(struct nets *nets, char *why, size_t why_len)
{
	const struct net_events events = bridge_net(nets->server);
	int err = 0;

	for (uint32_t i = 0; i < nets->n && !err; i++) {
		const struct links_conf links = links_of(nets->server->conf, i);

		err = net_create(&nets->one[i].net, &links, &nets->one[i].rings, &events);
		if (!err)
			continue;
		snprintf(why, why_len, "media ports %u/udp and %u/tcp: %s",
			 links.udp_port, links.tcp_port, strerror(-err));
		err = -EX_UNAVAILABLE;
	}
	return err;
}

void nets_stop(struct nets *nets)
{
	for (uint32_t i = 0; nets && i < nets->n; i++) {
		net_destroy(nets->one[i].net);
		nets->one[i].net = NULL;
	}
}

void nets_destroy(struct nets *nets)
{
	for (uint32_t i = 0; nets && i < nets->n; i++) {
		ring_destroy(nets->one[i].rings.video_in);
		ring_destroy(nets->one[i].rings.audio_in);
		ring_destroy(nets->one[i].rings.video_out);
		ring_destroy(nets->one[i].rings.audio_out);
	}
	free(nets);
}

bool nets_only_private(const struct nets *nets)
{
	return net_only_private(nets->one[0].net);
}

uint32_t nets_count(const struct nets *nets)
{
	return nets->n;
}

struct net *nets_at(const struct nets *nets, uint32_t at)
{
	return nets->one[at].net;
}

/* ---- who is where -------------------------------------------------------------- */

static uint32_t lightest(const struct nets *nets, uint32_t home_weight)
{
	uint32_t best = 0, least = UINT32_MAX;

	for (uint32_t i = 0; i < nets->n; i++) {
		uint32_t weight = nets->one[i].n_members +
				  nets->one[i].n_homes * home_weight;

		if (weight < least) {
			least = weight;
			best = i;
		}
	}
	return best;
}

/* Before its first member is placed. */
static void home_begin(struct nets *nets, struct room *room)
{
	if (room->n_placed > 0)
		return;
	room->home = lightest(nets, HOME_WEIGHT);
	nets->one[room->home].n_homes++;
}

void nets_place(struct member *member)
{
	struct nets *nets = member->server->nets;
	struct room *room = member->room;
	uint32_t at;

	home_begin(nets, room);
	at = room->home;
	if (!policy_staff(member->role) &&
	    room->n_placed >= member->server->conf->net_spread)
		at = lightest(nets, 0);
	room->n_placed++;
	nets->one[at].n_members++;
	member->net_at = at;
	member->net = nets->one[at].net;
}

void nets_leave(struct member *member)
{
	struct nets *nets = member->server->nets;
	struct room *room = member->room;

	if (!member->net)
		return;
	nets->one[member->net_at].n_members--;
	member->net = NULL;
	if (--room->n_placed == 0)
		nets->one[room->home].n_homes--;
}

void nets_move(const struct member *member, struct room *to)
{
	struct nets *nets = member->server->nets;
	struct room *from = member->room;

	home_begin(nets, to);
	to->n_placed++;
	if (--from->n_placed == 0)
		nets->one[from->home].n_homes--;
}

/* ---- to all -------------------------------------------------------------------- */

/* Those that do not have the source do nothing; it is asked at most once a second. */
void nets_source_key(struct nets *nets, uint32_t source)
{
	for (uint32_t i = 0; i < nets->n; i++)
		net_source_key(nets->one[i].net, source);
}

static void on_stats(void *ctx, const struct peer_stats *stats, uint32_t n, bool last)
{
	const struct one *one = ctx;

	/* the losses of all are judged when the last thread has told all */
	bridge_net_stats(one->nets->server, stats, n,
			 last && one->at + 1 == one->nets->n);
}

void nets_ask_stats(struct nets *nets)
{
	for (uint32_t i = 0; i < nets->n; i++)
		if (net_stats(nets->one[i].net, on_stats, &nets->one[i]))
			log_warn("stats_not_asked", "net=%u", i);
}
