/* sdp_samples.h - descriptions as the clients of the field write them, put
 * together by hand from what was observed of each.
 */
#ifndef TESTS_SDP_SAMPLES_H
#define TESTS_SDP_SAMPLES_H

/* the standard promises 4095 characters only; the compilers take more */
#pragma GCC diagnostic ignored "-Woverlength-strings"

#define PRINT_A \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:" \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:01"
#define PRINT_B \
	"10:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:" \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:02"

#define URI_MID      "urn:ietf:params:rtp-hdrext:sdes:mid"
#define URI_RID      "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define URI_RRID     "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define URI_LEVEL    "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define URI_TOFFSET  "urn:ietf:params:rtp-hdrext:toffset"
#define URI_ABS      "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
#define URI_PLAYOUT  "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
#define URI_ROTATION "urn:3gpp:video-orientation"
#define URI_TWCC \
	"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/* Chromium: everything per section, mDNS candidates only */
#define CHROMIUM_ICE \
	"c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n" \
	"a=candidate:1 1 udp 2113937151 0a1b-2c.local 51234 typ host generation 0\r\n" \
	"a=ice-ufrag:Ab+/\r\na=ice-pwd:abcdefghijklmnopqrstuv+/\r\n" \
	"a=ice-options:trickle\r\na=fingerprint:sha-256 " PRINT_A \
	"\r\na=setup:actpass\r\n"

#define CHROMIUM_FB(pt) \
	"a=rtcp-fb:" pt " goog-remb\r\na=rtcp-fb:" pt " transport-cc\r\n" \
	"a=rtcp-fb:" pt " ccm fir\r\na=rtcp-fb:" pt " nack\r\na=rtcp-fb:" pt \
	" nack pli\r\n"

#define CHROMIUM_RTX(pt, apt) "a=rtpmap:" pt " rtx/90000\r\na=fmtp:" pt " apt=" apt "\r\n"

#define CHROMIUM_H264(pt, mode, profile, rtx) \
	"a=rtpmap:" pt " H264/90000\r\n" CHROMIUM_FB( \
		pt) "a=fmtp:" pt " level-asymmetry-allowed=1;packetization-mode=" mode \
		    ";profile-level-id=" profile "\r\n" CHROMIUM_RTX(rtx, pt)

#define CHROMIUM_AUDIO(dir) \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n" CHROMIUM_ICE \
	"a=mid:0\r\na=extmap:1 " URI_LEVEL "\r\na=extmap:2 " URI_ABS "\r\n" \
	"a=extmap:3 " URI_TWCC "\r\na=extmap:4 " URI_MID "\r\na=" dir "\r\n" \
	"a=rtcp-mux\r\na=rtcp-rsize\r\na=rtcp-xr:rcvr-rtt=all\r\n" \
	"a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n" \
	"a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n" \
	"a=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n" \
	"a=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n" \
	"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n"

#define CHROMIUM_VIDEO(mid, dir) \
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107 108 109 114 115 116 117 118 39 " \
	"40 " \
	"45 46 98 99 100 101 119 120 123\r\n" CHROMIUM_ICE "a=mid:" mid \
	"\r\na=extmap:14 " URI_TOFFSET "\r\na=extmap:2 " URI_ABS "\r\n" \
	"a=extmap:13 " URI_ROTATION "\r\na=extmap:3 " URI_TWCC "\r\n" \
	"a=extmap:5 " URI_PLAYOUT "\r\n" \
	"a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/video-content-type\r\n" \
	"a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/video-timing\r\n" \
	"a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space\r\n" \
	"a=extmap:4 " URI_MID "\r\na=extmap:10 " URI_RID "\r\na=extmap:11 " URI_RRID \
	"\r\n" \
	"a=" dir "\r\na=rtcp-mux\r\na=rtcp-rsize\r\n" \
	"a=rtpmap:96 VP8/90000\r\n" CHROMIUM_FB("96") CHROMIUM_RTX("97", "96") CHROMIUM_H264( \
		"103", "1", "42001f", \
		"104") CHROMIUM_H264("107", "0", "42001f", \
				     "108") CHROMIUM_H264("109", "1", "42e01f", \
							  "114") CHROMIUM_H264("115", \
									       "0", \
									       "42e01f", \
									       "116") \
		CHROMIUM_H264("117", "1", "4d001f", "118") CHROMIUM_H264( \
			"39", "0", "4d001f", \
			"40") "a=rtpmap:45 " \
			      "AV1/" \
			      "90000\r" \
			      "\n" CHROMIUM_FB("45") "a=fmtp:45 " \
						     "level-idx=5;profile=0;tier=" \
						     "0\r\n" CHROMIUM_RTX("46", "45") "a=rtpmap:98 VP9/90000\r\n" CHROMIUM_FB("98") "a=fmtp:98 profile-id=0\r\n" CHROMIUM_RTX( \
							     "99", \
							     "98") "a=" \
								   "rtpmap:" \
								   "100 " \
								   "VP9/" \
								   "90000\r" \
								   "\n" CHROMIUM_FB( \
									   "10" \
									   "0") "a=" \
										"fmtp:" \
										"100 " \
										"profil" \
										"e-id=" \
										"2\r" \
										"\n" CHROMIUM_RTX("101", \
												  "100") "a=" \
													 "rtpm" \
													 "ap:" \
													 "119 " \
													 "red/" \
													 "9000" \
													 "0\r" \
													 "\n" CHROMIUM_RTX( \
														 "120", \
														 "119") "a=rtpmap:123 ulpfec/90000\r\n"

#define CHROMIUM_HEAD(mids) \
	"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" \
	"a=group:BUNDLE " mids "\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS x\r\n"

#define CHROMIUM_SENDS \
	"a=msid:x cam\r\na=ssrc-group:FID 1111 2222\r\na=ssrc:1111 cname:abc\r\n" \
	"a=ssrc:1111 msid:x cam\r\na=ssrc:2222 cname:abc\r\n"

#define CHROMIUM_SENDRECV \
	CHROMIUM_HEAD("0 1") \
	CHROMIUM_AUDIO("sendrecv") \
	"a=ssrc:3333 cname:abc\r\n" CHROMIUM_VIDEO("1", "sendrecv") CHROMIUM_SENDS

#define CHROMIUM_RECVONLY \
	CHROMIUM_HEAD("0 1") CHROMIUM_AUDIO("recvonly") CHROMIUM_VIDEO("1", "recvonly")

#define CHROMIUM_SIMULCAST \
	CHROMIUM_HEAD("0 1 2 3") \
	CHROMIUM_AUDIO("sendonly") \
	CHROMIUM_VIDEO("1", "sendonly") \
	"a=rid:q send\r\na=rid:h " \
	"send\r\na=rid:f " \
	"send\r\na=simulcast:send " \
	"q;h;f\r\n" CHROMIUM_VIDEO("2", "recvonly") "m=application 9 " \
						    "UDP/DTLS/SCTP " \
						    "webrtc-" \
						    "datachannel\r" \
						    "\n" CHROMIUM_ICE \
						    "a=mid:3\r\na=sctp-" \
						    "port:5000\r\na=" \
						    "max-message-size:" \
						    "262144\r\n"

/* Firefox: fingerprint, direction and options at session level; port 0 with
 * bundle-only and no ICE of its own in the second section; feedback lines left
 * over for a payload type that was taken out */
#define FIREFOX \
	"v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 7384598237459823 0 IN IP4 0.0.0.0\r\n" \
	"s=-\r\nt=0 0\r\na=sendrecv\r\na=fingerprint:sha-256 " PRINT_A "\r\n" \
	"a=group:BUNDLE 0 1\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n" \
	"m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101\r\nc=IN IP4 0.0.0.0\r\n" \
	"a=extmap:1 " URI_LEVEL "\r\n" \
	"a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level\r\n" \
	"a=extmap:3 " URI_MID \
	"\r\na=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1\r\n" \
	"a=fmtp:101 0-15\r\na=ice-pwd:0123456789abcdef0123456789abcdef\r\n" \
	"a=ice-ufrag:deadbeef\r\na=mid:0\r\na=msid:{s} {a}\r\na=rtcp-mux\r\n" \
	"a=rtpmap:109 opus/48000/2\r\na=rtpmap:9 G722/8000/1\r\na=rtpmap:0 " \
	"PCMU/8000\r\n" \
	"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 " \
	"telephone-event/8000/1\r\na=setup:actpass\r\n" \
	"a=ssrc:44 cname:{c}\r\n" \
	"m=video 0 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127\r\nc=IN IP4 0.0.0.0\r\n" \
	"a=bundle-only\r\na=extmap:3 " URI_MID "\r\na=extmap:4 " URI_ABS "\r\n" \
	"a=extmap:5 " URI_TOFFSET "\r\na=extmap:6/recvonly " URI_PLAYOUT "\r\n" \
	"a=extmap:7 " URI_TWCC "\r\n" \
	"a=fmtp:126 " \
	"profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1\r\n" \
	"a=fmtp:120 max-fs=12288;max-fr=60\r\na=fmtp:124 apt=120\r\n" \
	"a=fmtp:121 max-fs=12288;max-fr=60\r\na=fmtp:125 apt=121\r\na=fmtp:127 " \
	"apt=126\r\n" \
	"a=mid:1\r\na=rtcp-fb:120 nack\r\na=rtcp-fb:120 nack pli\r\na=rtcp-fb:120 ccm " \
	"fir\r\n" \
	"a=rtcp-fb:120 goog-remb\r\na=rtcp-fb:120 transport-cc\r\na=rtcp-fb:97 nack\r\n" \
	"a=rtcp-fb:97 nack pli\r\na=fmtp:97 profile-level-id=junk\r\n" \
	"a=rtcp-fb:126 nack\r\na=rtcp-fb:126 nack pli\r\na=rtcp-fb:126 transport-cc\r\n" \
	"a=rtcp-rsize\r\na=rtpmap:120 VP8/90000\r\na=rtpmap:124 rtx/90000\r\n" \
	"a=rtpmap:121 VP9/90000\r\na=rtpmap:125 rtx/90000\r\na=rtpmap:126 " \
	"H264/90000\r\n" \
	"a=rtpmap:127 rtx/90000\r\na=setup:actpass\r\na=ssrc:55 cname:{c}\r\n" \
	"a=ssrc:66 cname:{c}\r\na=ssrc-group:FID 55 66\r\n"

/* aiortc 1.4: credentials and ports of each section its own, id 2 twice */
#define AIORTC \
	"v=0\r\no=- 3900000000 3900000000 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" \
	"a=group:BUNDLE 0 1\r\na=msid-semantic:WMS *\r\n" \
	"m=audio 41111 UDP/TLS/RTP/SAVPF 96 0 8\r\nc=IN IP4 192.0.2.7\r\na=sendrecv\r\n" \
	"a=extmap:1 " URI_MID "\r\na=extmap:2 " URI_LEVEL \
	"\r\na=mid:0\r\na=msid:u v\r\n" \
	"a=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=ssrc:77 cname:q\r\n" \
	"a=rtpmap:96 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n" \
	"a=candidate:1 1 udp 2130706431 192.0.2.7 41111 typ " \
	"host\r\na=end-of-candidates\r\n" \
	"a=ice-ufrag:aud1\r\na=ice-pwd:AAAAAAAAAAAAAAAAAAAAAA\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\na=setup:actpass\r\n" \
	"m=video 42222 UDP/TLS/RTP/SAVPF 97 98 99 100 101 102\r\nc=IN IP4 192.0.2.7\r\n" \
	"a=sendrecv\r\na=extmap:1 " URI_MID "\r\na=extmap:2 " URI_ABS "\r\na=mid:1\r\n" \
	"a=rtcp-mux\r\na=ssrc-group:FID 88 99\r\na=ssrc:88 cname:q\r\na=ssrc:99 " \
	"cname:q\r\n" \
	"a=rtpmap:97 VP8/90000\r\na=rtcp-fb:97 nack\r\na=rtcp-fb:97 nack pli\r\n" \
	"a=rtcp-fb:97 goog-remb\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=97\r\n" \
	"a=rtpmap:99 H264/90000\r\na=rtcp-fb:99 nack\r\na=rtcp-fb:99 nack pli\r\n" \
	"a=fmtp:99 " \
	"packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=42001f\r\n" \
	"a=rtpmap:100 rtx/90000\r\na=fmtp:100 apt=99\r\na=rtpmap:101 H264/90000\r\n" \
	"a=rtcp-fb:101 nack\r\na=fmtp:101 packetization-mode=1;" \
	"level-asymmetry-allowed=1;profile-level-id=42e01f\r\na=rtpmap:102 " \
	"rtx/90000\r\n" \
	"a=fmtp:102 apt=101\r\na=ice-ufrag:vid1\r\na=ice-pwd:VVVVVVVVVVVVVVVVVVVVVV\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\na=setup:actpass\r\n"

/* GStreamer: upper-case names, pli without nack, mids with words */
#define GSTREAMER \
	"v=0\r\no=- 7013982411 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 " \
	"0\r\na=ice-options:trickle\r\n" \
	"a=group:BUNDLE video0 audio1\r\n" \
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\n" \
	"a=ice-ufrag:G+tr\r\na=ice-pwd:gggggggggggggggggggggggg\r\na=rtcp-mux\r\n" \
	"a=rtcp-rsize\r\na=sendonly\r\na=rtpmap:96 H264/90000\r\na=rtcp-fb:96 nack " \
	"pli\r\n" \
	"a=rtcp-fb:96 ccm fir\r\na=framerate:15\r\n" \
	"a=fmtp:96 " \
	"packetization-mode=1;profile-level-id=42c016;sprop-parameter-sets=Z0LA\r\n" \
	"a=ssrc:901 cname:user\r\na=mid:video0\r\na=rtcp-mux-only\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\n" \
	"a=candidate:1 1 TCP 1015021823 fe80::1 9 typ host tcptype active\r\n" \
	"m=audio 0 UDP/TLS/RTP/SAVPF 97\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\n" \
	"a=ice-ufrag:G+tr\r\na=ice-pwd:gggggggggggggggggggggggg\r\na=bundle-only\r\n" \
	"a=rtcp-mux\r\na=sendonly\r\na=rtpmap:97 OPUS/48000/2\r\n" \
	"a=fmtp:97 sprop-stereo=1\r\na=ssrc:902 cname:user\r\na=mid:audio1\r\n" \
	"a=rtcp-mux-only\r\na=fingerprint:sha-256 " PRINT_A "\r\n"

/* A browser's answer to our offer: Chromium's, with an own payload type order. */
#define ANSWER_TRANSPORT \
	"c=IN IP4 0.0.0.0\r\na=ice-ufrag:Ab+/\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n" \
	"a=fingerprint:sha-256 " PRINT_A "\r\na=setup:active\r\na=rtcp-mux\r\n"
#define ANSWER_HEAD \
	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v c\r\n"
#define ANSWER_A \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n" ANSWER_TRANSPORT \
	"a=mid:a\r\na=sendrecv\r\n" \
	"a=extmap:5 " URI_LEVEL "\r\na=extmap:4 " URI_TWCC "\r\na=extmap:1 " URI_MID \
	"\r\n" \
	"a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n" \
	"a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n" \
	"a=fmtp:63 111/111\r\na=ssrc:9 cname:z\r\n"
#define ANSWER_V \
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\n" ANSWER_TRANSPORT \
	"a=mid:v\r\na=recvonly\r\na=extmap:4 " URI_TWCC "\r\na=extmap:1 " URI_MID "\r\n" \
	"a=extmap:9 " URI_PLAYOUT "\r\n" \
	"a=rtpmap:96 H264/90000\r\na=fmtp:96 level-asymmetry-allowed=1;" \
	"packetization-mode=1;profile-level-id=42e01f\r\na=rtcp-fb:96 nack\r\n" \
	"a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 VP8/90000\r\n" \
	"a=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n"
#define ANSWER_C \
	"m=video 9 UDP/TLS/RTP/SAVPF 98 99 96\r\n" ANSWER_TRANSPORT \
	"a=mid:c\r\na=sendonly\r\na=extmap:1 " URI_MID "\r\n" \
	"a=rtpmap:98 VP8/90000\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n" \
	"a=rtpmap:96 H264/90000\r\na=fmtp:96 " \
	"packetization-mode=0;profile-level-id=42e01f\r\n" \
	"a=ssrc-group:FID 5 6\r\na=ssrc:5 cname:z\r\na=ssrc:6 cname:z\r\n"
#define ANSWER ANSWER_HEAD ANSWER_A ANSWER_V ANSWER_C

#endif
