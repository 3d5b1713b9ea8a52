#include "mcu/gallery.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/deck.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mixer/scene.h"
#include "plugins/set.h"
#include "slides/shelf.h"

/* A picture is kept as large as goes into this: the largest canvas. Upright ones into
 * the same, turned. */
#define BOX_W 1920
#define BOX_H 1088

enum state { WAITS, IS_READ, THERE, LATER, BAD };

/* One that could not be read for want of resources is read again after 1, 2, 4 ... s;
 * after so many times it is given up. */
#define TRIES 8

struct hung {
	char name[DECOR_NAME];
	char file[DECOR_NAME + 4];
	int64_t changed_ns, bytes; /* of the file */
	enum state state;
	uint8_t tries;   /* that failed for want of resources */
	uint16_t wait_s; /* of one that is read LATER */
	bool seen;       /* by the look at the folder that goes on */
	uint32_t serial; /* of `art` */
	struct art *art; /* also the last good one, while another is read; or NULL */
	const char *why; /* of a bad one */
};

struct gallery {
	struct server *server;
	struct hung list[LIMIT_ARTS]; /* by name */
	uint32_t n;
	uint32_t serials; /* so far */
	bool busy;        /* the shelf reads one: one after the other */
};

/* ---- reading -------------------------------------------------------------------- */

/* What the shelf was asked for, until it is told. */
struct ask {
	struct server *server;
	char name[DECOR_NAME];
	int64_t changed_ns, bytes;
	enum sheet_fault fault;
	struct art *art;
};

static struct hung *find(const struct gallery *g, const char *name)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (strcmp(g->list[i].name, name) == 0)
			return (struct hung *)&g->list[i];
	return NULL;
}

/* Whoever shows it is shown it anew; of others nothing changes. */
static void changed(struct gallery *g) RUNS_ON(on_ctl)
{
	struct server *server = g->server;

	for (uint32_t i = 0; i < server->n_rooms; i++)
		programme_arrange(server->rooms[i]);
}

static void spoil(struct hung *one, const char *why)
{
	one->state = BAD;
	one->why = why;
	art_put(one->art);
	one->art = NULL;
	one->serial = 0;
	log_warn("picture_refused", "file=%s why=\"%s\"", one->file, why);
}

static void next(struct gallery *g) RUNS_ON(on_ctl);

static const char *reason(enum sheet_fault fault)
{
	switch (fault) {
	case SHEET_LARGE:
		return "is larger than 4096x4096 pixels or 8 MB";
	case SHEET_OTHER:
		return "is no PNG and no JPEG";
	case SHEET_BUSY:
	case SHEET_SLOW:
		return "could not be read: no resources";
	default:
		return "cannot be read";
	}
}

/* What is shown of it stays. */
static void put_off(struct hung *one, enum sheet_fault fault)
{
	if (++one->tries == TRIES) {
		spoil(one, reason(fault));
		return;
	}
	one->state = LATER;
	one->wait_s = (uint16_t)(1u << (one->tries - 1));
	log_info("picture_put_off", "file=%s why=%s wait_s=%u", one->file,
		 sheet_fault_name(fault), one->wait_s);
}

static void failed(struct hung *one, enum sheet_fault fault)
{
	if (fault == SHEET_BUSY || fault == SHEET_SLOW)
		put_off(one, fault);
	else
		spoil(one, reason(fault));
}

static void read_done(void *arg)
{
	struct ask *ask = arg;
	struct gallery *g;
	struct hung *one;

	thread_claim(&on_ctl);
	g = ask->server->draining ? NULL : ask->server->gallery;
	if (g) {
		g->busy = false;
		one = find(g, ask->name);
		/* a file that changed meanwhile is read again */
		if (one && one->state == IS_READ && one->bytes == ask->bytes &&
		    one->changed_ns == ask->changed_ns) {
			if (ask->fault) {
				failed(one, ask->fault);
			} else {
				art_put(one->art);
				one->art = ask->art;
				one->serial = ++g->serials;
				one->state = THERE;
				one->tries = 0;
				ask->art = NULL;
			}
			changed(g);
		}
		next(g);
	}
	art_put(ask->art);
	free(ask);
}

/* On the shelf's thread. */
static void on_read(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	struct ask *ask = ctx;
	struct picture *picture = NULL;

	(void)pages;
	ask->fault = fault;
	if (!fault && leaf) {
		/* the picture has the leaf: its alpha is copied while it is held */
		picture = deck_picture(leaf_get(leaf), 0);
		if (!picture || art_create(&ask->art, picture, leaf->a, leaf->y_stride))
			ask->fault = SHEET_BUSY;
	} else if (!fault) {
		ask->fault = SHEET_DAMAGED;
	}
	leaf_put(leaf);
	if (loop_post_must(ask->server->loop, read_done, ask)) {
		log_error("picture_lost", "picture=%s", ask->name);
		art_put(ask->art);
		free(ask);
	}
}

static int begin(struct gallery *g, struct hung *one) RUNS_ON(on_ctl)
{
	struct shelf_ask what = {.kind = DECK_ART,
				 .page = 1,
				 .box_w_px = BOX_W,
				 .box_h_px = BOX_H,
				 .done = on_read};
	struct ask *ask = calloc(1, sizeof(*ask));
	int n, err;

	if (!ask)
		return -ENOMEM;
	ask->server = g->server;
	memcpy(ask->name, one->name, sizeof(ask->name));
	ask->changed_ns = one->changed_ns;
	ask->bytes = one->bytes;
	n = snprintf(what.source, sizeof(what.source), "%s/%s",
		     g->server->conf->pictures_dir, one->file);
	what.ctx = ask;
	err = n < (int)sizeof(what.source) ? shelf_draw(g->server->shelf, &what)
					   : -ENAMETOOLONG;
	if (err)
		free(ask);
	return err;
}

/* Reads the next one that waits, if none is read now. */
static void next(struct gallery *g)
{
	int err;

	for (uint32_t i = 0; i < g->n && !g->busy; i++) {
		struct hung *one = &g->list[i];

		if (one->state != WAITS)
			continue;
		err = begin(g, one);
		if (err) {
			failed(one, err == -ENAMETOOLONG ? SHEET_DAMAGED : SHEET_BUSY);
			continue;
		}
		one->state = IS_READ;
		g->busy = true;
	}
}

void gallery_second(struct gallery *g)
{
	if (!g || g->server->draining) /* the shelf may be gone */
		return;
	for (uint32_t i = 0; i < g->n; i++)
		if (g->list[i].state == LATER && --g->list[i].wait_s == 0)
			g->list[i].state = WAITS;
	next(g);
}

/* ---- the folder ----------------------------------------------------------------- */

/* The length of its name without the ending; 0: it is none of ours. */
static size_t name_of(const char *file)
{
	size_t n = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n == 0 || n >= DECOR_NAME ||
	    (strcmp(file + n, ".png") != 0 && strcmp(file + n, ".jpg") != 0))
		return 0;
	return n;
}

static int wanted(const struct dirent *entry)
{
	return name_of(entry->d_name) != 0;
}

static void pass(const char *file, const char *why)
{
	log_warn("picture_refused", "file=%s why=\"%s\"", file, why);
}

static void look_at(struct gallery *g, const char *file)
{
	char path[CONF_PATH + 2 * DECOR_NAME], name[DECOR_NAME];
	size_t n = name_of(file);
	struct hung *one;
	int64_t changed_ns;
	struct stat st;

	snprintf(name, sizeof(name), "%.*s", (int)n, file);
	snprintf(path, sizeof(path), "%s/%s", g->server->conf->pictures_dir, file);
	one = find(g, name);
	if (lstat(path, &st) || !S_ISREG(st.st_mode)) {
		pass(file, "is no file");
		return;
	}
	if ((one && one->seen) || (!one && g->n == LIMIT_ARTS)) {
		pass(file, one ? "is the second of its name" : "is one too many");
		return;
	}
	if (!one) {
		one = &g->list[g->n++];
		memset(one, 0, sizeof(*one));
		memcpy(one->name, name, sizeof(name));
	}
	changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	one->seen = true;
	if (one->state != BAD && one->changed_ns == changed_ns &&
	    one->bytes == st.st_size && strcmp(one->file, file) == 0)
		return;
	snprintf(one->file, sizeof(one->file), "%s", file);
	one->changed_ns = changed_ns;
	one->bytes = st.st_size;
	one->state = WAITS;
	one->tries = 0;
	if (st.st_size > LIMIT_ART_BYTES)
		spoil(one, reason(SHEET_LARGE));
}

static void forget_unseen(struct gallery *g)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		if (!g->list[i].seen)
			art_put(g->list[i].art);
		else
			g->list[kept++] = g->list[i];
	}
	g->n = kept;
}

/* Those that are gone make room first. */
static void look(struct gallery *g) RUNS_ON(on_ctl)
{
	struct dirent **files = NULL;
	const char *dir = g->server->conf->pictures_dir;
	int n = dir[0] ? scandir(dir, &files, wanted, alphasort) : 0;

	if (n < 0 && errno != ENOENT)
		log_warn("pictures_unread", "dir=%s error=\"%s\"", dir, strerror(errno));
	for (uint32_t i = 0; i < g->n; i++) {
		g->list[i].seen = false;
		for (int k = 0; k < n; k++)
			g->list[i].seen |= strcmp(files[k]->d_name, g->list[i].file) == 0;
	}
	forget_unseen(g);
	for (uint32_t i = 0; i < g->n; i++)
		g->list[i].seen = false;
	for (int k = 0; k < n; k++) {
		look_at(g, files[k]->d_name);
		free(files[k]);
	}
	free(files);
	forget_unseen(g);
	next(g);
}

int gallery_create(struct gallery **out, struct server *server)
{
	struct gallery *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->server = server;
	look(g);
	*out = g;
	return 0;
}

void gallery_destroy(struct gallery *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->n; i++)
		art_put(g->list[i].art);
	free(g);
}

void gallery_reload(struct gallery *g)
{
	look(g);
	changed(g);
	log_info("reloaded", "what=pictures n=%u", g->n);
	gallery_check(g);
}

/* ---- what layouts show ---------------------------------------------------------- */

/* NULL: there is no such one, or it is none. */
static const struct hung *named(const struct gallery *g, const char *name)
{
	const struct hung *one = g && *name ? find(g, name) : NULL;

	return one && one->state != BAD ? one : NULL;
}

uint32_t gallery_lacks(const struct gallery *g, const struct decor *decor,
		       const char *layout, struct gallery_lack lacks[GALLERY_PLACES])
{
	static const char *const fields[GALLERY_PLACES] = {"background_picture",
							   "logo.picture"};
	const char *const names[GALLERY_PLACES] = {decor->picture, decor->logo};
	uint32_t n = 0;

	for (int i = 0; i < GALLERY_PLACES; i++) {
		const struct hung *bad = g && *names[i] ? find(g, names[i]) : NULL;

		if (!*names[i] || named(g, names[i]))
			continue;
		lacks[n].field = fields[i];
		snprintf(lacks[n].why, sizeof(lacks[n].why), "the picture \"%s\" %s",
			 names[i], bad ? bad->why : "is not there");
		if (layout)
			log_warn("layout_without_picture",
				 "layout=%s field=%s picture=%s", layout, fields[i],
				 names[i]);
		n++;
	}
	return n;
}

void gallery_check(const struct gallery *g)
{
	const struct plugin_set *set = g->server->plugins;
	struct gallery_lack lacks[GALLERY_PLACES];
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(set, names, PLUGIN_SET_MAX);

	for (uint32_t i = 0; i < n; i++) {
		struct plugin_facts facts;

		if (plugin_set_facts(set, names[i], &facts) == 0 && facts.plan)
			(void)gallery_lacks(g, &facts.plan->decor, names[i], lacks);
	}
}

void gallery_serials(const struct gallery *g, const struct decor *decor,
		     uint32_t serials[GALLERY_PLACES])
{
	const struct hung *background = named(g, decor->picture);
	const struct hung *logo = named(g, decor->logo);

	serials[GALLERY_BACKGROUND] = background ? background->serial : 0;
	serials[GALLERY_LOGO] = logo ? logo->serial : 0;
}

void gallery_dress(const struct gallery *g, struct scene *scene)
{
	const struct hung *background = named(g, scene->decor.picture);
	const struct hung *logo = named(g, scene->decor.logo);

	scene->picture = art_get(background ? background->art : NULL);
	scene->logo = art_get(logo ? logo->art : NULL);
}
