/* Networks learn, and the same seed gives the same bits on one thread and on two. */
#include "nets.h"

#include "core/threads.h"
#include "nn/loss.h"
#include "nn/optimiser.h"

/* Trains with Adam and CrossEntropyLoss on labels that a fixed rule makes; returns the last cost.
 */
static double train(net *n, size_t in, size_t classes, size_t examples, int steps, double lr) {
    dnn_error err;
    const dnn_loss_class *loss = dnn_loss_class_find("CrossEntropyLoss");
    dnn_setting mean[DNN_MAX_FIELDS];
    dnn_field_defaults(loss->fields, mean);
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
    dnn_optimiser *o;
    dnn_parameters *p = dnn_network_parameters(n->network);
    check_ok(dnn_optimiser_create(&o, dnn_optimiser_class_find("Adam"), &err));
    check_ok(dnn_optimiser_add(o, p, 0, p->segment_count, &err));
    check_ok(dnn_optimiser_set(o, 0, (dnn_setting){.number = lr}, &err));
    void *state = dnn_alloc(dnn_optimiser_state_bytes(o, dnn_optimiser_vectors_needed(o)));
    check_ok(dnn_optimiser_attach(o, state, &err));
    double cost = 0;
    for (int step = 0; step < steps; step++) {
        dnn_loss_call call = {.settings = mean, .A = forward(n, &X), .Y = &Y};
        check_ok(dnn_loss_forward(loss, &call, &cost, &err));
        check_ok(dnn_loss_backward(loss, &call, &dA, &err));
        backward(n, &dA, NULL);
        check_ok(dnn_optimiser_step(o, &err));
    }
    dnn_optimiser_destroy(o);
    dnn_free(state);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&dA);
    return cost;
}

static void a_network_learns_to_name_the_largest_input(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        net n = make_net(dtype, CHILDREN(linear(4, 16), plain("ReLU"), linear(16, 4)), 1);
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
            n[k] = make_net(dtype,
                            CHILDREN(linear(600, 300), plain("ReLU"),
                                     layer_of("BatchNorm1d", "num_features=300"),
                                     layer_of("Dropout", "p=0.2"), linear(300, 100), plain("Tanh"),
                                     linear(100, 10)),
                            1);
            cost[k] = train(&n[k], 600, 10, 256, 5, 1e-3);
        }
        size_t bytes = dnn_network_value_bytes(n[0].network);
        assert_memory_equal(n[0].values, n[1].values, bytes);
        assert_memory_equal(n[0].gradients, n[1].gradients, bytes);
        assert_memory_equal(n[0].kept, n[1].kept, dnn_network_kept_bytes(n[0].network));
        assert_true(cost[0] == cost[1]);
        free_net(&n[0]);
        free_net(&n[1]);
    }
    dnn_set_threads(threads);
}

/* Convolutions, pooling and batch norm of images, on more pixels than one chunk has. */
static void images_train_to_the_same_bits_on_one_thread_and_on_two(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_image(12, 12, 3);
    size_t threads = dnn_threads();
    net n[2];
    double cost[2];
    for (size_t k = 0; k < 2; k++) {
        dnn_set_threads(k + 1);
        n[k] = net_of(DNN_FLOAT32,
                      sequential(layer_of("Conv2d", "in_channels=3 out_channels=8 kernel_size=3"),
                                 layer_of("BatchNorm2d", "num_features=8"), plain("ReLU"),
                                 layer_of("MaxPool2d", "kernel_size=2"), plain("Flatten"),
                                 layer_of("Dropout", "p=0.5"), linear(200, 10)),
                      &input, 1);
        cost[k] = train(&n[k], 432, 10, 64, 3, 1e-3);
    }
    assert_memory_equal(n[0].values, n[1].values, dnn_network_value_bytes(n[0].network));
    assert_memory_equal(n[0].kept, n[1].kept, dnn_network_kept_bytes(n[0].network));
    assert_true(cost[0] == cost[1]);
    free_net(&n[0]);
    free_net(&n[1]);
    dnn_set_threads(threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_learns_to_name_the_largest_input),
        cmocka_unit_test(the_same_seed_gives_the_same_bits_on_one_thread_and_on_two),
        cmocka_unit_test(images_train_to_the_same_bits_on_one_thread_and_on_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
