/* array_target.h: what the targets of files of arrays share. */
#ifndef DNN_TESTS_FUZZ_ARRAY_TARGET_H
#define DNN_TESTS_FUZZ_ARRAY_TARGET_H

#include "data/array.h"

typedef dnn_status read_header(dnn_source *, dnn_array *, dnn_error *);
typedef dnn_status read_elements(const dnn_array *, dnn_source *, dnn_matrix *, dnn_error *);

/* Reads an array from a source that is at its header, where it is not too large for a fuzzer,
 * and holds what a header claims against the input's size. */
void read_array(dnn_source *source, size_t input_size, read_header *header, read_elements *read);

/* The same from a whole file. */
void read_array_file(const uint8_t *data, size_t size, read_header *header, read_elements *read);

#endif
