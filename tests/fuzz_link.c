/* fuzz_link - the door of a net thread: datagrams from eight sources, among them
 * genuine checks, in any order. What did not come from a source that sent a
 * genuine check never gets to DTLS or SRTP.
 *
 * Each step: a byte (source: 3 bits, kind: 2 bits), for a raw datagram a byte of
 * length and the bytes.
 */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "tests/stun_hand.h"
#include "transport/link_impl.h"

#include <assert.h>
#include <stdlib.h>

#define UFRAG   "abcdefgh"
#define PWD     "abcdefghijklmnopqrstuvwx"
#define SOURCES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rig {
	struct loop *loop;
	struct loop_timer *stop;
	struct links *links;
	struct link *link;
	bool down;
	bool validated[SOURCES];
} rig;

static void on_up(void *ctx)
{
	(void)ctx;
	abort(); /* nobody here has keys */
}

static void on_down(void *ctx, enum link_down why)
{
	struct rig *r = ctx;

	assert(why == LINK_DOWN_DTLS);
	r->down = true;
	memset(r->validated, 0, sizeof(r->validated));
}

static void on_media(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)now_us;
	abort();
}

static bool on_admit(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	abort();
}

static void on_stop(void *ctx)
{
	loop_stop(ctx);
}

static void rig_init(struct rig *r)
{
	static const struct link_events events = {on_up, on_down, on_media, on_media,
						  on_admit};
	const struct links_conf conf = {1, {"127.0.0.1"}, 0, 0, 1, {"127.0.0.1"}, 0, 0};

	thread_enter(&on_net);
	clock_fake(1000 * SEC_US);
	if (loop_create(&r->loop, 8) < 0 ||
	    loop_timer_create(&r->stop, r->loop, on_stop, r->loop) < 0 ||
	    links_create(&r->links, r->loop, &conf, &events) < 0)
		abort();
}

/* One datagram, and what must be true after it. */
static void take(struct rig *r, unsigned source, uint8_t *data, size_t len)
	RUNS_ON(on_net)
{
	struct path path = {.sock = r->links->socks[0]};
	const struct bucket packets = r->link->packets, forged = r->link->forged;
	bool known = r->validated[source], had_dtls = r->link->dtls != NULL;
	int64_t refused = count_get(COUNT_REJECT_UDP);

	path.remote = (struct addr){{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1},
				    0,
				    (uint16_t)(60000 + source)};
	links_take(r->links, &path, data, len, clock_us());
	if (known || len == 0 || data[0] <= 3)
		return;
	assert(count_get(COUNT_REJECT_UDP) == refused + 1);
	/* who is not known uses up nothing of the link */
	assert(memcmp(&packets, &r->link->packets, sizeof(packets)) == 0);
	assert(memcmp(&forged, &r->link->forged, sizeof(forged)) == 0);
	assert(had_dtls == (r->link->dtls != NULL) && !r->link->srtp);
}

static void take_check(struct rig *r, unsigned source, bool genuine, bool nominate)
	RUNS_ON(on_net)
{
	const struct stun_check check = {UFRAG ":them",
					 genuine ? PWD : "abcdefghijklmnopqrstuvwy",
					 nominate,
					 0,
					 {(uint8_t)source}};
	uint8_t msg[512];
	uint32_t n = r->link->tuples.n;
	int64_t flood = count_get(COUNT_REJECT_FLOOD);

	take(r, source, msg, stun_write_check(msg, &check));
	if (r->down)
		return;
	if (count_get(COUNT_REJECT_FLOOD) != flood) { /* not looked at */
		assert(r->link->tuples.n == n);
		return;
	}
	assert(r->link->tuples.n == n + (genuine && !r->validated[source]));
	assert(n == 0 || r->link->tuples.chosen);
	r->validated[source] |= genuine;
}

static void take_raw(struct rig *r, unsigned source, struct cursor *c) RUNS_ON(on_net)
{
	_Alignas(16) uint8_t buf[256];
	size_t len = cursor_u8(c);

	if (len > cursor_left(c))
		len = cursor_left(c);
	memcpy(buf, c->p, len);
	c->p += len;
	take(r, source, buf, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct link_conf conf = {UFRAG, PWD, &rig};
	struct cursor c = cursor_of(data, size);

	if (!rig.loop)
		rig_init(&rig);
	thread_claim(&on_net);
	clock_fake(clock_us() + SEC_US); /* each input finds all budgets full */
	rig.down = false;
	memset(rig.validated, 0, sizeof(rig.validated));
	if (link_open(&rig.link, rig.links, &conf) < 0)
		abort();
	while (cursor_left(&c) && !rig.down) {
		uint8_t op = cursor_u8(&c);

		switch (op >> 3 & 3) {
		case 0:
			take_check(&rig, op & 7, true, op & 0x20);
			break;
		case 1:
			take_check(&rig, op & 7, false, op & 0x20);
			break;
		default:
			take_raw(&rig, op & 7, &c);
			break;
		}
	}
	link_close(rig.link);
	loop_timer_once(rig.stop, 0);
	loop_run(rig.loop);
	return 0;
}
