/* cmd_view.c - which of the class's pictures a member looks at, by its own choice. */
#include "mcu/command.h"

#include <errno.h>

#include "mcu/notice_json.h"
#include "mcu/room.h"
#include "mcu/viewer.h"

static const char *refusal(int err)
{
	switch (err) {
	case -EPERM:
		return "forbidden";
	case -ENOENT:
		return "unknown_member";
	case -EDQUOT:
		return "pins_full";
	default:
		return "no_resources";
	}
}

const char *cmd_view_set(struct command *c)
{
	enum picture_kind kind = picture_by_name(proto_string(c->d, "view"));
	const char *id = proto_string(c->d, "member");
	uint32_t front = id ? member_base_of(id) : 0;
	int err;

	thread_claim(&on_ctl);
	if (kind == PICTURE_KINDS) {
		c->field = "view";
		return "bad_field";
	}
	if ((kind == PICTURE_PIN) != (id && *id)) {
		c->field = "member";
		return "bad_field";
	}
	err = viewer_choose(c->member, kind, front);
	if (err)
		return refusal(err);
	c->reply = cJSON_CreateObject();
	notice_json_picture(c->reply, c->member);
	return NULL;
}
