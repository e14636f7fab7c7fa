/* The gates of LSTM and GRU against the formula, and backward against differences. */
#include "random_matrix.h"

#include "core/threads.h"
#include "math/gates.h"

static dnn_error err;

enum { H = 19, M = 3 };

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static double at(const dnn_matrix *m, size_t block, size_t i, size_t j) {
    return dnn_matrix_get(m, block * H + i, j);
}

/* Copies of the sums, which the kernels replace; the loss weighs A, and C too. */
typedef struct problem {
    dnn_matrix memory[10], Z, ZH, before, A, C, tanh_C, gates, R, RC;
} problem;

static problem open_problem(dnn_dtype dtype, size_t blocks) {
    problem p;
    dnn_matrix *all[] = {&p.Z, &p.ZH, &p.gates, &p.before, &p.A, &p.C, &p.tanh_C, &p.R, &p.RC};
    for (size_t k = 0; k < 9; k++)
        *all[k] = random_matrix(&p.memory[k], dtype, k < 3 ? blocks * H : H, M, k % 3, k + 1);
    return p;
}

static void close_problem(problem *p) {
    for (size_t k = 0; k < 9; k++)
        dnn_matrix_free(&p->memory[k]);
}

static double lstm_loss(void *context) {
    problem *p = context;
    check_ok(dnn_matrix_copy(&p->gates, &p->Z, &err));
    check_ok(dnn_lstm_gates(&p->gates, &p->before, &p->C, &p->tanh_C, &p->A, &err));
    return weighted_sum(&p->A, &p->R) + weighted_sum(&p->C, &p->RC);
}

static void lstm_agrees_with_the_formula(void **state) {
    (void)state;
    for (int form = 0; form < 4; form++) {
        dnn_dtype dtype = form & 1 ? DNN_FLOAT64 : DNN_FLOAT32;
        bool first = form & 2;
        double tolerance = dtype == DNN_FLOAT32 ? 1e-6 : 1e-14;
        problem p = open_problem(dtype, 4);
        check_ok(dnn_matrix_copy(&p.gates, &p.Z, &err));
        check_ok(dnn_lstm_gates(&p.gates, first ? NULL : &p.before, &p.C, NULL, &p.A, &err));
        for (size_t j = 0; j < M; j++)
            for (size_t i = 0; i < H; i++) {
                double c = sigmoid(at(&p.Z, 0, i, j)) * tanh(at(&p.Z, 2, i, j));
                if (!first)
                    c += sigmoid(at(&p.Z, 1, i, j)) * at(&p.before, 0, i, j);
                check_close(at(&p.C, 0, i, j), c, tolerance);
                check_close(at(&p.A, 0, i, j), sigmoid(at(&p.Z, 3, i, j)) * tanh(c), tolerance);
            }
        close_problem(&p);
    }
}

static void lstm_backward_agrees_with_differences(void **state) {
    (void)state;
    problem p = open_problem(DNN_FLOAT64, 4);
    lstm_loss(&p);
    dnn_matrix memory[2], dZ = random_matrix(&memory[0], DNN_FLOAT64, 4 * H, M, 0, 1),
                          dC = random_matrix(&memory[1], DNN_FLOAT64, H, M, 0, 1);
    check_ok(dnn_matrix_copy(&dZ, &p.gates, &err));
    check_ok(dnn_matrix_copy(&dC, &p.RC, &err));
    check_ok(dnn_lstm_gates_backward(&dZ, &p.before, &p.tanh_C, &p.R, &dC, &err));
    check_gradient(&p.Z, &dZ, lstm_loss, &p);
    check_gradient(&p.before, &dC, lstm_loss, &p);
    dnn_matrix_free(&memory[0]);
    dnn_matrix_free(&memory[1]);
    close_problem(&p);
}

static double gru_loss(void *context) {
    problem *p = context;
    check_ok(dnn_matrix_copy(&p->gates, &p->Z, &err));
    check_ok(dnn_gru_gates(&p->gates, &p->ZH, &p->before, &p->A, &err));
    return weighted_sum(&p->A, &p->R);
}

static void gru_agrees_with_the_formula(void **state) {
    (void)state;
    for (int form = 0; form < 4; form++) {
        dnn_dtype dtype = form & 1 ? DNN_FLOAT64 : DNN_FLOAT32;
        bool first = form & 2;
        problem p = open_problem(dtype, 3);
        check_ok(dnn_matrix_copy(&p.gates, &p.Z, &err));
        check_ok(dnn_gru_gates(&p.gates, &p.ZH, first ? NULL : &p.before, &p.A, &err));
        for (size_t j = 0; j < M; j++)
            for (size_t i = 0; i < H; i++) {
                double r = sigmoid(at(&p.Z, 0, i, j) + at(&p.ZH, 0, i, j));
                double z = sigmoid(at(&p.Z, 1, i, j) + at(&p.ZH, 1, i, j));
                double n = tanh(at(&p.Z, 2, i, j) + r * at(&p.ZH, 2, i, j));
                double before = first ? 0 : at(&p.before, 0, i, j);
                check_close(at(&p.A, 0, i, j), (1 - z) * n + z * before,
                            dtype == DNN_FLOAT32 ? 1e-6 : 1e-14);
            }
        close_problem(&p);
    }
}

static void gru_backward_agrees_with_differences(void **state) {
    (void)state;
    problem p = open_problem(DNN_FLOAT64, 3);
    gru_loss(&p);
    dnn_matrix memory[3], dZ = random_matrix(&memory[0], DNN_FLOAT64, 3 * H, M, 0, 1),
                          dZH = random_matrix(&memory[1], DNN_FLOAT64, 3 * H, M, 0, 1),
                          dA = random_matrix(&memory[2], DNN_FLOAT64, H, M, 0, 1);
    check_ok(dnn_matrix_copy(&dZ, &p.gates, &err));
    check_ok(dnn_matrix_copy(&dZH, &p.ZH, &err));
    check_ok(dnn_matrix_copy(&dA, &p.R, &err));
    check_ok(dnn_gru_gates_backward(&dZ, &dZH, &p.before, &dA, &err));
    check_gradient(&p.Z, &dZ, gru_loss, &p);
    check_gradient(&p.ZH, &dZH, gru_loss, &p);
    check_gradient(&p.before, &dA, gru_loss, &p);
    for (size_t k = 0; k < 3; k++)
        dnn_matrix_free(&memory[k]);
    close_problem(&p);
}

static void matrices_that_do_not_agree_are_refused(void **state) {
    (void)state;
    problem p = open_problem(DNN_FLOAT32, 4);
    check_fails(dnn_lstm_gates(&p.gates, &p.before, &p.C, NULL, &p.gates, &err), DNN_ERROR_SHAPE,
                "LSTM: for gates of 76 x 3, expected 19 x 3, got 76 x 3");
    close_problem(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lstm_agrees_with_the_formula),
        cmocka_unit_test(lstm_backward_agrees_with_differences),
        cmocka_unit_test(gru_agrees_with_the_formula),
        cmocka_unit_test(gru_backward_agrees_with_differences),
        cmocka_unit_test(matrices_that_do_not_agree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
