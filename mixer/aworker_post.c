#include "mixer/aworker_post.h"

/* What a call says; small enough to be copied into the mailbox, so that none of
 * them can fail for want of memory. */
struct letter {
	struct aworker *worker;
	void (*fn)(const struct letter *letter);
	uint32_t mix, voice;
	bool on;
	struct mix_conf conf;
};

_Static_assert(sizeof(struct letter) <= MAILBOX_NOTE, "a letter is a note");

static void open_letter(void *note)
{
	const struct letter *letter = note;

	letter->fn(letter);
}

static int post(const struct letter *letter)
{
	return mailbox_note(aworker_mailbox(letter->worker), open_letter, letter,
			    sizeof(*letter), false);
}

/* Of what ends or silences something: with the reserve of the mailbox. */
static int post_must(const struct letter *letter)
{
	return mailbox_note(aworker_mailbox(letter->worker), open_letter, letter,
			    sizeof(*letter), true);
}

static void mix_open(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_mix_open(l->worker, l->mix, &l->conf);
}

int aworker_mix_open(struct aworker *w, uint32_t mix, const struct mix_conf *conf)
{
	return post(&(struct letter){w, mix_open, .mix = mix, .conf = *conf});
}

static void mix_close(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_mix_close(l->worker, l->mix);
}

int aworker_mix_close(struct aworker *w, uint32_t mix)
{
	return post_must(&(struct letter){w, mix_close, .mix = mix});
}

static void mix_tap(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_mix_tap(l->worker, l->mix, l->on);
}

int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on)
{
	return post_must(&(struct letter){w, mix_tap, .mix = mix, .on = on});
}

static void voice_open(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_voice_open(l->worker, l->mix, l->voice);
}

int aworker_voice_open(struct aworker *w, uint32_t mix, uint32_t voice)
{
	return post(&(struct letter){w, voice_open, .mix = mix, .voice = voice});
}

static void voice_close(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_voice_close(l->worker, l->voice);
}

int aworker_voice_close(struct aworker *w, uint32_t voice)
{
	return post_must(&(struct letter){w, voice_close, .voice = voice});
}

static void voice_mute(const struct letter *l)
{
	thread_claim(&on_aud);
	aworker_do_voice_mute(l->worker, l->voice, l->on);
}

int aworker_voice_mute(struct aworker *w, uint32_t voice, bool muted)
{
	return post_must(&(struct letter){w, voice_mute, .voice = voice, .on = muted});
}
