/* folder.h - a folder of plain files, in the directory `at`. Links are not followed. */
#ifndef RECORDER_FOLDER_H
#define RECORDER_FOLDER_H

#include <stdint.h>

/* Bytes of all its files together, or a negative errno. -ENOENT, -ENOTDIR. */
int64_t folder_bytes(int at, const char *name);

/* With all its files. -ENOENT, -ENOTDIR; -EISDIR: there is a folder in it. */
int folder_remove(int at, const char *name);

/* Puts the files of the folder `fd` that changed since `since_sec` (of the wall clock),
 * and the folder itself, onto the disk. */
int folder_sync(int fd, int64_t since_sec);

#endif
