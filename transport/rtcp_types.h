/* rtcp_types.h - numbers on the wire that the reader and the writers of RTCP
 * share.
 */
#ifndef TRANSPORT_RTCP_TYPES_H
#define TRANSPORT_RTCP_TYPES_H

enum { /* packet types */
       RTCP_SR = 200,
       RTCP_RR = 201,
       RTCP_SDES = 202,
       RTCP_BYE = 203,
       RTCP_RTPFB = 205, /* RFC 4585, transport layer feedback */
       RTCP_PSFB = 206,  /* RFC 4585, payload-specific feedback */
};

enum { /* formats of RTPFB and PSFB */
       RTCP_FMT_NACK = 1,
       RTCP_FMT_TWCC = 15,
       RTCP_FMT_PLI = 1,
       RTCP_FMT_FIR = 4,
       RTCP_FMT_AFB = 15,
};

#define RTCP_REMB_NAME  0x52454d42U /* "REMB" */
#define RTCP_BLOCKS_MAX 31

enum { /* packet status symbols of transport-wide feedback */
       TWCC_LOST = 0,
       TWCC_SMALL = 1, /* delta of 8 bits, unsigned */
       TWCC_LARGE = 2, /* delta of 16 bits, signed */
};

#endif
