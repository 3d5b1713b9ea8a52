/* rtmp_signs.h - what addresses of platforms are spelled with. Who asks for one and who
 * connects to it go by this table, so that what the one takes the other does, too.
 */
#ifndef BASE_RTMP_SIGNS_H
#define BASE_RTMP_SIGNS_H

#define RTMP_ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#define RTMP_NAME_SIGNS RTMP_ALNUM ".-"
#define RTMP_NAME_MAX   253 /* RFC 1035, 2.3.4 */
/* between brackets */
#define RTMP_V6_SIGNS "0123456789abcdefABCDEF:."
#define RTMP_V6_MIN   2
#define RTMP_V6_MAX   45
/* Each of these stands for itself in a URL (RFC 3986); no space, no control character,
 * nothing that quotes. */
#define RTMP_PATH_SIGNS RTMP_ALNUM "-._~!$&'()*+,;=:@/?%"

#endif
