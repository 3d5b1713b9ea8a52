#include "tests/client_sdp.h"

void client_sdp(struct sdp *sdp)
{
	static const struct sdp_codec vp8 = {.codec = CODEC_VP8,
					     .pt = CLIENT_VP8,
					     .rtx_pt = CLIENT_VP8_RTX,
					     .nack = true,
					     .pli = true,
					     .twcc = true};
	static const struct sdp_codec h264 = {.codec = CODEC_H264,
					      .pt = CLIENT_H264,
					      .rtx_pt = CLIENT_H264_RTX,
					      .h264_mode = 1,
					      .nack = true,
					      .pli = true,
					      .twcc = true};

	*sdp = (struct sdp){.n_media = 4};
	sdp->media[0] = (struct sdp_media){
		.kind = SDP_AUDIO,
		.in = SDP_IN_VOICE,
		.out = SDP_OUT_MIX,
		.dir = SDP_SEND | SDP_RECV,
		.mid = "a",
		.n_codecs = 1,
		.red_pt = CLIENT_RED,
		.codecs = {{.codec = CODEC_OPUS, .pt = CLIENT_OPUS}}};
	sdp->media[1] = (struct sdp_media){.kind = SDP_VIDEO,
					   .out = SDP_OUT_VIEW,
					   .dir = SDP_RECV,
					   .mid = "v",
					   .n_codecs = 2};
	sdp->media[2] = (struct sdp_media){.kind = SDP_VIDEO,
					   .in = SDP_IN_CAMERA,
					   .dir = SDP_SEND,
					   .mid = "c",
					   .n_codecs = 2};
	sdp->media[3] = (struct sdp_media){.kind = SDP_VIDEO,
					   .in = SDP_IN_SCREEN,
					   .dir = SDP_SEND,
					   .mid = "s",
					   .n_codecs = 2};
	for (int i = 0; i < 4; i++) {
		sdp->media[i].ext[SDP_EXT_MID] = CLIENT_MID;
		sdp->media[i].ext[SDP_EXT_TWCC] = CLIENT_TWCC;
		if (i) {
			sdp->media[i].codecs[0] = vp8;
			sdp->media[i].codecs[1] = h264;
		}
	}
}
