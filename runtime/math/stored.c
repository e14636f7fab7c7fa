/* stored.c: one loop per stored type, from unaligned bytes of either byte order. */
#include "math/stored.h"

#include <assert.h>
#include <byteswap.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static const dnn_stored_traits traits[] = {
    [DNN_STORED_BOOL] = {"bool",          1, DNN_INT32,   false},
    [DNN_STORED_I8] = {"int8",          1, DNN_INT32,   false},
    [DNN_STORED_I16] = {"int16",         2, DNN_INT32,   false},
    [DNN_STORED_I32] = {"int32",         4, DNN_INT32,   true },
    [DNN_STORED_I64] = {"int64",         8, DNN_FLOAT64, false},
    [DNN_STORED_U8] = {"uint8",         1, DNN_UINT8,   true },
    [DNN_STORED_U16] = {"uint16",        2, DNN_INT32,   false},
    [DNN_STORED_U32] = {"uint32",        4, DNN_FLOAT64, false},
    [DNN_STORED_U64] = {"uint64",        8, DNN_FLOAT64, false},
    [DNN_STORED_F8_E4M3] = {"float8 (e4m3)", 1, DNN_FLOAT32, false},
    [DNN_STORED_F8_E5M2] = {"float8 (e5m2)", 1, DNN_FLOAT32, false},
    [DNN_STORED_F16] = {"float16",       2, DNN_FLOAT32, false},
    [DNN_STORED_BF16] = {"bfloat16",      2, DNN_FLOAT32, false},
    [DNN_STORED_F32] = {"float32",       4, DNN_FLOAT32, true },
    [DNN_STORED_F64] = {"float64",       8, DNN_FLOAT64, true },
};
static_assert(sizeof traits / sizeof *traits == DNN_STORED_COUNT, "a row per stored type");

const dnn_stored_traits *dnn_stored_info(dnn_stored type) {
    return &traits[type];
}

/* --- one element --- */

/* A small float of these widths: fraction * 2^(exponent - bias), without infinities where
 * `finite`. */
static float small_float(unsigned bits, unsigned exponent_bits, unsigned fraction_bits,
                         bool finite) {
    unsigned fraction = bits & ((1u << fraction_bits) - 1);
    unsigned exponent = bits >> fraction_bits & ((1u << exponent_bits) - 1);
    unsigned top = (1u << exponent_bits) - 1;
    int bias = (1 << (exponent_bits - 1)) - 1;
    float sign = bits >> (exponent_bits + fraction_bits) & 1 ? -1.0f : 1.0f;
    if (exponent == top && !finite)
        return fraction == 0 ? sign * INFINITY : NAN;
    if (exponent == top && fraction == (1u << fraction_bits) - 1)
        return NAN;
    if (exponent == 0)
        return sign * ldexpf((float)fraction, 1 - bias - (int)fraction_bits);
    return sign * ldexpf((float)(fraction | 1u << fraction_bits),
                         (int)exponent - bias - (int)fraction_bits);
}

/* binary16 to binary32 by moving bits; a subnormal by its value. */
static float half_to_float(uint16_t h) {
    uint32_t exponent = h >> 10 & 31, fraction = h & 1023, sign = (uint32_t)(h & 0x8000) << 16;
    uint32_t bits;
    float x;
    if (exponent == 0)
        return small_float(h, 5, 10, false);
    bits = sign | fraction << 13 | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23);
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float brain_to_float(uint16_t b) {
    uint32_t bits = (uint32_t)b << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Whether a float64 holds it: at most 53 bits from the first that is set to the last. */
static bool is_exact(uint64_t magnitude) {
    return magnitude >> 53 == 0 || magnitude >> __builtin_ctzll(magnitude) >> 53 == 0;
}

static uint64_t magnitude_of(uint64_t bits) {
    return bits >> 63 ? -bits : bits;
}

/* --- n elements --- */

#define SAME(x) (x)

/* One type: `bits` is its width as an unsigned type, `swap` turns its bytes, `expression` makes an
 * element of x. */
#define DECODE(bits, swap, to, expression)                                                         \
    for (size_t i = 0; i < n; i++) {                                                               \
        bits x;                                                                                    \
        memcpy(&x, from + i * sizeof x, sizeof x);                                                 \
        x = swapped ? (bits)swap(x) : x;                                                           \
        ((to *)out)[i] = (to)(expression);                                                         \
    }                                                                                              \
    return n

static size_t decode_large(bool is_signed, bool swapped, const unsigned char *from, size_t n,
                           double *out) {
    for (size_t i = 0; i < n; i++) {
        uint64_t x;
        memcpy(&x, from + i * sizeof x, sizeof x);
        x = swapped ? bswap_64(x) : x;
        if (!is_exact(is_signed ? magnitude_of(x) : x))
            return i;
        out[i] = is_signed ? (double)(int64_t)x : (double)x;
    }
    return n;
}

static size_t decode_real(dnn_stored type, bool swapped, const unsigned char *from, size_t n,
                          void *out) {
    size_t size = traits[type].size;
    memcpy(out, from, n * size);
    if (swapped && size == 4)
        for (size_t i = 0; i < n; i++)
            ((uint32_t *)out)[i] = bswap_32(((uint32_t *)out)[i]);
    if (swapped && size == 8)
        for (size_t i = 0; i < n; i++)
            ((uint64_t *)out)[i] = bswap_64(((uint64_t *)out)[i]);
    return n;
}

size_t dnn_stored_decode(dnn_stored type, bool swapped, const void *bytes, size_t n, void *out) {
    const unsigned char *from = bytes;
    switch (type) {
    case DNN_STORED_BOOL:
        DECODE(uint8_t, SAME, int32_t, x != 0);
    case DNN_STORED_I8:
        DECODE(uint8_t, SAME, int32_t, (int8_t)x);
    case DNN_STORED_I16:
        DECODE(uint16_t, bswap_16, int32_t, (int16_t)x);
    case DNN_STORED_U16:
        DECODE(uint16_t, bswap_16, int32_t, x);
    case DNN_STORED_U32:
        DECODE(uint32_t, bswap_32, double, x);
    case DNN_STORED_I64:
        return decode_large(true, swapped, from, n, out);
    case DNN_STORED_U64:
        return decode_large(false, swapped, from, n, out);
    case DNN_STORED_F8_E4M3:
        DECODE(uint8_t, SAME, float, small_float(x, 4, 3, true));
    case DNN_STORED_F8_E5M2:
        DECODE(uint8_t, SAME, float, small_float(x, 5, 2, false));
    case DNN_STORED_F16:
        DECODE(uint16_t, bswap_16, float, half_to_float(x));
    case DNN_STORED_BF16:
        DECODE(uint16_t, bswap_16, float, brain_to_float(x));
    default: /* uint8, int32, float32 and float64 stay what they are */
        return decode_real(type, swapped, from, n, out);
    }
}
