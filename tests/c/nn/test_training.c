/* Networks learn, and the same seed gives the same bits on one thread and on two. */
#include "nets.h"

#include "core/threads.h"

/* Trains with Adam and CrossEntropyLoss on labels that a fixed rule makes; returns the last cost.
 */
static double train(net *n, size_t in, size_t classes, size_t examples, int steps, double lr) {
    dnn_error err;
    const double mean[DNN_MAX_FIELDS] = {0};
    const dnn_loss_class *loss = dnn_loss_class_find("CrossEntropyLoss");
    size_t last = dnn_network_layer_count(n->network);
    dnn_matrix X = normal_matrix(dnn_network_dtype(n->network), in, examples, 21);
    dnn_matrix Y = matrix(DNN_UINT8, 1, examples, NULL);
    dnn_matrix dA = matrix(X.dtype, classes, examples, NULL);
    for (size_t j = 0; j < examples; j++) {
        size_t label = 0;
        for (size_t i = 1; i < classes; i++)
            if (dnn_matrix_get(&X, i, j) > dnn_matrix_get(&X, label, j))
                label = i;
        dnn_matrix_set(&Y, 0, j, (double)label + 1);
    }
    plan_net(n, in, examples);
    dnn_optimiser o;
    dnn_optimiser_init(&o, dnn_optimiser_class_find("Adam"), dnn_network_parameters(n->network));
    check_ok(dnn_field_set("Adam", o.kind->fields, o.settings, "lr", lr, &err));
    check_ok(dnn_optimiser_attach(&o, dnn_alloc(dnn_optimiser_state_bytes(&o)), &err));
    double cost = 0;
    for (int step = 0; step < steps; step++) {
        check_ok(dnn_network_forward(n->network, &X, &err));
        const dnn_matrix *A = dnn_network_activation(n->network, last);
        check_ok(dnn_loss_forward(loss, mean, A, &Y, &cost, &err));
        check_ok(dnn_loss_backward(loss, mean, A, &Y, &dA, &err));
        check_ok(dnn_network_backward(n->network, &dA, NULL, &err));
        check_ok(dnn_optimiser_step(&o, &err));
    }
    dnn_free(o.state);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&dA);
    return cost;
}

static void a_network_learns_to_name_the_largest_input(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        net n = make_net(dtype, (dnn_layer *[]){linear(4, 16), plain("ReLU"), linear(16, 4)}, 3, 1);
        double before = train(&n, 4, 4, 200, 1, 0.01), after = train(&n, 4, 4, 200, 300, 0.01);
        assert_true(before > 1);
        assert_true(after < 0.15);
        free_net(&n);
    }
}

/* Large enough that products, activations and updates are all cut into pieces. */
static void the_same_seed_gives_the_same_bits_on_one_thread_and_on_two(void **state) {
    (void)state;
    size_t threads = dnn_threads();
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        net n[2];
        double cost[2];
        for (size_t k = 0; k < 2; k++) {
            dnn_set_threads(k + 1);
            dnn_layer *layers[] = {linear(600, 300), plain("ReLU"), linear(300, 100), plain("Tanh"),
                                   linear(100, 10)};
            n[k] = make_net(dtype, layers, 5, 1);
            cost[k] = train(&n[k], 600, 10, 256, 5, 1e-3);
        }
        size_t bytes = dnn_network_parameter_bytes(n[0].network);
        assert_memory_equal(n[0].values, n[1].values, bytes);
        assert_memory_equal(n[0].gradients, n[1].gradients, bytes);
        assert_true(cost[0] == cost[1]);
        free_net(&n[0]);
        free_net(&n[1]);
    }
    dnn_set_threads(threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_learns_to_name_the_largest_input),
        cmocka_unit_test(the_same_seed_gives_the_same_bits_on_one_thread_and_on_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
