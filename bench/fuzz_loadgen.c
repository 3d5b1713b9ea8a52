/* fuzz_loadgen - any bytes where loadgen and the relay read: pictures' first packets,
 * media files, protected packets, the relay's words.
 */
#include "bench/loadgen_file.h"
#include "bench/loadgen_look.h"
#include "bench/loadgen_srtp.h"
#include "tests/lab/plan.h"
#include "tests/test.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = {CODEC_H264, CODEC_VP8, CODEC_OPUS};

	for (int i = 0; i < 3; i++) {
		uint16_t w_px = 7, h_px = 7;
		bool key = lg_look(codecs[i], data, size, &w_px, &h_px);

		CHECK(key || (w_px == 7 && h_px == 7) || codecs[i] == CODEC_H264);
	}
}

static void read_file(const uint8_t *data, size_t size)
{
	for (int i = 0; i < 2; i++) {
		struct lg_file file = {(uint8_t *)(uintptr_t)data, size, 0};
		const uint8_t *frame;
		const int16_t *pcm;
		size_t len;
		uint32_t n;

		while (lg_file_frame(&file, i ? CODEC_VP8 : CODEC_H264, &frame, &len))
			CHECK(frame >= data && frame + len <= data + size);
		CHECK(lg_file_fps(&file) >= 1 && lg_file_fps(&file) <= 60);
		if (lg_file_wav(&file, &pcm, &n) == 0)
			CHECK((const uint8_t *)(pcm + n) <= data + size);
	}
}

static void open_packet(const uint8_t *data, size_t size)
{
	static const uint8_t key[28];
	const struct lg_srtp_keys keys = {key, key, key, key};
	struct lg_srtp *srtp;
	uint8_t copy[2048];
	size_t len = size < sizeof(copy) ? size : sizeof(copy);

	CHECK(lg_srtp_create(&srtp, &keys) == 0);
	memcpy(copy, data, len);
	if (len >= 12)
		CHECK(lg_srtp_open_rtp(srtp, copy, &len) <= 0);
	len = size < sizeof(copy) ? size : sizeof(copy);
	CHECK(lg_srtp_open_rtcp(srtp, copy, &len) <= 0);
	lg_srtp_destroy(srtp);
}

static void read_words(const uint8_t *data, size_t size)
{
	static struct plan plan;
	struct lane_conf conf;
	struct order order;
	const char *why;
	char text[256];
	size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1;

	memcpy(text, data, len);
	text[len] = '\0';
	lane_conf_init(&conf);
	if (order_parse(&order, text, &why) == 0) {
		order_apply(&order, &conf);
		CHECK(conf.loss >= 0 && conf.loss <= 1 && conf.rate_bps >= 0);
		CHECK(conf.delay_us >= 0 && conf.queue_us >= 0);
	}
	plan.n = plan.next = 0;
	(void)!plan_steps(&plan, ORDER_UP, "rate", text, &why);
	(void)!plan_spans(&plan, ORDER_DOWN, "link", "off", "on", text, &why);
	for (uint32_t i = 1; i < plan.n; i++)
		CHECK(plan.steps[i].at_us >= plan.steps[i - 1].at_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(data, size);
	read_file(data, size);
	open_packet(data, size);
	read_words(data, size);
	return 0;
}
