/* idx.h: IDX files, plain or gzipped, the format of MNIST and its kin: two zero bytes, a type, the
 * number of axes, a big-endian 32-bit extent for each, the elements. */
#ifndef DNN_DATA_IDX_H
#define DNN_DATA_IDX_H

#include "data/array.h"

/* Reads the header; the source then is at the elements, which end the file
 * (dnn_array_read_last). DNN_ERROR_FORMAT where it is something
 * else or promises more than the file has. */
dnn_status dnn_idx_header(dnn_source *source, dnn_array *out, dnn_error *err);

#endif
