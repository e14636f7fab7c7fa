/* functions.h: exp, log and their kin for use inside loops, which then become vectors.
 *
 * A call of libm stops a loop from being vectorised. These are inline, without branches and tables,
 * in plain arithmetic: in a function that is marked DNN_CLONES (math/simd.h) and compiled with this
 * folder's options or those of nn, a loop over them runs on the widest vectors that the CPU has,
 * and gives the same bits on all.
 *
 *                  float32                  float64
 *     dnn_exp_f32      within 1 ulp     dnn_exp_f64      1
 *     dnn_expm1_f32           2         dnn_expm1_f64    2
 *     dnn_log_f32             1         dnn_log_f64      1
 *     dnn_log1p_f32           2         dnn_log1p_f64    2
 *     dnn_tanh_f32            3         dnn_tanh_f64     3
 *     dnn_sigmoid_f32         3         dnn_sigmoid_f64  3
 *     dnn_softplus_f32        3         dnn_softplus_f64 3    log(1 + exp(x)), for any x
 *     dnn_erf_f32             3         dnn_erf_f64      libm's: not vectorised
 *
 * All are right at infinities and NaN, and subnormal results are not flushed. */
#ifndef DNN_MATH_FUNCTIONS_H
#define DNN_MATH_FUNCTIONS_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "math/simd.h"

/* (exp(r) - 1 - r) / r^2 by Taylor's series, for |r| <= ln(2) / 2: what is left out is below a
 * tenth of a unit in the last place of exp(r). */
DNN_INLINE float dnn_exp_tail_f32(float r) {
    float s = 1.0f / 5040;
    s = s * r + 1.0f / 720;
    s = s * r + 1.0f / 120;
    s = s * r + 1.0f / 24;
    s = s * r + 1.0f / 6;
    return s * r + 1.0f / 2;
}

DNN_INLINE double dnn_exp_tail_f64(double r) {
    double s = 1.0 / 6227020800;
    s = s * r + 1.0 / 479001600;
    s = s * r + 1.0 / 39916800;
    s = s * r + 1.0 / 3628800;
    s = s * r + 1.0 / 362880;
    s = s * r + 1.0 / 40320;
    s = s * r + 1.0 / 5040;
    s = s * r + 1.0 / 720;
    s = s * r + 1.0 / 120;
    s = s * r + 1.0 / 24;
    s = s * r + 1.0 / 6;
    return s * r + 1.0 / 2;
}

/* (log((1 + s) / (1 - s)) / s - 2) by the series of the inverse hyperbolic tangent, from z = s^2 up
 * to 0.0295. */
DNN_INLINE float dnn_log_tail_f32(float z) {
    float t = 2.0f / 9;
    t = t * z + 2.0f / 7;
    t = t * z + 2.0f / 5;
    t = t * z + 2.0f / 3;
    return t * z;
}

DNN_INLINE double dnn_log_tail_f64(double z) {
    double t = 2.0 / 21;
    t = t * z + 2.0 / 19;
    t = t * z + 2.0 / 17;
    t = t * z + 2.0 / 15;
    t = t * z + 2.0 / 13;
    t = t * z + 2.0 / 11;
    t = t * z + 2.0 / 9;
    t = t * z + 2.0 / 7;
    t = t * z + 2.0 / 5;
    t = t * z + 2.0 / 3;
    return t * z;
}

#define REAL          float
#define BITS          uint32_t
#define FN(name)      dnn_##name##_f32
#define LIBM(name)    name##f
#define LARGEST       FLT_MAX
#define SMALLEST      FLT_MIN
#define FRACTION_BITS 23
#define EXPONENT_BIAS 127u
#define TOP_BIT       ((BITS)1 << 31)
#define ROUNDER       0x1.8p23f /* adding it rounds to a whole number, held in the low bits */
#define SQRT_HALF     0x1.6a09e6p-1f
#define LN2_HIGH      0x1.63p-1f /* few enough bits that its product with an exponent is exact */
#define LN2_LOW       -0x1.bd0106p-13f
#define EXP_LOWEST    -105.0f /* exp of less is 0 */
#define EXP_HIGHEST   89.0f   /* exp of more is infinite */
#define TANH_LOWEST   -30.0f  /* exp of less does not change 1 */
#include "math/functions.inc"

#define REAL          double
#define BITS          uint64_t
#define FN(name)      dnn_##name##_f64
#define LIBM(name)    name
#define LARGEST       DBL_MAX
#define SMALLEST      DBL_MIN
#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023u
#define TOP_BIT       ((BITS)1 << 63)
#define ROUNDER       0x1.8p52
#define SQRT_HALF     0x1.6a09e667f3bcdp-1
#define LN2_HIGH      0x1.62e42feep-1
#define LN2_LOW       0x1.a39ef35793c76p-33
#define EXP_LOWEST    -746.0
#define EXP_HIGHEST   710.0
#define TANH_LOWEST   -60.0
#include "math/functions.inc"

/* Below 1 an odd polynomial; from there 1 - exp(-p(|x|)), where p is smooth. Both were fitted at
 * Chebyshev's points. */
DNN_INLINE float dnn_erf_f32(float x) {
    float a = fabsf(x), z = a * a, near = 7.88249745e-05f, far = 6.58285941e-08f;
    near = near * z - 0.0008018855f;
    near = near * z + 0.00518931216f;
    near = near * z - 0.0268543288f;
    near = near * z + 0.112835974f;
    near = near * z - 0.37612626f;
    near = near * z + 1.12837911f;
    float c = a > 4 ? 4 : a;
    far = far * c - 3.09520487e-06f;
    far = far * c + 6.00687999e-05f;
    far = far * c - 0.000673337549f;
    far = far * c + 0.00502104498f;
    far = far * c - 0.0269994978f;
    far = far * c + 0.110907421f;
    far = far * c + 0.631088853f;
    far = far * c + 1.13060451f;
    far = far * c - 0.000400500518f;
    return a < 1 ? x * near : copysignf(1 - dnn_exp_f32(-far), x);
}

DNN_INLINE double dnn_erf_f64(double x) {
    return erf(x);
}

#endif
