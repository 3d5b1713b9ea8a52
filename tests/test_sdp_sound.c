/* How long the packets of sound may be that a client takes, in all the ways in which
 * it may say so, and what we tell it that we keep to.
 */
#include "tests/sdp_samples.h"
#include "tests/test.h"
#include "transport/sdp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" \
	"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\na=setup:actpass\r\n"
#define SOUND \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtcp-mux\r\n" \
	"a=rtpmap:111 opus/48000/2\r\n"
#define FMTP "a=fmtp:111 useinbandfec=1"

/* Lines of the section, what is read of them, and what we keep to. */
static const struct row {
	const char *lines;
	int err;
	uint16_t said, kept;
} rows[] = {
	{FMTP "\r\n", 0, 0, 60},
	{"", 0, 0, 20}, /* nothing is said of Opus */
	{"a=maxptime:60\r\n", 0, 60, 60},
	{"a=maxptime:20\r\n", 0, 20, 20},
	{FMTP "\r\na=maxptime:20\r\n", 0, 20, 20},
	{FMTP "\r\na=ptime:20\r\n", 0, 20, 20},
	{FMTP "\r\na=ptime:20\r\na=maxptime:60\r\n", 0, 60, 60},
	{FMTP "\r\na=maxptime:20\r\na=ptime:60\r\n", 0, 20, 20},
	{FMTP "\r\na=maxptime:60\r\na=maxptime:20\r\n", 0, 20, 20},
	{FMTP "\r\na=maxptime:20\r\na=maxptime:60\r\n", 0, 20, 20},
	{FMTP "\r\na=maxptime:39\r\n", 0, 39, 20},
	{FMTP "\r\na=maxptime:40\r\n", 0, 40, 40},
	{FMTP "\r\na=maxptime:59.9\r\n", 0, 59, 40},
	{FMTP "\r\na=maxptime:120\r\n", 0, 120, 60},
	{FMTP "\r\na=maxptime:10000\r\n", 0, 10000, 60},
	/* shorter than we can */
	{FMTP "\r\na=maxptime:10\r\n", 0, 10, 20},
	{FMTP "\r\na=maxptime:2.5\r\n", 0, 2, 20},
	{FMTP "\r\na=maxptime:0.5\r\n", 0, 1, 20},
	/* as parameters */
	{FMTP ";maxptime=20\r\n", 0, 20, 20},
	{FMTP "; maxptime=40 ;ptime=20\r\n", 0, 40, 40},
	{FMTP ";ptime=20\r\n", 0, 20, 20},
	{FMTP ";minptime=10\r\n", 0, 0, 60},
	{FMTP ";minptime=60\r\n", 0, 0, 60},
	{FMTP ";minptime=x\r\n", 0, 0, 60},
	{FMTP ";maxptime=60\r\na=maxptime:20\r\n", 0, 20, 20},
	{"a=fmtp:99 maxptime=20\r\n" FMTP "\r\n", 0, 0, 60}, /* of another one */
	/* bad */
	{"a=maxptime:0\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:0.0\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:\r\n", -EBADMSG, 0, 0},
	{"a=maxptime\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:-20\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:+20\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:20ms\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:20 40\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:20.\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:.5\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:2.5.5\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:2.x\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:0x14\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:10001\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:4294967316\r\n", -EBADMSG, 0, 0},
	{"a=maxptime:00000000000000000020\r\n", -EBADMSG, 0, 0},
	{"a=ptime:0\r\n", -EBADMSG, 0, 0},
	{"a=ptime:x\r\n", -EBADMSG, 0, 0},
	{FMTP ";maxptime=0\r\n", -EBADMSG, 0, 0},
	{FMTP ";maxptime=\r\n", -EBADMSG, 0, 0},
	{FMTP ";maxptime\r\n", -EBADMSG, 0, 0},
	{FMTP ";ptime=99999\r\n", -EBADMSG, 0, 0},
};

static char text[LIMIT_SDP_BYTES]; /* the last answer */

static int answered(struct sdp *offer)
{
	static const struct sdp_local local = {.ufrag = "ourU",
					       .pwd = "ourpasswordourpasswordourpasswor",
					       .n_candidates = 1,
					       .candidates = {{"::1", 1, false}},
					       .ssrc_audio = 1};
	const char *why = "";

	return sdp_answer_offer(offer, text, sizeof(text), &local, &why);
}

static void check_row(const struct row *row)
{
	char tail[24], from[2048], *tight;
	int len = snprintf(from, sizeof(from), HEAD SOUND "%s", row->lines), err;
	const char *why = "";
	struct sdp sdp, again;

	CHECK(len > 0 && (size_t)len < sizeof(from));
	tight = malloc((size_t)len); /* so that a sanitizer sees the end */
	CHECK(tight);
	memcpy(tight, from, (size_t)len);
	memset(&sdp, 0x55, sizeof(sdp));
	err = sdp_parse(&sdp, tight, (size_t)len, &why);
	free(tight);
	if (err != row->err)
		fprintf(stderr, "%s: %d, %s\n", row->lines, err, why);
	CHECK(err == row->err);
	if (err) {
		CHECK(strcmp(why, "ptime or maxptime") == 0);
		CHECK(sdp.n_media == 0x55555555); /* untouched */
		return;
	}
	if (sdp.media[0].maxptime_ms != row->said)
		fprintf(stderr, "%s: %u\n", row->lines, sdp.media[0].maxptime_ms);
	CHECK(sdp.media[0].maxptime_ms == row->said);
	CHECK(answered(&sdp) > 0 && sdp_sound_ms(&sdp) == row->kept);
	snprintf(tail, sizeof(tail), "a=maxptime:%u\r\n", row->kept);
	CHECK(!row->said == !strstr(text, "a=maxptime:"));
	CHECK(!row->said || strstr(text, tail));
	/* which a reader of our answer understands in the same way */
	CHECK(sdp_parse(&again, text, strlen(text), &why) == 0);
	CHECK(again.media[0].maxptime_ms == (row->said ? row->kept : 0));
}

/* What is said of pictures, or before the first section, is no length of sound. */
static void says_nothing_elsewhere(void)
{
	static const char elsewhere[] = HEAD
		"a=maxptime:0\r\na=group:BUNDLE 0 1\r\n"
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtcp-mux\r\n"
		"a=rtpmap:96 VP8/90000\r\na=fmtp:96 maxptime=x\r\na=maxptime:20\r\n" SOUND
			FMTP "\r\n";
	const char *why = "";
	struct sdp sdp;

	CHECK(sdp_parse(&sdp, elsewhere, strlen(elsewhere), &why) == 0);
	CHECK(answered(&sdp) > 0 && sdp_sound_ms(&sdp) == 60);
	CHECK(!strstr(text, "maxptime"));
}

static void browsers_and_others(void)
{
	static const struct {
		const char *offer;
		uint32_t kept;
	} whole[] = {{CHROMIUM_SENDRECV, 60}, {FIREFOX, 60}, {AIORTC, 20}};
	const char *why = "";
	struct sdp sdp;

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		CHECK(sdp_parse(&sdp, whole[i].offer, strlen(whole[i].offer), &why) == 0);
		CHECK(answered(&sdp) > 0 && sdp_sound_ms(&sdp) == whole[i].kept);
		CHECK(!strstr(text, "maxptime"));
	}
	CHECK(sdp_parse(&sdp, ANSWER, strlen(ANSWER), &why) == 0);
	CHECK(sdp_take_answer(&sdp, &why) == 0 && sdp_sound_ms(&sdp) == 60);
	sdp.media[0].maxptime_ms = 30;
	CHECK(sdp_sound_ms(&sdp) == 20);
	sdp.media[0].rejected = true; /* it gets no sound */
	CHECK(sdp_sound_ms(&sdp) == 60);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	says_nothing_elsewhere();
	browsers_and_others();
	return 0;
}
