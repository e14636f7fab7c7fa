/* examples.h: where a loader's examples are: columns of a matrix, or image files, decoded when they
 * are asked for and kept as bytes while a cache has room. Safe for use by many threads. */
#ifndef DNN_DATA_EXAMPLES_H
#define DNN_DATA_EXAMPLES_H

#include "data/image.h"
#include "math/matrix.h"

typedef struct dnn_examples dnn_examples;

/* Columns of X, whose memory the caller keeps. */
dnn_status dnn_examples_of_matrix(dnn_examples **out, const dnn_matrix *X, dnn_error *err);

/* Files, whose paths are copied. The cache holds the first that are decoded; their bytes take
 * cache_bytes at most. */
dnn_status dnn_examples_of_files(dnn_examples **out, const char *const *paths, size_t count,
                                 const dnn_image_target *target, uint64_t cache_bytes,
                                 dnn_error *err);

void dnn_examples_free(dnn_examples *examples); /* NULL is allowed */

size_t dnn_examples_count(const dnn_examples *examples);
size_t dnn_examples_rows(const dnn_examples *examples);
dnn_dtype dnn_examples_dtype(const dnn_examples *examples);
bool dnn_examples_are_files(const dnn_examples *examples);

/* The column of example i: in the matrix or the cache, else decoded into `scratch`, which has room
 * for it where the examples are files. NULL, with err filled, when its file cannot be read. */
const void *dnn_examples_get(dnn_examples *examples, size_t i, uint8_t *scratch, dnn_error *err);

/* Bytes in the cache, and files decoded so far. */
uint64_t dnn_examples_cached(const dnn_examples *examples);
uint64_t dnn_examples_decoded(const dnn_examples *examples);

#endif
