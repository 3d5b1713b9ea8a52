/* test_link_end - what a connected link weighs on the wire, and what is left of it once
 * the handshake was let go.
 */
#include "base/count.h"
#include "tests/link_world.h"
#include "transport/link_impl.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t wire_in(const struct end *end) RUNS_ON(on_net)
{
	struct link_info info;

	link_describe(end->link, &info);
	return info.wire_in;
}

static uint64_t wire_out(const struct end *end) RUNS_ON(on_net)
{
	struct link_info info;

	link_describe(end->link, &info);
	return info.wire_out;
}

/* All that is on the wire counts, with its headers. */
static void test_wire(const char *listen_ip, bool tcp, size_t headers) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;
	uint8_t pkt[200];
	uint64_t in, out;
	size_t len;

	world_init(&world, listen_ip);
	end_open(&end, &world);
	conf = end_client_conf(&end, tcp);
	CHECK(wire_in(&end) == 0 && wire_out(&end) == 0);
	end_connect(&end, &conf);
	peer_client_silence(end.client);
	end_run(&end, 4);
	in = wire_in(&end);
	out = wire_out(&end);
	CHECK(in > 800 && out > 800); /* checks and the handshake */
	len = end_make_rtp(pkt, 5, 1, 100);
	CHECK(peer_client_send_rtp(end.client, pkt, len));
	UNTIL(&end, end.n_rtp == 1);
	CHECK(wire_in(&end) == in + len + 16 + headers);
	pkt[len - 1] = 0; /* forged: it came, too */
	CHECK(peer_client_send_raw(end.client, pkt, len));
	UNTIL(&end, wire_in(&end) == in + len + 16 + headers + len + headers);
	CHECK(wire_out(&end) == out);
	CHECK(link_send_rtp(end.link, pkt, 12, pkt + 12, 100) == 128);
	CHECK(wire_out(&end) == out + 128 + headers);
	CHECK(link_send_rtcp(end.link, pkt, end_make_rr(pkt, 5)) == 28);
	CHECK(wire_out(&end) == out + 128 + 28 + 2 * headers);
	end_close(&end);
	world_fini(&world);
}

/* The beginning of a ClientHello. */
static void shake_again(struct end *end) RUNS_ON(on_net)
{
	static const uint8_t hello[13 + 30] = {22, 254, 253, 0,  0, 0, 0,  0,   0,
					       0,  0,   0,   30, 1, 0, 0,  18,  0,
					       0,  0,   0,   0,  0, 0, 18, 254, 253};
	int64_t late = count_get(COUNT_REJECT_DTLS_LATE);

	CHECK(peer_client_send_raw(end->client, hello, sizeof(hello)));
	UNTIL(end, count_get(COUNT_REJECT_DTLS_LATE) == late + 1);
}

/* When the peer showed its keys, what only the handshake needs is let go. Both can
 * still say goodbye, and a second handshake harms nobody. */
static void test_settled(bool tcp, bool theirs) RUNS_ON(on_net)
{
	struct world world;
	struct end end;
	struct peer_client_conf conf;

	world_init(&world, NULL);
	end_open(&end, &world);
	conf = end_client_conf(&end, tcp);
	end_connect(&end, &conf);
	CHECK(!end.link->settled && end.link->dtls_timer);
	end_exchange(&end);
	CHECK(end.link->settled && !end.link->dtls_timer);
	shake_again(&end);
	CHECK(!end.is_down);
	if (theirs) {
		peer_client_destroy(end.client);
		end.client = NULL;
		UNTIL(&end, end.is_down);
		CHECK(end.why == LINK_DOWN_CLOSED);
	} else {
		struct sdp sdp = end_sdp(end.client);

		/* another certificate is still found out */
		sdp.fingerprints[0][0] ^= 1;
		CHECK(link_remote(end.link, &sdp) == 0);
		UNTIL(&end, end.is_down);
		CHECK(end.why == LINK_DOWN_FINGERPRINT);
	}
	end_close(&end);
	world_fini(&world);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_wire("127.0.0.1", false, 28);
	test_wire("127.0.0.1", true, 42);
	if (world_has_v6())
		test_wire("::1", false, 48);
	for (int i = 0; i < 4; i++)
		test_settled(i & 1, i & 2);
	return 0;
}
