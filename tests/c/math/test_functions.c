/* The accuracy of exp, log and their kin against the C library in long double. */
#include "check.h"

#include "math/elementwise.h"
#include "math/functions.h"

static dnn_error err;

typedef long double reference(long double);

static long double sigmoid_reference(long double x) {
    return x >= 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
}

static long double softplus_reference(long double x) {
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

/* The inline functions, each as a loop over an array. */
#define LOOPS(name)                                                                                \
    DNN_CLONES static void name##_f32(const void *in, void *out, size_t n) {                       \
        const float *x = in;                                                                       \
        float *y = out;                                                                            \
        DNN_INDEPENDENT                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = dnn_##name##_f32(x[i]);                                                         \
    }                                                                                              \
    DNN_CLONES static void name##_f64(const void *in, void *out, size_t n) {                       \
        const double *x = in;                                                                      \
        double *y = out;                                                                           \
        DNN_INDEPENDENT                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = dnn_##name##_f64(x[i]);                                                         \
    }
LOOPS(exp)
LOOPS(expm1)
LOOPS(log)
LOOPS(log1p)
LOOPS(tanh)
LOOPS(sigmoid)
LOOPS(softplus)
LOOPS(erf)

typedef struct function {
    const char *name;
    reference *exact;
    void (*loop[2])(const void *in, void *out, size_t n);
} function;

static const function f_exp = {
    "exp", expl, {exp_f32, exp_f64}
};
static const function f_expm1 = {
    "expm1", expm1l, {expm1_f32, expm1_f64}
};
static const function f_log = {
    "log", logl, {log_f32, log_f64}
};
static const function f_log1p = {
    "log1p", log1pl, {log1p_f32, log1p_f64}
};
static const function f_tanh = {
    "tanh", tanhl, {tanh_f32, tanh_f64}
};
static const function f_sigmoid = {
    "sigmoid", sigmoid_reference, {sigmoid_f32, sigmoid_f64}
};
static const function f_softplus = {
    "softplus", softplus_reference, {softplus_f32, softplus_f64}
};
static const function f_erf = {
    "erf", erfl, {erf_f32, erf_f64}
};

/* Greatest error over a dense sweep, in units in the last place of the exact result. */
static double worst_ulps(const function *f, dnn_dtype dtype, double low, double high) {
    enum { N = 200000 };
    dnn_matrix x, y;
    check_ok(dnn_matrix_create(&x, dtype, N, 1, &err));
    check_ok(dnn_matrix_create(&y, dtype, N, 1, &err));
    for (size_t i = 0; i < N; i++)
        dnn_matrix_set(&x, i, 0, low + (double)i * ((high - low) / N));
    f->loop[dtype](x.data, y.data, N);
    double worst = 0;
    for (size_t i = 0; i < N; i++) {
        long double expected = f->exact(dnn_matrix_get(&x, i, 0));
        int digits = dtype == DNN_FLOAT32 ? 24 : 53, least = dtype == DNN_FLOAT32 ? -149 : -1074;
        int exponent = expected == 0 ? least : ilogbl(expected) - digits + 1;
        long double ulp = ldexpl(1, exponent < least ? least : exponent);
        double ulps = (double)(fabsl(dnn_matrix_get(&y, i, 0) - expected) / ulp);
        worst = ulps > worst || isnan(ulps) ? ulps : worst;
    }
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    return worst;
}

static void functions_are_within_their_bounds_of_the_exact_values(void **state) {
    (void)state;
    static const struct {
        const function *f;
        dnn_dtype dtype;
        double low, high, ulps;
    } sweeps[] = {
        {&f_exp,      DNN_FLOAT32, -104,   88.7,   2},
        {&f_exp,      DNN_FLOAT32, -1,     1,      2},
        {&f_exp,      DNN_FLOAT64, -746,   709.7,  1},
        {&f_exp,      DNN_FLOAT64, -1,     1,      2},
        {&f_expm1,    DNN_FLOAT32, -20,    88.7,   2},
        {&f_expm1,    DNN_FLOAT32, -1,     1,      2},
        {&f_expm1,    DNN_FLOAT32, -1e-3,  1e-3,   2},
        {&f_expm1,    DNN_FLOAT64, -40,    709.7,  2},
        {&f_expm1,    DNN_FLOAT64, -1,     1,      2},
        {&f_log,      DNN_FLOAT32, 0.5,    2,      1},
        {&f_log,      DNN_FLOAT32, 1e-5,   100,    1},
        {&f_log,      DNN_FLOAT32, 1e-42,  1e-37,  1},
        {&f_log,      DNN_FLOAT32, 1e30,   3.4e38, 1},
        {&f_log,      DNN_FLOAT64, 0.5,    2,      1},
        {&f_log,      DNN_FLOAT64, 1e-5,   100,    1},
        {&f_log,      DNN_FLOAT64, 1e-320, 1e-307, 1},
        {&f_log,      DNN_FLOAT64, 1e300,  1e308,  1},
        {&f_log1p,    DNN_FLOAT32, -0.999, 1,      2},
        {&f_log1p,    DNN_FLOAT32, -1e-4,  1e-4,   2},
        {&f_log1p,    DNN_FLOAT32, 0,      1e6,    2},
        {&f_log1p,    DNN_FLOAT64, -0.999, 1,      2},
        {&f_log1p,    DNN_FLOAT64, -1e-9,  1e-9,   2},
        {&f_tanh,     DNN_FLOAT32, -12,    12,     3},
        {&f_tanh,     DNN_FLOAT32, -1e-3,  1e-3,   3},
        {&f_tanh,     DNN_FLOAT32, -1e-40, 1e-40,  3},
        {&f_tanh,     DNN_FLOAT64, -22,    22,     3},
        {&f_tanh,     DNN_FLOAT64, -1e-3,  1e-3,   3},
        {&f_sigmoid,  DNN_FLOAT32, -105,   20,     3},
        {&f_sigmoid,  DNN_FLOAT32, -2,     2,      3},
        {&f_sigmoid,  DNN_FLOAT64, -746,   50,     3},
        {&f_sigmoid,  DNN_FLOAT64, -2,     2,      3},
        {&f_softplus, DNN_FLOAT32, -103,   100,    3},
        {&f_softplus, DNN_FLOAT32, -2,     2,      3},
        {&f_softplus, DNN_FLOAT64, -745,   100,    3},
        {&f_erf,      DNN_FLOAT32, -5,     5,      3},
        {&f_erf,      DNN_FLOAT32, -1e-3,  1e-3,   3},
    };
    for (size_t s = 0; s < sizeof sweeps / sizeof *sweeps; s++) {
        double worst = worst_ulps(sweeps[s].f, sweeps[s].dtype, sweeps[s].low, sweeps[s].high);
        print_message("%-8s %s %8g to %-6g %.2f ulp\n", sweeps[s].f->name,
                      dnn_dtype_info(sweeps[s].dtype)->name, sweeps[s].low, sweeps[s].high, worst);
        if (!(worst <= sweeps[s].ulps))
            fail_msg("%s: %g ulp", sweeps[s].f->name, worst);
    }
}

static void functions_are_right_at_the_ends_of_the_line(void **state) {
    (void)state;
    static const struct {
        const function *f;
        double x, y;
    } cases[] = {
        {&f_exp,      INFINITY,  INFINITY },
        {&f_exp,      -INFINITY, 0        },
        {&f_exp,      NAN,       NAN      },
        {&f_exp,      1e4,       INFINITY },
        {&f_exp,      -1e4,      0        },
        {&f_exp,      0,         1        },
        {&f_expm1,    INFINITY,  INFINITY },
        {&f_expm1,    -INFINITY, -1       },
        {&f_expm1,    NAN,       NAN      },
        {&f_expm1,    0,         0        },
        {&f_log,      INFINITY,  INFINITY },
        {&f_log,      0,         -INFINITY},
        {&f_log,      -1,        NAN      },
        {&f_log,      -INFINITY, NAN      },
        {&f_log,      NAN,       NAN      },
        {&f_log,      1,         0        },
        {&f_log1p,    INFINITY,  INFINITY },
        {&f_log1p,    -1,        -INFINITY},
        {&f_log1p,    -2,        NAN      },
        {&f_log1p,    NAN,       NAN      },
        {&f_log1p,    0,         0        },
        {&f_tanh,     INFINITY,  1        },
        {&f_tanh,     -INFINITY, -1       },
        {&f_tanh,     NAN,       NAN      },
        {&f_tanh,     1e4,       1        },
        {&f_tanh,     0,         0        },
        {&f_sigmoid,  INFINITY,  1        },
        {&f_sigmoid,  -INFINITY, 0        },
        {&f_sigmoid,  NAN,       NAN      },
        {&f_sigmoid,  1e4,       1        },
        {&f_sigmoid,  -1e4,      0        },
        {&f_sigmoid,  0,         0.5      },
        {&f_softplus, INFINITY,  INFINITY },
        {&f_softplus, -INFINITY, 0        },
        {&f_softplus, NAN,       NAN      },
        {&f_erf,      INFINITY,  1        },
        {&f_erf,      -INFINITY, -1       },
        {&f_erf,      NAN,       NAN      },
        {&f_erf,      0,         0        },
    };
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            double in[9], out[9]; /* several, for the vectorised part of the loop too */
            dnn_matrix x = dnn_matrix_of((dnn_dtype)d, 9, 1, in),
                       y = dnn_matrix_of((dnn_dtype)d, 9, 1, out);
            check_ok(dnn_fill(&x, cases[c].x, &err));
            cases[c].f->loop[d](in, out, 9);
            for (size_t i = 0; i < 9; i++)
                check_close(dnn_matrix_get(&y, i, 0), cases[c].y, 0);
        }
    }
    assert_true(signbit(dnn_tanh_f64(-0.0)) && signbit(dnn_expm1_f32(-0.0f)) &&
                signbit(dnn_log1p_f64(-0.0)));
}

/* The kernels of whole matrices are the same functions. */
static void operations_on_matrices_give_the_same_bits(void **state) {
    (void)state;
    static const struct {
        dnn_unary_op op;
        const function *f;
    } pairs[] = {
        {DNN_EXP,     &f_exp    },
        {DNN_LOG,     &f_log    },
        {DNN_TANH,    &f_tanh   },
        {DNN_SIGMOID, &f_sigmoid}
    };
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            double in[37], out[37], expected[37];
            dnn_matrix x = dnn_matrix_of((dnn_dtype)d, 37, 1, in),
                       y = dnn_matrix_of((dnn_dtype)d, 37, 1, out);
            check_ok(dnn_arange(&x, 0.01, 0.37, &err));
            check_ok(dnn_unary(pairs[i].op, &y, &x, &err));
            pairs[i].f->loop[d](in, expected, 37);
            assert_memory_equal(out, expected, 37 * dnn_dtype_info((dnn_dtype)d)->size);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_within_their_bounds_of_the_exact_values),
        cmocka_unit_test(functions_are_right_at_the_ends_of_the_line),
        cmocka_unit_test(operations_on_matrices_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
