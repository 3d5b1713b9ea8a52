/* test_send_high - units of H.264 high profile go out under the payload type that the
 * client gave to it, all others under that of constrained baseline; sent again, too.
 */
#include "base/clock.h"
#include "base/thread.h"
#include "tests/client_sdp.h"
#include "tests/fake_link.h"
#include "tests/test.h"
#include "transport/send.h"

#include <string.h>

enum { BASE = 96, BASE_RTX, HIGH, HIGH_RTX, AV1, AV1_RTX };

static void on_up(void *ctx)
{
	(void)ctx;
}

static struct link *open_link(void) RUNS_ON(on_net)
{
	static const struct links_conf links_conf;
	static const struct link_conf conf;
	static const struct link_events events = {.up = on_up};
	struct links *links;
	struct link *link;

	CHECK(links_create(&links, NULL, &links_conf, &events) == 0);
	CHECK(link_open(&link, links, &conf) == 0);
	return link;
}

static struct section section_of(bool high)
{
	static const struct sdp_codec codecs[] = {
		{.codec = CODEC_H264,
		 .pt = BASE,
		 .rtx_pt = BASE_RTX,
		 .h264_profile = 0x42e01f,
		 .h264_mode = 1,
		 .nack = true},
		{.codec = CODEC_AV1, .pt = AV1, .rtx_pt = AV1_RTX, .nack = true},
		{.codec = CODEC_H264,
		 .pt = HIGH,
		 .rtx_pt = HIGH_RTX,
		 .h264_profile = 0x640c1f,
		 .h264_mode = 1,
		 .nack = true},
	};
	struct section section = {.dir = SDP_RECV, .n_codecs = high ? 3 : 2, .mid = "v"};

	memcpy(section.codecs, codecs, sizeof(codecs));
	return section;
}

/* Sends a unit and asks for its first packet again: the two payload types. */
static void send_unit(struct send *s, enum codec codec, uint32_t flags, uint8_t pt,
		      uint8_t rtx_pt) RUNS_ON(on_net)
{
	static const uint8_t h264[] = {0, 0, 0, 1, 0x65, 1, 2, 3},
			     av1[] = {0x32, 2, 7, 8};
	static int64_t now_us = SEC_US;
	uint16_t seq = s->seq;
	struct blob *blob;
	struct au *au;

	now_us += SEC_US;
	if (codec == CODEC_AV1)
		CHECK(au_create(&au, av1, sizeof(av1)) == 0);
	else
		CHECK(au_create(&au, h264, sizeof(h264)) == 0);
	au->codec = codec;
	au->flags = flags;
	au->pts_us = now_us;
	CHECK(blob_create(&blob, au, 1200, 0) == 0);
	fake_clear();
	send_blob(s, blob, now_us);
	CHECK(fake_n >= 1 && fake_sent[0].pkt.pt == pt && fake_sent[0].pkt.seq == seq);
	fake_clear();
	send_again(s, seq, 0, now_us + 100 * MS_US);
	CHECK(fake_n == 1 && fake_sent[0].pkt.pt == rtx_pt);
	blob_put(blob);
	au_put(au);
}

static void test(bool high) RUNS_ON(on_net)
{
	struct send_path path = {.link = open_link(), .up = true, .cname = "test"};
	struct section section = section_of(high);
	struct send s;

	fake_up(path.link);
	send_init(&s, &path, true, 2, 3);
	send_agree(&s, &section);
	send_unit(&s, CODEC_H264, AU_KEY, BASE, BASE_RTX);
	send_unit(&s, CODEC_H264, AU_KEY | AU_HIGH, high ? HIGH : BASE,
		  high ? HIGH_RTX : BASE_RTX);
	send_unit(&s, CODEC_AV1, AU_KEY, AV1, AV1_RTX);
	send_unit(&s, CODEC_H264, 0, BASE, BASE_RTX);
	/* agreed on anew, without it */
	section = section_of(false);
	send_agree(&s, &section);
	send_unit(&s, CODEC_H264, AU_HIGH, BASE, BASE_RTX);
	send_fini(&s);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test(true);
	test(false);
	return 0;
}
