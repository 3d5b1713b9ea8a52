#include "signaling/file_reader.h"

#include <errno.h>
#include <event2/buffer.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mailbox.h"
#include "base/ref.h"
#include "base/seal.h"
#include "signaling/file_content.h"

#define LETTERS     4            /* of a thread, which has one file at a time */
#define LOOK_US     (SEC_US / 2) /* for those who wait too long */
#define LOG_US      (60 * SEC_US)
#define SHORT_PIECE 65536 /* so that who looks at a file's head waits for little */
#define NAP_MS      5

/* Counted by the control thread alone: a connection that closes may let go of its output
 * later than of its file. */
struct piece {
	uint32_t users;
	size_t size;
	uint8_t data[];
};

enum file_deed { FILE_OPEN, FILE_NEXT, FILE_CLOSE };

struct file_read { /* control thread; while a thread has it, what is marked T is its */
	TAILQ_ENTRY(file_read) link; /* in the line */
	struct file_reader *reader;
	struct file_asker asker;
	bool asked;   /* somebody waits to be told */
	bool in_line; /* else a thread has it, or nobody */
	bool away;    /* a thread has it */
	bool left;    /* whom it was for let go of it */
	bool is_long; /* what was fetched did not come in time: longer pieces */
	bool waits;   /* its disk does not say what is in memory */
	int64_t since_us;
	struct piece *piece;         /* T: what is in it */
	enum file_deed deed;         /* T */
	struct file_content content; /* T */
	int64_t at;                  /* T */
	size_t len;                  /* T */
	bool last;                   /* T: nothing is read behind it */
	int64_t fetched;             /* T: up to there, behind the piece */
	ssize_t result;              /* T */
	char path[];                 /* T */
};

enum { IDLE, WORKS, DONE, LEFT };

struct worker { /* its own, and of the reader but for what is said */
	struct thread *thread;
	struct mailbox *box;
	struct file_reader *reader; /* counted while there are letters from it */
	struct loop *loop;
	struct file_read *job; /* who has it follows from the state */
	atomic_int state;
	atomic_bool stop;
	struct seal_keys keys;
};

struct file_reader { /* control thread; what comes late from a thread is counted */
	struct ref ref;
	struct loop *loop;
	struct loop_timer *timer;
	bool closed, ticks;
	int64_t wait_us, told_us;
	uint32_t n_opens; /* of the line */
	TAILQ_HEAD(, file_read) line;
	struct worker *workers[FILE_READERS];
};

/* ---- on the threads --------------------------------------------------------- */

static void do_next(struct file_read *read)
{
	int64_t end = read->at + (int64_t)read->len, more;

	read->result = content_read(&read->content, read->piece->data, read->len,
				    read->at);
	if (read->result != (ssize_t)read->len)
		return;
	more = read->content.size - end;
	if (read->last)
		content_close(&read->content);
	else
		content_fetch(&read->content, end, more < FILE_AHEAD ? more : FILE_AHEAD);
	read->fetched = end + FILE_AHEAD;
}

static void do_job(struct file_read *read, const struct seal_keys *keys)
{
	switch (read->deed) {
	case FILE_OPEN:
		read->result = content_open(&read->content, read->path,
					    keys->n ? keys : NULL);
		break;
	case FILE_NEXT:
		read->result = -ENOMEM;
		if (read->piece)
			do_next(read);
		break;
	case FILE_CLOSE:
		content_close(&read->content);
		break;
	}
}

static void on_done(void *note);

static void piece_put(struct piece *piece)
{
	if (piece && --piece->users == 0)
		free(piece);
}

static void read_free(struct file_read *read)
{
	content_close(&read->content);
	piece_put(read->piece);
	free(read);
}

/* Once it is DONE the control thread may take it away; who is LEFT has it all alone. */
static void on_job(void *arg)
{
	struct worker *w = arg;
	struct file_reader *reader = w->reader;
	struct loop *loop = w->loop;
	int was = WORKS;

	do_job(w->job, &w->keys);
	ref_get(&reader->ref);
	if (!atomic_compare_exchange_strong(&w->state, &was, DONE)) {
		read_free(w->job);
		atomic_store(&w->stop, true);
		ref_put(&reader->ref);
	} else if (loop_note(loop, on_done, &reader, sizeof(reader), true)) {
		/* a full mailbox: the timer looks as well */
		count_add(COUNT_REJECT_QUEUE, 1);
		ref_put(&reader->ref);
	}
}

static void worker_free(struct worker *w)
{
	struct file_reader *reader = w->reader;

	mailbox_destroy(w->box);
	seal_keys_wipe(&w->keys);
	free(w);
	ref_put(&reader->ref);
}

static void work(void *arg)
{
	struct worker *w = arg;

	while (!atomic_load(&w->stop)) {
		mailbox_wait(w->box, -1);
		mailbox_run(w->box);
	}
	if (atomic_load(&w->state) == LEFT)
		worker_free(w);
}

/* ---- the line --------------------------------------------------------------- */

static void line_take(struct file_read *read) RUNS_ON(on_ctl)
{
	struct file_reader *reader = read->reader;

	TAILQ_REMOVE(&reader->line, read, link);
	read->in_line = false;
	reader->n_opens -= read->deed == FILE_OPEN;
}

/* True: it has one more now. */
static bool begin(struct worker *w, struct file_read *read) RUNS_ON(on_ctl)
{
	w->job = read;
	atomic_store(&w->state, WORKS);
	if (mailbox_post_must(w->box, on_job, w)) { /* no memory: the timer comes back */
		atomic_store(&w->state, IDLE);
		w->job = NULL;
		return false;
	}
	line_take(read);
	read->away = true;
	return true;
}

static void hand_out(struct file_reader *reader) RUNS_ON(on_ctl)
{
	for (unsigned i = 0; i < FILE_READERS; i++) {
		struct worker *w = reader->workers[i];
		struct file_read *first = TAILQ_FIRST(&reader->line);

		if (first && atomic_load(&w->state) == IDLE && !begin(w, first))
			break;
	}
}

static void tick_later(struct file_reader *reader) RUNS_ON(on_ctl)
{
	loop_timer_once(reader->timer,
			LOOK_US < reader->wait_us / 4 ? LOOK_US : reader->wait_us / 4);
	reader->ticks = true;
}

static void enqueue(struct file_read *read, enum file_deed deed) RUNS_ON(on_ctl)
{
	struct file_reader *reader = read->reader;

	read->deed = deed;
	read->since_us = clock_us();
	read->in_line = true;
	reader->n_opens += deed == FILE_OPEN;
	TAILQ_INSERT_TAIL(&reader->line, read, link);
	hand_out(reader);
	if (!reader->ticks)
		tick_later(reader);
}

/* Of one that nobody wants any more, and no thread has. */
static void end(struct file_read *read) RUNS_ON(on_ctl)
{
	if (read->in_line)
		line_take(read);
	if (read->content.fd < 0)
		read_free(read);
	else
		enqueue(read, FILE_CLOSE); /* that may wait for the disk, too */
}

static void tell(struct file_read *read, ssize_t n) RUNS_ON(on_ctl)
{
	if (!read->asked)
		return;
	read->asked = false;
	read->asker.done(read->asker.ctx, n); /* it may be gone now */
}

static void collect(struct worker *w) RUNS_ON(on_ctl)
{
	struct file_read *read = w->job;

	if (atomic_load(&w->state) != DONE)
		return;
	w->job = NULL;
	atomic_store(&w->state, IDLE);
	read->away = false;
	if (read->left)
		end(read);
	else
		tell(read, read->result);
}

static void look(struct file_reader *reader) RUNS_ON(on_ctl)
{
	for (unsigned i = 0; i < FILE_READERS; i++)
		collect(reader->workers[i]);
	hand_out(reader);
}

static void on_done(void *note)
{
	struct file_reader *reader;

	memcpy(&reader, note, sizeof(reader));
	thread_claim(&on_ctl);
	if (!reader->closed)
		look(reader);
	ref_put(&reader->ref);
}

/* ---- who waits too long ------------------------------------------------------ */

static bool is_late(const struct file_read *read, int64_t now_us)
{
	return read && read->asked && now_us - read->since_us > read->reader->wait_us;
}

static struct file_read *late(const struct file_reader *reader, int64_t now_us)
	RUNS_ON(on_ctl)
{
	struct file_read *read;

	for (unsigned i = 0; i < FILE_READERS; i++)
		if (is_late(reader->workers[i]->job, now_us))
			return reader->workers[i]->job;
	TAILQ_FOREACH(read, &reader->line, link)
	if (read->asked)
		return is_late(read, now_us) ? read : NULL; /* the oldest is first */
	return NULL;
}

static bool busy(const struct file_reader *reader) RUNS_ON(on_ctl)
{
	for (unsigned i = 0; i < FILE_READERS; i++)
		if (reader->workers[i]->job)
			return true;
	return !TAILQ_EMPTY(&reader->line);
}

static void on_tick(void *arg)
{
	struct file_reader *reader = arg;
	int64_t now_us = clock_us();
	struct file_read *read;

	thread_claim(&on_ctl);
	look(reader);
	while ((read = late(reader, now_us))) {
		if (!reader->told_us || now_us - reader->told_us > LOG_US) {
			log_warn("file_not_read", "path=%s error=\"the disk is slow\"",
				 read->path);
			reader->told_us = now_us;
		}
		tell(read, -ETIMEDOUT);
	}
	reader->ticks = false;
	if (busy(reader))
		tick_later(reader);
}

/* ---- asking ------------------------------------------------------------------ */

static void ask(struct file_read *read, enum file_deed deed,
		const struct file_asker *asker) RUNS_ON(on_ctl)
{
	read->asker = *asker;
	read->asked = true;
	enqueue(read, deed);
}

int file_read_open(struct file_read **out, struct file_reader *reader, const char *path,
		   const struct file_asker *asker)
{
	size_t len = strlen(path) + 1;
	struct file_read *read;

	if (reader->n_opens >= FILE_LINE) {
		count_add(COUNT_REJECT_QUEUE, 1);
		return -ENOBUFS;
	}
	read = calloc(1, sizeof(*read) + len);
	if (!read)
		return -ENOMEM;
	read->reader = reader;
	read->content.fd = -1;
	memcpy(read->path, path, len);
	*out = read;
	ask(read, FILE_OPEN, asker);
	return 0;
}

ssize_t file_read_now(struct file_read *read, void *out, size_t len, int64_t at)
{
	int64_t fetched = read->fetched - at;
	ssize_t n;

	if (read->waits || read->content.seal || fetched <= 0) {
		read->is_long = read->waits || read->content.seal;
		return -EAGAIN;
	}
	n = content_read_now(&read->content, out,
			     fetched < (int64_t)len ? (size_t)fetched : len, at);
	read->waits = n == -EOPNOTSUPP;
	read->is_long = n < 0;
	return n < 0 ? -EAGAIN : n;
}

/* Up to the end of a sealed chunk: the next ones are read whole then. */
static size_t length(const struct file_read *read, int64_t at, int64_t left)
{
	int64_t want = read->is_long ? FILE_PIECE : SHORT_PIECE;

	if (read->content.seal)
		want -= at % SEAL_CHUNK;
	return (size_t)(left < want ? left : want);
}

/* The one that was there is taken again, once its bytes are out. NULL without memory:
 * whoever shall read into it says so. */
static void piece_fit(struct file_read *read, size_t len) RUNS_ON(on_ctl)
{
	struct piece *piece = read->piece;

	if (piece && piece->users == 1 && piece->size >= len)
		return;
	piece_put(piece);
	read->piece = piece = malloc(sizeof(*piece) + len);
	if (piece)
		*piece = (struct piece){.users = 1, .size = len};
}

void file_read_next(struct file_read *read, int64_t at, int64_t left,
		    const struct file_asker *asker)
{
	size_t len = length(read, at, left);

	piece_fit(read, len);
	read->len = len;
	read->at = at;
	read->last = (int64_t)len == left;
	ask(read, FILE_NEXT, asker);
}

static void piece_left(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	piece_put(arg);
}

int file_read_give(struct file_read *read, struct evbuffer *to)
{
	struct piece *piece = read->piece;

	if (evbuffer_add_reference(to, piece->data, (size_t)read->result, piece_left,
				   piece))
		return -ENOMEM;
	piece->users++;
	return 0;
}

void file_read_close(struct file_read *read)
{
	if (!read)
		return;
	read->asked = false;
	read->left = true;
	if (!read->away)
		end(read);
}

const struct file_content *file_read_content(const struct file_read *read)
{
	return &read->content;
}

const char *file_read_path(const struct file_read *read)
{
	return read->path;
}

/* ---- life -------------------------------------------------------------------- */

static void reader_free(struct ref *ref)
{
	free((struct file_reader *)(void *)ref); /* its first member */
}

static int worker_start(struct worker **out, struct file_reader *reader,
			const struct seal_keys *keys) RUNS_ON(on_ctl)
{
	struct worker *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->reader = reader;
	w->loop = reader->loop;
	ref_get(&reader->ref);
	atomic_init(&w->state, IDLE);
	atomic_init(&w->stop, false);
	if (keys)
		w->keys = *keys;
	err = mailbox_create(&w->box, LETTERS);
	if (!err)
		err = thread_start(&w->thread, NULL, "aula-file", work, w);
	if (err)
		worker_free(w);
	else
		*out = w;
	return err;
}

/* One that hangs keeps what it has, until its disk answers or the process ends. */
static void worker_stop(struct worker *w, int64_t until_us) RUNS_ON(on_ctl)
{
	struct file_read *job = w->job;
	int was = WORKS;

	while (atomic_load(&w->state) == WORKS && clock_us() < until_us)
		poll(NULL, 0, NAP_MS);
	if (atomic_compare_exchange_strong(&w->state, &was, LEFT)) {
		log_warn("file_hangs", "path=%s", job->path);
		thread_leave(w->thread);
		return;
	}
	atomic_store(&w->stop, true);
	mailbox_ring(w->box);
	thread_join(w->thread);
	if (job)
		read_free(job);
	worker_free(w);
}

int file_reader_create(struct file_reader **out, struct loop *loop,
		       const struct seal_keys *keys)
{
	struct file_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	ref_init(&reader->ref, reader_free);
	reader->loop = loop;
	reader->wait_us = FILE_WAIT_US;
	TAILQ_INIT(&reader->line);
	err = loop_timer_create(&reader->timer, loop, on_tick, reader);
	for (unsigned i = 0; i < FILE_READERS && !err; i++)
		err = worker_start(&reader->workers[i], reader, keys);
	if (err)
		file_reader_destroy(reader);
	else
		*out = reader;
	return err;
}

void file_reader_destroy(struct file_reader *reader)
{
	int64_t until_us = clock_us() + FILE_STOP_US;
	struct file_read *read;

	if (!reader)
		return;
	reader->closed = true;
	loop_timer_destroy(reader->timer);
	for (unsigned i = 0; i < FILE_READERS; i++)
		if (reader->workers[i])
			worker_stop(reader->workers[i], until_us);
	while ((read = TAILQ_FIRST(&reader->line))) {
		line_take(read);
		read_free(read); /* of those that were only to be closed */
	}
	ref_put(&reader->ref);
}

void file_reader_wait(struct file_reader *reader, int64_t wait_us)
{
	reader->wait_us = wait_us;
}
