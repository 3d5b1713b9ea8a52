/* live_rig.h - a class whose recording is fetched by HTTP while it runs: a whole server,
 * a folder as the plugin of HLS leaves it, and requests; for tests.
 */
#ifndef TESTS_LIVE_RIG_H
#define TESTS_LIVE_RIG_H

#include "mcu/rest_live.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"

#include <stdbool.h>

#define RIG_ID   "abcdefghij0123456789"
#define RIG_PART "/recordings/" RIG_ID ".live.part.hls"
#define RIG_DONE "/recordings/" RIG_ID ".live.hls"

#define OK(c, type, d) CHECK(!rights_ask(&(c), type, d))

extern struct live_rig {
	struct class_world *world;
	struct rights_client lecturer, pupil;
	char base[LIVE_URL]; /* of the pupil's link, with its last slash */
	char last[300000];   /* reply, with its head */
} rig;

/* The folder is there, and both are in the class; nothing runs yet, and the
 * database knows it as over. Returns what holds the lock of the folder. */
int rig_open(struct class_world *world);
void rig_close(int lock);

/* As if the recording ran. */
void rig_set_running(bool on);
/* Asks for the pupil's link. */
void rig_link(void);

void rig_path_of(char out[300], const char *folder, const char *name);
/* With a time of change so many seconds from now. */
void rig_put(const char *folder, const char *name, const char *text, int at_s);
void rig_put_list(const char *folder, const char *name, int n, int at_s);

/* The status of the reply. */
int rig_ask(const char *method, const char *target, const char *fields, const char *body);
int rig_get(const char *target);
int rig_get_named(const char *name); /* below the pupil's link */
const char *rig_body(void);

#endif
