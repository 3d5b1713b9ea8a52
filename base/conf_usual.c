/* conf_usual.c - the defaults of the configuration. */
#include "base/conf.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"

#ifndef AULA_PLUGIN_DIR
#define AULA_PLUGIN_DIR "plugins/.libs"
#endif

#define N(list) (uint32_t)(sizeof(list) / sizeof((list)[0]))

static void plugins_init(struct conf *conf)
{
	static const char *const plugins[] = {
		"layout_grid",  "layout_speaker", "layout_lecture", "record_mp4",
		"record_audio", "record_mkv",     "record_webm",    "record_hls",
		"record_rtmp",  "record_tracks"};

	snprintf(conf->plugins_dir, sizeof(conf->plugins_dir), "%s", AULA_PLUGIN_DIR);
	for (uint32_t i = 0; i < N(plugins); i++)
		snprintf(conf->plugins[i], sizeof(conf->plugins[0]), "%s", plugins[i]);
	conf->n_plugins = N(plugins);
}

static void recordings_init(struct conf *conf)
{
	static const char *const editions[] = {"full", "light", "sound"};

	conf->recording_reserve_mb = 512;
	conf->recording_grace_days = 7;
	snprintf(conf->recorder, sizeof(conf->recorder), "mp4");
	snprintf(conf->recorder_sound, sizeof(conf->recorder_sound), "audio");
	for (uint32_t i = 0; i < N(editions); i++)
		snprintf(conf->record_editions[i], sizeof(conf->record_editions[0]), "%s",
			 editions[i]);
	conf->n_record_editions = N(editions);
	snprintf(conf->record_level, sizeof(conf->record_level), "main");
	snprintf(conf->record_light, sizeof(conf->record_light), "low");
	conf->record_part_min = 15;
	conf->derive = true;
	snprintf(conf->storage, sizeof(conf->storage), "folder");
	snprintf(conf->s3_region, sizeof(conf->s3_region), "us-east-1");
	conf->s3_keep_local_days = 1;
}

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	plugins_init(conf);
	recordings_init(conf);
	conf->http_port = 8443;
	conf->media_udp_port = 8443;
	conf->media_tcp_port = 8444;
	conf->net_spread = 300;
	snprintf(conf->data_dir, sizeof(conf->data_dir), "/var/lib/aula");
	conf->deck_max_mb = 50;
	conf->clip_max_mb = 200;
	conf->deck_quota_mb = 500;
	snprintf(conf->layout, sizeof(conf->layout), "grid");
	conf->view_fps = 15;
	conf->view_vbv_ms = 500;
	conf->fade_ms = 250;
	snprintf(conf->rung_low, CONF_NAME, "320x180@10/46 640x360@5/46");
	snprintf(conf->rung_mid, CONF_NAME, "480x270@15/130 960x540@5/130");
	snprintf(conf->rung_main, CONF_NAME, "640x360@15/350 1280x720@8/300");
	snprintf(conf->rung_high, CONF_NAME, "1280x720@15/800 1280x720@15/600");
	snprintf(conf->rung_top, sizeof(conf->rung_top), "high");
	snprintf(conf->rung_start, sizeof(conf->rung_start), "mid");
	snprintf(conf->rung_most, CONF_NAME, "1280x720@30/2000");
	conf->av1 = true;
	conf->audio_kbps = 40;
	conf->audio_middle_kbps = 24;
	conf->audio_thin_kbps = 12;
	conf->shed = true;
	conf->max_members = 500;
	conf->pins = 4;
	conf->pins_server = 32;
	conf->max_joins = LIMIT_JOINS_SEC;
	conf->max_joins_per_address = LIMIT_JOINS_IP_SEC;
	conf->max_strangers_per_address = LIMIT_HTTP_CONNS_IP;
	conf->audit_days = 365;
	conf->log_level = LOG_INFO;
}
