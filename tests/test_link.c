/* test_link - whole links over real sockets: handshakes, media, what is refused. */
#include "transport/link.h"

#include "base/bytes.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/link_world.h"
#include "transport/link_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static bool is_v6(const char *ip)
{
	return ip && strchr(ip, ':');
}

/* Returns how long it took to connect. */
static int64_t media(const char *listen_ip, const char *profile, bool tcp, uint32_t mtu)
	RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct link_info info;
	int64_t t0, took_us;

	world_init(&world, listen_ip);
	end_open(&end, &world);
	conf = end_client_conf(&end, tcp);
	conf.profiles = profile;
	conf.mtu = mtu;
	t0 = clock_us();
	end_connect(&end, &conf);
	took_us = clock_us() - t0;
	end_exchange(&end);
	link_describe(end.link, &info);
	CHECK(info.up && info.tcp == tcp);
	CHECK(info.consent_us >= 0 && info.consent_us <= clock_us() - t0);
	CHECK(strncmp(info.remote, is_v6(listen_ip) ? "[::1]:" : "127.0.0.1:", 6) == 0);
	CHECK(strcmp(info.srtp, profile && strstr(profile, "SHA1")
					? "AES128_CM_SHA1_80"
					: "AEAD_AES_128_GCM") == 0);
	link_close(end.link);
	end.link = NULL;
	/* close_notify reached the client */
	UNTIL(&end, peer_client_state(end.client) == PEER_CLIENT_CLOSED);
	end_close(&end);
	world_fini(&world);
	return took_us;
}

static int64_t cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * SEC_US + ts.tv_nsec / 1000;
}

/* How many times longer things take now, as others want the processor too. */
static int64_t slowness(void)
{
	int64_t from_us = clock_us(), cpu = cpu_us(), used;

	while ((used = cpu_us() - cpu) < 20 * MS_US)
		;
	used = (clock_us() - from_us) / used;
	return used > 1 ? used : 1;
}

/* No step of it waits for a timer: it takes far less than a second, or as many of
 * them as the machine is busy. */
static void test_media(const char *listen_ip, const char *profile, bool tcp, uint32_t mtu)
	RUNS_ON(on_net)
{
	int tries = 20;

	while (media(listen_ip, profile, tcp, mtu) >= SEC_US * slowness())
		CHECK(--tries);
}

/* The client's socket takes answers only from the address that it wrote to. */
static void test_second_address(const char *listen_ip) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;

	world_init(&world, listen_ip);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	conf.ip = "127.0.0.2";
	end_connect(&end, &conf);
	end_exchange(&end);
	end_close(&end);
	world_fini(&world);
}

static void test_late_remote(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct sdp sdp;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end.client = peer_client_create(&conf);
	CHECK(end.client);
	/* keys are there, but nobody knows whose they are */
	UNTIL(&end, peer_client_state(end.client) == PEER_CLIENT_UP);
	end_run(&end, 20);
	CHECK(!end.is_up && link_send_rtcp(end.link, end.last, 8) == -ENOTCONN);
	sdp = end_sdp(end.client);
	sdp.n_fingerprints = 0;
	CHECK(link_remote(end.link, &sdp) == -EINVAL);
	sdp.n_fingerprints = 2; /* an RSA one that is not used, and the right one */
	memcpy(sdp.fingerprints[1], sdp.fingerprints[0], 32);
	memset(sdp.fingerprints[0], 9, 32);
	CHECK(link_remote(end.link, &sdp) == 0);
	CHECK(!end.is_up); /* never inside of link_remote */
	UNTIL(&end, end.is_up);
	end_close(&end);
	world_fini(&world);
}

static void test_fingerprint(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	struct sdp sdp;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end.client = peer_client_create(&conf);
	CHECK(end.client);
	sdp = end_sdp(end.client);
	sdp.fingerprints[0][31] ^= 1;
	CHECK(link_remote(end.link, &sdp) == 0);
	UNTIL(&end, end.is_down);
	CHECK(end.why == LINK_DOWN_FINGERPRINT && !end.is_up);
	CHECK(link_remote(end.link, &sdp) == -ENOTCONN);
	CHECK(link_restart(end.link, "abcdefgh", "abcdefghijklmnopqrstuvwx") ==
	      -ENOTCONN);
	end_close(&end);
	world_fini(&world);
}

static void test_garbage_when_up(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t srtp = count_get(COUNT_REJECT_SRTP), rtp = count_get(COUNT_REJECT_RTP);
	int64_t rtcp = count_get(COUNT_REJECT_RTCP), dtls = count_get(COUNT_REJECT_DTLS);
	uint8_t junk[200];

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	memset(junk, 0x80, sizeof(junk));
	peer_client_send_raw(end.client, junk, 200); /* RTP without a tag */
	peer_client_send_raw(end.client, junk, 11);
	junk[1] = 200;
	peer_client_send_raw(end.client, junk, 200);
	peer_client_send_raw(end.client, junk, 7);
	peer_client_send_raw(end.client, junk, 1);
	/* an alert, fatal, but of epoch 0 */
	peer_client_send_raw(
		end.client,
		(uint8_t[]){21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40}, 15);
	peer_client_send_raw(end.client, (uint8_t[]){22, 254, 253}, 3);
	UNTIL(&end, count_get(COUNT_REJECT_DTLS) == dtls + 2);
	CHECK(count_get(COUNT_REJECT_SRTP) == srtp + 2);
	CHECK(count_get(COUNT_REJECT_RTP) == rtp + 1);
	CHECK(count_get(COUNT_REJECT_RTCP) == rtcp + 1);
	CHECK(!end.is_down);
	end_exchange(&end);
	end_close(&end);
	world_fini(&world);
}

static void test_ssrcs(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	uint8_t pkt[200];
	size_t len;
	int64_t srtp = count_get(COUNT_REJECT_SRTP), ssrc;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	/* forged ones take no place */
	for (uint32_t i = 0; i < 100; i++) {
		len = end_make_rtp(pkt, 1000 + i, 1, 50);
		peer_client_send_raw(end.client, pkt, len);
	}
	UNTIL(&end, count_get(COUNT_REJECT_SRTP) == srtp + 100);
	CHECK(end.n_asked == 100 && end.n_rtp == 0);
	for (uint32_t i = 0; i < LIMIT_SSRCS; i++) {
		len = end_make_rtp(pkt, 1 + i, 1, 50);
		CHECK(peer_client_send_rtp(end.client, pkt, len));
	}
	UNTIL(&end, end.n_rtp == LIMIT_SSRCS);
	ssrc = count_get(COUNT_REJECT_SSRC);
	for (uint32_t i = 0; i < 100; i++) {
		len = end_make_rtp(pkt, 100 + i, 1, 50);
		CHECK(peer_client_send_rtp(end.client, pkt, len));
	}
	UNTIL(&end, count_get(COUNT_REJECT_SSRC) == ssrc + 100);
	CHECK(end.n_rtp == LIMIT_SSRCS);
	/* one that was silent for long makes place */
	clock_fake(clock_us() + 29 * SEC_US);
	end.link->consent_us = clock_us();
	for (uint32_t i = 1; i < LIMIT_SSRCS; i++) {
		len = end_make_rtp(pkt, 1 + i, 2, 50);
		CHECK(peer_client_send_rtp(end.client, pkt, len));
	}
	UNTIL(&end, end.n_rtp == 2 * LIMIT_SSRCS - 1);
	clock_fake(clock_us() + 2 * SEC_US);
	end.link->consent_us = clock_us();
	len = end_make_rtp(pkt, 500, 1, 50);
	CHECK(peer_client_send_rtp(end.client, pkt, len));
	UNTIL(&end, end.n_rtp == 2 * LIMIT_SSRCS);
	len = end_make_rtp(pkt, 501, 1, 50);
	CHECK(peer_client_send_rtp(end.client, pkt, len));
	UNTIL(&end, count_get(COUNT_REJECT_SSRC) == ssrc + 101);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

static void test_refused_ssrc(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t ssrc = count_get(COUNT_REJECT_SSRC);
	uint8_t pkt[100];

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	end.refuse = true;
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, 1, 50)));
	UNTIL(&end, count_get(COUNT_REJECT_SSRC) == ssrc + 1);
	CHECK(end.n_rtp == 0 && end.n_asked == 1);
	end_close(&end);
	world_fini(&world);
}

static void test_flood(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t flood = count_get(COUNT_REJECT_FLOOD);
	uint8_t pkt[100];
	uint32_t sent = 0;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	clock_fake(clock_us());
	while (count_get(COUNT_REJECT_FLOOD) == flood && sent < 5000) {
		for (int i = 0; i < 50; i++, sent++)
			CHECK(peer_client_send_rtp(
				end.client, pkt,
				end_make_rtp(pkt, 5, (uint16_t)sent, 10)));
		end_run(&end, 2);
	}
	end_settle(&end);
	/* half a second's worth, and not a packet more */
	CHECK(end.n_rtp > 900 && end.n_rtp <= LIMIT_PACKETS_SEC / 2);
	CHECK(!end.is_down);
	clock_fake(clock_us() + SEC_US);
	CHECK(peer_client_send_rtp(end.client, pkt,
				   end_make_rtp(pkt, 5, (uint16_t)sent, 10)));
	end.n_rtp = 0;
	UNTIL(&end, end.n_rtp == 1);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

/* Sends `n` copies of what only looks like it came from the client. */
static void forge(struct end *end, const uint8_t *data, size_t len, uint32_t n)
	RUNS_ON(on_net)
{
	for (uint32_t i = 0; i < n; i++) {
		CHECK(peer_client_send_raw(end->client, data, len));
		if (i % 50 == 49)
			end_settle(end);
	}
	end_settle(end);
}

/* Under the address of a member anybody can write: it costs the member nothing.
 * Time stands still, so no budget fills up again. */
static void test_forged(const char *profile) RUNS_ON(on_net)
{
	const uint8_t shake[13 + 32] = {22, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 32};
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t srtp, flood;
	uint8_t pkt[200], junk[200];
	uint16_t seq = 0;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	conf.profiles = profile;
	end_connect(&end, &conf);
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, seq++, 50)));
	UNTIL(&end, end.n_rtp == 1);
	clock_fake(clock_us());

	/* by somebody who sees the stream: all are looked at */
	srtp = count_get(COUNT_REJECT_SRTP);
	forge(&end, junk, end_make_rtp(junk, 5, 20, 100), 3000);
	CHECK(count_get(COUNT_REJECT_SRTP) == srtp + 3000);
	/* by somebody who does not: no longer */
	flood = count_get(COUNT_REJECT_FLOOD);
	forge(&end, junk, end_make_rtp(junk, 77, 1, 100), 200);
	forge(&end, junk, end_make_rtp(junk, 5, 30000, 100), 200);
	CHECK(count_get(COUNT_REJECT_SRTP) == srtp + 3000);
	CHECK(count_get(COUNT_REJECT_FLOOD) == flood + 400);
	/* nor what would have to be a handshake */
	forge(&end, shake, sizeof(shake), 200);
	CHECK(count_get(COUNT_REJECT_FLOOD) >=
	      flood + 400 + 200 - LIMIT_DTLS_PACKETS_SEC);

	end.n_rtp = 0;
	for (int i = 0; i < 500; i++) {
		CHECK(peer_client_send_rtp(end.client, pkt,
					   end_make_rtp(pkt, 5, seq++, 50)));
		if (i % 50 == 49)
			end_settle(&end);
	}
	UNTIL(&end, end.n_rtp == 500);
	CHECK(peer_client_send_rtcp(end.client, pkt, end_make_rr(pkt, 5)));
	UNTIL(&end, end.n_rtcp == 1);
	CHECK(!end.is_down);

	/* a stream that falls silent and comes back elsewhere is not lost */
	clock_fake(clock_us() + 2 * SEC_US);
	forge(&end, junk, end_make_rtp(junk, 5, 30000, 100), 400);
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, 9000, 50)));
	UNTIL(&end, end.n_rtp == 501);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

/* There is an end to the time that forgeries may cost. */
static void test_forged_for_ever(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	int64_t flood = count_get(COUNT_REJECT_FLOOD);
	uint8_t pkt[200], junk[200];

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, 1, 50)));
	UNTIL(&end, end.n_rtp == 1);
	clock_fake(clock_us());
	end_make_rtp(junk, 5, 20, 100);
	bucket_fill(&end.link->forged_ns, LIMIT_FORGED_NS_SEC, SEC_US / 10, clock_us());
	bucket_take(&end.link->forged_ns, LIMIT_FORGED_NS_SEC / 10 - 40000);
	forge(&end, junk, 112, 100);
	CHECK(count_get(COUNT_REJECT_FLOOD) == flood + 100 - (40000 + 599) / 600);
	clock_fake(clock_us() + SEC_US / 100);
	CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, 2, 50)));
	UNTIL(&end, end.n_rtp == 2);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

static void test_handshake_timeout(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	conf.no_dtls = true;
	end.client = peer_client_create(&conf);
	CHECK(end.client);
	UNTIL(&end, peer_client_state(end.client) == PEER_CLIENT_SHAKING);
	peer_client_send_raw(end.client, (uint8_t[]){22, 254, 253}, 3);
	UNTIL(&end, end.link->dtls);
	clock_fake(end.link->shaking_us + LIMIT_DTLS_SEC * SEC_US);
	UNTIL(&end, end.is_down);
	CHECK(end.why == LINK_DOWN_DTLS);
	clock_fake(-1);
	end_close(&end);
	world_fini(&world);
}

static void test_client_leaves(bool tcp) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, tcp);
	end_connect(&end, &conf);
	peer_client_destroy(end.client);
	end.client = NULL;
	UNTIL(&end, end.is_down);
	CHECK(end.why == LINK_DOWN_CLOSED);
	end_close(&end);
	world_fini(&world);
}

/* Packets of one batch after the one whose callback closed the link. */
static void test_close_inside(bool tcp) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	uint8_t pkt[100];

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, tcp);
	end_connect(&end, &conf);
	end.close_on_rtp = true;
	for (uint16_t i = 0; i < 5; i++)
		CHECK(peer_client_send_rtp(end.client, pkt, end_make_rtp(pkt, 5, i, 50)));
	UNTIL(&end, !end.link);
	end_run(&end, 20);
	CHECK(end.n_rtp == 1);
	end_close(&end);
	world_fini(&world);
}

static void test_bad_sends(void) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	uint8_t pkt[LIMIT_DATAGRAM] = {0};

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, false);
	end_connect(&end, &conf);
	end_make_rtp(pkt, 9, 10, 100);
	CHECK(link_send_rtp(end.link, pkt, 12, pkt, LIMIT_DATAGRAM - 31) == -EMSGSIZE);
	CHECK(link_send_rtp(end.link, pkt, 11, pkt, 100) == -EINVAL);
	CHECK(link_send_rtp(end.link, pkt, 12, pkt, LIMIT_DATAGRAM - 32) > 0);
	CHECK(link_send_rtp(end.link, pkt, 12, pkt, 100) == -EALREADY);
	CHECK(link_send_rtcp(end.link, pkt, 7) == -EINVAL);
	CHECK(link_send_rtcp(end.link, pkt, LIMIT_DATAGRAM) == -EMSGSIZE);
	/* more than one batch without a flush */
	for (uint16_t i = 11; i < 211; i++) {
		wr16(pkt + 2, i);
		CHECK(link_send_rtp(end.link, pkt, 12, pkt + 12, 100) == 12 + 100 + 16);
	}
	links_flush(world.links);
	UNTIL(&end, end.n_client_rtp == 201);
	end_close(&end);
	world_fini(&world);
}

static void test_bad_conf(void) RUNS_ON(on_net)
{
	struct links_conf conf = {.n_listen = 1, .listen = {"localhost"}};
	struct sdp_local local = {0};
	struct links *links = NULL;
	struct loop *loop;

	CHECK(loop_create(&loop, 8) == 0);
	CHECK(links_create(&links, loop, &conf, &end_events) == -EINVAL);
	conf = (struct links_conf){.n_advertise = 1, .advertise = {"1.2.3"}};
	CHECK(links_create(&links, loop, &conf, &end_events) == -EINVAL);
	conf = (struct links_conf){.n_listen = 1, .listen = {"192.0.2.77"}};
	CHECK(links_create(&links, loop, &conf, &end_events) == -EADDRNOTAVAIL);
	conf = (struct links_conf){.n_listen = 5};
	CHECK(links_create(&links, loop, &conf, &end_events) == -EINVAL);
	conf = (struct links_conf){1, {"127.0.0.1"}, 0, 0, 1, {"::1"}, 0, 0};
	CHECK(links_create(&links, loop, &conf, &end_events) == -EADDRNOTAVAIL);
	CHECK(!links);
	conf = (struct links_conf){1, {"127.0.0.1"},   0,     0,
				   1, {"203.0.113.5"}, 40000, 40001};
	CHECK(links_create(&links, loop, &conf, &end_events) == 0);
	CHECK(!links_only_private(links));
	/* behind a port-forward: told, not bound */
	links_describe(links, &local);
	CHECK(local.n_candidates == 2);
	for (uint32_t i = 0; i < 2; i++)
		CHECK(local.candidates[i].port ==
		      (local.candidates[i].tcp ? 40001 : 40000));
	links_destroy(links);
	loop_destroy(loop);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_media(NULL, NULL, false, 0);
	test_media("127.0.0.1", "SRTP_AES128_CM_SHA1_80", false, 0);
	test_media(NULL, NULL, true, 0);
	if (world_has_v6()) {
		test_media("::1", NULL, false, 0);
		test_media("::", NULL, true, 0);
	}
	test_media(NULL, "SRTP_AEAD_AES_128_GCM", false, 256); /* hello in pieces */
	test_second_address(NULL);
	test_second_address("0.0.0.0");
	test_late_remote();
	test_fingerprint();
	test_garbage_when_up();
	test_ssrcs();
	test_refused_ssrc();
	test_flood();
	test_forged(NULL);
	test_forged("SRTP_AES128_CM_SHA1_80");
	test_forged_for_ever();
	test_handshake_timeout();
	test_client_leaves(false);
	test_client_leaves(true);
	test_close_inside(false);
	test_close_inside(true);
	test_bad_sends();
	test_bad_conf();
	return 0;
}
