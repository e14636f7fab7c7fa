/* pairs.c: see pairs.h. */
#ifdef T /* both_types.inc */

static double K(distance)(const T *x, const T *y, size_t n, double p, double eps) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)x[i] - (double)y[i] + eps);
        sum += p == 2 ? d * d : pow(d, p);
    }
    return p == 2 ? sqrt(sum) : pow(sum, 1 / p);
}

static void K(slopes)(T *dx, T *dy, const T *x, const T *y, size_t n, double p, double eps,
                      double distance, double scale) {
    for (size_t i = 0; i < n && distance > 0; i++) {
        double d = (double)x[i] - (double)y[i] + eps;
        double slope = p == 2 ? d / distance : copysign(pow(fabs(d) / distance, p - 1), d);
        if (dx != NULL)
            dx[i] = (T)((double)dx[i] + slope * scale);
        if (dy != NULL)
            dy[i] = (T)((double)dy[i] - slope * scale);
    }
}

static void K(products)(const T *x, const T *y, size_t n, double products[3]) {
    products[0] = products[1] = products[2] = 0;
    for (size_t i = 0; i < n; i++) {
        products[0] += (double)x[i] * (double)x[i];
        products[1] += (double)y[i] * (double)y[i];
        products[2] += (double)x[i] * (double)y[i];
    }
}

static void K(combine)(T *out, const T *x, double near, const T *y, double far, size_t n,
                       int keep) {
    for (size_t i = 0; i < n; i++)
        out[i] = (T)((double)x[i] * near + (double)y[i] * far + (keep ? (double)out[i] : 0));
}

#else
#include "nn/pairs.h"

#include <math.h>

#define KERNELS "nn/pairs.c"
#include "nn/both_types.inc"

double dnn_distance(dnn_dtype dtype, const void *x, const void *y, size_t n, double p, double eps) {
    return dtype == DNN_FLOAT32 ? distance_f32(x, y, n, p, eps) : distance_f64(x, y, n, p, eps);
}

void dnn_distance_slopes(dnn_dtype dtype, void *dx, void *dy, const void *x, const void *y,
                         size_t n, double p, double eps, double distance, double scale) {
    if (dtype == DNN_FLOAT32)
        slopes_f32(dx, dy, x, y, n, p, eps, distance, scale);
    else
        slopes_f64(dx, dy, x, y, n, p, eps, distance, scale);
}

void dnn_pair_products(dnn_dtype dtype, const void *x, const void *y, size_t n,
                       double products[3]) {
    (dtype == DNN_FLOAT32 ? products_f32(x, y, n, products) : products_f64(x, y, n, products));
}

void dnn_pair_combine(dnn_dtype dtype, void *out, const void *x, double near, const void *y,
                      double far, size_t n, int keep) {
    if (dtype == DNN_FLOAT32)
        combine_f32(out, x, near, y, far, n, keep);
    else
        combine_f64(out, x, near, y, far, n, keep);
}

#endif
