/* checksum.c: the checksum of a file that is written, and its comparison in one that is read. */
#include "store/checksum.h"

#include <stdio.h>
#include <string.h>

#include "core/crc32c.h"
#include "core/memory.h"
#include "store/safetensors_header.h"

#define CHUNK ((uint64_t)1 << 18) /* bytes that are read at once: they stay in the cache */

/* The last step of SplitMix64 (Steele, Lea, Flood, 2014): every bit of the result depends on all.
 */
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static uint64_t of_text(const char *text) {
    return dnn_crc32c(text, strlen(text));
}

uint64_t dnn_checksum_of_tensor(const char *name, const char *type, const uint64_t *extent,
                                size_t rank, uint32_t crc) {
    uint64_t sum = mix(of_text(name) << 32 | of_text(type));
    for (size_t axis = 0; axis < rank && axis < DNN_TENSOR_MAX_RANK; axis++)
        sum = mix(sum ^ mix(extent[axis] + 1));
    return mix(sum ^ mix((uint64_t)rank << 32 | crc));
}

uint64_t dnn_checksum_of_note(const dnn_note *note) {
    if (strcmp(note->name, DNN_CHECKSUM_NOTE) == 0)
        return 0;
    return mix(of_text(note->name) << 32 | of_text(note->text));
}

void dnn_checksum_text(uint64_t sum, char text[DNN_CHECKSUM_SIZE]) {
    snprintf(text, DNN_CHECKSUM_SIZE, "crc32c.%016llx", (unsigned long long)sum);
}

/* --- of a file --- */

static uint64_t sum_notes(const dnn_safetensors *file) {
    uint64_t sum = 0;
    for (size_t i = 0; i < dnn_safetensors_note_count(file); i++) {
        dnn_note note = dnn_safetensors_note(file, i);
        sum += dnn_checksum_of_note(&note);
    }
    return sum;
}

static dnn_status sum_tensor(const dnn_safetensors *file, size_t i, char *chunk, uint64_t *sum,
                             dnn_error *err) {
    const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
    dnn_status status = DNN_OK;
    uint32_t crc = 0;
    for (uint64_t at = t->begin; at < t->end && status == DNN_OK; at += CHUNK) {
        size_t size = (size_t)(t->end - at < CHUNK ? t->end - at : CHUNK);
        status = dnn_safetensors_read_bytes(file, at, size, chunk, err);
        if (status == DNN_OK)
            crc = dnn_crc32c_more(crc, chunk, size);
    }
    *sum += dnn_checksum_of_tensor(t->name, t->type, t->extent, t->rank, crc);
    return status;
}

static dnn_status sum_file(const dnn_safetensors *file, char text[DNN_CHECKSUM_SIZE],
                           dnn_error *err) {
    char *chunk = dnn_alloc(CHUNK);
    if (chunk == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory to compare its checksum");
    dnn_status status = DNN_OK;
    uint64_t sum = sum_notes(file);
    for (size_t i = 0; i < dnn_safetensors_count(file) && status == DNN_OK; i++)
        status = sum_tensor(file, i, chunk, &sum, err);
    dnn_free(chunk);
    dnn_checksum_text(sum, text);
    return status;
}

/* --- of files of before: 16 digits alone, and of numbers column by column, as matrices have them,
 * which is no sum of a view's --- */

#define FORMER_LENGTH 16

static dnn_status former_sum_tensor(const dnn_safetensors *file, size_t i, uint64_t *sum,
                                    dnn_error *err) {
    const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
    dnn_matrix m;
    if (!t->readable) /* never written: its type is damaged */
        return DNN_OK;
    dnn_status status = dnn_matrix_create(&m, t->dtype, t->rows, t->cols, err);
    if (status != DNN_OK)
        return status;
    status = dnn_safetensors_read(file, i, &m, NULL);
    uint64_t own = mix(of_text(t->name) << 32 | (uint64_t)t->dtype);
    own = mix(own ^ mix((uint64_t)t->rows << 32 ^ (uint64_t)t->cols));
    if (status == DNN_OK)
        *sum +=
            mix(own ^ dnn_crc32c(m.data, dnn_matrix_count(&m) * dnn_dtype_info(t->dtype)->size));
    dnn_matrix_free(&m);
    return DNN_OK; /* what cannot be read has another sum */
}

static dnn_status former_sum_file(const dnn_safetensors *file, char text[DNN_CHECKSUM_SIZE],
                                  dnn_error *err) {
    dnn_status status = DNN_OK;
    uint64_t sum = mix(dnn_safetensors_count(file) << 32 ^ 0x5CA1AB1Eu) + sum_notes(file);
    for (size_t i = 0; i < dnn_safetensors_count(file) && status == DNN_OK; i++)
        status = former_sum_tensor(file, i, &sum, err);
    snprintf(text, DNN_CHECKSUM_SIZE, "%016llx", (unsigned long long)sum);
    return status;
}

dnn_status dnn_checksum_verify(const dnn_safetensors *file, dnn_error *err) {
    const char *claimed = dnn_safetensors_find_note(file, DNN_CHECKSUM_NOTE);
    char text[DNN_CHECKSUM_SIZE];
    if (claimed == NULL && dnn_safetensors_find_note(file, DNN_CHECKPOINT_NOTE) == NULL)
        return DNN_OK;
    if (claimed == NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "is damaged: a checkpoint has a checksum, and this one has none");
    dnn_status status = strlen(claimed) == FORMER_LENGTH ? former_sum_file(file, text, err)
                                                         : sum_file(file, text, err);
    if (status == DNN_OK && strcmp(claimed, text) != 0)
        status =
            dnn_fail(err, DNN_ERROR_FORMAT, "is damaged: its contents do not match its checksum");
    return status;
}
