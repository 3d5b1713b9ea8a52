#include "base/limits.h"
#include "tests/test.h"
#include "transport/depay.h"

#include <errno.h>
#include <string.h>

/* One packet for a run: text in, what must come out. */
struct step {
	const char *bytes;
	size_t len;
	uint32_t ts;
	bool marker, gap;
	int err;
	const char *unit; /* NULL: none is complete */
	size_t unit_len;
	uint32_t flags;
};

#define B(s) s, sizeof(s) - 1
#define SC   "\0\0\0\1"
#define NONE NULL, 0, 0

static int push(struct depay *depay, const char *bytes, size_t len, uint32_t ts,
		bool marker, bool gap, struct au **out)
{
	uint8_t *tight = malloc(len ? len : 1); /* so that a sanitizer sees the end */
	struct rtp_packet pkt = {
		.marker = marker, .ts = ts, .payload = tight, .payload_len = len};
	int err;

	CHECK(tight);
	if (len)
		memcpy(tight, bytes, len);
	err = depay_push(depay, &pkt, gap, out);
	free(tight);
	return err;
}

static void run(const char *what, enum codec codec, const struct step *steps, size_t n)
{
	struct depay *depay;

	CHECK(depay_create(&depay, codec) == 0);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		struct au *au = NULL;
		int err = push(depay, s->bytes, s->len, s->ts, s->marker, s->gap, &au);

		if (err != s->err || !au != !s->unit ||
		    (au && (au->len != s->unit_len || au->flags != s->flags ||
			    memcmp(au->data, s->unit, au->len) != 0)))
			fprintf(stderr, "%s, step %zu: %d, %zu bytes, flags %u\n", what,
				i, err, au ? au->len : 0, au ? au->flags : 0);
		CHECK(err == s->err && !au == !s->unit);
		if (au) {
			CHECK(au->codec == codec && au->len == s->unit_len);
			CHECK(au->flags == s->flags);
			CHECK(memcmp(au->data, s->unit, au->len) == 0);
		}
		au_put(au);
	}
	depay_destroy(depay);
}

#define RUN(what, codec, steps) run(what, codec, steps, sizeof(steps) / sizeof(steps[0]))

static void h264_units(void)
{
	static const struct step forms[] = {
		/* aggregate, then a fragmented IDR picture */
		{B("\x78\0\2\x67S\0\2\x68P"), 1, false, false, 0, NONE},
		{B("\x7c\x85\x80"
		   "ab"),
		 1, false, false, 0, NONE},
		{B("\x7c\x05"
		   "cd"),
		 1, false, false, 0, NONE},
		{B("\x7c\x45"
		   "ef"),
		 1, true, false, 0,
		 B(SC "\x67S" SC "\x68P" SC "\x65\x80"
		      "abcdef"),
		 AU_KEY},
		/* single units; the marker ends them */
		{B("\x41\x80x"), 2, false, false, 0, NONE},
		{B("\x41\x20y"), 2, true, false, 0, B(SC "\x41\x80x" SC "\x41\x20y"), 0},
		/* an IDR picture without its parameter sets gets the last ones */
		{B("\x65\x88z"), 3, true, false, 0,
		 B(SC "\x67S" SC "\x68P" SC "\x65\x88z"), AU_KEY},
	};
	static const struct step no_sets[] = {
		{B("\x65\x88z"), 3, true, false, 0, B(SC "\x65\x88z"), 0},
	};
	static const struct step no_marker[] = {
		{B("\x41\x80x"), 2, false, false, 0, NONE},
		{B("\x41\x80y"), 3, false, false, 0, B(SC "\x41\x80x"), 0},
		{B("\x41\x80z"), 4, true, false, 0, B(SC "\x41\x80y"), 0},
		{B("\x41\x80w"), 5, false, false, 0, B(SC "\x41\x80z"), 0},
		{B("\x41\x40v"), 5, true, false, 0, B(SC "\x41\x80w" SC "\x41\x40v"), 0},
		{B(""), 9, false, false, 0, NONE}, /* keeps the path alive */
	};

	RUN("forms", CODEC_H264, forms);
	RUN("no parameter sets", CODEC_H264, no_sets);
	RUN("no marker", CODEC_H264, no_marker);
}

static void h264_losses(void)
{
	static const struct step inside[] = {
		{B("\x7c\x81\x80"
		   "a"),
		 1, false, false, 0, NONE},
		{B("\x7c\x41"
		   "c"),
		 1, true, true, 0, NONE},
		{B("\x41\x80x"), 2, true, false, 0, B(SC "\x41\x80x"), AU_AFTER_LOSS},
		{B("\x41\x80x"), 3, true, false, 0, B(SC "\x41\x80x"), 0},
	};
	static const struct step beginning[] = {
		{B("\x41\x80x"), 1, true, false, 0, B(SC "\x41\x80x"), 0},
		{B("\x7c\x01"
		   "b"),
		 2, false, true, 0, NONE},
		{B("\x7c\x41"
		   "c"),
		 2, true, false, 0, NONE},
		{B("\x41\x80x"), 3, true, false, 0, B(SC "\x41\x80x"), AU_AFTER_LOSS},
		/* a second slice: the first one was in the hole */
		{B("\x41\x20x"), 4, true, true, 0, NONE},
		{B("\x41\x80x"), 5, true, false, 0, B(SC "\x41\x80x"), AU_AFTER_LOSS},
		{B("\x41\x20x"), 6, true, false, 0, B(SC "\x41\x20x"), 0},
	};
	static const struct step between[] = {
		{B("\x41\x80x"), 1, true, false, 0, B(SC "\x41\x80x"), 0},
		{B("\x41\x80y"), 3, true, true, 0, B(SC "\x41\x80y"), AU_AFTER_LOSS},
	};
	static const struct step marker[] = {
		{B("\x41\x80x"), 1, false, false, 0, NONE},
		{B("\x41\x80y"), 2, true, true, 0, B(SC "\x41\x80y"), AU_AFTER_LOSS},
		{B(""), 2, false, true, 0, NONE}, /* a hole before an empty one counts */
		{B("\x41\x80y"), 3, true, false, 0, B(SC "\x41\x80y"), AU_AFTER_LOSS},
	};

	static const struct step unended[] = {
		{B("\x7c\x81\x80"
		   "a"),
		 1, false, false, 0, NONE},
		{B("\x41\x80x"), 1, true, false, -EBADMSG, NONE}, /* no end before it */
		{B("\x7c\x81\x80"
		   "a"),
		 2, true, false, 0, NONE}, /* nor after it */
		{B("\x41\x80x"), 3, true, false, 0, B(SC "\x41\x80x"), AU_AFTER_LOSS},
	};

	RUN("unended", CODEC_H264, unended);
	RUN("inside", CODEC_H264, inside);
	RUN("beginning", CODEC_H264, beginning);
	RUN("between", CODEC_H264, between);
	RUN("marker", CODEC_H264, marker);
}

static void refuses_bad_payloads(void)
{
	static const struct {
		const char *what;
		enum codec codec;
		const char *bytes;
		size_t len;
	} bad[] = {
		{"NAL 0", CODEC_H264, B("\x60x")},
		{"NAL 30", CODEC_H264, B("\x7ex")},
		{"NAL 31", CODEC_H264, B("\x7fx")},
		{"STAP-B", CODEC_H264, B("\x79\0\0\0\2\x41x")},
		{"MTAP", CODEC_H264, B("\x7a\0\0\0\2\x41x")},
		{"FU-B", CODEC_H264, B("\x7d\x81\0\0x")},
		{"empty STAP-A", CODEC_H264, B("\x78")},
		{"STAP-A with a unit of 0", CODEC_H264, B("\x78\0\0\0\2\x41x")},
		{"STAP-A one over", CODEC_H264, B("\x78\0\3\x41x")},
		{"STAP-A, second one over", CODEC_H264, B("\x78\0\2\x41x\0\2\x41")},
		{"STAP-A with half a length", CODEC_H264, B("\x78\0\2\x41x\0")},
		{"STAP-A in a STAP-A", CODEC_H264, B("\x78\0\4\x78\0\1\x41")},
		{"FU-A without head", CODEC_H264, B("\x7c")},
		{"FU-A without body", CODEC_H264, B("\x7c\x81")},
		{"FU-A start and end", CODEC_H264, B("\x7c\xc1x")},
		{"FU-A middle first", CODEC_H264, B("\x7c\x01x")},
		{"FU-A of a FU-A", CODEC_H264, B("\x7c\x9cx")},
		{"FU-A of NAL 0", CODEC_H264, B("\x7c\x80x")},
		{"VP8 X without more", CODEC_VP8, B("\x90")},
		{"VP8 I without number", CODEC_VP8, B("\x90\x80")},
		{"VP8 M without low byte", CODEC_VP8, B("\x90\x80\x80")},
		{"VP8 all flags, one short", CODEC_VP8, B("\x90\xf0\x80\1\2")},
		{"VP8 without frame", CODEC_VP8, B("\x90\x80\1")},
		{"VP8 only the descriptor", CODEC_VP8, B("\x10")},
		{"VP8 key frame of 9 bytes", CODEC_VP8,
		 B("\x10\x10\2\0\x9d\1\x2a\1\0\1")},
		{"VP8 key frame, bad code", CODEC_VP8,
		 B("\x10\x10\2\0\x9d\1\x2b\1\0\1\0")},
		{"VP8 begins in the middle", CODEC_VP8, B("\0\1x")},
		{"VP8 begins with partition 1", CODEC_VP8, B("\x11\1x")},
		{"VP9 I without number", CODEC_VP9, B("\x8c")},
		{"VP9 four references", CODEC_VP9, B("\x5c\1\1\1\1\x80")},
		{"VP9 structure cut", CODEC_VP9, B("\x0a\x10\0\0\0")},
		{"VP9 group cut", CODEC_VP9, B("\x0a\x08\2\x0c\0")},
		{"VP9 without frame", CODEC_VP9, B("\x0c")},
		{"VP9 frame marker", CODEC_VP9, B("\x0c\x40")},
		{"VP9 begins in the middle", CODEC_VP9, B("\0\x80")},
		{"VP9 begins with layer 1", CODEC_VP9, B("\x3c\x02\x80")},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct depay *depay;
		struct au *au = NULL;

		CHECK(depay_create(&depay, bad[i].codec) == 0);
		if (push(depay, bad[i].bytes, bad[i].len, 1, true, false, &au) !=
		    -EBADMSG)
			fprintf(stderr, "%s\n", bad[i].what);
		CHECK(push(depay, bad[i].bytes, bad[i].len, 2, true, false, &au) ==
		      -EBADMSG);
		CHECK(au == NULL);
		depay_destroy(depay);
	}
}

static void vp8_units(void)
{
	static const struct step key[] = {
		{B("\x90\x80\x81\x02\x10\2\0\x9d\1\x2a\1\0\1\0"), 1, false, false, 0,
		 NONE},
		{B("\x80\x80\x81\x02rest"), 1, true, false, 0,
		 B("\x10\2\0\x9d\1\x2a\1\0\1\0rest"), AU_KEY},
		{B("\x10\1delta"), 2, true, false, 0, B("\1delta"), 0},
		/* all fields; then the second partition, with and without S */
		{B("\x90\xf0\x05\x06\x07\1one"), 3, false, false, 0, NONE},
		{B("\x11two"), 3, false, false, 0, NONE},
		{B("\x01three"), 3, true, false, 0, B("\1onetwothree"), 0},
	};
	static const struct step loss[] = {
		{B("\x10\1a"), 1, false, false, 0, NONE},
		{B("\0c"), 1, false, true, 0, NONE},
		{B("\0d"), 1, true, false, 0, NONE},
		{B("\x10\1e"), 2, true, false, 0, B("\1e"), AU_AFTER_LOSS},
		{B("\0f"), 3, true, true, 0, NONE},
		{B("\x10\1g"), 4, true, true, 0, B("\1g"), AU_AFTER_LOSS},
		{B("\x10\1h"), 5, true, false, 0, B("\1h"), 0},
		/* two beginnings under one timestamp */
		{B("\x10\1i"), 6, false, false, 0, NONE},
		{B("\x10\1j"), 6, true, false, -EBADMSG, NONE},
		{B("\x10\1k"), 7, true, false, 0, B("\1k"), AU_AFTER_LOSS},
	};

	RUN("key", CODEC_VP8, key);
	RUN("loss", CODEC_VP8, loss);
}

static void vp9_units(void)
{
	static const struct step modes[] = {
		/* key frame with a structure: sizes and a group of two pictures */
		{B("\x8a\x81\x02\x18\1\0\1\0\2\x04\1\x08\1\2\x82key"), 1, false, false, 0,
		 NONE},
		{B("\x84\x81\x02more"), 1, true, false, 0, B("\x82keymore"), AU_KEY},
		/* non-flexible with layers; flexible with three references */
		{B("\xec\x05\x00\x07\x86x"), 2, true, false, 0, B("\x86x"), 0},
		{B("\xdc\x06\x03\x05\x06\x86y"), 3, true, false, 0, B("\x86y"), 0},
		/* two spatial layers are one unit */
		{B("\x2c\x00\x01\x82low"), 4, false, false, 0, NONE},
		{B("\x2c\x03\x01\x82high"), 4, true, false, 0, B("\x82low\x82high"),
		 AU_KEY},
	};
	static const struct step loss[] = {
		{B("\x48\x86"
		   "a"),
		 1, false, false, 0, NONE},
		{B("\x44z"), 1, true, true, 0, NONE},
		{B("\x4c\x86x"), 2, true, false, 0, B("\x86x"), AU_AFTER_LOSS},
		{B("\x44z"), 3, true, true, 0, NONE},
		{B("\x4c\x86x"), 4, true, false, 0, B("\x86x"), AU_AFTER_LOSS},
	};

	RUN("modes", CODEC_VP9, modes);
	RUN("loss", CODEC_VP9, loss);
}

/* A bad packet between two good units must not swallow either. */
static void keeps_units_around_a_bad_packet(void)
{
	static const struct step steps[] = {
		{B("\x41\x80x"), 1, false, false, 0, NONE},
		{B("\x7ex"), 2, true, false, -EBADMSG, NONE},
		{B("\x41\x80y"), 3, false, false, 0, B(SC "\x41\x80x"), 0},
		{B("\x41\x40z"), 3, true, false, 0, B(SC "\x41\x80y" SC "\x41\x40z"),
		 AU_AFTER_LOSS},
	};

	RUN("bad packet", CODEC_H264, steps);
}

static void limits_the_size(void)
{
	static char body[1024] = {0x10, 1}; /* a descriptor byte, 1023 of the frame */
	size_t n = LIMIT_AU_BYTES / 1023, rest = LIMIT_AU_BYTES % 1023;

	for (size_t over = 0; over < 2; over++) {
		struct depay *depay;
		struct au *au = NULL;
		int err;

		CHECK(depay_create(&depay, CODEC_VP8) == 0);
		for (size_t i = 0; i < n; i++) {
			body[0] = i ? 0 : 0x10;
			CHECK(push(depay, body, 1024, 1, false, false, &au) == 0 && !au);
		}
		body[0] = 0;
		err = push(depay, body, 1 + rest + over, 1, true, false, &au);
		CHECK(err == (over ? -EBADMSG : 0));
		CHECK(over ? !au : au->len == LIMIT_AU_BYTES);
		au_put(au);
		depay_destroy(depay);
	}
}

static void forgets_nothing_it_owns(void)
{
	struct depay *depay = NULL;
	struct au *au = NULL;

	CHECK(depay_create(&depay, CODEC_OPUS) == -ENOTSUP && !depay);
	depay_destroy(NULL);
	CHECK(depay_create(&depay, CODEC_H264) == 0);
	CHECK(push(depay, B("\x41\x80x"), 1, false, false, &au) == 0 && !au);
	CHECK(push(depay, B("\x41\x80y"), 2, true, false, &au) == 0 && au);
	au_put(au);
	depay_destroy(depay); /* with one that still waits */
}

int main(void)
{
	h264_units();
	h264_losses();
	refuses_bad_payloads();
	vp8_units();
	vp9_units();
	keeps_units_around_a_bad_packet();
	limits_the_size();
	forgets_nothing_it_owns();
	return 0;
}
