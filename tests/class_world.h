/* class_world.h - a whole server in this process with one class in it, on loopback,
 * for tests with scripted clients.
 */
#ifndef TESTS_CLASS_WORLD_H
#define TESTS_CLASS_WORLD_H

#include "base/conf.h"
#include "mcu/server.h"
#include "tests/class_client.h"

#include <stdbool.h>
#include <stdint.h>

struct class_world {
	struct conf conf;
	struct server *server; /* of the main thread */
	char dir[64];          /* its files */
	char code[8], token[AUTH_TOKEN + 1];
	uint16_t port;
};

/* A server of a test: loopback, ports of the kernel's choosing, no TLS, its files in
 * `dir`, plugins of PLUGIN_DIR or of this build. */
void class_world_conf(struct conf *conf, const char *dir);

/* Starts a server (after `tune`, unless that is NULL, changed its configuration),
 * makes a class, runs clients(world) on a thread beside it, and takes it down when
 * that ends. Returns what main() shall. */
int class_world_run(void (*tune)(struct conf *conf),
		    void (*clients)(struct class_world *world));

/* The same n times, each with a server anew on what the one before has stored: the same
 * class, other clients. */
int class_world_run_each(void (*tune)(struct conf *conf),
			 void (*const clients[])(struct class_world *world), int n);

/* Runs fn(arg) on the server's thread, and returns when it is done. */
void class_world_on(const struct class_world *world, void (*fn)(void *arg), void *arg);

/* The class; it is not always the first of the server's. */
struct room *class_world_room(const struct class_world *world) RUNS_ON(on_ctl);

/* Does the time of its recording go on? */
bool class_world_records(const struct class_world *world);

/* Joins the class, as a lecturer when `token` is given. */
struct class_client *class_world_join(const struct class_world *world, const char *name,
				      bool lecturer, bool vp8, bool tcp);

/* Runs all for `ms`. */
void class_world_pass(struct class_client **list, int n, int ms);

/* Runs all until `cond`, which may take long on a busy machine. */
#define RUN_UNTIL(list, n, cond) \
	do { \
		int64_t end_us_ = clock_us() + 200 * SEC_US; \
		bool so_; /* asked once each time: the answer may cost a request */ \
		while (!(so_ = (cond)) && clock_us() < end_us_) \
			class_world_pass(list, n, 20); \
		if (!so_) \
			fprintf(stderr, "never so: %s\n", #cond); \
		CHECK(so_); \
	} while (0)

#endif
