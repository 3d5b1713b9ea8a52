#include "mcu/workshop_args.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void add(struct workshop_args *args, const char *word)
{
	size_t len = strlen(word) + 1;

	assert(args->n < WORKSHOP_ARGS && args->used + len <= sizeof(args->words));
	args->argv[args->n++] = memcpy(args->words + args->used, word, len);
	args->used += len;
}

/* What is read may be sealed. */
static void begin(struct workshop_args *args, const struct workshop_job *job,
		  const char *command)
{
	add(args, job->program);
	if (job->keys) {
		add(args, "-k");
		add(args, job->keys);
	}
	add(args, command);
}

static void add_ms(struct workshop_args *args, int64_t ms)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)ms);
	add(args, text);
}

static void add_file(struct workshop_args *args, const struct workshop_job *job,
		     const char *id)
{
	char path[FORM_PATH];

	form_path(job->conf->recordings_dir, id, job->form, path);
	add(args, path);
}

static void add_files(struct workshop_args *args, const struct workshop_job *job)
{
	for (uint32_t i = 0; i < job->n_pieces; i++)
		add_file(args, job, job->pieces[i].id);
}

/* Where what is made of a recording is, and its captions. */
static void add_made(struct workshop_args *args, const struct workshop_job *job,
		     const char *id)
{
	char path[FORM_PATH];

	snprintf(path, sizeof(path), "%s/%s.made", job->conf->recordings_dir, id);
	add(args, path);
}

void workshop_args_trim(struct workshop_args *args, const struct workshop_job *job)
{
	begin(args, job, "trim");
	add_files(args, job);
	add_file(args, job, job->id);
	add_ms(args, job->pieces[0].from_ms);
	add_ms(args, job->pieces[0].to_ms);
}

void workshop_args_join(struct workshop_args *args, const struct workshop_job *job)
{
	begin(args, job, "join");
	add_file(args, job, job->id);
	add_files(args, job);
}

void workshop_args_fits(struct workshop_args *args, const struct workshop_job *job)
{
	begin(args, job, "fits");
	add_files(args, job);
}

void workshop_args_captions(struct workshop_args *args, const struct workshop_job *job)
{
	begin(args, job, "captions");
	add_made(args, job, job->id);
	for (uint32_t i = 0; i < job->n_pieces; i++) {
		add_made(args, job, job->pieces[i].id);
		add_ms(args, job->pieces[i].from_ms);
		add_ms(args, job->pieces[i].to_ms);
		add_ms(args, job->pieces[i].at_ms);
	}
}
