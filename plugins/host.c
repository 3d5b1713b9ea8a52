#include "plugins/host.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Our own full-size copies: what an older plugin does not know is zero. */
struct plugin {
	struct aula_plugin desc;
	struct aula_layout_ops layout;
	struct aula_recorder_ops recorder;
	struct param_specs params;
	bool says_params;  /* else it takes what comes */
	struct plan *plan; /* owned; NULL: it is code */
};

static void copy_sized(void *dst, size_t dst_size, const void *src, size_t src_size)
{
	size_t n = src_size < dst_size ? src_size : dst_size;

	memcpy(dst, src, n);
	memset((char *)dst + n, 0, dst_size - n);
}

static bool name_ok(const char *name)
{
	size_t n = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;

	return n > 0 && n < 32 && name[n] == '\0';
}

/* "part" and "tmp" are what unfinished files are called */
static bool extension_ok(const char *ext)
{
	size_t n = ext ? strspn(ext, "abcdefghijklmnopqrstuvwxyz0123456789") : 0;

	return n > 0 && n < 8 && ext[n] == '\0' && strcmp(ext, "part") != 0 &&
	       strcmp(ext, "tmp") != 0;
}

static bool video_ok(const char *codec)
{
	static const char *const codecs[] = {"h264", "vp8", "vp9", "av1"};

	for (size_t i = 0; codec && i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (strcmp(codec, codecs[i]) == 0)
			return true;
	return !codec;
}

/* A file of its own for each of those who come and go: one file has no room for them. */
static bool tracks_ok(const struct aula_recorder_ops *ops)
{
	if (!(ops->flags & AULA_RECORDER_TRACKS))
		return true;
	return ops->flags == (AULA_RECORDER_TRACKS | AULA_RECORDER_FOLDER) &&
	       ops->start && ops->track && ops->track_end && !ops->change && !ops->join;
}

static const char *recorder_fault(const struct aula_recorder_ops *ops)
{
	const uint32_t either = AULA_RECORDER_FOLDER | AULA_RECORDER_REMOTE;
	const uint32_t known = either | AULA_RECORDER_TRACKS;
	bool remote = ops->flags & AULA_RECORDER_REMOTE;

	if ((!ops->open && !ops->start) || !ops->write || !ops->close)
		return "lacks a recorder function";
	if (ops->flags & ~known || (ops->flags & either) == either)
		return "has flags that are not known, or do not go together";
	if (!tracks_ok(ops))
		return "takes tracks, but not by track() into a folder";
	/* open() is told of no target */
	if (remote && (!ops->start || ops->finish || ops->join))
		return "sends away, but not by start(), or makes files";
	if (!video_ok(ops->video))
		return "takes pictures of a codec that is not known";
	if (!remote && !extension_ok(ops->extension))
		return "has no valid file extension";
	return NULL;
}

static const char *fault(struct plugin *p)
{
	if (!name_ok(p->desc.name))
		return "has no valid name";
	if (!p->desc.layout == !p->desc.recorder)
		return "must be either a layout or a recorder";
	if (p->desc.layout && p->desc.params && params_specs(&p->params, p->desc.params))
		return "takes parameters that cannot be read";
	if (p->desc.layout && !p->layout.arrange)
		return "has no arrange()";
	return p->desc.recorder ? recorder_fault(&p->recorder) : NULL;
}

static bool abi_ok(const struct aula_plugin *raw)
{
	return raw->abi_major == AULA_ABI_MAJOR && raw->abi_minor <= AULA_ABI_MINOR &&
	       raw->size >= offsetof(struct aula_plugin, recorder) + sizeof(void *);
}

int plugin_add(struct plugin **out, const struct aula_plugin *raw, char *why,
	       size_t why_len)
{
	struct plugin *p;
	const char *msg;

	if (!abi_ok(raw)) {
		snprintf(why, why_len, "is for ABI %d.%d, this server has %d.%d",
			 raw->abi_major, raw->abi_minor, AULA_ABI_MAJOR, AULA_ABI_MINOR);
		return -ENOEXEC;
	}

	p = calloc(1, sizeof(*p));
	if (!p) {
		snprintf(why, why_len, "no memory");
		return -ENOMEM;
	}

	copy_sized(&p->desc, sizeof(p->desc), raw, raw->size);
	if (raw->layout)
		copy_sized(&p->layout, sizeof(p->layout), raw->layout, raw->layout->size);
	if (raw->recorder)
		copy_sized(&p->recorder, sizeof(p->recorder), raw->recorder,
			   raw->recorder->size);

	msg = fault(p);
	if (msg) {
		snprintf(why, why_len, "%s", msg);
		free(p);
		return -EINVAL;
	}

	p->says_params = p->desc.params != NULL;
	*out = p;
	return 0;
}

int plugin_of_plan(struct plugin **out, const struct plan *plan)
{
	struct plugin *p;

	if (!name_ok(plan->name))
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->plan = malloc(sizeof(*p->plan));
	if (!p->plan) {
		free(p);
		return -ENOMEM;
	}
	*p->plan = *plan;
	p->desc.name = p->plan->name;
	p->desc.layout = &p->layout; /* which nobody calls */
	p->params = plan->params;
	p->says_params = true;
	*out = p;
	return 0;
}

/* What others can write could be anything by the time it is mapped. */
static int file_trusted(const char *path, char *why, size_t why_len)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int err = 0;

	if (fd < 0) {
		err = -errno;
		snprintf(why, why_len, "cannot be opened (errno %d)", -err);
		return err;
	}
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) ||
		 (st.st_uid != 0 && st.st_uid != geteuid()))
		err = -EPERM;
	if (err)
		snprintf(why, why_len, "is not a file that only root or we can write");
	close(fd);
	return err;
}

int plugin_load(struct plugin **out, const char *path, char *why, size_t why_len)
{
	const struct aula_plugin *raw;
	void *so;
	int err;

	err = file_trusted(path, why, why_len);
	if (err)
		return err;

	/* never closed: a callback may still be in flight on some thread */
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!so) {
		snprintf(why, why_len, "%s",
			 dlerror()); /* NOLINT(concurrency-mt-unsafe) */
		return -ENOEXEC;
	}

	raw = dlsym(so, "aula_plugin_entry");
	if (!raw) {
		snprintf(why, why_len, "exports no aula_plugin_entry");
		return -ENOEXEC;
	}

	return plugin_add(out, raw, why, why_len);
}

void plugin_free(struct plugin *p)
{
	if (!p)
		return;
	free(p->plan);
	free(p);
}

const struct plan *plugin_plan(const struct plugin *p)
{
	return p->plan;
}

const struct param_specs *plugin_params(const struct plugin *p)
{
	return p->says_params ? &p->params : NULL;
}

const char *plugin_name(const struct plugin *p)
{
	return p->desc.name;
}

bool plugin_is_layout(const struct plugin *p)
{
	return p->desc.layout != NULL;
}

const struct aula_recorder_ops *plugin_recorder(const struct plugin *p)
{
	return p->desc.recorder ? &p->recorder : NULL;
}

/* ---- running a layout ---------------------------------------------------- */

struct sink {
	struct aula_layout_out out; /* first: the plugin's view of the sink */
	const struct aula_layout_in *in;
	struct aula_cell *cells;
	uint32_t max, n;
	bool bad; /* it tried a cell that cannot be */
};

static bool source_known(const struct aula_layout_in *in, const struct aula_cell *c)
{
	uint32_t id = c->source;

	if (c->flags & AULA_CELL_VACANT)
		return id == 0 && c->text;
	for (uint32_t i = 0; i < in->n_sources; i++)
		if (in->sources[i]->id == id)
			return true;
	return false;
}

static int sink_put(struct aula_layout_out *out, const struct aula_cell *cell,
		    size_t cell_size)
{
	struct sink *sink = (struct sink *)out;
	struct aula_cell c;

	copy_sized(&c, sizeof(c), cell, cell_size);

	if (!c.w || !c.h || c.x + c.w > AULA_UNIT || c.y + c.h > AULA_UNIT ||
	    !source_known(sink->in, &c)) {
		sink->bad = true;
		return -EINVAL;
	}
	if (sink->n == sink->max)
		return -ENOSPC;

	sink->cells[sink->n++] = c;
	return 0;
}

int plugin_arrange(const struct plugin *p, const struct aula_layout_in *in,
		   struct aula_cell *cells, uint32_t max_cells, uint32_t *n,
		   uint32_t *mark)
{
	struct sink sink = {.in = in, .max = max_cells};
	int err;

	if (!p->desc.layout)
		return -ENOTSUP;

	sink.out.size = sizeof(sink.out);
	sink.out.put = sink_put;
	sink.cells = calloc(max_cells, sizeof(*sink.cells));
	if (!sink.cells)
		return -ENOMEM;

	err = p->plan ? plan_arrange(p->plan, in, &sink.out)
		      : p->layout.arrange(in, &sink.out);
	if (err > 0 || (err == 0 && sink.bad))
		err = -EINVAL;
	if (err == 0) {
		memcpy(cells, sink.cells, sink.n * sizeof(*cells));
		*n = sink.n;
		if (mark)
			*mark = sink.out.mark;
	}

	free(sink.cells);
	return err;
}
