#include "bench/loadgen_report.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* The sum of many members; times in ms. */
struct total {
	uint32_t n, up, failed, with_key, full;
	uint64_t video, audio, video_lost, audio_lost, twice, recovered, given_up;
	uint64_t opened, forged, strange, dropped, overflow, frames, keys, sizes;
	uint64_t nacks, plis, feedbacks, red, red_used, gaps_video, gaps_audio, messages,
		ws_bytes;
	double kbps_video, kbps_audio, kbps_rtx, kbps_other, kbps_out;
	uint32_t kbps_min, kbps_max;
	double longest_video, longest_audio, worst_video_p99, worst_audio_p99;
	struct lg_late late_video, late_audio;
	double *joined, *packet, *key; /* since the begin of each; sorted */
	uint32_t n_joined, n_packet, n_key;
};

/* ---- sums ---------------------------------------------------------------------- */

static void note_time(double *list, uint32_t *n, int64_t from_us, int64_t at_us)
{
	if (list && at_us)
		list[(*n)++] = (double)(at_us - from_us) / 1000;
}

static void max_of(double *to, double v)
{
	if (v > *to)
		*to = v;
}

static void add_rates(struct total *t, const struct lg_stats *s)
{
	const struct lg_mark *a = &s->marks[0], *b = &s->marks[1];
	double ms = (double)(b->at_us - a->at_us) / 1000;

	if (!a->at_us || ms <= 0)
		return;
	t->kbps_video += (double)(b->video - a->video) * 8 / ms;
	t->kbps_audio += (double)(b->audio - a->audio) * 8 / ms;
	t->kbps_rtx += (double)(b->rtx - a->rtx) * 8 / ms;
	t->kbps_other += (double)(b->other - a->other) * 8 / ms;
	t->kbps_out += (double)(b->out - a->out) * 8 / ms;
}

static void add_tracks(struct total *t, const struct lg_member *m)
{
	const struct lg_track *v = lg_member_video(m), *a = lg_member_audio(m);
	const struct lg_stats *s = lg_member_stats(m);

	t->video += v->unique;
	t->audio += a->unique;
	t->video_lost += lg_track_lost(v);
	t->audio_lost += lg_track_lost(a);
	t->twice += v->twice + a->twice;
	t->gaps_video += v->gaps;
	t->gaps_audio += a->gaps;
	max_of(&t->longest_video, (double)v->longest_us / 1000);
	max_of(&t->longest_audio, (double)a->longest_us / 1000);
	lg_late_merge(&t->late_video, &s->late_video);
	lg_late_merge(&t->late_audio, &s->late_audio);
	max_of(&t->worst_video_p99, lg_late_quantile(&s->late_video, 0.99));
	max_of(&t->worst_audio_p99, lg_late_quantile(&s->late_audio, 0.99));
}

static void add_member(struct total *t, const struct lg_member *m)
{
	const struct lg_stats *s = lg_member_stats(m);

	t->n++;
	t->failed += s->failed != NULL;
	t->up += s->up_us != 0;
	t->with_key += s->key_us != 0;
	if (lg_member_full(m)) {
		t->full++;
		t->keys += s->keys;
		t->sizes += s->sizes;
	}
	t->recovered += s->recovered;
	t->given_up += s->given_up;
	t->opened += s->opened;
	t->forged += s->forged;
	t->strange += s->strange;
	t->dropped += s->dropped;
	t->overflow += s->overflow;
	t->frames += s->frames;
	t->red += s->red;
	t->red_used += s->red_used;
	t->nacks += s->nacks;
	t->plis += s->plis;
	t->feedbacks += s->feedbacks;
	t->messages += s->messages;
	t->ws_bytes += s->ws_bytes;
	if (s->kbps_min && (!t->kbps_min || s->kbps_min < t->kbps_min))
		t->kbps_min = s->kbps_min;
	if (s->kbps_max > t->kbps_max)
		t->kbps_max = s->kbps_max;
	add_rates(t, s);
	add_tracks(t, m);
	note_time(t->joined, &t->n_joined, s->begun_us, s->joined_us);
	note_time(t->packet, &t->n_packet, s->begun_us, s->packet_us);
	note_time(t->key, &t->n_key, s->begun_us, s->key_us);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of all viewers of this class of links, or of all senders with -1. */
static int sum(const struct lg_run *run, struct total *t, int class)
{
	size_t all = run->options->viewers + run->options->senders;

	*t = (struct total){.joined = calloc(all, sizeof(double)),
			    .packet = calloc(all, sizeof(double)),
			    .key = calloc(all, sizeof(double))};
	if (!t->joined || !t->packet || !t->key)
		return -ENOMEM;
	for (unsigned c = 0; c < run->n_crews; c++)
		for (uint32_t i = 0; i < lg_crew_n(run->crews[c]); i++) {
			const struct lg_member *m = lg_crew_member(run->crews[c], i);

			if (lg_member_sends(m) ? class < 0
					       : (unsigned)class == lg_member_class(m))
				add_member(t, m);
		}
	qsort(t->joined, t->n_joined, sizeof(double), by_value);
	qsort(t->packet, t->n_packet, sizeof(double), by_value);
	qsort(t->key, t->n_key, sizeof(double), by_value);
	return 0;
}

static void total_free(struct total *t)
{
	free(t->joined);
	free(t->packet);
	free(t->key);
}

static double part_of(const double *list, uint32_t n, double part)
{
	uint32_t i = (uint32_t)(part * n);

	return n ? list[i < n ? i : n - 1] : 0;
}

/* ---- the table ------------------------------------------------------------------- */

static double each(double v, const struct total *t)
{
	return t->up ? v / t->up : 0;
}

static void print_times(const char *what, const double *list, uint32_t n)
{
	printf("  %-22s %9.0f %9.0f %9.0f  ms (%u members)\n", what,
	       part_of(list, n, 0.5), part_of(list, n, 0.99), part_of(list, n, 1), n);
}

static void print_late(const char *what, const struct lg_late *late, double worst)
{
	printf("  %-22s %9.0f %9.0f %9.1f  ms; worst member's p99 %.0f\n", what,
	       lg_late_quantile(late, 0.5), lg_late_quantile(late, 0.99),
	       lg_late_max(late), worst);
}

#define N(x) ((unsigned long long)(x))

static void print_total(const char *name, const struct total *t)
{
	printf("%s: %u members, %u connected, %u failed\n", name, t->n, t->up, t->failed);
	if (!t->up)
		return;
	printf("  %-22s %9s %9s %9s\n", "", "p50", "p99", "max");
	print_times("join answered", t->joined, t->n_joined);
	print_times("first packet", t->packet, t->n_packet);
	print_times("first key frame", t->key, t->n_key);
	print_late("lateness of sound", &t->late_audio, t->worst_audio_p99);
	print_late("lateness of frames", &t->late_video, t->worst_video_p99);
	printf("  video %llu packets, %llu missing for good (%.3f %%), %llu by RTX, "
	       "%llu frames\n",
	       N(t->video), N(t->video_lost),
	       t->video ? 100.0 * (double)t->video_lost /
				  (double)(t->video + t->video_lost)
			: 0,
	       N(t->recovered), N(t->frames));
	printf("  sound %llu packets, %llu missing (%.3f %%), %llu out of copies; %llu "
	       "pauses, longest %.0f ms\n",
	       N(t->audio), N(t->audio_lost),
	       t->audio ? 100.0 * (double)t->audio_lost /
				  (double)(t->audio + t->audio_lost)
			: 0,
	       N(t->red_used), N(t->gaps_audio), t->longest_audio);
	printf("  video pauses %llu, longest %.0f ms; twice %llu, dropped "
	       "by us %llu, not read in time %llu\n",
	       N(t->gaps_video), t->longest_video, N(t->twice), N(t->dropped),
	       N(t->overflow));
	printf("  decrypted %llu, not genuine %llu, strange %llu; key frames %.1f and "
	       "size changes %.1f each (of %u looked at)\n",
	       N(t->opened), N(t->forged), N(t->strange),
	       t->full ? (double)t->keys / t->full : 0,
	       t->full ? (double)t->sizes / t->full : 0, t->full);
	printf("  kbit/s each on the wire: video %.1f (seconds of %u to %u), sound %.1f, "
	       "repairs and probes %.1f, other %.1f, up %.1f\n",
	       each(t->kbps_video, t), t->kbps_min, t->kbps_max, each(t->kbps_audio, t),
	       each(t->kbps_rtx, t), each(t->kbps_other, t), each(t->kbps_out, t));
	printf("  asked for %llu packets, %llu key frames; %llu feedbacks; %llu "
	       "messages of %.1f MB\n",
	       N(t->nacks), N(t->plis), N(t->feedbacks), N(t->messages),
	       (double)t->ws_bytes / 1e6);
}

static void print_failures(const struct lg_run *run)
{
	int shown = 0;

	for (unsigned c = 0; c < run->n_crews; c++)
		for (uint32_t i = 0; i < lg_crew_n(run->crews[c]); i++) {
			const struct lg_member *m = lg_crew_member(run->crews[c], i);
			const struct lg_stats *s = lg_member_stats(m);

			if (s->failed && shown++ < 10)
				printf("  member %u: %s %s\n", lg_member_index(m),
				       s->failed, s->error);
		}
	if (shown > 10)
		printf("  and %d more\n", shown - 10);
}

static double longest_turn(const struct lg_run *run)
{
	double ms = 0;

	for (unsigned i = 0; i < run->n_crews; i++)
		max_of(&ms, (double)lg_crew_longest_us(run->crews[i]) / 1000);
	return ms;
}

static void print_cpu(const struct lg_run *run, uint32_t viewers)
{
	const struct lg_proc *s = run->server, *o = run->self;
	double percent = lg_proc_percent(&s[0], &s[1], -1);
	double own = lg_proc_percent(&o[0], &o[1], -1);
	double seconds = (double)(o[1].at_us - o[0].at_us) / 1e6;
	double rate = seconds > 0 ? (double)run->packets / seconds : 0;

	if (run->options->server_pid && !run->gone) {
		printf("server: %.1f %% of a core, %.4f %% per viewer; %.1f MB resident "
		       "(%+.1f)\n ",
		       percent, viewers ? percent / viewers : 0,
		       (double)s[1].rss_bytes / 1e6,
		       (double)(s[1].rss_bytes - s[0].rss_bytes) / 1e6);
		for (unsigned i = 0; i < s[1].n; i++)
			printf(" %s %.1f", s[1].threads[i].name,
			       lg_proc_percent(&s[0], &s[1], (int)i));
		printf("\n");
	}
	printf("loadgen: %.1f %% of a core for %.0f media packets/s: %.0f packets/s per "
	       "core; %.1f MB resident; longest turn %.0f ms\n",
	       own, rate, own > 0 ? rate / own * 100 : 0, (double)o[1].rss_bytes / 1e6,
	       longest_turn(run));
}

/* ---- JSON ----------------------------------------------------------------------------
 */

static void put(cJSON *to, const char *key, double v)
{
	cJSON_AddNumberToObject(to, key, v);
}

static void put_times(cJSON *to, const char *key, const double *list, uint32_t n)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);

	put(o, "n", n);
	put(o, "p50", part_of(list, n, 0.5));
	put(o, "p99", part_of(list, n, 0.99));
	put(o, "max", part_of(list, n, 1));
}

static void put_late(cJSON *to, const char *key, const struct lg_late *late, double worst)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);

	put(o, "p50", lg_late_quantile(late, 0.5));
	put(o, "p99", lg_late_quantile(late, 0.99));
	put(o, "max", lg_late_max(late));
	put(o, "worst_member_p99", worst);
}

static void put_counts(cJSON *o, const struct total *t)
{
	const struct {
		const char *key;
		uint64_t v;
	} counts[] = {
		{"members", t->n},
		{"connected", t->up},
		{"failed", t->failed},
		{"video_packets", t->video},
		{"video_lost", t->video_lost},
		{"video_recovered", t->recovered},
		{"sound_packets", t->audio},
		{"sound_lost", t->audio_lost},
		{"sound_with_copies", t->red},
		{"sound_from_copies", t->red_used},
		{"twice", t->twice},
		{"dropped_by_us", t->dropped},
		{"not_read_in_time", t->overflow},
		{"decrypted", t->opened},
		{"not_genuine", t->forged},
		{"strange", t->strange},
		{"frames", t->frames},
		{"looked_at", t->full},
		{"key_frames", t->keys},
		{"size_changes", t->sizes},
		{"video_pauses", t->gaps_video},
		{"sound_pauses", t->gaps_audio},
		{"nacks", t->nacks},
		{"plis", t->plis},
		{"feedbacks", t->feedbacks},
		{"messages", t->messages},
		{"message_bytes", t->ws_bytes},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		put(o, counts[i].key, (double)counts[i].v);
}

static void put_total(cJSON *to, const struct total *t, const char *name)
{
	cJSON *o = cJSON_CreateObject(), *k;

	cJSON_AddItemToArray(to, o);
	cJSON_AddStringToObject(o, "name", name);
	put_counts(o, t);
	put(o, "video_longest_pause_ms", t->longest_video);
	put(o, "sound_longest_pause_ms", t->longest_audio);
	put_times(o, "joined_ms", t->joined, t->n_joined);
	put_times(o, "first_packet_ms", t->packet, t->n_packet);
	put_times(o, "first_key_ms", t->key, t->n_key);
	put_late(o, "sound_late_ms", &t->late_audio, t->worst_audio_p99);
	put_late(o, "frame_late_ms", &t->late_video, t->worst_video_p99);
	k = cJSON_AddObjectToObject(o, "kbps_each");
	put(k, "video", each(t->kbps_video, t));
	put(k, "video_least_second", t->kbps_min);
	put(k, "video_most_second", t->kbps_max);
	put(k, "sound", each(t->kbps_audio, t));
	put(k, "repairs", each(t->kbps_rtx, t));
	put(k, "other", each(t->kbps_other, t));
	put(k, "up", each(t->kbps_out, t));
}

static void put_proc(cJSON *to, const char *key, const struct lg_proc p[2])
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON *threads = cJSON_AddObjectToObject(o, "threads");

	put(o, "core_percent", lg_proc_percent(&p[0], &p[1], -1));
	put(o, "rss_bytes", (double)p[1].rss_bytes);
	for (unsigned i = 0; i < p[1].n; i++)
		put(threads, p[1].threads[i].name, lg_proc_percent(&p[0], &p[1], (int)i));
}

static void name_of(const struct lg_options *o, int class, char *out, size_t size)
{
	if (class < 0)
		snprintf(out, size, "senders");
	else if (o->n_cap)
		snprintf(out, size, "viewers of %s", o->cap[class]);
	else if (o->n_kbit)
		snprintf(out, size, "viewers by a link of %s kbit/s", o->kbit[class]);
	else if (o->n_via)
		snprintf(out, size, "viewers via relay %d", class + 1);
	else
		snprintf(out, size, "viewers");
}

static void put_traces(const struct lg_run *run, cJSON *root)
{
	cJSON *list = cJSON_AddArrayToObject(root, "traces");

	for (unsigned c = 0; c < run->n_crews; c++)
		for (uint32_t i = 0; i < lg_crew_n(run->crews[c]); i++) {
			const struct lg_member *m = lg_crew_member(run->crews[c], i);
			const struct lg_trace *trace = lg_member_trace(m);

			if (trace)
				cJSON_AddItemToArray(
					list, lg_trace_json(trace, lg_member_index(m)));
		}
}

static void put_syncs(const struct lg_run *run, cJSON *root)
{
	cJSON *list = cJSON_AddArrayToObject(root, "sync");

	for (unsigned c = 0; c < run->n_crews; c++)
		for (uint32_t i = 0; i < lg_crew_n(run->crews[c]); i++) {
			const struct lg_member *m = lg_crew_member(run->crews[c], i);
			const struct lg_sync *sync = lg_member_sync(m);
			cJSON *one;

			if (!sync)
				continue;
			one = lg_sync_json(sync, lg_member_index(m));
			cJSON_AddNumberToObject(one, "group", lg_member_class(m));
			cJSON_AddItemToArray(list, one);
		}
}

static int write_json(const struct lg_run *run, cJSON *root)
{
	char *text;
	FILE *f;
	int err = 0;

	if (run->options->trace)
		put_traces(run, root);
	if (run->options->sync)
		put_syncs(run, root);
	put(root, "seconds", (double)(run->self[1].at_us - run->self[0].at_us) / 1e6);
	put(root, "media_packets", (double)run->packets);
	put(root, "longest_turn_ms", longest_turn(run));
	put_proc(root, "loadgen", run->self);
	if (run->options->server_pid && !run->gone)
		put_proc(root, "server", run->server);
	text = cJSON_Print(root);
	f = text ? fopen(run->options->json, "w") : NULL;
	if (!f || fprintf(f, "%s\n", text) < 0)
		err = -1;
	if (f && fclose(f))
		err = -1;
	if (err)
		fprintf(stderr, "loadgen: cannot write %s\n", run->options->json);
	cJSON_free(text);
	return err;
}

int lg_report(const struct lg_run *run)
{
	const struct lg_options *o = run->options;
	cJSON *root = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(root, "groups");
	int bad = 0, err = 0, n = (int)lg_classes(o);
	uint32_t viewers = 0;

	for (int class = o->senders ? -1 : 0; class < n && !err; class ++) {
		static struct total t;
		char name[200];

		name_of(o, class, name, sizeof(name));
		err = sum(run, &t, class);
		if (!err) {
			print_total(name, &t);
			put_total(list, &t, name);
			bad += (int)(t.failed + t.forged);
			viewers += class >= 0 ? t.up : 0;
		}
		total_free(&t);
	}
	if (bad)
		print_failures(run);
	print_cpu(run, viewers);
	if (!err && o->json)
		err = write_json(run, root);
	cJSON_Delete(root);
	return err ? -1 : bad;
}
