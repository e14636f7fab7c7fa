/* safetensors_read.c: opens a file, holds its header against its size, and reads tensors. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/memory.h"
#include "store/safetensors_header.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "the file's numbers are read as they are");

#define BAND ((size_t)1 << 20) /* bytes that are transposed at once */

struct dnn_safetensors {
    int fd;
    char *path;
    uint64_t data_at; /* where the numbers begin */
    dnn_safetensors_header header;
};

/* Puts the file's name before what is wrong; a name in the file is nobody's to send control
 * characters to a terminal with. */
static dnn_status fail_in(const char *path, dnn_status status, dnn_error *err) {
    if (err == NULL)
        return status;
    for (char *c = err->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return dnn_fail_context(err, status, "%s: ", path);
}

/* Reads just these bytes. */
static dnn_status read_at(int fd, void *bytes, size_t size, uint64_t at, dnn_error *err) {
    char *to = bytes;
    while (size > 0) {
        ssize_t got = pread(fd, to, size < BAND ? size : BAND, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return dnn_fail(err, DNN_ERROR_FILE, "cannot be read: %s", strerror(errno));
        if (got == 0)
            return dnn_fail(err, DNN_ERROR_FORMAT,
                            "ends sooner than it did a moment ago; is somebody writing it?");
        to += got;
        at += (uint64_t)got;
        size -= (size_t)got;
    }
    return DNN_OK;
}

/* --- opening --- */

/* What a file is that begins like this and is no safetensors file. */
static const char *known_as(const unsigned char *bytes) {
    static const struct {
        const char *magic, *words;
    } kinds[] = {
        {"PK\3\4",       "a PyTorch or NumPy archive; write it again in Python by "
                   "safetensors.torch.save_file(model.state_dict(), path)"  },
        {"\x80\2",       "a Python pickle; write it again in Python by "
                   "safetensors.torch.save_file(model.state_dict(), path)"  },
        {"\x89HDF",      "an HDF5 file; dnn.data.hdf5 reads it"                               },
        {"\x93NUMPY",    "a NumPy array"                                                      },
        {"version http", "the stand-in that Git LFS leaves for a large file; run git lfs pull"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(bytes, kinds[i].magic, strnlen(kinds[i].magic, 8)) == 0)
            return kinds[i].words;
    return NULL;
}

/* The header's length, held against the file's. */
static dnn_status read_length(int fd, uint64_t file_size, uint64_t *length, dnn_error *err) {
    unsigned char bytes[8];
    if (file_size < sizeof bytes)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "has %llu bytes; a safetensors file begins with the 8 bytes of a length",
                        (unsigned long long)file_size);
    dnn_status status = read_at(fd, bytes, sizeof bytes, 0, err);
    if (status != DNN_OK)
        return status;
    if (known_as(bytes) != NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT, "is no safetensors file but %s", known_as(bytes));
    memcpy(length, bytes, sizeof *length);
    *length = le64toh(*length);
    if (*length > DNN_SAFETENSORS_MAX_HEADER || *length > file_size - sizeof bytes)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "is no safetensors file, or was cut short: it asks for a header of %llu "
                        "bytes, and has %llu in all",
                        (unsigned long long)*length, (unsigned long long)file_size);
    return DNN_OK;
}

static dnn_status read_header(dnn_safetensors *file, dnn_error *err) {
    struct stat info;
    uint64_t length = 0;
    if (fstat(file->fd, &info) != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return dnn_fail(err, DNN_ERROR_FILE, "is %s",
                        S_ISDIR(info.st_mode) ? "a folder; give the name of a file"
                                              : "no plain file");
    dnn_status status = read_length(file->fd, (uint64_t)info.st_size, &length, err);
    if (status != DNN_OK)
        return status;
    char *text = dnn_alloc(length);
    if (text == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "no memory for its header");
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
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to open it", path);
    }
    file->path = name;
    file->fd = dnn_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0); /* a pipe must not block */
    dnn_status status = file->fd < 0
                            ? dnn_fail(err, DNN_ERROR_FILE, "cannot be read: %s", strerror(errno))
                            : read_header(file, err);
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

/* Rows first .. first + count - 1: row by row in the file, so columns of `band` (cols x count);
 * converted where `converted` has another type, and transposed into place. */
static dnn_status read_rows(const dnn_safetensors *file, const dnn_tensor_info *t, size_t first,
                            dnn_matrix *band, dnn_matrix *converted, dnn_matrix *out,
                            dnn_error *err) {
    dnn_matrix part;
    size_t row_bytes = band->rows * dnn_dtype_info(band->dtype)->size;
    dnn_status status = read_at(file->fd, band->data, band->cols * row_bytes,
                                file->data_at + t->begin + first * (uint64_t)row_bytes, err);
    if (status == DNN_OK && converted != band)
        status = dnn_matrix_copy(converted, band, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&part, out, first, 0, band->cols, out->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_transpose(&part, converted, err);
    return status;
}

static dnn_status read_bands(const dnn_safetensors *file, const dnn_tensor_info *t, dnn_matrix *out,
                             dnn_error *err) {
    size_t row = t->cols * dnn_dtype_info(t->dtype)->size;
    size_t rows = row < BAND ? BAND / row : 1;
    rows = rows < t->rows ? rows : t->rows;
    size_t block = dnn_align_up(rows * row);
    size_t other = t->dtype == out->dtype ? 0 : rows * t->cols * dnn_dtype_info(out->dtype)->size;
    char *memory = dnn_alloc(block + other);
    if (memory == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "no memory to read tensor '%.80s'", t->name);
    dnn_status status = DNN_OK;
    for (size_t first = 0; first < t->rows && status == DNN_OK; first += rows) {
        size_t count = rows < t->rows - first ? rows : t->rows - first;
        dnn_matrix band = dnn_matrix_of(t->dtype, t->cols, count, memory);
        dnn_matrix converted = dnn_matrix_of(out->dtype, t->cols, count, memory + block);
        status = read_rows(file, t, first, &band, other > 0 ? &converted : &band, out, err);
    }
    dnn_free(memory);
    return status;
}

dnn_status dnn_safetensors_read(const dnn_safetensors *file, size_t i, dnn_matrix *out,
                                dnn_error *err) {
    const dnn_tensor_info *t = &file->header.tensors[i];
    dnn_status status = DNN_OK;
    if (!t->readable)
        status = dnn_fail(err, DNN_ERROR_TYPE,
                          "tensor '%.80s' is %s; F32, F64 and U8 can be read, so convert it where "
                          "the file was made",
                          t->name, t->type);
    else if (out->rows != t->rows || out->cols != t->cols)
        status = dnn_fail(err, DNN_ERROR_SHAPE, "tensor '%.80s' is %zu x %zu, not %zu x %zu",
                          t->name, t->rows, t->cols, out->rows, out->cols);
    else if (t->end > t->begin)
        status = read_bands(file, t, out, err);
    return status == DNN_OK ? DNN_OK : fail_in(file->path, status, err);
}
