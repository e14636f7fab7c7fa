/* runs.c: the loops, vectorised for each instruction set. */
#ifdef T /* both_types.inc */

DNN_CLONES void K(dnn_run_exp)(T *a, const T *x, size_t n, T by) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        a[i] = K(dnn_exp)(x[i] - by);
}

DNN_CLONES void K(dnn_run_scale)(T *a, size_t n, T factor) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        a[i] *= factor;
}

DNN_CLONES double K(dnn_run_dot)(const T *a, const T *b, size_t n) {
    double lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        DNN_LANES
        for (size_t l = 0; l < 16; l++)
            lanes[l] += (double)a[i + l] * b[i + l];
    }
    for (size_t l = 0; i < n; i++, l++)
        lanes[l] += (double)a[i] * b[i];
    for (size_t half = 8; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lanes[l] += lanes[l + half];
    return lanes[0];
}

DNN_CLONES void K(dnn_run_slope)(T *out, const T *a, const T *b, size_t n, T by, int add) {
    if (add) {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            out[i] += a[i] * (b[i] - by);
    } else {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            out[i] = a[i] * (b[i] - by);
    }
}

#else
#include "math/runs.h"

#include "math/functions.h"
#include "math/simd.h"

#define KERNELS "math/runs.c"
#include "math/both_types.inc"
#endif
