/* npz_directory.h: the directory of a zip archive. Internal to this folder. */
#ifndef DNN_DATA_NPZ_DIRECTORY_H
#define DNN_DATA_NPZ_DIRECTORY_H

#include "data/source.h"

#define DNN_NPZ_ENTRY_SIZE 46 /* of an entry, without its name */

/* --- numbers of the format: little-endian, of 2, 4 and 8 bytes --- */

static inline unsigned dnn_npz_get16(const unsigned char *b) {
    return b[0] | (unsigned)b[1] << 8;
}

static inline uint32_t dnn_npz_get32(const unsigned char *b) {
    return dnn_npz_get16(b) | (uint32_t)dnn_npz_get16(b + 2) << 16;
}

static inline uint64_t dnn_npz_get64(const unsigned char *b) {
    return dnn_npz_get32(b) | (uint64_t)dnn_npz_get32(b + 4) << 32;
}

/* Where the directory is, and how many entries it has. */
typedef struct dnn_npz_directory {
    uint64_t at, size, count;
} dnn_npz_directory;

/* Finds it from the file's end. DNN_ERROR_FORMAT where it does not lie inside the file. */
dnn_status dnn_npz_find_directory(const char *path, uint64_t file_size, dnn_npz_directory *out,
                                  dnn_error *err);

/* Reads bytes of the file as they are. */
dnn_status dnn_npz_read_part(const char *path, uint64_t at, void *to, size_t size, dnn_error *err);

dnn_status dnn_npz_fail_directory(const char *path, dnn_error *err);

#endif
