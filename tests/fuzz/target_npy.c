/* target_npy.c: a NumPy array, plain or gzipped. */
#include "array_target.h"
#include "data/npy.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_array_file(data, size, dnn_npy_header, dnn_array_read);
    return 0;
}
