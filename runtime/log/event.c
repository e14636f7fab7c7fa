/* event.c: writing events. Each message's size is known before it is written, so nothing is moved.
 */
#include "log/event.h"

#include <string.h>

#include "log/event_fields.h"
#include "log/event_tensor.h"
#include "log/record.h"
#include "log/wire.h"

/* Bytes of a length-delimited field with `n` bytes inside (all our field numbers fit one key byte).
 */
static size_t field_size(size_t n) {
    return 1 + dnn_wire_varint_size(n) + n;
}

static uint8_t *put_message(uint8_t *p, uint32_t field, size_t n) {
    return dnn_wire_put_varint(dnn_wire_put_key(p, field, DNN_WIRE_BYTES), n);
}

static uint8_t *put_double_field(uint8_t *p, uint32_t field, double value) {
    return dnn_wire_put_double(dnn_wire_put_key(p, field, DNN_WIRE_FIXED64), value);
}

static uint8_t *put_number(uint8_t *p, uint32_t field, uint64_t value) {
    return dnn_wire_put_varint(dnn_wire_put_key(p, field, DNN_WIRE_VARINT), value);
}

static uint8_t *put_doubles(uint8_t *p, uint32_t field, const double *values, size_t n) {
    p = put_message(p, field, 8 * n);
    for (size_t i = 0; i < n; i++)
        p = dnn_wire_put_double(p, values[i]);
    return p;
}

static size_t histogram_size(const dnn_histogram *h) {
    return 5 * 9 + 2 * field_size(8 * h->buckets);
}

static uint8_t *put_histogram(uint8_t *p, const dnn_histogram *h) {
    p = put_double_field(p, HISTOGRAM_MIN, h->min);
    p = put_double_field(p, HISTOGRAM_MAX, h->max);
    p = put_double_field(p, HISTOGRAM_NUM, h->count);
    p = put_double_field(p, HISTOGRAM_SUM, h->sum);
    p = put_double_field(p, HISTOGRAM_SUM_SQUARES, h->sum_squares);
    p = put_doubles(p, HISTOGRAM_LIMITS, h->limits, h->buckets);
    return put_doubles(p, HISTOGRAM_COUNTS, h->counts, h->buckets);
}

#define COLORSPACE_RGB 3

static size_t image_size(const dnn_event *e) {
    return 2 + dnn_wire_varint_size(e->width) + dnn_wire_varint_size(e->height) + 2 +
           field_size(e->size);
}

static uint8_t *put_image(uint8_t *p, const dnn_event *e) {
    p = put_number(p, IMAGE_HEIGHT, e->height);
    p = put_number(p, IMAGE_WIDTH, e->width);
    p = put_number(p, IMAGE_COLORSPACE, COLORSPACE_RGB);
    return dnn_wire_put_bytes(p, IMAGE_BYTES, e->bytes, e->size);
}

/* A text is a tensor of one string, of dtype DT_STRING and shape [1], with metadata that names the
 * plugin: { plugin_data { plugin_name: "text" } }. */
static const uint8_t text_metadata[] = {0x0a, 6, 0x0a, 4, 't', 'e', 'x', 't'};
static const uint8_t text_shape[] = {0x12, 2, 0x08, 1};

static size_t text_tensor_size(const dnn_event *e) {
    return 2 + field_size(sizeof text_shape) + field_size(e->size);
}

static uint8_t *put_text_tensor(uint8_t *p, const dnn_event *e) {
    p = put_number(p, TENSOR_DTYPE, TENSOR_DTYPE_STRING);
    p = dnn_wire_put_bytes(p, TENSOR_SHAPE, text_shape, sizeof text_shape);
    return dnn_wire_put_bytes(p, TENSOR_STRINGS, e->bytes, e->size);
}

/* A matrix and a curve of precision and recall differ in their metadata: the plugin's name, and
 * what it keeps: the names of rows, or PrCurvePluginData { version 0, num_thresholds }. */
static const char *matrix_plugin(const dnn_event *e) {
    return e->kind == DNN_EVENT_PR_CURVE ? "pr_curves" : DNN_EVENT_MATRIX_PLUGIN;
}

static size_t matrix_content_size(const dnn_event *e) {
    return e->kind == DNN_EVENT_PR_CURVE ? 1 + dnn_wire_varint_size(e->columns) : e->size;
}

static size_t matrix_plugin_size(const dnn_event *e) {
    return field_size(strlen(matrix_plugin(e))) + field_size(matrix_content_size(e));
}

static uint8_t *put_matrix_metadata(uint8_t *p, const dnn_event *e) {
    size_t size = matrix_plugin_size(e);
    p = put_message(put_message(p, VALUE_METADATA, field_size(size)), METADATA_PLUGIN, size);
    p = dnn_wire_put_bytes(p, PLUGIN_NAME, matrix_plugin(e), strlen(matrix_plugin(e)));
    if (e->kind == DNN_EVENT_MATRIX)
        return dnn_wire_put_bytes(p, PLUGIN_CONTENT, e->bytes, e->size);
    p = put_message(p, PLUGIN_CONTENT, matrix_content_size(e));
    return put_number(p, PR_THRESHOLDS, e->columns);
}

/* { size } of a dimension. */
static size_t dim_size(size_t n) {
    return 1 + dnn_wire_varint_size(n);
}

static size_t matrix_shape_size(const dnn_event *e) {
    return field_size(dim_size(e->rows)) + field_size(dim_size(e->columns));
}

static size_t matrix_tensor_size(const dnn_event *e) {
    return 2 + field_size(matrix_shape_size(e)) + field_size(4 * e->rows * e->columns);
}

static uint8_t *put_matrix_tensor(uint8_t *p, const dnn_event *e) {
    p = put_number(p, TENSOR_DTYPE, TENSOR_DTYPE_FLOAT);
    p = put_message(p, TENSOR_SHAPE, matrix_shape_size(e));
    p = put_number(put_message(p, SHAPE_DIM, dim_size(e->rows)), DIM_SIZE, e->rows);
    p = put_number(put_message(p, SHAPE_DIM, dim_size(e->columns)), DIM_SIZE, e->columns);
    return dnn_wire_put_bytes(p, TENSOR_CONTENT, e->numbers, 4 * e->rows * e->columns);
}

/* Bytes of the Summary.Value message. */
static size_t value_size(const dnn_event *e) {
    size_t tag = field_size(e->tag_size);
    switch (e->kind) {
    case DNN_EVENT_HISTOGRAM:
        return tag + field_size(histogram_size(&e->histogram));
    case DNN_EVENT_IMAGE:
        return tag + field_size(image_size(e));
    case DNN_EVENT_TEXT:
        return tag + field_size(sizeof text_metadata) + field_size(text_tensor_size(e));
    case DNN_EVENT_MATRIX:
    case DNN_EVENT_PR_CURVE:
        return tag + field_size(field_size(matrix_plugin_size(e))) +
               field_size(matrix_tensor_size(e));
    default:
        return tag + 5;
    }
}

static uint8_t *put_value(uint8_t *p, const dnn_event *e) {
    p = dnn_wire_put_bytes(p, VALUE_TAG, e->tag, e->tag_size);
    switch (e->kind) {
    case DNN_EVENT_HISTOGRAM:
        return put_histogram(put_message(p, VALUE_HISTOGRAM, histogram_size(&e->histogram)),
                             &e->histogram);
    case DNN_EVENT_IMAGE:
        return put_image(put_message(p, VALUE_IMAGE, image_size(e)), e);
    case DNN_EVENT_TEXT:
        p = dnn_wire_put_bytes(p, VALUE_METADATA, text_metadata, sizeof text_metadata);
        return put_text_tensor(put_message(p, VALUE_TENSOR, text_tensor_size(e)), e);
    case DNN_EVENT_MATRIX:
    case DNN_EVENT_PR_CURVE:
        p = put_matrix_metadata(p, e);
        return put_matrix_tensor(put_message(p, VALUE_TENSOR, matrix_tensor_size(e)), e);
    default:
        return dnn_wire_put_float(dnn_wire_put_key(p, VALUE_SIMPLE, DNN_WIRE_FIXED32), e->scalar);
    }
}

size_t dnn_event_bound(const dnn_event *event) {
    /* wall time 9, step 11, summary's and value's keys and lengths 2 x 11 */
    return DNN_RECORD_HEADER + DNN_RECORD_TRAILER + 42 + value_size(event);
}

size_t dnn_event_write(const dnn_event *event, uint8_t *record) {
    uint8_t *payload = record + DNN_RECORD_HEADER;
    uint8_t *p = put_double_field(payload, EVENT_WALL_TIME, event->wall_time);
    if (event->step != 0) /* 0 is the default and is left out */
        p = put_number(p, EVENT_STEP, (uint64_t)event->step);
    size_t value = value_size(event);
    p = put_message(p, EVENT_SUMMARY, field_size(value));
    p = put_message(p, SUMMARY_VALUE, value);
    p = put_value(p, event);
    return dnn_record_seal(record, (size_t)(p - payload));
}

size_t dnn_event_write_end(double wall_time, uint8_t *record) {
    static const uint8_t stop[] = {SESSION_STATUS << 3, SESSION_STOP};
    uint8_t *payload = record + DNN_RECORD_HEADER;
    uint8_t *p = put_double_field(payload, EVENT_WALL_TIME, wall_time);
    p = dnn_wire_put_bytes(p, EVENT_SESSION, stop, sizeof stop);
    return dnn_record_seal(record, (size_t)(p - payload));
}

size_t dnn_event_write_version(double wall_time, uint8_t *record) {
    static const char version[] = "brain.Event:2";
    uint8_t *payload = record + DNN_RECORD_HEADER;
    uint8_t *p = put_double_field(payload, EVENT_WALL_TIME, wall_time);
    p = dnn_wire_put_bytes(p, EVENT_FILE_VERSION, version, sizeof version - 1);
    return dnn_record_seal(record, (size_t)(p - payload));
}
