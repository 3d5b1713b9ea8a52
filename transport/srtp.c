#include "transport/srtp.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/limits.h"
#include "transport/srtp_gcm.h"
#include "transport/srtp_index.h"

#include <arpa/inet.h>
#include <errno.h>
#include <srtp2/srtp.h>
#include <stdlib.h>

#define REPLAY_WINDOW 1024 /* packets */
#define NEAR          1024 /* packets from the last one */
#define SILENT_US     SEC_US

/* Measured; an SHA1 over the whole packet is what makes the difference. */
#define REFUSE_GCM_NS  1460
#define REFUSE_SHA1_NS 5610

struct sender {
	uint32_t ssrc;
	int64_t heard_us; /* its last genuine packet */
	int64_t rtp_us;   /* of RTP; 0: none yet */
	uint16_t seq;     /* its number */
};

struct srtp {
	enum srtp_kind kind;
	srtp_t in;
	uint32_t n_senders;
	struct sender senders[LIMIT_SSRCS]; /* the same as the streams of `in` */
	struct srtp_gcm *gcm;               /* out, one of these two */
	srtp_t out;
	struct srtp_index index; /* of both: one rule for what may be sent */
};

/* ---- life ----------------------------------------------------------------- */

static int make_session(srtp_t *out, enum srtp_kind kind, const struct srtp_half *half,
			srtp_ssrc_type_t direction)
{
	srtp_policy_t policy = {.ssrc.type = direction, .window_size = REPLAY_WINDOW};
	uint8_t key[16 + 14];
	srtp_err_status_t status;

	if (kind == SRTP_KIND_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
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

	if (make_session(&probe, SRTP_KIND_CM_SHA1, &zeros, ssrc_any_inbound) == 0) {
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
	/* Of the template for any SSRC libsrtp makes a stream only after a packet
	 * was authentic, so forged ones cannot fill the table. */
	err = make_session(&srtp->in, keys->kind, &keys->in, ssrc_any_inbound);
	if (!err && keys->kind == SRTP_KIND_GCM)
		err = srtp_gcm_create(&srtp->gcm, &keys->out);
	else if (!err)
		err = make_session(&srtp->out, keys->kind, &keys->out, ssrc_any_outbound);
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
	srtp_gcm_destroy(srtp->gcm);
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

/* The place that a newcomer may take; NULL: there is none. */
static struct sender *place_for_one(struct srtp *srtp, int64_t now_us)
{
	struct sender *oldest = &srtp->senders[0];

	if (srtp->n_senders < LIMIT_SSRCS)
		return &srtp->senders[srtp->n_senders];
	for (uint32_t i = 1; i < LIMIT_SSRCS; i++)
		if (srtp->senders[i].heard_us < oldest->heard_us)
			oldest = &srtp->senders[i];
	return now_us - oldest->heard_us >= SRTP_IDLE_US ? oldest : NULL;
}

static void settle(struct srtp *srtp, struct sender *place, uint32_t ssrc)
{
	if (place == &srtp->senders[srtp->n_senders])
		srtp->n_senders++;
	else
		srtp_remove_stream(srtp->in, htonl(place->ssrc));
	*place = (struct sender){.ssrc = ssrc};
}

static int open_packet(struct srtp *srtp,
		       srtp_err_status_t (*open)(srtp_t session, void *data, int *len),
		       uint8_t *data, size_t *len, uint32_t ssrc, int64_t now_us)
{
	struct sender *sender = sender_of(srtp, ssrc);
	bool known = sender != NULL;
	int n = (int)*len;

	if (!known)
		sender = place_for_one(srtp, now_us);
	if (!sender)
		return -EMFILE;
	if (open(srtp->in, data, &n) != srtp_err_status_ok)
		return -EACCES;
	if (!known)
		settle(srtp, sender, ssrc);
	sender->heard_us = now_us;
	*len = (size_t)n;
	return 0;
}

int srtp_open_rtp(struct srtp *srtp, uint8_t *data, size_t *len, int64_t now_us)
{
	int err = open_packet(srtp, srtp_unprotect, data, len, rd32(data + 8), now_us);
	struct sender *sender;

	if (err)
		return err;
	sender = sender_of(srtp, rd32(data + 8));
	sender->seq = rd16(data + 2);
	sender->rtp_us = now_us;
	return 0;
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

int srtp_open_rtcp(struct srtp *srtp, uint8_t *data, size_t *len, int64_t now_us)
{
	return open_packet(srtp, srtp_unprotect_rtcp, data, len, rd32(data + 4), now_us);
}

/* ---- out ------------------------------------------------------------------ */

int srtp_seal_rtp(struct srtp *srtp, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len)
{
	uint64_t index;
	int err, n;

	if (header_len < 12 || header[0] >> 6 != 2)
		return -EINVAL;
	err = srtp_index_take(&srtp->index, rd32(header + 8), rd16(header + 2), &index);
	if (err)
		return err;
	if (srtp->gcm)
		return srtp_gcm_seal(srtp->gcm, out, header, header_len, payload,
				     payload_len, index);
	memcpy(out, header, header_len);
	memcpy(out + header_len, payload, payload_len);
	n = (int)(header_len + payload_len);
	return srtp_protect(srtp->out, out, &n) == srtp_err_status_ok ? n : -EIO;
}

int srtp_seal_rtcp(struct srtp *srtp, uint8_t *out, const uint8_t *data, size_t len)
{
	int n = (int)len;

	if (len < 8 || data[0] >> 6 != 2)
		return -EINVAL;
	if (srtp->gcm)
		return srtp_gcm_seal_rtcp(srtp->gcm, out, data, len);
	memcpy(out, data, len);
	return srtp_protect_rtcp(srtp->out, out, &n) == srtp_err_status_ok ? n : -EIO;
}
