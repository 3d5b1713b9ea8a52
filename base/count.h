/* count.h - the counters and gauges that /metrics shows. Atomics, so that any
 * thread may add; the one deliberate exception to "no globals".
 */
#ifndef BASE_COUNT_H
#define BASE_COUNT_H

#include <stddef.h>
#include <stdint.h>

/* X(id, metric, labels, type, help). Rows of one metric stand together. */
#define COUNT_LIST(X) \
	X(ROOMS, "aula_rooms", "", "gauge", "Classes that are open") \
	X(MEMBERS, "aula_participants", "", "gauge", "Members in all classes") \
	X(WATCHERS, "aula_watchers", "", "gauge", \
	  "Who watches a class by HTTP alone, without a seat") \
	X(PEERS, "aula_peers", "", "gauge", "WebRTC endpoints connected or connecting") \
	X(WAITING, "aula_waiting", "", "gauge", "Connected, but not in a class yet") \
	X(WS, "aula_ws_connections", "", "gauge", "WebSocket connections") \
	X(WS_RESUMED, "aula_ws_resume_total", "result=\"resumed\"", "counter", \
	  "Resumed sessions") \
	X(WS_SNAPSHOT, "aula_ws_resume_total", "result=\"snapshot\"", "counter", "") \
	X(RTP_IN_BYTES, "aula_rtp_bytes_total", "dir=\"in\"", "counter", \
	  "Bytes of RTP packets on the wire") \
	X(RTP_OUT_BYTES, "aula_rtp_bytes_total", "dir=\"out\"", "counter", "") \
	X(RTP_IN, "aula_rtp_packets_total", "dir=\"in\"", "counter", "RTP packets") \
	X(RTP_OUT, "aula_rtp_packets_total", "dir=\"out\"", "counter", "") \
	X(RTP_LOST, "aula_rtp_lost_total", "", "counter", \
	  "Packets from members that never came") \
	X(NACK_IN, "aula_nack_total", "dir=\"in\"", "counter", \
	  "Packets asked for again") \
	X(NACK_OUT, "aula_nack_total", "dir=\"out\"", "counter", "") \
	X(RTX_OUT, "aula_rtx_total", "", "counter", "Packets sent again") \
	X(PROBE_BYTES, "aula_probe_bytes_total", "", "counter", \
	  "Bytes of padding sent to learn what a link carries") \
	X(PACER_DROPS, "aula_pacer_drops_total", "", "counter", \
	  "Times that waiting video was dropped up to a key frame") \
	X(PLI_IN, "aula_pli_total", "dir=\"in\"", "counter", "Key frames asked for") \
	X(PLI_OUT, "aula_pli_total", "dir=\"out\"", "counter", "") \
	X(FRAMES_DECODED, "aula_frames_decoded_total", "", "counter", \
	  "Pictures decoded") \
	X(FRAMES_ENCODED, "aula_frames_encoded_total", "", "counter", \
	  "Pictures encoded") \
	X(ENCODE_US, "aula_encode_microseconds_total", "", "counter", \
	  "CPU time spent in video encoders") \
	X(ENCODERS, "aula_encoders", "", "gauge", "Video encoders that run") \
	X(DECODERS, "aula_decoders", "", "gauge", "Video decoders that are kept") \
	X(KEY_FRAMES, "aula_key_frames_total", "", "counter", "Key frames encoded") \
	X(MIX_LATE, "aula_mix_late_frames_total", "", "counter", \
	  "Video ticks that came more than 20 ms late") \
	X(MIX_PACED, "aula_mix_paced_frames_total", "", "counter", \
	  "Video ticks left out to save time") \
	X(AUDIO_LATE, "aula_audio_late_ticks_total", "", "counter", \
	  "Audio ticks that came more than 5 ms late") \
	X(AUDIO_CATCH_UP, "aula_audio_catch_up_ticks_total", "", "counter", \
	  "Audio ticks that came more than 20 ms late and were made up for") \
	X(AUDIO_LET_GO, "aula_audio_let_go_ticks_total", "", "counter", \
	  "Audio ticks that were not made up for") \
	X(AUDIO_CONCEALED, "aula_audio_concealed_total", "", "counter", \
	  "20 ms frames of voices that were concealed") \
	X(LEVEL_SOUND, "aula_viewers", "level=\"sound\"", "gauge", \
	  "Members by what they receive") \
	X(LEVEL_STILL, "aula_viewers", "level=\"still\"", "gauge", "") \
	X(LEVEL_LOW, "aula_viewers", "level=\"low\"", "gauge", "") \
	X(LEVEL_MID, "aula_viewers", "level=\"mid\"", "gauge", "") \
	X(LEVEL_MAIN, "aula_viewers", "level=\"main\"", "gauge", "") \
	X(LEVEL_HIGH, "aula_viewers", "level=\"high\"", "gauge", "") \
	X(LEVEL_DOWN, "aula_level_changes_total", "dir=\"down\"", "counter", \
	  "Changes of what members receive") \
	X(LEVEL_UP, "aula_level_changes_total", "dir=\"up\"", "counter", "") \
	X(REC_ACTIVE, "aula_recordings_active", "", "gauge", "Recordings that run") \
	X(REC_BYTES, "aula_recording_bytes_total", "", "counter", \
	  "Bytes recorded to the disk") \
	X(REC_ERRORS, "aula_recording_errors_total", "", "counter", \
	  "Recordings that failed") \
	X(REC_ABANDONED, "aula_recording_threads_abandoned_total", "", "counter", \
	  "Calls into recorders that nobody waits for any more") \
	X(MADE, "aula_made_total", "result=\"ready\"", "counter", \
	  "Recordings that files were made of, or could not be") \
	X(MADE_FAILED, "aula_made_total", "result=\"failed\"", "counter", "") \
	X(MADE_AGAIN, "aula_made_total", "result=\"again\"", "counter", "") \
	X(MAKING, "aula_making", "", "gauge", "Recordings that files are made of now") \
	X(SEALED, "aula_sealed_total", "result=\"ready\"", "counter", \
	  "Recordings whose files were sealed, by what came of it") \
	X(SEAL_FAILED, "aula_sealed_total", "result=\"failed\"", "counter", "") \
	X(SEAL_WAITS, "aula_seal_waits", "", "gauge", \
	  "1: recordings stay plain since the disk has no room to seal them") \
	X(STORED, "aula_stored_total", "result=\"ready\"", "counter", \
	  "Recordings that were stored elsewhere, and tries that failed") \
	X(STORE_FAILED, "aula_stored_total", "result=\"failed\"", "counter", "") \
	X(STORING, "aula_storing", "", "gauge", "Recordings that are stored now") \
	X(STORAGE_TROUBLE, "aula_storage_trouble", "", "gauge", \
	  "1: the storage did not take what was sent last") \
	X(FIRST_FRAMES, "aula_first_frame_total", "", "counter", \
	  "Members that told of their first frame") \
	X(FIRST_FRAME_MS, "aula_first_frame_milliseconds_total", "", "counter", \
	  "Their times from join to first frame, summed") \
	X(DB_ERRORS, "aula_db_errors_total", "", "counter", \
	  "Database calls that failed") \
	X(DB_CALLS, "aula_db_calls_total", "", "counter", "Database calls") \
	X(TRACKS_DROPPED, "aula_recording_track_units_dropped_total", "", "counter", \
	  "Units of members that a recording of tracks could not keep up with") \
	X(TRACKS_BARRED, "aula_recording_tracks_barred_total", "", "counter", \
	  "Tracks of members that a recording left out: a limit, or they cannot be " \
	  "stored") \
	X(PLUGIN_ERRORS, "aula_plugin_errors_total", "", "counter", \
	  "Plugin calls that failed") \
	X(LAYOUT_CALLS, "aula_layout_calls_total", "", "counter", \
	  "Times that a layout was asked") \
	X(LAYOUT_US, "aula_layout_microseconds_total", "", "counter", \
	  "Time that layouts took to answer") \
	X(LAYOUTS_ASIDE, "aula_layouts_aside", "", "gauge", \
	  "Layouts that failed and that the grid stands in for") \
	X(LAYOUT_AIR_70, "aula_layout_to_air_ms_bucket", "le=\"70\"", "counter", \
	  "From the request for a layout to its first frame") \
	X(LAYOUT_AIR_100, "aula_layout_to_air_ms_bucket", "le=\"100\"", "counter", "") \
	X(LAYOUT_AIR_150, "aula_layout_to_air_ms_bucket", "le=\"150\"", "counter", "") \
	X(LAYOUT_AIR_300, "aula_layout_to_air_ms_bucket", "le=\"300\"", "counter", "") \
	X(LAYOUT_AIR_1000, "aula_layout_to_air_ms_bucket", "le=\"1000\"", "counter", "") \
	X(LAYOUT_AIR_INF, "aula_layout_to_air_ms_bucket", "le=\"+Inf\"", "counter", "") \
	X(LAYOUT_AIR_SUM, "aula_layout_to_air_ms_sum", "", "counter", "Their sum") \
	X(LAYOUT_AIR_N, "aula_layout_to_air_ms_count", "", "counter", "Their number") \
	X(LAYOUT_OVERTAKEN, "aula_layout_overtaken_total", "", "counter", \
	  "Layouts that another one replaced before they were seen") \
	X(PREVIEWS, "aula_previews_total", "result=\"made\"", "counter", \
	  "Previews of layouts") \
	X(PREVIEWS_LATE, "aula_previews_total", "result=\"late\"", "counter", "") \
	X(PREVIEWS_BUSY, "aula_previews_total", "result=\"busy\"", "counter", "") \
	X(UDP_DROPPED, "aula_send_dropped_total", "proto=\"udp\"", "counter", \
	  "Datagrams and frames that a full socket did not take") \
	X(TCP_DROPPED, "aula_send_dropped_total", "proto=\"tcp\"", "counter", "") \
	X(LOAD, "aula_load_permille", "", "gauge", \
	  "What the busiest thread wants of a core, running or waiting") \
	X(SHED, "aula_shed_step", "", "gauge", \
	  "How much is given up under load, 0: nothing") \
	X(REJECT_LOAD, "aula_reject_total", "point=\"server\",reason=\"load\"", \
	  "counter", "Input that was refused") \
	X(REJECT_UDP, "aula_reject_total", "point=\"udp\",reason=\"unknown_source\"", \
	  "counter", "") \
	X(REJECT_FLOOD, "aula_reject_total", "point=\"udp\",reason=\"rate\"", "counter", \
	  "") \
	X(REJECT_TCP, "aula_reject_total", "point=\"tcp\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_STUN, "aula_reject_total", "point=\"stun\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_DTLS, "aula_reject_total", "point=\"dtls\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_DTLS_LATE, "aula_reject_total", "point=\"dtls\",reason=\"late\"", \
	  "counter", "") \
	X(REJECT_SRTP, "aula_reject_total", "point=\"srtp\",reason=\"auth\"", "counter", \
	  "") \
	X(REJECT_SSRC, "aula_reject_total", "point=\"rtp\",reason=\"ssrc\"", "counter", \
	  "") \
	X(REJECT_RTP, "aula_reject_total", "point=\"rtp\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_RTCP, "aula_reject_total", "point=\"rtcp\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_PAYLOAD, "aula_reject_total", "point=\"payload\",reason=\"bad\"", \
	  "counter", "") \
	X(REJECT_DECODE, "aula_reject_total", "point=\"decoder\",reason=\"bad\"", \
	  "counter", "") \
	X(REJECT_SDP, "aula_reject_total", "point=\"sdp\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_HTTP, "aula_reject_total", "point=\"http\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_WS, "aula_reject_total", "point=\"ws\",reason=\"bad\"", "counter", "") \
	X(REJECT_JSON, "aula_reject_total", "point=\"json\",reason=\"bad\"", "counter", \
	  "") \
	X(REJECT_RATE, "aula_reject_total", "point=\"ws\",reason=\"rate\"", "counter", \
	  "") \
	X(REJECT_QUEUE, "aula_reject_total", "point=\"queue\",reason=\"full\"", \
	  "counter", "")

enum count {
#define X(id, metric, labels, type, help) COUNT_##id,
	COUNT_LIST(X)
#undef X
		COUNT_N
};

/* ANY_THREAD. */
void count_add(enum count id, int64_t n);
void count_set(enum count id, int64_t n); /* of a gauge with one owner */
int64_t count_get(enum count id);

/* Writes all in the Prometheus text format; returns bytes, without the final
 * zero; truncates at `size`. */
size_t count_render(char *out, size_t size);

#endif
