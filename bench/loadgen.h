/* loadgen.h - what the parts of loadgen share: what was asked for, and what one
 * member saw. The options are constant once the crews run; a member belongs to the
 * thread of its crew.
 */
#ifndef BENCH_LOADGEN_H
#define BENCH_LOADGEN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lab/endpoint.h"

#define LG_CLASSES 8 /* of viewers, by their link */
#define LG_MEMBERS 20000
#define LG_ORDERS  16
#define LG_LATE_MS 2048 /* of the histograms of lateness */
#define LG_LATE_0  256  /* the bin of the first packet */

enum lg_lie { LG_HONEST, LG_LIE_GOOD, LG_LIE_BAD };

struct lg_options {
	char host[64]; /* an IP address */
	uint16_t port;
	bool tls;
	char code[16];
	const char *token, *admin; /* may be NULL */
	unsigned viewers, senders, threads;
	double seconds, joins_per_s;
	unsigned n_via;
	struct endpoint via[LG_CLASSES];
	unsigned n_kbit;
	const char *kbit[LG_CLASSES]; /* as "80" or "80@0,350@20" */
	const char *media;            /* "IP:PORT" that the relays of `kbit` send to */
	unsigned n_link;
	const char *link[LG_ORDERS]; /* further orders for them */
	unsigned n_cap;
	const char *cap[LG_CLASSES]; /* what viewers want at most, in turns */
	bool no_twcc, no_nack, no_red, vp8, quiet, senders_via, trace;
	bool sync;        /* the first senders are beacons */
	int32_t sync_ppm; /* their clocks run so much too fast */
	unsigned decrypt; /* one of so many packets; 1: all */
	double drop;      /* part of what is received */
	unsigned pli_storm;
	enum lg_lie lie;
	const char *video, *sound; /* files, or NULL: made up */
	const char *json;
	int server_pid; /* 0: not told */
	uint64_t seed;
};

/* Groups that viewers are reported in: by link, or by level. */
static inline unsigned lg_classes(const struct lg_options *o)
{
	unsigned n = o->n_cap ? o->n_cap : o->n_via;

	return n ? n : 1;
}

/* The lateness of what came: arrival less the time that the RTP timestamp says, from
 * that of the first packet on, in ms. */
struct lg_late {
	bool any;
	int64_t first_us, min_us, max_us; /* the latter two from the first on */
	uint32_t bins[LG_LATE_MS];
	uint32_t n;
};

void lg_late_add(struct lg_late *late, int64_t us);
/* Adds what `from` has, each counted from its own least. */
void lg_late_merge(struct lg_late *to, const struct lg_late *from);
/* What `part` of them did not exceed, ms, from the least on. */
double lg_late_quantile(const struct lg_late *late, double part);
double lg_late_max(const struct lg_late *late);

/* Bytes on the wire so far. */
struct lg_mark {
	int64_t at_us;
	uint64_t video, audio, rtx, other, out;
};

struct lg_stats {
	/* µs of the monotonic clock; 0: not yet */
	int64_t begun_us, open_us, joined_us, up_us, packet_us, key_us;
	const char *failed; /* what went wrong first, a constant; NULL: nothing */
	char error[40];     /* the server's word for it */
	uint32_t opened, forged, strange; /* packets */
	uint32_t dropped, overflow;   /* by ourselves: on purpose, or not read in time */
	uint32_t recovered, given_up; /* lost packets of video, by RTX or not */
	uint32_t red, red_used;       /* packets with copies; lost ones found there */
	uint32_t nacks, plis, feedbacks, reports; /* sent */
	uint32_t frames, keys, sizes;             /* sizes: changes of picture size */
	uint16_t w_px, h_px;
	uint64_t other_bytes, out_bytes; /* wire: all but media in; all out */
	uint64_t rtx_bytes;
	uint32_t messages; /* of the WebSocket */
	uint64_t ws_bytes;
	uint32_t kbps_min, kbps_max; /* of whole seconds, video */
	struct lg_mark marks[2];     /* the begin and the end of the measured span */
	struct lg_late late_video, late_audio;
};

#endif
