/* Layers that are called twice, frozen ones, and those that evaluate by themselves. */
#include "check_gradients.h"

/* --- a layer that is called twice --- */

static void gradients_of_a_layer_that_is_called_twice_add_up(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer = linear(3, 3);
    dnn_layer_retain(layer);
    net n = make_net(DNN_FLOAT64, CHILDREN(layer, plain("Tanh"), layer), 1);
    net apart = make_net(DNN_FLOAT64, CHILDREN(linear(3, 3), plain("Tanh"), linear(3, 3)), 1);
    assert_int_equal(dnn_network_parameters(n.network)->segment_count, 2);
    assert_true(dnn_network_step(n.network, 2)->again);
    for (size_t k = 0; k < 2; k++) {
        dnn_matrix same = dnn_segment_values(dnn_network_parameters(n.network), k);
        dnn_matrix first = dnn_segment_values(dnn_network_parameters(apart.network), k);
        dnn_matrix last = dnn_segment_values(dnn_network_parameters(apart.network), k + 2);
        check_ok(dnn_matrix_copy(&first, &same, &err));
        check_ok(dnn_matrix_copy(&last, &same, &err));
    }
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, 2), dA = normal_matrix(DNN_FLOAT64, 3, 4, 3);
    check_same(forward(&n, &X), forward(&apart, &X));
    for (int round = 1; round <= 2; round++) { /* the second adds to the first */
        backward(&n, &dA, NULL);
        backward(&apart, &dA, NULL);
        for (size_t k = 0; k < 2; k++) {
            dnn_matrix both = dnn_segment_gradients(dnn_network_parameters(n.network), k);
            dnn_matrix first = dnn_segment_gradients(dnn_network_parameters(apart.network), k);
            dnn_matrix last = dnn_segment_gradients(dnn_network_parameters(apart.network), k + 2);
            for (size_t j = 0; j < both.cols; j++)
                for (size_t i = 0; i < both.rows; i++)
                    check_close(dnn_matrix_get(&both, i, j),
                                dnn_matrix_get(&first, i, j) + dnn_matrix_get(&last, i, j), 1e-13);
        }
    }
    check_gradients(&n, 3);
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&apart);
}

/* The second call sees what has mean 0, so it only pulls the running mean back. */
static void both_calls_of_a_batch_norm_move_its_running_values(void **state) {
    (void)state;
    dnn_layer *layer = layer_of("BatchNorm1d", "num_features=2");
    dnn_layer_retain(layer);
    net n = make_net(DNN_FLOAT64, CHILDREN(layer, layer), 1);
    dnn_matrix X = matrix(DNN_FLOAT64, 2, 4, (double[]){1, 2, 3, 6, -1, 0, 4, 1});
    forward(&n, &X);
    dnn_matrix mean = value_of(&n, "0.running_mean"), count = value_of(&n, "0.num_batches_tracked");
    check_matrix(&mean, (double[]){0.9 * 0.1 * 3, 0.9 * 0.1 * 1}, 1e-14);
    check_matrix(&count, (double[]){2}, 0);
    dnn_matrix_free(&X);
    check_gradients(&n, 2);
    free_net(&n);
}

/* --- frozen layers --- */

static void freeze(net *n, size_t step, bool frozen) {
    dnn_network_step(n->network, step)->layer->frozen = frozen;
    dnn_network_note_layers(n->network);
}

static void backward_stops_below_the_lowest_layer_that_learns(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(linear(3, 4), plain("Tanh"), linear(4, 2)), 1);
    net all = make_net(DNN_FLOAT64, CHILDREN(linear(3, 4), plain("Tanh"), linear(4, 2)), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 5, 2), dA = normal_matrix(DNN_FLOAT64, 2, 5, 3);
    dnn_matrix dX = matrix(DNN_FLOAT64, 3, 5, NULL), dX_all = matrix(DNN_FLOAT64, 3, 5, NULL);
    freeze(&n, 0, true);
    dnn_matrix frozen = value_gradient(&n, "0.weight");
    ((double *)frozen.data)[0] = 7;
    forward(&n, &X);
    forward(&all, &X);
    backward(&n, &dA, NULL);
    backward(&all, &dA, &dX_all);
    assert_null(gradient_of(&n, 1));
    assert_null(gradient_of(&n, 2));
    assert_non_null(gradient_of(&all, 1));
    assert_true(((double *)frozen.data)[0] == 7);
    dnn_matrix last = value_gradient(&n, "2.weight"), wanted = value_gradient(&all, "2.weight");
    check_same(&last, &wanted);
    assert_true(dnn_network_grad_norm(n.network, 0) == 0);
    backward(&n, &dA, &dX); /* to X in any case */
    check_same(&dX, &dX_all);
    assert_true(((double *)frozen.data)[0] == 7);
    freeze(&n, 0, false);
    dnn_parameters_zero_grad(dnn_network_parameters(n.network));
    backward(&n, &dA, NULL);
    assert_memory_equal(n.gradients, all.gradients, dnn_network_value_bytes(n.network));
    dnn_matrix *used[] = {&X, &dA, &dX, &dX_all};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(used[k]);
    free_net(&n);
    free_net(&all);
}

static void a_frozen_layer_in_the_middle_passes_gradients_on(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(linear(3, 4), linear(4, 4), linear(4, 2)), 1);
    net all = make_net(DNN_FLOAT64, CHILDREN(linear(3, 4), linear(4, 4), linear(4, 2)), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 5, 2), dA = normal_matrix(DNN_FLOAT64, 2, 5, 3);
    freeze(&n, 1, true);
    net *nets[] = {&n, &all};
    for (size_t k = 0; k < 2; k++) {
        forward(nets[k], &X);
        backward(nets[k], &dA, NULL);
    }
    for (size_t k = 0; k < 3; k++) {
        const char *const names[] = {"0.weight", "1.weight", "2.weight"};
        dnn_matrix here = value_gradient(&n, names[k]), there = value_gradient(&all, names[k]);
        assert_true(dnn_matrix_equal(&here, &there) == (k != 1));
    }
    for (size_t k = 0; k < 3; k++) /* nothing is left to learn */
        freeze(&n, k, true);
    forward(&n, &X);
    backward(&n, &dA, NULL);
    assert_null(gradient_of(&n, 3));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&all);
}

/* What a call does not write changes nothing of what it writes, whatever its class. */
static void every_class_works_without_gradients_that_nobody_wants(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++)
        for (const dnn_case *c = dnn_layer_classes[k]->cases; c != NULL && c->in[0].rank != 0;
             c++) {
            const dnn_layer_class *kind = dnn_layer_classes[k];
            if (kind->inputs > 1 || (kind->flags & (DNN_TAKES_IDS | DNN_MANY_INPUTS)) != 0)
                continue;
            net n = net_of(DNN_FLOAT64, layer_of(kind->name, c->settings), &c->in[0], 3);
            size_t rows = dnn_shape_count(&c->in[0]), bytes = dnn_network_value_bytes(n.network);
            dnn_matrix X = normal_matrix(DNN_FLOAT64, rows, 4, 4);
            dnn_matrix dX = matrix(DNN_FLOAT64, rows, 4, NULL);
            dnn_matrix again = matrix(DNN_FLOAT64, rows, 4, NULL);
            dnn_matrix dA = normal_matrix(DNN_FLOAT64, forward(&n, &X)->rows, 4, 5);
            dnn_matrix both = matrix(DNN_FLOAT64, bytes / sizeof(double) + 1, 1, NULL);
            backward(&n, &dA, &dX);
            memcpy(both.data, n.gradients, bytes);
            dnn_parameters_zero_grad(dnn_network_parameters(n.network));
            backward(&n, &dA, NULL);
            if (memcmp(both.data, n.gradients, bytes) != 0)
                fail_msg("%s{%s}: other gradients without dX", kind->name, c->settings);
            dnn_network_layer(n.network)->frozen = true;
            dnn_network_note_layers(n.network);
            dnn_network_reset_states(n.network);
            forward(&n, &X);
            backward(&n, &dA, &again);
            if (!dnn_matrix_equal(&dX, &again))
                fail_msg("%s{%s}: another dX when it is frozen", kind->name, c->settings);
            dnn_matrix *used[] = {&X, &dX, &again, &dA, &both};
            for (size_t m = 0; m < 5; m++)
                dnn_matrix_free(used[m]);
            free_net(&n);
        }
}

/* --- modes of single layers --- */

static void a_layer_that_evaluates_does_so_while_the_others_train(void **state) {
    (void)state;
    net n = make_net(
        DNN_FLOAT64,
        CHILDREN(layer_of("BatchNorm1d", "num_features=3"), plain("Dropout"), linear(3, 2)), 1);
    net other = make_net(
        DNN_FLOAT64,
        CHILDREN(layer_of("BatchNorm1d", "num_features=3"), plain("Dropout"), linear(3, 2)), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 5, 2), dA = normal_matrix(DNN_FLOAT64, 2, 5, 3);
    forward(&n, &X);
    assert_true(dnn_network_draws(n.network));
    for (size_t s = 0; s < 2; s++)
        dnn_network_step(n.network, s)->layer->evaluates = true;
    dnn_network_note_layers(n.network);
    assert_false(dnn_network_draws(n.network));
    memcpy(n.kept, other.kept, dnn_network_kept_bytes(n.network));
    dnn_network_set_training(other.network, false);
    check_same(forward(&n, &X), forward(&other, &X));
    assert_memory_equal(n.kept, other.kept, dnn_network_kept_bytes(n.network));
    backward(&n, &dA, NULL);
    check_gradients(&n, 3);
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_a_layer_that_is_called_twice_add_up),
        cmocka_unit_test(both_calls_of_a_batch_norm_move_its_running_values),
        cmocka_unit_test(backward_stops_below_the_lowest_layer_that_learns),
        cmocka_unit_test(a_frozen_layer_in_the_middle_passes_gradients_on),
        cmocka_unit_test(every_class_works_without_gradients_that_nobody_wants),
        cmocka_unit_test(a_layer_that_evaluates_does_so_while_the_others_train),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
