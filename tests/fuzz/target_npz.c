/* target_npz.c: an archive of NumPy arrays, all of whose members are read. */
#include <string.h>

#include "array_target.h"
#include "core/memory.h"
#include "data/npz.h"
#include "memory_file.h"
#include "target.h"

static void read_member(dnn_npz *npz, size_t i, size_t size) {
    dnn_error err = {0};
    dnn_source *source;
    dnn_status status = dnn_npz_member(npz, i, &source, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (source != NULL));
    must_hold(strlen(dnn_npz_name(npz, i)) <= size);
    if (status == DNN_OK)
        read_array(source, size, dnn_npy_header, dnn_array_read_last);
    dnn_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memory_file file = memory_file_open(data, size);
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    dnn_npz *npz;
    dnn_status status = dnn_npz_open(&npz, file.path, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (npz != NULL));
    for (size_t i = 0; status == DNN_OK && i < dnn_npz_count(npz); i++) {
        (void)dnn_npz_require(npz, i, &err);
        read_member(npz, i, size);
    }
    dnn_npz_close(npz);
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&file);
    return 0;
}
