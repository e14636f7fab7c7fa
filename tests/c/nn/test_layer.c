/* Layers of the registry compute their formulas, describe themselves and refuse bad settings. */
#include "nets.h"

#include "nn/call.h"

static void a_layer_describes_itself_with_its_width(void **state) {
    (void)state;
    char text[64];
    dnn_layer *layer = linear(12288, 20);
    assert_int_equal(dnn_layer_describe(layer, text, sizeof text), strlen("Linear(12288 -> 20)"));
    assert_string_equal(text, "Linear(12288 -> 20)");
    dnn_layer_release(layer);
    layer = plain("ReLU");
    dnn_layer_describe(layer, text, sizeof text);
    assert_string_equal(text, "ReLU");
    assert_int_equal(dnn_layer_describe(layer, text, 3), 4);
    assert_string_equal(text, "Re");
    dnn_layer_release(layer);
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
    check_fails(dnn_field_set_text("Linear", kind->fields, layer->settings, "init", "normal", &err),
                DNN_ERROR_ARGUMENT, "he, xavier, 0.01, 1/sqrt(n)");
    check_fails(dnn_field_set("Linear", kind->fields, layer->settings, "out_features", 0, &err),
                DNN_ERROR_ARGUMENT, "out_features must be a whole number of at least 1, got 0");
    dnn_layer_release(layer);
}

static void settings_are_described_where_they_are_not_the_default(void **state) {
    (void)state;
    static const struct {
        const char *name, *settings, *text;
    } cases[] = {
        {"Linear",  "in_features=3 out_features=4 bias=false init=xavier",
         "Linear(3 -> 4, bias = false, init = xavier)"                                            },
        {"Dropout", "",                                                        "Dropout"          },
        {"Dropout", "p=0.25",                                                  "Dropout(p = 0.25)"},
        {"Conv2d",  "in_channels=3 out_channels=16 kernel_size=3,5 padding=1",
         "Conv2d(3 -> 16, kernel_size = 3 x 5, padding = 1 x 1)"                                  },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char text[160];
        dnn_layer *layer = layer_of(cases[c].name, cases[c].settings);
        dnn_layer_describe(layer, text, sizeof text);
        assert_string_equal(text, cases[c].text);
        dnn_layer_release(layer);
    }
}

static void what_a_layer_cannot_take_is_refused_with_the_likely_fix(void **state) {
    (void)state;
    dnn_error err;
    dnn_shape out;
    static const struct {
        const char *name, *settings;
        struct {
            size_t rank, size[3];
        } in;
        const char *text;
    } cases[] = {
        {"Conv2d",
         "in_channels=3 out_channels=2 kernel_size=3", {3, {8, 8, 1}},
         "needs 3 channels, but its input is 8 x 8 x 1"                         },
        {"Conv2d",
         "in_channels=3 out_channels=2 kernel_size=3", {1, {192}},
         "start the network with dnn.Input(height, width, channels)"            },
        {"Conv2d",
         "in_channels=1 out_channels=2 kernel_size=5", {3, {4, 4, 1}},
         "is larger than the 4 x 4 image"                                       },
        {"Linear",
         "in_features=8 out_features=2",               {3, {4, 4, 1}},
         "needs 8 features, but its input is 4 x 4 x 1"                         },
        {"Embedding",
         "num_embeddings=5 embedding_dim=2",           {2, {4, 4}},
         "needs a vector, but its input is 4 x 4; put a dnn.Flatten() before it"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        dnn_layer *layer = layer_of(cases[c].name, cases[c].settings);
        dnn_shape in = {.rank = cases[c].in.rank};
        memcpy(in.size, cases[c].in.size, sizeof in.size);
        check_fails(dnn_layer_shape(layer, &in, 1, &out, &err), DNN_ERROR_SHAPE, cases[c].text);
        dnn_layer_release(layer);
    }
}

static void a_layer_names_the_width_that_it_needs(void **state) {
    (void)state;
    dnn_error err;
    dnn_shape in = dnn_shape_vector(8), out;
    dnn_layer *layer = linear(8, 1);
    assert_int_equal(dnn_layer_wants(layer).size[0], 8);
    check_ok(dnn_layer_shape(layer, &in, 1, &out, &err));
    assert_int_equal(dnn_shape_count(&out), 1);
    in = dnn_shape_vector(7);
    check_fails(dnn_layer_shape(layer, &in, 1, &out, &err), DNN_ERROR_SHAPE,
                "needs 8 features, but its input is 7");
    dnn_layer_release(layer);
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
        char settings[80];
        snprintf(settings, sizeof settings, "in_features=%d out_features=%d init=%s", IN, OUT,
                 cases[c].init);
        net n = make_net(DNN_FLOAT64, CHILDREN(layer_of("Linear", settings)), 5);
        dnn_matrix weight = value_of(&n, "0.weight"), bias = value_of(&n, "0.bias");
        double sum = 0, squares = 0;
        for (size_t k = 0; k < IN * OUT; k++) {
            double w = ((const double *)weight.data)[k];
            sum += w;
            squares += w * w;
        }
        double deviation = sqrt(cases[c].variance);
        check_close(sum / (IN * OUT), 0, 5 * deviation / sqrt(IN * OUT));
        check_close(squares / (IN * OUT), cases[c].variance,
                    cases[c].variance * 5 * sqrt(2.0 / (IN * OUT)));
        for (size_t i = 0; i < OUT; i++)
            assert_true(dnn_matrix_get(&bias, i, 0) == 0);
        free_net(&n);
    }
}

/* W X + b and its gradients, multiplied out by hand. */
static void linear_computes_forward_and_backward(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_error err;
        net n = make_net(dtype, CHILDREN(linear(3, 2)), 1);
        dnn_matrix W = matrix(dtype, 2, 3, (double[]){1, 2, 3, 4, 5, 6});
        dnn_matrix b = matrix(dtype, 2, 1, (double[]){10, 20});
        dnn_matrix X = matrix(dtype, 3, 2, (double[]){1, -1, 0, 2, 2, 1});
        dnn_matrix dA = matrix(dtype, 2, 2, (double[]){1, 2, -1, 3});
        dnn_matrix dX = matrix(dtype, 3, 2, NULL);
        dnn_matrix weight = value_of(&n, "0.weight"), bias = value_of(&n, "0.bias");
        dnn_matrix dweight = value_gradient(&n, "0.weight"), dbias = value_gradient(&n, "0.bias");
        check_ok(dnn_matrix_copy(&weight, &W, &err));
        check_ok(dnn_matrix_copy(&bias, &b, &err));
        check_matrix(forward(&n, &X), (double[]){17, 16, 36, 32}, 0);
        backward(&n, &dA, &dX);
        check_matrix(&dweight, (double[]){-1, 4, 4, -4, 6, 1}, 0);
        check_matrix(&dbias, (double[]){3, 2}, 0);
        check_matrix(&dX, (double[]){-3, 14, -3, 19, -3, 24}, 0);
        backward(&n, &dA, NULL);
        check_matrix(&dweight, (double[]){-2, 8, 8, -8, 12, 2}, 0);
        check_matrix(&dbias, (double[]){6, 4}, 0);
        dnn_matrix *all[] = {&W, &b, &X, &dA, &dX};
        for (size_t k = 0; k < 5; k++)
            dnn_matrix_free(all[k]);
        free_net(&n);
    }
}

static void linear_without_bias_has_one_value(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64,
                     CHILDREN(layer_of("Linear", "in_features=2 out_features=2 bias=false")), 1);
    assert_int_equal(dnn_network_parameters(n.network)->segment_count, 1);
    dnn_matrix X = matrix(DNN_FLOAT64, 2, 1, (double[]){0, 0});
    check_matrix(forward(&n, &X), (double[]){0, 0}, 0);
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

/* A call of a layer on X (rows x examples), and what it makes of dA. */
static dnn_lone_call *call_of(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *dA) {
    dnn_error err;
    dnn_lone_call *lone;
    dnn_random random = dnn_random_seeded(1);
    const dnn_shape in = dnn_shape_vector(X->rows);
    check_ok(dnn_lone_call_create(&lone, layer, X->dtype, &in, 1, X->cols, true, &random, &err));
    dnn_layer_release(layer);
    dnn_call *call = dnn_lone_call_of(lone);
    check_ok(dnn_matrix_copy(&call->X[0], X, &err));
    check_ok(dnn_matrix_copy(&call->dA, dA, &err));
    check_ok(dnn_call_forward(call, &err));
    check_ok(dnn_call_backward(call, &err));
    return lone;
}

/* Against the formulas of the derivative in terms of X, on one chunk and on many. */
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
        for (int long_ones = 0; long_ones < 2; long_ones++) {
            dnn_matrix X = normal_matrix(DNN_FLOAT64, long_ones ? 9001 : 9, 7, 1);
            dnn_matrix dA = normal_matrix(DNN_FLOAT64, X.rows, 7, 2);
            dnn_lone_call *lone = call_of(plain(cases[c].name), &X, &dA);
            dnn_call *call = dnn_lone_call_of(lone);
            for (size_t j = 0; j < X.cols; j++)
                for (size_t i = 0; i < X.rows; i++) {
                    double x = dnn_matrix_get(&X, i, j), d = dnn_matrix_get(&dA, i, j);
                    check_close(dnn_matrix_get(&call->A, i, j), cases[c].f(x), 1e-14);
                    check_close(dnn_matrix_get(&call->dX[0], i, j), d * cases[c].slope(x), 1e-14);
                }
            dnn_lone_call_destroy(lone);
            dnn_matrix_free(&X);
            dnn_matrix_free(&dA);
        }
    }
}

static void relu_does_not_hide_a_nan_from_the_gradient(void **state) {
    (void)state;
    dnn_matrix X = matrix(DNN_FLOAT32, 1, 2, (double[]){(double)NAN, -1});
    dnn_lone_call *lone = call_of(plain("ReLU"), &X, &X);
    check_matrix(&dnn_lone_call_of(lone)->dX[0], (double[]){(double)NAN, 0}, 0);
    dnn_lone_call_destroy(lone);
    dnn_matrix_free(&X);
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
        {200, 700},
        {6,   700},
        {6, 50001},
        {23, 4099},
        {64, 2047},
        {1, 70001}
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t rows = shapes[s][0], cols = shapes[s][1];
        net n = make_net(DNN_FLOAT32, CHILDREN(linear(1, rows)), 1);
        dnn_matrix X = normal_matrix(DNN_FLOAT32, 1, cols, 1);
        dnn_matrix dA = normal_matrix(DNN_FLOAT32, rows, cols, 2);
        forward(&n, &X);
        backward(&n, &dA, NULL);
        dnn_matrix dbias = value_gradient(&n, "0.bias");
        for (size_t i = 0; i < rows; i++) {
            double sum = 0;
            for (size_t j = 0; j < cols; j++)
                sum += dnn_matrix_get(&dA, i, j);
            check_close(dnn_matrix_get(&dbias, i, 0), sum, 1e-6 * (1 + fabs(sum)));
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
        cmocka_unit_test(settings_are_described_where_they_are_not_the_default),
        cmocka_unit_test(what_a_layer_cannot_take_is_refused_with_the_likely_fix),
        cmocka_unit_test(a_layer_names_the_width_that_it_needs),
        cmocka_unit_test(linear_draws_weights_of_the_stated_variance),
        cmocka_unit_test(linear_computes_forward_and_backward),
        cmocka_unit_test(linear_without_bias_has_one_value),
        cmocka_unit_test(activations_agree_with_their_formulas),
        cmocka_unit_test(relu_does_not_hide_a_nan_from_the_gradient),
        cmocka_unit_test(bias_gradients_are_row_sums_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
