/* safetensors_header.c: JSON to tensors: every one has a type, a shape, and the bytes that these
 * two need, and together they fill the file without gap or overlap. */
#include "store/safetensors_header.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* A header is an object of objects with arrays. Its pairs, brackets and commas say how much memory
 * and time the parser will take; a tensor has 8 brackets and commas. */
#define MAX_DEPTH     3 /* these numbers are in messages, too */
#define MAX_STRUCTURE ((size_t)1048576)

typedef struct type_row {
    const char *name;
    unsigned bits; /* of an element */
    bool readable;
    dnn_stored stored;
} type_row;

static const type_row types[] = {
    {"F32",     32, true,  DNN_STORED_F32    },
    {"F64",     64, true,  DNN_STORED_F64    },
    {"F16",     16, true,  DNN_STORED_F16    },
    {"BF16",    16, true,  DNN_STORED_BF16   },
    {"F8_E4M3", 8,  true,  DNN_STORED_F8_E4M3},
    {"F8_E5M2", 8,  true,  DNN_STORED_F8_E5M2},
    {"BOOL",    8,  true,  DNN_STORED_BOOL   },
    {"U8",      8,  true,  DNN_STORED_U8     },
    {"I8",      8,  true,  DNN_STORED_I8     },
    {"U16",     16, true,  DNN_STORED_U16    },
    {"I16",     16, true,  DNN_STORED_I16    },
    {"U32",     32, true,  DNN_STORED_U32    },
    {"I32",     32, true,  DNN_STORED_I32    },
    {"U64",     64, true,  DNN_STORED_U64    },
    {"I64",     64, true,  DNN_STORED_I64    },
    {"C64",     64, false, 0                 },
    {"F8_E8M0", 8,  false, 0                 },
    {"F6_E2M3", 6,  false, 0                 },
    {"F6_E3M2", 6,  false, 0                 },
    {"F4",      4,  false, 0                 },
};

#define TYPE_COUNT (sizeof types / sizeof *types)

const char *dnn_safetensors_type_name(dnn_dtype dtype) {
    static const char *const names[] = {
        [DNN_FLOAT32] = "F32", [DNN_FLOAT64] = "F64", [DNN_UINT8] = "U8", [DNN_INT32] = "I32"};
    _Static_assert(sizeof names / sizeof *names == DNN_DTYPE_COUNT, "a row per dtype");
    return names[dtype];
}

/* --- before the parser --- */

/* Why the parser would take far more memory than the header has bytes, or more than a second; NULL
 * where it does not. What is in strings does not count. */
static const char *fault_of_structure(const char *text, size_t size) {
    size_t structure = 0, depth = 0, pairs[MAX_DEPTH + 1] = {0}; /* of the object at each depth */
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        structure += strchr("{[,", c) != NULL;
        if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH)
                return "it is nested more than 3 deep";
            pairs[depth] = 0;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ':' && ++pairs[depth] > (depth > 1 ? DNN_SAFETENSORS_MAX_NOTES
                                                           : DNN_SAFETENSORS_MAX_TENSORS + 1)) {
            return depth > 1 ? "it has more than 65536 texts of metadata"
                             : "it has more than 100000 tensors";
        }
        if (structure > MAX_STRUCTURE)
            return "it has more than 1048576 brackets and commas";
    }
    return NULL;
}

/* Jansson leaves a character out of a text that has no memory to grow and says nothing; then it
 * goes beyond the text, or aborts. So it always gets memory: where there is none, from a reserve,
 * which is noted, and the text ends there. That is enough for the few blocks of the token that it
 * is in. */
static json_malloc_t next_malloc;
static json_free_t next_free;
static _Thread_local struct {
    char *begin, *at, *end;
    bool used;
} reserve;

static void *noting_malloc(size_t size) {
    void *block = next_malloc(size);
    if (block != NULL || size > (size_t)(reserve.end - reserve.at))
        return block;
    block = reserve.at;
    size_t taken = dnn_align_up(size), left = (size_t)(reserve.end - reserve.at);
    reserve.at += taken < left ? taken : left;
    reserve.used = true;
    return block;
}

static void noting_free(void *block) {
    if ((uintptr_t)block - (uintptr_t)reserve.begin >= (uintptr_t)(reserve.end - reserve.begin))
        next_free(block);
}

static void watch_allocator(void) {
    json_get_alloc_funcs(&next_malloc, &next_free);
    json_set_alloc_funcs(noting_malloc, noting_free);
}

typedef struct header_text {
    const char *at, *end;
} header_text;

/* Byte by byte, so that the parser has nothing more where it has to end. */
static size_t next_byte(void *buffer, size_t size, void *context) {
    header_text *text = context;
    (void)size;
    if (reserve.used || text->at == text->end)
        return 0;
    memcpy(buffer, text->at++, 1);
    return 1;
}

/* NULL also where memory was short, which *has_memory says. */
static json_t *parse_with_reserve(const char *text, size_t size, bool *has_memory,
                                  json_error_t *problem) {
    size_t room = 6 * size + 65536;
    header_text whole = {text, text + size};
    reserve.begin = reserve.at = dnn_alloc(room);
    reserve.end = reserve.begin != NULL ? reserve.begin + room : NULL;
    reserve.used = reserve.begin == NULL;
    json_t *parsed = json_load_callback(next_byte, &whole, JSON_REJECT_DUPLICATES, problem);
    *has_memory = !reserve.used;
    if (reserve.used) {
        json_decref(parsed);
        parsed = NULL;
    }
    dnn_free(reserve.begin);
    reserve.begin = reserve.at = reserve.end = NULL;
    return parsed;
}

static dnn_status parse(json_t **out, const char *text, size_t size, dnn_error *err) {
    json_error_t problem;
    bool has_memory;
    const char *fault =
        size == 0 || text[0] != '{' ? "it does not begin with {" : fault_of_structure(text, size);
    if (fault != NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT, "its header is not that of a safetensors file: %s",
                        fault);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_allocator);
    *out = parse_with_reserve(text, size, &has_memory, &problem);
    if (!has_memory)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for its header of %zu bytes",
                        size);
    if (*out != NULL)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_FORMAT, "its header is not valid JSON: %.200s at byte %d",
                    problem.text, problem.position);
}

/* --- one tensor --- */

static dnn_status fail_tensor(const char *name, const char *why, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT, "tensor '%.80s' %s", name, why);
}

static const type_row *find_type(const char *name) {
    for (size_t i = 0; name != NULL && i < TYPE_COUNT; i++)
        if (strcmp(name, types[i].name) == 0)
            return &types[i];
    return NULL;
}

/* A whole number >= 0. */
static bool get_size(const json_t *value, uint64_t *out) {
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    *out = (uint64_t)number;
    return number >= 0;
}

/* The shape as rows and columns; false when it is none, has more elements than can be counted, or
 * is empty in one direction and without measure in the other. */
static bool get_shape(const json_t *shape, dnn_tensor_info *out) {
    uint64_t extent[2] = {1, 1}, size, all;
    out->rank = json_array_size(shape);
    if (!json_is_array(shape))
        return false;
    for (size_t axis = 0; axis < json_array_size(shape); axis++) {
        uint64_t *of = &extent[axis > 0];
        if (!get_size(json_array_get(shape, axis), &size) || __builtin_mul_overflow(*of, size, of))
            return false;
        if (axis < DNN_TENSOR_MAX_RANK)
            out->extent[axis] = size;
    }
    out->rows = (size_t)extent[0];
    out->cols = (size_t)extent[1];
    return !__builtin_mul_overflow(extent[0], extent[1], &all) &&
           (all > 0 || (extent[0] <= DNN_STORED_MOST_EMPTY && extent[1] <= DNN_STORED_MOST_EMPTY));
}

/* Whether the offsets give it the bytes that its type and shape need. */
static bool fills_bytes(const dnn_tensor_info *t, unsigned bits) {
    uint64_t all;
    return !__builtin_mul_overflow((uint64_t)t->rows * t->cols, (uint64_t)bits, &all) &&
           all % 8 == 0 && all / 8 == t->end - t->begin;
}

/* Types that are not known yet are kept, so that the other tensors can be read. */
static dnn_status read_tensor(dnn_tensor_info *out, const char *name, const json_t *value,
                              dnn_error *err) {
    const json_t *offsets = json_object_get(value, "data_offsets");
    const char *type_name = json_string_value(json_object_get(value, "dtype"));
    const type_row *type = find_type(type_name);
    *out = (dnn_tensor_info){.name = name, .type = type_name};
    if (!json_is_object(value))
        return fail_tensor(name, "is not described by an object", err);
    if (type_name == NULL)
        return fail_tensor(name, "has no dtype", err);
    if (type != NULL && type->readable) {
        out->readable = true;
        out->stored = type->stored;
        out->dtype = dnn_stored_info(type->stored)->dtype;
    }
    if (!get_shape(json_object_get(value, "shape"), out))
        return fail_tensor(name, "has no shape of whole numbers, or an impossible one", err);
    if (json_array_size(offsets) != 2 || !get_size(json_array_get(offsets, 0), &out->begin) ||
        !get_size(json_array_get(offsets, 1), &out->end) || out->begin > out->end)
        return fail_tensor(name, "has no data_offsets [begin, end]", err);
    if (type != NULL && !fills_bytes(out, type->bits))
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "tensor '%.80s' of type %s is %zu x %zu, but its data_offsets give it %llu "
                        "bytes",
                        name, type->name, out->rows, out->cols,
                        (unsigned long long)(out->end - out->begin));
    return DNN_OK;
}

/* --- all of them --- */

static int by_place(const void *a, const void *b) {
    const dnn_tensor_info *p = a, *q = b;
    if (p->begin != q->begin)
        return p->begin < q->begin ? -1 : 1;
    return (p->end > q->end) - (p->end < q->end);
}

static dnn_status check_places(const dnn_safetensors_header *header, uint64_t data_size,
                               dnn_error *err) {
    uint64_t end = 0;
    for (size_t i = 0; i < header->tensor_count; i++) {
        const dnn_tensor_info *t = &header->tensors[i];
        if (t->begin != end)
            return fail_tensor(t->name,
                               t->begin < end ? "overlaps the one before it"
                                              : "leaves a gap after the one before it",
                               err);
        if (t->end > data_size)
            return dnn_fail(err, DNN_ERROR_FORMAT,
                            "tensor '%.80s' ends at byte %llu of the data, but only %llu are "
                            "there; was the file cut short?",
                            t->name, (unsigned long long)t->end, (unsigned long long)data_size);
        end = t->end;
    }
    if (end != data_size)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%llu bytes at its end belong to no tensor",
                        (unsigned long long)(data_size - end));
    return DNN_OK;
}

static dnn_status read_notes(dnn_safetensors_header *header, json_t *metadata, dnn_error *err) {
    const char *name;
    json_t *value;
    if (metadata == NULL)
        return DNN_OK;
    if (!json_is_object(metadata))
        return dnn_fail(err, DNN_ERROR_FORMAT, "its " DNN_SAFETENSORS_METADATA " is not an object");
    header->notes = dnn_alloc(json_object_size(metadata) * sizeof *header->notes);
    if (header->notes == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for its metadata");
    json_object_foreach(metadata, name, value) {
        if (!json_is_string(value))
            return dnn_fail(err, DNN_ERROR_FORMAT, "its metadata '%.80s' is not text", name);
        header->notes[header->note_count++] = (dnn_note){name, json_string_value(value)};
    }
    return DNN_OK;
}

static dnn_status read_tensors(dnn_safetensors_header *header, uint64_t data_size, dnn_error *err) {
    const char *name;
    json_t *value;
    header->tensors = dnn_alloc(json_object_size(header->json) * sizeof *header->tensors);
    if (header->tensors == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for its header");
    json_object_foreach(header->json, name, value) {
        if (strcmp(name, DNN_SAFETENSORS_METADATA) == 0)
            continue;
        if (header->tensor_count == DNN_SAFETENSORS_MAX_TENSORS)
            return dnn_fail(err, DNN_ERROR_FORMAT, "it has more than %zu tensors",
                            DNN_SAFETENSORS_MAX_TENSORS);
        dnn_status status = read_tensor(&header->tensors[header->tensor_count++], name, value, err);
        if (status != DNN_OK)
            return status;
    }
    qsort(header->tensors, header->tensor_count, sizeof *header->tensors, by_place);
    return check_places(header, data_size, err);
}

dnn_status dnn_safetensors_header_read(dnn_safetensors_header *out, const char *text, size_t size,
                                       uint64_t data_size, dnn_error *err) {
    *out = (dnn_safetensors_header){0};
    dnn_status status = parse(&out->json, text, size, err);
    if (status == DNN_OK)
        status = read_notes(out, json_object_get(out->json, DNN_SAFETENSORS_METADATA), err);
    if (status == DNN_OK)
        status = read_tensors(out, data_size, err);
    if (status != DNN_OK)
        dnn_safetensors_header_free(out);
    return status;
}

void dnn_safetensors_header_free(dnn_safetensors_header *header) {
    dnn_free(header->tensors);
    dnn_free(header->notes);
    json_decref(header->json);
    *header = (dnn_safetensors_header){0};
}
