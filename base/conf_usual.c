/* conf_usual.c - the defaults of the configuration. */
#include "base/conf.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"

#ifndef AULA_PLUGIN_DIR
#define AULA_PLUGIN_DIR "plugins/.libs"
#endif

void conf_init(struct conf *conf)
{
	static const char *const plugins[] = {"layout_grid", "layout_speaker",
					      "layout_lecture", "record_mp4",
					      "record_audio"};
	static const char *const editions[] = {"full", "sound"};

	memset(conf, 0, sizeof(*conf));
	conf->http_port = 8443;
	conf->media_udp_port = 8443;
	conf->media_tcp_port = 8444;
	conf->net_spread = 300;
	snprintf(conf->data_dir, sizeof(conf->data_dir), "/var/lib/aula");
	conf->recording_reserve_mb = 512;
	conf->deck_max_mb = 50;
	conf->clip_max_mb = 200;
	conf->deck_quota_mb = 500;
	snprintf(conf->plugins_dir, sizeof(conf->plugins_dir), "%s", AULA_PLUGIN_DIR);
	for (conf->n_plugins = 0; conf->n_plugins < 5; conf->n_plugins++)
		snprintf(conf->plugins[conf->n_plugins], sizeof(conf->plugins[0]), "%s",
			 plugins[conf->n_plugins]);
	snprintf(conf->recorder, sizeof(conf->recorder), "mp4");
	snprintf(conf->recorder_sound, sizeof(conf->recorder_sound), "audio");
	for (conf->n_record_editions = 0; conf->n_record_editions < 2;
	     conf->n_record_editions++)
		snprintf(conf->record_editions[conf->n_record_editions],
			 sizeof(conf->record_editions[0]), "%s",
			 editions[conf->n_record_editions]);
	snprintf(conf->record_level, sizeof(conf->record_level), "main");
	snprintf(conf->record_light, sizeof(conf->record_light), "low");
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
	conf->derive = true;
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
