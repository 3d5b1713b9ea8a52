/* limits.h - every limit on what comes from outside, in one place. A test
 * exists at each value and one beyond it.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* datagrams, STUN, DTLS */
#define LIMIT_DATAGRAM       1500 /* bytes */
#define LIMIT_STUN_ATTRS     32
#define LIMIT_TUPLES         16 /* validated 5-tuples per peer; the oldest idle one goes */
#define LIMIT_DTLS_DATAGRAMS 32 /* per handshake */
#define LIMIT_DTLS_BYTES     65536
#define LIMIT_DTLS_SEC       10
#define LIMIT_PEERS          8192 /* per net thread */
#define LIMIT_NETS           8    /* net threads */

#define LIMIT_CERT_BYTES       4096 /* DER of a client's certificate */
#define LIMIT_CONSENT_SEC      30   /* without a valid check: nothing is sent */
#define LIMIT_LAPSED_MS        4000 /* from then on, until the link is down */
#define LIMIT_TCP_CONNS        4096 /* media over TCP, per listener */
#define LIMIT_TCP_STRANGERS    256  /* of them without a valid check yet */
#define LIMIT_TCP_STRANGERS_IP 32   /* the same, from one address */
#define LIMIT_TCP_STRANGER_SEC 10
#define LIMIT_TCP_QUEUE        65536 /* bytes waiting per connection, out */

/* RTP and RTCP */
#define LIMIT_SSRCS            8  /* per peer, in */
#define LIMIT_PTS              16 /* per media section */
#define LIMIT_RTP_EXTS         14
#define LIMIT_RTCP_BLOCKS      31
#define LIMIT_TWCC_STATUSES    4096 /* packets spoken of in one RTCP compound */
#define LIMIT_PACKETS_SEC      2000 /* from one peer */
#define LIMIT_BITS_SEC         8000000
#define LIMIT_FORGED_SEC       2000      /* not genuine, to one peer; see link_in.c */
#define LIMIT_FORGED_NS_SEC    350000000 /* the time they may cost */
#define LIMIT_CHECKS_SEC       50        /* connectivity checks of one source */
#define LIMIT_DTLS_PACKETS_SEC 100       /* from one peer */
#define LIMIT_REORDER_US       500000
#define LIMIT_AU_BYTES         1048576
#define LIMIT_REORDER_PACKETS  1024

/* decoders */
#define LIMIT_PIXELS       (1920 * 1200) /* of one picture */
#define LIMIT_SIZE_CHANGES 12            /* per 10 s; a window dragged larger has many */

/* SDP */
#define LIMIT_SDP_BYTES 32768
#define LIMIT_SDP_LINES 800
#define LIMIT_SDP_LINE  2048 /* bytes of one */
#define LIMIT_SDP_MEDIA 6

/* HTTP, WebSocket, JSON */
#define LIMIT_HTTP_LINE      2048
#define LIMIT_HTTP_HEAD      8192
#define LIMIT_HTTP_FIELDS    64
#define LIMIT_HTTP_BODY      65536
#define LIMIT_HTTP_HEAD_SEC  5
#define LIMIT_HTTP_BODY_SEC  10
#define LIMIT_HTTP_CONNS     2000 /* without a session, all together */
#define LIMIT_HTTP_CONNS_IP  64   /* without a session, from one address */
#define LIMIT_WS_MESSAGE     65536
#define LIMIT_WS_FRAGMENTS   32
#define LIMIT_WS_RATE        50        /* messages a second, burst twice that */
#define LIMIT_WS_QUEUE       262144    /* bytes waiting: above, its requests wait too */
#define LIMIT_WS_QUEUE_HARD  2097152   /* bytes waiting: above, it is reset */
#define LIMIT_WS_QUEUES      268435456 /* bytes waiting for all together, see ws.c */
#define LIMIT_WS_HINTS       65536     /* bytes waiting: above, it gets no hints */
#define LIMIT_WS_STUCK_SEC   5         /* above LIMIT_WS_QUEUE, to take */
#define LIMIT_WS_STUCK_BYTES 8192      /* at least so much */
#define LIMIT_WS_AUTH_SEC    5
#define LIMIT_JSON_DEPTH     16
#define LIMIT_JSON_NODES     2000

/* what people write, in Unicode code points, and in bytes */
#define LIMIT_NAME       64
#define LIMIT_NAME_BYTES 256
#define LIMIT_CHAT_BYTES 4096
#define LIMIT_TITLE      128
/* of polls, in bytes */
#define LIMIT_POLL_QUESTION 1000
#define LIMIT_POLL_OPTION   200

/* rooms */
#define LIMIT_ROOMS        256
#define LIMIT_ROOM_MEMBERS 8000
#define LIMIT_WATCHERS     8192  /* without a seat, all together; see mcu/watchers.h */
#define LIMIT_WAITING      2000  /* before a class, all together; see mcu/porch.h */
#define LIMIT_CELLS        49    /* of one scene */
#define LIMIT_LAYOUT_TEXT  95    /* bytes: a layout's name and its parameters */
#define LIMIT_OWN_LAYOUTS  64    /* that administrators made */
#define LIMIT_OWN_LAYOUT   16384 /* bytes of JSON of one */
#define LIMIT_VOICES       8     /* decoded at once in one mix */
#define LIMIT_SOURCES      24576 /* per process */
#define LIMIT_RECORDINGS   24    /* at once per process */
#define LIMIT_MARKS        500   /* of one recording */
#define LIMIT_MARK_BYTES   200   /* of its text */
#define LIMIT_TRACKS       64    /* of one recording that are written at a time */
#define LIMIT_TRACK_FILES  1000  /* of one recording */
#define LIMIT_OWNER_FILES  100   /* of a kind, of one member: saved up; see sheet.h */
#define LIMIT_OWNER_SEC    10    /* in which it gets one more */
#define LIMIT_OWNER_SHARE  200   /* of all kinds, of one: beyond it while half is free */
#define LIMIT_TRACKS_KNOWN 1024  /* of whom one recording knows at a time */
#define LIMIT_HAPPENINGS   1000  /* of one recording, noted by the server */
#define LIMIT_CAPTIONS     1048576 /* bytes of one file of them */
#define LIMIT_CAPTION_CUES 20000
#define LIMIT_LANGUAGES    16 /* in which one recording has captions */
#define LIMIT_SHARES       50 /* links to one recording that are good at once */
#define LIMIT_CUTS         20 /* of recordings that wait, of all classes */
#define LIMIT_JOINS        8  /* recordings that become one */

/* Coming and coming back without a lecturer's link: a second, and saved up. The
 * first two are defaults of the configuration, each burst so many seconds' worth. */
#define LIMIT_JOINS_SEC      50 /* of one class */
#define LIMIT_JOINS_BURST    (6 * LIMIT_JOINS_SEC)
#define LIMIT_JOINS_IP_SEC   5 /* from one address */
#define LIMIT_JOINS_IP_BURST (20 * LIMIT_JOINS_IP_SEC)
#define LIMIT_RESUMES_SEC    1 /* of one member */
#define LIMIT_RESUMES_BURST  10

/* decks of pages, see slides/ */
#define LIMIT_DECK_PAGES  500
#define LIMIT_DECK_PIXELS 40000000   /* of one picture that is uploaded */
#define LIMIT_ARTS        32         /* pictures that layouts may show */
#define LIMIT_ART_BYTES   8388608    /* of the file of one */
#define LIMIT_ART_SIDE    4096       /* px of it */
#define LIMIT_DECKS       50         /* of one class */
#define LIMIT_DECKS_OWN   5          /* of one who is not of the staff */
#define LIMIT_DECK_JOBS   64         /* pages that wait to be drawn, in all */
#define LIMIT_UPLOAD      1073741824 /* bytes of a body that is streamed to a file */
#define LIMIT_UPLOADS     16         /* at once, in all */
#define LIMIT_UPLOAD_SEC  1800       /* the whole of it */
#define LIMIT_CLIPS       4          /* that are played, in all classes */
#define LIMIT_CLIP_MS     600000
#define LIMIT_CLIP_SIDE   1920    /* px of a picture, the longer one */
#define LIMIT_CLIP_PIXELS 2088960 /* 1920 x 1088 */

/* recordings that files are made of, see derive/ */
#define LIMIT_DERIVE_MS     INT64_C(43200000) /* 12 h */
#define LIMIT_DERIVE_SIDE   4096              /* px of a picture, the longer one */
#define LIMIT_CHAPTERS      1000              /* of one recording */
#define LIMIT_CHAPTERS_TEXT 524288            /* bytes of JSON of all of them */
#define LIMIT_CHAPTER_TITLE 400               /* bytes of one title */
#define LIMIT_DERIVE_PARTS  48                /* files that are joined */

#endif
