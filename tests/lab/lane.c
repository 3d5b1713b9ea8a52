#include "tests/lab/lane.h"

#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLAB 256 /* packets allocated at once */

struct packet {
	struct packet *next; /* in the pool or the queue */
	int64_t in_us;
	uint32_t tag;
	size_t len, wire; /* bytes: its own; with overhead */
	uint8_t data[LANE_PACKET];
};

struct slab {
	struct slab *next;
	struct packet packets[SLAB];
};

struct lane_pool {
	struct packet *unused;
	struct slab *slabs;
	uint32_t n, max;
};

/* A packet behind the queue; the heap is by time, then by number. */
struct flight {
	int64_t due_us;
	uint64_t number;
	struct packet *packet;
};

struct lane {
	struct agenda_item item; /* first: see lane_of() */
	struct lane_pool *pool;
	const struct lane_conf *conf;
	struct lane_stats *stats;
	struct lane_sink sink;
	struct dice dice;
	/* the queue; its first packet is being sent */
	struct packet *head, **tail;
	uint32_t n_queued;
	uint64_t queued_bytes; /* overhead counted */
	double from_us;        /* since then the first one is sent */
	double left_bits;      /* of it, then */
	/* the way */
	struct flight *flights;
	uint32_t n_flights, flights_size;
	uint64_t number;
	int64_t last_due_us;
	/* Gilbert-Elliott: good and bad times take turns */
	bool bad, burst_known;
	double turn_us;
};

void lane_conf_init(struct lane_conf *conf)
{
	*conf = (struct lane_conf){.burst_us = 100 * MS_US,
				   .reorder_us = 10 * MS_US,
				   .keep_order = true,
				   .overhead = LANE_OVERHEAD};
}

/* ---- packets ----------------------------------------------------------------- */

int lane_pool_create(struct lane_pool **out, uint32_t max)
{
	struct lane_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ENOMEM;
	pool->max = max;
	*out = pool;
	return 0;
}

void lane_pool_destroy(struct lane_pool *pool)
{
	if (!pool)
		return;
	while (pool->slabs) {
		struct slab *slab = pool->slabs;

		pool->slabs = slab->next;
		free(slab);
	}
	free(pool);
}

static void pool_grow(struct lane_pool *pool)
{
	struct slab *slab = pool->n < pool->max ? malloc(sizeof(*slab)) : NULL;

	if (!slab)
		return;
	slab->next = pool->slabs;
	pool->slabs = slab;
	for (uint32_t i = 0; i < SLAB && pool->n < pool->max; i++, pool->n++) {
		slab->packets[i].next = pool->unused;
		pool->unused = &slab->packets[i];
	}
}

static struct packet *packet_get(struct lane_pool *pool)
{
	struct packet *p;

	if (!pool->unused)
		pool_grow(pool);
	p = pool->unused;
	if (p)
		pool->unused = p->next;
	return p;
}

static void packet_put(struct lane_pool *pool, struct packet *p)
{
	p->next = pool->unused;
	pool->unused = p;
}

/* ---- the way: a heap ----------------------------------------------------------- */

static bool before(const struct flight *a, const struct flight *b)
{
	return a->due_us < b->due_us || (a->due_us == b->due_us && a->number < b->number);
}

static bool flight_room(struct lane *lane)
{
	uint32_t size = lane->flights_size ? lane->flights_size * 2 : 16;
	void *grown;

	if (lane->n_flights < lane->flights_size)
		return true;
	if (size > LANE_FLIGHT)
		return false;
	grown = realloc(lane->flights, size * sizeof(*lane->flights));
	if (!grown)
		return false;
	lane->flights = grown;
	lane->flights_size = size;
	return true;
}

static void flight_add(struct lane *lane, struct packet *p, int64_t due_us)
{
	const struct flight f = {due_us, lane->number++, p};
	uint32_t i = lane->n_flights++;

	for (; i && before(&f, &lane->flights[(i - 1) / 2]); i = (i - 1) / 2)
		lane->flights[i] = lane->flights[(i - 1) / 2];
	lane->flights[i] = f;
}

static struct packet *flight_take(struct lane *lane)
{
	struct packet *first = lane->flights[0].packet;
	const struct flight last = lane->flights[--lane->n_flights];
	uint32_t i = 0;

	for (;;) {
		uint32_t k = 2 * i + 1;

		if (k >= lane->n_flights)
			break;
		if (k + 1 < lane->n_flights &&
		    before(&lane->flights[k + 1], &lane->flights[k]))
			k++;
		if (!before(&lane->flights[k], &last))
			break;
		lane->flights[i] = lane->flights[k];
		i = k;
	}
	if (lane->n_flights)
		lane->flights[i] = last;
	return first;
}

/* ---- chance -------------------------------------------------------------------- */

/* Bad times last burst_us in the mean and good ones so long that the part fits;
 * both are exponential, so the first state is drawn by the parts, too. */
static bool in_burst(struct lane *lane, double now_us)
{
	double p = lane->conf->burst_loss, bad_us = (double)lane->conf->burst_us;

	if (p <= 0 || bad_us <= 0) {
		lane->burst_known = false;
		return false;
	}
	if (p >= 1)
		return true;
	if (!lane->burst_known) {
		lane->burst_known = true;
		lane->bad = dice_chance(&lane->dice, p);
		lane->turn_us = now_us;
		lane->turn_us += dice_exponential(
			&lane->dice, lane->bad ? bad_us : bad_us * (1 - p) / p);
	}
	while (now_us >= lane->turn_us) {
		lane->bad = !lane->bad;
		lane->turn_us += dice_exponential(
			&lane->dice, lane->bad ? bad_us : bad_us * (1 - p) / p);
	}
	return lane->bad;
}

static int64_t jitter(struct lane *lane)
{
	const struct lane_conf *c = lane->conf;
	int64_t cap = c->jitter_cap_us ? c->jitter_cap_us : 4 * c->jitter_us, us;

	if (c->jitter_us <= 0)
		return 0;
	us = (int64_t)((double)c->jitter_us * dice_normal(&lane->dice));
	return us > cap ? cap : us < -cap ? -cap : us;
}

/* One bit of it changes. */
static void spoil(struct lane *lane, struct packet *p)
{
	uint64_t r = dice_u64(&lane->dice);

	if (!p->len)
		return;
	p->data[(r >> 3) % p->len] ^= (uint8_t)(1u << (r & 7));
	lane->stats->corrupted++;
}

/* ---- from the queue onto the way -------------------------------------------------- */

static void drop(struct lane *lane, struct packet *p, enum lane_drop why)
{
	lane->stats->dropped[why]++;
	packet_put(lane->pool, p);
}

static void fly(struct lane *lane, struct packet *p, int64_t now_us)
{
	const struct lane_conf *c = lane->conf;
	int64_t due_us = now_us + c->delay_us + jitter(lane);

	if (due_us < now_us)
		due_us = now_us;
	if (!flight_room(lane)) {
		drop(lane, p, LANE_DROP_MEMORY);
		return;
	}
	if (c->keep_order && due_us < lane->last_due_us)
		due_us = lane->last_due_us;
	lane->last_due_us = due_us;
	if (dice_chance(&lane->dice, c->reorder)) {
		due_us += c->reorder_us;
		lane->stats->reordered++;
	}
	flight_add(lane, p, due_us);
}

/* The packet is on the link, all of it. */
static void launch(struct lane *lane, struct packet *p, int64_t now_us)
{
	const struct lane_conf *c = lane->conf;
	struct packet *copy = NULL;

	waits_add(&lane->stats->waits, now_us - p->in_us);
	if (dice_chance(&lane->dice, c->loss)) {
		drop(lane, p, LANE_DROP_LOSS);
		return;
	}
	if (in_burst(lane, (double)now_us)) {
		drop(lane, p, LANE_DROP_BURST);
		return;
	}
	if (dice_chance(&lane->dice, c->duplicate))
		copy = packet_get(lane->pool);
	if (copy) {
		copy->len = p->len;
		copy->in_us = p->in_us;
		copy->tag = p->tag;
		memcpy(copy->data, p->data, p->len);
		lane->stats->duplicated++;
	}
	if (dice_chance(&lane->dice, c->corrupt))
		spoil(lane, p);
	fly(lane, p, now_us);
	if (copy)
		fly(lane, copy, now_us);
}

/* When the first one of the queue is on the link. */
static double done_us(const struct lane *lane)
{
	if (lane->conf->rate_bps <= 0)
		return lane->from_us;
	return lane->from_us + lane->left_bits * 1e6 / lane->conf->rate_bps;
}

static void serve(struct lane *lane, int64_t now_us)
{
	while (lane->head) {
		struct packet *p = lane->head;
		double done = done_us(lane);

		if (done > (double)now_us) {
			/* what was sent was sent at this rate */
			lane->left_bits -= ((double)now_us - lane->from_us) *
					   lane->conf->rate_bps / 1e6;
			lane->from_us = (double)now_us;
			return;
		}
		lane->head = p->next;
		lane->n_queued--;
		lane->queued_bytes -= p->wire;
		if (lane->head) {
			lane->from_us = done;
			lane->left_bits = 8.0 * (double)lane->head->wire;
		} else {
			lane->tail = &lane->head;
		}
		launch(lane, p, (int64_t)ceil(done));
	}
}

/* ---- the caller's side --------------------------------------------------------------
 */

static bool queue_full(const struct lane *lane)
{
	const struct lane_conf *c = lane->conf;

	if (!lane->head || c->rate_bps <= 0 || c->queue_us <= 0)
		return false;
	return (double)lane->queued_bytes * 8e6 >= c->rate_bps * (double)c->queue_us;
}

static enum lane_drop refused(const struct lane *lane, size_t len)
{
	if (lane->conf->down)
		return LANE_DROP_DOWN;
	if (lane->conf->hole)
		return LANE_DROP_HOLE;
	if (queue_full(lane))
		return LANE_DROP_QUEUE;
	if (len > LANE_PACKET || lane->n_queued == LANE_QUEUE)
		return LANE_DROP_MEMORY;
	return LANE_DROPS;
}

void lane_push(struct lane *lane, uint32_t tag, const void *data, size_t len,
	       int64_t now_us)
{
	enum lane_drop why;
	struct packet *p = NULL;

	serve(lane, now_us);
	lane->stats->packets_in++;
	lane->stats->bytes_in += len;
	why = refused(lane, len);
	if (why == LANE_DROPS) {
		p = packet_get(lane->pool);
		if (!p)
			why = LANE_DROP_MEMORY;
	}
	if (!p) {
		lane->stats->dropped[why]++;
		return;
	}
	p->next = NULL;
	p->in_us = now_us;
	p->tag = tag;
	p->len = len;
	p->wire = len + (size_t)lane->conf->overhead;
	memcpy(p->data, data, len);
	if (!lane->head) {
		lane->from_us = (double)now_us;
		lane->left_bits = 8.0 * (double)p->wire;
	}
	*lane->tail = p;
	lane->tail = &p->next;
	lane->n_queued++;
	lane->queued_bytes += p->wire;
}

void lane_run(struct lane *lane, int64_t now_us)
{
	serve(lane, now_us);
	while (lane->n_flights && lane->flights[0].due_us <= now_us) {
		struct packet *p = flight_take(lane);

		lane->stats->packets_out++;
		lane->stats->bytes_out += p->len;
		lane->sink.packet(lane->sink.ctx, p->tag, p->data, p->len);
		packet_put(lane->pool, p);
	}
}

int64_t lane_next_us(const struct lane *lane)
{
	int64_t at = INT64_MAX;

	if (lane->head)
		at = (int64_t)ceil(done_us(lane));
	if (lane->n_flights && lane->flights[0].due_us < at)
		at = lane->flights[0].due_us;
	return at;
}

struct agenda_item *lane_item(struct lane *lane)
{
	return &lane->item;
}

struct lane *lane_of(struct agenda_item *item)
{
	return (struct lane *)item;
}

int lane_create(struct lane **out, struct lane_pool *pool, const struct lane_conf *conf,
		struct lane_stats *stats, const struct lane_sink *sink, uint64_t seed)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return -ENOMEM;
	lane->pool = pool;
	lane->conf = conf;
	lane->stats = stats;
	lane->sink = *sink;
	lane->tail = &lane->head;
	dice_init(&lane->dice, seed);
	*out = lane;
	return 0;
}

void lane_destroy(struct lane *lane)
{
	if (!lane)
		return;
	while (lane->head) {
		struct packet *p = lane->head;

		lane->head = p->next;
		packet_put(lane->pool, p);
	}
	while (lane->n_flights)
		packet_put(lane->pool, lane->flights[--lane->n_flights].packet);
	free(lane->flights);
	free(lane);
}
