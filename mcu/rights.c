#include "mcu/rights.h"

#include "base/log.h"
#include "mcu/call.h"
#include "mcu/lobby.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/notice_rights.h"
#include "mcu/room.h"
#include "mcu/seats.h"

static void end_media(struct member *member, uint32_t caps, const struct member *by)
	RUNS_ON(on_ctl)
{
	if (member->mic && !(caps & CAP_SPEAK)) {
		member_set_mic(member, false);
		if (by)
			notice_muted(member, by);
	}
	if (member->cam && !(caps & CAP_CAMERA))
		member_set_camera(member, false);
	if (member->room->decks.by == member->base && !(caps & CAP_SHARE))
		deck_hide(member->room);
	if (member->screen && !(caps & CAP_SHARE)) {
		member_set_screen(member, false);
		if (call_offer(member))
			log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
	}
}

void rights_apply(struct member *member, const struct member *by)
{
	uint32_t caps = member_caps(member), before = member->caps;

	if (caps == before)
		return;
	member->caps = caps;
	if (!member->room || member->warm)
		return;
	end_media(member, caps, by);
	notice_caps(member);
	if (caps & ~before & CAP_ADMIT)
		notice_lobby_to(member);
}

int rights_room(struct room *room, const struct policy *policy, const struct member *by)
{
	struct db_room row = room->row;
	bool lock = policy->locked && !room->policy.locked;
	int err;

	policy_write(policy, row.policy, sizeof(row.policy));
	err = db_room_put(room->server->db, &row);
	if (err)
		return err;
	room->row = row;
	room->policy = *policy;
	log_info("class_policy", "room=%s policy=\"%s\"", row.id, row.policy);
	if (lock)
		seats_hold(room);
	for (uint32_t i = 0; i < room->n_members; i++)
		rights_apply(room->members[i], by);
	notice_room(room);
	lobby_open(room);
	return 0;
}

int rights_member(struct member *member, const struct policy_own *own,
		  const struct member *by)
{
	const struct policy_own before = member->own;
	int err;

	member->own = *own;
	err = seats_keep(member->room, member);
	if (err) {
		member->own = before;
		return err;
	}
	log_info("member_rights", "room=%s member=%u grants=%u denies=%u",
		 member->room->row.id, member->base / ID_BLOCK, own->grants, own->denies);
	rights_apply(member, by);
	notice_member("member.changed", member, NULL);
	return 0;
}
