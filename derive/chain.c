#include "derive/chain.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <stdio.h>
#include <string.h>

static int open_ends(struct chain *chain, const AVFrame *like, int hz)
{
	const char *format = av_get_sample_fmt_name(like->format);
	char layout[64], args[200];
	int err;

	if (!format ||
	    av_channel_layout_describe(&like->ch_layout, layout, sizeof(layout)) < 0)
		return -EBADMSG;
	snprintf(args, sizeof(args),
		 "time_base=1/%d:sample_rate=%d:sample_fmt=%s:channel_layout=%s", hz,
		 like->sample_rate, format, layout);
	err = avfilter_graph_create_filter(&chain->in, avfilter_get_by_name("abuffer"),
					   "in", args, NULL, chain->graph);
	if (err >= 0)
		err = avfilter_graph_create_filter(&chain->out,
						   avfilter_get_by_name("abuffersink"),
						   "out", NULL, NULL, chain->graph);
	return fault_errno(err);
}

static int open_between(struct chain *chain, const char *filters)
{
	AVFilterInOut *from = avfilter_inout_alloc(), *to = avfilter_inout_alloc();
	char text[500];
	int err = -ENOMEM;

	if (from && to) {
		*from = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = chain->in};
		*to = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = chain->out};
		snprintf(text, sizeof(text),
			 "%s,aformat=sample_fmts=flt:sample_rates=%d:"
			 "channel_layouts=mono",
			 filters, CHAIN_HZ);
		err = avfilter_graph_parse_ptr(chain->graph, text, &to, &from, NULL);
	}
	avfilter_inout_free(&from);
	avfilter_inout_free(&to);
	if (err >= 0)
		err = avfilter_graph_config(chain->graph, NULL);
	return fault_errno(err);
}

int chain_open(struct chain *chain, const AVFrame *like, int hz, const char *filters,
	       int samples)
{
	int err;

	memset(chain, 0, sizeof(*chain));
	chain->graph = avfilter_graph_alloc();
	if (!chain->graph)
		return -ENOMEM;
	chain->graph->nb_threads = 1;
	err = open_ends(chain, like, hz);
	if (!err)
		err = open_between(chain, filters);
	if (err)
		chain_close(chain);
	else if (samples)
		av_buffersink_set_frame_size(chain->out, (unsigned)samples);
	return err;
}

void chain_close(struct chain *chain)
{
	avfilter_graph_free(&chain->graph);
	chain->in = chain->out = NULL;
}

int chain_give(struct chain *chain, AVFrame *frame)
{
	return fault_errno(av_buffersrc_add_frame(chain->in, frame));
}

int chain_take(struct chain *chain, AVFrame *frame)
{
	int err = av_buffersink_get_frame(chain->out, frame);

	return err == AVERROR_EOF ? -ENODATA : fault_errno(err);
}

int chain_frame(AVFrame *frame, int n)
{
	av_frame_unref(frame);
	frame->format = AV_SAMPLE_FMT_FLT;
	frame->sample_rate = CHAIN_HZ;
	frame->nb_samples = n;
	av_channel_layout_default(&frame->ch_layout, 1);
	return fault_errno(av_frame_get_buffer(frame, 0));
}
