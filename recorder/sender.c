#include "recorder/sender.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define DRIFT      5000   /* the zero moves on by one part of so many */
#define OPUS_MAX   120000 /* us: no packet is longer */
#define ASK_US     SEC_US
#define OWNER_TEXT "abcdefghijklmnopqrstuvwxyz0123456789"

/* ---- time ----------------------------------------------------------------------------
 */

int64_t sender_clock_at(struct sender_clock *clock, const struct au *au)
{
	int64_t zero_us = au->arrival_us - au->pts_us;
	int64_t passed_us = au->arrival_us - clock->arrival_us;

	if (clock->runs && passed_us > 0) {
		clock->zero_us += passed_us / DRIFT;
		clock->arrival_us = au->arrival_us;
	}
	if (!clock->runs || zero_us < clock->zero_us ||
	    zero_us > clock->zero_us + SENDER_LATE_US)
		*clock = (struct sender_clock){true, zero_us, au->arrival_us};
	return au->pts_us + clock->zero_us;
}

uint32_t sender_opus_us(const struct au *au)
{
	static const uint32_t silk[] = {10000, 20000, 40000, 60000};
	static const uint32_t celt[] = {2500, 5000, 10000, 20000};
	uint32_t config, frame_us, n = 1, us;

	if (!au->len)
		return 0;
	config = au->data[0] >> 3;
	if (config >= 16)
		frame_us = celt[config & 3];
	else if (config >= 12)
		frame_us = silk[config & 1];
	else
		frame_us = silk[config & 3];
	if ((au->data[0] & 3) == 3)
		n = au->len > 1 ? au->data[1] & 63 : 0;
	else if (au->data[0] & 3)
		n = 2;
	us = n * frame_us;
	return us > OPUS_MAX ? 0 : us;
}

/* ---- who -----------------------------------------------------------------------------
 */

static void sender_free(struct ref *ref)
{
	free((struct sender *)ref); /* ref is its first field */
}

struct sender *sender_make(const struct recording_sender *who)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return NULL;
	ref_init(&sender->ref, sender_free);
	sender->who = *who;
	sender->waits = who->from != AULA_FROM_VOICE;
	sender->asked_us = INT64_MIN / 2;
	return sender;
}

struct sender *sender_get(struct sender *sender)
{
	ref_get(&sender->ref);
	return sender;
}

void sender_put(struct sender *sender)
{
	if (sender)
		ref_put(&sender->ref);
}

bool sender_ok(const struct recording_sender *who)
{
	return who->source && who->from >= AULA_FROM_VOICE &&
	       who->from <= AULA_FROM_SCREEN &&
	       memchr(who->owner, 0, sizeof(who->owner)) &&
	       memchr(who->name, 0, sizeof(who->name)) && *who->owner &&
	       who->owner[strspn(who->owner, OWNER_TEXT)] == '\0';
}

bool sender_is_voice(const struct sender *sender)
{
	return sender->who.from == AULA_FROM_VOICE;
}

/* ---- what of it can be shown
 * ------------------------------------------------------------ */

void sender_cut(struct sender *sender)
{
	sender->waits = !sender_is_voice(sender);
}

/* Which way up it is holds for a whole track: another one needs a key frame. */
static bool turned(const struct sender *sender, const struct au *au)
{
	return au->rotation_deg != sender->rotation_deg;
}

bool sender_takes(struct sender *sender, const struct au *au, uint32_t gap)
{
	if (!au->len || sender_is_voice(sender) != (au->codec == CODEC_OPUS))
		return false;
	if (sender_is_voice(sender))
		return true;
	if (gap != sender->gaps || au->flags & AU_AFTER_LOSS || turned(sender, au))
		sender->waits = true;
	sender->gaps = gap;
	if (sender->waits && !(au->flags & AU_KEY))
		return false;
	sender->rotation_deg = au->rotation_deg;
	return true;
}

bool sender_asks(struct sender *sender, int64_t now_us)
{
	if (!sender->waits || now_us - sender->asked_us < ASK_US)
		return false;
	sender->asked_us = now_us;
	return true;
}
