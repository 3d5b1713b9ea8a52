#include "transport/section.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

enum { MID = 1, RID = 2, RRID = 3 };

static struct section list[3];

static void setup(void)
{
	struct sdp_media m[3] = {
		{.kind = SDP_AUDIO,
		 .in = SDP_IN_VOICE,
		 .out = SDP_OUT_MIX,
		 .dir = 3,
		 .mid = "a",
		 .red_pt = 63,
		 .n_codecs = 1,
		 .codecs = {{.codec = CODEC_OPUS, .pt = 111}}},
		{.kind = SDP_VIDEO,
		 .in = SDP_IN_CAMERA,
		 .dir = SDP_SEND,
		 .mid = "c",
		 .n_codecs = 2,
		 .ssrc = 500,
		 .rtx_ssrc = 501,
		 .codecs = {{.codec = CODEC_VP8, .pt = 96, .rtx_pt = 97},
			    {.codec = CODEC_H264, .pt = 102, .rtx_pt = 103}}},
		{.kind = SDP_VIDEO,
		 .in = SDP_IN_SCREEN,
		 .dir = SDP_SEND,
		 .mid = "s",
		 .n_codecs = 2,
		 .codecs = {{.codec = CODEC_VP8, .pt = 96, .rtx_pt = 97},
			    {.codec = CODEC_VP9, .pt = 98}}},
	};

	for (int i = 0; i < 3; i++) {
		m[i].ext[SDP_EXT_MID] = MID;
		m[i].ext[SDP_EXT_RID] = RID;
		m[i].ext[SDP_EXT_REPAIRED_RID] = RRID;
		section_take(&list[i], &m[i]);
	}
}

struct row {
	uint8_t pt;
	uint32_t ssrc;
	const char *mid, *rid, *rrid;
	int index; /* or a negative errno */
	bool rtx;
	const char *want_rid;
};

static const struct row rows[] = {
	/* the only section with this payload type */
	{111, 1, NULL, NULL, NULL, 0, false, ""},
	{63, 1, NULL, NULL, NULL, 0, false, ""},
	{102, 1, NULL, NULL, NULL, 1, false, ""},
	{103, 1, NULL, NULL, NULL, 1, true, ""},
	/* two sections have it */
	{96, 1, NULL, NULL, NULL, -ENOENT, false, ""},
	{96, 1, "c", NULL, NULL, 1, false, ""},
	{96, 1, "s", NULL, NULL, 2, false, ""},
	{97, 1, "s", NULL, NULL, 2, true, ""},
	/* layers */
	{96, 1, "s", "h", NULL, 2, false, "h"},
	{97, 1, "s", NULL, "h", 2, true, "h"},
	/* announced */
	{96, 500, NULL, NULL, NULL, 1, false, ""},
	{97, 501, NULL, NULL, NULL, 1, true, ""},
	/* unknown payload type, unknown or overlong mid, the right one elsewhere */
	{35, 1, NULL, NULL, NULL, -ENOENT, false, ""},
	{35, 1, "c", NULL, NULL, -ENOENT, false, ""},
	{98, 1, NULL, NULL, NULL, 2, false, ""},
	{98, 1, "zz", NULL, NULL, -ENOENT, false, ""},
	{96, 1, "zz", NULL, NULL, -ENOENT, false, ""},
	{96, 0, NULL, NULL, NULL, -ENOENT, false, ""},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		const char *texts[] = {r->mid, r->rid, r->rrid};
		struct rtp_packet pkt = {.pt = r->pt, .ssrc = r->ssrc}, parsed;
		struct section_match m = {.index = 77};
		struct rtp_ext exts[3];
		uint8_t buf[128];
		size_t n = 0, len;
		int err;

		for (int k = 0; k < 3; k++)
			if (texts[k])
				exts[n++] = (struct rtp_ext){(uint8_t)(k + 1),
							     (uint8_t)strlen(texts[k]),
							     (const uint8_t *)texts[k]};
		len = rtp_header_write(buf, &pkt, exts, n);
		CHECK(rtp_parse(&parsed, buf, len) == 0);
		err = section_match(&m, list, 3, &parsed);
		if (r->index < 0) {
			CHECK(err == r->index && m.index == 77);
			continue;
		}
		CHECK(err == 0 && (int)m.index == r->index && m.rtx == r->rtx);
		CHECK(strcmp(m.rid, r->want_rid) == 0);
	}
}

/* A section that does not send takes nothing, whatever names it. */
static void test_inactive(void)
{
	struct rtp_packet pkt = {.pt = 102, .ssrc = 500};
	struct section_match m;

	CHECK(section_match(&m, list, 3, &pkt) == 0);
	list[1].dir = SDP_RECV;
	CHECK(section_match(&m, list, 3, &pkt) == -ENOENT);
	pkt.pt = 96; /* unique now */
	CHECK(section_match(&m, list, 3, &pkt) == 0 && m.index == 2);
}

static void test_rejected(void)
{
	const struct sdp_media m = {.in = SDP_IN_CAMERA, .dir = 3, .rejected = true};
	struct section s;

	section_take(&s, &m);
	CHECK(!section_sends(&s) && s.dir == 0);
}

int main(void)
{
	setup();
	test_rows();
	test_rejected();
	test_inactive();
	return 0;
}
