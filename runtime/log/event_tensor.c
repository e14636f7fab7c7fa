/* event_tensor.c: TensorProto: numbers in `tensor_content`, packed by type, or in one of the fields
 * that each hold the values of some types. */
#include "log/event_tensor.h"

#include <math.h>
#include <string.h>

#include "log/event_fields.h"

static double packed_double(const uint8_t *bytes, size_t index) {
    uint64_t bits = 0;
    for (int b = 0; b < 8; b++)
        bits |= (uint64_t)bytes[8 * index + (size_t)b] << (8 * b);
    return dnn_wire_double(bits);
}

/* What a TensorProto holds, as far as logs use it. */
typedef struct tensor {
    uint64_t dtype;
    dnn_wire_field strings[3];
    size_t string_count;
    dnn_wire_field content; /* packed numbers, of dtype or double */
    dnn_wire_field shape;
    bool has_number; /* a single one that is not packed */
    double number;
} tensor;

/* The first of packed varints. */
static bool first_varint(const dnn_wire_field *f, uint64_t *out) {
    *out = 0;
    for (size_t i = 0; i < f->size && i < 10; i++) {
        *out |= (uint64_t)(f->bytes[i] & 0x7F) << (7 * i);
        if (f->bytes[i] < 0x80)
            return true;
    }
    return false;
}

/* IEEE half precision: 1 sign, 5 exponent, 10 mantissa bits. */
static double of_half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31), mantissa = (int)(bits & 1023);
    double size = exponent == 0    ? ldexp(mantissa, -24)
                  : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                   : ldexp(1024 + mantissa, exponent - 25);
    return bits >> 15 & 1 ? -size : size;
}

/* A number of an integer or half type by its bits, of which varints hold up to 64. */
static double number_of(uint64_t dtype, uint64_t bits) {
    switch (dtype) {
    case TENSOR_DTYPE_HALF:
        return of_half(bits);
    case TENSOR_DTYPE_BFLOAT16:
        return dnn_wire_float((uint32_t)(bits << 16));
    case TENSOR_DTYPE_INT8:
        return (int8_t)bits;
    case TENSOR_DTYPE_INT16:
        return (int16_t)bits;
    case TENSOR_DTYPE_INT32:
        return (int32_t)bits;
    case TENSOR_DTYPE_INT64:
        return (double)(int64_t)bits;
    default:
        return (double)bits;
    }
}

/* Bytes of a number in tensor_content; 0: it is not a number. */
static size_t bytes_of(uint64_t dtype) {
    static const uint8_t sizes[] = {
        [TENSOR_DTYPE_FLOAT] = 4,  [TENSOR_DTYPE_DOUBLE] = 8, [TENSOR_DTYPE_INT32] = 4,
        [TENSOR_DTYPE_UINT8] = 1,  [TENSOR_DTYPE_INT16] = 2,  [TENSOR_DTYPE_INT8] = 1,
        [TENSOR_DTYPE_INT64] = 8,  [TENSOR_DTYPE_BOOL] = 1,   [TENSOR_DTYPE_BFLOAT16] = 2,
        [TENSOR_DTYPE_UINT16] = 2, [TENSOR_DTYPE_HALF] = 2,   [TENSOR_DTYPE_UINT32] = 4,
        [TENSOR_DTYPE_UINT64] = 8};
    return dtype < sizeof sizes ? sizes[dtype] : 0;
}

static bool is_integer_field(uint32_t field) {
    return field == TENSOR_INTS || field == TENSOR_INT64S || field == TENSOR_BOOLS ||
           field == TENSOR_HALVES || field == TENSOR_UINT32S || field == TENSOR_UINT64S;
}

static void take_number(tensor *t, double number) {
    t->number = number;
    t->has_number = true;
}

static bool read_tensor_fields(const dnn_wire_field *message, tensor *t) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    uint64_t bits;
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        if (f.field == TENSOR_DTYPE && f.kind == DNN_WIRE_VARINT)
            t->dtype = f.number;
        else if (f.field == TENSOR_FLOATS && f.kind == DNN_WIRE_FIXED32)
            take_number(t, dnn_wire_float((uint32_t)f.number));
        else if (f.field == TENSOR_DOUBLES && f.kind == DNN_WIRE_FIXED64)
            take_number(t, dnn_wire_double(f.number));
        else if (is_integer_field(f.field) && f.kind == DNN_WIRE_VARINT)
            take_number(t, number_of(t->dtype, f.number));
        else if (f.kind != DNN_WIRE_BYTES)
            continue;
        else if (is_integer_field(f.field) && first_varint(&f, &bits))
            take_number(t, number_of(t->dtype, bits));
        else if (f.field == TENSOR_STRINGS && t->string_count < 3)
            t->strings[t->string_count++] = f;
        else if (f.field == TENSOR_SHAPE)
            t->shape = f;
        else if (f.field == TENSOR_CONTENT || f.field == TENSOR_FLOATS || f.field == TENSOR_DOUBLES)
            t->content = f;
    return !r.bad;
}

static bool tensor_scalar(const tensor *t, dnn_event *e) {
    size_t size = bytes_of(t->dtype);
    uint64_t bits = 0;
    e->kind = DNN_EVENT_SCALAR;
    e->scalar = (float)t->number;
    if (t->content.size == 0)
        return t->has_number;
    if (size == 0 || t->content.size != size)
        return false;
    for (size_t b = 0; b < size; b++)
        bits |= (uint64_t)t->content.bytes[b] << (8 * b);
    e->scalar = t->dtype == TENSOR_DTYPE_DOUBLE  ? (float)dnn_wire_double(bits)
                : t->dtype == TENSOR_DTYPE_FLOAT ? dnn_wire_float((uint32_t)bits)
                                                 : (float)number_of(t->dtype, bits);
    return true;
}

/* Rows of (left edge, right edge, count). The sums are not in there; the buckets' middles stand for
 * their values. */
static bool tensor_histogram(const tensor *t, dnn_event *e, double *buckets) {
    dnn_histogram *h = &e->histogram;
    double *limits = buckets, *counts = buckets + DNN_HISTOGRAM_MAX_BUCKETS;
    h->buckets = t->content.size / 24;
    if (t->dtype != TENSOR_DTYPE_DOUBLE || h->buckets == 0 || t->content.size % 24 != 0 ||
        h->buckets > DNN_HISTOGRAM_MAX_BUCKETS)
        return false;
    for (size_t k = 0; k < h->buckets; k++) {
        double left = packed_double(t->content.bytes, 3 * k), middle;
        limits[k] = packed_double(t->content.bytes, 3 * k + 1);
        counts[k] = packed_double(t->content.bytes, 3 * k + 2);
        middle = (left + limits[k]) / 2;
        h->count += counts[k];
        h->sum += middle * counts[k];
        h->sum_squares += middle * middle * counts[k];
    }
    h->min = packed_double(t->content.bytes, 0);
    h->max = limits[h->buckets - 1];
    h->limits = limits;
    h->counts = counts;
    e->kind = DNN_EVENT_HISTOGRAM;
    return true;
}

/* A number of pixels in decimal digits; 0 for anything else. */
static size_t decimal(const dnn_wire_field *text) {
    size_t number = 0;
    for (size_t i = 0; i < text->size; i++) {
        if (text->bytes[i] < '0' || text->bytes[i] > '9' || number > 1000000)
            return 0;
        number = 10 * number + (size_t)(text->bytes[i] - '0');
    }
    return number;
}

/* Strings: width, height, the first image. */
static bool tensor_image(const tensor *t, dnn_event *e) {
    e->kind = DNN_EVENT_IMAGE;
    e->width = decimal(&t->strings[0]);
    e->height = decimal(&t->strings[1]);
    e->bytes = t->strings[2].bytes;
    e->size = t->strings[2].size;
    return t->string_count == 3;
}

static bool tensor_text(const tensor *t, dnn_event *e) {
    e->kind = DNN_EVENT_TEXT;
    e->bytes = t->strings[0].bytes;
    e->size = t->strings[0].size;
    return t->dtype == TENSOR_DTYPE_STRING && t->string_count > 0;
}

/* The size of one dimension. */
static size_t read_dim(const dnn_wire_field *message) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    size_t size = 0;
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        if (f.field == DIM_SIZE && f.kind == DNN_WIRE_VARINT && f.number <= DNN_EVENT_MATRIX_MAX)
            size = (size_t)f.number;
    return size;
}

static bool tensor_matrix(const tensor *t, dnn_event *e) {
    dnn_wire_reader r = dnn_wire_read(t->shape.bytes, t->shape.size);
    size_t dims[2] = {0}, count = 0;
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        if (f.field == SHAPE_DIM && f.kind == DNN_WIRE_BYTES && count++ < 2)
            dims[count - 1] = read_dim(&f);
    e->kind = DNN_EVENT_MATRIX;
    e->rows = dims[0];
    e->columns = dims[1];
    e->numbers = t->content.bytes;
    return t->dtype == TENSOR_DTYPE_FLOAT && count == 2 && dims[0] > 0 && dims[1] > 0 &&
           dims[0] * dims[1] <= DNN_EVENT_MATRIX_MAX && t->content.size == 4 * dims[0] * dims[1];
}

static bool tensor_pr_curve(const tensor *t, dnn_event *e) {
    bool good = tensor_matrix(t, e) && e->rows == DNN_EVENT_PR_ROWS;
    e->kind = DNN_EVENT_PR_CURVE;
    return good;
}

bool dnn_event_read_tensor(const dnn_wire_field *message, const uint8_t *plugin, size_t plugin_size,
                           dnn_event *e, double *buckets) {
    static const struct {
        const char *name;
        bool strings, guessed; /* also where no plugin is named */
    } plugins[] = {
        {"scalars",               false, true },
        {"histograms",            false, true },
        {"images",                true,  true },
        {"text",                  true,  true },
        {DNN_EVENT_MATRIX_PLUGIN, false, false},
        {"pr_curves",             false, true },
    };
    tensor t = {0};
    if (!read_tensor_fields(message, &t))
        return false;
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        bool named = plugin_size == strlen(plugins[i].name) &&
                     memcmp(plugin, plugins[i].name, plugin_size) == 0;
        bool guessed = plugin_size == 0 && plugins[i].guessed &&
                       (t.dtype == TENSOR_DTYPE_STRING) == plugins[i].strings;
        dnn_event try = *e;
        if (!named && !guessed)
            continue;
        if (i == 0   ? tensor_scalar(&t, &try)
            : i == 1 ? tensor_histogram(&t, &try, buckets)
            : i == 2 ? tensor_image(&t, &try)
            : i == 3 ? tensor_text(&t, &try)
            : i == 4 ? tensor_matrix(&t, &try)
                     : tensor_pr_curve(&t, &try)) {
            *e = try;
            e->nameless = !named && e->kind == DNN_EVENT_PR_CURVE;
            return true;
        }
    }
    return false;
}
