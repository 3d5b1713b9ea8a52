/* send.h - one RTP stream to one viewer: its header fields, its history for
 * retransmissions, and which outlet it shows.
 */
#ifndef TRANSPORT_SEND_H
#define TRANSPORT_SEND_H

#include "base/au.h"
#include "base/thread.h"
#include "transport/blob.h"
#include "transport/history.h"
#include "transport/link.h"
#include "transport/pacer.h"
#include "transport/red_out.h"
#include "transport/rtcp.h"
#include "transport/section.h"
#include "transport/twcc_tx.h"

struct outlet;
struct send;

/* One place in the list of those who watch an outlet. */
struct watch {
	struct send *send;
	struct outlet *outlet; /* NULL: in no list */
	struct watch *prev, *next;
	uint32_t unit; /* the outlet's `picture` when it was given one by a replay */
};

/* What the streams tell whose they are. Called while units are handed out: nothing
 * may be watched or closed in it. */
struct send_owner {
	/* Packets go out, but for a second no feedback came; each time it is seen. */
	void (*silent)(void *ctx, int64_t now_us);
	/* Video waits in the pacer now. */
	void (*queued)(void *ctx);
};

/* What the streams to one peer share. */
struct send_path {
	struct link *link;
	const struct send_owner *owner; /* NULL: nobody wants to know */
	void *owner_ctx;
	bool up;
	bool silent;      /* no video until feedback comes back */
	bool irregular;   /* that it is silent would say nothing */
	bool feedback;    /* the client gives it, of the transport-wide kind */
	bool paced;       /* video goes through the pacer */
	bool held;        /* the pacer waits: the queue on the way is long enough */
	uint8_t red;      /* sound is sent so many times more, as copies behind it */
	uint8_t copies;   /* so is video, as RTX */
	uint8_t overhead; /* bytes of IP, UDP or TCP around each packet */
	uint32_t pace_bps;
	struct pacer pacer;
	struct twcc_tx tx;
	int64_t rtt_us;  /* 0: unknown */
	int64_t wall_us; /* added to clock_us(): µs since 1900 */
	uint64_t bytes;  /* of RTP, without IP and UDP */
	uint64_t wire;   /* with them, and RTCP */
	uint64_t probed; /* of those: padding */
	uint32_t voice;  /* units whose skip list names it are not for this peer */
	char cname[17];
};

/* Owner: the net thread, through its peer. */
struct send {
	struct send_path *path;
	bool video;
	/* The one that is shown, and (video) the one that is waited for: w[cur]
	 * and w[!cur]. */
	struct watch w[2];
	uint8_t cur;
	int64_t ask_after_us; /* video: no key frame is asked for before that */
	bool flowing;         /* video: a key frame of the one that is shown was sent */

	/* agreed with the client */
	bool nack;
	uint8_t pt[CODEC_OPUS + 1]; /* by enum codec; 0: not agreed on */
	uint8_t rtx_pt[CODEC_OPUS + 1];
	uint8_t pt_high, rtx_pt_high; /* of units flagged AU_HIGH; 0: as pt, rtx_pt */
	uint8_t red_pt;               /* sound: 0: not agreed on */
	uint8_t ext_mid, ext_twcc;    /* 0: none */
	char mid[SDP_MID_MAX + 1];
	bool mid_known; /* the client reported on our stream: no more mids */

	uint32_t ssrc, rtx_ssrc;
	uint16_t seq, rtx_seq;   /* the next ones */
	uint16_t key_seq;        /* video: of the last key frame's first packet */
	int64_t last_pts_us;     /* INT64_MIN: nothing sent yet */
	uint32_t packets, bytes; /* for sender reports; bytes of payload */

	/* sound: the last units, the last one first, while they are sent again */
	struct blob *before[RED_OUT_COPIES];

	struct history *history; /* NULL: nothing to answer NACKs from */
	int64_t again_since_us;  /* the second in which `again` counts */
	uint32_t again;          /* packets */
	uint32_t credit;         /* bytes that may be sent again */
};

void send_init(struct send *s, struct send_path *path, bool video, uint32_t ssrc,
	       uint32_t rtx_ssrc);
void send_fini(struct send *s) RUNS_ON(on_net); /* stops watching */

/* What the client's description says of the section; NULL: it has none. */
void send_agree(struct send *s, const struct section *section);

/* True when this stream can carry the codec now. */
static inline bool send_ready(const struct send *s, enum codec codec)
{
	return s->path->up && s->pt[codec] && !(s->video && s->path->silent);
}

/* Sends all packets of a unit of video, or queues them for the pacer. */
void send_blob(struct send *s, struct blob *blob, int64_t now_us) RUNS_ON(on_net);
/* A unit of sound. `red` is shared by all who are given this unit. */
void send_sound(struct send *s, struct blob *blob, struct red_out *red, int64_t now_us)
	RUNS_ON(on_net);

/* Video: what the pacer allows now. */
void send_paced(struct send *s, int64_t now_us) RUNS_ON(on_net);
/* What waits in the pacer is not wanted any more. */
void send_drop(struct send *s) RUNS_ON(on_net);

/* Fills about `bytes` with what was sent before, or with padding; at most a few
 * packets. False: the client knows no RTX. */
bool send_padding(struct send *s, uint32_t bytes, int64_t now_us) RUNS_ON(on_net);

/* A NACK for packet `pid` and those of `blp`'s bits after it. */
void send_again(struct send *s, uint16_t pid, uint16_t blp, int64_t now_us)
	RUNS_ON(on_net);

/* Appends a sender report with `n` blocks about what the peer sends, and the
 * name that binds sound and picture. */
void send_report(const struct send *s, struct rtcp_out *o,
		 const struct rtcp_block *blocks, size_t n, int64_t now_us);

/* The middle 32 bits of an NTP time, as reports carry it. */
uint32_t send_ntp_middle(const struct send_path *path, int64_t now_us);

#endif
