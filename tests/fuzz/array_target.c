/* array_target.c: one array, from its header to its last element. */
#include "array_target.h"

#include "core/memory.h"
#include "memory_file.h"
#include "target.h"

#define LARGEST ((size_t)1 << 20) /* elements that are read */

void read_array(dnn_source *source, size_t input_size, read_header *header, read_elements *read) {
    dnn_array array;
    dnn_matrix m;
    dnn_error err = {0};
    dnn_status status = header(source, &array, &err);
    must_explain(status, &err);
    if (status != DNN_OK)
        return;
    must_hold(array.rank >= 0 && array.rank <= DNN_ARRAY_MAX_RANK);
    must_hold(array.bytes == (uint64_t)array.rows * array.cols * dnn_stored_info(array.type)->size);
    must_hold(array.bytes <= (input_size + ((uint64_t)1 << 10)) * 1032);
    if (array.rows != 0 && array.cols > LARGEST / array.rows)
        return;
    if (array.rows > ((size_t)1 << 40) || array.cols > ((size_t)1 << 40))
        return;
    must_hold(dnn_matrix_create(&m, dnn_stored_info(array.type)->dtype, array.rows, array.cols,
                                NULL) == DNN_OK);
    must_explain(read(&array, source, &m, &err), &err);
    dnn_matrix_free(&m);
}

void read_array_file(const uint8_t *data, size_t size, read_header *header, read_elements *read) {
    memory_file file = memory_file_open(data, size);
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    dnn_source *source;
    dnn_status status = dnn_source_open(&source, file.path, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (source != NULL));
    if (status == DNN_OK)
        read_array(source, size, header, read);
    dnn_source_close(source);
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&file);
}
