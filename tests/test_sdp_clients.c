#include "tests/sdp_samples.h"
#include "tests/test.h"
#include "transport/sdp.h"

#include <errno.h>
#include <string.h>

static char text[LIMIT_SDP_BYTES]; /* the last description that was written */

static struct sdp_local local_side(void)
{
	struct sdp_local local = {
		.ufrag = "ourU",
		.pwd = "ourpasswordourpasswordourpasswor",
		.n_candidates = 2,
		.candidates = {{"192.0.2.1", 10000, false}, {"2001:db8::1", 443, true}},
		.session_id = 18446744073709551615u,
		.version = 3,
		.ssrc_audio = 101,
		.ssrc_video = 102,
		.ssrc_rtx = 103,
	};

	for (unsigned int i = 0; i < 32; i++)
		local.fingerprint[i] = (uint8_t)(i * 8);
	return local;
}

static struct sdp parsed(const char *from)
{
	struct sdp sdp;
	const char *why = "";
	int err = sdp_parse(&sdp, from, strlen(from), &why);

	if (err)
		fprintf(stderr, "%s\n", why);
	CHECK(err == 0);
	return sdp;
}

static bool has(const char *line)
{
	return strstr(text, line) != NULL;
}

static size_t count(const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* No attribute may speak of a payload type that its section does not list, and
 * no extension id may mean two things: browsers refuse such a description. */
static void check_clean(void)
{
	char list[256] = "", *uris[256] = {NULL};
	char copy[sizeof(text)];

	memcpy(copy, text, sizeof(text));
	for (char *line = strtok(copy, "\r\n"); line; line = strtok(NULL, "\r\n")) {
		char pt[16];
		unsigned int id;
		int at = 0;

		if (strncmp(line, "m=", 2) == 0)
			CHECK(snprintf(list, sizeof(list), "%s ", line) <
			      (int)sizeof(list));
		if (sscanf(line, "a=rtpmap:%u", &id) == 1 ||
		    sscanf(line, "a=fmtp:%u", &id) == 1 ||
		    sscanf(line, "a=rtcp-fb:%u", &id) == 1) {
			snprintf(pt, sizeof(pt), " %u ", id);
			CHECK(strstr(list, pt));
		}
		if (sscanf(line, "a=extmap:%u%*[^ ] %n", &id, &at) == 1 ||
		    sscanf(line, "a=extmap:%u %n", &id, &at) == 1) {
			char *uri = strrchr(line, ' ') + 1;

			CHECK(id >= 1 && id <= 14);
			CHECK(!uris[id] || strcmp(uris[id], uri) == 0);
			uris[id] = uri;
		}
	}
}

static struct sdp offered(bool screen_line, bool screen)
{
	struct sdp_local local = local_side();
	int len = sdp_write_offer(text, sizeof(text), &local, screen_line, screen);

	CHECK(len > 0 && text[len] == 0 && (size_t)len == strlen(text));
	check_clean();
	return parsed(text);
}

static void offer_round_trips(void)
{
	struct sdp sdp = offered(true, true);
	static const struct {
		const char *mid;
		uint8_t dir;
		uint32_t n_codecs, ssrc, rtx_ssrc;
	} want[] = {
		{"a", SDP_SEND | SDP_RECV, 1, 101, 0},
		{"v", SDP_SEND, 6, 102, 103},
		{"c", SDP_RECV, 6, 0, 0},
		{"s", SDP_RECV, 6, 0, 0},
	};

	CHECK(sdp.n_media == 4 && sdp.setup == SDP_ACTPASS && sdp.n_fingerprints == 1);
	CHECK(sdp.fingerprints[0][0] == 0 && sdp.fingerprints[0][31] == 248);
	for (int i = 0; i < 4; i++) {
		const struct sdp_media *m = &sdp.media[i];

		CHECK(strcmp(m->mid, want[i].mid) == 0 && m->dir == want[i].dir);
		CHECK(m->n_codecs == want[i].n_codecs && m->ssrc == want[i].ssrc);
		CHECK(m->rtx_ssrc == want[i].rtx_ssrc && !m->rejected);
		CHECK(strcmp(m->ufrag, "ourU") == 0 && strlen(m->pwd) == 32);
		CHECK(m->ext[SDP_EXT_MID] && m->ext[SDP_EXT_TWCC]);
	}
	CHECK(sdp.media[0].codecs[0].pt == 111 && sdp.media[0].codecs[0].opus_fec);
	CHECK(sdp.media[0].codecs[0].twcc && sdp.media[0].red_pt == 63);
	CHECK(sdp.media[0].ext[SDP_EXT_AUDIO_LEVEL] && !sdp.media[0].rsize);
	CHECK(sdp.media[1].ext[SDP_EXT_PLAYOUT_DELAY] && sdp.media[1].rsize);
	for (int i = 1; i < 4; i++) {
		const struct sdp_codec *c = &sdp.media[i].codecs[0];

		CHECK(c->codec == CODEC_H264 && c->h264_profile == 0x42e01f);
		CHECK(c->h264_mode == 1 && c->rtx_pt && c->nack && c->pli);
		CHECK(c->fir && c->twcc && c->remb);
	}
	CHECK(sdp.media[2].codecs[1].h264_profile == 0x42001f);
	CHECK(sdp.media[2].codecs[5].codec == CODEC_VP9);
	/* what we send and cannot read is in the view's section only */
	CHECK(sdp.media[1].codecs[5].codec == CODEC_AV1 && count("AV1/90000") == 1);
	CHECK(has("a=fmtp:106 level-idx=5;profile=0;tier=0\r\n"));
	CHECK(count("profile-level-id=64001f") == 3);
	CHECK(count("profile-level-id=640c1f") == 3);
	CHECK(sdp.media[2].ext[SDP_EXT_RID] && sdp.media[2].ext[SDP_EXT_ABS_SEND_TIME]);
	CHECK(sdp.media[2].ext[SDP_EXT_ORIENTATION] && !sdp.media[1].ext[SDP_EXT_RID]);

	CHECK(has("o=- 18446744073709551615 3 IN IP4 127.0.0.1\r\n"));
	CHECK(has("a=group:BUNDLE a v c s\r\n") && has("a=ice-lite\r\n"));
	CHECK(has(" udp 2130706431 192.0.2.1 10000 typ host\r\n"));
	CHECK(has(" 2001:db8::1 443 typ host tcptype passive\r\n"));
	CHECK(has("a=fingerprint:sha-256 00:08:10:18:20:"));
}

static void offer_has_the_screen_when_asked(void)
{
	CHECK(offered(false, false).n_media == 3 && has("a=group:BUNDLE a v c\r\n"));
	CHECK(offered(true, false).media[3].dir == 0 && has("a=inactive\r\n"));
	CHECK(offered(false, true).media[3].dir == SDP_RECV);
}

static void offer_needs_room(void)
{
	struct sdp_local local = local_side();
	int len = sdp_write_offer(text, sizeof(text), &local, true, true);
	char *tight = malloc((size_t)len + 1);

	CHECK(tight &&
	      sdp_write_offer(tight, (size_t)len + 1, &local, true, true) == len);
	CHECK(sdp_write_offer(tight, (size_t)len, &local, true, true) == -ENOSPC);
	CHECK(sdp_write_offer(tight, 1, &local, true, true) == -ENOSPC);
	free(tight);
	local.n_candidates =
		SDP_CANDIDATES_MAX; /* the largest one is within our own limit */
	for (uint32_t i = 0; i < SDP_CANDIDATES_MAX; i++)
		memcpy(local.candidates[i].ip, "2001:db8:1111:2222:3333:4444:5555:6666",
		       39);
	CHECK(sdp_write_offer(text, sizeof(text), &local, true, true) > 0);
}

static int take(struct sdp *sdp, const char *from, const char *find, const char *to)
{
	static char edited[LIMIT_SDP_BYTES];
	const char *why = NULL, *at = strstr(from, find);
	int err;

	CHECK(at);
	snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(at - from), from, to,
		 at + strlen(find));
	*sdp = parsed(edited);
	err = sdp_take_answer(sdp, &why);
	CHECK(!err == !why);
	return err;
}

static void takes_an_answer(void)
{
	struct sdp sdp;

	CHECK(take(&sdp, ANSWER, "v=0", "v=0") == 0);
	CHECK(sdp.media[0].in == SDP_IN_VOICE && sdp.media[0].out == SDP_OUT_MIX);
	CHECK(sdp.media[1].in == SDP_IN_NONE && sdp.media[1].out == SDP_OUT_VIEW);
	CHECK(sdp.media[2].in == SDP_IN_CAMERA && sdp.media[2].out == SDP_OUT_NONE);
	CHECK(sdp.media[0].red_pt == 63 && sdp.media[0].ssrc == 9);
	CHECK(sdp.media[1].n_codecs == 2 && sdp_view_codec(&sdp) == CODEC_H264);
	/* an id that is not ours does not count; H.264 without mode 1 neither */
	CHECK(sdp.media[1].ext[SDP_EXT_PLAYOUT_DELAY] == 0 &&
	      sdp.media[1].ext[SDP_EXT_TWCC] == 4);
	/* what we offered stays good, behind what the answer prefers */
	CHECK(sdp.media[2].n_codecs == 6 && sdp.media[2].codecs[0].codec == CODEC_VP8);
	CHECK(sdp.media[2].codecs[1].codec == CODEC_H264 &&
	      sdp.media[2].codecs[1].pt == 96);
	CHECK(sdp.media[2].codecs[0].rtx_pt == 99 && sdp.media[2].rtx_ssrc == 6);
}

static void directions_decide(void)
{
	struct sdp sdp;

	CHECK(take(&sdp, ANSWER, "sendrecv", "recvonly") == 0);
	CHECK(sdp.media[0].in == SDP_IN_NONE && sdp.media[0].out == SDP_OUT_MIX);
	CHECK(take(&sdp, ANSWER, "a=recvonly", "a=inactive") == 0);
	CHECK(sdp.media[1].out == SDP_OUT_NONE && sdp_view_codec(&sdp) == CODEC_NONE);
	CHECK(take(&sdp, ANSWER, "H264/90000", "H263/90000") == 0);
	CHECK(sdp_view_codec(&sdp) == CODEC_VP8);
	CHECK(take(&sdp, ANSWER, "a=sendonly", "a=inactive") == 0);
	CHECK(sdp.media[2].in == SDP_IN_NONE);
	CHECK(take(&sdp, ANSWER, "a=sendonly", "a=sendrecv") ==
	      0); /* more than offered */
	CHECK(sdp.media[2].in == SDP_IN_CAMERA && sdp.media[2].out == SDP_OUT_NONE);
}

static void takes_a_screen(void)
{
	struct sdp sdp = parsed(ANSWER);
	const char *why;

	sdp.media[3] = sdp.media[2];
	memcpy(sdp.media[3].mid, "s", 2);
	sdp.n_media = 4;
	CHECK(sdp_take_answer(&sdp, &why) == 0 && sdp.media[3].in == SDP_IN_SCREEN);
	CHECK(sdp.media[2].in == SDP_IN_CAMERA);
}

static void refuses_answers(void)
{
	static const struct {
		const char *what, *find, *to;
		int err;
	} rows[] = {
		{"as it is", "v=0", "v=0", 0},
		{"setups that differ", "a=setup:active", "a=setup:actpass", -EBADMSG},
		{"sections in another order", "a=mid:a", "a=mid:x", -EPROTO},
		{"rejected camera", "m=video 9 UDP/TLS/RTP/SAVPF 98",
		 "m=video 0 UDP/TLS/RTP/SAVPF 98", 0},
		{"rejected sound", "m=audio 9", "m=audio 0", 0},
		{"no Opus", "opus/48000/2", "G722/8000", -EPROTO},
		{"Opus in mono", "opus/48000/2", "opus/48000", -EPROTO},
		{"kind changed", "m=audio 9", "m=video 9", -EPROTO},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static char edited[LIMIT_SDP_BYTES];
		const char *why, *at = strstr(ANSWER, rows[i].find);
		struct sdp sdp;
		int err;

		CHECK(at);
		snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(at - ANSWER), ANSWER,
			 rows[i].to, at + strlen(rows[i].find));
		/* the group still names what was renamed */
		if (strcmp(rows[i].to, "a=mid:x") == 0)
			memcpy(strstr(edited, "BUNDLE a"), "BUNDLE x", 8);
		err = sdp_parse(&sdp, edited, strlen(edited), &why);
		if (!err)
			err = sdp_take_answer(&sdp, &why);
		if (err != rows[i].err)
			fprintf(stderr, "%s: %d\n", rows[i].what, err);
		CHECK(err == rows[i].err);
	}
}

static void refuses_answers_as_a_whole(void)
{
	struct sdp sdp = parsed(ANSWER), before;
	const char *why = NULL;

	sdp.setup = SDP_PASSIVE;
	before = sdp;
	CHECK(sdp_take_answer(&sdp, &why) == -EPROTO && why);
	CHECK(memcmp(&before, &sdp, sizeof(sdp)) == 0);
	sdp.setup = SDP_ACTPASS; /* odd, but it means that we may be passive */
	CHECK(sdp_take_answer(&sdp, &why) == 0);
	sdp = parsed(ANSWER);
	sdp.n_media = 2;
	CHECK(sdp_take_answer(&sdp, &why) == -EPROTO);
	sdp = parsed(ANSWER);
	for (int i = 0; i < 3; i++)
		sdp.media[i].rejected = true;
	CHECK(sdp_take_answer(&sdp, &why) == -EPROTO);
	/* sections that were rejected may be nameless */
	sdp = parsed(ANSWER);
	sdp.media[2].rejected = true;
	sdp.media[2].mid[0] = 0;
	CHECK(sdp_take_answer(&sdp, &why) == 0 && sdp.media[2].in == SDP_IN_NONE);
}

/* Answers an offer; the answer is in `text` and is returned parsed. */
static struct sdp answered(const char *offer_text, struct sdp *offer)
{
	struct sdp_local local = local_side();
	struct sdp answer;
	const char *why = "";
	int len;

	*offer = parsed(offer_text);
	len = sdp_answer_offer(offer, text, sizeof(text), &local, &why);
	if (len <= 0)
		fprintf(stderr, "%s\n", why);
	CHECK(len > 0 && (size_t)len == strlen(text));
	check_clean();
	answer = parsed(text);
	CHECK(answer.n_media == offer->n_media && answer.setup == SDP_PASSIVE);
	for (uint32_t i = 0; i < answer.n_media; i++) {
		const struct sdp_media *a = &answer.media[i], *o = &offer->media[i];

		CHECK(a->kind == o->kind && a->rejected == o->rejected);
		CHECK(strcmp(a->mid, o->mid) == 0);
		if (a->rejected)
			continue;
		CHECK(a->n_codecs == o->n_codecs && a->red_pt == o->red_pt);
		CHECK(memcmp(a->ext, o->ext, sizeof(a->ext)) == 0);
		for (uint32_t k = 0; k < a->n_codecs; k++) {
			CHECK(a->codecs[k].pt == o->codecs[k].pt);
			CHECK(a->codecs[k].rtx_pt == o->codecs[k].rtx_pt);
		}
	}
	return answer;
}

static void answers_chromium(void)
{
	struct sdp offer, answer = answered(CHROMIUM_SENDRECV, &offer);
	const struct sdp_media *m = &offer.media[1];

	CHECK(offer.media[0].in == SDP_IN_VOICE && offer.media[0].out == SDP_OUT_MIX);
	CHECK(m->in == SDP_IN_CAMERA && m->out == SDP_OUT_VIEW);
	CHECK(offer.media[0].codecs[0].pt == 111 && offer.media[0].red_pt == 63);
	/* constrained baseline first, the rest as they like it; no mode 0, no AV1 */
	CHECK(m->n_codecs == 5 && m->codecs[0].pt == 109 && m->codecs[0].rtx_pt == 114);
	CHECK(m->codecs[1].pt == 103 && m->codecs[2].pt == 117 && m->codecs[3].pt == 96);
	CHECK(m->codecs[4].pt == 98 && m->codecs[4].codec == CODEC_VP9);
	CHECK(m->ssrc == 1111 && m->rtx_ssrc == 2222);
	CHECK(m->ext[SDP_EXT_MID] == 4 && m->ext[SDP_EXT_TWCC] == 3);
	CHECK(m->ext[SDP_EXT_ABS_SEND_TIME] == 2 && m->ext[SDP_EXT_ORIENTATION] == 13);
	CHECK(m->ext[SDP_EXT_PLAYOUT_DELAY] == 5);
	CHECK(answer.media[0].ssrc == 101 && answer.media[1].ssrc == 102);
	CHECK(answer.media[1].rtx_ssrc == 103 && answer.media[1].rsize);
	CHECK(answer.media[1].dir == (SDP_SEND | SDP_RECV));
	CHECK(answer.media[1].codecs[0].nack && answer.media[1].codecs[0].twcc);
	CHECK(has("a=group:BUNDLE 0 1\r\n") && !has("G722") && !has("ulpfec"));
	CHECK(!has("AV1") &&
	      sdp_view_codecs(&offer) == (1u << CODEC_H264 | 1u << CODEC_VP8));
	CHECK(!sdp_view_high(&offer)); /* main is not high */
	CHECK(sdp_view_codec(&offer) == CODEC_H264);
}

static void answers_chromium_that_only_watches(void)
{
	struct sdp offer, answer = answered(CHROMIUM_RECVONLY, &offer);

	CHECK(offer.media[0].in == SDP_IN_NONE && offer.media[0].out == SDP_OUT_MIX);
	CHECK(offer.media[1].in == SDP_IN_NONE && offer.media[1].out == SDP_OUT_VIEW);
	CHECK(answer.media[0].dir == SDP_SEND && answer.media[1].dir == SDP_SEND);
	CHECK(has("a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n") && !has(URI_LEVEL));
	CHECK(offer.media[0].red_pt == 63 && !has("VP9") && has("AV1/90000"));
	CHECK(sdp_view_codecs(&offer) ==
	      (1u << CODEC_H264 | 1u << CODEC_VP8 | 1u << CODEC_AV1));
	CHECK(has("a=msid:aula mix\r\n") && has("a=msid:aula view\r\n"));
	CHECK(count("a=ssrc-group:FID 102 103") == 1);
}

static void answers_chromium_simulcast(void)
{
	struct sdp offer, answer = answered(CHROMIUM_SIMULCAST, &offer);

	CHECK(offer.media[0].in == SDP_IN_VOICE && offer.media[0].out == SDP_OUT_NONE);
	CHECK(offer.media[1].in == SDP_IN_CAMERA && offer.media[2].out == SDP_OUT_VIEW);
	CHECK(offer.media[3].rejected && offer.media[1].n_rids == 0);
	CHECK(answer.media[0].dir == SDP_RECV && answer.media[0].ssrc == 0);
	CHECK(has("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
	CHECK(has("a=group:BUNDLE 0 1 2\r\n") && !has("simulcast") && !has("a=rid"));
}

static void answers_firefox(void)
{
	struct sdp offer = parsed(FIREFOX), answer;

	CHECK(!offer.media[1].rejected && offer.media[1].dir == (SDP_SEND | SDP_RECV));
	CHECK(strcmp(offer.media[1].ufrag, "deadbeef") == 0 && offer.n_fingerprints == 1);
	answer = answered(FIREFOX, &offer);
	CHECK(offer.media[0].codecs[0].pt == 109 && offer.media[1].n_codecs == 3);
	CHECK(offer.media[1].codecs[0].pt == 126 &&
	      offer.media[1].codecs[0].rtx_pt == 127);
	CHECK(offer.media[1].rtx_ssrc == 66);
	/* it receives playout-delay, so we send it */
	CHECK(has("a=extmap:6/sendonly " URI_PLAYOUT "\r\n"));
	CHECK(answer.media[1].ext_dir[SDP_EXT_PLAYOUT_DELAY] == SDP_SEND);
	CHECK(!has(":97") && !has("csrc-audio-level"));
	CHECK(has("a=fmtp:109 minptime=10;useinbandfec=1\r\n"));
}

static void answers_aiortc(void)
{
	struct sdp offer = parsed(AIORTC), answer;

	/* each section keeps its own map and credentials */
	CHECK(offer.media[0].ext[SDP_EXT_AUDIO_LEVEL] == 2);
	CHECK(offer.media[1].ext[SDP_EXT_ABS_SEND_TIME] == 2);
	CHECK(strcmp(offer.media[0].ufrag, "aud1") == 0);
	CHECK(strcmp(offer.media[1].ufrag, "vid1") == 0);
	answer = answered(AIORTC, &offer);
	CHECK(answer.media[0].ext[SDP_EXT_AUDIO_LEVEL] == 2);
	CHECK(answer.media[1].ext[SDP_EXT_ABS_SEND_TIME] == 0); /* 2 is taken */
	CHECK(answer.media[1].ext[SDP_EXT_MID] == 1);
	CHECK(offer.media[0].codecs[0].pt == 96 && !has("transport-cc"));
	CHECK(offer.media[1].codecs[0].pt == 101 && offer.media[1].codecs[1].pt == 99);
	CHECK(!has("useinbandfec") && !answer.media[1].rsize);
}

static void answers_gstreamer(void)
{
	struct sdp offer, answer = answered(GSTREAMER, &offer);

	CHECK(offer.media[0].in == SDP_IN_CAMERA && offer.media[1].in == SDP_IN_VOICE);
	CHECK(answer.media[0].dir == SDP_RECV && answer.media[1].dir == SDP_RECV);
	CHECK(answer.media[0].codecs[0].h264_profile == 0x42c016);
	CHECK(answer.media[0].codecs[0].pli && !answer.media[0].codecs[0].nack);
	CHECK(!answer.media[0].codecs[0].rtx_pt && offer.media[1].codecs[0].pt == 97);
	CHECK(has("a=group:BUNDLE video0 audio1\r\n") &&
	      sdp_view_codec(&offer) == CODEC_NONE);
}

static void gives_roles_in_order(void)
{
	struct sdp offer,
		answer = answered(
			CHROMIUM_HEAD("0 1 2 3 4") CHROMIUM_AUDIO("sendrecv")
				CHROMIUM_VIDEO("1", "recvonly") CHROMIUM_VIDEO(
					"2", "sendonly") "m=video 9 UDP/TLS/RTP/SAVPF "
							 "96\r\na=mid:3\r\n"
							 "a=sendonly\r\na=rtpmap:96 "
							 "VP8/90000\r\n"
							 "m=video 9 UDP/TLS/RTP/SAVPF "
							 "96\r\na=mid:4\r\n"
							 "a=sendonly\r\na=rtpmap:96 "
							 "VP8/90000\r\n",
			&offer);

	CHECK(offer.media[1].out == SDP_OUT_VIEW && offer.media[1].in == SDP_IN_NONE);
	CHECK(offer.media[2].in == SDP_IN_CAMERA && offer.media[3].in == SDP_IN_SCREEN);
	CHECK(offer.media[4].rejected && answer.media[4].rejected);
	CHECK(has("a=group:BUNDLE 0 1 2 3\r\n"));
}

/* What cannot be decoded takes no role away from what can. */
static void skips_foreign_codecs(void)
{
#define PLAIN(type, mid, pt, map) \
	"m=" type " 9 UDP/TLS/RTP/SAVPF " pt "\r\n" ANSWER_TRANSPORT "a=mid:" mid \
	"\r\na=sendonly\r\na=rtpmap:" pt " " map "\r\n"
	static const char foreign[] =
		"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		"a=group:BUNDLE 0 1 2 3\r\n" PLAIN("audio", "0", "9", "G722/8000")
			PLAIN("audio", "1", "111", "Opus/48000/2")
				PLAIN("video", "2", "45", "AV1/90000")
					PLAIN("video", "3", "96", "vp8/90000");
	struct sdp offer, answer = answered(foreign, &offer);

	CHECK(offer.media[0].rejected && offer.media[1].in == SDP_IN_VOICE);
	CHECK(offer.media[2].rejected && offer.media[3].in == SDP_IN_CAMERA);
	CHECK(answer.media[3].codecs[0].codec == CODEC_VP8);
	CHECK(has("m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n") && has("a=group:BUNDLE 1 3\r\n"));
}

static void caps_the_level(void)
{
	static const char high[] =
		"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" PLAIN(
			"video", "0", "96",
			"H264/90000") "a=fmtp:96 packetization-mode=1;"
				      "profile-level-id=64003e\r\n"
				      "a=rtcp-rsize\r\n";
	struct sdp offer, answer = answered(high, &offer);

	CHECK(answer.media[0].codecs[0].h264_profile == 0x64001f);
}

static void refuses_offers(void)
{
	static const struct {
		const char *what, *from;
	} rows[] = {
		{"only what we cannot read",
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n"
		 "t=0 0\r\n" PLAIN("audio", "0", "9", "G722/8000")},
		{"only H.264 mode 2",
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" PLAIN(
			 "video", "0", "96",
			 "H264/90000") "a=fmtp:96 packetization-mode=2\r\n"},
		{"only data",
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n"},
	};
	struct sdp_local local = local_side();
	const char *why = NULL;
	struct sdp sdp, before;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sdp = before = parsed(rows[i].from);
		if (sdp_answer_offer(&sdp, text, sizeof(text), &local, &why) != -EPROTO)
			fprintf(stderr, "%s\n", rows[i].what);
		CHECK(memcmp(&sdp, &before, sizeof(sdp)) == 0 && why);
		CHECK(sdp_answer_offer(&sdp, text, sizeof(text), &local, &why) ==
		      -EPROTO);
	}
	sdp = before = parsed(CHROMIUM_SENDRECV);
	CHECK(sdp_answer_offer(&sdp, text, 500, &local, &why) == -ENOSPC);
	CHECK(memcmp(&sdp, &before, sizeof(sdp)) == 0);
	sdp.setup = SDP_PASSIVE;
	CHECK(sdp_answer_offer(&sdp, text, sizeof(text), &local, &why) == -EPROTO);
}

/* Our own answer fits our own offer, as two servers would do it. */
static void answers_itself(void)
{
	struct sdp offer = offered(true, true), answer;
	static char offer_text[sizeof(text)];
	const char *why;

	memcpy(offer_text, text, sizeof(text));
	answer = answered(offer_text, &offer);
	CHECK(offer.media[0].in == SDP_IN_VOICE && offer.media[2].out == SDP_OUT_VIEW);
	CHECK(offer.media[1].in == SDP_IN_CAMERA && offer.media[3].rejected);
	answer.setup = SDP_ACTIVE;
	CHECK(sdp_take_answer(&answer, &why) == 0);
	CHECK(answer.media[1].out == SDP_OUT_VIEW && answer.media[2].in == SDP_IN_CAMERA);
	CHECK(answer.media[1].n_codecs == 4 && sdp_view_codec(&answer) == CODEC_H264);
	CHECK(sdp_view_high(&answer));
}

int main(void)
{
	offer_round_trips();
	offer_has_the_screen_when_asked();
	offer_needs_room();
	takes_an_answer();
	directions_decide();
	takes_a_screen();
	refuses_answers();
	refuses_answers_as_a_whole();
	answers_chromium();
	answers_chromium_that_only_watches();
	answers_chromium_simulcast();
	answers_firefox();
	answers_aiortc();
	answers_gstreamer();
	gives_roles_in_order();
	skips_foreign_codecs();
	caps_the_level();
	refuses_offers();
	answers_itself();
	return 0;
}
