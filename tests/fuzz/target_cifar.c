/* target_cifar.c: a file of CIFAR-10. */
#include "core/memory.h"
#include "data/cifar.h"
#include "memory_file.h"
#include "target.h"

static void read_images(dnn_source *source, size_t count) {
    dnn_error err = {0};
    dnn_matrix pixels, labels;
    must_hold(dnn_matrix_create(&pixels, DNN_UINT8, DNN_CIFAR_PIXELS, count + 1, NULL) == DNN_OK);
    must_hold(dnn_matrix_create(&labels, DNN_FLOAT32, 1, count + 1, NULL) == DNN_OK);
    dnn_status status = dnn_cifar_read(source, count, &pixels, &labels, 1, &err);
    must_explain(status, &err);
    for (size_t j = 0; status == DNN_OK && j < count; j++)
        must_hold(dnn_matrix_get(&labels, 0, j + 1) >= 1 &&
                  dnn_matrix_get(&labels, 0, j + 1) <= 10);
    must_hold(dnn_matrix_get(&labels, 0, 0) == 0);
    dnn_matrix_free(&pixels);
    dnn_matrix_free(&labels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memory_file file = memory_file_open(data, size);
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    dnn_source *source;
    size_t count = 0;
    dnn_status status = dnn_source_open(&source, file.path, &err);
    if (status == DNN_OK)
        status = dnn_cifar_count(source, &count, &err);
    must_explain(status, &err);
    if (status == DNN_OK)
        read_images(source, count);
    dnn_source_close(source);
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&file);
    return 0;
}
