/* npy.c: NumPy's header, which is the text of a Python dictionary, read by a parser of just that.
 */
#include "data/npy.h"

#include <ctype.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/memory.h"

#define MAGIC      "\x93NUMPY"
#define MAX_HEADER ((size_t)1 << 20) /* a record array's can be long; numbers need 128 bytes */
#define ALIGNMENT  64                /* of the elements in the file */

/* --- the dictionary --- */

typedef struct parser {
    const char *at, *end;
} parser;

static void skip_blanks(parser *p) {
    while (p->at < p->end && isspace((unsigned char)*p->at))
        p->at++;
}

static bool take(parser *p, char c) {
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static bool take_word(parser *p, const char *word) {
    size_t length = strlen(word);
    skip_blanks(p);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
        return false;
    p->at += length;
    return true;
}

/* A string without escapes, into `out`. */
static bool take_string(parser *p, char *out, size_t room) {
    skip_blanks(p);
    if (p->at == p->end || (*p->at != '\'' && *p->at != '"'))
        return false;
    char quote = *p->at++;
    size_t length = 0;
    while (p->at < p->end && *p->at != quote && *p->at != '\\' && length + 1 < room)
        out[length++] = *p->at++;
    out[length] = '\0';
    return p->at < p->end && *p->at++ == quote;
}

/* A whole number >= 0, with the L that Python 2 writes. */
static bool take_number(parser *p, uint64_t *out) {
    skip_blanks(p);
    if (p->at == p->end || !isdigit((unsigned char)*p->at))
        return false;
    for (*out = 0; p->at < p->end && isdigit((unsigned char)*p->at); p->at++)
        if (__builtin_mul_overflow(*out, (uint64_t)10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(*p->at - '0'), out))
            return false;
    (void)(p->at < p->end && *p->at == 'L' && p->at++);
    return true;
}

/* (3, 4), (3,), () */
static bool take_shape(parser *p, dnn_array *out) {
    if (!take(p, '('))
        return false;
    while (!take(p, ')')) {
        if (out->rank == DNN_ARRAY_MAX_RANK || !take_number(p, &out->extent[out->rank++]))
            return false;
        if (!take(p, ','))
            return take(p, ')');
    }
    return true;
}

/* --- element types --- */

static bool type_of(char kind, unsigned long size, dnn_stored *type) {
    static const struct {
        char kind;
        unsigned long size;
        dnn_stored type;
    } types[] = {
        {'b', 1, DNN_STORED_BOOL},
        {'i', 1, DNN_STORED_I8  },
        {'i', 2, DNN_STORED_I16 },
        {'i', 4, DNN_STORED_I32 },
        {'i', 8, DNN_STORED_I64 },
        {'u', 1, DNN_STORED_U8  },
        {'u', 2, DNN_STORED_U16 },
        {'u', 4, DNN_STORED_U32 },
        {'u', 8, DNN_STORED_U64 },
        {'f', 2, DNN_STORED_F16 },
        {'f', 4, DNN_STORED_F32 },
        {'f', 8, DNN_STORED_F64 },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].kind == kind && types[i].size == size) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

static const char *kind_name(char kind) {
    switch (kind) {
    case 'O':
        return "Python objects, which are pickled and could run any code; in Python, convert them "
               "to numbers first: array.astype('float32')";
    case 'c':
        return "complex numbers; write the real and the imaginary part as two arrays";
    case 'U':
    case 'S':
    case 'a':
        return "text; write numbers, or a CSV file";
    case 'V':
        return "records or raw bytes; write a plain array for each field";
    case 'M':
    case 'm':
        return "dates or durations; in Python, write array.astype('int64')";
    case 'f':
        return "extended precision, which differs from machine to machine; in Python, write "
               "array.astype('float64')";
    default:
        return "a type that a Matrix cannot hold";
    }
}

/* "<f4": byte order, kind, bytes. */
static dnn_status read_type(const dnn_source *source, const char *text, dnn_array *out,
                            dnn_error *err) {
    const char *kind = text + (strchr("<>=|", text[0]) != NULL);
    const size_t digits = kind[0] == '\0' ? 0 : strspn(kind + 1, "0123456789");
    const bool numbered = digits > 0 && kind[1 + digits] == '\0';
    const char big = __BYTE_ORDER == __BIG_ENDIAN ? '<' : '>';
    if (strcmp(kind, "?") == 0)
        out->type = DNN_STORED_BOOL;
    else if (!numbered || !type_of(kind[0], strtoul(kind + 1, NULL, 10), &out->type))
        return dnn_source_fail(source, DNN_ERROR_TYPE, err, "its elements ('%s') are %s", text,
                               kind_name(kind[0] == 'f' && !numbered ? '\0' : kind[0]));
    out->swapped = text[0] == big;
    return DNN_OK;
}

/* --- the header --- */

static dnn_status fail_header(const dnn_source *source, dnn_error *err) {
    return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                           "the header of the NumPy array is damaged; expected {'descr': '<f4', "
                           "'fortran_order': False, 'shape': (3, 4)}");
}

static dnn_status read_dictionary(const dnn_source *source, parser *p, dnn_array *out,
                                  dnn_error *err) {
    char key[16], type[32] = "";
    bool has_order = false, has_shape = false, good = take(p, '{');
    while (good && !take(p, '}')) {
        good = take_string(p, key, sizeof key) && take(p, ':');
        if (good && strcmp(key, "descr") == 0 && type[0] == '\0') {
            if (take(p, '[') || take(p, '('))
                return dnn_source_fail(source, DNN_ERROR_TYPE, err, "its elements are %s",
                                       kind_name('V'));
            good = take_string(p, type, sizeof type) && type[0] != '\0';
        } else if (good && strcmp(key, "fortran_order") == 0 && !has_order) {
            out->fortran = take_word(p, "True");
            good = has_order = out->fortran || take_word(p, "False");
        } else if (good && strcmp(key, "shape") == 0 && !has_shape) {
            good = has_shape = take_shape(p, out);
        } else {
            good = false;
        }
        if (good && !take(p, ',')) {
            good = take(p, '}');
            break;
        }
    }
    skip_blanks(p);
    if (!good || p->at != p->end || type[0] == '\0' || !has_order || !has_shape)
        return fail_header(source, err);
    return read_type(source, type, out, err);
}

static dnn_status read_text(dnn_source *source, char **text, size_t *size, dnn_error *err) {
    unsigned char b[12];
    const unsigned char *first;
    size_t ahead;
    dnn_status status = dnn_source_peek(source, &first, &ahead, err);
    if (status != DNN_OK)
        return status;
    if (ahead < 10 || memcmp(first, MAGIC, 6) != 0)
        return dnn_source_fail_kind(source, "a NumPy array (.npy)", err);
    bool is_short = first[6] == 1;
    if (first[6] < 1 || first[6] > 3 || first[7] != 0)
        return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                               "is a NumPy array of version %d.%d; expected 1.0 to 3.0", first[6],
                               first[7]);
    status = dnn_source_read(source, b, is_short ? 10 : 12, err);
    if (status != DNN_OK)
        return status;
    *size = (size_t)b[8] | (size_t)b[9] << 8;
    if (!is_short)
        *size |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (*size > MAX_HEADER || dnn_source_require(source, *size, NULL) != DNN_OK)
        return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                               "claims a header of %zu bytes; expected a few hundred", *size);
    *text = dnn_alloc(*size);
    if (*text == NULL)
        return dnn_source_fail(source, DNN_ERROR_MEMORY, err, "not enough memory for its header");
    status = dnn_source_read(source, *text, *size, err);
    if (status != DNN_OK) {
        dnn_free(*text);
        *text = NULL;
    }
    return status;
}

dnn_status dnn_npy_header(dnn_source *source, dnn_array *out, dnn_error *err) {
    char *text = NULL;
    size_t size = 0;
    *out = (dnn_array){.rank = 0};
    dnn_status status = read_text(source, &text, &size, err);
    if (status != DNN_OK)
        return status;
    parser p = {text, text + size};
    status = read_dictionary(source, &p, out, err);
    dnn_free(text);
    const char *fault = status == DNN_OK ? dnn_array_measure(out) : NULL;
    if (fault != NULL)
        status = dnn_source_fail(source, DNN_ERROR_FORMAT, err, "its shape has %s", fault);
    return status == DNN_OK ? dnn_source_require(source, out->bytes, err) : status;
}

/* --- writing --- */

static const char *descr_of(dnn_dtype dtype) {
    static const char *const little[] = {
        [DNN_FLOAT32] = "<f4", [DNN_FLOAT64] = "<f8", [DNN_UINT8] = "|u1", [DNN_INT32] = "<i4"};
    static const char *const big[] = {
        [DNN_FLOAT32] = ">f4", [DNN_FLOAT64] = ">f8", [DNN_UINT8] = "|u1", [DNN_INT32] = ">i4"};
    _Static_assert(sizeof little / sizeof *little == DNN_DTYPE_COUNT, "a row per dtype");
    return (__BYTE_ORDER == __LITTLE_ENDIAN ? little : big)[dtype];
}

/* Magic, version 1.0, length and dictionary, padded so that the elements are aligned; its size. */
static size_t make_header(char *out, size_t room, const dnn_matrix *m, const uint64_t *extent,
                          int rank) {
    int n = snprintf(out, room, MAGIC "%c%c%c%c{'descr': '%s', 'fortran_order': False, 'shape': (",
                     1, 0, 0, 0, descr_of(m->dtype));
    for (int axis = 0; axis < rank; axis++)
        n += snprintf(out + n, room - (size_t)n, "%llu%s", (unsigned long long)extent[axis],
                      axis + 1 < rank ? ", "
                      : rank == 1     ? ","
                                      : "");
    n += snprintf(out + n, room - (size_t)n, "), }");
    size_t size = ((size_t)n + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    memset(out + n, ' ', size - (size_t)n - 1);
    out[size - 1] = '\n';
    out[8] = (char)((size - 10) & 255);
    out[9] = (char)((size - 10) >> 8);
    return size;
}

static dnn_status check_extent(const char *path, const dnn_matrix *m, const uint64_t *extent,
                               int rank, dnn_error *err) {
    uint64_t count = 1;
    if (rank == 0)
        return DNN_OK;
    bool good = rank <= DNN_ARRAY_MAX_RANK;
    for (int axis = 0; axis < rank && good; axis++)
        good = !__builtin_mul_overflow(count, extent[axis], &count);
    if (good && count == dnn_matrix_count(m) && extent[0] == m->cols)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "%s: a matrix of %zu x %zu needs a shape that begins with its %zu columns and "
                    "has %zu elements",
                    path, m->rows, m->cols, m->cols, dnn_matrix_count(m));
}

dnn_status dnn_npy_write(const char *path, const dnn_matrix *m, const uint64_t *extent, int rank,
                         dnn_error *err) {
    char header[1024];
    uint64_t own[] = {m->cols, m->rows};
    dnn_atomic_file file;
    dnn_status status = check_extent(path, m, extent, rank, err);
    if (status == DNN_OK)
        status = dnn_atomic_file_begin(&file, path, err);
    if (status != DNN_OK)
        return status;
    size_t size = rank > 0 ? make_header(header, sizeof header, m, extent, rank)
                           : make_header(header, sizeof header, m, own, m->rows == 1 ? 1 : 2);
    size_t column = m->rows * dnn_dtype_info(m->dtype)->size;
    bool whole = dnn_matrix_is_contiguous(m);
    status = dnn_atomic_file_write(&file, header, size, err);
    for (size_t j = 0; j < (whole ? 1 : m->cols) && status == DNN_OK && m->cols > 0; j++)
        status = dnn_atomic_file_write(&file, dnn_matrix_at(m, 0, j),
                                       whole ? column * m->cols : column, err);
    if (status == DNN_OK)
        return dnn_atomic_file_finish(&file, err);
    dnn_atomic_file_abandon(&file);
    return status;
}
