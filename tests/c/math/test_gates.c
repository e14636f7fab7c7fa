/* The gates of RNN, LSTM and GRU against the formula, and backward against differences. */
#include "random_matrix.h"

#include <string.h>

#include "math/gates.h"

static dnn_error err;

enum { H = 19, M = 3 };

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static double at(const dnn_matrix *m, size_t block, size_t i, size_t j) {
    return dnn_matrix_get(m, block * H + i, j);
}

/* Z and ZH are sums; the kernels work on a copy of Z. The loss weighs H by dH + dA, and C by dC. */
typedef struct problem {
    dnn_matrix Z, ZH, H_before, C_before, R, RA, RC; /* given */
    dnn_matrix gates, A, C, tanh_C, dH, dC, dZ, dZH; /* worked on */
    dnn_gates g;
    void (*forward)(const dnn_gates *g);
} problem;

static void open_problem(problem *p, dnn_dtype dtype, size_t blocks) {
    dnn_matrix *tall[] = {&p->Z, &p->ZH, &p->gates, &p->dZ, &p->dZH},
               *flat[] = {&p->H_before, &p->C_before, &p->A, &p->C,  &p->tanh_C,
                          &p->dH,       &p->dC,       &p->R, &p->RA, &p->RC};
    for (size_t k = 0; k < 5; k++)
        random_matrix(tall[k], dtype, blocks * H, M, 0, k + 1);
    for (size_t k = 0; k < 10; k++)
        random_matrix(flat[k], dtype, H, M, 0, k + 11);
    p->g = (dnn_gates){.dtype = dtype,
                       .units = H,
                       .examples = M,
                       .Z = p->gates.data,
                       .ZH = p->ZH.data,
                       .H_before = p->H_before.data,
                       .H = p->A.data,
                       .dA = p->RA.data,
                       .dA_step = H,
                       .dH = p->dH.data,
                       .dZ = p->dZ.data};
}

static void add_C(problem *p) {
    p->g.C_before = p->C_before.data;
    p->g.C = p->C.data;
    p->g.tanh_C = p->tanh_C.data;
    p->g.dC = p->dC.data;
}

static void close_problem(problem *p) {
    dnn_matrix *all[] = {&p->Z,      &p->ZH, &p->H_before, &p->C_before, &p->R,
                         &p->RA,     &p->RC, &p->gates,    &p->A,        &p->C,
                         &p->tanh_C, &p->dH, &p->dC,       &p->dZ,       &p->dZH};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        dnn_matrix_free(all[k]);
}

static void run(problem *p) {
    check_ok(dnn_matrix_copy(&p->gates, &p->Z, &err));
    p->forward(&p->g);
}

static double loss(void *context) {
    problem *p = context;
    run(p);
    return weighted_sum(&p->A, &p->R) + weighted_sum(&p->A, &p->RA) +
           (p->g.C == NULL ? 0 : weighted_sum(&p->C, &p->RC));
}

static void check_backward(problem *p, void (*backward)(const dnn_gates *g)) {
    loss(p);
    check_ok(dnn_matrix_copy(&p->dH, &p->R, &err));
    check_ok(dnn_matrix_copy(&p->dC, &p->RC, &err));
    backward(&p->g);
    check_gradient(&p->Z, &p->dZ, loss, p);
    check_gradient(&p->H_before, &p->dH, loss, p);
    if (p->g.C != NULL)
        check_gradient(&p->C_before, &p->dC, loss, p);
    if (p->g.dZH != NULL)
        check_gradient(&p->ZH, &p->dZH, loss, p);
    close_problem(p);
}

/* In sums of every gate, of another unit and example each. */
static void spoil(dnn_matrix *Z) {
    static const double odd[] = {NAN, INFINITY, -INFINITY, 1e30};
    for (size_t i = 0; i < Z->rows; i++)
        if (i % 5 == 0)
            dnn_matrix_set(Z, i, i % M, odd[i / 5 % 4]);
}

static double tolerance(dnn_dtype dtype) {
    return dtype == DNN_FLOAT32 ? 1e-6 : 1e-14;
}

static void rnn_agrees_with_the_formula(void **state) {
    (void)state;
    for (int form = 0; form < 4; form++) {
        dnn_dtype dtype = form & 1 ? DNN_FLOAT64 : DNN_FLOAT32;
        problem p;
        open_problem(&p, dtype, 1);
        p.forward = form & 2 ? dnn_rnn_relu : dnn_rnn_tanh;
        spoil(&p.Z);
        run(&p);
        for (size_t j = 0; j < M; j++)
            for (size_t i = 0; i < H; i++) {
                double z = at(&p.Z, 0, i, j);
                check_close(at(&p.A, 0, i, j), form & 2 ? (z < 0 ? 0 : z) : tanh(z),
                            tolerance(dtype));
            }
        close_problem(&p);
    }
}

static void lstm_agrees_with_the_formula(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        problem p;
        open_problem(&p, dtype, 4);
        add_C(&p);
        p.forward = dnn_lstm_gates;
        spoil(&p.Z);
        run(&p);
        for (size_t j = 0; j < M; j++)
            for (size_t i = 0; i < H; i++) {
                double c = sigmoid(at(&p.Z, 0, i, j)) * tanh(at(&p.Z, 2, i, j)) +
                           sigmoid(at(&p.Z, 1, i, j)) * at(&p.C_before, 0, i, j);
                check_close(at(&p.C, 0, i, j), c, tolerance(dtype));
                check_close(at(&p.A, 0, i, j), sigmoid(at(&p.Z, 3, i, j)) * tanh(c),
                            tolerance(dtype));
            }
        close_problem(&p);
    }
}

static void gru_agrees_with_the_formula(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        problem p;
        open_problem(&p, dtype, 3);
        p.forward = dnn_gru_gates;
        spoil(&p.Z);
        run(&p);
        for (size_t j = 0; j < M; j++)
            for (size_t i = 0; i < H; i++) {
                double r = sigmoid(at(&p.Z, 0, i, j) + at(&p.ZH, 0, i, j));
                double z = sigmoid(at(&p.Z, 1, i, j) + at(&p.ZH, 1, i, j));
                double n = tanh(at(&p.Z, 2, i, j) + r * at(&p.ZH, 2, i, j));
                check_close(at(&p.A, 0, i, j), (1 - z) * n + z * at(&p.H_before, 0, i, j),
                            tolerance(dtype));
            }
        close_problem(&p);
    }
}

static void backward_agrees_with_differences(void **state) {
    (void)state;
    problem p;
    open_problem(&p, DNN_FLOAT64, 1);
    p.forward = dnn_rnn_tanh;
    check_backward(&p, dnn_rnn_tanh_backward);
    open_problem(&p, DNN_FLOAT64, 1);
    p.forward = dnn_rnn_relu;
    check_backward(&p, dnn_rnn_relu_backward);
    open_problem(&p, DNN_FLOAT64, 4);
    add_C(&p);
    p.forward = dnn_lstm_gates;
    check_backward(&p, dnn_lstm_gates_backward);
    open_problem(&p, DNN_FLOAT64, 3);
    p.forward = dnn_gru_gates;
    p.g.dZH = p.dZH.data;
    check_backward(&p, dnn_gru_gates_backward);
}

/* The same bits from sums in Z as from X's part of them in a table, of 5 columns in any order. */
static void check_table(dnn_dtype dtype, size_t blocks, void (*forward)(const dnn_gates *g)) {
    const uint32_t columns[] = {4, 99, 0, 99, 4};
    problem p;
    dnn_matrix memory, sums, table = random_matrix(&memory, dtype, blocks * H, 5, 0, 30);
    size_t size = dnn_dtype_info(dtype)->size, bytes = H * M * size;
    char without[2][H * M * sizeof(double)];
    open_problem(&p, dtype, blocks);
    bool gru = forward == dnn_gru_gates;
    if (blocks == 4)
        add_C(&p);
    p.forward = forward;
    check_ok(dnn_matrix_create(&sums, dtype, blocks * H, M, &err));
    check_ok(dnn_matrix_copy(&sums, &p.Z, &err));
    for (size_t j = 0; j < M; j++) /* rounded as the kernel does */
        for (size_t i = 0; i < blocks * H; i++)
            dnn_matrix_set(&p.Z, i, j,
                           dnn_matrix_get(&table, i, columns[2 * j]) +
                               (gru ? 0 : dnn_matrix_get(&sums, i, j)));
    run(&p);
    memcpy(without[0], p.A.data, bytes);
    memcpy(without[1], p.gates.data, bytes);
    check_ok(dnn_matrix_copy(&p.Z, &sums, &err));
    p.g.table = table.data;
    p.g.columns = columns;
    p.g.columns_step = 2;
    run(&p);
    assert_memory_equal(without[0], p.A.data, bytes);
    if (blocks > 1)
        assert_memory_equal(without[1], p.gates.data, bytes);
    dnn_matrix_free(&memory);
    dnn_matrix_free(&sums);
    close_problem(&p);
}

static void sums_of_X_may_be_in_a_table(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        check_table(dtype, 1, dnn_rnn_tanh);
        check_table(dtype, 1, dnn_rnn_relu);
        check_table(dtype, 4, dnn_lstm_gates);
        check_table(dtype, 3, dnn_gru_gates);
    }
}

/* Example 1 has ended at step 2, the others have not. */
static void an_example_that_has_ended_keeps_its_state(void **state) {
    (void)state;
    const size_t lengths[M] = {3, 2, 5}, bytes = H * sizeof(double);
    problem p;
    open_problem(&p, DNN_FLOAT64, 4);
    add_C(&p);
    p.g.lengths = lengths;
    p.g.step = 2;
    p.forward = dnn_lstm_gates;
    run(&p);
    assert_memory_equal(dnn_matrix_at(&p.A, 0, 1), dnn_matrix_at(&p.H_before, 0, 1), bytes);
    assert_memory_equal(dnn_matrix_at(&p.C, 0, 1), dnn_matrix_at(&p.C_before, 0, 1), bytes);
    assert_memory_not_equal(dnn_matrix_at(&p.A, 0, 0), dnn_matrix_at(&p.H_before, 0, 0), bytes);
    check_ok(dnn_matrix_copy(&p.dH, &p.R, &err));
    check_ok(dnn_matrix_copy(&p.dC, &p.RC, &err));
    dnn_lstm_gates_backward(&p.g);
    assert_memory_equal(dnn_matrix_at(&p.dH, 0, 1), dnn_matrix_at(&p.R, 0, 1), bytes);
    assert_memory_equal(dnn_matrix_at(&p.dC, 0, 1), dnn_matrix_at(&p.RC, 0, 1), bytes);
    for (size_t i = 0; i < 4 * H; i++)
        assert_true(dnn_matrix_get(&p.dZ, i, 1) == 0 && dnn_matrix_get(&p.dZ, i, 2) != 0);
    close_problem(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rnn_agrees_with_the_formula),
        cmocka_unit_test(lstm_agrees_with_the_formula),
        cmocka_unit_test(gru_agrees_with_the_formula),
        cmocka_unit_test(sums_of_X_may_be_in_a_table),
        cmocka_unit_test(backward_agrees_with_differences),
        cmocka_unit_test(an_example_that_has_ended_keeps_its_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
