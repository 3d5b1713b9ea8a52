/* class_media.h - what class_client sends, packetised; see class_client.h. */
#ifndef TESTS_CLASS_MEDIA_H
#define TESTS_CLASS_MEDIA_H

#include "tests/class_client.h"
#include "transport/blob.h"

#define CLASS_FPS 15

struct class_media {
	bool vp8;
	struct blob *video[CLASS_FPS]; /* the first is a key frame */
	struct blob *audio[50];
};

#endif
