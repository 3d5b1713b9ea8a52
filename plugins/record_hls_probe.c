#include "plugins/record_hls.h"

#define IO_BYTES 4096

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t hls_fragments(const uint8_t *data, size_t len, size_t *ends, uint32_t max)
{
	size_t at = 0;
	uint32_t n = 0;
	bool moof = false;

	while (n < max && len - at >= 8) {
		uint32_t size = be32(data + at);

		if (size < 8 || size > len - at)
			break;
		if (memcmp(data + at + 4, "moof", 4) == 0) {
			moof = true;
		} else if (memcmp(data + at + 4, "mdat", 4) == 0) {
			if (!moof)
				break;
			moof = false;
			ends[n++] = at + size;
		} else if (at != 0 || memcmp(data + at + 4, "styp", 4) != 0) {
			break;
		}
		at += size;
	}
	return n;
}

/* ---- decoding it ------------------------------------------------------------------- */

struct memory {
	const uint8_t *data;
	size_t len, at;
};

static int read_memory(void *opaque, uint8_t *out, int len)
{
	struct memory *m = opaque;
	size_t n = FFMIN((size_t)len, m->len - m->at);

	if (!n)
		return AVERROR_EOF;
	memcpy(out, m->data + m->at, n);
	m->at += n;
	return (int)n;
}

static int64_t seek_memory(void *opaque, int64_t offset, int whence)
{
	struct memory *m = opaque;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return (int64_t)m->len;
	if (whence == SEEK_CUR)
		offset += (int64_t)m->at;
	else if (whence == SEEK_END)
		offset += (int64_t)m->len;
	if (offset < 0 || (size_t)offset > m->len)
		return -EINVAL;
	m->at = (size_t)offset;
	return offset;
}

struct probe {
	struct memory memory;
	AVIOContext *pb;
	AVFormatContext *in;
	AVCodecContext *decoders[2]; /* of its streams */
	AVPacket *packet;
	AVFrame *frame;
	int64_t from_ms[2], to_ms; /* from: of each stream */
};

static int open_decoder(AVCodecContext **out, const AVCodecParameters *par)
{
	const AVCodec *codec = avcodec_find_decoder(par->codec_id);

	if (!codec ||
	    (par->codec_id != AV_CODEC_ID_H264 && par->codec_id != AV_CODEC_ID_AAC))
		return -EBADMSG;
	*out = avcodec_alloc_context3(codec);
	if (!*out || avcodec_parameters_to_context(*out, par) < 0)
		return -ENOMEM;
	(*out)->thread_count = 1;
	(*out)->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM;
	return avcodec_open2(*out, codec, NULL) < 0 ? -EBADMSG : 0;
}

static int probe_open(struct probe *p)
{
	uint8_t *buffer = av_malloc(IO_BYTES);
	AVFormatContext *in;
	int err = 0;

	if (buffer)
		p->pb = avio_alloc_context(buffer, IO_BYTES, 0, &p->memory, read_memory,
					   NULL, seek_memory);
	if (!p->pb)
		av_free(buffer);
	in = avformat_alloc_context();
	p->packet = av_packet_alloc();
	p->frame = av_frame_alloc();
	if (!p->pb || !in || !p->packet || !p->frame) {
		avformat_free_context(in);
		return -ENOMEM;
	}
	in->pb = p->pb;
	in->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
	if (avformat_open_input(&in, NULL, av_find_input_format("mp4"), NULL) < 0)
		return -EBADMSG; /* `in` was freed */
	p->in = in;
	if (in->nb_streams < 1 || in->nb_streams > 2)
		return -EBADMSG;
	for (unsigned i = 0; !err && i < in->nb_streams; i++)
		err = open_decoder(&p->decoders[i], in->streams[i]->codecpar);
	p->from_ms[0] = p->from_ms[1] = -1;
	return err;
}

static int decode(struct probe *p, AVCodecContext *decoder, const AVPacket *packet)
{
	int err = avcodec_send_packet(decoder, packet);

	while (err >= 0) {
		err = avcodec_receive_frame(decoder, p->frame);
		av_frame_unref(p->frame);
	}
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	return err == AVERROR(EAGAIN) || err == AVERROR_EOF ? 0 : -EBADMSG;
}

static int probe_packet(struct probe *p)
{
	const AVPacket *packet = p->packet;
	int i = packet->stream_index;
	AVRational base = p->in->streams[i]->time_base;
	int64_t at_ms = packet->dts == AV_NOPTS_VALUE
				? -1
				: av_rescale_q(packet->dts, base, (AVRational){1, 1000});

	if (at_ms < 0 || packet->flags & AV_PKT_FLAG_CORRUPT)
		return -EBADMSG;
	if (p->from_ms[i] < 0)
		p->from_ms[i] = at_ms;
	at_ms += av_rescale_q(packet->duration, base, (AVRational){1, 1000});
	p->to_ms = FFMAX(p->to_ms, at_ms);
	return decode(p, p->decoders[i], packet);
}

static int probe_all(struct probe *p)
{
	int err = probe_open(p);

	while (!err && av_read_frame(p->in, p->packet) >= 0) {
		err = probe_packet(p);
		av_packet_unref(p->packet);
	}
	for (int i = 0; !err && i < 2; i++)
		if (p->decoders[i])
			err = decode(p, p->decoders[i], NULL);
	return err;
}

/* A segment begins with its first picture. */
static int64_t begin_ms(const struct probe *p)
{
	for (unsigned i = 0; i < p->in->nb_streams; i++)
		if (p->decoders[i]->codec_type == AVMEDIA_TYPE_VIDEO &&
		    p->from_ms[i] >= 0)
			return p->from_ms[i];
	return FFMAX(p->from_ms[0], p->from_ms[1]);
}

int hls_probe(const uint8_t *data, size_t len, uint32_t *duration_ms)
{
	struct probe p = {.memory = {data, len, 0}};
	int err = probe_all(&p);
	int64_t from_ms;

	if (!err) {
		from_ms = begin_ms(&p);
		if (from_ms < 0 || p.to_ms <= from_ms ||
		    p.to_ms - from_ms >= HLS_TARGET_S * 1000 + 500)
			err = -EBADMSG;
		else
			*duration_ms = (uint32_t)(p.to_ms - from_ms);
	}
	avformat_close_input(&p.in);
	for (int i = 0; i < 2; i++)
		avcodec_free_context(&p.decoders[i]);
	av_packet_free(&p.packet);
	av_frame_free(&p.frame);
	if (p.pb)
		av_freep(&p.pb->buffer);
	avio_context_free(&p.pb);
	return err;
}
