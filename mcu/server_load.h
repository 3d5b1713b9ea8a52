/* server_load.h - what the database kept, at the start: layouts, settings, classes and
 * all that belongs to them. Control thread.
 */
#ifndef MCU_SERVER_LOAD_H
#define MCU_SERVER_LOAD_H

#include "base/attr.h"
#include "base/thread.h"

struct server;

#define SERVER_LOADING_MS 250 /* who comes meanwhile is told to come again after that */

/* Asks for all of it; it comes by the loop. The links are printed when the classes
 * are there. As of db_rooms(). */
int server_load(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
