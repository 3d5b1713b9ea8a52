#include "plugins/record_mkv.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define CLUSTER_US 1000000 /* what a crash may cost */
#define TRACKS_MAX 2

static const AVRational ms = {1, 1000}; /* what Matroska counts in */

struct mkv {
	AVFormatContext *ctx;
	AVPacket *packet; /* a wrapper to pass the caller's bytes in */
	struct mp4_io io;
	uint32_t n_tracks;
	int64_t next_ms[TRACKS_MAX];
	int64_t cluster_us; /* where the one that grows starts */
	int64_t good_bytes; /* where the last whole one ends */
	int err;            /* the first failure: nothing is written after it */
};

/* After this the cluster is with the kernel: our own death does not hurt it. libavformat
 * keeps back one sound packet; the trailer, which has nothing else in a file that it may
 * not seek in, writes that too. */
static int end_cluster(struct mkv *mkv, bool last)
{
	int err = last ? av_write_trailer(mkv->ctx) : av_write_frame(mkv->ctx, NULL);

	avio_flush(mkv->io.pb);
	if (mkv->io.err)
		return mkv->io.err;
	if (err < 0)
		return mp4_errno(err);
	mkv->good_bytes = mkv->io.pos;
	return 0;
}

static int add_track(struct mkv *mkv, const struct aula_track *track)
{
	AVCodecParameters *par = avcodec_parameters_alloc();
	int err = par ? record_track_parameters(par, track) : -ENOMEM;

	if (!err && !record_track_stream(mkv->ctx, par, ms))
		err = -ENOMEM;
	avcodec_parameters_free(&par);
	return err;
}

static int write_head(struct mkv *mkv)
{
	AVDictionary *opts = NULL;
	int err;

	/* clusters end when we say so, not when 32 KiB are full */
	err = av_dict_set(&opts, "cluster_time_limit", "5000", 0);
	if (err >= 0)
		err = avformat_write_header(mkv->ctx, &opts);
	av_dict_free(&opts);
	if (err < 0)
		return mp4_errno(err);
	avio_flush(mkv->io.pb);
	mkv->good_bytes = mkv->io.pos;
	return mkv->io.err;
}

static void mkv_free(struct mkv *mkv)
{
	avformat_free_context(mkv->ctx);
	mp4_io_close(&mkv->io);
	av_packet_free(&mkv->packet);
	if (mkv->io.fd >= 0)
		close(mkv->io.fd);
	free(mkv);
}

static int mkv_init(struct mkv *mkv, const char *path,
		    const struct aula_track *const *tracks, const char *format)
{
	int fd, err;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = mp4_io_open(&mkv->io, fd, MP4_STREAM);
	if (err)
		return err;
	mkv->packet = av_packet_alloc();
	if (!mkv->packet ||
	    avformat_alloc_output_context2(&mkv->ctx, NULL, format, NULL) < 0)
		return -ENOMEM;
	mkv->ctx->pb = mkv->io.pb;
	mkv->ctx->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	for (uint32_t i = 0; !err && i < mkv->n_tracks; i++)
		err = add_track(mkv, tracks[i]);
	return err ? err : write_head(mkv);
}

int mkv_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks, const char *format, const char *video)
{
	struct record_tracks sorted;
	struct mkv *mkv;
	int err = record_tracks_sort(&sorted, tracks, n_tracks, video);

	if (err)
		return err;
	mkv = calloc(1, sizeof(*mkv));
	if (!mkv)
		return -ENOMEM;
	mkv->io.fd = -1;
	mkv->n_tracks = n_tracks;
	err = mkv_init(mkv, path, tracks, format);
	if (err) {
		mkv_free(mkv);
		return err;
	}
	*self = mkv;
	return 0;
}

static int add_packet(struct mkv *mkv, const struct aula_packet *p)
{
	AVPacket *packet = mkv->packet;
	int err;

	record_packet_wrap(packet, p, ms);
	packet->stream_index = (int)p->track;
	if (packet->dts < mkv->next_ms[p->track])
		packet->pts = packet->dts = mkv->next_ms[p->track];
	mkv->next_ms[p->track] = packet->dts + 1;
	err = av_write_frame(mkv->ctx, packet);
	return err < 0 ? mp4_errno(err) : mkv->io.err;
}

int mkv_flush(void *self, int64_t now_us)
{
	struct mkv *mkv = self;

	if (!mkv->err && now_us >= mkv->cluster_us + CLUSTER_US) {
		mkv->err = end_cluster(mkv, false);
		mkv->cluster_us = now_us;
	}
	return mkv->err;
}

int mkv_write(void *self, const struct aula_packet *p)
{
	struct mkv *mkv = self;

	if (!record_packet_ok(p, mkv->n_tracks))
		return -EINVAL;
	mkv_flush(mkv, p->pts_us);
	if (!mkv->err)
		mkv->err = add_packet(mkv, p);
	return mkv->err;
}

int mkv_close(void *self)
{
	struct mkv *mkv = self;
	int err = mkv->err;

	if (!err)
		err = end_cluster(mkv, true);
	/* half a cluster would only confuse players */
	if (err && ftruncate(mkv->io.fd, mkv->good_bytes) < 0)
		err = -errno;
	mkv_free(mkv);
	return err;
}
