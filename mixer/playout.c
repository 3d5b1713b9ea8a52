#include "mixer/playout.h"

#include "base/clock.h"
#include "base/count.h"
#include "mixer/adec.h"
#include "mixer/delay.h"
#include "mixer/stretch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIFO         (PCM_TICK + 2 * STRETCH_MAX + PCM_PACKET + PCM_TICK)
#define SAME         60 /* samples: media times this near are the same */
#define RESYNC_US    SEC_US
#define RESYNC_SEQ   1000
#define RESYNC_LATE  25            /* late packets in a row: it is us who are wrong */
#define EXCESS_US    (200 * MS_US) /* so far behind the target, packets go */
#define CONCEAL_FULL 2880          /* samples invented at full loudness, 60 ms */
#define CONCEAL_MAX  5760          /* and until it is silent */
#define FADE_OUT     480           /* where the sender stopped on purpose */
#define LOSSY        0.03f /* of the packets: waits for the one after a lost one */
#define LOSSLESS     0.01f
#define GAIN_STEP    (1.0f / 240)
/* A room in which nobody speaks sounds like the faintest tick of the last two spans,
 * but never louder than MOST. */
#define ROOM_MOST  1e-4f /* mean square: -40 dB */
#define ROOM_ABOVE 4.0f  /* it goes up and down by that */
#define ROOM_TICKS 100   /* of a span: speech has a gap in each */
#define ROOM_PIECE 240   /* samples that are judged at once, 5 ms */

/* What is needed only while the voice is decoded. */
struct line {
	struct adec *dec;
	uint32_t n; /* samples in fifo */
	float fifo[FIFO];
};

struct playout {
	struct delay delay;
	struct au *packets[PLAYOUT_PACKETS]; /* by seq, the oldest first */
	uint32_t n;
	struct line *line; /* NULL until the first pull after a skip */
	bool playing;
	bool any;            /* last_seq and next_us are valid */
	bool last_dtx;       /* the packet that was played last announced silence */
	uint64_t played;     /* bit k: last_seq - k was played; else it was lost */
	uint32_t last_seq;   /* of the last packet that was played or passed over */
	int64_t next_us;     /* media time after the last sample in the fifo */
	uint32_t run;        /* samples invented in a row */
	uint32_t waited;     /* of these, while nothing was there to play */
	uint32_t late_run;   /* late packets in a row */
	uint32_t concealed;  /* samples not yet in the counter of frames */
	float loss;          /* part of the packets that do not come, smoothed */
	int64_t spare_us;    /* waited longer than for jitter: one packet, if LOSSY */
	float gain;          /* where the last sample in the fifo stands, 0 to 1 */
	float room, lowest;  /* mean squares: what nobody speaks in; least of this span */
	uint32_t room_ticks; /* of this span so far */
	int64_t stretched_us; /* when last */
	struct playout_stats stats;
};

static int32_t seq_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static int64_t packet_us(const struct au *au)
{
	return pcm_us(adec_samples(au->data, au->len));
}

int playout_create(struct playout **out)
{
	struct playout *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	delay_reset(&p->delay);
	p->room = p->lowest = ROOM_MOST;
	*out = p;
	return 0;
}

static void line_close(struct playout *p)
{
	if (!p->line)
		return;
	adec_destroy(p->line->dec);
	free(p->line);
	p->line = NULL;
}

static int line_open(struct playout *p)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return -ENOMEM;
	if (adec_create(&line->dec)) {
		free(line);
		return -ENOMEM;
	}
	p->line = line;
	return 0;
}

static void drop_head(struct playout *p)
{
	au_put(p->packets[0]);
	p->n--;
	memmove(p->packets, p->packets + 1, p->n * sizeof(*p->packets));
}

static void drop_all(struct playout *p)
{
	while (p->n > 0)
		au_put(p->packets[--p->n]);
}

void playout_destroy(struct playout *p)
{
	if (!p)
		return;
	drop_all(p);
	line_close(p);
	free(p);
}

/* ---- in ------------------------------------------------------------------- */

/* The stream starts anew: nothing of before says anything about it. */
static void resync(struct playout *p)
{
	drop_all(p);
	delay_reset(&p->delay);
	p->playing = p->any = p->last_dtx = false;
	p->late_run = p->run = p->waited = 0;
	p->spare_us = 0;
	p->loss = 0;
	if (p->line) {
		p->line->n = 0;
		adec_reset(p->line->dec);
	}
	p->gain = 0;
}

static bool is_new_stream(const struct playout *p, const struct au *au)
{
	int64_t off = au->arrival_us - au->pts_us - p->delay.fastest_us;
	uint32_t newest = p->n ? p->packets[p->n - 1]->seq : p->last_seq;

	if (p->delay.n == 0)
		return false;
	if (off > RESYNC_US || off < -RESYNC_US)
		return true;
	if (!p->any && p->n == 0)
		return false;
	return abs(seq_after(au->seq, newest)) > RESYNC_SEQ;
}

/* The packet with this number was played, or passed over. */
static void note_played(struct playout *p, uint32_t seq)
{
	int32_t by = seq_after(seq, p->last_seq);

	p->played = (p->any && by > 0 && by < 64 ? p->played << by : 0) | 1;
	p->last_seq = seq;
	p->any = true;
}

static void pass_head(struct playout *p)
{
	note_played(p, p->packets[0]->seq);
	drop_head(p);
}

/* Puts the packet in its place; false when it is there already. */
static bool insert(struct playout *p, struct au *au)
{
	uint32_t i = p->n;

	while (i > 0 && seq_after(p->packets[i - 1]->seq, au->seq) > 0)
		i--;
	if (i > 0 && p->packets[i - 1]->seq == au->seq)
		return false;
	if (p->n == PLAYOUT_PACKETS) {
		if (i == 0)
			return false;
		pass_head(p);
		i--;
	}
	memmove(p->packets + i + 1, p->packets + i, (p->n - i) * sizeof(*p->packets));
	p->packets[i] = au;
	p->n++;
	return true;
}

static bool was_played(const struct playout *p, uint32_t seq)
{
	uint32_t back = p->last_seq - seq;

	return back >= 64 || (p->played >> back & 1);
}

int playout_push(struct playout *p, struct au *au)
{
	if (au->codec != CODEC_OPUS || au->len > PLAYOUT_BYTES ||
	    adec_samples(au->data, au->len) < 0) {
		count_add(COUNT_REJECT_PAYLOAD, 1);
		au_put(au);
		return -EINVAL;
	}
	if (is_new_stream(p, au))
		resync(p);
	if (p->any && seq_after(au->seq, p->last_seq) <= 0) {
		p->stats.late++;
		if (++p->late_run < RESYNC_LATE) {
			if (!was_played(p, au->seq)) /* so late: wait longer */
				delay_feed(&p->delay, au->arrival_us, au->pts_us);
			au_put(au);
			return 0;
		}
		resync(p);
	}
	p->late_run = 0;
	if (insert(p, au))
		delay_feed(&p->delay, au->arrival_us, au->pts_us);
	else
		au_put(au);
	return 0;
}

/* ---- out ------------------------------------------------------------------ */

/* Media time that should be played now. */
static int64_t ideal_us(const struct playout *p, int64_t now_us)
{
	return now_us - p->delay.fastest_us - p->delay.target_us - p->spare_us;
}

/* How far what is played is behind what should be. */
static int64_t excess_us(const struct playout *p, int64_t now_us)
{
	return ideal_us(p, now_us) - (p->next_us - pcm_us(p->line->n));
}

/* `n` decoded samples are at the end of the fifo: takes them in, fading in if
 * it was silent before. */
static void append(struct playout *p, uint32_t n)
{
	float *pcm = p->line->fifo + p->line->n;

	for (uint32_t i = 0; i < n && p->gain < 1; i++) {
		p->gain = fminf(1, p->gain + GAIN_STEP);
		pcm[i] *= p->gain;
	}
	p->line->n += n;
}

/* Goes on like before for `n` samples, a multiple of 120 and at most a tick,
 * ever more silently after CONCEAL_FULL, or within `n` when `fade`. */
static void conceal(struct playout *p, uint32_t n, bool fade)
{
	float *pcm = p->line->fifo + p->line->n;
	float step = 1.0f / (fade ? (float)n : CONCEAL_MAX - CONCEAL_FULL);

	if (adec_conceal(p->line->dec, pcm, n) != (int)n)
		memset(pcm, 0, n * sizeof(*pcm));
	for (uint32_t i = 0; i < n; i++) {
		if (fade || p->run + i >= CONCEAL_FULL)
			p->gain = fmaxf(0, p->gain - step);
		pcm[i] *= p->gain;
	}
	p->line->n += n;
	p->run += n;
}

static void count_concealed(struct playout *p, uint32_t n)
{
	p->stats.concealed += n;
	p->concealed += n;
	count_add(COUNT_AUDIO_CONCEALED, p->concealed / PCM_TICK);
	p->concealed %= PCM_TICK;
}

static void stop_playing(struct playout *p)
{
	p->playing = false;
	p->run = p->waited = 0;
	p->gain = 0;
}

/* A lost packet can be had out of the next one only if that is there in time. */
static void judge_loss(struct playout *p, const struct au *head)
{
	int32_t lost = p->any ? seq_after(head->seq, p->last_seq) - 1 : 0;

	for (; lost > 0 && p->loss < 0.5f; lost--)
		p->loss += (1 - p->loss) / 64;
	p->loss -= p->loss / 64;
	if (p->loss > LOSSY)
		p->spare_us = packet_us(head);
	else if (p->loss < LOSSLESS)
		p->spare_us = 0;
}

static void play_head(struct playout *p)
{
	struct au *au = p->packets[0];
	float *pcm = p->line->fifo + p->line->n;
	int n = adec_decode(p->line->dec, au->data, au->len, pcm, PCM_PACKET);

	if (n < 0) {
		count_add(COUNT_REJECT_DECODE, 1);
		n = adec_samples(au->data, au->len);
		memset(pcm, 0, (size_t)n * sizeof(*pcm));
	}
	append(p, (uint32_t)n);
	judge_loss(p, au);
	p->next_us = au->pts_us + pcm_us(n);
	note_played(p, au->seq);
	p->last_dtx = au->len <= 2;
	p->run = p->waited = 0;
	drop_head(p);
}

/* Nothing is there. It may be late, so the media clock stands meanwhile. */
static void play_nothing(struct playout *p)
{
	if (p->last_dtx || p->run >= CONCEAL_MAX) {
		if (p->gain > 0)
			conceal(p, FADE_OUT, true);
		stop_playing(p);
		return;
	}
	conceal(p, PCM_TICK, false);
	p->waited += PCM_TICK;
	count_concealed(p, PCM_TICK);
}

/* Packets before the first one are lost: `gap` samples, of which some may have
 * been made up for while waiting. */
static void play_gap(struct playout *p, int64_t gap)
{
	struct au *head = p->packets[0];
	int64_t length = adec_samples(head->data, head->len);
	uint32_t n;

	if (gap > CONCEAL_MAX) {
		conceal(p, FADE_OUT, true);
		count_concealed(p, FADE_OUT);
		stop_playing(p);
		return;
	}
	n = (uint32_t)(gap + 60) / 120 * 120;
	if (gap > length + 120) {
		n = PCM_TICK;
		if (gap - length < n)
			n = (uint32_t)(gap - length + 119) / 120 * 120;
		conceal(p, n, false);
		count_concealed(p, n);
	} else if (adec_recover(p->line->dec, head->data, head->len,
				p->line->fifo + p->line->n, n) == (int)n) {
		append(p, n);
		p->stats.recovered += n;
	} else {
		n = n > PCM_TICK ? PCM_TICK : n;
		conceal(p, n, false);
		count_concealed(p, n);
	}
	p->next_us += pcm_us(n);
}

/* Adds sound to the fifo, or stops playing. */
static void fetch(struct playout *p)
{
	int64_t gap;
	bool lost;

	if (p->n == 0) {
		play_nothing(p);
		return;
	}
	lost = p->any && seq_after(p->packets[0]->seq, p->last_seq) > 1;
	if (lost && p->waited) {
		p->next_us += pcm_us(p->waited); /* it was lost, not late */
		p->waited = 0;
	}
	gap = pcm_samples(p->packets[0]->pts_us - p->next_us);
	if (gap <= SAME) {
		play_head(p);
	} else if (lost) {
		play_gap(p, gap);
	} else { /* the sender was silent in between */
		if (p->gain > 0)
			conceal(p, FADE_OUT, true);
		stop_playing(p);
	}
}

/* Packets that are hopelessly behind are let go. */
static void drop_excess(struct playout *p, int64_t now_us)
{
	int64_t least = ideal_us(p, now_us) - EXCESS_US;
	bool dropped = false;

	while (p->n > 1 && p->packets[0]->pts_us < least) {
		/* play on where there is no excess at all */
		least = ideal_us(p, now_us);
		dropped = true;
		pass_head(p);
	}
	if (dropped && p->playing) {
		p->line->n = 0;
		stop_playing(p);
	}
}

/* The first packet's time has come: begins with it, to the sample. */
static void start_playing(struct playout *p, int64_t now_us)
{
	int64_t ahead;

	if (p->n == 0)
		return;
	ahead = pcm_samples(p->packets[0]->pts_us - ideal_us(p, now_us));
	ahead -= p->line->n;
	if (ahead >= PCM_TICK - (int64_t)p->line->n)
		return;
	if (ahead > 0) {
		memset(p->line->fifo + p->line->n, 0,
		       (size_t)ahead * sizeof(*p->line->fifo));
		p->line->n += (uint32_t)ahead;
	}
	p->next_us = p->packets[0]->pts_us;
	p->playing = true;
}

static float mean_square(const float *pcm, uint32_t n)
{
	float sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += pcm[i] * pcm[i];
	return sum / (float)n;
}

/* A tick of real sound goes out. */
static void learn_room(struct playout *p, const float pcm[PCM_TICK])
{
	float now = mean_square(pcm, PCM_TICK);

	if (p->run > 0 || p->gain < 1)
		return; /* made up, or faded */
	if (++p->room_ticks == ROOM_TICKS) {
		p->room = p->lowest;
		p->lowest = ROOM_MOST;
		p->room_ticks = 0;
	}
	p->lowest = fminf(p->lowest, now);
	p->room = fminf(p->room, p->lowest);
}

/* Nobody speaks in what a change of length would touch. Noise does not repeat itself,
 * so without this a microphone that is only heard now and then would stay late for
 * minutes after the way was uneven. */
static bool is_room(const struct playout *p)
{
	float most = fminf(ROOM_MOST, p->room * ROOM_ABOVE);

	for (uint32_t i = 0; i < STRETCH_NEEDS; i += ROOM_PIECE)
		if (mean_square(p->line->fifo + i, ROOM_PIECE) > most)
			return false;
	return true;
}

/* Makes `n` samples ready. False: there are none to spare, whatever the clocks say. */
static bool make_ready(struct playout *p, uint32_t n)
{
	while (p->playing && p->n > 0 && p->line->n < n)
		fetch(p);
	return p->line->n >= n;
}

/* Shortens or lengthens a little when that is wanted and was not just done. */
static void follow(struct playout *p, int64_t now_us)
{
	int64_t excess = excess_us(p, now_us), pause = now_us - p->stretched_us;
	struct line *line = p->line;
	uint32_t n;

	if (excess > 20 * MS_US && pause >= (excess > 80 * MS_US ? 20 : 60) * MS_US) {
		if (!make_ready(p, PCM_TICK + STRETCH_MAX))
			return;
		n = stretch_shrink(line->fifo, line->n,
				   excess > 120 * MS_US || is_room(p));
		p->stats.shrunk += n != line->n;
	} else if (excess < -1 * MS_US && pause >= 60 * MS_US) {
		if (!make_ready(p, STRETCH_NEEDS))
			return;
		n = stretch_grow(line->fifo, line->n, excess < -60 * MS_US || is_room(p));
		p->stats.grown += n != line->n;
	} else {
		return;
	}
	if (n != line->n)
		p->stretched_us = now_us;
	line->n = n;
}

bool playout_pull(struct playout *p, float pcm[PCM_TICK], int64_t now_us)
{
	struct line *line;
	uint32_t n;

	memset(pcm, 0, PCM_TICK * sizeof(*pcm));
	if (!p->line) {
		if (p->n == 0 || line_open(p))
			return false;
		stop_playing(p);
	}
	line = p->line;
	drop_excess(p, now_us);
	if (!p->playing)
		start_playing(p, now_us);
	if (p->playing)
		follow(p, now_us);
	while (p->playing && line->n < PCM_TICK)
		fetch(p);
	assert(line->n <= FIFO);
	n = line->n < PCM_TICK ? line->n : PCM_TICK;
	memcpy(pcm, line->fifo, n * sizeof(*pcm));
	if (n == PCM_TICK)
		learn_room(p, pcm);
	line->n -= n;
	memmove(line->fifo, line->fifo + n, line->n * sizeof(*pcm));
	return n > 0;
}

void playout_skip(struct playout *p, int64_t now_us)
{
	line_close(p);
	stop_playing(p);
	while (p->n > 0 &&
	       p->packets[0]->pts_us + packet_us(p->packets[0]) <= ideal_us(p, now_us))
		pass_head(p);
}

void playout_drop(struct playout *p)
{
	line_close(p);
	stop_playing(p);
	drop_all(p);
	p->any = p->last_dtx = false;
	p->late_run = 0;
}

void playout_stats(const struct playout *p, int64_t now_us, struct playout_stats *out)
{
	*out = p->stats;
	out->waiting = p->n;
	out->target_us = p->delay.target_us + p->spare_us;
	out->delay_us = p->playing ? excess_us(p, now_us) + out->target_us : 0;
}
