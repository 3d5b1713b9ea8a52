#include "mcu/roster.h"

#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/room.h"

static void list(struct member *member)
{
	member->listed = true;
	member->room->n_listed++;
}

void roster_join(struct member *member)
{
	member->listed = false; /* perhaps of a try before */
	if (member->role >= ROLE_INTERPRETER || member->mic || member->cam ||
	    member->room->n_listed < ROSTER_LISTED)
		list(member);
}

void roster_leave(struct member *member)
{
	/* `listed` stays: its own member.left is still to be told */
	member->room->n_listed -= member->listed;
}

void roster_list(struct member *member)
{
	if (member->listed)
		return;
	list(member);
	notice_member("member.joined", member, member);
}

void roster_tick(struct room *room, int64_t now_us)
{
	struct room_roster *told = &room->roster;

	if (told->n == room->n_members && told->listed == room->n_listed)
		return;
	if (now_us - told->at_us < ROSTER_HINT_US)
		return;
	*told = (struct room_roster){now_us, room->n_members, room->n_listed};
	notice_roster(room);
}
