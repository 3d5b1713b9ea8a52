/* record_hls.h - what the files of the recorder "hls" share; not for others.
 *
 * A folder that can be played while it grows (RFC 8216): segments of fragmented MP4 with
 * H.264 and AAC that begin with key frames, `index.m3u8` of all of them since the
 * beginning and `live.m3u8` of the last ones. A segment grows under another name by a
 * fragment each second, so that a crash costs no more than that. Times never begin
 * anew; where the parameter sets change there is another `initN.mp4`.
 */
#ifndef PLUGINS_RECORD_HLS_H
#define PLUGINS_RECORD_HLS_H

#include "plugins/record_track.h"

#include <stdbool.h>

#define HLS_TARGET_S   8 /* EXT-X-TARGETDURATION: no segment may be longer, rounded */
#define HLS_WINDOW     6 /* segments of live.m3u8, at least */
#define HLS_NAME_MAX   24
#define HLS_SEGMENTS   200000
#define HLS_SEGMENT_MS 4000 /* a key frame soon after that begins the next one */

/* ---- record_hls_list.c: the playlists ----------------------------------------- */

struct hls_segment {
	uint32_t duration_ms; /* at most HLS_TARGET_S, rounded */
	uint32_t map;         /* of which initN.mp4 */
	int64_t date_ms; /* of its beginning, since 1970; 0: follows from those before */
	bool discontinuity;
	bool dependent; /* begins without a key frame */
};

/* A segment's index is its number. Owner: the thread that records. */
struct hls_list {
	struct hls_segment *segments;
	uint32_t n, room;
	bool whole; /* nothing will be added */
};

void hls_list_fini(struct hls_list *list);
/* -EFBIG: HLS_SEGMENTS; -ENOMEM. */
int hls_list_add(struct hls_list *list, const struct hls_segment *segment);
uint64_t hls_list_ms(const struct hls_list *list);
/* Writes both playlists of the folder `dir`, each as a whole or not at all. */
int hls_list_write(const struct hls_list *list, int dir);
/* What a crash left of index.m3u8 counts up to the first damage; -ENOENT, -EBADMSG: it is
 * no such list. `list` is new. */
int hls_list_read(struct hls_list *list, int dir);
int hls_list_parse(struct hls_list *list, const char *text, size_t len);

/* ---- record_hls_out.c: the files of media -------------------------------------- */

struct hls_out {
	int dir; /* the caller's */
	AVFormatContext *ctx;
	AVStream *video, *sound; /* either may be missing */
	struct mp4_io io;
	uint32_t n_maps, number; /* number: of the segment that grows */
	bool growing, filled;    /* filled: there is something in it */
};

/* Begins another initN.mp4; `video` or `sound` may be NULL. No segment may grow. */
int hls_out_map(struct hls_out *out, const AVCodecParameters *video,
		const AVCodecParameters *sound);
int hls_out_begin(struct hls_out *out, uint32_t number);
/* Times of `packet` in `base`. */
int hls_out_put(struct hls_out *out, AVPacket *packet, AVStream *st, AVRational base);
/* After this all is with the kernel: our own death does not hurt it. */
int hls_out_flush(struct hls_out *out);
/* 0 with `filled` false: nothing was in it, and there is no such segment. */
int hls_out_end(struct hls_out *out);
void hls_out_fini(struct hls_out *out); /* leaves what grew, for hls_finish() */

/* ---- record_hls_write.c -------------------------------------------------------- */

int hls_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks);
int hls_write(void *self, const struct aula_packet *packet);
int hls_change(void *self, uint32_t index, const struct aula_track *track);
int hls_close(void *self);

/* ---- record_hls_probe.c: what a crash left of a segment ------------------------- */

/* Ends of whole fragments (moof and mdat; ISO/IEC 14496-12, 8.16) in a segment, at most
 * `max`; returns how many. */
uint32_t hls_fragments(const uint8_t *data, size_t len, size_t *ends, uint32_t max);
/* Decodes all of `data`, the `init_len` bytes of an initN.mp4 and whole fragments.
 * -EBADMSG: not without errors. */
int hls_probe(const uint8_t *data, size_t len, uint32_t *duration_ms);

/* ---- record_hls_finish.c -------------------------------------------------------- */

int hls_finish(const char *part, const char *path, struct aula_finished *info);

#endif
