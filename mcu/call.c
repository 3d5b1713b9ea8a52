#include "mcu/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mixer/vworker.h"

/* What the next description of it says of us, with `version`. */
static void describe(const struct member *member, uint32_t version,
		     struct sdp_local *local) RUNS_ON(on_ctl)
{
	const struct call_self *self = &member->self;

	net_describe(member->net, local);
	memcpy(local->ufrag, self->ufrag, sizeof(local->ufrag));
	memcpy(local->pwd, self->pwd, sizeof(local->pwd));
	local->session_id = self->session_id;
	local->version = version;
	local->ssrc_audio = self->ssrc_audio;
	local->ssrc_video = self->ssrc_video;
	local->ssrc_rtx = self->ssrc_rtx;
}

static struct call_self self_of(const struct sdp_local *local)
{
	struct call_self self = {.session_id = local->session_id,
				 .ssrc_audio = local->ssrc_audio,
				 .ssrc_video = local->ssrc_video,
				 .ssrc_rtx = local->ssrc_rtx};

	memcpy(self.ufrag, local->ufrag, sizeof(self.ufrag));
	memcpy(self.pwd, local->pwd, sizeof(self.pwd));
	return self;
}

/* A fresh peer; not yet told to anybody. */
static int peer_open(struct member *member) RUNS_ON(on_ctl)
{
	struct server *server = member->server;
	struct peer_conf conf = {
		.id = server_block(server),
		.voice = member->base + ID_VOICE,
		.camera = member->base + ID_CAMERA,
		.screen = member->base + ID_SCREEN,
	};
	int err;

	net_describe(member->net, &conf.local);
	err = idmap_put(&server->peer_of, conf.id, member);
	if (err)
		return err;
	err = net_peer_open(member->net, &conf);
	if (err) {
		idmap_del(&server->peer_of, conf.id);
		return err;
	}
	member->peer = conf.id;
	member->self = self_of(&conf.local);
	member->offer_v = 0;
	member->answered = member->connected = false;
	member->screen_line = member->client_offers = false;
	member->first_frame = false; /* posters again until it sees one */
	member->posters = 0;
	member->codecs = 0;
	memset(&member->asks, 0, sizeof(member->asks)); /* this one was told nothing */
	return 0;
}

/* Writes the description of version offer_v and sends it. */
static int offer_send(struct member *member, bool fresh) RUNS_ON(on_ctl)
{
	char *sdp = malloc(LIMIT_SDP_BYTES);
	struct sdp_local local;
	int n;

	if (!sdp)
		return -ENOMEM;
	describe(member, member->offer_v, &local);
	n = sdp_write_offer(sdp, LIMIT_SDP_BYTES, &local, member->screen_line,
			    member->screen);
	if (n >= 0)
		notice_offer(member, sdp, fresh);
	free(sdp);
	return n < 0 ? n : 0;
}

static int offer(struct member *member, bool fresh) RUNS_ON(on_ctl)
{
	if (member->client_offers) { /* its sections are not ours to change */
		notice_renew(member);
		return 0;
	}
	member->screen_line = member->screen_line || member->screen;
	member->offer_v++;
	/* a client that has not answered yet still has to make a new peer */
	member->fresh = fresh || (member->fresh && !member->answered);
	member->answered = false;
	return offer_send(member, member->fresh);
}

int call_offer(struct member *member)
{
	bool fresh = !member->peer;
	int err = fresh ? peer_open(member) : 0;

	return err ? err : offer(member, fresh);
}

int call_resume(struct member *member)
{
	if (!member->peer)
		return call_offer(member);
	return member->answered ? 0 : offer_send(member, member->fresh);
}

/* What both sides agreed on goes to the net thread. */
static int apply(struct member *member, const struct sdp *remote) RUNS_ON(on_ctl)
{
	int err = net_peer_remote(member->net, member->peer, remote);

	if (err)
		return err;
	member->answered = true;
	quality_end(member);
	member->codecs = sdp_view_codecs(remote);
	member->high = sdp_view_high(remote);
	member->sound_ms = sdp_sound_ms(remote);
	if (!member->warm) /* else when it enters */
		quality_start(member);
	return 0;
}

const char *call_answer(struct member *member, const char *text, uint32_t v)
{
	const char *why = "", *code = NULL;
	struct sdp *sdp;
	int err;

	if (!member->peer || member->answered || v != member->offer_v)
		return "bad_state";
	sdp = malloc(sizeof(*sdp));
	if (!sdp)
		return "no_resources";
	err = sdp_parse(sdp, text, strlen(text), &why);
	if (!err)
		err = sdp_take_answer(sdp, &why);
	if (err) {
		count_add(COUNT_REJECT_SDP, 1);
		log_info("sdp_refused", "member=%u why=\"%s\"", member->base / ID_BLOCK,
			 why);
		code = "bad_sdp";
	} else if (apply(member, sdp)) {
		code = "no_resources";
	}
	free(sdp);
	return code;
}

int call_restart(struct member *member)
{
	struct sdp_local fresh;
	int err;

	if (!member->peer)
		return call_offer(member);
	net_describe(member->net, &fresh);
	err = net_peer_restart(member->net, member->peer, fresh.ufrag, fresh.pwd);
	if (err)
		return err;
	memcpy(member->self.ufrag, fresh.ufrag, sizeof(fresh.ufrag));
	memcpy(member->self.pwd, fresh.pwd, sizeof(fresh.pwd));
	return offer(member, false);
}

const char *call_take_offer(struct member *member, const char *text, char **answer)
{
	const char *why = "", *code = NULL;
	struct sdp *sdp = malloc(sizeof(*sdp));
	char *out = malloc(LIMIT_SDP_BYTES);
	struct sdp_local local;
	int n = -ENOMEM;

	if (!sdp || !out) {
		code = "no_resources";
		goto out;
	}
	n = sdp_parse(sdp, text, strlen(text), &why);
	if (n == 0) {
		call_close(member);
		n = peer_open(member);
	}
	if (n == 0) {
		describe(member, 1, &local);
		n = sdp_answer_offer(sdp, out, LIMIT_SDP_BYTES, &local, &why);
	}
	if (n >= 0) {
		member->client_offers = true;
		n = apply(member, sdp);
	}
	if (n < 0) {
		count_add(COUNT_REJECT_SDP, 1);
		log_info("sdp_refused", "member=%u why=\"%s\"", member->base / ID_BLOCK,
			 why);
		call_close(member);
		code = n == -ENOMEM || n == -ENOBUFS ? "no_resources" : "bad_sdp";
	}
out:
	free(sdp);
	if (code)
		free(out);
	else
		*answer = out;
	return code;
}

/* The peer is gone, and with it perhaps the last viewer of a rung. */
static void forget(struct member *member) RUNS_ON(on_ctl)
{
	quality_end(member);
	idmap_del(&member->server->peer_of, member->peer);
	member->peer = 0;
	member->connected = member->answered = member->client_offers = false;
	member->fresh = false;
	member->codecs = 0;
	if (member->room)
		member->room->dirty = true; /* one who is away has no place now, see cast.c */
}

void call_enter(struct member *member)
{
	if (member->peer && member->answered)
		quality_start(member);
}

void call_close(struct member *member)
{
	if (!member->peer)
		return;
	net_peer_close(member->net, member->peer);
	forget(member);
}

void call_state(struct member *member, enum peer_state state)
{
	static const char *const names[] = {"connected", "vanished", "failed", "left"};

	log_info("peer_state", "member=%u state=%s", member->base / ID_BLOCK,
		 names[state]);
	if (state == PEER_CONNECTED) {
		member->connected = true;
		notice_rtc_state(member, "connected");
		return;
	}
	forget(member); /* it closed itself */
	notice_rtc_state(member, "lost");
}
