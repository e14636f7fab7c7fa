/* What each instruction set of this CPU computes, beside each other: products within 1e-5, and the
 * functions of which elementwise layers consist with the same bits. Convolutions:
 * test_conv_kinds.c. */
#include <string.h>

#include "math/blas.h"
#include "math/cpu.h"
#include "math/functions.h"
#include "random_matrix.h"

static dnn_error err;

/* --- products --- */

/* op(a) (m x k) times op(b) (k x n) onto what `out` held, on a CPU that has no more than `level`.
 */
static dnn_matrix product(dnn_vector_level level, const size_t shape[3], int form, dnn_dtype dtype,
                          dnn_matrix memory[4]) {
    size_t m = shape[0], n = shape[1], k = shape[2];
    bool ta = (form & 1) != 0, tb = (form & 2) != 0;
    dnn_matrix a = random_matrix(&memory[0], dtype, ta ? k : m, ta ? m : k, 1, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, tb ? n : k, tb ? k : n, 2, 2);
    dnn_matrix out = random_matrix(&memory[2], dtype, m, n, 3, 3);
    dnn_matrix bias = random_matrix(&memory[3], dtype, m, 1, 0, 4);
    dnn_vector_level limit = dnn_cpu_limit;
    dnn_cpu_limit = level;
    if ((form & 4) != 0)
        check_ok(dnn_mm_bias(ta, tb, &a, &b, &bias, &out, &err));
    else
        check_ok(dnn_mm(ta, tb, 0.5, &a, &b, 2, &out, &err));
    dnn_cpu_limit = limit;
    return out;
}

static void free_all(dnn_matrix memory[4]) {
    for (size_t i = 0; i < 4; i++)
        dnn_matrix_free(&memory[i]);
}

static void check_product(const size_t shape[3], int form, dnn_dtype dtype) {
    double tolerance = (dtype == DNN_FLOAT32 ? 1e-5 : 1e-14) * sqrt((double)shape[2]);
    dnn_matrix memory[2][4];
    dnn_matrix first = product(DNN_VECTORS_OLDER, shape, form, dtype, memory[0]);
    for (dnn_vector_level level = DNN_VECTORS_AVX2; level <= dnn_cpu_measured(); level++) {
        dnn_matrix out = product(level, shape, form, dtype, memory[1]);
        for (size_t j = 0; j < out.cols; j++)
            for (size_t i = 0; i < out.rows; i++)
                check_close(dnn_matrix_get(&out, i, j), dnn_matrix_get(&first, i, j), tolerance);
        free_all(memory[1]);
    }
    free_all(memory[0]);
}

/* Tiny, of few rows, small, skinny both ways, of a vector (in halves, too), in pieces. */
static void products_agree_within_1e_5(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {3,   32,   16   },
        {1,   70,   33   },
        {70,  1,    300  },
        {20,  1,    310  },
        {700, 1,    530  },
        {17,  33,   5    },
        {64,  96,   80   },
        {20,  31,   1037 },
        {20,  1037, 31   },
        {31,  700,  19   },
        {7,   25,   13001},
        {9,   701,  517  },
        {120, 64,   400  },
        {150, 130,  140  },
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int form = 0; form < 8; form++)
            for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++)
                check_product(shapes[s], form, dtype);
}

/* --- functions --- */

#ifdef __x86_64__
#define V3 __attribute__((target("arch=x86-64-v3")))
#define V4 __attribute__((target("arch=x86-64-v4")))

/* The loop of an elementwise layer, as math/simd.h's DNN_CLONES compiles it. */
#define LOOP(name, T, suffix, level, TARGET)                                                       \
    TARGET static void name##_##suffix##_##level(const void *in, void *out, size_t n) {            \
        const T *x = in;                                                                           \
        T *y = out;                                                                                \
        DNN_INDEPENDENT                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = dnn_##name##_##suffix(x[i]);                                                    \
    }
#define LOOPS(name)                                                                                \
    LOOP(name, float, f32, older, )                                                                \
    LOOP(name, float, f32, v3, V3)                                                                 \
    LOOP(name, float, f32, v4, V4)                                                                 \
    LOOP(name, double, f64, older, )                                                               \
    LOOP(name, double, f64, v3, V3)                                                                \
    LOOP(name, double, f64, v4, V4)
LOOPS(exp)
LOOPS(expm1)
LOOPS(log)
LOOPS(log1p)
LOOPS(tanh)
LOOPS(sigmoid)
LOOPS(softplus)
LOOPS(erf)

typedef void loop(const void *in, void *out, size_t n);

typedef struct function {
    const char *name;
    loop *loops[2][3]; /* [float64][level] */
} function;

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, {                                                                                   \
            {name##_f32_older, name##_f32_v3, name##_f32_v4},                                      \
                {name##_f64_older, name##_f64_v3, name##_f64_v4},                                  \
        }                                                                                          \
    }
static const function functions[] = {ROW(exp),  ROW(expm1),   ROW(log),      ROW(log1p),
                                     ROW(tanh), ROW(sigmoid), ROW(softplus), ROW(erf)};

enum { COUNT = 4099 }; /* no multiple of any vector */

/* Of every size, both signs, and what is not finite. */
static double argument(size_t i) {
    static const double odd[] = {0,     -0.0,   1,    -1,    INFINITY, -INFINITY, NAN,
                                 1e-40, -1e-40, 88.7, -87.3, 709.8,    -745.2,    1e30};
    size_t few = sizeof odd / sizeof *odd;
    if (i < few)
        return odd[i];
    double size = exp((double)(i % 97) / 6 - 12);
    return (i % 2 == 0 ? size : -size) * (1 + (double)i / COUNT);
}

static void check_function(const function *f, bool wide) {
    static double in[COUNT], out[2][COUNT];
    size_t size = wide ? sizeof(double) : sizeof(float);
    for (size_t i = 0; i < COUNT; i++) {
        float single = (float)argument(i);
        double twice = argument(i);
        memcpy((char *)in + i * size, wide ? (void *)&twice : (void *)&single, size);
    }
    f->loops[wide][0](in, out[0], COUNT);
    for (int level = DNN_VECTORS_AVX2; level <= (int)dnn_cpu_measured(); level++) {
        f->loops[wide][level](in, out[1], COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            double a = wide ? out[0][i] : ((float *)out[0])[i];
            double b = wide ? out[1][i] : ((float *)out[1])[i];
            if (!(a == b || (isnan(a) && isnan(b))))
                fail_msg("%s of %g: %.17g and %.17g", f->name, argument(i), a, b);
        }
    }
}
#endif

static void functions_have_the_same_bits(void **state) {
    (void)state;
#ifdef __x86_64__
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        for (int wide = 0; wide < 2; wide++)
            check_function(&functions[i], wide);
#else
    skip(); /* one instruction set */
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_agree_within_1e_5),
        cmocka_unit_test(functions_have_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
