/* The accuracy of exp, tanh and sigmoid against the C library in long double. */
#include "check.h"

#include "math/elementwise.h"

static dnn_error err;

typedef long double reference(long double);

static long double sigmoid_reference(long double x) {
    return x >= 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
}

/* Greatest error over a dense sweep, in units in the last place of the exact result. */
static double worst_ulps(dnn_unary_op op, reference *exact, dnn_dtype dtype, double low,
                         double high) {
    enum { N = 200000 };
    dnn_matrix x, y;
    check_ok(dnn_matrix_create(&x, dtype, N, 1, &err));
    check_ok(dnn_matrix_create(&y, dtype, N, 1, &err));
    check_ok(dnn_arange(&x, low, (high - low) / N, &err));
    check_ok(dnn_unary(op, &y, &x, &err));
    double worst = 0;
    for (size_t i = 0; i < N; i++) {
        long double expected = exact(dnn_matrix_get(&x, i, 0));
        int digits = dtype == DNN_FLOAT32 ? 24 : 53, least = dtype == DNN_FLOAT32 ? -149 : -1074;
        int exponent = expected == 0 ? least : ilogbl(expected) - digits + 1;
        long double ulp = ldexpl(1, exponent < least ? least : exponent);
        double ulps = (double)(fabsl(dnn_matrix_get(&y, i, 0) - expected) / ulp);
        worst = ulps > worst ? ulps : worst;
    }
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    return worst;
}

static void exp_tanh_and_sigmoid_are_within_their_bounds_of_the_exact_values(void **state) {
    (void)state;
    static const struct {
        dnn_unary_op op;
        reference *exact;
        dnn_dtype dtype;
        double low, high, ulps;
    } sweeps[] = {
        {DNN_EXP,     expl,              DNN_FLOAT32, -104,   88.7,  2},
        {DNN_EXP,     expl,              DNN_FLOAT32, -1,     1,     2},
        {DNN_EXP,     expl,              DNN_FLOAT64, -746,   709.7, 1},
        {DNN_EXP,     expl,              DNN_FLOAT64, -1,     1,     2},
        {DNN_TANH,    tanhl,             DNN_FLOAT32, -12,    12,    3},
        {DNN_TANH,    tanhl,             DNN_FLOAT32, -1e-3,  1e-3,  3},
        {DNN_TANH,    tanhl,             DNN_FLOAT32, -1e-40, 1e-40, 3},
        {DNN_TANH,    tanhl,             DNN_FLOAT64, -22,    22,    3},
        {DNN_TANH,    tanhl,             DNN_FLOAT64, -1e-3,  1e-3,  3},
        {DNN_SIGMOID, sigmoid_reference, DNN_FLOAT32, -105,   20,    3},
        {DNN_SIGMOID, sigmoid_reference, DNN_FLOAT32, -2,     2,     3},
        {DNN_SIGMOID, sigmoid_reference, DNN_FLOAT64, -746,   50,    3},
        {DNN_SIGMOID, sigmoid_reference, DNN_FLOAT64, -2,     2,     3},
    };
    for (size_t s = 0; s < sizeof sweeps / sizeof *sweeps; s++) {
        double worst = worst_ulps(sweeps[s].op, sweeps[s].exact, sweeps[s].dtype, sweeps[s].low,
                                  sweeps[s].high);
        print_message("%-8s %s %8g to %-6g %.2f ulp\n", dnn_unary_name(sweeps[s].op),
                      dnn_dtype_info(sweeps[s].dtype)->name, sweeps[s].low, sweeps[s].high, worst);
        if (!(worst <= sweeps[s].ulps))
            fail_msg("%s: %g ulp", dnn_unary_name(sweeps[s].op), worst);
    }
}

static void functions_are_right_at_the_ends_of_the_line(void **state) {
    (void)state;
    static const struct {
        dnn_unary_op op;
        double x, y;
    } cases[] = {
        {DNN_EXP,     INFINITY,  INFINITY},
        {DNN_EXP,     -INFINITY, 0       },
        {DNN_EXP,     NAN,       NAN     },
        {DNN_EXP,     1e4,       INFINITY},
        {DNN_EXP,     -1e4,      0       },
        {DNN_EXP,     0,         1       },
        {DNN_TANH,    INFINITY,  1       },
        {DNN_TANH,    -INFINITY, -1      },
        {DNN_TANH,    NAN,       NAN     },
        {DNN_TANH,    1e4,       1       },
        {DNN_TANH,    0,         0       },
        {DNN_SIGMOID, INFINITY,  1       },
        {DNN_SIGMOID, -INFINITY, 0       },
        {DNN_SIGMOID, NAN,       NAN     },
        {DNN_SIGMOID, 1e4,       1       },
        {DNN_SIGMOID, -1e4,      0       },
        {DNN_SIGMOID, 0,         0.5     },
    };
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            double memory[9]; /* several, for the vectorised part of the loop too */
            dnn_matrix m = dnn_matrix_of((dnn_dtype)d, 9, 1, memory);
            check_ok(dnn_fill(&m, cases[c].x, &err));
            check_ok(dnn_unary(cases[c].op, &m, &m, &err));
            for (size_t i = 0; i < 9; i++)
                check_close(dnn_matrix_get(&m, i, 0), cases[c].y, 0);
        }
    }
    double memory = -0.0;
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 1, 1, &memory);
    check_ok(dnn_unary(DNN_TANH, &m, &m, &err));
    assert_true(signbit(memory));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_tanh_and_sigmoid_are_within_their_bounds_of_the_exact_values),
        cmocka_unit_test(functions_are_right_at_the_ends_of_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
