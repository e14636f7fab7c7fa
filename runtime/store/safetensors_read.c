/* safetensors_read.c: opens a file, holds its header against its size, and reads tensors. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/file_kind.h"
#include "core/memory.h"
#include "store/checksum.h"
#include "store/safetensors_header.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "the file's numbers are read as they are");

#define BAND ((size_t)1 << 20) /* bytes that are transposed at once */

struct dnn_safetensors {
    int fd;
    char *path;
    uint64_t data_at; /* where the numbers begin */
    dnn_safetensors_header header;
};

/* Puts the file's name before what is wrong. */
static dnn_status fail_in(const char *path, dnn_status status, dnn_error *err) {
    if (err == NULL)
        return status;
    return dnn_fail_context(err, status, "%s: ", path);
}

/* Reads just these bytes. */
static dnn_status read_at(int fd, void *bytes, size_t size, uint64_t at, dnn_error *err) {
    size_t got;
    int problem = dnn_read_at(fd, bytes, size, (off_t)at, &got);
    if (problem != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "cannot be read: %s", strerror(problem));
    if (got < size)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "is shorter than it was a moment ago; is another program writing it?");
    return DNN_OK;
}

/* --- opening --- */

/* Something else, by its first bytes; `err` gets the path later. */
static dnn_status fail_kind(const dnn_safetensors *file, uint64_t file_size, dnn_error *err) {
    unsigned char first[DNN_FILE_KIND_BYTES];
    size_t size = file_size < sizeof first ? (size_t)file_size : sizeof first;
    dnn_status status = read_at(file->fd, first, size, 0, err);
    if (status != DNN_OK)
        return status;
    return dnn_fail_file_kind(err, NULL, "a safetensors file", first, size);
}

/* A file that is too short to hold a header. Where it may be the beginning of a header's length, as
 * 80 04 00 is, it is not taken for something else that begins so, as a pickle does. */
static dnn_status fail_short(const dnn_safetensors *file, uint64_t file_size, dnn_error *err) {
    unsigned char bytes[sizeof(uint64_t)];
    if (file_size > 0 && read_at(file->fd, bytes, (size_t)file_size, 0, NULL) == DNN_OK &&
        (bytes[0] >= 0x80 || bytes[file_size - 1] == 0))
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "is not a safetensors file, or was cut short: it has %llu bytes in all",
                        (unsigned long long)file_size);
    return fail_kind(file, file_size, err);
}

static bool is_known_kind(const dnn_safetensors *file, uint64_t file_size) {
    unsigned char first[DNN_FILE_KIND_BYTES];
    size_t size = file_size < sizeof first ? (size_t)file_size : sizeof first;
    return read_at(file->fd, first, size, 0, NULL) == DNN_OK &&
           dnn_file_kind_of(first, size) != NULL;
}

/* The header's length, held against the file's; a header begins with {. */
static dnn_status read_length(const dnn_safetensors *file, uint64_t file_size, uint64_t *length,
                              dnn_error *err) {
    unsigned char bytes[9];
    if (file_size < sizeof bytes)
        return fail_short(file, file_size, err);
    dnn_status status = read_at(file->fd, bytes, sizeof bytes, 0, err);
    if (status != DNN_OK)
        return status;
    memcpy(length, bytes, sizeof *length);
    *length = le64toh(*length);
    if (bytes[8] != '{' && is_known_kind(file, file_size))
        return fail_kind(file, file_size, err);
    if (*length > DNN_SAFETENSORS_MAX_HEADER || *length > file_size - sizeof *length)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "is not a safetensors file, or was cut short: it claims a header of %llu "
                        "bytes, and has %llu in all",
                        (unsigned long long)*length, (unsigned long long)file_size);
    return DNN_OK;
}

static dnn_status read_header(dnn_safetensors *file, dnn_error *err) {
    struct stat info = {0};
    uint64_t length = 0;
    (void)fstat(file->fd, &info); /* of an open file */
    if (!S_ISREG(info.st_mode))
        return dnn_fail(err, DNN_ERROR_FILE, "is %s",
                        S_ISDIR(info.st_mode) ? "a folder; give the name of a file"
                                              : "not a regular file");
    dnn_status status = read_length(file, (uint64_t)info.st_size, &length, err);
    if (status != DNN_OK)
        return status;
    char *text = dnn_alloc(length);
    if (text == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for its header");
    file->data_at = sizeof length + length;
    status = read_at(file->fd, text, length, sizeof length, err);
    if (status == DNN_OK)
        status = dnn_safetensors_header_read(&file->header, text, length,
                                             (uint64_t)info.st_size - file->data_at, err);
    dnn_free(text);
    return status;
}

dnn_status dnn_safetensors_open(dnn_safetensors **out, const char *path, dnn_error *err) {
    *out = NULL;
    dnn_safetensors *file = dnn_calloc(1, sizeof *file);
    char *name = dnn_strdup(path);
    if (file == NULL || name == NULL) {
        dnn_free(file);
        dnn_free(name);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    }
    file->path = name;
    file->fd = dnn_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0); /* a pipe must not block */
    dnn_status status = file->fd < 0
                            ? dnn_fail(err, DNN_ERROR_FILE, "cannot be read: %s", strerror(errno))
                            : read_header(file, err);
    if (status == DNN_OK)
        status = dnn_checksum_verify(file, err);
    if (status == DNN_OK) {
        *out = file;
        return DNN_OK;
    }
    dnn_safetensors_close(file);
    return fail_in(path, status, err);
}

void dnn_safetensors_close(dnn_safetensors *file) {
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    dnn_safetensors_header_free(&file->header);
    dnn_free(file->path);
    dnn_free(file);
}

/* --- what is in it --- */

size_t dnn_safetensors_count(const dnn_safetensors *file) {
    return file->header.tensor_count;
}

const dnn_tensor_info *dnn_safetensors_tensor(const dnn_safetensors *file, size_t i) {
    return &file->header.tensors[i];
}

size_t dnn_safetensors_note_count(const dnn_safetensors *file) {
    return file->header.note_count;
}

dnn_note dnn_safetensors_note(const dnn_safetensors *file, size_t i) {
    return file->header.notes[i];
}

const char *dnn_safetensors_find_note(const dnn_safetensors *file, const char *name) {
    for (size_t i = 0; i < file->header.note_count; i++)
        if (strcmp(file->header.notes[i].name, name) == 0)
            return file->header.notes[i].text;
    return NULL;
}

/* --- numbers --- */

dnn_status dnn_safetensors_read_bytes(const dnn_safetensors *file, uint64_t at, size_t size,
                                      void *bytes, dnn_error *err) {
    return read_at(file->fd, bytes, size, file->data_at + at, err);
}

/* What a band of rows needs on its way: its bytes in the file, its elements, and those as the
 * output has them. */
typedef struct bands {
    const dnn_safetensors *file;
    const dnn_tensor_info *t;
    size_t rows; /* in a band */
    char *bytes, *elements, *converted;
} bands;

static dnn_status fail_inexact(const dnn_tensor_info *t, size_t element, const void *bytes,
                               dnn_error *err) {
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    bool negative = t->stored == DNN_STORED_I64 && x >> 63;
    return dnn_fail(
        err, DNN_ERROR_TYPE,
        "tensor '%.80s' is %s, and its element %zu, %s%llu, does not fit a float64 exactly",
        t->name, t->type, element + 1, negative ? "-" : "",
        (unsigned long long)(negative ? -x : x));
}

/* Rows first .. first + count - 1: row by row in the file, so columns of a matrix cols x count;
 * decoded, converted where the output has another type, and transposed into place. */
static dnn_status read_rows(const bands *b, size_t first, size_t count, dnn_matrix *out,
                            dnn_error *err) {
    const dnn_tensor_info *t = b->t;
    dnn_matrix part, elements = dnn_matrix_of(t->dtype, t->cols, count, b->elements);
    dnn_matrix converted = dnn_matrix_of(out->dtype, t->cols, count, b->converted);
    size_t size = dnn_stored_info(t->stored)->size, n = t->cols * count;
    uint64_t at = t->begin + first * (uint64_t)t->cols * size;
    dnn_status status = dnn_safetensors_read_bytes(b->file, at, n * size, b->bytes, err);
    if (status == DNN_OK && b->bytes != b->elements) {
        size_t done = dnn_stored_decode(t->stored, false, b->bytes, n, b->elements);
        if (done < n)
            return fail_inexact(t, first * t->cols + done, b->bytes + done * size, err);
    }
    if (status == DNN_OK && b->converted != b->elements)
        status = dnn_matrix_copy(&converted, &elements, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&part, out, first, 0, count, out->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_transpose(&part, &converted, err);
    return status;
}

static bool is_as_stored(dnn_stored type) {
    return type == DNN_STORED_F32 || type == DNN_STORED_F64 || type == DNN_STORED_U8 ||
           type == DNN_STORED_I32;
}

static dnn_status read_bands(const dnn_safetensors *file, const dnn_tensor_info *t, dnn_matrix *out,
                             dnn_error *err) {
    bands b = {.file = file, .t = t};
    size_t element = dnn_dtype_info(t->dtype)->size, row = t->cols * sizeof(double);
    b.rows = row < BAND ? BAND / row : 1;
    b.rows = b.rows < t->rows ? b.rows : t->rows;
    size_t n = b.rows * t->cols;
    size_t raw = is_as_stored(t->stored) ? 0 : dnn_align_up(n * dnn_stored_info(t->stored)->size);
    size_t decoded = dnn_align_up(n * element);
    size_t other = t->dtype == out->dtype ? 0 : n * dnn_dtype_info(out->dtype)->size;
    char *memory = dnn_alloc(raw + decoded + other);
    if (memory == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory to read tensor '%.80s'", t->name);
    b.bytes = memory;
    b.elements = memory + raw;
    b.converted = other == 0 ? b.elements : b.elements + decoded;
    dnn_status status = DNN_OK;
    for (size_t first = 0; first < t->rows && status == DNN_OK; first += b.rows)
        status =
            read_rows(&b, first, b.rows < t->rows - first ? b.rows : t->rows - first, out, err);
    dnn_free(memory);
    return status;
}

static dnn_status read_tensor(const dnn_safetensors *file, const dnn_tensor_info *t,
                              dnn_matrix *out, dnn_error *err) {
    dnn_status status = DNN_OK;
    if (!t->readable)
        status = dnn_fail(err, DNN_ERROR_TYPE,
                          "tensor '%.80s' is %.40s, which a Matrix cannot hold; convert it where "
                          "the file was made",
                          t->name, t->type);
    else if (out->rows != t->rows || out->cols != t->cols)
        status = dnn_fail(err, DNN_ERROR_SHAPE, "tensor '%.80s' is %zu x %zu, not %zu x %zu",
                          t->name, t->rows, t->cols, out->rows, out->cols);
    else if (t->end > t->begin)
        status = read_bands(file, t, out, err);
    return status == DNN_OK ? DNN_OK : fail_in(file->path, status, err);
}

dnn_status dnn_safetensors_read(const dnn_safetensors *file, size_t i, dnn_matrix *out,
                                dnn_error *err) {
    return read_tensor(file, &file->header.tensors[i], out, err);
}

dnn_status dnn_safetensors_read_flat(const dnn_safetensors *file, size_t i, dnn_matrix *out,
                                     dnn_error *err) {
    dnn_tensor_info flat = file->header.tensors[i];
    flat.rows *= flat.cols;
    flat.cols = 1;
    return read_tensor(file, &flat, out, err);
}
