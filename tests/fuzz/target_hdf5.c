/* target_hdf5.c: an HDF5 file, all of whose datasets are read: what is tested is this project's
 * part; the HDF5 library's own is not instrumented. */
#include <string.h>

#include "core/memory.h"
#include "data/hdf5.h"
#include "memory_file.h"
#include "target.h"

/* The replay changes seeds where no fuzzer has been, and the library may crash. */
#ifndef HDF5_APART
#define HDF5_APART false
#endif

#define LARGEST ((size_t)1 << 20) /* elements of a dataset that is read */

static void read_dataset(dnn_hdf5 *file, const dnn_hdf5_info *info) {
    dnn_error err = {0};
    dnn_matrix m;
    dnn_hdf5_texts texts;
    dnn_status status = dnn_hdf5_read_texts(file, info, &texts, &err);
    must_explain(status, &err);
    must_hold(status != DNN_OK || texts.count == info->rows * info->cols);
    dnn_hdf5_texts_free(&texts);
    err = (dnn_error){0};
    status = dnn_hdf5_check(file, info, &err);
    must_explain(status, &err);
    if (status != DNN_OK || (info->rows != 0 && info->cols > LARGEST / info->rows))
        return;
    must_hold(dnn_matrix_create(&m, info->dtype, info->rows, info->cols, NULL) == DNN_OK);
    must_explain(dnn_hdf5_read(file, info, &m, &err), &err);
    dnn_matrix_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memory_file bytes = memory_file_open(data, size);
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    dnn_hdf5 *file;
    dnn_hdf5_options options = {.apart = HDF5_APART};
    dnn_status status = dnn_hdf5_open(&file, bytes.path, &options, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (file != NULL));
    for (size_t i = 0; status == DNN_OK && i < dnn_hdf5_count(file); i++) {
        must_hold(i == 0 || strcmp(dnn_hdf5_dataset(file, i - 1)->name,
                                   dnn_hdf5_dataset(file, i)->name) <= 0);
        read_dataset(file, dnn_hdf5_dataset(file, i));
    }
    dnn_hdf5_close(file);
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&bytes);
    return 0;
}
