/* Records hold to published bytes, and whatever is in a file is read without harm. */
#include "seen_event.h"

#include "core/crc32c.h"
#include "core/memory.h"
#include "core/random.h"
#include "log/wire.h"

static void assert_hex(const uint8_t *bytes, size_t n, const char *hex) {
    char text[512];
    for (size_t i = 0; i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(text, hex);
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

static void fields_end_for_good_where_they_are_malformed(void **state) {
    (void)state;
    static const uint8_t bytes[] = {0x08, 5, 0x0b, 0x08, 6}; /* 5, a group, 6 */
    dnn_wire_reader r = dnn_wire_read(bytes, sizeof bytes);
    dnn_wire_field f;
    assert_true(dnn_wire_next(&r, &f));
    assert_true(f.field == 1 && f.number == 5);
    assert_false(dnn_wire_next(&r, &f));
    assert_true(r.bad);
    assert_false(dnn_wire_next(&r, &f));
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
        cmocka_unit_test(a_file_opens_with_the_published_version_record),
        cmocka_unit_test(a_scalar_is_the_published_record),
        cmocka_unit_test(the_short_way_for_scalars_reads_what_the_long_one_reads),
        cmocka_unit_test(every_kind_is_read_back_as_it_was_written),
        cmocka_unit_test(a_matrix_is_read_back_with_the_names_of_its_rows),
        cmocka_unit_test(the_end_of_a_run_is_said),
        cmocka_unit_test(malformed_payloads_are_refused),
        cmocka_unit_test(fields_end_for_good_where_they_are_malformed),
        cmocka_unit_test(records_that_end_lie_or_are_damaged_are_told_apart),
        cmocka_unit_test(random_damage_inside_payloads_never_goes_past_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
