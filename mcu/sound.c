#include "mcu/sound.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcu/member.h"
#include "mcu/nets.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "transport/net.h"

_Static_assert(ID_CHANNELS + (MIX_CHANNELS - 1) * MIX_CLASSES <= ID_BLOCK, "they fit");
_Static_assert(sizeof(((struct db_room *)0)->hearing) >= HEARING_TEXT, "it fits, too");

uint32_t sound_outlet(const struct room *room, uint32_t channel, enum mix_class c)
{
	const struct mix_conf conf = {.outlet = room->base + ID_MIX,
				      .more = room->base + ID_CHANNELS};

	return mix_outlet(&conf, channel, c);
}

static struct hearing_person person_of(const struct member *member)
{
	return (struct hearing_person){member->role, member->speaks, member->listens};
}

uint32_t sound_channel(const struct member *member)
{
	struct hearing_person person = person_of(member);

	return hearing_channel(&person);
}

uint32_t sound_like(const struct room *room, uint32_t channel)
{
	return room->hearing.rule == HEARING_ALL ? channel & ~1u : channel;
}

/* ---- outlets ---------------------------------------------------------------- */

static void channel_close(const struct room *room, uint32_t channel, struct net *net)
{
	for (enum mix_class c = 0; c < MIX_CLASSES; c++)
		net_outlet_close(net, sound_outlet(room, channel, c));
}

static int channel_open(const struct room *room, uint32_t channel, struct net *net)
{
	int err = 0;

	for (enum mix_class c = 0; c < MIX_CLASSES && !err; c++)
		err = net_outlet_open(net, sound_outlet(room, channel, c), CODEC_OPUS);
	if (err)
		channel_close(room, channel, net);
	return err;
}

int sound_reach(struct room *room, struct net *net)
{
	uint32_t k = 0;
	int err = 0;

	room->channels |= 1; /* of all */
	for (; k < MIX_CHANNELS && !err; k++)
		if (room->channels & 1u << k)
			err = channel_open(room, k, net);
	for (; err && k-- > 0;)
		channel_close(room, k, net);
	return err;
}

void sound_close(struct room *room)
{
	struct nets *nets = room->server->nets;

	for (uint32_t i = 0; i < nets_count(nets); i++)
		for (uint32_t k = 0; k < MIX_CHANNELS; k++)
			if (room->nets & 1u << i && room->channels & 1u << k)
				channel_close(room, k, nets_at(nets, i));
	room->channels = 0;
}

/* Once somebody listens to it, until the end. */
static void channel_begin(struct room *room, uint32_t channel) RUNS_ON(on_ctl)
{
	struct nets *nets = room->server->nets;

	if (room->channels & 1u << channel)
		return;
	room->channels |= 1u << channel;
	for (uint32_t i = 0; i < nets_count(nets); i++)
		if (room->nets & 1u << i && channel_open(room, channel, nets_at(nets, i)))
			log_error("channel_failed", "room=%s channel=%u", room->row.id,
				  channel);
}

/* ---- listeners -------------------------------------------------------------- */

static void tell_class(const struct room *room, uint32_t channel, enum mix_class c)
	RUNS_ON(on_ctl)
{
	if (room->media)
		aworker_mix_class(room->server->aworker, room->base + ID_MIX, channel, c,
				  room->n_listeners[channel][c] > 0,
				  room->mix_loss[channel][c]);
}

void sound_listen(struct room *room, uint32_t channel, enum mix_class c, int n)
{
	bool before = room->n_listeners[channel][c] > 0;

	if (room->media && n > 0)
		channel_begin(room, channel);
	room->n_listeners[channel][c] += (uint32_t)n;
	if (before != (room->n_listeners[channel][c] > 0))
		tell_class(room, channel, c);
}

void sound_loss(struct room *room, uint32_t channel, enum mix_class c, uint8_t percent)
{
	if (room->mix_loss[channel][c] == percent)
		return;
	room->mix_loss[channel][c] = percent;
	tell_class(room, channel, c);
}

/* ---- who is where ----------------------------------------------------------- */

/* A bit for each language that somebody interprets into with an open microphone. */
static uint32_t manned(const struct room *room)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->speaks && room->members[i]->mic)
			mask |= 1u << room->members[i]->speaks;
	return mask;
}

static void tell_voice(struct member *member, uint32_t mask) RUNS_ON(on_ctl)
{
	struct hearing_person person = person_of(member);
	int8_t db[MIX_CHANNELS];

	hearing_gains(member->room->hearing.rule, mask, &person, db);
	if (memcmp(db, member->gains_db, sizeof(db)) == 0)
		return;
	if (aworker_voice_gains(member->server->aworker, member->base + ID_VOICE, db))
		member->room->sound_due = true;
	else
		memcpy(member->gains_db, db, sizeof(db));
}

void sound_begin(struct member *member)
{
	memset(member->gains_db, 0, sizeof(member->gains_db)); /* as it is opened */
	tell_voice(member, manned(member->room));
	aworker_voice_hears(member->server->aworker, member->base + ID_VOICE,
			    sound_channel(member));
}

void sound_tick(struct room *room)
{
	if (room->sound_due)
		sound_update(room);
}

void sound_update(struct room *room)
{
	uint32_t mask = manned(room);

	room->sound_due = false;
	if (!room->media)
		return;
	for (uint32_t i = 0; i < room->n_members; i++) {
		tell_voice(room->members[i], mask);
		quality_hear(room->members[i]);
	}
}

static uint8_t same_language(const struct hearing *from, const struct hearing *to,
			     uint8_t language)
{
	if (!language)
		return 0;
	return (uint8_t)hearing_language(to, from->names[language - 1]);
}

int sound_settle(struct room *room, const struct hearing *hearing, const uint8_t *speaks)
{
	struct db_room row = room->row;
	int err;

	hearing_write(hearing, row.hearing);
	err = db_room_put(room->server->db, &row);
	if (err)
		return err;
	for (uint32_t i = 0; i < room->n_members; i++) {
		struct member *member = room->members[i];

		member->listens = same_language(&room->hearing, hearing, member->listens);
		member->speaks = speaks ? speaks[i]
					: same_language(&room->hearing, hearing,
							member->speaks);
	}
	room->row = row;
	room->hearing = *hearing;
	log_info("class_hearing", "room=%s rule=%s languages=%u", row.id,
		 hearing_name(hearing->rule), hearing->n);
	sound_update(room);
	notice_hearing(room);
	return 0;
}
