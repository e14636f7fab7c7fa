/* A network checks what it is given, and computes the tutorial's formulas. */
#include "small_net.h"

/* Making a network of the layer fails like that, and releases everything. */
static void check_refused(dnn_layer *layer, dnn_dtype dtype, dnn_status expected,
                          const char *part) {
    dnn_error err;
    dnn_network *network;
    check_fails(dnn_network_create(&network, dtype, layer, NULL, &err), expected, part);
    assert_null(network);
    dnn_layer_release(layer);
}

static void layers_that_do_not_fit_are_both_named(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    check_refused(sequential(linear(4, 7), plain("ReLU"), linear(8, 1)), DNN_FLOAT32,
                  DNN_ERROR_SHAPE,
                  "layer 3, Linear(8 -> 1): needs 8 features, but its input is 7 (the output of "
                  "layer 2, ReLU)");
    assert_true(dnn_allocations_live() == live);
}

static void no_layers_and_bytes_are_refused(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    check_refused(plain("Sequential"), DNN_FLOAT32, DNN_ERROR_ARGUMENT,
                  "a network needs at least one layer");
    check_refused(sequential(linear(2, 2), plain("Residual")), DNN_FLOAT32, DNN_ERROR_ARGUMENT,
                  "Residual needs at least one layer");
    check_refused(linear(2, 2), DNN_UINT8, DNN_ERROR_TYPE,
                  "a network is float32 or float64, not uint8");
    assert_true(dnn_allocations_live() == live);
}

static void check_plan_fails(net *n, size_t rows, size_t cols, const char *part) {
    dnn_error err;
    size_t bytes;
    dnn_matrix X = dnn_matrix_of(dnn_network_dtype(n->network), rows, cols, NULL);
    check_fails(dnn_network_plan(n->network, &X, &bytes, &err), DNN_ERROR_SHAPE, part);
}

static void a_transposed_input_is_recognised(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(12288, 20), plain("ReLU")), 1);
    check_plan_fails(&n, 209, 12288,
                     "layer 1, Linear(12288 -> 20): needs 12288 rows (features), X is 209 x 12288; "
                     "columns are examples: is X transposed?");
    check_plan_fails(&n, 100, 7, "needs 12288 rows (features), X is 100 x 7");
    check_plan_fails(&n, 12288, 0, "X is 12288 x 0: there are no examples");
    free_net(&n);
}

static void layers_for_any_width_take_it_from_the_plan(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32, CHILDREN(plain("ReLU"), linear(3, 2)), 1);
    check_plan_fails(&n, 4, 5, "needs 3 rows (features), X is 4 x 5");
    dnn_matrix X = normal_matrix(DNN_FLOAT32, 3, 5, 1);
    assert_int_equal(forward(&n, &X)->rows, 2);
    dnn_matrix_free(&X);
    free_net(&n);
    n = make_net(DNN_FLOAT32, CHILDREN(plain("ReLU")), 1);
    plan_net(&n, 3, 5);
    plan_net(&n, 7, 2);
    X = normal_matrix(DNN_FLOAT32, 7, 2, 1);
    assert_int_equal(forward(&n, &X)->rows, 7);
    dnn_matrix_free(&X);
    free_net(&n);
}

/* W2 tanh(W1 X + b1) + b2 and its gradients by plain loops, from the tutorial's formulas. */
static void forward_and_backward_agree_with_plain_loops(void **state) {
    (void)state;
    enum { M = 9 };
    case_net c = open_case(DNN_FLOAT64, M);
    dnn_matrix dX = matrix(DNN_FLOAT64, 4, M, NULL);
    forward(&c.n, &c.X);
    backward(&c.n, &c.dA, &dX);
    dnn_matrix W1 = value_of(&c.n, "0.weight"), b1 = value_of(&c.n, "0.bias"),
               W2 = value_of(&c.n, "2.weight"), b2 = value_of(&c.n, "2.bias");
    double dW1[5][4] = {{0}}, db1[5] = {0}, dW2[2][5] = {{0}}, db2[2] = {0};
    for (size_t j = 0; j < M; j++) {
        double A1[5], A2[2], dZ1[5], dZ2[2];
        for (size_t i = 0; i < 5; i++) {
            double z = dnn_matrix_get(&b1, i, 0);
            for (size_t k = 0; k < 4; k++)
                z += dnn_matrix_get(&W1, i, k) * dnn_matrix_get(&c.X, k, j);
            A1[i] = tanh(z);
            check_close(dnn_matrix_get(output_of(&c.n, 1), i, j), z, 1e-13);
        }
        for (size_t i = 0; i < 2; i++) {
            double z = dnn_matrix_get(&b2, i, 0);
            for (size_t k = 0; k < 5; k++)
                z += dnn_matrix_get(&W2, i, k) * A1[k];
            A2[i] = 1 / (1 + exp(-z));
            check_close(dnn_matrix_get(output_of(&c.n, 4), i, j), A2[i], 1e-13);
            dZ2[i] = dnn_matrix_get(&c.dA, i, j) * A2[i] * (1 - A2[i]);
            check_close(dnn_matrix_get(gradient_of(&c.n, 3), i, j), dZ2[i], 1e-13);
            db2[i] += dZ2[i];
            for (size_t k = 0; k < 5; k++)
                dW2[i][k] += dZ2[i] * A1[k];
        }
        for (size_t i = 0; i < 5; i++) {
            double dA1 = 0;
            for (size_t k = 0; k < 2; k++)
                dA1 += dnn_matrix_get(&W2, k, i) * dZ2[k];
            dZ1[i] = dA1 * (1 - A1[i] * A1[i]);
            db1[i] += dZ1[i];
            for (size_t k = 0; k < 4; k++)
                dW1[i][k] += dZ1[i] * dnn_matrix_get(&c.X, k, j);
        }
        for (size_t k = 0; k < 4; k++) {
            double expected = 0;
            for (size_t i = 0; i < 5; i++)
                expected += dnn_matrix_get(&W1, i, k) * dZ1[i];
            check_close(dnn_matrix_get(&dX, k, j), expected, 1e-13);
        }
    }
    dnn_matrix g1 = value_gradient(&c.n, "0.weight"), h1 = value_gradient(&c.n, "0.bias"),
               g2 = value_gradient(&c.n, "2.weight"), h2 = value_gradient(&c.n, "2.bias");
    check_matrix(&g1, &dW1[0][0], 1e-12);
    check_matrix(&h1, db1, 1e-12);
    check_matrix(&g2, &dW2[0][0], 1e-12);
    check_matrix(&h2, db2, 1e-12);
    double squares = 0;
    for (size_t k = 0; k < 20; k++)
        squares += (&dW1[0][0])[k] * (&dW1[0][0])[k];
    for (size_t k = 0; k < 5; k++)
        squares += db1[k] * db1[k];
    check_close(dnn_network_grad_norm(c.n.network, 0), sqrt(squares), 1e-12);
    assert_true(dnn_network_grad_norm(c.n.network, 1) == 0);
    dnn_matrix_free(&dX);
    close_case(&c);
}

static void two_backwards_add_up_and_a_spent_gradient_starts_afresh(void **state) {
    (void)state;
    dnn_error err;
    case_net c = open_case(DNN_FLOAT64, 3);
    double *g = c.n.gradients;
    forward(&c.n, &c.X);
    assert_false(dnn_network_has_gradients(c.n.network));
    backward(&c.n, &c.dA, NULL);
    assert_true(dnn_network_has_gradients(c.n.network));
    double once = g[0];
    backward(&c.n, &c.dA, NULL);
    check_close(g[0], 2 * once, 1e-15);
    dnn_parameters_zero_grad(dnn_network_parameters(c.n.network));
    backward(&c.n, &c.dA, NULL);
    assert_true(g[0] == once);
    check_ok(dnn_parameters_update(dnn_network_parameters(c.n.network), 0, true, &err));
    backward(&c.n, &c.dA, NULL);
    assert_true(g[0] == once);
    close_case(&c);
}

/* An optimiser of some layers alone has spent their gradients; those of the others go on. */
static void only_the_gradients_that_were_used_start_afresh(void **state) {
    (void)state;
    case_net c = open_case(DNN_FLOAT64, 3);
    dnn_parameters *p = dnn_network_parameters(c.n.network);
    forward(&c.n, &c.X);
    backward(&c.n, &c.dA, NULL);
    dnn_matrix once = matrix(DNN_FLOAT64, p->count, 1, NULL);
    memcpy(once.data, c.n.gradients, p->count * sizeof(double));
    size_t weight = segment_of(&c.n, "0.weight");
    p->segments[weight].spent = true;
    backward(&c.n, &c.dA, NULL);
    for (size_t k = 0; k < p->count; k++) {
        bool spent = k < p->segments[weight].offset + 20 && k >= p->segments[weight].offset;
        check_close(((double *)c.n.gradients)[k], (spent ? 1 : 2) * dnn_matrix_get(&once, k, 0),
                    1e-14);
    }
    dnn_matrix_free(&once);
    close_case(&c);
}

static void calls_in_the_wrong_order_and_wrong_inputs_are_explained(void **state) {
    (void)state;
    dnn_error err;
    dnn_network *network;
    dnn_layer *layer = linear(4, 2);
    check_ok(dnn_network_create(&network, DNN_FLOAT32, layer, NULL, &err));
    dnn_layer_release(layer);
    dnn_random random = dnn_random_seeded(1);
    check_fails(dnn_network_initialise(network, &random, &err), DNN_ERROR_STATE,
                "the network's values are not attached yet");
    dnn_network_destroy(network);

    case_net c = open_case(DNN_FLOAT32, 3);
    network = c.n.network;
    dnn_matrix f64 = matrix(DNN_FLOAT64, 4, 3, NULL), wide = matrix(DNN_FLOAT32, 4, 9, NULL);
    dnn_matrix tall = matrix(DNN_FLOAT32, 3, 2, NULL), gaps;
    check_ok(dnn_matrix_block(&gaps, &wide, 0, 0, 3, 3, &err));
    assert_null(output_of(&c.n, 1));
    assert_null(gradient_of(&c.n, 1));
    check_fails(dnn_network_backward(network, &c.dA, NULL, &err), DNN_ERROR_STATE,
                "backward needs a forward first");
    check_fails(dnn_network_forward(network, &f64, 1, &err), DNN_ERROR_TYPE,
                "X is float64, the network is float32; convert X: X:to(\"float32\")");
    check_fails(dnn_network_forward(network, &wide, 1, &err), DNN_ERROR_STATE,
                "X is 4 x 9, but buffers are planned for 4 x 3");
    check_ok(dnn_network_forward(network, &c.X, 1, &err));
    check_fails(dnn_network_forward(network, &f64, 1, &err), DNN_ERROR_TYPE, "X is float64");
    assert_null(dnn_network_step_input(network, 0, 0)); /* c.X need not be there any more */
    check_fails(dnn_network_backward(network, &c.dA, NULL, &err), DNN_ERROR_STATE,
                "backward needs a forward first");
    check_ok(dnn_network_forward(network, &c.X, 1, &err));
    assert_ptr_equal(dnn_network_step_input(network, 0, 0)->data, c.X.data);
    check_fails(dnn_network_backward(network, &tall, NULL, &err), DNN_ERROR_SHAPE,
                "dA is 3 x 2, the network's output is 2 x 3; is dA transposed?");
    check_fails(dnn_network_backward(network, &c.dA, &tall, &err), DNN_ERROR_SHAPE,
                "dX must be 4 x 3 like X, not 3 x 2");
    check_fails(dnn_network_backward(network, &c.dA, &f64, &err), DNN_ERROR_TYPE, "float64");
    dnn_matrix_free(&f64);
    dnn_matrix_free(&wide);
    dnn_matrix_free(&tall);
    close_case(&c);
}

/* Numbers that one layer reads as ids may be what another one computes with. */
static void ids_of_another_type_are_for_layers_that_take_ids(void **state) {
    (void)state;
    dnn_error err;
    static const char embedding[] = "num_embeddings=9 embedding_dim=2";
    net n = make_net(DNN_FLOAT32,
                     CHILDREN(concat(sequential(layer_of("Embedding", embedding), plain("Flatten")),
                                     plain("Sigmoid"))),
                     1);
    dnn_matrix bytes = matrix(DNN_UINT8, 2, 3, (double[]){1, 2, 3, 4, 5, 6});
    dnn_matrix X = matrix(DNN_FLOAT32, 2, 3, (double[]){1, 2, 3, 4, 5, 6});
    dnn_matrix dA = matrix(DNN_FLOAT32, 6, 3, NULL);
    plan_for(&n, &bytes);
    check_fails(dnn_network_forward(n.network, &bytes, 1, &err), DNN_ERROR_TYPE,
                "X is uint8, the network is float32");
    check_close(dnn_matrix_get(forward(&n, &X), 4, 1), 1 / (1 + exp(-2)), 1e-6);
    check_fails(dnn_network_backward(n.network, &dA, &X, &err), DNN_ERROR_ARGUMENT,
                "ids have no gradient");
    backward(&n, &dA, NULL);
    free_net(&n);
    n = make_net(DNN_FLOAT32, CHILDREN(plain("Flatten"), layer_of("Embedding", embedding)), 1);
    dnn_matrix dE = matrix(DNN_FLOAT32, 4, 3, NULL);
    forward(&n, &X);
    check_fails(dnn_network_backward(n.network, &dE, &X, &err), DNN_ERROR_ARGUMENT,
                "ids have no gradient");
    backward(&n, &dE, NULL);
    dnn_matrix *used[] = {&bytes, &X, &dA, &dE};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(used[k]);
    free_net(&n);
}

static void check_summary(const net *n, const char *expected) {
    char text[2048], cut[16];
    assert_int_equal(dnn_network_describe(n->network, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(dnn_network_describe(n->network, NULL, 0), strlen(expected));
    assert_int_equal(dnn_network_describe(n->network, cut, sizeof cut), strlen(expected));
    assert_memory_equal(cut, expected, sizeof cut - 1);
    assert_int_equal(cut[sizeof cut - 1], 0);
}

static void the_summary_is_a_table_with_totals(void **state) {
    (void)state;
    net n =
        make_net(DNN_FLOAT32,
                 CHILDREN(linear(12288, 20), plain("ReLU"), linear(20, 1), plain("Sigmoid")), 1);
    check_summary(&n, "Sequential float32, 4 layers\n"
                      "  #  layer                   output    parameters\n"
                      "  1  Linear(12288 -> 20)         20       245,780\n"
                      "  2  ReLU                        20             0\n"
                      "  3  Linear(20 -> 1)              1            21\n"
                      "  4  Sigmoid                      1             0\n"
                      "     total                                245,801  (0.9832 MB)\n");
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_that_do_not_fit_are_both_named),
        cmocka_unit_test(no_layers_and_bytes_are_refused),
        cmocka_unit_test(a_transposed_input_is_recognised),
        cmocka_unit_test(layers_for_any_width_take_it_from_the_plan),
        cmocka_unit_test(forward_and_backward_agree_with_plain_loops),
        cmocka_unit_test(two_backwards_add_up_and_a_spent_gradient_starts_afresh),
        cmocka_unit_test(only_the_gradients_that_were_used_start_afresh),
        cmocka_unit_test(calls_in_the_wrong_order_and_wrong_inputs_are_explained),
        cmocka_unit_test(ids_of_another_type_are_for_layers_that_take_ids),
        cmocka_unit_test(the_summary_is_a_table_with_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
