#include "transport/srtp.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/prefetch.h"
#include "transport/srtp_gcm.h"
#include "transport/srtp_index.h"
#include "transport/srtp_replay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <srtp2/srtp.h>
#include <stdlib.h>

#define REPLAY_WINDOW 1024 /* packets */
#define NEAR          1024 /* packets from the last one */
#define SILENT_US     SEC_US

/* Measured with the longest packets; an SHA1 over all of it is what makes the
 * difference. */
#define REFUSE_GCM_NS  600
#define REFUSE_SHA1_NS 5610

/* With libsrtp the two windows are its own. */
struct sender {
	uint32_t ssrc;
	int64_t heard_us; /* its last genuine packet */
	int64_t rtp_us;   /* of RTP; 0: none yet */
	uint16_t seq;     /* its number */
	struct srtp_replay rtp, rtcp;
};

struct srtp {
	enum srtp_kind kind;
	uint32_t n_senders;
	struct sender *senders;            /* at most LIMIT_SSRCS; of `in` the same */
	struct srtp_gcm *gcm_in, *gcm_out; /* these, */
	srtp_t in, out;                    /* or these */
	struct srtp_index index;           /* out: one rule for what may be sent */
};

/* ---- life ----------------------------------------------------------------- */

static int make_session(srtp_t *out, const struct srtp_half *half,
			srtp_ssrc_type_t direction)
{
	srtp_policy_t policy = {.ssrc.type = direction, .window_size = REPLAY_WINDOW};
	uint8_t key[16 + 14];
	srtp_err_status_t status;

	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	memcpy(key, half->key, 16);
	memcpy(key + 16, half->salt, 14);
	policy.key = key;
	status = srtp_create(out, &policy);
	explicit_bzero(key, sizeof(key));
	return status == srtp_err_status_ok ? 0 : -ENOMEM;
}

/* The library cannot be asked whether it is ready, and fails when it is told to
 * get ready twice; but it makes no session before. */
int srtp_library_init(void)
{
	const struct srtp_half zeros = {{0}, {0}};
	srtp_t probe = NULL;

	if (make_session(&probe, &zeros, ssrc_any_inbound) == 0) {
		srtp_dealloc(probe);
		return 0;
	}
	return srtp_init() == srtp_err_status_ok ? 0 : -EIO;
}

int srtp_session_create(struct srtp **out, const struct srtp_keys *keys)
{
	struct srtp *srtp = calloc(1, sizeof(*srtp));
	int err;

	if (!srtp)
		return -ENOMEM;
	srtp->kind = keys->kind;
	if (keys->kind == SRTP_KIND_GCM) {
		err = srtp_gcm_create(&srtp->gcm_in, &keys->in);
		if (!err)
			err = srtp_gcm_create(&srtp->gcm_out, &keys->out);
	} else {
		/* Of the template for any SSRC libsrtp makes a stream only after a
		 * packet was authentic, so forged ones cannot fill the table. */
		err = make_session(&srtp->in, &keys->in, ssrc_any_inbound);
		if (!err)
			err = make_session(&srtp->out, &keys->out, ssrc_any_outbound);
	}
	if (err)
		srtp_session_destroy(srtp);
	else
		*out = srtp;
	return err;
}

void srtp_session_destroy(struct srtp *srtp)
{
	if (!srtp)
		return;
	if (srtp->in)
		srtp_dealloc(srtp->in);
	if (srtp->out)
		srtp_dealloc(srtp->out);
	srtp_gcm_destroy(srtp->gcm_in);
	srtp_gcm_destroy(srtp->gcm_out);
	free(srtp->senders);
	free(srtp);
}

const char *srtp_session_name(const struct srtp *srtp)
{
	return srtp->kind == SRTP_KIND_GCM ? "AEAD_AES_128_GCM" : "AES128_CM_SHA1_80";
}

/* ---- in ------------------------------------------------------------------- */

static struct sender *sender_of(const struct srtp *srtp, uint32_t ssrc)
{
	for (uint32_t i = 0; i < srtp->n_senders; i++)
		if (srtp->senders[i].ssrc == ssrc)
			return (struct sender *)&srtp->senders[i];
	return NULL;
}

bool srtp_knows(const struct srtp *srtp, uint32_t ssrc)
{
	return sender_of(srtp, ssrc) != NULL;
}

/* Makes a place for one more; who was silent longest may have to go for it. */
static int make_place(struct srtp *srtp, int64_t now_us, struct sender **out)
{
	struct sender *oldest = srtp->senders, *more;

	if (srtp->n_senders < LIMIT_SSRCS) {
		more = realloc(srtp->senders, (srtp->n_senders + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		srtp->senders = more;
		*out = &more[srtp->n_senders];
		return 0;
	}
	for (uint32_t i = 1; i < LIMIT_SSRCS; i++)
		if (srtp->senders[i].heard_us < oldest->heard_us)
			oldest = &srtp->senders[i];
	if (now_us - oldest->heard_us < SRTP_IDLE_US)
		return -EMFILE;
	*out = oldest;
	return 0;
}

/* A newcomer was genuine. */
static void settle(struct srtp *srtp, struct sender *place, const struct sender *fresh)
{
	if (place == &srtp->senders[srtp->n_senders])
		srtp->n_senders++;
	else if (srtp->in)
		srtp_remove_stream(srtp->in, htonl(place->ssrc));
	*place = *fresh;
}

/* How long the readable part is: with CSRCs and header extensions; 0: it does not
 * fit into `len`. */
static size_t header_length(const uint8_t *data, size_t len)
{
	size_t n = 12 + 4 * (size_t)(data[0] & 15);

	if (data[0] >> 6 != 2 || n > len)
		return 0;
	if (data[0] & 0x10) {
		if (len - n < 4)
			return 0;
		n += 4 + 4 * (size_t)rd16(data + n + 2);
	}
	return n <= len ? n : 0;
}

static int gcm_rtp(struct srtp *srtp, struct sender *sender, uint8_t *data, size_t len)
{
	uint64_t index = srtp_replay_guess(&sender->rtp, rd16(data + 2));
	size_t header;
	int n;

	if (len < 12 + SRTP_GCM_TAG)
		return -EACCES;
	header = header_length(data, len - SRTP_GCM_TAG);
	if (!header || !srtp_replay_fresh(&sender->rtp, index))
		return -EACCES;
	n = srtp_gcm_open(srtp->gcm_in, data, header, len, index);
	if (n > 0)
		srtp_replay_mark(&sender->rtp, index);
	return n;
}

static int gcm_rtcp(struct srtp *srtp, struct sender *sender, uint8_t *data, size_t len)
{
	uint64_t index;
	int n;

	if (len < 8 + SRTP_GCM_RTCP_TAIL || data[0] >> 6 != 2)
		return -EACCES;
	index = rd32(data + len - 4) & 0x7fffffff;
	if (!srtp_replay_fresh(&sender->rtcp, index))
		return -EACCES;
	n = srtp_gcm_open_rtcp(srtp->gcm_in, data, len);
	if (n > 0)
		srtp_replay_mark(&sender->rtcp, index);
	return n;
}

/* Returns the length of the plain packet. */
static int open_with(struct srtp *srtp, struct sender *sender, bool rtcp, uint8_t *data,
		     size_t len)
{
	int n = (int)len;

	if (srtp->gcm_in)
		return rtcp ? gcm_rtcp(srtp, sender, data, len)
			    : gcm_rtp(srtp, sender, data, len);
	if (rtcp ? srtp_unprotect_rtcp(srtp->in, data, &n)
		 : srtp_unprotect(srtp->in, data, &n))
		return -EACCES;
	return n;
}

/* Finds the sender, or tries one that is not in the list yet: it gets there only
 * when the packet is genuine. */
static int open_packet(struct srtp *srtp, bool rtcp, uint8_t *data, size_t *len,
		       int64_t now_us, struct sender **out)
{
	struct sender fresh = {.ssrc = rd32(data + (rtcp ? 4 : 8))}, *place = NULL;
	struct sender *sender = sender_of(srtp, fresh.ssrc);
	int n = sender ? 0 : make_place(srtp, now_us, &place);

	if (n < 0)
		return n;
	n = open_with(srtp, sender ? sender : &fresh, rtcp, data, *len);
	if (n < 0)
		return n;
	if (!sender) {
		settle(srtp, place, &fresh);
		sender = place;
	}
	sender->heard_us = now_us;
	*len = (size_t)n;
	*out = sender;
	return 0;
}

int srtp_open_rtp(struct srtp *srtp, uint8_t *data, size_t *len, int64_t now_us)
{
	struct sender *sender;
	int err = open_packet(srtp, false, data, len, now_us, &sender);

	if (err)
		return err;
	sender->seq = rd16(data + 2);
	sender->rtp_us = now_us;
	return 0;
}

int srtp_open_rtcp(struct srtp *srtp, uint8_t *data, size_t *len, int64_t now_us)
{
	struct sender *sender;

	return open_packet(srtp, true, data, len, now_us, &sender);
}

bool srtp_expects(const struct srtp *srtp, uint32_t ssrc, uint16_t seq, int64_t now_us)
{
	const struct sender *sender = sender_of(srtp, ssrc);
	uint16_t ahead;

	if (!sender)
		return false;
	ahead = (uint16_t)(seq - sender->seq + NEAR);
	return !sender->rtp_us || now_us - sender->rtp_us > SILENT_US ||
	       ahead <= 2 * NEAR;
}

int64_t srtp_refusal_ns(const struct srtp *srtp)
{
	return srtp->kind == SRTP_KIND_GCM ? REFUSE_GCM_NS : REFUSE_SHA1_NS;
}

/* ---- out ------------------------------------------------------------------ */

/* The library works in place and on aligned words, which `out` need not be. */
static int library_seal(struct srtp *srtp,
			srtp_err_status_t (*protect)(srtp_t session, void *data, int *n),
			uint8_t *out, uint8_t *buf, size_t len)
{
	int n = (int)len;

	if (protect(srtp->out, buf, &n) != srtp_err_status_ok)
		return -EIO;
	memcpy(out, buf, (size_t)n);
	return n;
}

void srtp_warm(const struct srtp *srtp, bool keys)
{
	if (!keys)
		prefetch(srtp, sizeof(*srtp));
	else if (srtp->gcm_out)
		srtp_gcm_warm(srtp->gcm_out);
}

int srtp_seal_rtp(struct srtp *srtp, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len)
{
	_Alignas(16) uint8_t buf[LIMIT_DATAGRAM + SRTP_MAX_TRAILER_LEN];
	uint64_t index;
	int err;

	if (header_len + payload_len > LIMIT_DATAGRAM)
		return -EMSGSIZE;
	if (header_len < 12 || header[0] >> 6 != 2)
		return -EINVAL;
	err = srtp_index_take(&srtp->index, rd32(header + 8), rd16(header + 2), &index);
	if (err)
		return err;
	if (srtp->gcm_out)
		return srtp_gcm_seal(srtp->gcm_out, out, header, header_len, payload,
				     payload_len, index);
	memcpy(buf, header, header_len);
	memcpy(buf + header_len, payload, payload_len);
	return library_seal(srtp, srtp_protect, out, buf, header_len + payload_len);
}

int srtp_seal_rtcp(struct srtp *srtp, uint8_t *out, const uint8_t *data, size_t len)
{
	_Alignas(16) uint8_t buf[LIMIT_DATAGRAM + SRTP_MAX_TRAILER_LEN];

	if (len > LIMIT_DATAGRAM)
		return -EMSGSIZE;
	if (len < 8 || data[0] >> 6 != 2)
		return -EINVAL;
	if (srtp->gcm_out)
		return srtp_gcm_seal_rtcp(srtp->gcm_out, out, data, len);
	memcpy(buf, data, len);
	return library_seal(srtp, srtp_protect_rtcp, out, buf, len);
}
