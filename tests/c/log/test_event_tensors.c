/* Events as TensorFlow 2 and the plugins of TensorBoard write them, in tensors. */
#include "seen_event.h"

#include "log/wire.h"

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

/* A tensor of type `dtype` and one field; the kind that an event of `plugin` has with it. */
static dnn_event_kind kind_of(const char *plugin, uint8_t dtype, uint32_t field, const void *bytes,
                              size_t size) {
    dnn_error err;
    uint8_t tensor[300], payload[900];
    uint8_t *p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), dtype);
    p = dnn_wire_put_bytes(p, field, bytes, size);
    seen s = {0};
    check_ok(dnn_event_read(payload, tensor_event(payload, plugin, tensor, (size_t)(p - tensor)),
                            remember, &s, &err));
    assert_int_equal(s.count, 1);
    return s.last.kind;
}

static void tensors_that_are_not_what_their_plugin_writes_are_named_alone(void **state) {
    (void)state;
    static const uint8_t zeros[96];
    static const uint8_t endless[12] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 1};
    assert_int_equal(kind_of("scalars", 1, 4, zeros, 3), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("scalars", 99, 4, zeros, 4), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("scalars", 3, 7, endless, 12), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("scalars", 3, 7, endless, 3), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("scalars", 19, 4, "\1\x7c", 2), DNN_EVENT_SCALAR); /* a NaN */
    assert_int_equal(kind_of("histograms", 2, 4, zeros, 24), DNN_EVENT_HISTOGRAM);
    assert_int_equal(kind_of("histograms", 2, 4, zeros, 25), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("histograms", 2, 4, zeros, 8), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("histograms", 1, 4, zeros, 24), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("images", 7, 8, "28", 2), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("text", 7, 8, "words", 5), DNN_EVENT_TEXT);
    assert_int_equal(kind_of("text", 1, 8, "words", 5), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("text", 7, 4, "words", 5), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of("pr_curves", 1, 4, zeros, 24),
                     DNN_EVENT_UNKNOWN); /* without a shape */
}

/* Of the images of a step the first is kept; a width or height that is not a number is 0. */
static void images_have_sizes_only_where_those_are_numbers(void **state) {
    (void)state;
    static const char *const widths[] = {"28", "2x", "-1", "99999999999", ""};
    dnn_error err;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        uint8_t tensor[100], payload[400];
        uint8_t *p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 7);
        p = dnn_wire_put_bytes(p, 8, widths[i], strlen(widths[i]));
        p = dnn_wire_put_bytes(p, 8, "14", 2);
        p = dnn_wire_put_bytes(p, 8, "first", 5);
        p = dnn_wire_put_bytes(p, 8, "second", 6);
        seen s = {0};
        size_t size = tensor_event(payload, "images", tensor, (size_t)(p - tensor));
        check_ok(dnn_event_read(payload, size, remember, &s, &err));
        assert_int_equal(s.last.kind, DNN_EVENT_IMAGE);
        assert_int_equal(s.last.width, i == 0 ? 28 : 0);
        assert_int_equal(s.last.height, 14);
        assert_int_equal(s.last.size, 5);
        assert_memory_equal(s.bytes, "first", 5);
    }
}

/* Axes, and numbers that are there. */
static dnn_event_kind kind_of_curve(const uint64_t *axes, size_t rank, size_t numbers) {
    dnn_error err;
    static const uint8_t zeros[96];
    uint8_t shape[64], tensor[300], payload[900], *p = shape;
    for (size_t axis = 0; axis < rank; axis++)
        p = put_dim(p, axes[axis]);
    size_t size = (size_t)(p - shape);
    p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 1);
    p = dnn_wire_put_bytes(p, 2, shape, size);
    p = dnn_wire_put_bytes(p, 4, zeros, 4 * numbers);
    seen s = {0};
    size = tensor_event(payload, "pr_curves", tensor, (size_t)(p - tensor));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    return s.last.kind;
}

static void curves_of_precision_need_two_axes_and_all_their_numbers(void **state) {
    (void)state;
    const uint64_t huge = (uint64_t)1 << 40, large = DNN_EVENT_MATRIX_MAX;
    assert_int_equal(kind_of_curve((uint64_t[]){6, 2}, 2, 12), DNN_EVENT_PR_CURVE);
    assert_int_equal(kind_of_curve((uint64_t[]){6, 2}, 2, 11), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){6, 2, 1}, 3, 12), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){6}, 1, 6), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){6, 0}, 2, 0), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){0, 6}, 2, 0), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){huge, 2}, 2, 12), DNN_EVENT_UNKNOWN);
    assert_int_equal(kind_of_curve((uint64_t[]){6, large}, 2, 12), DNN_EVENT_UNKNOWN);
}

/* TensorShapeProto { dim { size, name }, unknown_rank }. */
static void names_of_axes_are_passed_over(void **state) {
    (void)state;
    dnn_error err;
    uint8_t dim[32], shape[64], tensor[128], payload[256], numbers[6 * 4], *n = numbers;
    for (int i = 0; i < 6; i++)
        n = dnn_wire_put_float(n, (float)i);
    uint8_t *p = dnn_wire_put_varint(dnn_wire_put_key(dim, 1, DNN_WIRE_VARINT), 6);
    p = dnn_wire_put_bytes(p, 2, "rows", 4);
    p = dnn_wire_put_bytes(shape, 2, dim, (size_t)(p - dim));
    p = dnn_wire_put_varint(dnn_wire_put_key(p, 3, DNN_WIRE_VARINT), 0);
    p = put_dim(p, 1);
    size_t shape_size = (size_t)(p - shape);
    p = dnn_wire_put_varint(dnn_wire_put_key(tensor, 1, DNN_WIRE_VARINT), 1);
    p = dnn_wire_put_bytes(p, 2, shape, shape_size);
    p = dnn_wire_put_bytes(p, 4, numbers, sizeof numbers);
    seen s = {0};
    size_t size = tensor_event(payload, "pr_curves", tensor, (size_t)(p - tensor));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.last.kind, DNN_EVENT_PR_CURVE);
    assert_true(s.last.rows == 6 && s.last.columns == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_in_tensors_and_unknown_fields_are_understood),
        cmocka_unit_test(histograms_and_images_of_tensorflow_2_are_understood),
        cmocka_unit_test(scalars_of_every_number_type_are_understood),
        cmocka_unit_test(a_kind_that_is_not_known_is_named),
        cmocka_unit_test(pr_curves_have_six_numbers_for_each_threshold),
        cmocka_unit_test(tensors_that_are_not_what_their_plugin_writes_are_named_alone),
        cmocka_unit_test(images_have_sizes_only_where_those_are_numbers),
        cmocka_unit_test(curves_of_precision_need_two_axes_and_all_their_numbers),
        cmocka_unit_test(names_of_axes_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
