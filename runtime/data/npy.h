/* npy.h: NumPy's files of one array (.npy), read in both orders and both byte orders, and written.
 *
 * The format (numpy.lib.format): "\x93NUMPY", two bytes of version, the length of a header, the
 * header, which is a Python dictionary with the keys descr, fortran_order and shape, the elements.
 * Object arrays are pickles, which can run code, and are refused. */
#ifndef DNN_DATA_NPY_H
#define DNN_DATA_NPY_H

#include "data/array.h"

/* Reads the header; the source then is at the elements. DNN_ERROR_FORMAT where it is something
 * else or promises more than the file has; DNN_ERROR_TYPE for elements that are not numbers. */
dnn_status dnn_npy_header(dnn_source *source, dnn_array *out, dnn_error *err);

/* Writes the matrix in place of the file at `path` as an array whose first axis are the columns:
 * its memory in C order. `extent` are the axes, whose product is the number of elements
 * (DNN_ERROR_SHAPE); without axes (rank 0) they are [cols, rows], or [cols] of a row. */
dnn_status dnn_npy_write(const char *path, const dnn_matrix *m, const uint64_t *extent, int rank,
                         dnn_error *err);

#endif
