/* event_read.c: reading events that we, TensorFlow or PyTorch wrote. Nothing here believes a
 * length. */
#include "log/event.h"

#include <string.h>

#include "log/event_fields.h"
#include "log/event_hparams.h"
#include "log/event_tensor.h"
#include "log/wire.h"

/* What is gathered of one Summary.Value before it is known what it is. */
typedef struct value {
    const uint8_t *tag;
    size_t tag_size;
    dnn_wire_field what; /* the last of VALUE_SIMPLE ... VALUE_TENSOR, as a oneof has it; 0: none */
    const uint8_t *plugin, *plugin_content;
    size_t plugin_size, plugin_content_size;
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
            } else if (g.field == PLUGIN_CONTENT && g.kind == DNN_WIRE_BYTES) {
                v->plugin_content = g.bytes;
                v->plugin_content_size = g.size;
            }
    }
}

static bool read_value_fields(const dnn_wire_field *message, value *v) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.kind != DNN_WIRE_BYTES) {
            if (f.field == VALUE_SIMPLE && f.kind == DNN_WIRE_FIXED32)
                v->what = f;
            continue;
        }
        switch (f.field) {
        case VALUE_TAG:
            v->tag = f.bytes;
            v->tag_size = f.size;
            break;
        case VALUE_IMAGE:
        case VALUE_HISTOGRAM:
        case VALUE_TENSOR:
            v->what = f;
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

/* Packed doubles into `out`; returns how many there are. */
static size_t unpack_doubles(const dnn_wire_field *f, double *out) {
    size_t n = f->size / 8;
    for (size_t i = 0; i < n && i < DNN_HISTOGRAM_MAX_BUCKETS; i++)
        out[i] = dnn_wire_double(dnn_wire_get_fixed64(f->bytes + 8 * i));
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

/* What a value is that has none of the forms known here, by the plugin that it is for. */
static void name_unknown(const value *v, dnn_event *e) {
    static const uint8_t nameless[] = "tensor";
    e->kind = DNN_EVENT_UNKNOWN;
    e->bytes = v->plugin_size > 0 ? v->plugin : nameless;
    e->size = v->plugin_size > 0 ? v->plugin_size : sizeof nameless - 1;
}

static bool is_hparams(const value *v) {
    static const char name[] = "hparams";
    return v->plugin_size == sizeof name - 1 && memcmp(v->plugin, name, sizeof name - 1) == 0;
}

static void understand_tensor(const value *v, dnn_event *e, double *buckets) {
    dnn_event base = *e;
    if (!dnn_event_read_tensor(&v->what, v->plugin, v->plugin_size, e, buckets)) {
        *e = base;
        name_unknown(v, e);
    }
    if (e->kind == DNN_EVENT_MATRIX) {
        e->bytes = v->plugin_content;
        e->size = v->plugin_content_size;
    }
}

static bool understand(const value *v, dnn_event *e, double *buckets) {
    e->tag = (const char *)v->tag;
    e->tag_size = v->tag_size;
    if (v->tag == NULL)
        return false;
    if (is_hparams(v))
        return dnn_event_read_hparams(v->plugin_content, v->plugin_content_size, e, (char *)buckets,
                                      2 * DNN_HISTOGRAM_MAX_BUCKETS * sizeof *buckets);
    switch (v->what.field) {
    case VALUE_SIMPLE:
        e->kind = DNN_EVENT_SCALAR;
        e->scalar = dnn_wire_float((uint32_t)v->what.number);
        return true;
    case VALUE_IMAGE:
        return read_image(&v->what, e);
    case VALUE_HISTOGRAM:
        return read_histogram(&v->what, e, buckets);
    case VALUE_TENSOR:
        understand_tensor(v, e, buckets);
        return true;
    default:
        return false;
    }
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

/* Whether a SessionLog says that the writer has closed its file. */
static bool is_end(const dnn_wire_field *message) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    bool end = false;
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        end = end ||
              (f.field == SESSION_STATUS && f.kind == DNN_WIRE_VARINT && f.number == SESSION_STOP);
    return end;
}

/* A graph of TensorFlow's operations is not read, but named. */
static void visit_graph(const dnn_event *base, dnn_event_visit *visit, void *context) {
    static const char name[] = "graphs", tag[] = "graph";
    dnn_event e = *base;
    e.kind = DNN_EVENT_UNKNOWN;
    e.tag = tag;
    e.tag_size = sizeof tag - 1;
    e.bytes = (const uint8_t *)name;
    e.size = sizeof name - 1;
    visit(context, &e);
}

/* By itself, since its frame is large. */
__attribute__((noinline)) static bool read_any(const uint8_t *payload, size_t size,
                                               dnn_event_visit *visit, void *context) {
    double buckets[2 * DNN_HISTOGRAM_MAX_BUCKETS];
    dnn_event base = no_event;
    const uint8_t *summary = NULL;
    size_t summary_size = 0;
    bool ended = false, graph = false;
    dnn_wire_reader r = dnn_wire_read(payload, size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        switch (f.field) {
        case EVENT_WALL_TIME:
            base.wall_time = f.kind == DNN_WIRE_FIXED64 ? dnn_wire_double(f.number) : 0;
            break;
        case EVENT_STEP:
            base.step = f.kind == DNN_WIRE_VARINT ? (int64_t)f.number : 0;
            break;
        case EVENT_SESSION:
            ended = f.kind == DNN_WIRE_BYTES && is_end(&f);
            break;
        case EVENT_GRAPH:
            graph = f.kind == DNN_WIRE_BYTES;
            break;
        case EVENT_SUMMARY:
            summary = f.bytes; /* NULL where it is not a message */
            summary_size = f.size;
            break;
        default:
            break;
        }
    }
    base.kind = DNN_EVENT_END;
    base.tag = "";
    if (!r.bad && ended)
        visit(context, &base);
    base = (dnn_event){.wall_time = base.wall_time, .step = base.step};
    if (!r.bad && graph)
        visit_graph(&base, visit, context);
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
