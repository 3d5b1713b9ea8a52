#include "tests/sdp_samples.h"
#include "tests/test.h"
#include "transport/sdp.h"

#include <errno.h>
#include <string.h>

#define ONE_HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define ONE_ICE \
	"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\na=setup:actpass\r\na=rtcp-mux\r\n"
#define ONE_VIDEO \
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:0\r\na=rtpmap:96 H264/90000\r\n" \
	"a=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\n" \
	"a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=extmap:1 " URI_MID "\r\n"
/* a group of one is as good as none */
#define ONE ONE_HEAD "a=group:BUNDLE 0\r\n" ONE_VIDEO ONE_ICE

static int parse(struct sdp *sdp, const char *text, size_t len, const char **why)
{
	char *tight = malloc(len ? len : 1); /* so that a sanitizer sees the end */
	int err;

	CHECK(tight);
	memcpy(tight, text, len);
	*why = NULL;
	err = sdp_parse(sdp, tight, len, why);
	free(tight);
	CHECK(!err == !*why);
	return err;
}

static struct sdp parsed(const char *text)
{
	struct sdp sdp;
	const char *why;
	int err = parse(&sdp, text, strlen(text), &why);

	if (err)
		fprintf(stderr, "%s\n", why);
	CHECK(err == 0);
	return sdp;
}

/* `text` with the first `from` in it replaced. */
static size_t edited(char *out, size_t size, const char *text, const char *from,
		     const char *to)
{
	const char *at = strstr(text, from);
	size_t head, to_len = strlen(to);

	CHECK(at);
	head = (size_t)(at - text);
	CHECK(head + to_len + strlen(at + strlen(from)) < size);
	memcpy(out, text, head);
	memcpy(out + head, to, to_len);
	memcpy(out + head + to_len, at + strlen(from), strlen(at + strlen(from)) + 1);
	return strlen(out);
}

#define LONG_20 "aaaaaaaaaaaaaaaaaaaa"
#define LONG_300 \
	LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20 \
		LONG_20 LONG_20 LONG_20 LONG_20 LONG_20

/* Each row is one edit of a good description. */
static const struct edit {
	const char *what, *from, *to;
	int err;
} edits[] = {
	{"nothing changed", "v=0", "v=0", 0},
	{"LF only in a line", "s=-\r\n", "s=-\n", 0},
	{"CR only", "s=-\r\n", "s=-\r", -EBADMSG},
	{"invalid UTF-8", "s=-", "s=\xff", -EBADMSG},
	{"overlong UTF-8", "s=-", "s=\xc0\xaf", -EBADMSG},
	{"a surrogate", "s=-", "s=\xed\xa0\x80", -EBADMSG},
	{"beyond Unicode", "s=-", "s=\xf4\x90\x80\x80", -EBADMSG},
	{"good UTF-8", "s=-", "s=\xe0\xa4\xb9\xf0\x9f\x8e\x93", 0},
	{"control character", "s=-", "s=\x01", -EBADMSG},
	{"no v=", "v=0\r\n", "", -EBADMSG},
	{"version 1", "v=0", "v=1", -EBADMSG},
	{"v= twice", "v=0\r\n", "v=0\r\nv=0\r\n", -EBADMSG},
	{"no o=", "o=- 1 1 IN IP4 127.0.0.1\r\n", "", -EBADMSG},
	{"o= twice", "s=-", "o=- 1 1 IN IP4 127.0.0.1", -EBADMSG},
	{"long session id", "o=- 1 ", "o=- 123456789012345678901 ", -EBADMSG},
	{"session id is a word", "o=- 1 ", "o=- x ", -EBADMSG},
	{"o= cut", "IN IP4 127.0.0.1", "IN IP4", -EBADMSG},
	{"no s=", "s=-\r\n", "", -EBADMSG},
	{"no t=", "t=0 0\r\n", "", -EBADMSG},
	{"m= before o=", "v=0\r\n", "v=0\r\nm=video 9 RTP/SAVPF 96\r\n", -EBADMSG},
	{"t= in a section", "a=mid:0", "t=0 0", -EBADMSG},
	{"no m=", "m=video", "i=video", -EBADMSG},
	{"not a line", "a=mid:0", "mid", -EBADMSG},
	{"upper-case type", "a=mid:0", "A=mid:0", -EBADMSG},
	{"empty line inside", "a=mid:0\r\n", "\r\na=mid:0\r\n", -EBADMSG},
	{"unknown type", "a=mid:0\r\n", "z=0\r\na=mid:0\r\n", 0},
	{"unknown attribute", "a=mid:0\r\n", "a=rtcp-xr:rcvr-rtt=all\r\na=mid:0\r\n", 0},
	{"port 99999", "m=video 9", "m=video 99999", -EBADMSG},
	{"port -1", "m=video 9", "m=video -1", -EBADMSG},
	{"no port", "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video", -EBADMSG},
	{"two ports", "m=video 9", "m=video 9/2", -EBADMSG},
	{"no payload type", "SAVPF 96 97", "SAVPF", -EBADMSG},
	{"payload type 128", "SAVPF 96", "SAVPF 128", -EBADMSG},
	{"payload type 64", "SAVPF 96", "SAVPF 64 96", -EBADMSG},
	{"payload type 95", "SAVPF 96", "SAVPF 95 96", -EBADMSG},
	{"payload type 63", "SAVPF 96", "SAVPF 63 96", 0},
	{"same payload type twice", "SAVPF 96", "SAVPF 96 96", -EBADMSG},
	{"payload type is a word", "SAVPF 96", "SAVPF x 96", -EBADMSG},
	{"more blanks", "SAVPF 96 97", "SAVPF  96   97", 0},
	{"blanks between parameters", "1f;packet", "1f ; packet", 0},
	{"rtcp-fb without number", "a=mid:0", "a=rtcp-fb:x nack\r\na=mid:0", -EBADMSG},
	{"rtcp-fb of an unlisted one", "a=mid:0", "a=rtcp-fb:99 nack\r\na=mid:0", 0},
	{"rtpmap of an unlisted one", "a=mid:0", "a=rtpmap:99 VP8/90000\r\na=mid:0", 0},
	{"rtpmap without payload type", "rtpmap:96 ", "rtpmap:", -EBADMSG},
	{"rtpmap clock 0", "H264/90000", "H264/0", -EBADMSG},
	{"rtpmap clock 2^32", "H264/90000", "H264/4294967296", -EBADMSG},
	{"rtpmap without clock", "H264/90000", "H264", -EBADMSG},
	{"rtpmap channels 255", "H264/90000", "H264/90000/255", -EBADMSG},
	{"fmtp of an unlisted one", "a=mid:0", "a=fmtp:99 profile-level-id=zz\r\na=mid:0",
	 0},
	{"fmtp with bad number", "a=mid:0", "a=fmtp:128 x\r\na=mid:0", -EBADMSG},
	{"profile-level-id zzzzzz", "42e01f", "zzzzzz", -EBADMSG},
	{"profile-level-id short", "42e01f", "42e0", -EBADMSG},
	{"profile-level-id empty", "42e01f", "", -EBADMSG},
	{"packetization-mode 3", "mode=1", "mode=3", -EBADMSG},
	{"no ufrag", "a=ice-ufrag:abcd\r\n", "", -EBADMSG},
	{"ufrag of 3", "ufrag:abcd", "ufrag:abc", -EBADMSG},
	{"ufrag of 300", "ufrag:abcd", "ufrag:" LONG_300, -EBADMSG},
	{"ufrag with a colon", "ufrag:abcd", "ufrag:ab:d", -EBADMSG},
	{"no pwd", "a=ice-pwd:abcdefghijklmnopqrstuv\r\n", "", -EBADMSG},
	{"pwd of 21", "tuv\r\n", "tu\r\n", -EBADMSG},
	{"no fingerprint", "a=fingerprint", "a=fingernails", -EBADMSG},
	{"sha-1 only", "sha-256 ", "sha-1 ", -EBADMSG},
	{"md5 only", "sha-256 ", "md5 ", -EBADMSG},
	{"SHA-256 in capitals", "sha-256 ", "SHA-256 ", 0},
	{"fingerprint of 31 bytes", ":EE:01", ":EE", -EBADMSG},
	{"fingerprint with a letter", ":EE:01", ":EE:0G", -EBADMSG},
	{"fingerprint with blanks", ":EE:01", " EE:01", -EBADMSG},
	{"setup holdconn", "setup:actpass", "setup:holdconn", -EBADMSG},
	{"no setup", "a=setup:actpass\r\n", "", -EBADMSG},
	{"two setups", "a=setup:actpass", "a=setup:actpass\r\na=setup:active", -EBADMSG},
	{"BUNDLE of an unknown mid", "BUNDLE 0", "BUNDLE 0 1", -EBADMSG},
	{"two BUNDLE groups", "BUNDLE 0", "BUNDLE 0\r\na=group:BUNDLE 0", -EBADMSG},
	{"another group", "BUNDLE 0", "BUNDLE 0\r\na=group:LS 0", 0},
	{"no group, one section", "a=group:BUNDLE 0\r\n", "", 0},
	{"no mid", "a=mid:0\r\n", "", -EBADMSG},
	{"mid of 20", "a=mid:0", "a=mid:" LONG_20, -EBADMSG},
	{"mid of 300", "a=mid:0", "a=mid:" LONG_300, -EBADMSG},
	{"mid with a blank", "a=mid:0", "a=mid:0 1", -EBADMSG},
	{"mid said twice", "a=mid:0", "a=mid:0\r\na=mid:0", -EBADMSG},
	{"no rtcp-mux", "a=rtcp-mux\r\n", "", -EBADMSG},
	{"rtcp-mux-only", "a=rtcp-mux", "a=rtcp-mux-only", 0},
	{"extmap id 0", "extmap:1", "extmap:0", -EBADMSG},
	{"extmap id 15", "extmap:1", "extmap:15", 0},
	{"extmap id 255", "extmap:1", "extmap:255", 0},
	{"extmap id 256", "extmap:1", "extmap:256", -EBADMSG},
	{"extmap id 4096, to be chosen", "extmap:1", "extmap:4096", 0},
	{"extmap without URI", "extmap:1 " URI_MID, "extmap:1", -EBADMSG},
	{"extmap with bad direction", "extmap:1", "extmap:x/sendonly", -EBADMSG},
	{"ssrc is a word", "a=mid:0", "a=mid:0\r\na=ssrc:x cname:y", -EBADMSG},
	{"FID of one", "a=mid:0", "a=mid:0\r\na=ssrc-group:FID 1", -EBADMSG},
	{"FID of the same two", "a=mid:0", "a=mid:0\r\na=ssrc-group:FID 1 1", -EBADMSG},
	{"rid without simulcast", "a=mid:0", "a=mid:0\r\na=rid:x send", 0},
	{"candidate with port -1", "a=mid:0", "a=mid:0\r\na=candidate:1 1 udp 1 ::1 -1 x",
	 0},
	{"other protocol", "UDP/TLS/RTP/SAVPF", "RTP/AVP", 0},
};

static void edits_end_as_listed(void)
{
	char text[4096];

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		const struct edit *e = &edits[i];
		size_t len = edited(text, sizeof(text), ONE, e->from, e->to);
		struct sdp sdp;
		const char *why;
		int err;

		memset(&sdp, 0x55, sizeof(sdp));
		err = parse(&sdp, text, len, &why);
		if (err != e->err)
			fprintf(stderr, "%s: %d, %s\n", e->what, err, why ? why : "");
		CHECK(err == e->err);
		CHECK(!err || sdp.n_media == 0x55555555); /* untouched */
	}
}

static void cut_anywhere_does_no_harm(void)
{
	struct sdp sdp;
	const char *why;

	for (size_t len = 0; len < strlen(ONE) - 2; len++)
		if (parse(&sdp, ONE, len, &why) == 0)
			CHECK(len > strlen(ONE) - strlen("a=rtcp-mux\r\n"));
	CHECK(parse(&sdp, "v=0\r\n\0", 6, &why) == -EBADMSG);
	CHECK(parse(&sdp, ONE "\r\n", strlen(ONE) + 2, &why) == 0);
}

static size_t repeated(char *out, size_t size, const char *line, size_t n)
{
	size_t len = (size_t)snprintf(out, size, "%s", ONE);

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, size - len, "%s\r\n", line);
	CHECK(len < size);
	return len;
}

static void limits_hold(void)
{
	static char text[65536];
	size_t lines = 0, len;
	struct sdp sdp;
	const char *why;

	for (const char *p = ONE; *p; p++)
		lines += *p == '\n';
	len = repeated(text, sizeof(text), "a=x", LIMIT_SDP_LINES - lines);
	CHECK(parse(&sdp, text, len, &why) == 0);
	len = repeated(text, sizeof(text), "a=x", LIMIT_SDP_LINES - lines + 1);
	CHECK(parse(&sdp, text, len, &why) == -E2BIG);
	CHECK(strcmp(why, "too many lines") == 0);

	len = repeated(text, sizeof(text), "a=" LONG_300 LONG_300, 52);
	memset(text + len, 'a', LIMIT_SDP_BYTES - len);
	memcpy(text + len, "a=", 2);
	CHECK(LIMIT_SDP_BYTES - len <= LIMIT_SDP_LINE);
	CHECK(parse(&sdp, text, LIMIT_SDP_BYTES, &why) == 0);
	text[LIMIT_SDP_BYTES] = 'a';
	CHECK(parse(&sdp, text, LIMIT_SDP_BYTES + 1, &why) == -E2BIG);
	CHECK(strcmp(why, "too long") == 0);

	len = (size_t)snprintf(text, sizeof(text), "%sa=", ONE);
	memset(text + len, 'a', LIMIT_SDP_LINE);
	CHECK(parse(&sdp, text, len + LIMIT_SDP_LINE - 2, &why) == 0);
	CHECK(parse(&sdp, text, len + LIMIT_SDP_LINE - 1, &why) == -E2BIG);
	memset(text, 'a', sizeof(text));
	CHECK(parse(&sdp, text, sizeof(text), &why) == -E2BIG);
	CHECK(parse(&sdp, text, 1, &why) == -EBADMSG);

	len = repeated(text, sizeof(text), "m=x 0 y z", LIMIT_SDP_MEDIA - 1);
	CHECK(parse(&sdp, text, len, &why) == 0 && sdp.n_media == LIMIT_SDP_MEDIA);
	len = repeated(text, sizeof(text), "m=x 0 y z", LIMIT_SDP_MEDIA);
	CHECK(parse(&sdp, text, len, &why) == -E2BIG);
	len = repeated(text, sizeof(text), "a=extmap:200 urn:x", 31);
	CHECK(parse(&sdp, text, len, &why) == 0);
	len = repeated(text, sizeof(text), "a=extmap:200 urn:x", 200);
	CHECK(parse(&sdp, text, len, &why) == -E2BIG);
}

/* 64 payload types, all of a known codec: the first 16 are kept. */
static void keeps_sixteen_codecs(void)
{
	static char text[16384];
	struct sdp sdp;
	size_t len = (size_t)snprintf(text, sizeof(text),
				      ONE_HEAD "m=video 9 UDP/TLS/RTP/SAVPF");

	for (unsigned int pt = 0; pt < 64; pt++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %u", pt);
	len += (size_t)snprintf(text + len, sizeof(text) - len,
				"\r\na=mid:0\r\n" ONE_ICE);
	for (unsigned int pt = 0; pt < 64; pt++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"a=rtpmap:%u VP8/90000\r\n", pt);
	sdp = parsed(text);
	CHECK(sdp.media[0].n_codecs == LIMIT_PTS);
	CHECK(sdp.media[0].codecs[LIMIT_PTS - 1].pt == LIMIT_PTS - 1);
}

static void fingerprints_and_setup(void)
{
	char text[4096];
	struct sdp sdp;
	const char *why;
	size_t len;

	sdp = parsed(ONE "a=fingerprint:sha-256 " PRINT_A
			 "\r\na=fingerprint:sha-512 x\r\n");
	CHECK(sdp.n_fingerprints == 1 && sdp.fingerprints[0][31] == 1);
	sdp = parsed(ONE "a=fingerprint:sha-256 " PRINT_B "\r\n");
	CHECK(sdp.n_fingerprints == 2 && sdp.fingerprints[1][31] == 2);
	CHECK(sdp.fingerprints[1][10] == 0xaa && sdp.setup == SDP_ACTPASS);
	len = edited(text, sizeof(text),
		     ONE "a=fingerprint:sha-256 " PRINT_B "\r\n"
			 "a=fingerprint:sha-256 " PRINT_B "\r\n",
		     "DD:EE:01", "DD:EE:03");
	CHECK(parse(&sdp, text, len, &why) == 0 && sdp.n_fingerprints == 2);
	len = (size_t)snprintf(text + len, sizeof(text) - len,
			       "a=fingerprint:sha-256 %s\r\n", PRINT_A) +
	      len;
	CHECK(parse(&sdp, text, len, &why) == -E2BIG);
	edited(text, sizeof(text), ONE, "actpass", "active");
	CHECK(parsed(text).setup == SDP_ACTIVE);
}

/* An id means one thing in a section, and a thing has one id. */
static void duplicate_extensions(void)
{
	struct sdp sdp = parsed(ONE_HEAD ONE_VIDEO ONE_ICE
				"a=extmap:1 " URI_TWCC "\r\na=extmap:2 " URI_MID "\r\n"
				"a=extmap:3/recvonly " URI_PLAYOUT "\r\n"
				"a=extmap:4/inactive " URI_ABS "\r\n");
	const struct sdp_media *m = &sdp.media[0];

	CHECK(m->ext[SDP_EXT_MID] == 1 && m->ext[SDP_EXT_TWCC] == 0);
	CHECK(m->ext[SDP_EXT_PLAYOUT_DELAY] == 3 &&
	      m->ext_dir[SDP_EXT_PLAYOUT_DELAY] == SDP_RECV);
	CHECK(m->ext[SDP_EXT_ABS_SEND_TIME] == 0);
}

static void sections_and_bundle(void)
{
	static const char two[] = ONE_HEAD
		"a=group:BUNDLE 0 1\r\n" ONE_VIDEO ONE_ICE
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n"
		"a=rtpmap:111 opus/48000/2\r\n";
	char text[4096];
	struct sdp sdp = parsed(two);
	const char *why;
	size_t len;

	/* what the second one does not say the first one says for it */
	CHECK(strcmp(sdp.media[1].ufrag, "abcd") == 0 && sdp.media[1].pwd[21] == 'v');
	len = edited(text, sizeof(text), two, "BUNDLE 0 1", "BUNDLE 0");
	CHECK(parse(&sdp, text, len, &why) == -EBADMSG);
	len = edited(text, sizeof(text), two, "BUNDLE 0 1", "BUNDLE 0");
	memcpy(text + len, ONE_ICE, sizeof(ONE_ICE)); /* complete, but on its own */
	CHECK(parse(&sdp, text, len + strlen(ONE_ICE), &why) == -EBADMSG);
	CHECK(strcmp(why, "not in one BUNDLE") == 0);
	len = edited(text, sizeof(text), two, "a=mid:1", "a=mid:0");
	CHECK(parse(&sdp, text, len, &why) == -EBADMSG);
	/* a rejected one needs nothing */
	len = edited(text, sizeof(text), two, "m=audio 9", "m=audio 0");
	CHECK(parse(&sdp, text, len, &why) == 0 && sdp.media[1].rejected);
	len = edited(text, sizeof(text), two, "a=mid:1", "a=mid:1\r\na=bundle-only");
	memcpy(strstr(text, "m=audio 9"), "m=audio 0", 9);
	CHECK(parse(&sdp, text, len, &why) == 0 && !sdp.media[1].rejected);
	edited(text, sizeof(text), ONE_HEAD ONE_VIDEO ONE_ICE, "a=mid:0",
	       "a=mid:0123456789abcdef");
	CHECK(strcmp(parsed(text).media[0].mid, "0123456789abcdef") == 0);
	/* its own user fragment without a password is not completed by others' */
	len = edited(text, sizeof(text), two, "a=mid:1", "a=mid:1\r\na=ice-ufrag:wxyz");
	CHECK(parse(&sdp, text, len, &why) == -EBADMSG);
}

static void defaults_of_h264(void)
{
	char text[4096];
	struct sdp sdp;

	edited(text, sizeof(text), ONE, "a=fmtp:96", "a=x:96");
	sdp = parsed(text);
	CHECK(sdp.media[0].codecs[0].h264_profile == 0x42000a);
	CHECK(sdp.media[0].codecs[0].h264_mode == 0 &&
	      sdp.media[0].codecs[0].rtx_pt == 97);
	CHECK(!sdp.media[0].codecs[0].nack);
	sdp = parsed(ONE "a=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\n");
	CHECK(sdp.media[0].codecs[0].nack && sdp.media[0].codecs[0].pli);
	CHECK(!sdp.media[0].codecs[0].fir);
}

int main(void)
{
	edits_end_as_listed();
	cut_anywhere_does_no_harm();
	limits_hold();
	keeps_sixteen_codecs();
	fingerprints_and_setup();
	duplicate_extensions();
	sections_and_bundle();
	defaults_of_h264();
	return 0;
}
