/* Every layer and every loss of the registry has right gradients, wherever it stands; a wrong one
 * is caught. Nothing is named: what is added to the registry is tested here. */
#include "nets.h"

#include "nn/gradcheck.h"

enum { EXAMPLES = 5, WIDTH = 4 };

/* Targets that any loss takes: labels, or numbers in 0..1. */
static dnn_matrix targets(const dnn_loss_class *loss, size_t rows) {
    dnn_matrix Y = matrix(DNN_FLOAT64, loss->labels ? 1 : rows, EXAMPLES, NULL);
    for (size_t j = 0; j < EXAMPLES; j++)
        for (size_t i = 0; i < Y.rows; i++)
            dnn_matrix_set(&Y, i, j, loss->labels ? (double)(1 + j % rows) : (double)((i + j) % 2));
    return Y;
}

/* Normal numbers no closer than 0.05 to 0, where a rectifier has its kink. */
static dnn_matrix inputs(size_t rows) {
    dnn_matrix X = normal_matrix(DNN_FLOAT64, rows, EXAMPLES, 11);
    for (size_t j = 0; j < EXAMPLES; j++)
        for (size_t i = 0; i < rows; i++) {
            double x = dnn_matrix_get(&X, i, j);
            dnn_matrix_set(&X, i, j, fabs(x) < 0.05 ? copysign(0.05, x) : x);
        }
    return X;
}

static dnn_gradcheck_result check_net(dnn_layer *const *layers, size_t count, size_t in,
                                      const dnn_loss_class *loss) {
    dnn_error err;
    dnn_gradcheck_result result;
    const double mean[DNN_MAX_FIELDS] = {0};
    net n = make_net(DNN_FLOAT64, layers, count, 7);
    plan_net(&n, in, EXAMPLES);
    dnn_matrix X = inputs(in);
    check_ok(dnn_network_forward(n.network, &X, &err));
    dnn_matrix Y = targets(loss, dnn_network_activation(n.network, count)->rows);
    check_ok(dnn_gradcheck(n.network, loss, mean, &X, &Y, 1e-6, &result, &err));
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    free_net(&n);
    return result;
}

static void check_right(const char *what, const char *where, dnn_gradcheck_result r) {
    if (!(r.difference < 1e-7 && r.worst < 1e-5))
        fail_msg("%s, %s: difference %g, worst %g in layer %zu at %s", what, where, r.difference,
                 r.worst, r.worst_layer, r.worst_name);
}

static size_t out_of(const dnn_layer *layer, size_t in) {
    dnn_error err;
    size_t out = 0;
    check_ok(dnn_layer_out_features(layer, in, &out, &err));
    return out;
}

static size_t in_of(const dnn_layer *layer) {
    return dnn_layer_in_features(layer) != 0 ? dnn_layer_in_features(layer) : WIDTH;
}

/* A loss that takes any outputs: the first that is not given in probabilities. */
static const dnn_loss_class *any_loss(void) {
    dnn_error err;
    const double mean[DNN_MAX_FIELDS] = {0};
    dnn_matrix A = matrix(DNN_FLOAT64, 1, 1, (double[]){-2}), Y = matrix(DNN_FLOAT64, 1, 1, NULL);
    size_t k = 0;
    while (dnn_loss_classes[k]->labels || dnn_loss_classes[k]->check(mean, &A, &Y, &err) != DNN_OK)
        k++;
    dnn_matrix_free(&A);
    dnn_matrix_free(&Y);
    return dnn_loss_classes[k];
}

static void every_layer_has_right_gradients_wherever_it_stands(void **state) {
    (void)state;
    const dnn_loss_class *loss = any_loss();
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        dnn_layer *layer = example_layer(kind);
        size_t in = in_of(layer), out = out_of(layer, in);
        check_right(kind->name, "alone", check_net(&layer, 1, in, loss));
        dnn_layer *first[] = {example_layer(kind), linear(out, 2)};
        check_right(kind->name, "first", check_net(first, 2, in, loss));
        dnn_layer *middle[] = {linear(3, in), example_layer(kind), linear(out, 2)};
        check_right(kind->name, "in the middle", check_net(middle, 3, 3, loss));
        dnn_layer *last[] = {linear(3, in), example_layer(kind)};
        check_right(kind->name, "last", check_net(last, 2, 3, loss));
    }
}

static void every_loss_has_right_gradients(void **state) {
    (void)state;
    for (size_t k = 0; dnn_loss_classes[k] != NULL; k++) {
        dnn_layer *layers[] = {linear(4, 5), plain("Tanh"), linear(5, 3), plain("Sigmoid")};
        check_right(dnn_loss_classes[k]->name, "after a network",
                    check_net(layers, 4, 4, dnn_loss_classes[k]));
    }
}

static dnn_status square(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    (void)layer;
    return dnn_binary(DNN_MUL, A, X, X, err);
}

/* dX = X dA, where 2 X dA would be right. */
static dnn_status half_a_slope(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                               const dnn_matrix *dA, dnn_matrix *dX, bool accumulate,
                               dnn_error *err) {
    (void)layer, (void)A, (void)accumulate;
    return dX == NULL ? DNN_OK : dnn_binary(DNN_MUL, dX, X, dA, err);
}

static void a_wrong_backward_is_caught_and_located(void **state) {
    (void)state;
    dnn_error err;
    const dnn_external wrong = {.name = "Wrong", .forward = square, .backward = half_a_slope};
    dnn_layer *layers[] = {linear(3, 4), NULL, linear(4, 2)};
    check_ok(dnn_layer_create_external(&layers[1], &wrong, &err));
    dnn_gradcheck_result r = check_net(layers, 3, 3, any_loss());
    assert_true(r.difference > 0.1);
    assert_true(r.worst > 0.3);
    assert_true(r.worst_layer <= 1); /* what stands behind it is right */
    assert_true(strchr(r.worst_name, '(') != NULL);
}

static void parameters_come_back_to_the_bit_and_a_second_check_agrees(void **state) {
    (void)state;
    dnn_error err;
    const double mean[DNN_MAX_FIELDS] = {0};
    dnn_gradcheck_result first, second;
    net n = make_net(DNN_FLOAT64, (dnn_layer *[]){linear(3, 2), plain("Sigmoid")}, 2, 1);
    plan_net(&n, 3, EXAMPLES);
    dnn_matrix X = inputs(3), Y = targets(any_loss(), 2), before = matrix(DNN_FLOAT64, 8, 1, NULL);
    memcpy(before.data, n.values, 8 * sizeof(double));
    check_ok(dnn_gradcheck(n.network, any_loss(), mean, &X, &Y, 1e-6, &first, &err));
    check_ok(dnn_gradcheck(n.network, any_loss(), mean, &X, &Y, 1e-6, &second, &err));
    assert_memory_equal(before.data, n.values, 8 * sizeof(double));
    assert_true(first.difference == second.difference);
    assert_ptr_equal(dnn_network_activation(n.network, 0)->data, X.data);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&before);
    free_net(&n);
}

static void a_float32_network_is_refused(void **state) {
    (void)state;
    dnn_error err;
    const double mean[DNN_MAX_FIELDS] = {0};
    dnn_gradcheck_result r;
    net n = make_net(DNN_FLOAT32, (dnn_layer *[]){linear(3, 2)}, 1, 1);
    dnn_matrix X = inputs(3);
    check_fails(dnn_gradcheck(n.network, any_loss(), mean, &X, &X, 1e-6, &r, &err), DNN_ERROR_TYPE,
                "gradcheck needs a float64 network");
    dnn_matrix_free(&X);
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_has_right_gradients_wherever_it_stands),
        cmocka_unit_test(every_loss_has_right_gradients),
        cmocka_unit_test(a_wrong_backward_is_caught_and_located),
        cmocka_unit_test(parameters_come_back_to_the_bit_and_a_second_check_agrees),
        cmocka_unit_test(a_float32_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
