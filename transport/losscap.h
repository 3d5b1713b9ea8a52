/* losscap.h - are packets lost by chance, or because the way carries no more? With
 * a queue too short to show as delay, this is seen only in the losses themselves:
 * a cap lets through about the same amount whatever is sent, and spares times in
 * which little is sent; chance does neither. A pure estimator.
 */
#ifndef TRANSPORT_LOSSCAP_H
#define TRANSPORT_LOSSCAP_H

#include <stdbool.h>
#include <stdint.h>

/* Weighted sums over bins of time; what is older counts less and less. */
struct losscap {
	int64_t bin_us; /* the bin at hand begins; 0: none */
	uint32_t bin_told, bin_lost;
	uint32_t bin_sent, bin_got; /* bytes */
	double bin_squares;         /* of the bytes of each packet */
	double bins, told, lost, sent, got, got2, squares;
	double low_told, low_lost; /* of bins in which less than usual was sent */
	bool capped;
};

/* A zeroed one is ready. A packet that was sent at `sent_us` is known to be lost,
 * or to have arrived. */
void losscap_add(struct losscap *l, int64_t sent_us, uint32_t size, bool lost);
/* One that was taken for lost came: late, as where packets overtake each other. */
void losscap_found(struct losscap *l);

/* True while the losses of the last seconds look like those of a cap. */
static inline bool losscap_is_cap(const struct losscap *l)
{
	return l->capped;
}

#endif
