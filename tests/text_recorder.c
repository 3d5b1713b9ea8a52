#include "tests/text_recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

struct text_fake text_fake;

void text_reset(void)
{
	for (int i = 0; i < TEXT_STEPS; i++) {
		atomic_store(&text_fake.fails[i], 0);
		atomic_store(&text_fake.hangs[i], false);
		atomic_store(&text_fake.lies[i], false);
		atomic_store(&text_fake.n[i], 0);
		atomic_store(&text_fake.n_back[i], 0);
	}
	atomic_store(&text_fake.duration_us, 0);
}

int text_step(enum text_step step)
{
	atomic_fetch_add(&text_fake.n[step], 1);
	while (atomic_load(&text_fake.hangs[step]))
		usleep(1000);
	atomic_fetch_add(&text_fake.n_back[step], 1);
	if (atomic_load(&text_fake.fails[step]))
		return atomic_load(&text_fake.fails[step]);
	return atomic_load(&text_fake.lies[step]) ? 0 : 1;
}

int text_open(void **self, const char *path, const struct aula_track *const *tracks,
	      uint32_t n_tracks)
{
	int go = text_step(TEXT_OPEN);
	FILE *f;

	if (go < 0)
		return go;
	CHECK(tracks[n_tracks - 1]->kind == AULA_TRACK_AUDIO);
	f = fopen(path, "w");
	CHECK(f && setvbuf(f, NULL, _IONBF, 0) == 0);
	if (!atomic_load(&text_fake.lies[TEXT_WRITE]))
		fprintf(f, "%u:", n_tracks);
	*self = f;
	return 0;
}

int text_write(void *self, const struct aula_packet *p)
{
	bool sound = p->len == 5 && p->flags & AULA_PACKET_KEY;
	int go = text_step(TEXT_WRITE);

	if (go <= 0)
		return go;
	fprintf(self, " %s%lld",
		sound                        ? "s"
		: p->flags & AULA_PACKET_KEY ? "K"
					     : "v",
		(long long)p->pts_us / 1000);
	return 0;
}

int text_close(void *self)
{
	int go = text_step(TEXT_CLOSE);

	fclose(self);
	return go < 0 ? go : 0;
}

static void copy(FILE *to, const char *path)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	CHECK(f);
	n = fread(text, 1, sizeof(text), f);
	CHECK(fwrite(text, 1, n, to) == n);
	fclose(f);
}

/* As a plugin should: it appears whole. */
static int keep(FILE *f, const char *tmp, const char *path, struct aula_finished *info)
{
	CHECK(fclose(f) == 0 && rename(tmp, path) == 0);
	CHECK(info->size == sizeof(*info));
	info->duration_us = atomic_load(&text_fake.duration_us);
	return 0;
}

static int text_finish(const char *part, const char *path, struct aula_finished *info)
{
	int go = text_step(TEXT_FINISH);
	char tmp[600];
	FILE *f;

	if (go <= 0)
		return go;
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	f = fopen(tmp, "w");
	CHECK(f);
	copy(f, part);
	fputc('!', f);
	return keep(f, tmp, path, info);
}

static int text_join(const struct aula_piece *const *pieces, uint32_t n_pieces,
		     const char *path, struct aula_finished *info)
{
	int go = text_step(TEXT_JOIN);
	char tmp[600];
	FILE *f;

	if (go <= 0)
		return go;
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	f = fopen(tmp, "w");
	CHECK(f);
	for (uint32_t i = 0; i < n_pieces; i++) {
		CHECK(pieces[i]->size == sizeof(*pieces[i]));
		CHECK(!i || pieces[i]->at_us > pieces[i - 1]->at_us);
		fprintf(f, "%lld{", (long long)pieces[i]->at_us / 1000);
		copy(f, pieces[i]->path);
		fputc('}', f);
	}
	return keep(f, tmp, path, info);
}

const struct aula_recorder_ops text_ops = {
	.size = sizeof(text_ops),
	.extension = "txt",
	.open = text_open,
	.write = text_write,
	.close = text_close,
	.finish = text_finish,
	.join = text_join,
};
