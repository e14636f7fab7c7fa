/* What a network tells about its training agrees with counting and with the matrices themselves. */
#include "nets.h"

#include "core/threads.h"
#include "nn/optimiser.h"
#include "nn/watch.h"

enum { FEATURES = 3, UNITS = 1500, EXAMPLES = 4 };

/* Linear(3 -> 1500), ReLU, Linear(1500 -> 2) that has been forward and backward; its vector of
 * changes is attached. */
typedef struct trained {
    net n;
    dnn_matrix X, dA;
    void *change;
} trained;

static trained open_trained(dnn_dtype dtype) {
    dnn_error err;
    trained t = {
        .n = make_net(dtype,
                      (dnn_layer *[]){linear(FEATURES, UNITS), plain("ReLU"), linear(UNITS, 2)}, 3,
                      5)};
    plan_net(&t.n, FEATURES, EXAMPLES);
    t.X = normal_matrix(dtype, FEATURES, EXAMPLES, 6);
    t.dA = normal_matrix(dtype, 2, EXAMPLES, 7);
    t.change = dnn_alloc(dnn_network_parameter_bytes(t.n.network));
    dnn_network_parameters(t.n.network)->change = t.change;
    check_ok(dnn_network_forward(t.n.network, &t.X, &err));
    check_ok(dnn_network_backward(t.n.network, &t.dA, NULL, &err));
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
        const dnn_matrix *A = dnn_network_activation(t.n.network, 2);
        double dead = 0;
        for (size_t i = 0; i < UNITS; i++) {
            double sum = 0;
            for (size_t j = 0; j < EXAMPLES; j++)
                sum += dnn_matrix_get(A, i, j);
            dead += sum == 0;
        }
        assert_true(dead > 0 && dead < UNITS);
        check_close(dnn_watch_dead_units(t.n.network, 2), dead / UNITS, 0);
        assert_true(isnan(dnn_watch_dead_units(t.n.network, 1)));
        close_trained(&t);
    }
}

/* The norms by hand, in the order of the elements. */
static double ratio_by_hand(const dnn_layer *layer, const double *before) {
    double change = 0, values = 0;
    for (size_t k = 0; k < layer->parameter_count; k++)
        for (size_t e = 0; e < dnn_matrix_count(&layer->parameters[k]); e++) {
            const dnn_matrix *m = &layer->parameters[k];
            double now = dnn_matrix_get(m, e % m->rows, e / m->rows), step = now - *before++;
            change += step * step;
            values += now * now;
        }
    return sqrt(change / values);
}

/* A layer's parameters as doubles, one after the other; freed by the caller. */
static double *copy_parameters(const dnn_layer *layer) {
    double *out = dnn_alloc(sizeof(double) * (UNITS + 1) * FEATURES * 2), *next = out;
    for (size_t k = 0; k < layer->parameter_count; k++) {
        const dnn_matrix *m = &layer->parameters[k];
        for (size_t e = 0; e < dnn_matrix_count(m); e++)
            *next++ = dnn_matrix_get(m, e % m->rows, e / m->rows);
    }
    return out;
}

static void check_ratios(trained *t, dnn_optimiser *optimiser, double rate) {
    dnn_error err;
    const dnn_dtype dtype = dnn_network_dtype(t->n.network);
    dnn_parameters *p = dnn_network_parameters(t->n.network);
    double *first = copy_parameters(dnn_network_layer(t->n.network, 1));
    double *last = copy_parameters(dnn_network_layer(t->n.network, 3));
    p->change_wanted = true;
    check_ok(optimiser != NULL ? dnn_optimiser_step(optimiser, &err)
                               : dnn_parameters_update(p, rate, true, &err));
    assert_false(p->change_wanted);
    double tolerance = dtype == DNN_FLOAT32 ? 1e-6 : 1e-14;
    double expected = ratio_by_hand(dnn_network_layer(t->n.network, 1), first);
    assert_true(expected > 1e-4);
    check_close(dnn_watch_update_ratio(t->n.network, 1), expected, tolerance);
    expected = ratio_by_hand(dnn_network_layer(t->n.network, 3), last);
    check_close(dnn_watch_update_ratio(t->n.network, 3), expected, tolerance);
    assert_true(isnan(dnn_watch_update_ratio(t->n.network, 2)));
    dnn_free(first);
    dnn_free(last);
}

static void the_update_ratio_is_that_of_the_very_step(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        trained t = open_trained(dtype);
        dnn_optimiser adam;
        dnn_optimiser_init(&adam, dnn_optimiser_class_find("Adam"),
                           dnn_network_parameters(t.n.network));
        adam.settings[0] = 0.01;
        check_ok(dnn_optimiser_attach(&adam, dnn_alloc(dnn_optimiser_state_bytes(&adam)), &err));
        check_ratios(&t, &adam, 0);
        check_ratios(&t, NULL, 0.01);
        dnn_free(adam.state);
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
    check_close(dnn_watch_update_ratio(t.n.network, 1), 0, 0);
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

    dnn_layer *first = dnn_network_layer(network, 1), *last = dnn_network_layer(network, 3);
    dnn_matrix_set(&first->parameters[0], 6, 1, 1.5e308);
    for (size_t j = 0; j < EXAMPLES; j++)
        dnn_matrix_set(&t.X, 1, j, j == 2 ? 1e10 : 0);
    check_ok(dnn_network_forward(network, &t.X, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_string_equal(err.text, "layer 1, Linear(3 -> 1500): its output is the first that is not "
                                  "finite, inf in row 7 of example 3; try a smaller learning rate, "
                                  "and X scaled to about -1..1");
    dnn_matrix_set(&first->parameters[0], 6, 1, 1);

    dnn_matrix_set(&last->parameters[0], 1, 4, NAN);
    check_ok(dnn_network_forward(network, &t.X, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_non_null(strstr(err.text, "layer 3, Linear(1500 -> 2): its weight(2, 5) is nan; an "
                                     "earlier step went too far"));

    dnn_matrix_set(&t.X, 0, 3, -INFINITY);
    check_ok(dnn_network_forward(network, &t.X, &err));
    assert_true(dnn_watch_not_finite(network, &err));
    assert_non_null(strstr(err.text, "X, the network's input, is -inf in row 1 of example 4"));
    close_trained(&t);
}

static void looking_allocates_nothing(void **state) {
    (void)state;
    trained t = open_trained(DNN_FLOAT32);
    dnn_watch_dead_units(t.n.network, 2);
    uint64_t count = dnn_allocation_count();
    dnn_watch_dead_units(t.n.network, 2);
    dnn_watch_update_ratio(t.n.network, 1);
    dnn_watch_not_finite(t.n.network, NULL);
    assert_true(dnn_allocation_count() == count);
    close_trained(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_units_are_those_that_are_0_for_every_example),
        cmocka_unit_test(the_update_ratio_is_that_of_the_very_step),
        cmocka_unit_test(a_step_that_is_not_asked_leaves_the_change_alone),
        cmocka_unit_test(asking_changes_no_bit_of_the_step),
        cmocka_unit_test(the_first_place_that_is_not_finite_is_named),
        cmocka_unit_test(looking_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
