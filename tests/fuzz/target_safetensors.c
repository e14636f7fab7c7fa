/* target_safetensors.c: a file as somebody else made it, opened and read. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/memory.h"
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
    must_hold(t->rows == 0 || t->cols == 0 || t->rows * t->cols <= t->end - t->begin);
    if (t->rows * t->cols > LARGEST)
        return;
    for (dnn_dtype as = DNN_FLOAT32; as < DNN_DTYPE_COUNT; as++) {
        must_hold(dnn_matrix_create(&m, as, t->rows, t->cols, &err) == DNN_OK);
        must_hold(dnn_safetensors_read(file, i, &m, &err) ==
                  (t->readable ? DNN_OK : DNN_ERROR_TYPE));
        dnn_matrix_free(&m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[32];
    dnn_error err = {0};
    dnn_safetensors *file;
    int fd = memfd_create("safetensors", MFD_CLOEXEC);
    must_hold(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint64_t live = dnn_allocations_live();
    dnn_status status = dnn_safetensors_open(&file, path, &err);
    must_hold((status == DNN_OK) == (err.text[0] == '\0') && (status == DNN_OK) == (file != NULL));
    for (const char *c = err.text; *c != '\0'; c++)
        must_hold((unsigned char)*c >= 0x20 && *c != 0x7f);
    if (status == DNN_OK) {
        for (size_t i = 0; i < dnn_safetensors_count(file); i++)
            read_tensor(file, i, size);
        for (size_t i = 0; i < dnn_safetensors_note_count(file); i++)
            must_hold(dnn_safetensors_find_note(file, dnn_safetensors_note(file, i).name) != NULL);
        dnn_safetensors_close(file);
    }
    must_hold(dnn_allocations_live() == live);
    close(fd);
    return 0;
}
