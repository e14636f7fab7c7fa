/* elementwise_kernels.c: the kernels for float32 and float64, from one source, and what differs
 * between the two: widths, constants, the library's names and the length of the series of exp. */
#include "math/elementwise_kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "math/simd.h"

/* (exp(r) - 1 - r) / r^2 by Taylor's series, for |r| <= ln(2) / 2: what is left out is below a
 * tenth of a unit in the last place of exp(r). */
DNN_INLINE float f32_exp_tail(float r) {
    float s = 1.0f / 5040;
    s = s * r + 1.0f / 720;
    s = s * r + 1.0f / 120;
    s = s * r + 1.0f / 24;
    s = s * r + 1.0f / 6;
    return s * r + 1.0f / 2;
}

DNN_INLINE double f64_exp_tail(double r) {
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

#define REAL          float
#define BITS          uint32_t
#define NAME(op)      dnn_f32_##op
#define LOCAL(op)     f32_##op
#define LIBM(op)      op##f
#define LARGEST       FLT_MAX
#define FRACTION_BITS 23
#define EXPONENT_BIAS 127u
#define ROUNDER       0x1.8p23f  /* adding it rounds to a whole number, held in the low bits */
#define LN2_HIGH      0x1.63p-1f /* few enough bits that its product with an exponent is exact */
#define LN2_LOW       -0x1.bd0106p-13f
#define EXP_LOWEST    -105.0f /* exp of less is 0 */
#define EXP_HIGHEST   89.0f   /* exp of more is infinite */
#define TANH_LOWEST   -30.0f  /* exp of less does not change 1 */
#include "math/elementwise_kernels.inc"

#define REAL          double
#define BITS          uint64_t
#define NAME(op)      dnn_f64_##op
#define LOCAL(op)     f64_##op
#define LIBM(op)      op
#define LARGEST       DBL_MAX
#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023u
#define ROUNDER       0x1.8p52
#define LN2_HIGH      0x1.62e42feep-1
#define LN2_LOW       0x1.a39ef35793c76p-33
#define EXP_LOWEST    -746.0
#define EXP_HIGHEST   710.0
#define TANH_LOWEST   -60.0
#include "math/elementwise_kernels.inc"
