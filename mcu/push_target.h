/* push_target.h - where a class may be sent to: rtmp://host[:port]/app/key, as platforms
 * give it. It holds a key, and is never logged nor stored.
 */
#ifndef MCU_PUSH_TARGET_H
#define MCU_PUSH_TARGET_H

#include "base/conf.h"

/* What is wrong with it, in words that do not repeat it; NULL: nothing. Without
 * `push_hosts` every name is good, and every address of the public network; else only
 * those that are listed, and what ends in one of them that begins with a dot. */
const char *push_target_wrong(const char *url, const struct conf *conf);

#endif
