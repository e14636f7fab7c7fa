/* cifar.c: records of CIFAR-10, their planes of colour interleaved. */
#include "data/cifar.h"

#include <stdbool.h>

#define CHANNELS 3
#define PLANE    (DNN_CIFAR_PIXELS / CHANNELS)
#define RECORD   (1 + DNN_CIFAR_PIXELS)
#define CLASSES  10
#define EXPECTED "CIFAR-10 in its binary version"

dnn_status dnn_cifar_count(dnn_source *source, size_t *count, dnn_error *err) {
    const unsigned char *first;
    size_t size;
    dnn_status status = dnn_source_peek(source, &first, &size, err);
    if (status != DNN_OK)
        return status;
    uint64_t bytes = dnn_source_left(source);
    if (bytes == 0 || bytes % RECORD != 0 || first[0] >= CLASSES)
        return dnn_source_fail_kind(source, EXPECTED, err);
    *count = (size_t)(bytes / RECORD);
    return DNN_OK;
}

dnn_status dnn_cifar_read(dnn_source *source, size_t count, dnn_matrix *pixels, dnn_matrix *labels,
                          size_t first, dnn_error *err) {
    unsigned char record[RECORD];
    if (!dnn_matrix_is(pixels, DNN_CIFAR_PIXELS, pixels->cols, DNN_UINT8) || labels->rows != 1 ||
        labels->cols != pixels->cols || first + count > pixels->cols)
        return dnn_source_fail(source, DNN_ERROR_SHAPE, err,
                               "needs uint8 columns of 3072 rows for %zu images, and a row of as "
                               "many labels",
                               count);
    for (size_t k = 0; k < count; k++) {
        dnn_status status = dnn_source_read(source, record, sizeof record, err);
        if (status != DNN_OK)
            return status;
        if (record[0] >= CLASSES)
            return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                                   "image %zu has the label %d; expected 0 to 9", k + 1, record[0]);
        dnn_matrix_set(labels, 0, first + k, record[0] + 1);
        uint8_t *to = dnn_matrix_at(pixels, 0, first + k);
        for (size_t p = 0; p < PLANE; p++)
            for (size_t c = 0; c < CHANNELS; c++)
                to[p * CHANNELS + c] = record[1 + c * PLANE + p];
    }
    return DNN_OK;
}
