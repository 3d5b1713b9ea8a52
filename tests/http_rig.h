/* http_rig.h - an HTTP server on loopback in a thread of its own, for tests.
 *
 * It answers /echo with what it got, /file with a file, /memory with the
 * same as one that is in memory, /later from another turn
 * of the loop, /away with a redirect, /big with 3 MB, else 404. What is PUT to /up is
 * summed up, to /up/full refused once it began, elsewhere at once. A WebSocket gets
 * its texts back; "keep" keeps it, "close" closes it with 4000, "flood" sends
 * until the queue is full. "burst" gets RIG_BURST events, "stuff" RIG_STUFF and
 * "snap" one of RIG_SNAP bytes; "hint" gets a hint, "late" one behind 100 events.
 */
#ifndef TESTS_HTTP_RIG_H
#define TESTS_HTTP_RIG_H

#include "signaling/http_conn.h"

#define RIG_EVENT 1000 /* bytes of an event */
#define RIG_BURST 8
#define RIG_STUFF 1500
#define RIG_SNAP  600000

struct rig;
struct ws_client;

/* Without TLS, on loopback. */
extern const struct http_conf rig_plain;
/* Short ones for WebSockets. */
extern const struct http_times rig_ws_quick;

/* `times` NULL: the usual ones. Ends the test when it cannot. */
struct rig *rig_create(const struct http_conf *conf, const struct http_times *times);
void rig_destroy(struct rig *rig);
uint16_t rig_port(const struct rig *rig);
/* The file behind /file. */
void rig_file(struct rig *rig, const char *path);
/* Runs on the control thread, waits for its end. */
void rig_call(struct rig *rig, void (*fn)(struct http_server *server));
struct ws_client *rig_ws_dial(struct rig *rig);
int rig_ws_open(struct rig *rig); /* events seen so far */
int rig_ws_closed(struct rig *rig);
void rig_ws_wait_closed(struct rig *rig, int n);
int rig_ws_texts(struct rig *rig);
int rig_gone(struct rig *rig);         /* uploads whose client left */
int rig_flood_result(struct rig *rig); /* of the ws_send that ended "flood" */
int rig_hint_result(struct rig *rig);  /* of the last ws_send_hint */

#endif
