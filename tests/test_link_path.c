/* test_link_path - what gets through to a link, and where it sends to: checks,
 * tuples, consent, restarts, TCP.
 */
#include "transport/link.h"

#include "base/bytes.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/link_world.h"
#include "tests/stun_hand.h"
#include "transport/link_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define UFRAG "abcdefgh"
#define PWD   "abcdefghijklmnopqrstuvwx"

/* Nothing but a genuine check opens a tuple. */
static void test_gate(void) RUNS_ON(on_net)
{
	static const uint8_t hello[] = {22, 254, 255, 0, 0, 0, 0, 0, 0,
					0,  0,   0,   4, 1, 0, 0, 0};
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct stun_check check = {"wrongone:abcd", PWD, true, 0, {1}};
	int64_t udp = count_get(COUNT_REJECT_UDP), stun = count_get(COUNT_REJECT_STUN);
	int64_t dtls = count_get(COUNT_REJECT_DTLS);
	uint8_t msg[512], junk[100] = {0};
	char username[48];
	size_t len;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end.client = peer_client_create(&conf);
	CHECK(end.client);
	peer_client_silence(end.client);
	peer_client_send_raw(end.client, hello, sizeof(hello));
	junk[0] = 0x80; /* RTP, RTCP, neither, nothing at all, too much */
	peer_client_send_raw(end.client, junk, sizeof(junk));
	junk[1] = 200;
	peer_client_send_raw(end.client, junk, sizeof(junk));
	junk[0] = 70;
	peer_client_send_raw(end.client, junk, sizeof(junk));
	peer_client_send_raw(end.client, junk, 0);
	peer_client_send_raw(end.client, (uint8_t[1600]){20}, 1501);
	UNTIL(&end, count_get(COUNT_REJECT_UDP) == udp + 6);
	junk[0] = 0;
	peer_client_send_raw(end.client, junk, sizeof(junk));
	len = stun_write_check(msg, &check);
	peer_client_send_raw(end.client, msg, len);
	snprintf(username, sizeof(username), "%s:abcd", conf.ufrag);
	check.username = username; /* and now the password is wrong */
	len = stun_write_check(msg, &check);
	peer_client_send_raw(end.client, msg, len);
	UNTIL(&end, count_get(COUNT_REJECT_STUN) == stun + 3);
	CHECK(count_get(COUNT_REJECT_DTLS) == dtls);
	CHECK(!end.link->tuples.first && !end.link->dtls);
	/* and not one byte came back */
	CHECK(recv(peer_client_fd(end.client), msg, sizeof(msg), MSG_DONTWAIT) < 0);
	end_close(&end);
	world_fini(&world);
}

static void test_consent(void) RUNS_ON(on_net)
{
	static const uint8_t rr[] = {0x80, 201, 0, 1, 0, 0, 0, 9};
	struct world world;
	struct end end;
	struct peer_client_conf conf;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	peer_client_silence(end.client);
	end_settle(&end); /* a check that is on its way would be seen at the later time */
	clock_fake(end.link->consent_us + 30 * SEC_US - 1);
	end_run(&end, 1100);
	CHECK(!end.is_down && !end.link->lapsed);
	clock_fake(clock_us() + 1);
	UNTIL(&end, end.link->lapsed); /* nothing is sent, but all is kept for a while */
	CHECK(!end.is_down && link_send_rtcp(end.link, rr, sizeof(rr)) == -ENOTCONN);
	clock_fake(end.link->consent_us + 34 * SEC_US - 1);
	end_run(&end, 1100);
	CHECK(!end.is_down);
	clock_fake(clock_us() + 1);
	UNTIL(&end, end.is_down);
	CHECK(end.why == LINK_DOWN_CONSENT);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

static void test_restart(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct sdp sdp;
	uint32_t answers;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	CHECK(link_restart(end.link, "abc", PWD) == -EINVAL);
	CHECK(link_restart(end.link, UFRAG, "short") == -EINVAL);
	CHECK(link_restart(end.link, UFRAG, PWD) == 0);
	CHECK(link_restart(end.link, UFRAG, PWD) == -EEXIST);
	/* the old ones are good until the new ones were seen */
	answers = peer_client_answers(end.client);
	peer_client_restart(end.client, world.local.ufrag, world.local.pwd);
	UNTIL(&end, peer_client_answers(end.client) == answers + 1);
	peer_client_restart(end.client, UFRAG, PWD);
	UNTIL(&end, peer_client_answers(end.client) == answers + 2);
	CHECK(!end.link->before);
	peer_client_restart(end.client, world.local.ufrag, world.local.pwd);
	end_run(&end, 50);
	CHECK(peer_client_answers(end.client) == answers + 2);
	/* once the answer came, a foreign half of the name is refused */
	peer_client_restart(end.client, UFRAG, PWD);
	sdp = end_sdp(end.client);
	sdp.media[0].ufrag[0] ^= 1;
	CHECK(link_remote(end.link, &sdp) == 0);
	end_run(&end, 50);
	CHECK(peer_client_answers(end.client) == answers + 2);
	sdp = end_sdp(end.client);
	sdp.n_media = 2; /* the second section has another name */
	strcpy(sdp.media[1].ufrag, sdp.media[0].ufrag);
	strcpy(sdp.media[0].ufrag, "other");
	CHECK(link_remote(end.link, &sdp) == 0);
	peer_client_restart(end.client, UFRAG, PWD);
	UNTIL(&end, peer_client_answers(end.client) == answers + 3);
	end_exchange(&end);
	end_close(&end);
	world_fini(&world);
}

static void test_rebind(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct link_info before, after;
	struct link_traffic traffic;

	world_init(&world, NULL);
	end_open(&end, &world);
	link_traffic(end.link, &traffic);
	CHECK(!traffic.heard_us && !traffic.wire_in && !traffic.wire_out);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	link_describe(end.link, &before);
	link_traffic(end.link, &traffic);
	CHECK(traffic.heard_us && traffic.heard_us <= clock_us() && !traffic.tcp);
	CHECK(traffic.wire_in == before.wire_in && traffic.wire_out == before.wire_out);
	clock_fake(clock_us() + SEC_US);
	CHECK(peer_client_rebind(end.client));
	UNTIL(&end, end.link->tuples.n == 2);
	link_describe(end.link, &after);
	CHECK(strcmp(before.remote, after.remote) != 0);
	end_exchange(&end);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

/* A member cannot take somebody else's tuple by a check of his own. */
static void test_stolen_tuple(void) RUNS_ON(on_net)
{
	struct world world;
	struct end victim, thief;
	struct peer_client_conf conf;
	struct stun_check check = {.nominate = true};
	int64_t stun = count_get(COUNT_REJECT_STUN);
	char username[48];
	uint8_t msg[512];

	world_init(&world, NULL);
	end_open(&victim, &world);
	conf = end_client_conf(&victim, false);
	end_connect(&victim, &conf);
	end_open(&thief, &world);
	snprintf(username, sizeof(username), "%s:abcd", world.local.ufrag);
	check.username = username;
	check.pwd = world.local.pwd;
	peer_client_send_raw(victim.client, msg, stun_write_check(msg, &check));
	UNTIL(&victim, count_get(COUNT_REJECT_STUN) == stun + 1);
	CHECK(thief.link->tuples.n == 0 && victim.link->tuples.n == 1);
	end_exchange(&victim);
	link_close(thief.link);
	end_close(&victim);
	world_fini(&world);
}

static void knock(struct world *world, uint16_t port, bool nominate) RUNS_ON(on_net)
{
	struct path path = {.sock = world->links->socks[0]};
	struct stun_check check = {.nominate = nominate};
	char username[48];
	uint8_t msg[512];
	size_t len;

	CHECK(addr_parse(&path.remote, "127.0.0.1", port) == 0);
	snprintf(username, sizeof(username), "%s:abcd", world->local.ufrag);
	check.username = username;
	check.pwd = world->local.pwd;
	len = stun_write_check(msg, &check);
	links_take(world->links, &path, msg, len, clock_us());
}

static uint16_t chosen_port(const struct end *end)
{
	return end->link->tuples.chosen->path.remote.port;
}

static void test_tuples(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	int64_t stun = count_get(COUNT_REJECT_STUN);
	int64_t t0 = clock_us();

	world_init(&world, NULL);
	end_open(&end, &world);
	clock_fake(t0);
	knock(&world, 1023, true);
	knock(&world, 0, true);
	CHECK(count_get(COUNT_REJECT_STUN) == stun + 2 && end.link->tuples.n == 0);
	knock(&world, 1024, false);
	CHECK(chosen_port(&end) == 1024);
	knock(&world, 1025, false);
	CHECK(chosen_port(&end) == 1024);
	knock(&world, 1025, true);
	CHECK(chosen_port(&end) == 1025);
	/* two nominations in turn move us at most twice a second */
	knock(&world, 1024, true);
	CHECK(chosen_port(&end) == 1025);
	clock_fake(t0 + 500 * MS_US);
	knock(&world, 1024, true);
	CHECK(chosen_port(&end) == 1024);
	for (uint16_t i = 0; i < 100; i++)
		knock(&world, (uint16_t)(2000 + i), false);
	CHECK(end.link->tuples.n == LIMIT_TUPLES && chosen_port(&end) == 1024);
	/* the chosen one is dead, and another one is not */
	clock_fake(t0 + 9 * SEC_US);
	knock(&world, 2099, false);
	CHECK(chosen_port(&end) == 2099);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

static void test_tcp_strangers(void) RUNS_ON(on_net)
{
	struct world world;
	struct end ends[LIMIT_TCP_STRANGERS_IP + 2];
	struct peer_client_conf conf;
	int64_t tcp = count_get(COUNT_REJECT_TCP);

	world_init(&world, NULL);
	end_open(&ends[0], &world);
	conf = end_client_conf(&ends[0], true);
	for (int i = 0; i < LIMIT_TCP_STRANGERS_IP + 1; i++) {
		ends[i].world = &world;
		ends[i].client = peer_client_create(&conf);
		CHECK(ends[i].client);
		peer_client_silence(ends[i].client);
	}
	/* the last one finds no place */
	UNTIL(&ends[0], count_get(COUNT_REJECT_TCP) == tcp + 1);
	/* the first one starts with something else than STUN */
	peer_client_send_raw(ends[0].client, (uint8_t[]){22, 254, 253}, 3);
	UNTIL(&ends[0], peer_client_state(ends[0].client) == PEER_CLIENT_CLOSED);
	/* the second one announces too much */
	CHECK(send(peer_client_fd(ends[1].client), "\x05\xdd", 2, 0) == 2);
	UNTIL(&ends[1], peer_client_state(ends[1].client) == PEER_CLIENT_CLOSED);
	CHECK(count_get(COUNT_REJECT_TCP) == tcp + 3);
	clock_fake(clock_us() + 10 * SEC_US);
	UNTIL(&ends[2], peer_client_state(ends[2].client) == PEER_CLIENT_CLOSED);
	CHECK(count_get(COUNT_REJECT_TCP) == tcp + 1 + LIMIT_TCP_STRANGERS_IP);
	clock_fake(-1);
	for (int i = 0; i < LIMIT_TCP_STRANGERS_IP + 1; i++)
		peer_client_vanish(ends[i].client);
	link_close(ends[0].link);
	world_fini(&world);
}

/* A client that does not read: what does not fit is dropped, whole. */
static void test_tcp_full(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t dropped = count_get(COUNT_TCP_DROPPED);
	uint8_t pkt[1200];
	uint32_t sent = 0, refused = 0;
	size_t len;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, true);
	end_connect(&end, &conf);
	for (uint16_t i = 0; i < 20000 && refused < 10; i++) {
		len = end_make_rtp(pkt, 9, i, 1100);
		if (link_send_rtp(end.link, pkt, 12, pkt + 12, len - 12) > 0)
			sent++;
		else
			refused++;
		if (i % 16 == 0)
			links_flush(world.links);
	}
	CHECK(refused == 10 && count_get(COUNT_TCP_DROPPED) == dropped + 10);
	UNTIL(&end, end.n_client_rtp == sent);
	end_close(&end);
	world_fini(&world);
}

/* Checks by somebody who saw the names but not the password. */
static void forge_checks(struct end *end, const char *ours, int n) RUNS_ON(on_net)
{
	struct stun_check check = {NULL, "notthepasswordatallnotit", true, 0, {1}};
	char username[64];
	uint8_t msg[512];
	size_t len;

	snprintf(username, sizeof(username), "%s:%s", ours,
		 peer_client_ufrag(end->client));
	check.username = username;
	len = stun_write_check(msg, &check);
	for (int i = 0; i < n; i++) {
		CHECK(peer_client_send_raw(end->client, msg, len));
		if (i % 50 == 49)
			end_settle(end);
	}
	end_settle(end);
}

/* From anywhere: few of them are worth an HMAC. */
static void test_forged_checks(void) RUNS_ON(on_net)
{
	int64_t stun = count_get(COUNT_REJECT_STUN);
	int64_t flood = count_get(COUNT_REJECT_FLOOD);
	struct peer_client_conf conf;
	struct world world;
	struct end end;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end.client = peer_client_create(&conf);
	CHECK(end.client);
	peer_client_silence(end.client);
	clock_fake(clock_us());
	forge_checks(&end, conf.ufrag, 300);
	CHECK(count_get(COUNT_REJECT_STUN) == stun + LIMIT_CHECKS_SEC);
	CHECK(count_get(COUNT_REJECT_FLOOD) == flood + 300 - LIMIT_CHECKS_SEC);
	clock_fake(clock_us() + SEC_US / 10);
	forge_checks(&end, conf.ufrag, 20);
	CHECK(count_get(COUNT_REJECT_STUN) == stun + LIMIT_CHECKS_SEC * 11 / 10);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

/* From a live address for longer than consent lasts: the call goes on while its
 * media comes, and no longer. */
static void test_consent_in_a_flood(void) RUNS_ON(on_net)
{
	struct peer_client_conf conf;
	struct world world;
	struct end end;
	uint8_t pkt[100];

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	peer_client_silence(end.client); /* its checks are lost among these */
	for (uint16_t i = 0; i < 8; i++) {
		clock_fake(clock_us() + 5 * SEC_US);
		forge_checks(&end, conf.ufrag, 2 * LIMIT_CHECKS_SEC);
		CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, i, 9)));
		UNTIL(&end, end.n_rtp == i + 1u);
	}
	end_run(&end, 1100);
	CHECK(!end.is_down && clock_us() - end.link->consent_us < SEC_US);
	/* without a flood media is no consent (RFC 7675) */
	clock_fake(clock_us() + 29 * SEC_US);
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, 8, 9)));
	UNTIL(&end, end.n_rtp == 9);
	clock_fake(clock_us() + SEC_US);
	UNTIL(&end, end.link->lapsed);
	clock_fake(clock_us() + LIMIT_LAPSED_MS * MS_US);
	UNTIL(&end, end.is_down);
	CHECK(end.why == LINK_DOWN_CONSENT);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_gate();
	test_forged_checks();
	test_consent_in_a_flood();
	test_consent();
	test_restart();
	test_rebind();
	test_stolen_tuple();
	test_tuples();
	test_tcp_strangers();
	test_tcp_full();
	return 0;
}
