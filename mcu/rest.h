/* rest.h - plain HTTP: health, metrics, version, recordings. Control thread. */
#ifndef MCU_REST_H
#define MCU_REST_H

#include "base/thread.h"
#include "db/db.h"
#include "mcu/editions.h"
#include "mcu/workshop_text.h"
#include "signaling/http.h"

#include <stdint.h>

struct server;

void rest_request(struct server *server, struct http_request *req) RUNS_ON(on_ctl);

/* Path and signature of a recording's file for this member (its base), good for 10
 * minutes, but not once it was removed. */
void rest_recording_url(const char *id, enum edition edition, uint32_t member, char *out,
			size_t size);

#define REST_MADE_BASE  80
#define REST_MADE_QUERY 160
/* Of all that was made of a recording, see workshop.h: what stands before the name of a
 * file, and behind it and a '?'. Good as long as the other link. */
void rest_made_link(const char *id, uint32_t member, char base[REST_MADE_BASE],
		    char query[REST_MADE_QUERY]);

/* The same links for who has no place in the class: as long as the share with this id is
 * good, but no longer than the others. */
void rest_share_url(const char *id, enum edition edition, const char *share, char *out,
		    size_t size);
void rest_share_made(const char *id, const char *share, char base[REST_MADE_BASE],
		     char query[REST_MADE_QUERY]);

/* A file that a link is for. */
struct rest_file {
	char id[DB_ID + 1];
	enum edition edition;
	char made[WORKSHOP_NAME + 1]; /* one that was made of it; empty: the edition */
};

/* Whom a link was made for (its base), as the link itself says; 0: it names nobody. */
uint32_t rest_link_member(const struct http_request *req);

#endif
