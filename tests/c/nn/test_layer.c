/* Layers of the registry compute their formulas, describe themselves and refuse bad settings. */
#include "nets.h"

static void a_layer_describes_itself_with_its_width(void **state) {
    (void)state;
    char text[64];
    dnn_layer *layer = linear(12288, 20);
    assert_int_equal(dnn_layer_describe(layer, text, sizeof text), strlen("Linear(12288 -> 20)"));
    assert_string_equal(text, "Linear(12288 -> 20)");
    dnn_layer_destroy(layer);
    layer = plain("ReLU");
    dnn_layer_describe(layer, text, sizeof text);
    assert_string_equal(text, "ReLU");
    assert_int_equal(dnn_layer_describe(layer, text, 3), 4);
    assert_string_equal(text, "Re");
    dnn_layer_destroy(layer);
}

static void linear_says_which_argument_is_missing_or_wrong(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer;
    const dnn_layer_class *kind = dnn_layer_class_find("Linear");
    check_ok(dnn_layer_create(&layer, kind, &err));
    check_ok(dnn_field_set("Linear", kind->fields, layer->settings, "in_features", 4, &err));
    check_fails(dnn_layer_finish(layer, &err), DNN_ERROR_ARGUMENT,
                "Linear: out_features is missing");
    check_fails(
        dnn_field_set_choice("Linear", kind->fields, layer->settings, "init", "normal", &err),
        DNN_ERROR_ARGUMENT, "he, xavier, 0.01, 1/sqrt(n)");
    check_fails(dnn_field_set("Linear", kind->fields, layer->settings, "out_features", 0, &err),
                DNN_ERROR_ARGUMENT, "out_features must be a whole number of at least 1, got 0");
    dnn_layer_destroy(layer);
}

static void a_layer_names_the_width_that_it_needs(void **state) {
    (void)state;
    dnn_error err;
    size_t out;
    dnn_layer *layer = linear(8, 1);
    assert_int_equal(dnn_layer_in_features(layer), 8);
    check_ok(dnn_layer_out_features(layer, 8, &out, &err));
    assert_int_equal(out, 1);
    check_fails(dnn_layer_out_features(layer, 7, &out, &err), DNN_ERROR_SHAPE,
                "needs 8 features, not 7");
    dnn_layer_destroy(layer);
}

/* The deviation of the weights, and that biases start at 0, for every initialisation. */
static void linear_draws_weights_of_the_stated_variance(void **state) {
    (void)state;
    enum { IN = 300, OUT = 200 };
    static const struct {
        const char *init;
        double variance;
    } cases[] = {
        {"he",        2.0 / IN        },
        {"xavier",    2.0 / (IN + OUT)},
        {"0.01",      1e-4            },
        {"1/sqrt(n)", 1.0 / IN        }
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        dnn_error err;
        dnn_layer *layer = linear(IN, OUT);
        check_ok(dnn_field_set_choice("Linear", layer->kind->fields, layer->settings, "init",
                                      cases[c].init, &err));
        net n = make_net(DNN_FLOAT64, &layer, 1, 5);
        const dnn_matrix *weight = &layer->parameters[0], *bias = &layer->parameters[1];
        double sum = 0, squares = 0;
        for (size_t k = 0; k < IN * OUT; k++) {
            double w = ((const double *)weight->data)[k];
            sum += w;
            squares += w * w;
        }
        double deviation = sqrt(cases[c].variance);
        check_close(sum / (IN * OUT), 0, 5 * deviation / sqrt(IN * OUT));
        check_close(squares / (IN * OUT), cases[c].variance,
                    cases[c].variance * 5 * sqrt(2.0 / (IN * OUT)));
        for (size_t i = 0; i < OUT; i++)
            assert_true(dnn_matrix_get(bias, i, 0) == 0);
        free_net(&n);
    }
}

/* W X + b and its gradients, multiplied out by hand. */
static void linear_computes_forward_and_backward(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_error err;
        dnn_layer *layer = linear(3, 2);
        net n = make_net(dtype, &layer, 1, 1);
        dnn_matrix W = matrix(dtype, 2, 3, (double[]){1, 2, 3, 4, 5, 6});
        dnn_matrix b = matrix(dtype, 2, 1, (double[]){10, 20});
        dnn_matrix X = matrix(dtype, 3, 2, (double[]){1, -1, 0, 2, 2, 1});
        dnn_matrix dA = matrix(dtype, 2, 2, (double[]){1, 2, -1, 3});
        dnn_matrix dX = matrix(dtype, 3, 2, NULL);
        check_ok(dnn_matrix_copy(&layer->parameters[0], &W, &err));
        check_ok(dnn_matrix_copy(&layer->parameters[1], &b, &err));
        plan_net(&n, 3, 2);
        check_ok(dnn_network_forward(n.network, &X, &err));
        check_matrix(dnn_network_activation(n.network, 1), (double[]){17, 16, 36, 32}, 0);
        check_ok(dnn_network_backward(n.network, &dA, &dX, &err));
        check_matrix(&layer->gradients[0], (double[]){-1, 4, 4, -4, 6, 1}, 0);
        check_matrix(&layer->gradients[1], (double[]){3, 2}, 0);
        check_matrix(&dX, (double[]){-3, 14, -3, 19, -3, 24}, 0);
        check_ok(dnn_network_backward(n.network, &dA, NULL, &err));
        check_matrix(&layer->gradients[0], (double[]){-2, 8, 8, -8, 12, 2}, 0);
        check_matrix(&layer->gradients[1], (double[]){6, 4}, 0);
        dnn_matrix *all[] = {&W, &b, &X, &dA, &dX};
        for (size_t k = 0; k < 5; k++)
            dnn_matrix_free(all[k]);
        free_net(&n);
    }
}

static void linear_without_bias_has_one_parameter(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer = linear(2, 2);
    check_ok(dnn_field_set("Linear", layer->kind->fields, layer->settings, "bias", 0, &err));
    check_ok(dnn_layer_finish(layer, &err));
    assert_int_equal(layer->parameter_count, 1);
    net n = make_net(DNN_FLOAT64, &layer, 1, 1);
    dnn_matrix X = matrix(DNN_FLOAT64, 2, 1, (double[]){0, 0});
    plan_net(&n, 2, 1);
    check_ok(dnn_network_forward(n.network, &X, &err));
    check_matrix(dnn_network_activation(n.network, 1), (double[]){0, 0}, 0);
    dnn_matrix_free(&X);
    free_net(&n);
}

static double relu(double x) {
    return x > 0 ? x : 0;
}
static double relu_slope(double x) {
    return x > 0 ? 1 : 0;
}
static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}
static double sigmoid_slope(double x) {
    return 1 / (2 + exp(x) + exp(-x));
}
static double tanh_slope(double x) {
    return 1 / (cosh(x) * cosh(x));
}

/* Against the formulas of the derivative in terms of X, on matrices with and without gaps. */
static void activations_agree_with_their_formulas(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double (*f)(double), (*slope)(double);
    } cases[] = {
        {"ReLU",    relu,    relu_slope   },
        {"Sigmoid", sigmoid, sigmoid_slope},
        {"Tanh",    tanh,    tanh_slope   }
    };
    for (size_t c = 0; c < 3; c++) {
        for (int gaps = 0; gaps < 2; gaps++) {
            dnn_error err;
            dnn_layer *layer = plain(cases[c].name);
            dnn_matrix all[4]; /* X, A, dA, dX */
            dnn_matrix view[4];
            for (size_t k = 0; k < 4; k++) {
                all[k] = normal_matrix(DNN_FLOAT64, 9, 7, k + 1);
                check_ok(dnn_matrix_block(&view[k], &all[k], 0, 0, gaps ? 5 : 9, 7, &err));
            }
            check_ok(layer->kind->forward(layer, &view[0], &view[1], &err));
            check_ok(
                layer->kind->backward(layer, &view[0], &view[1], &view[2], &view[3], false, &err));
            for (size_t j = 0; j < view[0].cols; j++)
                for (size_t i = 0; i < view[0].rows; i++) {
                    double x = dnn_matrix_get(&view[0], i, j), dA = dnn_matrix_get(&view[2], i, j);
                    check_close(dnn_matrix_get(&view[1], i, j), cases[c].f(x), 1e-14);
                    check_close(dnn_matrix_get(&view[3], i, j), dA * cases[c].slope(x), 1e-14);
                }
            for (size_t k = 0; k < 4; k++)
                dnn_matrix_free(&all[k]);
            dnn_layer_destroy(layer);
        }
    }
}

static void relu_does_not_hide_a_nan_from_the_gradient(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer = plain("ReLU");
    dnn_matrix X = matrix(DNN_FLOAT32, 1, 2, (double[]){(double)NAN, -1});
    dnn_matrix A = matrix(DNN_FLOAT32, 1, 2, NULL), dX = matrix(DNN_FLOAT32, 1, 2, NULL);
    check_ok(layer->kind->forward(layer, &X, &A, &err));
    check_ok(layer->kind->backward(layer, &X, &A, &X, &dX, false, &err));
    check_matrix(&dX, (double[]){(double)NAN, 0}, 0);
    dnn_matrix_free(&X);
    dnn_matrix_free(&A);
    dnn_matrix_free(&dX);
    dnn_layer_destroy(layer);
}

/* Rows come in blocks, and wide matrices go to several threads: sums against plain addition. */
static void bias_gradients_are_row_sums_at_every_size(void **state) {
    (void)state;
    static const size_t shapes[][2] = {
        {1,   1  },
        {1,   209},
        {63,  2  },
        {64,  3  },
        {65,  5  },
        {200, 700}
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t rows = shapes[s][0], cols = shapes[s][1];
        dnn_error err;
        dnn_layer *layer = linear(1, rows);
        net n = make_net(DNN_FLOAT32, &layer, 1, 1);
        dnn_matrix X = normal_matrix(DNN_FLOAT32, 1, cols, 1);
        dnn_matrix dA = normal_matrix(DNN_FLOAT32, rows, cols, 2);
        plan_net(&n, 1, cols);
        check_ok(dnn_network_forward(n.network, &X, &err));
        check_ok(dnn_network_backward(n.network, &dA, NULL, &err));
        for (size_t i = 0; i < rows; i++) {
            double sum = 0;
            for (size_t j = 0; j < cols; j++)
                sum += dnn_matrix_get(&dA, i, j);
            check_close(dnn_matrix_get(&layer->gradients[1], i, 0), sum, 1e-6 * (1 + fabs(sum)));
        }
        dnn_matrix_free(&X);
        dnn_matrix_free(&dA);
        free_net(&n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_describes_itself_with_its_width),
        cmocka_unit_test(linear_says_which_argument_is_missing_or_wrong),
        cmocka_unit_test(a_layer_names_the_width_that_it_needs),
        cmocka_unit_test(linear_draws_weights_of_the_stated_variance),
        cmocka_unit_test(linear_computes_forward_and_backward),
        cmocka_unit_test(linear_without_bias_has_one_parameter),
        cmocka_unit_test(activations_agree_with_their_formulas),
        cmocka_unit_test(relu_does_not_hide_a_nan_from_the_gradient),
        cmocka_unit_test(bias_gradients_are_row_sums_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
