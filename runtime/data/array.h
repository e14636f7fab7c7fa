/* array.h: an array of numbers in a file, whatever the format, and the one rule by which it becomes
 * a matrix: the first axis counts examples and becomes columns, the others are flattened into rows
 * in the file's order; a vector becomes 1 x n, a single number 1 x 1. */
#ifndef DNN_DATA_ARRAY_H
#define DNN_DATA_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "data/source.h"
#include "math/matrix.h"
#include "math/stored.h"

#define DNN_ARRAY_MAX_RANK 32 /* axes, as HDF5 and NumPy allow */

typedef struct dnn_array {
    dnn_stored type;
    bool swapped; /* the bytes of an element are in the other order than this machine's */
    bool fortran; /* the first axis runs fastest in the file, else the last */
    int rank;     /* axes, 0 for a single number */
    uint64_t extent[DNN_ARRAY_MAX_RANK];
    size_t rows, cols; /* of the matrix */
    uint64_t bytes;    /* of the elements in the file */
} dnn_array;

/* Fills rows, cols and bytes from the rest. NULL; or what the shape has too many of: elements that
 * this machine can count, or of an array without any, axes beyond DNN_STORED_MOST_EMPTY, which
 * nothing in the file bears out. */
const char *dnn_array_measure(dnn_array *array);

/* Reads the elements into `out`, contiguous, rows x cols of dnn_stored_info(type)->dtype
 * (DNN_ERROR_SHAPE). DNN_ERROR_TYPE where a whole number is not held exactly. */
dnn_status dnn_array_read(const dnn_array *array, dnn_source *source, dnn_matrix *out,
                          dnn_error *err);

/* The same, and checks that the elements end what the source holds (DNN_ERROR_FORMAT). */
dnn_status dnn_array_read_last(const dnn_array *array, dnn_source *source, dnn_matrix *out,
                               dnn_error *err);

#endif
