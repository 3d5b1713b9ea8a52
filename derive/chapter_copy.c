#include "derive/chapter_copy.h"

#include "base/limits.h"

#include <libavformat/avformat.h>
#include <string.h>

static int copy_one(struct mux *mux, const AVChapter *chapter,
		    const struct chapter_range *range)
{
	const AVRational ms = {1, 1000};
	const AVDictionaryEntry *title = av_dict_get(chapter->metadata, "title", NULL, 0);
	int64_t start = av_rescale_q(chapter->start, chapter->time_base, ms);
	int64_t end = av_rescale_q(chapter->end, chapter->time_base, ms);
	int64_t shift = range->at_ms - range->from_ms;

	start = start < range->from_ms ? range->from_ms : start;
	end = end > range->to_ms ? range->to_ms : end;
	if (!title || start >= end || strlen(title->value) > LIMIT_CHAPTER_TITLE)
		return 0;
	return mux_chapter(mux, start + shift, end + shift, title->value);
}

int chapter_copy(struct mux *mux, const struct source *source,
		 const struct chapter_range *range)
{
	const AVFormatContext *from = source->format;
	int err = 0;

	for (unsigned i = 0;
	     !err && i < from->nb_chapters && mux->format->nb_chapters < LIMIT_CHAPTERS;
	     i++)
		err = copy_one(mux, from->chapters[i], range);
	return err;
}
