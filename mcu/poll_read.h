/* poll_read.h - questions and answers as clients send them. Pure. */
#ifndef MCU_POLL_READ_H
#define MCU_POLL_READ_H

#include "base/attr.h"
#include "mcu/poll.h"

#include <cjson/cJSON.h>

/* Of a request. -EINVAL with the bad field. */
int poll_ask_read(struct poll_ask *out, const cJSON *d,
		  const char **field) AULA_MUST_CHECK;
/* Of a request: the bits of `choice` or of `choices`. -EINVAL: not for this question. */
int poll_choices_read(const struct poll_ask *ask, const cJSON *d,
		      uint16_t *out) AULA_MUST_CHECK;

#endif
