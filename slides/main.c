/* aula-deck: reads one page of a deck from a file that is its standard input, answers
 * over its standard output (see sheet.h), and ends. The server starts one for each page,
 * so that a file that kills it, or takes it over, costs that page and nothing else.
 *
 *   aula-deck KIND PAGE WIDTH HEIGHT STILL THUMB   KIND: 0 PDF, 1 a picture, 2 a clip,
 *                                                  3 a picture of layouts
 *   aula-deck play FROM_MS WIDTH HEIGHT            a clip, from there on; see reel.h
 */
#include "base/jail.h"
#include "slides/clip.h"
#include "slides/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#define CPU_SEC      10
#define MEMORY       (UINT64_C(1) << 30)
#define PLAY_CPU_SEC 1200 /* ten minutes of the heaviest that is taken */
#define PLAY_NICE    5    /* a picture that is late is no harm to a class */

static uint16_t number(const char *text)
{
	unsigned long v = strtoul(text, NULL, 10);

	return v > SHEET_SIDE ? SHEET_SIDE : (uint16_t)v;
}

static int say(const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int answer(const struct reader_page *page)
{
	uint8_t head[SHEET_HEAD];
	int err;

	sheet_head_write(head, &page->head);
	err = say(head, sizeof(head));
	if (!err && page->picture)
		err = say(page->picture, sheet_picture_len(&page->head));
	if (!err && page->alpha)
		err = say(page->alpha, sheet_alpha_len(&page->head));
	if (!err && page->still)
		err = say(page->still, page->head.still_len);
	if (!err && page->thumb)
		err = say(page->thumb, page->head.thumb_len);
	return err;
}

static int say_piece(const struct reel_head *head, const void *body)
{
	uint8_t data[REEL_HEAD];
	int err;

	reel_head_write(data, head);
	err = say(data, sizeof(data));
	return err ? err : say(body, reel_body_len(head));
}

static int say_clip(struct clip *clip, uint32_t from_ms)
{
	const uint8_t *body = NULL;
	struct reel_head head;
	int err;

	clip_start(clip, &head);
	err = say_piece(&head, body);
	clip_seek(clip, from_ms * INT64_C(1000));
	while (!err) {
		err = clip_next(clip, &head, &body);
		if (!err && say_piece(&head, body))
			return -EPIPE;
	}
	return err == -ENODATA ? 0 : err;
}

static int play(uint32_t from_ms, uint16_t w_px, uint16_t h_px)
{
	struct reel_head head = {.kind = REEL_END};
	struct clip *clip = NULL;
	int err = clip_open(&clip, STDIN_FILENO, w_px, h_px);

	if (!err)
		err = say_clip(clip, from_ms);
	if (err == -EPIPE)
		return err;
	head.fault = err ? SHEET_DAMAGED : SHEET_FINE;
	return say_piece(&head, NULL);
}

static int one_page(char **argv)
{
	static const enum deck_kind kinds[] = {DECK_PDF, DECK_PICTURES, DECK_CLIP,
					       DECK_ART};
	const struct reader_ask ask = {.kind = kinds[number(argv[1]) & 3],
				       .page = number(argv[2]),
				       .box_w_px = number(argv[3]),
				       .box_h_px = number(argv[4]),
				       .still_px = number(argv[5]),
				       .thumb_px = number(argv[6])};
	struct reader_page page;

	reader_read(&page, dup(STDIN_FILENO), &ask);
	return answer(&page);
}

int main(int argc, char **argv)
{
	bool plays = argc == 5 && strcmp(argv[1], "play") == 0;
	const struct jail jail = {.cpu_sec = plays ? PLAY_CPU_SEC : CPU_SEC,
				  .memory = MEMORY};
	int err;

	if (argc != 7 && !plays)
		return EX_USAGE;
	av_log_set_level(AV_LOG_QUIET);
	if (plays)
		setpriority(PRIO_PROCESS, 0, PLAY_NICE);
	if (jail_enter(&jail))
		return EX_OSERR;
	err = plays ? play((uint32_t)strtoul(argv[2], NULL, 10), number(argv[3]),
			   number(argv[4]))
		    : one_page(argv);
	/* no destructors: what was read may have left anything behind */
	_exit(err ? EX_IOERR : EX_OK);
}
