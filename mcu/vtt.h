/* vtt.h - is a text WebVTT that players can be given as captions? Of
 * https://www.w3.org/TR/webvtt1/ what captions need: cues in the order of their times,
 * with their settings, tags and comments. No styles and no regions: those would be ours
 * to answer for. Pure.
 */
#ifndef MCU_VTT_H
#define MCU_VTT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define VTT_LINE 2000 /* bytes of one at most */
#define VTT_TEXT 4000 /* bytes of a cue's text */

struct vtt_fault {
	uint32_t line;   /* from 1 */
	const char *why; /* a few words in English; NULL: none */
};

/* All of it or nothing: -EINVAL with a fault; else the number of its cues. At most
 * LIMIT_CAPTIONS bytes, LIMIT_CAPTION_CUES cues, times of LIMIT_DERIVE_MS. */
int vtt_check(const char *text, size_t len, struct vtt_fault *fault) AULA_MUST_CHECK;

#define VTT_LANGUAGE 35 /* bytes */

/* A language tag (RFC 5646: a language, and what follows it) as it is usually written:
 * "pt-br" is "pt-BR". -EINVAL: it is none. */
int vtt_language(const char *tag, char out[VTT_LANGUAGE + 1]) AULA_MUST_CHECK;

#endif
