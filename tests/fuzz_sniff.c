#include "slides/sheet.h"
#include "slides/sniff.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is said of a file is possible; what is taken of an answer is bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sniffed what;
	struct sheet_head head;
	enum sniff_kind kind;

	if (sniff(&what, data, size) == 0) {
		if ((what.kind == SNIFF_PDF || what.kind == SNIFF_CLIP) !=
			    (what.w_px == 0) ||
		    !what.w_px != !what.h_px)
			abort();
		if (sniff_kind(&kind, data, size) || kind != what.kind)
			abort();
	}
	if (sheet_head_read(&head, data, size) == 0 &&
	    sheet_body_len(&head) >
		    2 * (size_t)SHEET_SIDE * SHEET_SIDE + 2 * SHEET_STILL_MAX)
		abort();
	return 0;
}
