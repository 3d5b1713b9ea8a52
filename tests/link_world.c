#include "tests/link_world.h"

#include "base/bytes.h"
#include "base/rand.h"
#include "transport/addr.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- events ---------------------------------------------------------------- */

static void on_up(void *ctx)
{
	struct end *end = ctx;

	CHECK(!end->is_up && !end->is_down);
	end->is_up = true;
}

static void on_down(void *ctx, enum link_down why)
{
	struct end *end = ctx;

	CHECK(!end->is_down);
	end->is_down = true;
	end->why = why;
}

static void on_rtp(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	struct end *end = ctx;

	thread_claim(&on_net);
	CHECK(end->is_up && !end->is_down && now_us > 0);
	end->n_rtp++;
	memcpy(end->last, data, len);
	end->last_len = len;
	if (end->close_on_rtp) {
		link_close(end->link);
		end->link = NULL;
	}
}

static void on_rtcp(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	struct end *end = ctx;

	CHECK(end->is_up && now_us > 0);
	end->n_rtcp++;
	memcpy(end->last, data, len);
	end->last_len = len;
}

static bool on_admit(void *ctx, const uint8_t *data, size_t len)
{
	struct end *end = ctx;

	CHECK(data && len >= 12);
	end->n_asked++;
	return !end->refuse;
}

static void on_client_rtp(void *ctx, uint8_t *data, size_t len)
{
	struct end *end = ctx;

	end->n_client_rtp++;
	memcpy(end->client_last, data, len);
	end->client_last_len = len;
}

static void on_client_rtcp(void *ctx, uint8_t *data, size_t len)
{
	struct end *end = ctx;

	end->n_client_rtcp++;
	memcpy(end->client_last, data, len);
	end->client_last_len = len;
}

const struct link_events end_events = {on_up, on_down, on_rtp, on_rtcp, on_admit};

/* ---- world ----------------------------------------------------------------- */

static void on_stop(void *ctx)
{
	struct world *world = ctx;

	loop_stop(world->loop);
}

void world_init(struct world *world, const char *listen_ip)
{
	struct links_conf conf = {.n_advertise = 1, .advertise = {"127.0.0.1"}};

	if (listen_ip && strchr(listen_ip, ':'))
		strcpy(conf.advertise[0], "::1");
	if (listen_ip) {
		conf.n_listen = 1;
		memcpy(conf.listen[0], listen_ip, strlen(listen_ip) + 1);
	}
	memset(world, 0, sizeof(*world));
	CHECK(loop_create(&world->loop, 64) == 0);
	CHECK(loop_timer_create(&world->stop, world->loop, on_stop, world) == 0);
	CHECK(links_create(&world->links, world->loop, &conf, &end_events) == 0);
	links_describe(world->links, &world->local);
	CHECK(world->local.n_candidates == 2);
	CHECK(!world->local.candidates[0].tcp && world->local.candidates[1].tcp);
	CHECK(strcmp(world->local.candidates[0].ip, conf.advertise[0]) == 0);
	CHECK(links_only_private(world->links));
}

void world_fini(struct world *world)
{
	links_destroy(world->links);
	loop_timer_destroy(world->stop);
	loop_destroy(world->loop);
}

void world_pump(struct world *world, int64_t us)
{
	loop_timer_once(world->stop, us);
	loop_run(world->loop);
}

void end_run(struct end *end, int ms)
{
	for (int i = 0; i < ms; i += 2) {
		world_pump(end->world, 2 * MS_US);
		if (end->client)
			peer_client_step(end->client);
	}
}

/* Is something left to read on a datagram socket with this port? */
static bool waits(uint16_t port)
{
	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_in6 own = {0}; /* the port is where IPv4 has it */
		socklen_t len = sizeof(own), type_len = sizeof(int);
		struct pollfd pfd = {fd, POLLIN, 0};
		int type = 0;

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 &&
		    type == SOCK_DGRAM &&
		    getsockname(fd, (struct sockaddr *)&own, &len) == 0 &&
		    ntohs(own.sin6_port) == port && poll(&pfd, 1, 0) > 0)
			return true;
	}
	return false;
}

void end_settle(struct end *end)
{
	int tries = 15000;

	do {
		end_run(end, 2);
		CHECK(--tries);
	} while (waits(end->world->local.candidates[0].port));
}

void end_open(struct end *end, struct world *world)
{
	struct link_conf conf = {.ctx = end};

	memset(end, 0, sizeof(*end));
	end->world = world;
	rand_token(conf.ufrag, 8);
	rand_token(conf.pwd, 24);
	memcpy(world->local.ufrag, conf.ufrag, sizeof(conf.ufrag));
	memcpy(world->local.pwd, conf.pwd, sizeof(conf.pwd));
	CHECK(link_open(&end->link, world->links, &conf) == 0);
}

struct peer_client_conf end_client_conf(struct end *end, bool tcp)
{
	struct sdp_local *local = &end->world->local;

	return (struct peer_client_conf){
		.ip = local->candidates[0].ip,
		.port = local->candidates[tcp].port,
		.tcp = tcp,
		.ufrag = local->ufrag,
		.pwd = local->pwd,
		.fingerprint = local->fingerprint,
		.ctx = end,
		.rtp = on_client_rtp,
		.rtcp = on_client_rtcp,
	};
}

struct sdp end_sdp(const struct peer_client *client)
{
	struct sdp sdp = {.n_media = 1, .n_fingerprints = 1};

	memcpy(sdp.fingerprints[0], peer_client_fingerprint(client), 32);
	strcpy(sdp.media[0].ufrag, peer_client_ufrag(client));
	return sdp;
}

void end_connect(struct end *end, const struct peer_client_conf *conf)
{
	struct sdp sdp;

	end->client = peer_client_create(conf);
	CHECK(end->client);
	sdp = end_sdp(end->client);
	CHECK(link_remote(end->link, &sdp) == 0);
	UNTIL(end, end->is_up && peer_client_state(end->client) == PEER_CLIENT_UP);
}

void end_close(struct end *end)
{
	link_close(end->link);
	if (end->client)
		peer_client_vanish(end->client);
	end->client = NULL;
	world_pump(end->world, 2 * MS_US);
}

size_t end_make_rtp(uint8_t *out, uint32_t ssrc, uint16_t seq, size_t payload)
{
	out[0] = 0x80;
	out[1] = 96;
	wr16(out + 2, seq);
	wr32(out + 4, seq * 960u);
	wr32(out + 8, ssrc);
	for (size_t i = 0; i < payload; i++)
		out[12 + i] = (uint8_t)(i + seq);
	return 12 + payload;
}

size_t end_make_rr(uint8_t *out, uint32_t ssrc)
{
	out[0] = 0x80;
	out[1] = 201;
	wr16(out + 2, 1);
	wr32(out + 4, ssrc);
	return 8;
}

void end_exchange(struct end *end)
{
	uint8_t pkt[1300];
	size_t len = end_make_rtp(pkt, 77, 5, 1000);

	CHECK(peer_client_send_rtp(end->client, pkt, len));
	UNTIL(end, end->n_rtp == 1);
	CHECK(end->last_len == len && !memcmp(end->last, pkt, len));
	len = end_make_rr(pkt, 1);
	CHECK(peer_client_send_rtcp(end->client, pkt, len));
	UNTIL(end, end->n_rtcp == 1);
	CHECK(end->last_len == len && !memcmp(end->last, pkt, len));

	len = end_make_rtp(pkt, 88, 100, 900);
	CHECK(link_send_rtp(end->link, pkt, 12, pkt + 12, len - 12) > (int)len);
	links_flush(end->world->links);
	UNTIL(end, end->n_client_rtp == 1);
	CHECK(end->client_last_len == len && !memcmp(end->client_last, pkt, len));
	len = end_make_rr(pkt, 88);
	CHECK(link_send_rtcp(end->link, pkt, len) > (int)len);
	links_flush(end->world->links);
	UNTIL(end, end->n_client_rtcp == 1);
	CHECK(end->client_last_len == len && !memcmp(end->client_last, pkt, len));
}

bool world_has_v6(void)
{
	struct addr one;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_storage ss = {0};
	socklen_t len;
	bool have;

	CHECK(addr_parse(&one, "::1", 0) == 0);
	len = addr_to_sockaddr(&one, AF_INET6, &ss);
	have = fd >= 0 && bind(fd, (struct sockaddr *)&ss, len) == 0;
	if (fd >= 0)
		close(fd);
	return have;
}
