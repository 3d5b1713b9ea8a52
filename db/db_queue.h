/* db_queue.h - the io thread: does jobs in order on one connection, again and
 * again where the database is away for a while.
 */
#ifndef DB_DB_QUEUE_H
#define DB_DB_QUEUE_H

#include "base/attr.h"
#include "base/loop.h"
#include "db/db_job.h"

#include <stdbool.h>

struct db_queue;

/* Takes the connection, also on failure. `where` is for opening it again. Answers
 * go to `reply`. */
int db_queue_create(struct db_queue **out, const struct db_driver *driver,
		    const char *where, struct db_conn *conn,
		    struct loop *reply) AULA_MUST_CHECK;

/* On the thread of the reply loop. Does what waits, at most 5 s; what remains is
 * let go, queries being answered by -ECANCELED here. What is posted from then on is
 * refused. NULL is accepted, and one that is stopped. */
void db_queue_stop(struct db_queue *queue);
/* Stops it first. NULL is accepted. */
void db_queue_destroy(struct db_queue *queue);

/* ANY_THREAD. Takes the job, also on failure. -ENOBUFS: DB_QUEUE jobs wait. -ESHUTDOWN:
 * it is stopped. */
int db_queue_post(struct db_queue *queue, struct db_job *job);

/* The same with a reserve of DB_QUEUE_ACTS beyond that. Of one thread alone:
 * db_queue_room() says whether its next one is taken. */
int db_queue_post_act(struct db_queue *queue, struct db_job *job);
bool db_queue_room(const struct db_queue *queue);

/* ANY_THREAD. Jobs that wait or are being done. */
uint32_t db_queue_length(const struct db_queue *queue);

/* ANY_THREAD. */
bool db_queue_healthy(const struct db_queue *queue);

#endif
