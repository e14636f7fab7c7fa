/* safetensors_write.c: the header from what is to be written, then the numbers, row by row. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/crc32c.h"
#include "core/memory.h"
#include "store/checksum.h"
#include "store/safetensors_header.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "the file's numbers are written as they are");

#define ALIGNMENT 8                 /* of the first number in the file */
#define BAND      ((size_t)1 << 20) /* bytes that are transposed at once */

/* What is written, in the order of the file. */
typedef struct contents {
    const dnn_tensor **tensors;
    dnn_note *notes;
    size_t tensor_count, note_count;
    char checksum[DNN_CHECKSUM_SIZE]; /* the text of that note, where there is one */
} contents;

/* Bytes of an element in the file. */
static size_t size_of(const dnn_tensor *tensor) {
    return tensor->whole ? sizeof(int64_t) : dnn_dtype_info(tensor->matrix.dtype)->size;
}

/* Large elements first, so that all are aligned; then by name, so that equal contents make equal
 * files. */
static int by_place(const void *a, const void *b) {
    const dnn_tensor *p = *(const dnn_tensor *const *)a, *q = *(const dnn_tensor *const *)b;
    size_t p_size = size_of(p), q_size = size_of(q);
    if (p_size != q_size)
        return p_size > q_size ? -1 : 1;
    return strcmp(p->name, q->name);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const dnn_note *)a)->name, ((const dnn_note *)b)->name);
}

/* --- the header --- */

/* Why jansson refused a text, a name or what has it: it is not UTF-8, or there is no memory. */
static dnn_status fail_text(const char *what, const char *name, const char *text, dnn_error *err) {
    json_t *checked = json_string(text), *unchecked = json_string_nocheck(text);
    bool refused = checked == NULL && unchecked != NULL;
    json_decref(checked);
    json_decref(unchecked);
    if (!refused)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s '%.80s' is not UTF-8 text", what, name);
}

/* Adds `value`, which is taken over; NULL stands for no memory. */
static dnn_status add(json_t *object, const char *what, const char *name, json_t *value,
                      dnn_error *err) {
    bool taken = json_object_get(object, name) != NULL;
    if (taken || strcmp(name, DNN_SAFETENSORS_METADATA) == 0) {
        json_decref(value);
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s '%.80s' %s", what, name,
                        taken ? "comes twice" : "has the name reserved for the metadata");
    }
    if (value == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    return json_object_set_new(object, name, value) == 0 ? DNN_OK
                                                         : fail_text(what, name, name, err);
}

static dnn_status add_notes(json_t *header, const contents *c, dnn_error *err) {
    json_t *metadata = json_object();
    dnn_status status = DNN_OK;
    if (metadata == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    for (size_t i = 0; i < c->note_count && status == DNN_OK; i++) {
        const dnn_note *note = &c->notes[i];
        json_t *text = json_string(note->text);
        status = text == NULL ? fail_text("metadata", note->name, note->text, err)
                              : add(metadata, "metadata", note->name, text, err);
    }
    if (status != DNN_OK)
        json_decref(metadata);
    else if (json_object_set_new(header, DNN_SAFETENSORS_METADATA, metadata) != 0)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    return status;
}

static const char *type_of(const dnn_tensor *tensor) {
    return tensor->whole ? "I64" : dnn_safetensors_type_name(tensor->matrix.dtype);
}

/* The extents of the tensor's axes; their number. */
static size_t extents_of(const dnn_tensor *tensor, uint64_t extent[DNN_TENSOR_AXES]) {
    extent[0] = tensor->matrix.rows;
    extent[1] = tensor->matrix.cols;
    if (!tensor->shaped)
        return tensor->vector && extent[1] == 1 ? 1 : 2;
    for (size_t axis = 0; axis < tensor->rank; axis++)
        extent[axis] = tensor->size[axis];
    return tensor->rank;
}

/* The tensor's shape; NULL when there is no memory. */
static json_t *shape_of(const dnn_tensor *tensor) {
    uint64_t extent[DNN_TENSOR_AXES];
    size_t rank = extents_of(tensor, extent);
    json_t *shape = json_array();
    for (size_t axis = 0; axis < rank && shape != NULL; axis++)
        if (json_array_append_new(shape, json_integer((json_int_t)extent[axis])) != 0) {
            json_decref(shape); /* a file without this axis could not be read back */
            shape = NULL;
        }
    return shape;
}

static dnn_status add_tensors(json_t *header, const contents *c, dnn_error *err) {
    dnn_status status = DNN_OK;
    json_int_t begin = 0;
    for (size_t i = 0; i < c->tensor_count && status == DNN_OK; i++) {
        const dnn_tensor *t = c->tensors[i];
        json_int_t end = begin + (json_int_t)(dnn_matrix_count(&t->matrix) * size_of(t));
        json_t *value = json_pack("{s:s, s:o, s:[I, I]}", "dtype", type_of(t), "shape", shape_of(t),
                                  "data_offsets", begin, end);
        status = add(header, "tensor", t->name, value, err);
        begin = end;
    }
    return status;
}

/* The header as text, without a zero byte; NULL when there is no memory. */
static char *dump(const json_t *header, size_t *size) {
    *size = json_dumpb(header, NULL, 0, JSON_COMPACT);
    char *text = *size > 0 ? dnn_alloc(*size) : NULL;
    if (text == NULL || json_dumpb(header, text, *size, JSON_COMPACT) == *size)
        return text;
    dnn_free(text);
    return NULL;
}

/* The JSON text of the header, to be freed by dnn_free. */
static dnn_status make_header(char **out, size_t *size, const contents *c, dnn_error *err) {
    json_t *header = json_object();
    dnn_status status = DNN_OK;
    *out = NULL;
    if (header == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    if (status == DNN_OK && c->note_count > 0)
        status = add_notes(header, c, err);
    if (status == DNN_OK)
        status = add_tensors(header, c, err);
    if (status == DNN_OK && (*out = dump(header, size)) == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the header");
    json_decref(header);
    return status;
}

/* --- the bytes --- */

/* Where a tensor's bytes go: into the file, or, where there is none, only into their CRC-32C. */
typedef struct sink {
    dnn_atomic_file *file;
    uint32_t crc;
} sink;

static dnn_status put(sink *to, const void *bytes, size_t size, dnn_error *err) {
    if (to->file != NULL)
        return dnn_atomic_file_write(to->file, bytes, size, err);
    to->crc = dnn_crc32c_more(to->crc, bytes, size);
    return DNN_OK;
}

static dnn_status write_header(dnn_atomic_file *file, const char *text, size_t length,
                               dnn_error *err) {
    size_t padding = -(sizeof(uint64_t) + length) % ALIGNMENT;
    uint64_t size = htole64(length + padding);
    if (length + padding > DNN_SAFETENSORS_MAX_HEADER)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "names and metadata make a header of %zu bytes; at most %llu are allowed",
                        length, (unsigned long long)DNN_SAFETENSORS_MAX_HEADER);
    dnn_status status = dnn_atomic_file_write(file, &size, sizeof size, err);
    if (status == DNN_OK)
        status = dnn_atomic_file_write(file, text, length, err);
    if (status == DNN_OK)
        status = dnn_atomic_file_write(file, "        ", padding, err);
    return status;
}

/* Rows of m are columns of its transpose: bands of them are transposed into a small block. */
static dnn_status put_matrix(sink *to, const dnn_matrix *m, dnn_error *err) {
    size_t row_bytes = m->cols * dnn_dtype_info(m->dtype)->size, rows;
    if (m->rows == 0 || row_bytes == 0)
        return DNN_OK;
    rows = row_bytes < BAND ? BAND / row_bytes : 1;
    rows = rows < m->rows ? rows : m->rows;
    void *band = dnn_alloc(rows * row_bytes);
    if (band == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for %zu of its rows", rows);
    dnn_status status = DNN_OK;
    for (size_t first = 0; first < m->rows && status == DNN_OK; first += rows) {
        size_t count = rows < m->rows - first ? rows : m->rows - first;
        dnn_matrix part, out = dnn_matrix_of(m->dtype, m->cols, count, band);
        status = dnn_matrix_block(&part, m, first, 0, count, m->cols, err);
        if (status == DNN_OK)
            status = dnn_matrix_transpose(&out, &part, err);
        if (status == DNN_OK)
            status = put(to, band, count * row_bytes, err);
    }
    dnn_free(band);
    return status;
}

static dnn_status put_tensor(sink *to, const dnn_tensor *tensor, dnn_error *err) {
    const dnn_matrix *m = &tensor->matrix;
    dnn_status status = DNN_OK;
    if (!tensor->whole)
        return put_matrix(to, m, err);
    for (size_t k = 0; k < dnn_matrix_count(m) && status == DNN_OK; k++) {
        int64_t number = (int64_t)dnn_matrix_get(m, k / m->cols, k % m->cols);
        status = put(to, &number, sizeof number, err);
    }
    return status;
}

static dnn_status write_file(const char *path, const char *header, size_t size, const contents *c,
                             dnn_error *err) {
    dnn_atomic_file file;
    dnn_status status = dnn_atomic_file_begin(&file, path, err);
    if (status != DNN_OK)
        return status;
    sink to = {.file = &file};
    status = write_header(&file, header, size, err);
    for (size_t i = 0; i < c->tensor_count && status == DNN_OK; i++)
        status = put_tensor(&to, c->tensors[i], err);
    if (status == DNN_OK)
        return dnn_atomic_file_finish(&file, err);
    dnn_atomic_file_abandon(&file);
    return status;
}

/* --- all of it --- */

/* Where one of the notes is the checksum's, makes the checksum its text. */
static dnn_status add_checksum(contents *c, dnn_error *err) {
    dnn_note *of_checksum = NULL;
    uint64_t sum = 0;
    for (size_t i = 0; i < c->note_count; i++) {
        sum += dnn_checksum_of_note(&c->notes[i]);
        if (strcmp(c->notes[i].name, DNN_CHECKSUM_NOTE) == 0)
            of_checksum = &c->notes[i];
    }
    if (of_checksum == NULL)
        return DNN_OK;
    for (size_t i = 0; i < c->tensor_count; i++) {
        const dnn_tensor *t = c->tensors[i];
        uint64_t extent[DNN_TENSOR_AXES];
        size_t rank = extents_of(t, extent);
        sink to = {.file = NULL};
        dnn_status status = put_tensor(&to, t, err);
        if (status != DNN_OK)
            return status;
        sum += dnn_checksum_of_tensor(t->name, type_of(t), extent, rank, to.crc);
    }
    dnn_checksum_text(sum, c->checksum);
    of_checksum->text = c->checksum;
    return DNN_OK;
}

static dnn_status write_contents(const char *path, contents *c, dnn_error *err) {
    char *header = NULL;
    size_t size;
    qsort(c->tensors, c->tensor_count, sizeof *c->tensors, by_place);
    qsort(c->notes, c->note_count, sizeof *c->notes, by_name);
    dnn_status status = add_checksum(c, err);
    if (status == DNN_OK)
        status = make_header(&header, &size, c, err);
    if (status != DNN_OK)
        dnn_fail_context(err, status, "%s: ", path);
    else
        status = write_file(path, header, size, c, err);
    dnn_free(header);
    return status;
}

dnn_status dnn_safetensors_write(const char *path, const dnn_tensor *tensors, size_t tensor_count,
                                 const dnn_note *notes, size_t note_count, dnn_error *err) {
    contents c = {.tensor_count = tensor_count, .note_count = note_count};
    dnn_status status;
    if (tensor_count > DNN_SAFETENSORS_MAX_TENSORS || note_count > DNN_SAFETENSORS_MAX_NOTES)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: %zu tensors and %zu texts of metadata; a file has at most %zu and %zu",
                        path, tensor_count, note_count, DNN_SAFETENSORS_MAX_TENSORS,
                        DNN_SAFETENSORS_MAX_NOTES);
    c.tensors = dnn_alloc(tensor_count * sizeof *c.tensors);
    c.notes = dnn_alloc(note_count * sizeof *c.notes);
    if (c.tensors == NULL || c.notes == NULL) {
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for its names", path);
    } else {
        for (size_t i = 0; i < tensor_count; i++)
            c.tensors[i] = &tensors[i];
        for (size_t i = 0; i < note_count; i++)
            c.notes[i] = notes[i];
        status = write_contents(path, &c, err);
    }
    dnn_free(c.tensors);
    dnn_free(c.notes);
    return status;
}
