#include "plugins/record_rtmp.h"

#include <string.h>
#include <strings.h>

#define SOUND_LATE_US 1000000 /* no sound until then: silence, platforms want some */

static const AVRational us = {1, 1000000};
static const AVRational sound_base = {1, MP4_SOUND_HZ};

/* libavformat asks each 100 ms while it waits. */
static int is_late(void *opaque)
{
	return rtmp_link_late(opaque);
}

bool rtmp_link_late(const struct rtmp_link *link)
{
	int64_t now = rtmp_now_ms(), end = atomic_load(link->end_ms);

	return now > link->until_ms || (end && now > end);
}

static int of_network(int av_err)
{
	if (av_err >= 0)
		return 0;
	if (av_err == AVERROR_EXIT)
		return -ETIMEDOUT; /* we broke it off */
	return av_err < -4095 ? -EIO : av_err;
}

/* ---- building it ----------------------------------------------------------------------
 */

static int put(struct rtmp_link *link, AVPacket *packet, AVStream *st, AVRational base)
{
	av_packet_rescale_ts(packet, base, st->time_base);
	packet->stream_index = st->index;
	packet->pos = -1;
	return of_network(av_interleaved_write_frame(link->ctx, packet));
}

static int on_aac(void *ctx, AVPacket *packet)
{
	struct rtmp_link *link = ctx;

	if (packet->pts < 0) /* what the encoder begins with */
		return 0;
	return put(link, packet, link->sound, sound_base);
}

static int add_sound(struct rtmp_link *link, const AVCodecParameters *opus)
{
	int err = mp4_aac_create(&link->aac, opus, (struct mp4_sink){link, on_aac});

	if (err)
		return err;
	link->sound = avformat_new_stream(link->ctx, NULL);
	if (!link->sound)
		return -ENOMEM;
	link->sound->time_base = sound_base;
	return mp4_aac_parameters(link->aac, link->sound->codecpar);
}

/* What libavformat takes for the application: the platform is told it with the name of
 * the server, not with its address. */
static size_t app_len(const char *path)
{
	const char *first = strchr(path + 1, '/'), *colon, *second;

	if (!first)
		return strlen(path);
	colon = strchr(first + 1, ':');
	second = strchr(first + 1, '/');
	return (size_t)((!second || (colon && colon < second) ? first : second) - path);
}

/* The address in place of the name, so that nobody asks for it again. */
static int name_address(char out[RTMP_URL_MAX + RTMP_ADDRESS], const char *url,
			const char *address, AVDictionary **opts)
{
	const char *host, *path;
	size_t n = rtmp_host(url, &host);
	char tc[RTMP_URL_MAX + 1];

	path = strchr(host + n, '/');
	snprintf(tc, sizeof(tc), "%.*s", (int)(path + app_len(path) - url), url);
	snprintf(out, RTMP_URL_MAX + RTMP_ADDRESS, "%.*s%s%s", (int)(host - url), url,
		 address, host + n);
	return av_dict_set(opts, "rtmp_tcurl", tc, 0);
}

/* By TLS the name stays, since the certificate is of that: whoever has it may still send
 * us to another address between the two questions, but not to one that can prove to be
 * that name. */
static int connect_to(struct rtmp_link *link, const struct rtmp_where *where)
{
	const char *url = where->url;
	const AVIOInterruptCB late = {is_late, link};
	bool secret = strncasecmp(url, "rtmps:", 6) == 0;
	char address[RTMP_ADDRESS], by_address[RTMP_URL_MAX + RTMP_ADDRESS];
	AVDictionary *opts = NULL;
	int err = rtmp_address(link, where, address);

	if (err)
		return err;
	err = av_dict_set(&opts, "protocol_whitelist",
			  secret ? "rtmps,tls,tcp" : "rtmp,tcp", 0);
	if (err >= 0 && secret)
		err = av_dict_set(&opts, "tls_verify", "1", 0);
	else if (err >= 0)
		err = name_address(by_address, url, address, &opts);
	if (err >= 0)
		err = avio_open2(&link->ctx->pb, secret ? url : by_address,
				 AVIO_FLAG_WRITE, &late, &opts);
	av_dict_free(&opts);
	return of_network(err);
}

static int write_head(struct rtmp_link *link)
{
	AVDictionary *opts = NULL;
	int err = av_dict_set(&opts, "flvflags", "no_duration_filesize", 0);

	if (err >= 0)
		err = avformat_write_header(link->ctx, &opts);
	av_dict_free(&opts);
	return of_network(err);
}

int rtmp_link_open(struct rtmp_link *link, const struct rtmp_where *where,
		   const struct rtmp_media *media, int64_t io_ms, _Atomic int64_t *end_ms)
{
	int err = 0;

	*link = (struct rtmp_link){.end_ms = end_ms, .until_ms = rtmp_now_ms() + io_ms};
	link->packet = av_packet_alloc();
	if (!link->packet ||
	    avformat_alloc_output_context2(&link->ctx, NULL, "flv", NULL) < 0)
		return -ENOMEM;
	link->ctx->flags |= AVFMT_FLAG_FLUSH_PACKETS;
	link->ctx->avoid_negative_ts = 0;
	if (media->video) {
		link->video = record_track_stream(link->ctx, media->video,
						  (AVRational){1, 1000});
		err = link->video ? 0 : -ENOMEM;
	}
	if (!err && media->opus)
		err = add_sound(link, media->opus);
	if (!err)
		err = connect_to(link, where);
	return err ? err : write_head(link);
}

/* ---- using it
 * -------------------------------------------------------------------------- */

static int send_video(struct rtmp_link *link, AVPacket *p)
{
	int64_t late = av_rescale_q(p->pts - SOUND_LATE_US, us, sound_base);
	int err = 0;

	if (link->aac && p->pts > SOUND_LATE_US)
		err = mp4_aac_fill(link->aac, late);
	return err ? err : put(link, p, link->video, us);
}

static int send_sound(struct rtmp_link *link, AVPacket *p)
{
	return mp4_aac_push(link->aac, p, av_rescale_q(p->pts, us, sound_base));
}

int rtmp_link_send(struct rtmp_link *link, AVPacket *p, int64_t io_ms)
{
	bool video = p->stream_index == RTMP_VIDEO;

	if (!link->begun) {
		if (link->video && !(video && p->flags & AV_PKT_FLAG_KEY))
			return 0;
		link->begun = true;
		link->zero_us = p->pts;
	}
	p->pts -= link->zero_us;
	p->dts = p->pts;
	if (p->pts < 0)
		return 0;
	link->until_ms = rtmp_now_ms() + io_ms;
	return video ? send_video(link, p) : send_sound(link, p);
}

void rtmp_link_close(struct rtmp_link *link, bool whole, int64_t io_ms)
{
	link->until_ms = rtmp_now_ms() + io_ms;
	if (link->ctx && link->ctx->pb) {
		if (whole && link->aac)
			mp4_aac_flush(link->aac);
		if (whole)
			av_write_trailer(link->ctx);
		/* libavformat would send what is left, and wait for it */
		if (!whole)
			link->until_ms = 0;
		avio_closep(&link->ctx->pb);
	}
	avformat_free_context(link->ctx);
	mp4_aac_destroy(link->aac);
	av_packet_free(&link->packet);
	*link = (struct rtmp_link){.ctx = NULL};
}
