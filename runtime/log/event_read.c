/* event_read.c: reading events that we, TensorFlow or PyTorch wrote. Nothing here believes a
 * length. */
#include "log/event.h"

#include <string.h>

#include "log/event_fields.h"
#include "log/wire.h"

/* What is gathered of one Summary.Value before it is known what it is. */
typedef struct value {
    const uint8_t *tag;
    size_t tag_size;
    int has_simple;
    float simple;
    dnn_wire_field image, histogram, tensor; /* bytes NULL: absent */
    const uint8_t *plugin;
    size_t plugin_size;
} value;

static void read_plugin(const dnn_wire_field *metadata, value *v) {
    dnn_wire_reader outer = dnn_wire_read(metadata->bytes, metadata->size);
    for (dnn_wire_field f; dnn_wire_next(&outer, &f);) {
        if (f.field != METADATA_PLUGIN || f.kind != DNN_WIRE_BYTES)
            continue;
        dnn_wire_reader inner = dnn_wire_read(f.bytes, f.size);
        for (dnn_wire_field g; dnn_wire_next(&inner, &g);)
            if (g.field == PLUGIN_NAME && g.kind == DNN_WIRE_BYTES) {
                v->plugin = g.bytes;
                v->plugin_size = g.size;
            }
    }
}

static bool is_plugin(const value *v, const char *name) {
    return v->plugin_size == strlen(name) && memcmp(v->plugin, name, v->plugin_size) == 0;
}

static bool read_value_fields(const dnn_wire_field *message, value *v) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.kind != DNN_WIRE_BYTES) {
            if (f.field == VALUE_SIMPLE && f.kind == DNN_WIRE_FIXED32) {
                v->has_simple = 1;
                v->simple = dnn_wire_float(f.number);
            }
            continue;
        }
        switch (f.field) {
        case VALUE_TAG:
            v->tag = f.bytes;
            v->tag_size = f.size;
            break;
        case VALUE_IMAGE:
            v->image = f;
            break;
        case VALUE_HISTOGRAM:
            v->histogram = f;
            break;
        case VALUE_TENSOR:
            v->tensor = f;
            break;
        case VALUE_METADATA:
            read_plugin(&f, v);
            break;
        default:
            break;
        }
    }
    return !r.bad;
}

static bool read_image(const dnn_wire_field *message, dnn_event *e) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.field == IMAGE_HEIGHT && f.kind == DNN_WIRE_VARINT)
            e->height = (size_t)f.number;
        else if (f.field == IMAGE_WIDTH && f.kind == DNN_WIRE_VARINT)
            e->width = (size_t)f.number;
        else if (f.field == IMAGE_BYTES && f.kind == DNN_WIRE_BYTES) {
            e->bytes = f.bytes;
            e->size = f.size;
        }
    }
    e->kind = DNN_EVENT_IMAGE;
    return !r.bad && e->bytes != NULL;
}

static double packed_double(const uint8_t *bytes, size_t index) {
    uint64_t bits = 0;
    for (int b = 0; b < 8; b++)
        bits |= (uint64_t)bytes[8 * index + (size_t)b] << (8 * b);
    return dnn_wire_double(bits);
}

/* Packed doubles into `out`; returns how many there are. */
static size_t unpack_doubles(const dnn_wire_field *f, double *out) {
    size_t n = f->size / 8;
    for (size_t i = 0; i < n && i < DNN_HISTOGRAM_MAX_BUCKETS; i++)
        out[i] = packed_double(f->bytes, i);
    return n;
}

/* `buckets` has room for 2 x DNN_HISTOGRAM_MAX_BUCKETS numbers. */
static bool read_histogram(const dnn_wire_field *message, dnn_event *e, double *buckets) {
    dnn_histogram *h = &e->histogram;
    double *limits = buckets, *counts = buckets + DNN_HISTOGRAM_MAX_BUCKETS;
    size_t limit_count = 0, count_count = 0;
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.kind == DNN_WIRE_FIXED64 && f.field >= HISTOGRAM_MIN &&
            f.field <= HISTOGRAM_SUM_SQUARES) {
            double *const places[] = {&h->min, &h->max, &h->count, &h->sum, &h->sum_squares};
            *places[f.field - HISTOGRAM_MIN] = dnn_wire_double(f.number);
        } else if (f.kind == DNN_WIRE_BYTES && f.field == HISTOGRAM_LIMITS) {
            limit_count = unpack_doubles(&f, limits);
        } else if (f.kind == DNN_WIRE_BYTES && f.field == HISTOGRAM_COUNTS) {
            count_count = unpack_doubles(&f, counts);
        }
    }
    h->buckets = limit_count;
    h->limits = limits;
    h->counts = counts;
    e->kind = DNN_EVENT_HISTOGRAM;
    return !r.bad && limit_count == count_count && limit_count <= DNN_HISTOGRAM_MAX_BUCKETS;
}

/* What a TensorProto holds, as far as logs use it. */
typedef struct tensor {
    uint64_t dtype;
    dnn_wire_field strings[3];
    size_t string_count;
    dnn_wire_field content; /* packed numbers, of dtype or double */
    bool has_number;        /* a single float that is not packed */
    float number;
} tensor;

static bool read_tensor_fields(const dnn_wire_field *message, tensor *t) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.field == TENSOR_DTYPE && f.kind == DNN_WIRE_VARINT) {
            t->dtype = f.number;
        } else if (f.field == TENSOR_FLOATS && f.kind == DNN_WIRE_FIXED32) {
            t->number = dnn_wire_float(f.number);
            t->has_number = true;
        } else if (f.kind != DNN_WIRE_BYTES) {
            continue;
        } else if (f.field == TENSOR_STRINGS && t->string_count < 3) {
            t->strings[t->string_count++] = f;
        } else if (f.field == TENSOR_CONTENT || f.field == TENSOR_FLOATS ||
                   f.field == TENSOR_DOUBLES) {
            t->content = f;
        }
    }
    return !r.bad;
}

static bool tensor_scalar(const tensor *t, dnn_event *e) {
    uint32_t bits = 0;
    e->kind = DNN_EVENT_SCALAR;
    e->scalar = t->number;
    if (t->content.size == 8) {
        e->scalar = (float)packed_double(t->content.bytes, 0);
    } else if (t->content.size == 4) {
        for (int b = 0; b < 4; b++)
            bits |= (uint32_t)t->content.bytes[b] << (8 * b);
        e->scalar = dnn_wire_float(bits);
    }
    return t->has_number || t->content.size == 4 || t->content.size == 8;
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

/* Strings: width, height, the first picture. */
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

/* A value that came as a tensor, as TensorFlow 2 writes all of them; the plugin says what it is. */
static bool read_tensor(const value *v, dnn_event *e, double *buckets) {
    tensor t = {0};
    if (!read_tensor_fields(&v->tensor, &t))
        return false;
    if (is_plugin(v, "scalars"))
        return tensor_scalar(&t, e);
    if (is_plugin(v, "histograms"))
        return tensor_histogram(&t, e, buckets);
    if (is_plugin(v, "images"))
        return tensor_image(&t, e);
    return is_plugin(v, "text") && tensor_text(&t, e);
}

static bool understand(const value *v, dnn_event *e, double *buckets) {
    e->tag = (const char *)v->tag;
    e->tag_size = v->tag_size;
    if (v->tag == NULL)
        return false;
    if (v->has_simple) {
        e->kind = DNN_EVENT_SCALAR;
        e->scalar = v->simple;
        return true;
    }
    if (v->image.bytes != NULL)
        return read_image(&v->image, e);
    if (v->histogram.bytes != NULL)
        return read_histogram(&v->histogram, e, buckets);
    return v->tensor.bytes != NULL && read_tensor(v, e, buckets);
}

static bool read_summary(const uint8_t *summary, size_t size, const dnn_event *base,
                         double *buckets, dnn_event_visit *visit, void *context) {
    dnn_wire_reader r = dnn_wire_read(summary, size);
    bool whole = true;
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.field != SUMMARY_VALUE || f.kind != DNN_WIRE_BYTES)
            continue;
        value v = {0};
        dnn_event e = *base;
        if (!read_value_fields(&f, &v))
            whole = false;
        else if (understand(&v, &e, buckets))
            visit(context, &e);
    }
    return whole && !r.bad;
}

static const dnn_event no_event;

/* The one form that fills log files, a scalar with a short tag, read at once:
 * 09 time[8] 10 step 2A n 0A m 0A k tag[k] 15 value[4]. False, and nothing said, for any other. */
static bool read_plain_scalar(const uint8_t *payload, size_t size, dnn_event *e) {
    enum { FIXED = 9 + 1 + 6 + 5, LONGEST = 127 + 2 + 20 };
    const uint8_t *p = payload + 10, *end = payload + size;
    if (size < FIXED + 1 || size > LONGEST || payload[0] != (EVENT_WALL_TIME << 3 | 1) ||
        payload[9] != EVENT_STEP << 3)
        return false;
    uint64_t step = 0;
    int shift = 0;
    for (; *p >= 0x80 && shift < 56 && p < end - 12; shift += 7)
        step |= (uint64_t)(*p++ & 0x7F) << shift;
    step |= (uint64_t)(*p & 0x7F) << shift;
    if (*p++ >= 0x80 || end - p < 6 + 5 || end - p > 127 + 2)
        return false;
    size_t left = (size_t)(end - p), tag_size = left - 6 - 5;
    const uint8_t *number = p + 6 + tag_size;
    if (p[0] != (EVENT_SUMMARY << 3 | 2) || p[1] != left - 2 || p[2] != (SUMMARY_VALUE << 3 | 2) ||
        p[3] != left - 4 || p[4] != (VALUE_TAG << 3 | 2) || p[5] != tag_size ||
        number[0] != (VALUE_SIMPLE << 3 | 5))
        return false;
    *e = no_event;
    e->wall_time = dnn_wire_double(dnn_wire_get_fixed64(payload + 1));
    e->step = (int64_t)step;
    e->tag = (const char *)p + 6;
    e->tag_size = tag_size;
    e->kind = DNN_EVENT_SCALAR;
    e->scalar = dnn_wire_float(dnn_wire_get_fixed32(number + 1));
    return true;
}

/* By itself, since its frame is large. */
__attribute__((noinline)) static bool read_any(const uint8_t *payload, size_t size,
                                               dnn_event_visit *visit, void *context) {
    double buckets[2 * DNN_HISTOGRAM_MAX_BUCKETS];
    dnn_event base = no_event;
    const uint8_t *summary = NULL;
    size_t summary_size = 0;
    dnn_wire_reader r = dnn_wire_read(payload, size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        switch (f.field) {
        case EVENT_WALL_TIME:
            base.wall_time = f.kind == DNN_WIRE_FIXED64 ? dnn_wire_double(f.number) : 0;
            break;
        case EVENT_STEP:
            base.step = f.kind == DNN_WIRE_VARINT ? (int64_t)f.number : 0;
            break;
        case EVENT_SUMMARY:
            summary = f.bytes; /* NULL where it is no message */
            summary_size = f.size;
            break;
        default:
            break;
        }
    }
    return !r.bad &&
           (summary == NULL || read_summary(summary, summary_size, &base, buckets, visit, context));
}

dnn_status dnn_event_read(const uint8_t *payload, size_t size, dnn_event_visit *visit,
                          void *context, dnn_error *err) {
    dnn_event scalar;
    if (read_plain_scalar(payload, size, &scalar)) {
        visit(context, &scalar);
        return DNN_OK;
    }
    if (read_any(payload, size, visit, context))
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_FORMAT, "a record is not a TensorBoard event");
}
