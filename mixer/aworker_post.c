#include "mixer/aworker_post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a call says, as it is copied into the mailbox: small, so that none of them
 * can fail for want of memory. */
struct open_letter {
	struct aworker *worker;
	uint32_t mix;
	struct mix_conf conf;
};

struct letter {
	struct aworker *worker;
	uint32_t mix, voice; /* mix: or for whom the voice is tapped */
	uint32_t nets;       /* or the number of one */
	enum mix_class class;
	bool on;
	uint8_t percent, channel;
};

struct gains_letter {
	struct aworker *worker;
	uint32_t voice;
	int8_t db[MIX_CHANNELS];
};

struct stats_letter {
	struct aworker *worker;
	void (*done)(void *ctx, const struct aworker_stats *stats);
	void *ctx;
};

_Static_assert(sizeof(struct open_letter) <= MAILBOX_NOTE &&
		       sizeof(struct letter) <= MAILBOX_NOTE &&
		       sizeof(struct gains_letter) <= MAILBOX_NOTE &&
		       sizeof(struct stats_letter) <= MAILBOX_NOTE,
	       "a letter is a note");

static int post(void (*fn)(void *note), const struct letter *l)
{
	return mailbox_note(aworker_mailbox(l->worker), fn, l, sizeof(*l), false);
}

/* Of what ends or silences something: with the reserve of the mailbox. */
static int post_must(void (*fn)(void *note), const struct letter *l)
{
	return mailbox_note(aworker_mailbox(l->worker), fn, l, sizeof(*l), true);
}

static void mix_open(void *note)
{
	const struct open_letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_open(l->worker, l->mix, &l->conf);
}

int aworker_mix_open(struct aworker *w, uint32_t mix, const struct mix_conf *conf)
{
	struct open_letter letter = {w, mix, *conf};

	return mailbox_note(aworker_mailbox(w), mix_open, &letter, sizeof(letter), false);
}

static void mix_close(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_close(l->worker, l->mix);
}

int aworker_mix_close(struct aworker *w, uint32_t mix)
{
	return post_must(mix_close, &(struct letter){w, .mix = mix});
}

static void mix_nets(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_nets(l->worker, l->mix, l->nets);
}

int aworker_mix_nets(struct aworker *w, uint32_t mix, uint32_t nets)
{
	return post_must(mix_nets, &(struct letter){w, .mix = mix, .nets = nets});
}

static void mix_rates(void *note)
{
	const struct open_letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_rates(l->worker, l->mix, l->conf.bps);
}

int aworker_mix_rates(struct aworker *w, uint32_t mix, const uint32_t bps[MIX_CLASSES])
{
	struct open_letter letter = {.worker = w, .mix = mix};

	memcpy(letter.conf.bps, bps, sizeof(letter.conf.bps));
	return mailbox_note(aworker_mailbox(w), mix_rates, &letter, sizeof(letter), true);
}

static void mix_tap(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_tap(l->worker, l->mix, l->on);
}

int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on)
{
	return post_must(mix_tap, &(struct letter){w, .mix = mix, .on = on});
}

static void mix_class(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_mix_class(l->worker, l->mix, l->channel, l->class, l->on, l->percent);
}

int aworker_mix_class(struct aworker *w, uint32_t mix, uint32_t channel, enum mix_class c,
		      bool on, uint8_t loss_percent)
{
	struct letter l = {.worker = w,
			   .mix = mix,
			   .class = c,
			   .on = on,
			   .percent = loss_percent,
			   .channel = (uint8_t)channel};

	if ((uint32_t)c >= MIX_CLASSES || channel >= MIX_CHANNELS)
		return -EINVAL;
	return post_must(mix_class, &l);
}

static void voice_open(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_open(l->worker, l->mix, l->voice, l->nets);
}

int aworker_voice_open(struct aworker *w, uint32_t mix, uint32_t voice, uint32_t net)
{
	return post(voice_open, &(struct letter){w, mix, voice, .nets = net});
}

static void voice_close(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_close(l->worker, l->voice);
}

int aworker_voice_close(struct aworker *w, uint32_t voice)
{
	return post_must(voice_close, &(struct letter){w, .voice = voice});
}

static void voice_class(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_class(l->worker, l->voice, l->class);
}

int aworker_voice_class(struct aworker *w, uint32_t voice, enum mix_class c)
{
	if ((uint32_t)c >= MIX_CLASSES)
		return -EINVAL;
	return post_must(voice_class, &(struct letter){w, .voice = voice, .class = c});
}

static void voice_gains(void *note)
{
	const struct gains_letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_gains(l->worker, l->voice, l->db);
}

int aworker_voice_gains(struct aworker *w, uint32_t voice, const int8_t db[MIX_CHANNELS])
{
	struct gains_letter letter = {.worker = w, .voice = voice};

	memcpy(letter.db, db, sizeof(letter.db));
	return mailbox_note(aworker_mailbox(w), voice_gains, &letter, sizeof(letter),
			    true);
}

static void voice_hears(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_hears(l->worker, l->voice, l->channel);
}

int aworker_voice_hears(struct aworker *w, uint32_t voice, uint32_t channel)
{
	if (channel >= MIX_CHANNELS)
		return -EINVAL;
	return post_must(voice_hears, &(struct letter){.worker = w,
						       .voice = voice,
						       .channel = (uint8_t)channel});
}

static void voice_tap(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_tap(l->worker, l->voice, l->mix);
}

int aworker_voice_tap(struct aworker *w, uint32_t voice, uint32_t to)
{
	return post_must(voice_tap,
			 &(struct letter){.worker = w, .mix = to, .voice = voice});
}

static void voice_loss(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_loss(l->worker, l->voice, l->percent);
}

int aworker_voice_loss(struct aworker *w, uint32_t voice, uint8_t percent)
{
	return post(voice_loss, &(struct letter){w, .voice = voice, .percent = percent});
}

static void voice_mute(void *note)
{
	const struct letter *l = note;

	thread_claim(&on_aud);
	aworker_do_voice_mute(l->worker, l->voice, l->on);
}

int aworker_voice_mute(struct aworker *w, uint32_t voice, bool muted)
{
	return post_must(voice_mute, &(struct letter){w, .voice = voice, .on = muted});
}

struct block_letter {
	struct aworker *worker;
	uint32_t voice;
	int64_t due_us;
	int16_t pcm[AWORKER_BLOCK];
};

static void voice_put_block(void *arg)
{
	struct block_letter *l = arg;

	thread_claim(&on_aud);
	aworker_do_voice_put(l->worker, l->voice, l->due_us, l->pcm);
	free(l);
}

int aworker_voice_put(struct aworker *w, uint32_t voice, int64_t due_us,
		      const int16_t pcm[AWORKER_BLOCK])
{
	struct block_letter *l = malloc(sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	*l = (struct block_letter){.worker = w, .voice = voice, .due_us = due_us};
	memcpy(l->pcm, pcm, sizeof(l->pcm));
	err = mailbox_post(aworker_mailbox(w), voice_put_block, l);
	if (err)
		free(l);
	return err;
}

static void stats(void *note)
{
	const struct stats_letter *l = note;
	struct aworker_stats now;

	thread_claim(&on_aud);
	aworker_do_stats(l->worker, &now);
	l->done(l->ctx, &now);
}

int aworker_stats(struct aworker *w,
		  void (*done)(void *ctx, const struct aworker_stats *stats), void *ctx)
{
	struct stats_letter letter = {w, done, ctx};

	return mailbox_note(aworker_mailbox(w), stats, &letter, sizeof(letter), false);
}
