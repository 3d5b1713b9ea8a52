/* The head of what the program that reads decks answers, which may have been taken over
 * by what it read: what is taken is written the same, and what it announces has an end.
 */
#include "slides/sheet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)SHEET_SIDE * SHEET_SIDE * 5 / 2 + 2u * SHEET_STILL_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size)
{
	struct sheet_head head;
	uint8_t again[SHEET_HEAD];

	if (sheet_head_read(&head, data, size))
		return;
	if (head.fault >= SHEET_FAULTS || !sheet_fault_name(head.fault) ||
	    sheet_body_len(&head) > MOST ||
	    sheet_picture_len(&head) > sheet_body_len(&head))
		abort();
	sheet_head_write(again, &head);
	if (size != SHEET_HEAD || memcmp(again, data, SHEET_HEAD) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_head head = {
		.pages = 3, .w_px = 1280, .h_px = 720, .still_len = 900};
	uint8_t good[SHEET_HEAD];

	check(data, size);
	/* a good one with some of its bytes changed */
	sheet_head_write(good, &head);
	for (size_t i = 0; i + 1 < size && i < 8; i += 2)
		good[data[i] % SHEET_HEAD] = data[i + 1];
	check(good, sizeof(good));
	return 0;
}
