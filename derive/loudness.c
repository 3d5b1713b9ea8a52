#include "derive/loudness.h"

#include <errno.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int loudness_meter_init(struct loudness_meter *meter, bool peaks)
{
	int err;

	memset(meter, 0, sizeof(*meter));
	meter->now.lufs = meter->now.peak_dbtp = -99;
	meter->frame = av_frame_alloc();
	if (!meter->frame)
		return -ENOMEM;
	err = chain_frame(meter->frame, 1); /* what is coming is like it */
	if (!err)
		err = chain_open(
			&meter->chain, meter->frame, CHAIN_HZ,
			peaks ? "ebur128=metadata=1:peak=true" : "ebur128=metadata=1", 0);
	if (err)
		loudness_meter_fini(meter);
	return err;
}

void loudness_meter_fini(struct loudness_meter *meter)
{
	chain_close(&meter->chain);
	av_frame_free(&meter->frame);
}

static double number(const struct AVFrame *frame, const char *key, double otherwise)
{
	const AVDictionaryEntry *entry = av_dict_get(frame->metadata, key, NULL, 0);
	double v = entry ? strtod(entry->value, NULL) : otherwise;

	return isfinite(v) ? v : otherwise;
}

static void learn(struct loudness_meter *meter)
{
	const struct AVFrame *frame = meter->frame;
	struct loudness *now = &meter->now;
	double peak = number(frame, "lavfi.r128.true_peaks_ch0", 0);

	now->lufs = number(frame, "lavfi.r128.I", now->lufs);
	now->range_lu = number(frame, "lavfi.r128.LRA", now->range_lu);
	if (peak > 1e-5)
		now->peak_dbtp = 20 * log10(peak);
}

static int take(struct loudness_meter *meter)
{
	for (;;) {
		int err = chain_take(&meter->chain, meter->frame);

		if (err)
			return err == -EAGAIN || err == -ENODATA ? 0 : err;
		learn(meter);
		av_frame_unref(meter->frame);
	}
}

int loudness_meter_push(struct loudness_meter *meter, const float *pcm, int n)
{
	int err = chain_frame(meter->frame, n);

	if (err)
		return err;
	memcpy(meter->frame->data[0], pcm, (size_t)n * sizeof(*pcm));
	err = chain_give(&meter->chain, meter->frame);
	return err ? err : take(meter);
}

int loudness_meter_end(struct loudness_meter *meter, struct loudness *out)
{
	int err = chain_give(&meter->chain, NULL);

	if (!err)
		err = take(meter);
	if (!err)
		*out = meter->now;
	return err;
}

/* ---- the plan ------------------------------------------------------------------- */

void loudness_plan(struct loudness_plan *plan)
{
	const struct loudness *source = &plan->source;

	plan->gain_db = source->lufs <= LOUDNESS_SILENCE
				? 0
				: fmin(LOUDNESS_TARGET - source->lufs, LOUDNESS_GAIN);
	plan->ceiling_dbtp = LOUDNESS_CEILING;
	plan->linear = source->peak_dbtp + plan->gain_db <= LOUDNESS_CEILING;
}

static int write_one(char *out, size_t size, const char *name, const struct loudness *l)
{
	return snprintf(out, size,
			"\"%s\":{\"lufs\":%.2f,\"peak_dbtp\":%.2f,\"range_lu\":%.2f}",
			name, l->lufs, l->peak_dbtp, l->range_lu);
}

size_t loudness_write(const struct loudness_plan *plan, char *out, size_t size)
{
	char source[150], made[150] = "\"sound\":null";

	write_one(source, sizeof(source), "source", &plan->source);
	if (plan->is_made)
		write_one(made, sizeof(made), "sound", &plan->made);
	return (size_t)snprintf(out, size, "{%s,\"gain_db\":%.2f,\"linear\":%s,%s}\n",
				source, plan->gain_db, plan->linear ? "true" : "false",
				made);
}

static bool sane(const struct loudness *l)
{
	return l->lufs >= -200 && l->lufs <= 50 && l->peak_dbtp >= -200 &&
	       l->peak_dbtp <= 50 && l->range_lu >= 0 && l->range_lu <= 200;
}

int loudness_read(struct loudness_plan *plan, const char *text)
{
	struct loudness_plan got = {.is_made = false};
	char linear[6] = "";
	int n = sscanf(text,
		       "{\"source\":{\"lufs\":%lf,\"peak_dbtp\":%lf,\"range_lu\":%lf},"
		       "\"gain_db\":%lf,\"linear\":%5[a-z],\"sound\":{\"lufs\":%lf,"
		       "\"peak_dbtp\":%lf,\"range_lu\":%lf}}",
		       &got.source.lufs, &got.source.peak_dbtp, &got.source.range_lu,
		       &got.gain_db, linear, &got.made.lufs, &got.made.peak_dbtp,
		       &got.made.range_lu);

	got.is_made = n == 8;
	got.linear = strcmp(linear, "true") == 0;
	if (n < 5 || (!got.linear && strcmp(linear, "false") != 0) ||
	    !sane(&got.source) || (got.is_made && !sane(&got.made)) ||
	    !(fabs(got.gain_db) <= 100))
		return -EBADMSG;
	*plan = got;
	return 0;
}
