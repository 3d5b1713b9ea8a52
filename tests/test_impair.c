/* The relay's parts by a clock of the test: rates, queues, losses, delays, order.
 * The last test relays real packets over loopback.
 */
#include <math.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/thread.h"
#include "tests/lab/control.h"
#include "tests/lab/plan.h"
#include "tests/lab/relay.h"
#include "tests/test.h"

#define PAYLOAD 972 /* with headers 1000 bytes */

struct rig {
	struct lane_pool *pool;
	struct lane_conf conf;
	struct lane_stats stats;
	struct lane *lane;
	int64_t now_us;
	/* what came out */
	uint32_t n, out_of_order, twice;
	uint32_t last, last_tag;
	int64_t last_us, least_us, most_us, first_us; /* arrival; delay */
	uint64_t flipped;                             /* bits */
	uint8_t seen[200000];
};

static struct rig rig;

static void on_packet(void *ctx, uint32_t tag, uint8_t *data, size_t len)
{
	struct rig *r = ctx;
	uint32_t number = rd32(data);
	int64_t took = r->now_us - (int64_t)rd64(data + 4);

	CHECK(len == PAYLOAD);
	for (size_t i = 12; i < len; i++)
		for (unsigned bits = data[i]; bits; bits &= bits - 1)
			r->flipped++;
	if (r->n && number < r->last)
		r->out_of_order++;
	if (number < sizeof(r->seen))
		r->twice += r->seen[number]++ > 0;
	r->last = number;
	r->last_tag = tag;
	r->last_us = r->now_us;
	if (!r->n)
		r->first_us = r->now_us;
	if (!r->n || took < r->least_us)
		r->least_us = took;
	if (!r->n || took > r->most_us)
		r->most_us = took;
	r->n++;
}

static void begin(uint64_t seed)
{
	const struct lane_sink sink = {&rig, on_packet};

	memset(&rig, 0, sizeof(rig));
	rig.now_us = 1000000;
	lane_conf_init(&rig.conf);
	CHECK(lane_pool_create(&rig.pool, 20000) == 0);
	CHECK(lane_create(&rig.lane, rig.pool, &rig.conf, &rig.stats, &sink, seed) == 0);
}

static void end(void)
{
	lane_destroy(rig.lane);
	lane_pool_destroy(rig.pool);
}

/* Lets the time pass as the relay does: from event to event. */
static void pass_until(int64_t until_us)
{
	int64_t next;

	while ((next = lane_next_us(rig.lane)) <= until_us) {
		if (next > rig.now_us)
			rig.now_us = next;
		lane_run(rig.lane, rig.now_us);
	}
	rig.now_us = until_us;
}

static void push(uint32_t number)
{
	static uint8_t data[PAYLOAD];

	wr32(data, number);
	wr64(data + 4, (uint64_t)rig.now_us);
	lane_push(rig.lane, number ^ 0xa5, data, PAYLOAD, rig.now_us);
}

/* `n` packets, one each `each_us`. */
static void feed(uint32_t n, int64_t each_us)
{
	for (uint32_t i = 0; i < n; i++) {
		push(i);
		pass_until(rig.now_us + each_us);
	}
}

static bool near(double value, double want, double part)
{
	if (fabs(value - want) <= want * part)
		return true;
	fprintf(stderr, "%g, not %g\n", value, want);
	return false;
}

/* ---- lanes ------------------------------------------------------------------------ */

static void a_perfect_link_changes_nothing(void)
{
	begin(1);
	feed(1000, 1000);
	CHECK(rig.n == 1000 && rig.out_of_order == 0 && rig.twice == 0);
	CHECK(rig.most_us == 0 && rig.flipped == 0 && rig.last_tag == (999 ^ 0xa5));
	CHECK(rig.stats.packets_in == 1000 && rig.stats.packets_out == 1000);
	CHECK(rig.stats.bytes_out == 1000 * PAYLOAD);
	end();
}

/* Twice as much as fits for 20 s: what comes out is the rate, headers counted, and
 * the queue is never longer than it may be. */
static void a_rate_is_kept(double bps, int64_t queue_ms)
{
	int64_t each_us = (int64_t)(8000 * 1e6 / bps / 2);
	double got;

	begin(2);
	rig.conf.rate_bps = bps;
	rig.conf.queue_us = queue_ms * MS_US;
	feed((uint32_t)(20 * SEC_US / each_us), each_us);
	got = (rig.n - 1) * 8000.0 / ((double)(rig.last_us - rig.first_us) / 1e6);
	CHECK(near(got, bps, 0.01));
	/* a packet comes in while less than that waits, and goes out behind it */
	CHECK(rig.most_us <= queue_ms * MS_US + (int64_t)(8000 * 1e6 / bps) + 1);
	CHECK(rig.most_us >= queue_ms * MS_US - (int64_t)(8000 * 1e6 / bps));
	CHECK(rig.stats.dropped[LANE_DROP_QUEUE] > 0 && rig.out_of_order == 0);
	pass_until(rig.now_us + 60 * SEC_US);
	CHECK(rig.n + rig.stats.dropped[LANE_DROP_QUEUE] == rig.stats.packets_in);
	end();
}

static void rates_are_kept(void)
{
	a_rate_is_kept(80e3, 500);
	a_rate_is_kept(350e3, 1000);
	a_rate_is_kept(1e6, 200);
	a_rate_is_kept(17e6, 50);
}

/* What is being sent when the rate changes goes on at the new one. */
static void a_rate_changes_in_the_middle(void)
{
	begin(3);
	rig.conf.rate_bps = 80e3; /* 100 ms for one packet */
	push(0);
	pass_until(rig.now_us + 50 * MS_US);
	lane_run(rig.lane, rig.now_us);
	rig.conf.rate_bps = 40e3; /* the second half takes 100 ms */
	pass_until(rig.now_us + SEC_US);
	CHECK(rig.n == 1 && rig.most_us == 150 * MS_US);
	push(1);
	lane_run(rig.lane, rig.now_us);
	rig.conf.rate_bps = 0; /* no limit: all of it at once */
	lane_run(rig.lane, rig.now_us);
	CHECK(rig.n == 2);
	end();
}

static void a_delay_is_exact(void)
{
	begin(4);
	rig.conf.delay_us = 37123;
	feed(500, 777);
	pass_until(rig.now_us + SEC_US);
	CHECK(rig.n == 500 && rig.least_us == 37123 && rig.most_us == 37123);
	CHECK(rig.stats.waits.max_us == 0); /* that is not the queue */
	end();
}

/* 100 000 packets: the deviation of the mean is 0.07 % at 5 % of loss. */
static void independent_loss(void)
{
	begin(5);
	rig.conf.loss = 0.05;
	feed(100000, 100);
	CHECK(near((double)rig.stats.dropped[LANE_DROP_LOSS] / 1e5, 0.05, 0.04));
	CHECK(rig.n + rig.stats.dropped[LANE_DROP_LOSS] == 100000);
	end();
}

/* Runs of lost packets: how many, and how long in the mean. */
static uint32_t runs(double *mean)
{
	uint32_t n = 0, lost = 0;

	for (uint32_t i = 0; i < 200000; i++) {
		lost += !rig.seen[i];
		n += !rig.seen[i] && (i == 0 || rig.seen[i - 1]);
	}
	*mean = n ? (double)lost / n : 0;
	return n;
}

/* 200 s, a packet each ms, bad for 40 ms in the mean, in all 10 % of the time:
 * some 500 bad times, so their sum deviates by about 6 %. A bad time shorter than the
 * gap between packets may hit none: those that hit are a bit longer in the mean. */
static void bursts(void)
{
	uint32_t n;
	double mean;

	begin(6);
	rig.conf.burst_loss = 0.1;
	rig.conf.burst_us = 40 * MS_US;
	feed(200000, 1000);
	CHECK(near((double)rig.stats.dropped[LANE_DROP_BURST] / 2e5, 0.1, 0.15));
	n = runs(&mean);
	CHECK(n > 350 && n < 650);
	CHECK(near(mean, 40, 0.15));
	end();
}

static void the_same_seed_is_the_same_run(void)
{
	static uint8_t first[sizeof(rig.seen)];
	bool same[2];

	for (int i = 0; i < 3; i++) {
		begin(i < 2 ? 7 : 8);
		rig.conf.loss = 0.2;
		rig.conf.burst_loss = 0.05;
		rig.conf.duplicate = 0.1;
		feed(5000, 1000);
		if (i == 0)
			memcpy(first, rig.seen, sizeof(first));
		else
			same[i - 1] = memcmp(first, rig.seen, sizeof(first)) == 0;
		end();
	}
	CHECK(same[0] && !same[1]);
}

static void jitter_and_order(void)
{
	begin(9);
	rig.conf.delay_us = 100 * MS_US;
	rig.conf.jitter_us = 10 * MS_US;
	rig.conf.jitter_cap_us = 30 * MS_US;
	feed(20000, 2000);
	pass_until(rig.now_us + SEC_US);
	CHECK(rig.n == 20000 && rig.out_of_order == 0);
	CHECK(rig.most_us <= 130 * MS_US && rig.most_us > 125 * MS_US);
	end();

	begin(9);
	rig.conf.delay_us = 100 * MS_US;
	rig.conf.jitter_us = 10 * MS_US;
	rig.conf.jitter_cap_us = 30 * MS_US;
	rig.conf.keep_order = false;
	feed(20000, 2000);
	pass_until(rig.now_us + SEC_US);
	CHECK(rig.n == 20000 && rig.out_of_order > 5000);
	CHECK(rig.least_us >= 70 * MS_US && rig.least_us < 75 * MS_US);
	end();
}

static void late_twice_and_spoilt(void)
{
	begin(10);
	rig.conf.reorder = 0.02;
	rig.conf.reorder_us = 5 * MS_US;
	feed(20000, 1000);
	pass_until(rig.now_us + SEC_US);
	CHECK(near((double)rig.stats.reordered, 400, 0.2));
	CHECK(rig.out_of_order > 300 && rig.n == 20000);
	CHECK(rig.most_us == 5 * MS_US && rig.least_us == 0);
	end();

	begin(11);
	rig.conf.duplicate = 0.03;
	feed(20000, 1000);
	CHECK(near((double)rig.stats.duplicated, 600, 0.15));
	CHECK(rig.twice == rig.stats.duplicated && rig.n == 20000 + rig.twice);
	end();

	begin(12);
	rig.conf.corrupt = 0.5;
	feed(2000, 1000);
	CHECK(near((double)rig.stats.corrupted, 1000, 0.1));
	/* one bit each; a few of them among the first 12 bytes */
	CHECK(rig.flipped > 900 && rig.flipped <= rig.stats.corrupted);
	end();
}

static void down_and_hole(void)
{
	begin(13);
	rig.conf.down = true;
	feed(10, 1000);
	rig.conf.down = false;
	rig.conf.hole = true;
	feed(5, 1000);
	CHECK(rig.n == 0 && rig.stats.dropped[LANE_DROP_DOWN] == 10);
	CHECK(rig.stats.dropped[LANE_DROP_HOLE] == 5);
	rig.conf.hole = false;
	feed(3, 1000);
	CHECK(rig.n == 3);
	end();
}

/* No list grows without an end, and nothing is lost without being counted. */
static void memory_is_bounded(void)
{
	begin(14);
	rig.conf.rate_bps = 1000; /* without queue_us: LANE_QUEUE is the bound */
	for (uint32_t i = 0; i < 10000; i++)
		push(i);
	CHECK(rig.stats.dropped[LANE_DROP_MEMORY] == 10000 - LANE_QUEUE);
	end();

	begin(14);
	rig.conf.delay_us = 60 * SEC_US;
	feed(10000, 100);
	CHECK(rig.stats.dropped[LANE_DROP_MEMORY] == 10000 - LANE_FLIGHT);
	pass_until(rig.now_us + 61 * SEC_US);
	CHECK(rig.n == LANE_FLIGHT);
	end();
}

static void the_waits_are_of_a_second(void)
{
	begin(15);
	rig.conf.rate_bps = 800e3; /* 10 ms each */
	for (uint32_t i = 0; i < 20; i++)
		push(i);
	pass_until(rig.now_us + SEC_US);
	waits_turn(&rig.stats.waits);
	CHECK(rig.stats.waits.last.n == 20);
	CHECK(near(rig.stats.waits.last.p50_ms, 110, 0.02));
	CHECK(near(rig.stats.waits.last.p95_ms, 200, 0.02));
	CHECK(near(rig.stats.waits.last.max_ms, 200, 0.001));
	waits_turn(&rig.stats.waits);
	CHECK(rig.stats.waits.last.n == 0);
	end();
}

/* ---- the agenda ---------------------------------------------------------------------
 */

static void the_agenda_is_in_order(void)
{
	struct agenda_item items[300] = {{0}};
	struct agenda agenda = {0};
	struct dice dice;
	int64_t last = -1;

	dice_init(&dice, 1);
	for (int i = 0; i < 3000; i++) {
		struct agenda_item *item = &items[dice_u64(&dice) % 300];

		if (dice_chance(&dice, 0.3))
			agenda_remove(&agenda, item);
		else
			CHECK(agenda_set(&agenda, item,
					 (int64_t)(dice_u64(&dice) % 100)) == 0);
	}
	CHECK(agenda.n > 100);
	while (agenda_first(&agenda)) {
		CHECK(agenda_first(&agenda)->at_us >= last);
		last = agenda_first(&agenda)->at_us;
		agenda_remove(&agenda, agenda_first(&agenda));
	}
	agenda_fini(&agenda);
}

/* ---- all of it, over loopback
 * ---------------------------------------------------------- */

static int udp(struct sockaddr_in *at, const struct sockaddr_in *to)
{
	const struct timeval limit = {5, 0};
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)at, sizeof(*at)) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)at, &len) == 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (to)
		CHECK(connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0);
	return fd;
}

static atomic_bool stop;

static void run_relay(void *arg)
{
	relay_run(arg, &stop);
}

/* Asks and answers through the relay; returns the port that the server saw. */
static uint16_t exchange(int client, int server, char word)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char got[8];

	CHECK(send(client, &word, 1, 0) == 1);
	CHECK(recvfrom(server, got, sizeof(got), 0, (struct sockaddr *)&from, &len) == 1);
	CHECK(got[0] == word);
	CHECK(sendto(server, "re", 2, 0, (struct sockaddr *)&from, len) == 2);
	CHECK(recv(client, got, sizeof(got), 0) == 2 && memcmp(got, "re", 2) == 0);
	return ntohs(from.sin_port);
}

static void it_relays(bool shared)
{
	static struct plan plan;
	struct sockaddr_in server_at, relay_at, a_at, b_at;
	int server = udp(&server_at, NULL), a, b;
	char text[64], line[4096];
	struct relay_conf conf = {
		.listen = "127.0.0.1:0", .server = text, .shared = shared};
	struct thread *thread;
	struct relay *relay;
	uint16_t port_a, port_b;

	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(server_at.sin_port));
	CHECK(relay_create(&relay, &conf, &plan) == 0);
	relay_at = server_at;
	relay_at.sin_port = htons(relay_port(relay));
	a = udp(&a_at, &relay_at);
	b = udp(&b_at, &relay_at);
	atomic_store(&stop, false);
	CHECK(thread_start(&thread, NULL, "relay", run_relay, relay) == 0);
	port_a = exchange(a, server, 'a');
	port_b = exchange(b, server, 'b');
	CHECK(port_a != port_b && exchange(a, server, 'c') == port_a);
	atomic_store(&stop, true);
	thread_join(thread);

	/* the thread is gone: the relay is ours */
	control_line(relay, "rebind", line, sizeof(line));
	CHECK(strcmp(line, "ok") == 0);
	control_line(relay, "down loss x", line, sizeof(line));
	CHECK(strncmp(line, "err ", 4) == 0);
	control_line(relay, "up delay 1", line, sizeof(line));
	CHECK(strcmp(line, "ok") == 0);
	control_line(relay, "stats", line, sizeof(line));
	CHECK(strstr(line, "\"clients\":2") && strstr(line, "\"rebinds\":2"));
	CHECK(strstr(line, "\"up\":{\"packets_in\":3,\"bytes_in\":3,\"packets_out\":3"));
	CHECK(strstr(line, "\"down\":{\"packets_in\":3,\"bytes_in\":6"));

	atomic_store(&stop, false);
	CHECK(thread_start(&thread, NULL, "relay", run_relay, relay) == 0);
	CHECK(exchange(a, server, 'd') != port_a);
	atomic_store(&stop, true);
	thread_join(thread);
	relay_destroy(relay);
	close(a);
	close(b);
	close(server);
}

int main(void)
{
	a_perfect_link_changes_nothing();
	rates_are_kept();
	a_rate_changes_in_the_middle();
	a_delay_is_exact();
	independent_loss();
	bursts();
	the_same_seed_is_the_same_run();
	jitter_and_order();
	late_twice_and_spoilt();
	down_and_hole();
	memory_is_bounded();
	the_waits_are_of_a_second();
	the_agenda_is_in_order();
	it_relays(false);
	it_relays(true);
	return 0;
}
