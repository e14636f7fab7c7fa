/* What a network says of its training agrees with counting and with the matrices themselves. */
#include "nets.h"

#include "nn/network/watch.h"
#include "nn/optimiser.h"

enum { FEATURES = 3, UNITS = 1500, EXAMPLES = 4 };

/* Linear(3 -> 1500), ReLU, Linear(1500 -> 2) that has been forward and backward; its vector of
 * changes is attached. */
typedef struct trained {
    net n;
    dnn_matrix X, dA;
    void *change;
} trained;

static trained open_trained(dnn_dtype dtype) {
    trained t = {.n = make_net(
                     dtype, CHILDREN(linear(FEATURES, UNITS), plain("ReLU"), linear(UNITS, 2)), 5)};
    t.X = normal_matrix(dtype, FEATURES, EXAMPLES, 6);
    t.dA = normal_matrix(dtype, 2, EXAMPLES, 7);
    t.change = dnn_alloc(dnn_network_value_bytes(t.n.network));
    dnn_network_parameters(t.n.network)->change = t.change;
    forward(&t.n, &t.X);
    backward(&t.n, &t.dA, NULL);
    return t;
}

static void close_trained(trained *t) {
    free_net(&t->n);
    dnn_matrix_free(&t->X);
    dnn_matrix_free(&t->dA);
    dnn_free(t->change);
}

static void dead_units_are_those_that_are_0_for_every_example(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        trained t = open_trained(dtype);
        const dnn_matrix *A = output_of(&t.n, 2);
        double dead = 0;
        for (size_t i = 0; i < UNITS; i++) {
            double sum = 0;
            for (size_t j = 0; j < EXAMPLES; j++)
                sum += dnn_matrix_get(A, i, j);
            dead += sum == 0;
        }
        assert_true(dead > 0 && dead < UNITS);
        check_close(dnn_watch_dead_units(t.n.network, 1), dead / UNITS, 0);
        assert_true(isnan(dnn_watch_dead_units(t.n.network, 0)));
        close_trained(&t);
    }
}

static void outputs_have_the_mean_and_deviation_of_their_matrix(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        trained t = open_trained(dtype);
        const dnn_matrix *A = output_of(&t.n, 2);
        double n = (double)dnn_matrix_count(A), sum = 0, squares = 0;
        for (size_t j = 0; j < A->cols; j++)
            for (size_t i = 0; i < A->rows; i++)
                sum += dnn_matrix_get(A, i, j);
        for (size_t j = 0; j < A->cols; j++)
            for (size_t i = 0; i < A->rows; i++)
                squares += pow(dnn_matrix_get(A, i, j) - sum / n, 2);
        dnn_watch_signal s = dnn_watch_output(t.n.network, 1);
        check_close(s.mean, sum / n, 1e-6);
        check_close(s.deviation, sqrt(squares / n), 1e-6);
        assert_true(isnan(s.saturated)); /* a ReLU */
        close_trained(&t);
    }
}

static void outputs_near_the_ends_of_their_range_are_saturated(void **state) {
    (void)state;
    const char *const names[] = {"Sigmoid", "Tanh"};
    for (int k = 0; k < 2; k++) {
        net n = make_net(DNN_FLOAT64, CHILDREN(linear(1, 400), plain(names[k])), 3);
        dnn_matrix X = normal_matrix(DNN_FLOAT64, 1, 8, 4);
        for (size_t j = 0; j < X.cols; j++)
            dnn_matrix_set(&X, 0, j, 10 * dnn_matrix_get(&X, 0, j));
        assert_true(isnan(dnn_watch_output(n.network, 1).saturated)); /* before a forward */
        forward(&n, &X);
        const dnn_matrix *A = output_of(&n, 2);
        size_t outside = 0;
        for (size_t j = 0; j < A->cols; j++)
            for (size_t i = 0; i < A->rows; i++) {
                double a = dnn_matrix_get(A, i, j), place = k == 0 ? a : (a + 1) / 2;
                outside += place < 0.01 || place > 0.99;
            }
        assert_true(outside > 0 && outside < dnn_matrix_count(A));
        check_close(dnn_watch_output(n.network, 1).saturated,
                    (double)outside / (double)dnn_matrix_count(A), 0);
        free_net(&n);
        dnn_matrix_free(&X);
    }
}

/* The norms by hand, in the order of the elements, of two segments. */
static double ratio_by_hand(const net *n, size_t segment, const double *before) {
    double change = 0, values = 0;
    for (size_t k = segment; k < segment + 2; k++) {
        dnn_matrix m = dnn_segment_values(dnn_network_parameters(n->network), k);
        for (size_t e = 0; e < dnn_matrix_count(&m); e++) {
            double now = dnn_matrix_get(&m, e % m.rows, e / m.rows), step = now - *before++;
            change += step * step;
            values += now * now;
        }
    }
    return sqrt(change / values);
}

/* The values of two segments as doubles, one after the other; freed by the caller. */
static double *copy_values(const net *n, size_t segment) {
    double *out = dnn_alloc(sizeof(double) * (UNITS + 1) * FEATURES * 2), *next = out;
    for (size_t k = segment; k < segment + 2; k++) {
        dnn_matrix m = dnn_segment_values(dnn_network_parameters(n->network), k);
        for (size_t e = 0; e < dnn_matrix_count(&m); e++)
            *next++ = dnn_matrix_get(&m, e % m.rows, e / m.rows);
    }
    return out;
}

static void check_ratios(trained *t, dnn_optimiser *optimiser, double rate) {
    dnn_error err;
    const dnn_dtype dtype = dnn_network_dtype(t->n.network);
    dnn_parameters *p = dnn_network_parameters(t->n.network);
    double *first = copy_values(&t->n, 0);
    double *last = copy_values(&t->n, 2);
    p->change_wanted = true;
    check_ok(optimiser != NULL ? dnn_optimiser_step(optimiser, &err)
                               : dnn_parameters_update(p, rate, true, &err));
    assert_false(p->change_wanted);
    double tolerance = dtype == DNN_FLOAT32 ? 1e-6 : 1e-14;
    double expected = ratio_by_hand(&t->n, 0, first);
    assert_true(expected > 1e-4);
    check_close(dnn_watch_update_ratio(t->n.network, 0), expected, tolerance);
    expected = ratio_by_hand(&t->n, 2, last);
    check_close(dnn_watch_update_ratio(t->n.network, 2), expected, tolerance);
    assert_true(isnan(dnn_watch_update_ratio(t->n.network, 1)));
    dnn_free(first);
    dnn_free(last);
}

static void the_update_ratio_is_that_of_the_very_step(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        trained t = open_trained(dtype);
        dnn_optimiser *adam;
        check_ok(dnn_optimiser_create(&adam, dnn_optimiser_class_find("Adam"), &err));
        check_ok(dnn_optimiser_add(adam, dnn_network_parameters(t.n.network), 0, 4, &err));
        check_ok(dnn_optimiser_set(adam, 0, (dnn_setting){.number = 0.01}, &err));
        void *memory =
            dnn_alloc(dnn_optimiser_state_bytes(adam, dnn_optimiser_vectors_needed(adam)));
        check_ok(dnn_optimiser_attach(adam, memory, &err));
        check_ratios(&t, adam, 0);
        check_ratios(&t, NULL, 0.01);
        dnn_optimiser_destroy(adam);
        dnn_free(memory);
        close_trained(&t);
    }
}

static void a_step_that_is_not_asked_leaves_the_change_alone(void **state) {
    (void)state;
    dnn_error err;
    trained t = open_trained(DNN_FLOAT64);
    dnn_parameters *p = dnn_network_parameters(t.n.network);
    memset(t.change, 0, p->count * sizeof(double));
    check_ok(dnn_parameters_update(p, 0.01, true, &err));
    check_close(dnn_watch_update_ratio(t.n.network, 0), 0, 0);
    close_trained(&t);
}

static void asking_changes_no_bit_of_the_step(void **state) {
    (void)state;
    dnn_error err;
    trained a = open_trained(DNN_FLOAT32), b = open_trained(DNN_FLOAT32);
    dnn_parameters *p = dnn_network_parameters(a.n.network);
    p->change_wanted = true;
    check_ok(dnn_parameters_update(p, 0.1, true, &err));
    check_ok(dnn_parameters_update(dnn_network_parameters(b.n.network), 0.1, true, &err));
    assert_memory_equal(a.n.values, b.n.values, p->count * sizeof(float));
    close_trained(&a);
    close_trained(&b);
}

static void the_first_place_that_is_not_finite_is_named(void **state) {
    (void)state;
    dnn_error err;
    trained t = open_trained(DNN_FLOAT64);
    dnn_network *network = t.n.network;
    assert_false(dnn_watch_not_finite(network, &err));

    dnn_matrix first = value_of(&t.n, "0.weight"), last = value_of(&t.n, "2.weight");
    dnn_matrix_set(&first, 6, 1, 1.5e308);
    for (size_t j = 0; j < EXAMPLES; j++)
        dnn_matrix_set(&t.X, 1, j, j == 2 ? 1e10 : 0);
    check_ok(dnn_network_forward(network, &t.X, 1, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_string_equal(err.text, "layer 1, Linear(3 -> 1500): its output is the first that is not "
                                  "finite, inf in row 7 of example 3; try a smaller learning rate, "
                                  "and X scaled to about -1..1");
    dnn_matrix_set(&first, 6, 1, 1);

    dnn_matrix_set(&last, 1, 4, NAN);
    check_ok(dnn_network_forward(network, &t.X, 1, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_non_null(strstr(err.text, "layer 3, Linear(1500 -> 2): its weight(2, 5) is nan; an "
                                     "earlier step went too far"));

    dnn_matrix_set(&t.X, 0, 3, -INFINITY);
    check_ok(dnn_network_forward(network, &t.X, 1, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_non_null(strstr(err.text, "X, the network's input, is -inf in row 1 of example 4"));
    close_trained(&t);
}

/* Running values are looked at like the learnt ones; outputs that are gone are passed over. */
static void running_values_and_networks_that_keep_little_are_looked_at(void **state) {
    (void)state;
    dnn_error err;
    net n = make_net(DNN_FLOAT64,
                     CHILDREN(linear(3, 3), layer_of("BatchNorm1d", "num_features=3"),
                              plain("ReLU"), linear(3, 1)),
                     1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, 1);
    dnn_network_set_training(n.network, false);
    forward(&n, &X);
    assert_false(dnn_watch_not_finite(n.network, &err));
    assert_true(isnan(dnn_watch_dead_units(n.network, 2))); /* written over */
    dnn_matrix variance = value_of(&n, "1.running_var");
    dnn_matrix_set(&variance, 1, 0, NAN);
    forward(&n, &X);
    assert_true(dnn_watch_not_finite(n.network, &err));
    assert_non_null(strstr(err.text, "layer 2, BatchNorm1d"));
    assert_non_null(strstr(err.text, "its running_var(2, 1) is nan"));
    dnn_matrix_free(&X);
    free_net(&n);
}

static void looking_allocates_nothing(void **state) {
    (void)state;
    trained t = open_trained(DNN_FLOAT32);
    dnn_watch_dead_units(t.n.network, 1);
    uint64_t count = dnn_allocation_count();
    dnn_watch_dead_units(t.n.network, 1);
    dnn_watch_update_ratio(t.n.network, 0);
    dnn_watch_not_finite(t.n.network, NULL);
    assert_true(dnn_allocation_count() == count);
    close_trained(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_units_are_those_that_are_0_for_every_example),
        cmocka_unit_test(outputs_have_the_mean_and_deviation_of_their_matrix),
        cmocka_unit_test(outputs_near_the_ends_of_their_range_are_saturated),
        cmocka_unit_test(the_update_ratio_is_that_of_the_very_step),
        cmocka_unit_test(a_step_that_is_not_asked_leaves_the_change_alone),
        cmocka_unit_test(asking_changes_no_bit_of_the_step),
        cmocka_unit_test(the_first_place_that_is_not_finite_is_named),
        cmocka_unit_test(running_values_and_networks_that_keep_little_are_looked_at),
        cmocka_unit_test(looking_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
