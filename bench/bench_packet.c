/* bench_packet - one packet to one more viewer. `path` is all that the product
 * does for it, from the unit given to the outlet to the return of sendmmsg, over
 * real links on the loopback interface; header, protect and send are its parts.
 * `limit` is, in the same run, the least that the same protection and the same
 * send can cost: EVP and sendmmsg in bare loops, the kernel cutting the packets of a
 * frame where it can (UDP_SEGMENT); `limit_single` is that without such cutting.
 * `feedback` is one packet of RTCP from a viewer, from the socket to the plain packet.
 * CPU time, ns. `bytes_per_link` is the memory of one connected viewer's link.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/rand.h"
#include "bench/bench.h"
#include "tests/client_sdp.h"
#include "tests/link_world.h"
#include "transport/outlet.h"
#include "transport/sock.h"
#include "transport/srtp.h"
#include "transport/srtp_gcm.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* of linux/udp.h */
#endif

#define VIEWERS    64  /* keys and addresses in turn, as in a class */
#define PARTS      3   /* packets of a frame: 350 kbit/s at 15 a second */
#define PAYLOAD    960 /* bytes of each */
#define SOUND      100 /* bytes of a sound packet: 40 kbit/s at 50 a second */
#define FRAMES     20  /* of a round; what a receive buffer holds */
#define ROUNDS     11
#define REPORTS    16  /* of RTCP from each viewer in a round */
#define REPORT     60  /* bytes of each, as of feedback for half a second */
#define LINKS      500 /* that bytes_per_link is measured with */
#define PACKETS    (VIEWERS * PARTS * FRAMES)
#define HEADER_LEN 20 /* with the transport-wide number */
#define WIRE       (PAYLOAD + HEADER_LEN + SRTP_GCM_TAG)

static uint8_t payload[PARTS * PAYLOAD], wire[SOCK_BATCH][SOCK_ROOM];

/* A viewer of the product, and beside it the bare keys and a bare receiver. */
static struct viewer {
	struct end end;
	struct send_path path;
	struct send video, audio;
	struct srtp *srtp;
	struct srtp_gcm *gcm;
	int sink;
	struct sockaddr_in at;
} viewers[VIEWERS];

static struct world world;
static struct outlet *video, *sound;
static struct sock *sock;
static int bare_fd;
static int64_t now_us;

/* ---- its memory ------------------------------------------------------------------ */

static double memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

/* A viewer that was sent sound, picture and reports, and that reported. The client
 * lives in this process, too: it is gone before anything is counted. */
static void connect_one(struct end *end) RUNS_ON(on_net)
{
	struct peer_client_conf conf;

	end_open(end, &world);
	conf = end_client_conf(end, false);
	end_connect(end, &conf);
	CHECK(peer_client_send_rtcp(end->client, wire[0], end_make_rr(wire[0], 1)));
	UNTIL(end, end->n_rtcp == 1);
	for (uint32_t ssrc = 1; ssrc <= 3; ssrc++) {
		end_make_rtp(wire[0], ssrc, 1, 0);
		CHECK(link_send_rtp(end->link, wire[0], 12, payload, 100) > 0);
	}
	CHECK(link_send_rtcp(end->link, wire[0], end_make_rr(wire[0], 1)) > 0);
	links_flush(world.links);
	peer_client_vanish(end->client);
	end->client = NULL;
}

static double bytes_per_link(void) RUNS_ON(on_net)
{
	struct end *ends = calloc(LINKS, sizeof(*ends));
	double bytes = 0;

	CHECK(ends);
	for (int i = 0; i < LINKS; i++) {
		connect_one(&ends[i]);
		if (i == LINKS / 10) /* what is made once is there by now */
			bytes = -memory();
	}
	bytes += memory();
	for (int i = 0; i < LINKS; i++)
		end_close(&ends[i]);
	free(ends);
	return bytes / (LINKS - 1 - LINKS / 10);
}

/* ---- the cast ------------------------------------------------------------------ */

static void nothing(void *ctx)
{
	(void)ctx;
}

static void no_datagram(void *ctx, const struct path *from, uint8_t *data, size_t len,
			int64_t at_us)
{
	(void)ctx, (void)from, (void)data, (void)len, (void)at_us;
}

static void no_state(void *ctx, uint32_t peer, enum peer_state state)
{
	(void)ctx, (void)peer, (void)state;
}

static void no_key(void *ctx, uint32_t outlet)
{
	(void)ctx, (void)outlet;
}

static void no_report(void *ctx, uint32_t peer, const struct link_report *report)
{
	(void)ctx, (void)peer, (void)report;
}

static void make_bare(struct viewer *v)
{
	struct srtp_keys keys = {.kind = SRTP_KIND_GCM};
	socklen_t len = sizeof(v->at);

	rand_bytes(&keys.in, sizeof(keys.in));
	rand_bytes(&keys.out, sizeof(keys.out));
	CHECK(srtp_session_create(&v->srtp, &keys) == 0);
	CHECK(srtp_gcm_create(&v->gcm, &keys.out) == 0);
	v->sink = socket(AF_INET, SOCK_DGRAM, 0);
	v->at.sin_family = AF_INET;
	v->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(v->sink, (struct sockaddr *)&v->at, sizeof(v->at)) == 0);
	CHECK(getsockname(v->sink, (struct sockaddr *)&v->at, &len) == 0);
}

/* As net.c and peer.c set up a connected viewer that reported already. */
static void make_viewer(struct viewer *v, uint32_t i, const struct sdp *sdp)
	RUNS_ON(on_net)
{
	struct peer_client_conf conf;
	struct section section;

	end_open(&v->end, &world);
	conf = end_client_conf(&v->end, false);
	end_connect(&v->end, &conf);
	v->path = (struct send_path){.link = v->end.link, .up = true, .cname = "bench"};
	send_init(&v->audio, &v->path, false, 10 * i + 1, 0);
	send_init(&v->video, &v->path, true, 10 * i + 2, 10 * i + 3);
	section_take(&section, &sdp->media[0]);
	send_agree(&v->audio, &section);
	section_take(&section, &sdp->media[1]);
	send_agree(&v->video, &section);
	v->audio.mid_known = v->video.mid_known = true;
	outlet_watch(&v->audio, sound, false, now_us);
	outlet_watch(&v->video, video, false, now_us);
	make_bare(v);
}

/* Returns the bytes of one link, which is measured before the viewers come. */
static double setup(void) RUNS_ON(on_net)
{
	static const struct net_events events = {NULL, no_state, no_key, no_report};
	const struct sock_handler handler = {NULL, no_datagram, nothing};
	struct addr any;
	struct sdp sdp;
	double bytes;

	rand_bytes(payload, sizeof(payload));
	CHECK(srtp_library_init() == 0);
	world_init(&world, "127.0.0.1");
	CHECK(addr_parse(&any, "0.0.0.0", 0) == 0);
	CHECK(sock_create(&sock, world.loop, &any, &handler) == 0);
	bare_fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(bare_fd >= 0);
	bytes = bytes_per_link();
	now_us = clock_us();
	CHECK(outlet_create(&video, 1, CODEC_H264, &events) == 0);
	CHECK(outlet_create(&sound, 2, CODEC_OPUS, &events) == 0);
	client_sdp(&sdp);
	for (uint32_t i = 0; i < VIEWERS; i++)
		make_viewer(&viewers[i], i, &sdp);
	return bytes;
}

static void teardown(void) RUNS_ON(on_net)
{
	for (int i = 0; i < VIEWERS; i++) {
		struct viewer *v = &viewers[i];

		send_fini(&v->video);
		send_fini(&v->audio);
		end_close(&v->end);
		srtp_session_destroy(v->srtp);
		srtp_gcm_destroy(v->gcm);
		close(v->sink);
	}
	outlet_destroy(video);
	outlet_destroy(sound);
	sock_destroy(sock);
	close(bare_fd);
	world_fini(&world);
}

/* Empties what was received, outside of what is measured: a full receiver is
 * cheaper to send to. */
static int drain(void)
{
	static uint8_t buf[2048];
	int n = 0;

	for (int i = 0; i < VIEWERS; i++) {
		int fds[2] = {viewers[i].sink, peer_client_fd(viewers[i].end.client)};

		for (int k = 0; k < 2; k++)
			while (recv(fds[k], buf, sizeof(buf), MSG_DONTWAIT) > 0)
				n++;
	}
	return n;
}

/* ---- the product ---------------------------------------------------------------- */

static struct au *frame(bool key)
{
	struct au *au;

	/* one slice that makes PARTS fragments of PAYLOAD bytes, 2 of them FU-A */
	CHECK(au_create(&au, NULL, 4 + 1 + PARTS * (PAYLOAD - 2)) == 0);
	memcpy(au->data, (const uint8_t[]){0, 0, 0, 1, key ? 0x65 : 0x41}, 5);
	memset(au->data + 5, 0xa5, au->len - 5);
	au->codec = CODEC_H264;
	au->flags = key ? AU_KEY : 0;
	au->pts_us = now_us;
	return au;
}

static double run_path(void) RUNS_ON(on_net)
{
	int64_t t0 = cpu_ns();

	for (int i = 0; i < FRAMES; i++) {
		now_us += 66667;
		outlet_push(video, frame(i == 0), now_us);
		links_flush(world.links);
	}
	t0 = cpu_ns() - t0;
	CHECK(drain() >= PACKETS); /* they were really sent */
	return (double)t0 / PACKETS;
}

static double run_sound(void) RUNS_ON(on_net)
{
	int64_t t0 = cpu_ns();

	for (int i = 0; i < FRAMES; i++) {
		struct au *au;

		now_us += 20000;
		CHECK(au_create(&au, payload, SOUND) == 0);
		au->codec = CODEC_OPUS;
		au->pts_us = now_us;
		outlet_push(sound, au, now_us);
		links_flush(world.links);
	}
	t0 = cpu_ns() - t0;
	CHECK(drain() >= VIEWERS * FRAMES);
	return (double)t0 / (VIEWERS * FRAMES);
}

/* Protected and sent before the clock runs: what counts is reading them. */
static double run_feedback(void) RUNS_ON(on_net)
{
	uint8_t report[REPORT] = {0x8f, 205};
	uint32_t before = 0, now;
	int64_t t0;

	wr16(report + 2, REPORT / 4 - 1);
	for (int i = 0; i < VIEWERS; i++) {
		struct end *end = &viewers[i].end;

		wr32(report + 4, (uint32_t)i + 1);
		peer_client_step(end->client); /* checks, or its link would end */
		for (int k = 0; k < REPORTS; k++)
			CHECK(peer_client_send_rtcp(end->client, report, REPORT));
		before += end->n_rtcp;
	}
	t0 = cpu_ns();
	do {
		world_pump(&world, 100);
		now = 0;
		for (int i = 0; i < VIEWERS; i++)
			now += viewers[i].end.n_rtcp;
	} while (now - before < VIEWERS * REPORTS);
	return (double)(cpu_ns() - t0) / (VIEWERS * REPORTS);
}

/* ---- its parts ------------------------------------------------------------------ */

static size_t header(uint8_t *out, uint16_t seq)
{
	const uint8_t twcc[2] = {(uint8_t)(seq >> 8), (uint8_t)seq};
	const struct rtp_ext ext = {CLIENT_TWCC, 2, twcc};
	const struct rtp_packet p = {.marker = seq % PARTS == 0,
				     .pt = CLIENT_H264,
				     .seq = seq,
				     .ts = seq * 2000u,
				     .ssrc = 77};

	return rtp_header_write(out, &p, &ext, 1);
}

static double run_header(void)
{
	size_t sum = 0;
	int64_t t0 = cpu_ns();

	for (int i = 0; i < PACKETS; i++)
		sum += header(wire[i % SOCK_BATCH], (uint16_t)i);
	t0 = cpu_ns() - t0;
	CHECK(sum == PACKETS * (size_t)HEADER_LEN);
	return (double)t0 / PACKETS;
}

static double run_protect(void)
{
	static uint16_t seq = 1;
	uint8_t head[32];
	size_t n = header(head, 0);
	int64_t t0 = cpu_ns();

	for (int i = 0; i < PACKETS; i++) {
		if (i % VIEWERS == 0)
			seq++;
		head[2] = (uint8_t)(seq >> 8);
		head[3] = (uint8_t)seq;
		CHECK(srtp_seal_rtp(viewers[i % VIEWERS].srtp, wire[i % SOCK_BATCH], head,
				    n, payload + i % PARTS * PAYLOAD, PAYLOAD) == WIRE);
	}
	return (double)(cpu_ns() - t0) / PACKETS;
}

static double run_send(void)
{
	struct path to[VIEWERS];
	int64_t t0;

	for (int i = 0; i < VIEWERS; i++) {
		to[i] = (struct path){.sock = sock};
		to[i].local[10] = to[i].local[11] = 0xff; /* ::ffff:127.0.0.1 */
		to[i].local[12] = 127, to[i].local[15] = 1;
		CHECK(addr_parse(&to[i].remote, "127.0.0.1",
				 ntohs(viewers[i].at.sin_port)) == 0);
	}
	t0 = cpu_ns();
	for (int i = 0; i < PACKETS; i++) {
		sock_reserve(sock); /* the bytes are there already */
		sock_commit(sock, &to[i / PARTS % VIEWERS], WIRE);
	}
	sock_flush(sock);
	t0 = cpu_ns() - t0;
	CHECK(drain() >= PACKETS);
	return (double)t0 / PACKETS;
}

/* ---- the least it can cost ------------------------------------------------------ */

static double run_bare_protect(void)
{
	static uint64_t index = 1 << 20;
	uint8_t head[32];
	size_t n = header(head, 0);
	int64_t t0 = cpu_ns();

	for (int i = 0; i < PACKETS; i++)
		CHECK(srtp_gcm_seal(viewers[i % VIEWERS].gcm, wire[i % SOCK_BATCH], head,
				    n, payload + i % PARTS * PAYLOAD, PAYLOAD,
				    index++) == WIRE);
	return (double)(cpu_ns() - t0) / PACKETS;
}

static struct mmsghdr msgs[SOCK_BATCH];
static struct iovec iov[SOCK_BATCH][PARTS];

/* `per_viewer` messages in a row go to the same one. */
static double send_all(int n_msgs, int per_viewer)
{
	int64_t t0 = cpu_ns();

	for (int i = 0; i < n_msgs; i += SOCK_BATCH) {
		for (int k = 0; k < SOCK_BATCH; k++)
			msgs[k].msg_hdr.msg_name =
				&viewers[(i + k) / per_viewer % VIEWERS].at;
		CHECK(sendmmsg(bare_fd, msgs, SOCK_BATCH, 0) == SOCK_BATCH);
	}
	t0 = cpu_ns() - t0;
	CHECK(drain() >= PACKETS);
	return (double)t0 / PACKETS;
}

static double run_bare_send(void)
{
	for (int i = 0; i < SOCK_BATCH; i++) {
		iov[i][0] = (struct iovec){wire[i], WIRE};
		msgs[i].msg_hdr = (struct msghdr){.msg_namelen = sizeof(viewers[0].at),
						  .msg_iov = iov[i],
						  .msg_iovlen = 1};
	}
	return send_all(PACKETS, PARTS);
}

/* The packets of a frame to one viewer in one message, which the kernel cuts.
 * Negative: this kernel does not. */
static double run_bare_gso(void)
{
	int size = WIRE, none = 0;
	double ns;

	for (int i = 0; i < SOCK_BATCH; i++) {
		for (int k = 0; k < PARTS; k++)
			iov[i][k] = (struct iovec){wire[(i + k) % SOCK_BATCH], WIRE};
		msgs[i].msg_hdr = (struct msghdr){.msg_namelen = sizeof(viewers[0].at),
						  .msg_iov = iov[i],
						  .msg_iovlen = PARTS};
	}
	if (setsockopt(bare_fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0)
		return -1;
	ns = send_all(PACKETS / PARTS, 1);
	CHECK(setsockopt(bare_fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof(none)) == 0);
	return ns;
}

/* ---- all ------------------------------------------------------------------------- */

enum {
	HEADER,
	PROTECT,
	SEND,
	PATH,
	SOUND_PATH,
	FEEDBACK,
	BARE_PROTECT,
	BARE_SEND,
	BARE_GSO,
	KINDS
};

static void print(double ns[KINDS])
{
	double single = ns[BARE_PROTECT] + ns[BARE_SEND];
	double limit = ns[BARE_GSO] > 0 ? ns[BARE_PROTECT] + ns[BARE_GSO] : single;

	printf("viewer_packet_ns.header %.0f\n", ns[HEADER]);
	printf("viewer_packet_ns.protect %.0f\n", ns[PROTECT]);
	printf("viewer_packet_ns.send %.0f\n", ns[SEND]);
	printf("viewer_packet_ns.path %.0f\n", ns[PATH]);
	printf("viewer_packet_ns.sound %.0f\n", ns[SOUND_PATH]);
	printf("viewer_packet_ns.feedback %.0f\n", ns[FEEDBACK]);
	printf("viewer_packet_ns.limit %.0f\n", limit);
	printf("viewer_packet_ns.ratio %.2f\n", ns[PATH] / limit);
	printf("viewer_packet_ns.limit_single %.0f\n", single);
}

int main(void)
{
	static double (*const runs[KINDS])(void) = {
		run_header,   run_protect,      run_send,      run_path,     run_sound,
		run_feedback, run_bare_protect, run_bare_send, run_bare_gso,
	};
	double ns[KINDS][ROUNDS], mid[KINDS], bytes;

	thread_enter(&on_net);
	thread_claim(&on_net);
	bytes = setup();
	for (int k = 0; k < KINDS; k++)
		runs[k]();               /* warms up */
	for (int i = 0; i < ROUNDS; i++) /* in turns: what else runs hits all alike */
		for (int k = 0; k < KINDS; k++)
			ns[k][i] = runs[k]();
	for (int k = 0; k < KINDS; k++)
		mid[k] = median(ns[k], ROUNDS);
	print(mid);
	printf("bytes_per_link %.0f\n", bytes);
	teardown();
	return 0;
}
