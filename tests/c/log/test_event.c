/* Records hold to published bytes, and whatever stands in a file is read without harm. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/crc32c.h"
#include "core/memory.h"
#include "core/random.h"
#include "log/event.h"
#include "log/record.h"
#include "log/wire.h"

static void assert_hex(const uint8_t *bytes, size_t n, const char *hex) {
    char text[512];
    for (size_t i = 0; i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(text, hex);
}

/* Test vectors of RFC 3720, appendix B.4, and the check value of the CRC catalogue. */
static void crc32c_gives_the_published_values(void **state) {
    (void)state;
    uint8_t zeros[32] = {0}, ones[32], up[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++)
        up[i] = (uint8_t)i;
    assert_int_equal(dnn_crc32c(zeros, 32), 0x8A9136AA);
    assert_int_equal(dnn_crc32c(ones, 32), 0x62A8AB43);
    assert_int_equal(dnn_crc32c(up, 32), 0x46DD794E);
    assert_int_equal(dnn_crc32c("123456789", 9), 0xE3069283);
    assert_int_equal(dnn_crc32c("", 0), 0);
}

static void crc32c_is_the_same_by_instruction_and_by_tables(void **state) {
    (void)state;
    uint8_t bytes[96];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i * 7 + 3 * i);
    for (size_t from = 0; from < 9; from++)
        for (size_t n = 0; n <= sizeof bytes - from; n++)
            assert_int_equal(dnn_crc32c(bytes + from, n), dnn_crc32c_by_tables(bytes + from, n));
}

static void a_file_opens_with_the_published_version_record(void **state) {
    (void)state;
    uint8_t record[64];
    size_t n = dnn_event_write_version(1.7e9, record);
    assert_hex(record, n,
               "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d");
}

static void a_scalar_is_the_published_record(void **state) {
    (void)state;
    dnn_event e = {
        .wall_time = 1700000001, .step = 1, .tag = "loss", .tag_size = 4, .scalar = 0.5f};
    uint8_t record[128];
    assert_true(dnn_event_bound(&e) <= sizeof record);
    size_t n = dnn_event_write(&e, record);
    assert_hex(
        record, n,
        "1a00000000000000129bd82d0900004040fc54d94110012a0d0a0b0a046c6f7373150000003f97d67404");
}

/* What a visit saw, copied. */
typedef struct seen {
    int count;
    dnn_event last;
    char tag[64];
    uint8_t bytes[64];
    double limits[8], counts[8];
    uint8_t numbers[64];
} seen;

static void remember(void *context, const dnn_event *e) {
    seen *s = context;
    s->count++;
    s->last = *e;
    snprintf(s->tag, sizeof s->tag, "%.*s", (int)e->tag_size, e->tag);
    if (e->size <= sizeof s->bytes && e->size > 0)
        memcpy(s->bytes, e->bytes, e->size);
    if (e->kind == DNN_EVENT_MATRIX && 4 * e->rows * e->columns <= sizeof s->numbers)
        memcpy(s->numbers, e->numbers, 4 * e->rows * e->columns);
    if (e->kind == DNN_EVENT_HISTOGRAM && e->histogram.buckets <= 8) {
        memcpy(s->limits, e->histogram.limits, e->histogram.buckets * sizeof(double));
        memcpy(s->counts, e->histogram.counts, e->histogram.buckets * sizeof(double));
    }
}

/* Writes, checks the bound, reads. */
static seen round_trip(const dnn_event *e) {
    dnn_error err = {0};
    uint8_t *record = malloc(dnn_event_bound(e));
    size_t n = dnn_event_write(e, record);
    assert_true(n <= dnn_event_bound(e));
    const uint8_t *payload = NULL;
    size_t size = 0, used = 0;
    assert_int_equal(dnn_record_read(record, n, &payload, &size, &used), DNN_RECORD_OK);
    assert_int_equal(used, n);
    seen s = {0};
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_true(s.last.wall_time == e->wall_time && s.last.step == e->step);
    free(record);
    return s;
}

/* Any scalar's record, and the same with a field after it that nobody knows, which takes it off the
 * short way that plain scalars are read by. Then each of its bytes changed: both ways agree. */
static void the_short_way_for_scalars_reads_what_the_long_one_reads(void **state) {
    (void)state;
    char tag[200];
    memset(tag, 'x', sizeof tag);
    const int64_t steps[] = {1, 127, 128, 16384, 1000000007, INT64_MAX, INT64_MIN, -1, 0};
    for (size_t i = 0; i < 9 * 140; i++) {
        dnn_event e = {.wall_time = 1.7e9 + 0.125,
                       .step = steps[i % 9],
                       .tag = tag,
                       .tag_size = i / 9,
                       .scalar = 0.75f};
        uint8_t record[512], longer[512];
        size_t size = dnn_event_write(&e, record) - DNN_RECORD_HEADER - DNN_RECORD_TRAILER;
        uint8_t *payload = record + DNN_RECORD_HEADER;
        for (size_t k = 0; k <= size; k += i % 7 == 0 ? 1 : size) {
            seen a = {0}, b = {0};
            if (k < size && i % 7 == 0)
                payload[k] ^= (uint8_t)(1 << (i / 7 + k) % 8);
            memcpy(longer, payload, size);
            memcpy(longer + size, "\x7A", 2); /* field 15, no bytes */
            dnn_status p = dnn_event_read(payload, size, remember, &a, NULL);
            dnn_status q = dnn_event_read(longer, size + 2, remember, &b, NULL);
            if (p == DNN_OK && q == DNN_OK) {
                assert_int_equal(a.count, b.count);
                assert_true(a.last.step == b.last.step && a.last.tag_size == b.last.tag_size);
                assert_memory_equal(&a.last.wall_time, &b.last.wall_time, sizeof(double));
                assert_memory_equal(&a.last.scalar, &b.last.scalar, sizeof(float));
                assert_string_equal(a.tag, b.tag);
            }
            if (k == size)
                assert_true(i % 7 == 0 || (p == DNN_OK && a.count == 1 && a.last.step == e.step));
        }
    }
}

static void every_kind_is_read_back_as_it_was_written(void **state) {
    (void)state;
    const float values[] = {0, -1.5f, INFINITY, -INFINITY, NAN, 1e-40f};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        seen s = round_trip(&(dnn_event){.wall_time = 3,
                                         .step = (int64_t)i * 1000000007,
                                         .tag = "a/b",
                                         .tag_size = 3,
                                         .scalar = values[i]});
        assert_string_equal(s.tag, "a/b");
        assert_int_equal(s.last.kind, DNN_EVENT_SCALAR);
        assert_memory_equal(&s.last.scalar, &values[i], sizeof(float));
    }
    const double limits[] = {-1, 0, 2.5}, counts[] = {1, 0, 7};
    seen h = round_trip(&(dnn_event){
        .wall_time = 1,
        .step = -1,
        .tag = "w",
        .tag_size = 1,
        .kind = DNN_EVENT_HISTOGRAM,
        .histogram = {-1, 2, 8, 3, 9, 3, limits, counts}
    });
    static const uint8_t numbers[4 * 6 * 2] = {1, 2, 3};
    seen c = round_trip(&(dnn_event){.step = 4,
                                     .tag = "pr",
                                     .tag_size = 2,
                                     .kind = DNN_EVENT_PR_CURVE,
                                     .rows = 6,
                                     .columns = 2,
                                     .numbers = numbers});
    assert_true(c.last.kind == DNN_EVENT_PR_CURVE && !c.last.nameless);
    assert_true(c.last.rows == 6 && c.last.columns == 2);
    assert_int_equal(h.last.histogram.buckets, 3);
    assert_memory_equal(h.limits, limits, sizeof limits);
    assert_memory_equal(h.counts, counts, sizeof counts);
    assert_true(h.last.histogram.sum_squares == 9 && h.last.histogram.min == -1);

    seen p = round_trip(&(dnn_event){.wall_time = 1,
                                     .tag = "p",
                                     .tag_size = 1,
                                     .kind = DNN_EVENT_IMAGE,
                                     .width = 300,
                                     .height = 2,
                                     .bytes = (const uint8_t *)"\x89PNG",
                                     .size = 4});
    assert_int_equal(p.last.width, 300);
    assert_int_equal(p.last.height, 2);
    assert_memory_equal(p.bytes, "\x89PNG", 4);

    seen t = round_trip(&(dnn_event){.wall_time = 1,
                                     .tag = "t",
                                     .tag_size = 1,
                                     .kind = DNN_EVENT_TEXT,
                                     .bytes = (const uint8_t *)"lr = 1",
                                     .size = 6});
    assert_int_equal(t.last.kind, DNN_EVENT_TEXT);
    assert_memory_equal(t.bytes, "lr = 1", 6);
}

static void a_matrix_is_read_back_with_the_names_of_its_rows(void **state) {
    (void)state;
    const uint8_t numbers[24] = {0, 0, 0x80, 0x3F, 0, 0, 0, 0x40}; /* 1, 2, 0, ... */
    dnn_event e = {.wall_time = 1,
                   .tag = "confusion",
                   .tag_size = 9,
                   .kind = DNN_EVENT_MATRIX,
                   .rows = 2,
                   .columns = 3,
                   .numbers = numbers,
                   .bytes = (const uint8_t *)"cat\ndog",
                   .size = 7};
    seen m = round_trip(&e);
    assert_int_equal(m.last.kind, DNN_EVENT_MATRIX);
    assert_int_equal(m.last.rows, 2);
    assert_int_equal(m.last.columns, 3);
    assert_memory_equal(m.bytes, "cat\ndog", 7);
    assert_memory_equal(m.numbers, numbers, sizeof numbers);
    e.size = 0;
    assert_int_equal(round_trip(&e).last.size, 0);
}

/* A scalar as TensorFlow 2 writes it: Value { tag "x", metadata { plugin "scalars" }, tensor {
 * dtype float, shape {}, float_val [0.25] } }, with an unknown field in front. */
static void scalars_in_tensors_and_unknown_fields_are_understood(void **state) {
    (void)state;
    static const uint8_t payload[] = {0x7a, 2,    'h',  'i', /* field 15: unknown */
                                      0x09, 0,    0,    0,   0,    0,    0,    0xf0, 0x3f,
                                      0x10, 5,    0x2a, 30,  0x0a, 28,   0x0a, 1,    'x', /* tag */
                                      0x4a, 11,   0x0a, 9,   0x0a, 7,    's',  'c',  'a',
                                      'l',  'a',  'r',  's', 0x42, 10,   0x08, 1,    0x12,
                                      0,    0x2a, 4,    0,   0,    0x80, 0x3e};
    dnn_error err;
    seen s = {0};
    check_ok(dnn_event_read(payload, sizeof payload, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_true(s.last.scalar == 0.25f && s.last.step == 5 && s.last.wall_time == 1);
}

/* Builds TensorFlow 2's Event { summary { value { tag, metadata { plugin }, tensor } } }. */
static size_t tensor_event(uint8_t *out, const char *plugin, const uint8_t *tensor, size_t size) {
    uint8_t name[32], plugin_data[64], value[512], summary[600];
    uint8_t *p = dnn_wire_put_bytes(name, 1, plugin, strlen(plugin));
    p = dnn_wire_put_bytes(plugin_data, 1, name, (size_t)(p - name));
    size_t metadata = (size_t)(p - plugin_data);
    p = dnn_wire_put_bytes(value, 1, "x", 1);
    p = dnn_wire_put_bytes(p, 9, plugin_data, metadata);
    p = dnn_wire_put_bytes(p, 8, tensor, size);
    p = dnn_wire_put_bytes(summary, 1, value, (size_t)(p - value));
    return (size_t)(dnn_wire_put_bytes(out, 5, summary, (size_t)(p - summary)) - out);
}

static void histograms_and_images_of_tensorflow_2_are_understood(void **state) {
    (void)state;
    dnn_error err;
    uint8_t tensor[256], content[48], payload[1024], *p = content;
    const double rows[6] = {-1, 0, 3, 0, 2, 5}; /* left, right, count */
    for (int i = 0; i < 6; i++)
        p = dnn_wire_put_double(p, rows[i]);
    p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 2);
    p = dnn_wire_put_bytes(p, 4, content, sizeof content);
    size_t size = tensor_event(payload, "histograms", tensor, (size_t)(p - tensor));
    seen s = {0};
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.kind, DNN_EVENT_HISTOGRAM);
    assert_int_equal(s.last.histogram.buckets, 2);
    assert_true(s.limits[0] == 0 && s.limits[1] == 2 && s.counts[0] == 3 && s.counts[1] == 5);
    assert_true(s.last.histogram.min == -1 && s.last.histogram.max == 2);
    assert_true(s.last.histogram.count == 8 && s.last.histogram.sum == 3 * -0.5 + 5 * 1);

    p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 7);
    p = dnn_wire_put_bytes(p, 8, "28", 2);
    p = dnn_wire_put_bytes(p, 8, "14", 2);
    p = dnn_wire_put_bytes(p, 8, "\x89PNG", 4);
    size = tensor_event(payload, "images", tensor, (size_t)(p - tensor));
    s = (seen){0};
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.last.kind, DNN_EVENT_IMAGE);
    assert_true(s.last.width == 28 && s.last.height == 14 && s.last.size == 4);
    assert_memory_equal(s.bytes, "\x89PNG", 4);
}

/* Field 5 to 17 of a TensorProto, packed or not, and tensor_content. */
static void scalars_of_every_number_type_are_understood(void **state) {
    (void)state;
    static const struct {
        uint8_t dtype;
        size_t size;
        uint8_t bytes[8]; /* in tensor_content */
        float value;
    } contents[] = {
        {1,  4, {0, 0, 0x80, 0x3e},                               0.25f                 },
        {2,  8, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f},                   1.5f                  },
        {3,  4, {100, 0, 0, 0},                                   100                   },
        {3,  4, {0xfe, 0xff, 0xff, 0xff},                         -2                    },
        {4,  1, {200},                                            200                   },
        {5,  2, {0xff, 0xff},                                     -1                    },
        {6,  1, {0x80},                                           -128                  },
        {9,  8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -1                    },
        {10, 1, {1},                                              1                     },
        {14, 2, {0xc0, 0x3f},                                     1.5f                  },
        {17, 2, {0xff, 0xff},                                     65535                 },
        {19, 2, {0, 0x3c},                                        1                     },
        {19, 2, {1, 0},                                           5.9604645e-8f         }, /* the smallest half */
        {19, 2, {0, 0xfc},                                        -INFINITY             },
        {22, 4, {0xff, 0xff, 0xff, 0xff},                         4294967295.0f         },
        {23, 8, {0, 0, 0, 0, 0, 0, 0, 0x80},                      9223372036854775808.0f},
    };
    dnn_error err;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        uint8_t tensor[64], payload[256];
        uint8_t *p =
            dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), contents[i].dtype);
        p = dnn_wire_put_bytes(p, 4, contents[i].bytes, contents[i].size);
        for (int named = 0; named < 2;
             named++) { /* the plugin is named with the first value only */
            seen s = {0};
            size_t size =
                tensor_event(payload, named ? "scalars" : "", tensor, (size_t)(p - tensor));
            check_ok(dnn_event_read(payload, size, remember, &s, &err));
            assert_int_equal(s.last.kind, DNN_EVENT_SCALAR);
            assert_true(s.last.scalar == contents[i].value);
        }
    }
    static const struct {
        uint8_t dtype, field;
        uint64_t number;
        float value;
    } values[] = {
        {3,  7,  100,                100 },
        {3,  7,  0xfffffffffffffffe, -2  },
        {9,  10, 1000000,            1e6f},
        {10, 11, 1,                  1   },
        {19, 13, 0x3c00,             1   },
        {14, 13, 0x3fc0,             1.5f},
        {22, 16, 7,                  7   },
        {23, 17, 8,                  8   },
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int packed = 0; packed < 2; packed++) {
            uint8_t tensor[64], payload[256], number[10];
            size_t n = (size_t)(dnn_wire_put_varint(number, values[i].number) - number);
            uint8_t *p =
                dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), values[i].dtype);
            p = packed ? dnn_wire_put_bytes(p, values[i].field, number, n)
                       : dnn_wire_put_varint(dnn_wire_put_key(p, values[i].field, DNN_WIRE_VARINT),
                                             values[i].number);
            seen s = {0};
            size_t size = tensor_event(payload, "scalars", tensor, (size_t)(p - tensor));
            check_ok(dnn_event_read(payload, size, remember, &s, &err));
            assert_int_equal(s.last.kind, DNN_EVENT_SCALAR);
            assert_true(s.last.scalar == values[i].value);
        }
}

static void a_kind_that_is_not_known_is_named(void **state) {
    (void)state;
    dnn_error err;
    uint8_t tensor[64], payload[256], content[48] = {0};
    uint8_t *p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 1);
    p = dnn_wire_put_bytes(p, 4, content, sizeof content);
    seen s = {0};
    size_t size = tensor_event(payload, "mesh", tensor, (size_t)(p - tensor));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.last.kind, DNN_EVENT_UNKNOWN);
    assert_int_equal(s.last.size, 4);
    assert_memory_equal(s.bytes, "mesh", 4);
    p = dnn_wire_put_bytes(payload, 4, content, 20); /* Event { graph_def } */
    s = (seen){0};
    check_ok(dnn_event_read(payload, (size_t)(p - payload), remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.kind, DNN_EVENT_UNKNOWN);
    assert_memory_equal(s.bytes, "graphs", 6);
}

static uint8_t *put_dim(uint8_t *p, uint64_t size) {
    uint8_t dim[16];
    uint8_t *end = dnn_wire_put_varint(dnn_wire_put_key(dim, 1, DNN_WIRE_VARINT), size);
    return dnn_wire_put_bytes(p, 2, dim, (size_t)(end - dim));
}

/* A float tensor of rows x columns whose numbers are 0, 1, 2, ... in `field`. */
static size_t float_tensor(uint8_t *tensor, uint64_t rows, uint64_t columns, uint32_t field) {
    uint8_t shape[32], numbers[256];
    uint8_t *p = put_dim(put_dim(shape, rows), columns), *n = numbers;
    size_t shape_size = (size_t)(p - shape);
    for (uint64_t i = 0; i < rows * columns; i++)
        n = dnn_wire_put_float(n, (float)i);
    p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 1);
    p = dnn_wire_put_bytes(p, 2, shape, shape_size);
    return (size_t)(dnn_wire_put_bytes(p, field, numbers, (size_t)(n - numbers)) - tensor);
}

/* As TensorFlow has them in tensor_content (4), and PyTorch in float_val (5). */
static void pr_curves_have_six_numbers_for_each_threshold(void **state) {
    (void)state;
    dnn_error err;
    uint8_t tensor[400], payload[900];
    for (uint32_t field = 4; field <= 5; field++)
        for (int named = 0; named < 2; named++) {
            seen s = {0};
            size_t size = tensor_event(payload, named ? "pr_curves" : "", tensor,
                                       float_tensor(tensor, 6, 3, field));
            check_ok(dnn_event_read(payload, size, remember, &s, &err));
            assert_int_equal(s.last.kind, DNN_EVENT_PR_CURVE);
            assert_true(s.last.rows == 6 && s.last.columns == 3 && s.last.nameless == !named);
            assert_true(dnn_wire_float(dnn_wire_get_fixed32(s.last.numbers + 4 * 12)) == 12);
        }
    seen s = {0};
    size_t size = tensor_event(payload, "pr_curves", tensor, float_tensor(tensor, 5, 3, 4));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.last.kind, DNN_EVENT_UNKNOWN);
}

static uint8_t *put_hparam(uint8_t *p, const char *key, const uint8_t *value, size_t size) {
    uint8_t entry[128];
    uint8_t *end = dnn_wire_put_bytes(entry, 1, key, strlen(key));
    end = dnn_wire_put_bytes(end, 2, value, size);
    return dnn_wire_put_bytes(p, 1, entry, (size_t)(end - entry));
}

/* Summary.Value { tag, metadata { plugin_data { "hparams", content } } }, without a tensor. */
static size_t hparams_event(uint8_t *out, uint32_t field, const uint8_t *info, size_t size) {
    uint8_t content[300], plugin[400], metadata[420], value[500], summary[520];
    uint8_t *p = dnn_wire_put_bytes(content, field, info, size);
    size_t content_size = (size_t)(p - content);
    p = dnn_wire_put_bytes(plugin, 1, "hparams", 7);
    p = dnn_wire_put_bytes(p, 2, content, content_size);
    p = dnn_wire_put_bytes(metadata, 1, plugin, (size_t)(p - plugin));
    size_t metadata_size = (size_t)(p - metadata);
    p = dnn_wire_put_bytes(value, 1, "_hparams_/session_start_info", 28);
    p = dnn_wire_put_bytes(p, 9, metadata, metadata_size);
    p = dnn_wire_put_bytes(summary, 1, value, (size_t)(p - value));
    return (size_t)(dnn_wire_put_bytes(out, 5, summary, (size_t)(p - summary)) - out);
}

static void hyper_parameters_become_settings(void **state) {
    (void)state;
    dnn_error err;
    uint8_t info[300], value[32], payload[700];
    uint8_t *v = dnn_wire_put_double(dnn_wire_put_key(value, 2, DNN_WIRE_FIXED64), 0.001);
    uint8_t *p = put_hparam(info, "lr", value, (size_t)(v - value));
    v = dnn_wire_put_bytes(value, 3, "adam", 4);
    p = put_hparam(p, "optimiser", value, (size_t)(v - value));
    v = dnn_wire_put_varint(dnn_wire_put_key(value, 4, DNN_WIRE_VARINT), 1);
    p = put_hparam(p, "nesterov", value, (size_t)(v - value));
    seen s = {0};
    size_t size = hparams_event(payload, 3, info, (size_t)(p - info));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.kind, DNN_EVENT_TEXT);
    static const char expected[] = "lr = 0.001\noptimiser = adam\nnesterov = true";
    assert_int_equal(s.last.size, sizeof expected - 1);
    assert_memory_equal(s.bytes, expected, sizeof expected - 1);
    s = (seen){0}; /* an experiment lists names; the end of a session has none */
    size = hparams_event(payload, 2, info, (size_t)(p - info));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 0);
}

/* wall time 1, session_log { status: STOP } as TensorFlow's writer ends a file. */
static void the_end_of_a_run_is_said(void **state) {
    (void)state;
    static const uint8_t expected[] = {0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x3a, 2, 0x08, 2};
    uint8_t record[64];
    dnn_error err;
    size_t n = dnn_event_write_end(1, record);
    assert_int_equal(n, DNN_RECORD_HEADER + sizeof expected + DNN_RECORD_TRAILER);
    assert_memory_equal(record + DNN_RECORD_HEADER, expected, sizeof expected);
    seen s = {0};
    check_ok(dnn_event_read(expected, sizeof expected, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.kind, DNN_EVENT_END);
    uint8_t begin[sizeof expected];
    memcpy(begin, expected, sizeof expected);
    begin[sizeof begin - 1] = 1; /* START */
    s = (seen){0};
    check_ok(dnn_event_read(begin, sizeof begin, remember, &s, &err));
    assert_int_equal(s.count, 0);
}

static void malformed_payloads_are_refused(void **state) {
    (void)state;
    dnn_error err;
    seen s = {0};
    static const uint8_t past_the_end[] = {0x2a, 0x7f, 0x0a};
    static const uint8_t endless_varint[] = {0x10, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t field_zero[] = {0x00, 0x00};
    static const uint8_t group[] = {0x0b};
    check_fails(dnn_event_read(past_the_end, sizeof past_the_end, remember, &s, &err),
                DNN_ERROR_FORMAT, "not a TensorBoard event");
    check_fails(dnn_event_read(endless_varint, sizeof endless_varint, remember, &s, &err),
                DNN_ERROR_FORMAT, "not a TensorBoard event");
    check_fails(dnn_event_read(field_zero, 2, remember, &s, &err), DNN_ERROR_FORMAT, "not");
    check_fails(dnn_event_read(group, 1, remember, &s, &err), DNN_ERROR_FORMAT, "not");
    assert_int_equal(s.count, 0);
}

static void records_that_end_lie_or_are_damaged_are_told_apart(void **state) {
    (void)state;
    dnn_event e = {.wall_time = 1, .step = 2, .tag = "loss", .tag_size = 4, .scalar = 1};
    uint8_t record[128], copy[128];
    size_t n = dnn_event_write(&e, record), size, used;
    const uint8_t *payload;
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(dnn_record_read(record, cut, &payload, &size, &used),
                         DNN_RECORD_INCOMPLETE);
    for (size_t at = 0; at < n; at++) {
        memcpy(copy, record, n);
        copy[at] ^= 0x10;
        assert_int_equal(dnn_record_read(copy, n, &payload, &size, &used),
                         at < DNN_RECORD_HEADER ? DNN_RECORD_LOST : DNN_RECORD_DAMAGED);
    }
    dnn_wire_put_fixed64(copy, UINT64_MAX); /* a length that lies, with a checksum that agrees */
    dnn_wire_put_fixed32(copy + 8, dnn_crc32c_masked(copy, 8));
    assert_int_equal(dnn_record_read(copy, n, &payload, &size, &used), DNN_RECORD_LOST);
}

static void random_damage_inside_payloads_never_goes_past_the_end(void **state) {
    (void)state;
    const double limits[] = {-1, 0, 2.5}, counts[] = {1, 0, 7};
    dnn_event e = {
        .wall_time = 1,
        .step = 1,
        .tag = "w",
        .tag_size = 1,
        .kind = DNN_EVENT_HISTOGRAM,
        .histogram = {-1, 2, 8, 3, 9, 3, limits, counts}
    };
    uint8_t record[256];
    size_t n = dnn_event_write(&e, record) - DNN_RECORD_HEADER - DNN_RECORD_TRAILER;
    dnn_random random = dnn_random_seeded(1);
    for (int i = 0; i < 200000; i++) {
        size_t size = (size_t)dnn_random_below(&random, n + 1);
        uint8_t *copy = malloc(size + 1); /* its own block, so that ASan sees its end */
        memcpy(copy, record + DNN_RECORD_HEADER, size);
        for (int flips = 0; flips < 3 && size > 0; flips++)
            copy[dnn_random_below(&random, size)] = (uint8_t)dnn_random_u64(&random);
        seen s = {0};
        dnn_event_read(copy, size, remember, &s, NULL);
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_gives_the_published_values),
        cmocka_unit_test(crc32c_is_the_same_by_instruction_and_by_tables),
        cmocka_unit_test(a_file_opens_with_the_published_version_record),
        cmocka_unit_test(a_scalar_is_the_published_record),
        cmocka_unit_test(the_short_way_for_scalars_reads_what_the_long_one_reads),
        cmocka_unit_test(every_kind_is_read_back_as_it_was_written),
        cmocka_unit_test(a_matrix_is_read_back_with_the_names_of_its_rows),
        cmocka_unit_test(scalars_in_tensors_and_unknown_fields_are_understood),
        cmocka_unit_test(histograms_and_images_of_tensorflow_2_are_understood),
        cmocka_unit_test(scalars_of_every_number_type_are_understood),
        cmocka_unit_test(a_kind_that_is_not_known_is_named),
        cmocka_unit_test(pr_curves_have_six_numbers_for_each_threshold),
        cmocka_unit_test(hyper_parameters_become_settings),
        cmocka_unit_test(the_end_of_a_run_is_said),
        cmocka_unit_test(malformed_payloads_are_refused),
        cmocka_unit_test(records_that_end_lie_or_are_damaged_are_told_apart),
        cmocka_unit_test(random_damage_inside_payloads_never_goes_past_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
