/* unfinished.h - which names in the folder of recordings are of files that are not what
 * they will be: see recorder/store.h for how they are called. Whoever seals, copies or
 * removes files leaves them alone.
 */
#ifndef BASE_UNFINISHED_H
#define BASE_UNFINISHED_H

enum unfinished {
	UNFINISHED_NOT,
	/* .part.<ext>, .at<digits>.<ext>: an edition will be made of it */
	UNFINISHED_LEFT,
	/* .tmp, .seal: whoever makes it has not given it its name yet */
	UNFINISHED_TMP,
	UNFINISHED_BROKEN, /* nobody knows what is in it */
};

/* By the words between its dots. */
enum unfinished unfinished_name(const char *name);

#endif
