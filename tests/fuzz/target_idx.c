/* target_idx.c: an IDX file, plain or gzipped. */
#include "array_target.h"
#include "data/idx.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_array_file(data, size, dnn_idx_header, dnn_array_read_last);
    return 0;
}
