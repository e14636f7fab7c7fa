/* target_npy.c: a NumPy array, plain or gzipped. */
#include "array_target.h"
#include "data/npy.h"
#include "target.h"

static dnn_status read_elements_of(dnn_source *source, const dnn_array *array, dnn_matrix *out,
                                   dnn_error *err) {
    return dnn_array_read(array, source, out, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_array_file(data, size, dnn_npy_header, read_elements_of);
    return 0;
}
