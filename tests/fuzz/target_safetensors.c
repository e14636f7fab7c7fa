/* target_safetensors.c: a file as somebody else made it, opened and read. */
#include <string.h>

#include "core/memory.h"
#include "memory_file.h"
#include "store/safetensors.h"
#include "target.h"

#define LARGEST ((size_t)1 << 22) /* elements of a tensor that is read */

static void read_tensor(const dnn_safetensors *file, size_t i, size_t file_size) {
    const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
    dnn_error err = {0};
    dnn_matrix m;
    must_hold(t->end - t->begin <= file_size && strlen(t->name) <= file_size);
    must_hold(t->begin ==
              (i > 0 ? dnn_safetensors_tensor(file, i - 1)->end : 0)); /* no gap, no overlap */
    must_hold(!t->readable || t->rows == 0 || t->cols == 0 ||
              t->rows * t->cols <= t->end - t->begin);
    if (t->rows != 0 && t->cols > LARGEST / t->rows)
        return;
    for (dnn_dtype as = DNN_FLOAT32; as < DNN_DTYPE_COUNT; as++) {
        must_hold(dnn_matrix_create(&m, as, t->rows, t->cols, &err) == DNN_OK);
        err = (dnn_error){0};
        dnn_status status = dnn_safetensors_read(file, i, &m, &err);
        must_explain(status, &err);
        must_hold(status == DNN_OK ||
                  (status == DNN_ERROR_TYPE &&
                   (!t->readable || t->stored == DNN_STORED_I64 || t->stored == DNN_STORED_U64)));
        dnn_matrix_free(&m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    dnn_error err = {0};
    dnn_safetensors *file;
    memory_file bytes = memory_file_open(data, size);
    uint64_t live = dnn_allocations_live();
    dnn_status status = dnn_safetensors_open(&file, bytes.path, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (file != NULL));
    if (status == DNN_OK) {
        for (size_t i = 0; i < dnn_safetensors_count(file); i++)
            read_tensor(file, i, size);
        for (size_t i = 0; i < dnn_safetensors_note_count(file); i++)
            must_hold(dnn_safetensors_find_note(file, dnn_safetensors_note(file, i).name) != NULL);
        dnn_safetensors_close(file);
    }
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&bytes);
    return 0;
}
