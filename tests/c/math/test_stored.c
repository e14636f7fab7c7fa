/* Tests of the element types that files have: values by the formats' definitions. */
#include "check.h"

#include <stdint.h>
#include <stdlib.h>

#include "math/stored.h"

static void check_real(dnn_stored type, const void *bytes, double expected) {
    union {
        float f32;
        double f64;
        int32_t i32;
        uint8_t u8;
    } out;
    assert_int_equal(dnn_stored_decode(type, false, bytes, 1, &out), 1);
    switch (dnn_stored_info(type)->dtype) {
    case DNN_FLOAT32:
        check_close(out.f32, expected, 0);
        break;
    case DNN_FLOAT64:
        check_close(out.f64, expected, 0);
        break;
    case DNN_INT32:
        check_close(out.i32, expected, 0);
        break;
    default:
        check_close(out.u8, expected, 0);
        break;
    }
}

static void half_precision_is_read_by_its_bits(void **state) {
    (void)state;
    static const struct {
        uint16_t bits;
        double value;
    } cases[] = {
        {0x3c00, 1             },
        {0xc000, -2            },
        {0x7bff, 65504         },
        {0x0400, 0x1p-14       },
        {0x03ff, 1023 * 0x1p-24},
        {0x0001, 0x1p-24       },
        {0x8000, -0.0          },
        {0x3555, 0.333251953125},
        {0x7c00, INFINITY      },
        {0xfc00, -INFINITY     },
        {0x7e00, NAN           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_real(DNN_STORED_F16, &cases[i].bits, cases[i].value);
}

static void brain_floats_are_the_upper_half_of_a_float(void **state) {
    (void)state;
    check_real(DNN_STORED_BF16, &(uint16_t){0x3f80}, 1);
    check_real(DNN_STORED_BF16, &(uint16_t){0xc049}, -3.140625);
    check_real(DNN_STORED_BF16, &(uint16_t){0x7f80}, INFINITY);
    check_real(DNN_STORED_BF16, &(uint16_t){0x0001}, 0x1p-133);
    check_real(DNN_STORED_BF16, &(uint16_t){0x7fc0}, NAN);
}

/* The values of the tables in "FP8 formats for deep learning" (Micikevicius et al., 2022). */
static void eight_bits_are_read_by_both_formats(void **state) {
    (void)state;
    check_real(DNN_STORED_F8_E4M3, &(uint8_t){0x7e}, 448);
    check_real(DNN_STORED_F8_E4M3, &(uint8_t){0x08}, 0x1p-6);
    check_real(DNN_STORED_F8_E4M3, &(uint8_t){0x07}, 0.875 * 0x1p-6);
    check_real(DNN_STORED_F8_E4M3, &(uint8_t){0x81}, -0x1p-9);
    check_real(DNN_STORED_F8_E4M3, &(uint8_t){0x7f}, NAN);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0x7b}, 57344);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0x04}, 0x1p-14);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0x03}, 0.75 * 0x1p-14);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0x01}, 0x1p-16);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0xfc}, -INFINITY);
    check_real(DNN_STORED_F8_E5M2, &(uint8_t){0x7d}, NAN);
}

static void whole_numbers_keep_their_value(void **state) {
    (void)state;
    check_real(DNN_STORED_BOOL, &(uint8_t){2}, 1);
    check_real(DNN_STORED_I8, &(int8_t){-128}, -128);
    check_real(DNN_STORED_U8, &(uint8_t){255}, 255);
    check_real(DNN_STORED_I16, &(int16_t){-32768}, -32768);
    check_real(DNN_STORED_U16, &(uint16_t){65535}, 65535);
    check_real(DNN_STORED_I32, &(int32_t){INT32_MIN}, INT32_MIN);
    check_real(DNN_STORED_U32, &(uint32_t){UINT32_MAX}, UINT32_MAX);
    check_real(DNN_STORED_I64, &(int64_t){INT64_MIN}, -0x1p63);
    check_real(DNN_STORED_U64, &(uint64_t){(uint64_t)1 << 63}, 0x1p63);
}

static void a_number_that_a_double_does_not_hold_stops_the_decoding(void **state) {
    (void)state;
    const int64_t one = (int64_t)1 << 53;
    const int64_t numbers[] = {one, -one, one + 2, -one - 1, 7};
    const uint64_t naturals[] = {UINT64_MAX - 2047, UINT64_MAX};
    double out[5];
    assert_int_equal(dnn_stored_decode(DNN_STORED_I64, false, numbers, 5, out), 3);
    check_close(out[2], 0x1p53 + 2, 0);
    assert_int_equal(dnn_stored_decode(DNN_STORED_U64, false, naturals, 2, out), 1);
    check_close(out[0], 18446744073709549568.0, 0);
}

/* Swapped bytes at an odd address give the same. */
static void either_byte_order_and_any_alignment_will_do(void **state) {
    (void)state;
    for (int t = 0; t < DNN_STORED_COUNT; t++) {
        enum { N = 40 };
        const dnn_stored_traits *type = dnn_stored_info((dnn_stored)t);
        unsigned char bytes[8 * N], memory[8 * N + 1], *swapped = memory + 1;
        uint64_t out[N] = {0}, back[N] = {0};
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(i % 8 < 6 ? 37 * i + 11 : 0);
        for (size_t i = 0; i < N * type->size; i++)
            swapped[i] = bytes[i / type->size * type->size + type->size - 1 - i % type->size];
        assert_int_equal(dnn_stored_decode((dnn_stored)t, false, bytes, N, out), N);
        assert_int_equal(dnn_stored_decode((dnn_stored)t, true, swapped, N, back), N);
        assert_memory_equal(out, back, sizeof out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_precision_is_read_by_its_bits),
        cmocka_unit_test(brain_floats_are_the_upper_half_of_a_float),
        cmocka_unit_test(eight_bits_are_read_by_both_formats),
        cmocka_unit_test(whole_numbers_keep_their_value),
        cmocka_unit_test(a_number_that_a_double_does_not_hold_stops_the_decoding),
        cmocka_unit_test(either_byte_order_and_any_alignment_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
