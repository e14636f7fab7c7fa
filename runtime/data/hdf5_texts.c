/* hdf5_texts.c: strings from HDF5 files, of fixed or variable length. Many of variable length may
 * share one text in the file, so what they need here is counted while it is taken. */
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "data/hdf5_file.h"

#define SLAB 1024 /* strings read at once */

/* Bytes of text that are always allowed, whatever the size of the file. */
#define PLENTY ((size_t)1 << 26)

/* Before each block: the library loses those that it holds when a reading fails. */
typedef struct block {
    struct block *next, *previous; /* in a circle, through the reading's own */
} block;

typedef struct reading {
    const dnn_hdf5 *file;
    const dnn_hdf5_info *info;
    hid_t dataset, space, type, transfer;
    size_t size; /* of a fixed string, 0: of variable length */
    bool trims_spaces, has_too_many;
    size_t taken, most; /* bytes that the library has taken, and may take */
    block blocks;       /* that it holds now */
    dnn_hdf5_texts *out;
} reading;

/* --- the library's memory for strings of variable length --- */

static void *take(size_t size, void *context) {
    reading *r = context;
    r->has_too_many = size > r->most - r->taken;
    block *b = r->has_too_many ? NULL : malloc(sizeof *b + size);
    if (b == NULL)
        return NULL;
    r->taken += size;
    *b = (block){r->blocks.next, &r->blocks};
    b->next->previous = b;
    r->blocks.next = b;
    return b + 1;
}

static void give_back(void *bytes, void *context) {
    (void)context;
    if (bytes == NULL)
        return;
    block *b = (block *)bytes - 1;
    b->next->previous = b->previous;
    b->previous->next = b->next;
    free(b);
}

static void give_back_all(reading *r) {
    while (r->blocks.next != &r->blocks)
        give_back(r->blocks.next + 1, r);
}

/* --- collecting --- */

static bool append(dnn_hdf5_texts *t, const char *text, size_t length) {
    if (!dnn_grow(&t->bytes, &t->room, t->size, length + 1))
        return false;
    if (length > 0)
        memcpy(t->bytes + t->size, text, length);
    t->bytes[t->size + length] = '\0';
    t->size += length + 1;
    t->count++;
    return true;
}

static bool append_fixed(const reading *r, const char *strings, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const char *text = strings + k * r->size;
        size_t length = strnlen(text, r->size);
        while (r->trims_spaces && length > 0 && text[length - 1] == ' ')
            length--;
        if (!append(r->out, text, length))
            return false;
    }
    return true;
}

static bool append_variable(const reading *r, char *const *strings, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const char *text = strings[k] == NULL ? "" : strings[k];
        if (!append(r->out, text, strlen(text)))
            return false;
    }
    return true;
}

/* --- reading --- */

static dnn_status fail_memory(const reading *r, dnn_error *err) {
    return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_MEMORY, err,
                         "cannot be read: out of memory");
}

/* The strings selected in the space into `buffer`, and from there to the others. */
static dnn_status read_part(reading *r, hsize_t count, void *buffer, dnn_error *err) {
    hid_t memory = H5Screate_simple(1, &count, NULL);
    if (r->size == 0)
        memset(buffer, 0, (size_t)count * sizeof(char *));
    herr_t result = H5Dread(r->dataset, r->type, memory, r->space, r->transfer, buffer);
    bool appended = result >= 0 && (r->size == 0 ? append_variable(r, buffer, (size_t)count)
                                                 : append_fixed(r, buffer, (size_t)count));
    if (result >= 0 && r->size == 0)
        H5Dvlen_reclaim(r->type, memory, r->transfer, buffer);
    H5Sclose(memory);
    if (r->has_too_many) { /* which the library takes for a lack of memory */
        dnn_hdf5_watch_memory();
        return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_FORMAT, err,
                             "has texts of more than %zu bytes, which its file cannot hold",
                             r->most);
    }
    if (result < 0)
        return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_FORMAT, err,
                             "cannot be read; the HDF5 file is damaged");
    return appended ? DNN_OK : fail_memory(r, err);
}

static dnn_status read_all(reading *r, dnn_error *err) {
    size_t rows = r->info->rows;
    hsize_t total = r->info->cols, begin[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK];
    hsize_t slab = rows >= SLAB ? 1 : SLAB / rows;
    slab = slab < total ? slab : total;
    void *buffer = dnn_alloc((size_t)slab * rows * (r->size == 0 ? sizeof(char *) : r->size));
    if (buffer == NULL)
        return fail_memory(r, err);
    dnn_status status = DNN_OK;
    for (int axis = 0; axis < r->info->rank; axis++)
        count[axis] = r->info->extent[axis];
    for (; begin[0] < total && status == DNN_OK; begin[0] += slab) {
        count[0] = slab < total - begin[0] ? slab : total - begin[0];
        hsize_t n = count[0] * rows;
        if (r->info->rank > 0)
            H5Sselect_hyperslab(r->space, H5S_SELECT_SET, begin, NULL, count, NULL);
        status = dnn_interrupt_check(err);
        if (status == DNN_OK)
            status = read_part(r, n, buffer, err);
    }
    dnn_free(buffer);
    return status;
}

/* Strings as the file has them, so that nothing is converted. */
static dnn_status prepare(reading *r, dnn_error *err) {
    r->type = H5Dget_type(r->dataset);
    r->space = H5Dget_space(r->dataset);
    r->transfer = H5Pcreate(H5P_DATASET_XFER);
    if (H5Pset_vlen_mem_manager(r->transfer, take, r, give_back, r) < 0 ||
        H5Sget_simple_extent_npoints(r->space) != (hssize_t)(r->info->rows * r->info->cols))
        return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_FORMAT, err,
                             "cannot be read; the HDF5 file is damaged");
    r->size = H5Tis_variable_str(r->type) > 0 ? 0 : H5Tget_size(r->type);
    r->trims_spaces = H5Tget_strpad(r->type) == H5T_STR_SPACEPAD;
    r->most = PLENTY + 4 * (size_t)r->file->size;
    return DNN_OK;
}

/* Bytes of an element in the file: variable ones are references of 16. */
static uint64_t element_bytes(const dnn_hdf5 *file, const dnn_hdf5_info *info) {
    hid_t dataset = H5Dopen2(file->id, info->name, file->access);
    hid_t type = H5Dget_type(dataset);
    uint64_t size = H5Tget_size(type);
    H5Tclose(type);
    H5Dclose(dataset);
    return size;
}

static dnn_status read_texts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_texts *out,
                             dnn_error *err) {
    reading r = {.file = file, .info = info, .out = out};
    uint64_t bytes = 0;
    if (info->elsewhere == NULL && !info->is_text)
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_TYPE, err, "(%s) is not strings",
                             info->type);
    if (__builtin_mul_overflow((uint64_t)info->rows * info->cols, element_bytes(file, info),
                               &bytes))
        bytes = UINT64_MAX;
    dnn_status status = dnn_hdf5_open_dataset(file, info, bytes, &r.dataset, err);
    if (status != DNN_OK)
        return status;
    r.blocks = (block){&r.blocks, &r.blocks};
    status = prepare(&r, err);
    if (status == DNN_OK && info->rows > 0)
        status = read_all(&r, err);
    give_back_all(&r);
    H5Sclose(r.space);
    H5Tclose(r.type);
    H5Pclose(r.transfer);
    H5Dclose(r.dataset);
    return status;
}

dnn_status dnn_hdf5_read_texts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_texts *out,
                               dnn_error *err) {
    *out = (dnn_hdf5_texts){0};
    dnn_status status = dnn_hdf5_check_unchanged(file, err);
    if (status != DNN_OK)
        return status;
    if (file->options.apart) {
        status = dnn_hdf5_apart_texts(file, info, out, err);
    } else {
        dnn_hdf5_watch_memory();
        status = dnn_hdf5_blame_memory(file, read_texts(file, info, out, err), err);
    }
    if (status == DNN_OK)
        status = dnn_hdf5_check_unchanged(file, err);
    if (status != DNN_OK)
        dnn_hdf5_texts_free(out);
    return status;
}

void dnn_hdf5_texts_free(dnn_hdf5_texts *texts) {
    dnn_free(texts->bytes);
    *texts = (dnn_hdf5_texts){0};
}
