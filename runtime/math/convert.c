/* convert.c: the kernels between element types, one per pair. */
#include "math/convert.h"

#include <string.h>

#include "math/simd.h"

/* Rounds to the nearest whole number in 0 .. 255, ties to even: adding 2^23 (2^52) leaves no room
 * for a fraction. NaN fails the first comparison and becomes 0. */
DNN_INLINE float f32_to_byte(float x) {
    const float shift = 0x1p23f;
    x = x > 0 ? x : 0;
    x = x < 255 ? x : 255;
    return (x + shift) - shift;
}

DNN_INLINE double f64_to_byte(double x) {
    const double shift = 0x1p52;
    x = x > 0 ? x : 0;
    x = x < 255 ? x : 255;
    return (x + shift) - shift;
}

/* Likewise in the range of an int32, by adding 1.5 * 2^52; NaN becomes 0. */
DNN_INLINE double f64_to_whole(double x) {
    const double shift = 0x1.8p52;
    x = x == x ? x : 0;
    x = x > INT32_MIN ? x : INT32_MIN;
    x = x < INT32_MAX ? x : INT32_MAX;
    return (x + shift) - shift;
}

DNN_INLINE int32_t i32_to_byte(int32_t x) {
    x = x > 0 ? x : 0;
    return x < 255 ? x : 255;
}

#define SAME(x) (x)

#define DEFINE_CONVERT(name, from, to, expression)                                                 \
    DNN_CLONES static void name(size_t n, void *out, const void *a, const void *b,                 \
                                const void *c) {                                                   \
        to *o = out;                                                                               \
        const from *x = a;                                                                         \
        (void)b, (void)c;                                                                          \
        DNN_INDEPENDENT                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            o[i] = (to)expression(x[i]);                                                           \
    }

#define DEFINE_COPY(name, type)                                                                    \
    static void name(size_t n, void *out, const void *a, const void *b, const void *c) {           \
        (void)b, (void)c;                                                                          \
        memcpy(out, a, n * sizeof(type));                                                          \
    }

DEFINE_COPY(f32_to_f32, float)
DEFINE_CONVERT(f32_to_f64, float, double, SAME)
DEFINE_CONVERT(f32_to_u8, float, uint8_t, f32_to_byte)
DEFINE_CONVERT(f64_to_f32, double, float, SAME)
DEFINE_COPY(f64_to_f64, double)
DEFINE_CONVERT(f64_to_u8, double, uint8_t, f64_to_byte)
DEFINE_CONVERT(u8_to_f32, uint8_t, float, SAME)
DEFINE_CONVERT(u8_to_f64, uint8_t, double, SAME)
DEFINE_COPY(u8_to_u8, uint8_t)
DEFINE_CONVERT(f32_to_i32, float, int32_t, f64_to_whole)
DEFINE_CONVERT(f64_to_i32, double, int32_t, f64_to_whole)
DEFINE_CONVERT(u8_to_i32, uint8_t, int32_t, SAME)
DEFINE_CONVERT(i32_to_f32, int32_t, float, SAME)
DEFINE_CONVERT(i32_to_f64, int32_t, double, SAME)
DEFINE_CONVERT(i32_to_u8, int32_t, uint8_t, i32_to_byte)
DEFINE_COPY(i32_to_i32, int32_t)

dnn_kernel *const dnn_convert[DNN_DTYPE_COUNT][DNN_DTYPE_COUNT] = {
    [DNN_FLOAT32] = {f32_to_f32, f32_to_f64, f32_to_u8, f32_to_i32},
    [DNN_FLOAT64] = {f64_to_f32, f64_to_f64, f64_to_u8, f64_to_i32},
    [DNN_UINT8] = {u8_to_f32,  u8_to_f64,  u8_to_u8,  u8_to_i32 },
    [DNN_INT32] = {i32_to_f32, i32_to_f64, i32_to_u8, i32_to_i32},
};

#define DEFINE_SCALE(name, from, to, real)                                                         \
    DNN_CLONES static void name(size_t n, void *out, const void *a, double scale, double shift) {  \
        to *o = out;                                                                               \
        const from *x = a;                                                                         \
        const real factor = (real)scale, offset = (real)shift;                                     \
        DNN_INDEPENDENT                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            o[i] = (to)((real)x[i] * factor + offset);                                             \
    }

DEFINE_SCALE(f32_scale_to_f32, float, float, float)
DEFINE_SCALE(f32_scale_to_f64, float, double, double)
DEFINE_SCALE(f64_scale_to_f32, double, float, double)
DEFINE_SCALE(f64_scale_to_f64, double, double, double)
DEFINE_SCALE(u8_scale_to_f32, uint8_t, float, float)
DEFINE_SCALE(u8_scale_to_f64, uint8_t, double, double)
DEFINE_SCALE(i32_scale_to_f32, int32_t, float, double)
DEFINE_SCALE(i32_scale_to_f64, int32_t, double, double)

dnn_scale_kernel *const dnn_scale[DNN_DTYPE_COUNT][DNN_DTYPE_COUNT] = {
    [DNN_FLOAT32] = {f32_scale_to_f32, f32_scale_to_f64},
    [DNN_FLOAT64] = {f64_scale_to_f32, f64_scale_to_f64},
    [DNN_UINT8] = {u8_scale_to_f32,  u8_scale_to_f64 },
    [DNN_INT32] = {i32_scale_to_f32, i32_scale_to_f64},
};
