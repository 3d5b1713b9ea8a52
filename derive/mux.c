#include "derive/mux.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <string.h>

/* libavformat reads the file again to move the media behind its index. */
static int open_again(AVFormatContext *format, AVIOContext **pb, const char *url,
		      int flags, AVDictionary **options)
{
	struct mux *mux = format->opaque;
	int err;

	(void)url;
	(void)options;
	if (flags & AVIO_FLAG_WRITE || mux->again.pb)
		return AVERROR(EPERM);
	err = disk_open(&mux->again, mux->fd, false);
	if (!err)
		*pb = mux->again.pb;
	return err;
}

static int close_again(AVFormatContext *format, AVIOContext *pb)
{
	struct mux *mux = format->opaque;

	return pb ? disk_close(&mux->again) : 0;
}

int mux_open(struct mux *mux, const struct folder *folder, const char *name,
	     const char *kind)
{
	int err;

	memset(mux, 0, sizeof(*mux));
	mux->folder = folder;
	mux->name = name;
	mux->fd = folder_begin(folder, name);
	if (mux->fd < 0)
		return mux->fd;
	err = disk_open(&mux->disk, mux->fd, true);
	if (!err && avformat_alloc_output_context2(&mux->format, NULL, kind, NULL) < 0)
		err = -ENOMEM;
	if (err) {
		mux_drop(mux);
		return err;
	}
	mux->format->pb = mux->disk.pb;
	mux->format->opaque = mux;
	mux->format->io_open = open_again;
	mux->format->io_close2 = close_again;
	mux->format->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	mux->format->flags |= AVFMT_FLAG_BITEXACT;
	return 0;
}

AVStream *mux_like(struct mux *mux, const AVStream *from)
{
	AVStream *st = avformat_new_stream(mux->format, NULL);

	if (!st || avcodec_parameters_copy(st->codecpar, from->codecpar) < 0)
		return NULL;
	st->codecpar->codec_tag = 0;
	st->time_base = from->time_base;
	st->disposition = from->disposition & AV_DISPOSITION_DEFAULT;
	if (!st->codecpar->frame_size) /* of most; each packet says its own */
		st->codecpar->frame_size = st->codecpar->codec_id == AV_CODEC_ID_OPUS
						   ? 960
					   : st->codecpar->codec_id == AV_CODEC_ID_AAC
						   ? 1024
						   : 0;
	return st;
}

/* libavformat frees the list with the rest. */
int mux_chapter(struct mux *mux, int64_t from_ms, int64_t to_ms, const char *title)
{
	AVFormatContext *format = mux->format;
	AVChapter *chapter = av_mallocz(sizeof(*chapter)), **list;

	if (!chapter)
		return -ENOMEM;
	chapter->id = format->nb_chapters;
	chapter->time_base = (AVRational){1, 1000};
	chapter->start = from_ms;
	chapter->end = to_ms;
	list = av_realloc_array(format->chapters, format->nb_chapters + 1u,
				sizeof(*list));
	if (!list || av_dict_set(&chapter->metadata, "title", title, 0) < 0) {
		format->chapters = list ? list : format->chapters;
		av_dict_free(&chapter->metadata);
		av_free(chapter);
		return -ENOMEM;
	}
	list[format->nb_chapters++] = chapter;
	format->chapters = list;
	return 0;
}

void mux_pieces(struct mux *mux, const char *table)
{
	mux->table = table;
}

static void without_pieces(struct mux *mux)
{
	pieces_close(&mux->pieces);
	mux->table = NULL;
}

/* What cannot be told so is a file all the same. */
static int begin_pieces(struct mux *mux)
{
	int err;

	if (!mux->table)
		return 0;
	err = pieces_open(&mux->pieces, mux->format);
	if (err == -ENOTSUP)
		without_pieces(mux);
	return err == -ENOTSUP ? 0 : err;
}

int mux_start(struct mux *mux)
{
	AVDictionary *options = NULL;
	int err;

	av_dict_set(&options, "movflags", "+faststart", 0);
	av_dict_set(&options, "use_editlist", "1", 0);
	err = avformat_write_header(mux->format, &options);
	av_dict_free(&options);
	if (mux->disk.err)
		return mux->disk.err;
	return err < 0 ? fault_errno(err) : begin_pieces(mux);
}

static AVStream *track_of(const struct mux *mux, const AVPacket *packet)
{
	return mux->format->streams[packet->stream_index];
}

static bool is_picture(const struct mux *mux, const AVPacket *packet)
{
	return track_of(mux, packet)->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

static int64_t due_us(const struct mux *mux, const AVPacket *packet)
{
	return av_rescale_q(packet->dts, track_of(mux, packet)->time_base,
			    AV_TIME_BASE_Q);
}

/* What goes out now, in its order: the sound is behind the pictures in the list of
 * tracks, and before them in the file. Sound from `sound_us` on stays for the next run.
 */
static int take_run(struct mux *mux, int64_t sound_us, AVPacket *out[MUX_RUN_PACKETS])
{
	int n = 0, kept = 0;

	for (int track = (int)mux->format->nb_streams - 1; track >= 0; track--)
		for (int i = 0; i < mux->n_run; i++) {
			AVPacket *packet = mux->run[i];

			if (packet && packet->stream_index == track &&
			    (is_picture(mux, packet) || due_us(mux, packet) < sound_us)) {
				out[n++] = packet;
				mux->run[i] = NULL;
				mux->run_bytes -= packet->size;
			}
		}
	for (int i = 0; i < mux->n_run; i++)
		if (mux->run[i])
			mux->run[kept++] = mux->run[i];
	mux->n_run = kept;
	return n;
}

static void forget(AVPacket **list, int n)
{
	for (int i = 0; i < n; i++)
		av_packet_free(&list[i]);
}

static int lay(struct mux *mux, AVPacket *const *run, int n, int64_t next_us)
{
	int err;

	if (!mux->table)
		return 0;
	err = pieces_lay(&mux->pieces, mux->format, run, n, next_us);
	mux->laid = mux->laid || mux->pieces.n;
	if (err == -ENOTSUP)
		without_pieces(mux);
	return err == -ENOTSUP ? 0 : err;
}

/* Fragments would lie if libavformat wrote anything else than these bytes. */
static void check_size(struct mux *mux, int64_t from, int64_t bytes)
{
	if (mux->table && avio_tell(mux->format->pb) - from != bytes)
		without_pieces(mux);
}

/* `next_us`: when the next picture is due; INT64_MAX: it is not known. */
static int write_run(struct mux *mux, int64_t sound_us, int64_t next_us)
{
	AVPacket *run[MUX_RUN_PACKETS];
	int n = take_run(mux, sound_us, run), err = lay(mux, run, n, next_us);
	int64_t from = avio_tell(mux->format->pb), bytes = 0;

	for (int i = 0; err >= 0 && i < n; i++) {
		bytes += run[i]->size;
		err = av_write_frame(mux->format, run[i]);
	}
	forget(run, n);
	if (mux->disk.err)
		return mux->disk.err;
	if (err >= 0)
		check_size(mux, from, bytes);
	return fault_errno(err);
}

static bool has_pictures(const struct mux *mux)
{
	for (unsigned i = 0; i < mux->format->nb_streams; i++)
		if (mux->format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
			return true;
	return false;
}

static int64_t run_length_us(const struct mux *mux)
{
	int64_t before_us = mux->run_us - mux->piece_us;

	if (!mux->table || before_us > MUX_RUN_US)
		return MUX_RUN_US;
	return before_us > MUX_FIRST_US ? before_us : MUX_FIRST_US;
}

static bool is_full(const struct mux *mux, const AVPacket *next, int64_t next_us)
{
	return mux->n_run == MUX_RUN_PACKETS ||
	       next->size > MUX_RUN_BYTES - mux->run_bytes ||
	       (next_us - mux->run_us >= run_length_us(mux) &&
		(is_picture(mux, next) || !has_pictures(mux) ||
		 next_us < mux->stands_us));
}

/* A run begins with a key frame there: perhaps a piece does, too. */
static void may_be_piece(struct mux *mux, int64_t at_us, int64_t least_us)
{
	if (at_us - mux->piece_us >= least_us)
		mux->piece_us = at_us;
}

/* Writes what is there when it does not belong to what comes now. */
static int end_run(struct mux *mux, const AVPacket *next)
{
	int64_t next_us = due_us(mux, next);
	int64_t picture_us = is_picture(mux, next) ? next_us : INT64_MAX;
	int err = 0;

	if (is_picture(mux, next) && next->flags & AV_PKT_FLAG_KEY) {
		err = write_run(mux, next_us - MUX_LEAD_US, picture_us);
		mux->run_us = next_us;
		may_be_piece(mux, next_us, PIECES_LEAST_US);
	}
	if (!err && mux->n_run && is_full(mux, next, next_us))
		err = write_run(mux, INT64_MAX, picture_us);
	if (!mux->n_run)
		mux->run_us = next_us;
	if (!mux->n_run && !has_pictures(mux))
		may_be_piece(mux, next_us, PIECES_SOUND_US);
	return err;
}

static void note_picture(struct mux *mux, const AVPacket *packet)
{
	int64_t us = av_rescale_q(packet->duration, track_of(mux, packet)->time_base,
				  AV_TIME_BASE_Q);

	if (is_picture(mux, packet))
		mux->stands_us = us >= MUX_STANDS_US ? due_us(mux, packet) + us : 0;
}

int mux_write(struct mux *mux, AVPacket *packet, const AVStream *from, const AVStream *to)
{
	AVPacket *own;
	int err;

	av_packet_rescale_ts(packet, from->time_base, to->time_base);
	packet->stream_index = to->index;
	packet->pos = -1;
	err = end_run(mux, packet);
	if (err)
		return err;
	own = av_packet_alloc();
	if (!own)
		return -ENOMEM;
	note_picture(mux, packet);
	av_packet_move_ref(own, packet);
	mux->run[mux->n_run++] = own;
	mux->run_bytes += own->size;
	return 0;
}

static int close_all(struct mux *mux)
{
	int err;

	forget(mux->run, mux->n_run);
	mux->n_run = 0;
	pieces_close(&mux->pieces);
	avformat_free_context(mux->format);
	mux->format = NULL;
	disk_close(&mux->again);
	err = disk_close(&mux->disk);
	return err ? err : mux->again.err;
}

/* Of the boxes in the file, where that of the media begins; its head's bytes. */
static int find_media(struct mux *mux, int64_t *at, int *head)
{
	AVIOContext *in = mux->again.pb;
	int64_t size;

	for (*at = 0; *at <= mux->again.size - 8; *at += size) {
		uint32_t kind;

		avio_seek(in, *at, SEEK_SET);
		size = avio_rb32(in);
		kind = avio_rl32(in);
		*head = size == 1 ? 16 : 8;
		if (kind == MKTAG('m', 'd', 'a', 't'))
			return 0;
		size = size == 1 ? (int64_t)avio_rb64(in) : size;
		if (size < 8 || size > mux->again.size)
			break;
	}
	return -EBADMSG;
}

/* libavformat counts the media without what was written between the runs. A box of 4 GB
 * takes the empty one before it, which is there for this. */
static void set_size(struct mux *mux, int64_t at, int head, int64_t size)
{
	AVIOContext *out = mux->disk.pb;

	if (head == 8 && size > UINT32_MAX) {
		at -= 8;
		size += 8;
		head = 16;
	}
	avio_seek(out, at, SEEK_SET);
	avio_wb32(out, head == 16 ? 1 : (uint32_t)size);
	avio_wl32(out, MKTAG('m', 'd', 'a', 't'));
	if (head == 16)
		avio_wb64(out, (uint64_t)size);
	avio_flush(out);
}

static int end_pieces(struct mux *mux, int64_t end)
{
	int64_t at, size;
	int head, err;

	if (!mux->laid)
		return 0;
	avio_flush(mux->disk.pb);
	err = disk_open(&mux->again, mux->fd, false);
	if (err)
		return err;
	size = mux->again.size;
	err = find_media(mux, &at, &head);
	disk_close(&mux->again);
	if (err)
		return err;
	set_size(mux, at, head, size - at);
	if (mux->disk.err || !mux->table)
		return mux->disk.err;
	/* Nothing comes behind the media: so far as their end was moved, all of them
	 * were. They need not begin with a piece: titles of chapters lie there as well.
	 */
	return pieces_write(&mux->pieces, mux->folder, mux->table, end, size - end);
}

int mux_commit(struct mux *mux)
{
	int err = write_run(mux, INT64_MAX, INT64_MAX), disk;
	int64_t end = avio_tell(mux->format->pb);

	if (!err)
		err = fault_errno(av_write_trailer(mux->format));
	if (!err)
		err = end_pieces(mux, end);
	disk = close_all(mux);
	err = disk ? disk : err;
	if (err)
		folder_drop(mux->folder, mux->name, mux->fd);
	else
		err = folder_commit(mux->folder, mux->name, mux->fd);
	mux->fd = -1;
	return err;
}

void mux_drop(struct mux *mux)
{
	if (mux->fd < 0)
		return;
	close_all(mux);
	folder_drop(mux->folder, mux->name, mux->fd);
	mux->fd = -1;
}
