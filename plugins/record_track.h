/* record_track.h - a track and its packets as libavformat takes them; for the recorders
 * "mkv", "webm", "hls" and "rtmp".
 */
#ifndef PLUGINS_RECORD_TRACK_H
#define PLUGINS_RECORD_TRACK_H

#include "plugins/record_mp4.h"

/* Without a picture of AULA_TRACK_VIDEO, or a sound of AULA_TRACK_AUDIO: NULL. */
struct record_tracks {
	const struct aula_track *video, *sound;
	uint32_t video_index, sound_index; /* in the order of open() */
};

/* -ENOTSUP: none, more than one of a kind, or not `video` (its codec) and Opus. */
int record_tracks_sort(struct record_tracks *out, const struct aula_track *const *tracks,
		       uint32_t n_tracks, const char *video);

/* Fills `par`, which is new. -EINVAL: a damaged track; -ENOTSUP, -ENOMEM. */
int record_track_parameters(AVCodecParameters *par, const struct aula_track *track);

/* A stream of that track, with a time base of `base`; NULL: no memory. */
AVStream *record_track_stream(AVFormatContext *ctx, const AVCodecParameters *par,
			      AVRational base);

/* Points `out` at the data of `p`: good until it returns, muxers copy it. Times are in
 * `base`. */
void record_packet_wrap(AVPacket *out, const struct aula_packet *p, AVRational base);
/* False: it has no data, or times that cannot be. */
int record_packet_ok(const struct aula_packet *p, uint32_t n_tracks);

#endif
