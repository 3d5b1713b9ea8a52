/* test_sdp_view - which pictures the browsers of the field say they can show, by their
 * answers to our offer.
 */
#include "tests/sdp_samples.h"
#include "tests/test.h"
#include "transport/sdp.h"

#include <string.h>

#define H264(pt, mode, profile) \
	"a=rtpmap:" pt " H264/90000\r\na=fmtp:" pt \
	" level-asymmetry-allowed=1;packetization-mode=" mode \
	";profile-level-id=" profile "\r\n"
#define AV1(pt, fmtp) "a=rtpmap:" pt " AV1/90000\r\na=fmtp:" pt " " fmtp "\r\n"
#define VP8(pt)       "a=rtpmap:" pt " VP8/90000\r\n"
#define VIEW(pts, maps) \
	ANSWER_HEAD ANSWER_A "m=video 9 UDP/TLS/RTP/SAVPF " pts "\r\n" ANSWER_TRANSPORT \
			     "a=mid:v\r\na=recvonly\r\na=extmap:1 " URI_MID \
			     "\r\n" maps ANSWER_C

enum {
	H264_BIT = 1 << CODEC_H264,
	VP8_BIT = 1 << CODEC_VP8,
	AV1_BIT = 1 << CODEC_AV1,
};

static const struct {
	const char *who, *answer;
	uint32_t codecs;
	bool high;
} rows[] = {
	{"Chromium",
	 VIEW("96 104 98 106", H264("96", "1", "42e01f") H264("104", "1", "64001f") VP8(
				       "98") AV1("106", "level-idx=5;profile=0;tier=0")),
	 H264_BIT | VP8_BIT | AV1_BIT, true},
	{"Chromium without patents",
	 VIEW("98 106", VP8("98") AV1("106", "level-idx=5;profile=0;tier=0")),
	 VP8_BIT | AV1_BIT, false},
	{"Firefox", VIEW("96 98", H264("96", "1", "42e01f") VP8("98")),
	 H264_BIT | VP8_BIT, false},
	{"Safari",
	 VIEW("108 96 98",
	      H264("108", "1", "640c1f") H264("96", "1", "42e01f") VP8("98")),
	 H264_BIT | VP8_BIT, true},
	{"Chromium of Debian",
	 VIEW("96 98 106 112", H264("96", "1", "42e01f") VP8("98")
				       AV1("106", "level-idx=5;profile=0;tier=0")
					       H264("112", "1", "f4001f")),
	 H264_BIT | VP8_BIT | AV1_BIT, true},
	{"main is not high", VIEW("100 98", H264("100", "1", "4d001f") VP8("98")),
	 H264_BIT | VP8_BIT, false},
	{"AV1 that does not say more",
	 VIEW("106 98", "a=rtpmap:106 AV1/90000\r\n" VP8("98")), AV1_BIT | VP8_BIT,
	 false},
	{"AV1 of another profile", VIEW("106 98", AV1("106", "profile=1") VP8("98")),
	 VP8_BIT, false},
	{"high without fragments", VIEW("104 98", H264("104", "0", "64001f") VP8("98")),
	 VP8_BIT, false},
	{"high alone", VIEW("104", H264("104", "1", "64001f")), H264_BIT, true},
	{"VP9 is never sent", VIEW("100 98", "a=rtpmap:100 VP9/90000\r\n" VP8("98")),
	 VP8_BIT, false},
};

static void view_of_browsers(void)
{

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = "";
		struct sdp sdp;

		CHECK(sdp_parse(&sdp, rows[i].answer, strlen(rows[i].answer), &why) == 0);
		if (sdp_take_answer(&sdp, &why) != 0 ||
		    sdp_view_codecs(&sdp) != rows[i].codecs)
			fprintf(stderr, "%s: %s\n", rows[i].who, why);
		CHECK(!*why && sdp_view_codecs(&sdp) == rows[i].codecs);
		CHECK(sdp_view_high(&sdp) == rows[i].high);
		/* the one that all units fit comes first */
		CHECK(!(rows[i].codecs & H264_BIT) ||
		      sdp.media[1].codecs[0].codec == CODEC_H264);
		CHECK(sdp.media[0].red_pt == 63);
	}
	/* a camera is not a view */
	CHECK(sdp_view_codecs(&(struct sdp){0}) == 0 && !sdp_view_high(&(struct sdp){0}));
}

int main(void)
{
	view_of_browsers();
	return 0;
}
