/* class_client.h - a whole scripted member for tests and benches: WebSocket,
 * offer and answer, ICE, DTLS, SRTP. It sends real Opus and H.264 or VP8 when
 * asked to, and counts what it gets. One thread.
 */
#ifndef TESTS_CLASS_CLIENT_H
#define TESTS_CLASS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct class_client;

struct class_client_conf {
	const char *host; /* an IP address */
	uint16_t port;    /* of the WebSocket */
	bool tls;
	const char *code, *name;
	const char *token;    /* NULL: a student */
	bool vp8;             /* takes no H.264 */
	bool tcp;             /* media by ICE-TCP */
	bool no_media;        /* does not answer the offer */
	unsigned maxptime_ms; /* it takes no longer packets of sound; 0: says nothing */
	bool warm;            /* waits before the class: see class_client_enter() */
};

struct class_client_stats {
	uint32_t video, audio, rtx; /* packets */
	uint32_t frames, keys;      /* of video, by marker; key ones of H.264 */
	uint32_t audible;           /* of sound, that were not silent */
	uint32_t lengths[3];        /* of sound, how many of 20, 40 and 60 ms */
	uint64_t bytes;
	uint16_t w_px, h_px;    /* of the last key frame of H.264 */
	int64_t first_video_us; /* clock_us(), 0: none yet */
	uint32_t events;        /* WebSocket messages with a seq */
	uint32_t generation;    /* of the last layout event */
	uint32_t tiles;         /* of it, with a picture in them */
	uint32_t main_kbps;     /* cost of the level main, as the event quality said */
	uint16_t media_port;    /* of the server, as the first offer told */
	char last_event[40];
};

/* Joins, and (unless no_media) waits until media is connected. NULL: not within
 * `timeout_ms`. */
struct class_client *class_client_join(const struct class_client_conf *conf,
				       int timeout_ms);
/* Of a warm one: NULL when it is in the class now, else the error code. */
const char *class_client_enter(struct class_client *c, const char *d);
void class_client_leave(struct class_client *c);  /* says so; NULL is accepted */
void class_client_vanish(struct class_client *c); /* says nothing */

/* Sends a request and waits for its reply: NULL when it was ok, else the error
 * code (valid until the next call), "timeout" without a reply. */
const char *class_client_ask(struct class_client *c, const char *type, const char *d);
/* What that returned is NULL, or is `want`; else it is printed. */
bool class_client_ok(const char *error);
bool class_client_said(const char *error, const char *want);
/* The text of the last ok's reply. */
const char *class_client_reply(const struct class_client *c);
/* A text of it, behind `key` to the next quotation mark. */
void class_client_text(const struct class_client *c, const char *key, char *out,
		       size_t size);
/* That reply is the list of the newest recordings now. False: it asks too often. */
bool class_client_list(struct class_client *c, unsigned limit);

/* Lets `ms` pass: reads, answers offers, and sends what is switched on. */
void class_client_run(struct class_client *c, int ms);

/* Prepared media, 1 s in a circle: encoded once, shared by many clients. */
struct class_media;
struct class_media *class_media_create(bool vp8, uint8_t luma, unsigned tone_hz);
void class_media_destroy(struct class_media *m);
/* From now on run() sends it at its rate; NULL: stops. */
void class_client_send(struct class_client *c, const struct class_media *m, bool video,
		       bool audio);

/* From now on the last second of what it is sent is kept. */
void class_client_listen(struct class_client *c);
/* How loud this tone is in there, dB of full scale. */
double class_client_tone(const struct class_client *c, double hz);

const struct class_client_stats *class_client_stats(const struct class_client *c);

#endif
