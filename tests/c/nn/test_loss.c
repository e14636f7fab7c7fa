/* Losses compute their formulas, stay finite, and explain targets that do not fit. */
#include "losses.h"

#include "math/elementwise.h"

/* Both directions refuse the call. */
static void check_refused(const char *name, dnn_loss_call call, dnn_status expected,
                          const char *part) {
    dnn_error err;
    double cost;
    call.settings = defaults_of(name);
    check_fails(dnn_loss_forward(dnn_loss_class_find(name), &call, &cost, &err), expected, part);
    dnn_matrix dA = matrix(call.A->dtype, call.A->rows, call.A->cols, NULL);
    check_fails(dnn_loss_backward(dnn_loss_class_find(name), &call, &dA, &err), expected, part);
    dnn_matrix_free(&dA);
}

static void check_message(const char *name, const dnn_matrix *A, const dnn_matrix *Y,
                          dnn_status expected, const char *part) {
    check_refused(name, (dnn_loss_call){.A = A, .Y = Y}, expected, part);
}

/* -(log 0.9 + log 0.8 + log 0.4) / 3: the tutorial's example for compute_cost prints
 * 0.279776563579. */
static void bce_gives_the_tutorials_cost(void **state) {
    (void)state;
    dnn_matrix A = matrix(DNN_FLOAT64, 1, 3, (double[]){0.8, 0.9, 0.4});
    dnn_matrix Y = matrix(DNN_FLOAT64, 1, 3, (double[]){1, 1, 0});
    check_close(cost_of("BCELoss", &A, &Y), 0.27977656357929, 1e-12);
    dnn_matrix_free(&A);
    dnn_matrix_free(&Y);
}

static void bce_gradient_is_the_tutorials_where_nothing_saturates(void **state) {
    (void)state;
    enum { ROWS = 3, COLS = 50 };
    dnn_error err;
    dnn_random random = dnn_random_seeded(3);
    dnn_matrix A = matrix(DNN_FLOAT64, ROWS, COLS, NULL), Y = matrix(DNN_FLOAT64, ROWS, COLS, NULL);
    check_ok(dnn_fill_uniform(&A, &random, 0.01, 0.99, &err));
    check_ok(dnn_fill_bernoulli(&Y, &random, 0.5, &err));
    dnn_matrix dA = gradient_of("BCELoss", &A, &Y);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++) {
            double a = dnn_matrix_get(&A, i, j), y = dnn_matrix_get(&Y, i, j);
            check_close(dnn_matrix_get(&dA, i, j), (-y / a + (1 - y) / (1 - a)) / (ROWS * COLS),
                        1e-12);
        }
    dnn_matrix_free(&A);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&dA);
}

/* log 0 counts as -100 and A (1 - A) as 1e-12, as in PyTorch. */
static void bce_stays_finite_where_the_sigmoid_has_saturated(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_matrix A = matrix(dtype, 1, 4, (double[]){0, 1, 0, 1});
        dnn_matrix Y = matrix(dtype, 1, 4, (double[]){0, 1, 1, 0});
        check_close(cost_of("BCELoss", &A, &Y), 50, 0);
        dnn_matrix dA = gradient_of("BCELoss", &A, &Y);
        check_matrix(&dA, (double[]){0, 0, -0.25e12, 0.25e12}, 1e5);
        dnn_matrix_free(&A);
        dnn_matrix_free(&Y);
        dnn_matrix_free(&dA);
    }
}

/* The cost is softplus: log(1 + e^-z) for y = 1, log(1 + e^z) for y = 0; the gradient sigmoid - y.
 */
static void bce_with_logits_agrees_with_sigmoid_and_bce(void **state) {
    (void)state;
    dnn_error err;
    dnn_matrix Z = normal_matrix(DNN_FLOAT64, 2, 40, 4), Y = matrix(DNN_FLOAT64, 2, 40, NULL);
    dnn_random random = dnn_random_seeded(5);
    check_ok(dnn_fill_uniform(&Y, &random, 0, 1, &err)); /* soft targets too */
    dnn_matrix A = matrix(DNN_FLOAT64, 2, 40, NULL);
    check_ok(dnn_unary(DNN_SIGMOID, &A, &Z, &err));
    check_close(cost_of("BCEWithLogitsLoss", &Z, &Y), cost_of("BCELoss", &A, &Y), 1e-14);
    dnn_matrix dZ = gradient_of("BCEWithLogitsLoss", &Z, &Y);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 40; j++)
            check_close(dnn_matrix_get(&dZ, i, j),
                        (dnn_matrix_get(&A, i, j) - dnn_matrix_get(&Y, i, j)) / 80, 1e-15);
    dnn_matrix *all[] = {&Z, &Y, &A, &dZ};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(all[k]);
}

static void logits_of_ten_thousand_give_finite_costs_and_gradients(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_matrix Z = matrix(dtype, 1, 4, (double[]){1e4, -1e4, 1e4, -1e4});
        dnn_matrix Y = matrix(dtype, 1, 4, (double[]){1, 0, 0, 1});
        check_close(cost_of("BCEWithLogitsLoss", &Z, &Y), 5000, 0);
        dnn_matrix dZ = gradient_of("BCEWithLogitsLoss", &Z, &Y);
        check_matrix(&dZ, (double[]){0, 0, 0.25, -0.25}, 0);

        dnn_matrix C = matrix(dtype, 2, 2, (double[]){1e4, 1e4, -1e4, -1e4});
        dnn_matrix labels = matrix(dtype, 1, 2, (double[]){1, 2});
        check_close(cost_of("CrossEntropyLoss", &C, &labels), 1e4, 0);
        dnn_matrix dC = gradient_of("CrossEntropyLoss", &C, &labels);
        check_matrix(&dC, (double[]){0, 0.5, 0, -0.5}, 1e-12);
        dnn_matrix *all[] = {&Z, &Y, &dZ, &C, &labels, &dC};
        for (size_t k = 0; k < 6; k++)
            dnn_matrix_free(all[k]);
    }
}

static void sigmoid_then_bce_is_finite_at_logits_of_ten_thousand(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_error err;
        dnn_matrix Z = matrix(dtype, 1, 4, (double[]){1e4, -1e4, 1e4, -1e4});
        dnn_matrix Y = matrix(dtype, 1, 4, (double[]){1, 0, 0, 1});
        dnn_matrix A = matrix(dtype, 1, 4, NULL);
        check_ok(dnn_unary(DNN_SIGMOID, &A, &Z, &err));
        assert_true(isfinite(cost_of("BCELoss", &A, &Y)));
        dnn_matrix dA = gradient_of("BCELoss", &A, &Y);
        for (size_t j = 0; j < 4; j++) {
            double a = dnn_matrix_get(&A, 0, j), da = dnn_matrix_get(&dA, 0, j);
            assert_true(isfinite(da) && isfinite(da * a * (1 - a)));
        }
        dnn_matrix *all[] = {&Z, &Y, &A, &dA};
        for (size_t k = 0; k < 4; k++)
            dnn_matrix_free(all[k]);
    }
}

/* Cost and gradient of cross entropy against softmax written out in long double: labels of any
 * class, every fifth of them one that does not count, and weights of the classes or none. */
static void check_cross_entropy(dnn_dtype dtype, size_t classes, size_t examples, bool weighted) {
    double tolerance = dtype == DNN_FLOAT32 ? 2e-7 : 1e-15;
    dnn_matrix Z = normal_matrix(dtype, classes, examples, 6);
    dnn_matrix Y = matrix(DNN_INT32, 1, examples, NULL), w = matrix(DNN_FLOAT64, classes, 1, NULL);
    dnn_loss_call call = {.A = &Z, .Y = &Y, .vector = weighted ? &w : NULL};
    long double total = 0, cost = 0;
    for (size_t i = 0; i < classes; i++)
        dnn_matrix_set(&w, i, 0, weighted ? 0.5 + (double)i : 1);
    for (size_t j = 0; j < examples; j++) {
        dnn_matrix_set(&Y, 0, j, j % 5 == 4 ? -100 : (double)(1 + j * 3 % classes));
        total += j % 5 == 4 ? 0 : dnn_matrix_get(&w, j * 3 % classes, 0);
    }
    dnn_matrix dZ = gradient_with("CrossEntropyLoss", call);
    for (size_t j = 0; j < examples; j++) {
        size_t label = j * 3 % classes;
        long double sum = 0, weight = j % 5 == 4 ? 0 : dnn_matrix_get(&w, label, 0) / total;
        for (size_t i = 0; i < classes; i++)
            sum += expl(dnn_matrix_get(&Z, i, j));
        cost -= weight * logl(expl(dnn_matrix_get(&Z, label, j)) / sum);
        for (size_t i = 0; i < classes; i++) {
            long double p = expl(dnn_matrix_get(&Z, i, j)) / sum;
            check_close(dnn_matrix_get(&dZ, i, j), (double)(weight * (p - (i == label))), tolerance);
        }
    }
    check_close(cost_with("CrossEntropyLoss", call), (double)cost, tolerance * 10);
    dnn_matrix *all[] = {&Z, &Y, &w, &dZ};
    for (size_t m = 0; m < 4; m++)
        dnn_matrix_free(all[m]);
}

/* Few classes are worked on by vectors along the examples, of which the last may be in part. */
static void cross_entropy_agrees_with_a_plain_softmax(void **state) {
    (void)state;
    static const size_t classes[] = {2, 3, 4, 7, 15, 16, 40};
    static const size_t examples[] = {1, 3, 20, 31, 32, 33, 64, 130};
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++)
        for (size_t e = 0; e < sizeof examples / sizeof *examples; e++)
            for (int form = 0; form < 4; form++)
                check_cross_entropy(form & 1 ? DNN_FLOAT64 : DNN_FLOAT32, classes[c], examples[e],
                                    (form & 2) != 0);
}

static void mse_is_the_mean_of_squares(void **state) {
    (void)state;
    dnn_matrix A = matrix(DNN_FLOAT32, 2, 2, (double[]){1, 2, 3, 4});
    dnn_matrix Y = matrix(DNN_FLOAT32, 2, 2, (double[]){0, 2, 5, 1});
    check_close(cost_of("MSELoss", &A, &Y), 14.0 / 4, 0);
    dnn_matrix dA = gradient_of("MSELoss", &A, &Y);
    check_matrix(&dA, (double[]){0.5, 0, -1, 1.5}, 0);
    dnn_matrix_free(&A);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&dA);
}

static void weights_that_do_not_fit_are_explained(void **state) {
    (void)state;
    dnn_matrix A = matrix(DNN_FLOAT32, 2, 3, NULL), Y = matrix(DNN_FLOAT32, 2, 3, NULL);
    dnn_matrix tall = matrix(DNN_FLOAT32, 3, 1, NULL), full = matrix(DNN_FLOAT32, 2, 3, NULL);
    dnn_matrix f64 = matrix(DNN_FLOAT64, 1, 3, NULL);
    dnn_loss_call call = {.A = &A, .Y = &Y, .weights = &tall};
    check_refused("MSELoss", call, DNN_ERROR_SHAPE,
                  "MSELoss: weights must be 1 x 3, one for each example (A is 2 x 3), not 3 x 1 "
                  "(is it transposed?)");
    call.weights = &full;
    check_refused("MSELoss", call, DNN_ERROR_SHAPE, "not 2 x 3");
    call.weights = &f64;
    check_refused("MSELoss", call, DNN_ERROR_TYPE, "float64");
    call.weights = NULL;
    call.costs = &full;
    check_refused("MSELoss", call, DNN_ERROR_SHAPE, "MSELoss: costs must be 1 x 3");
    dnn_matrix *all[] = {&A, &Y, &tall, &full, &f64};
    for (size_t m = 0; m < 5; m++)
        dnn_matrix_free(all[m]);
}

/* Whole numbers of any type and views with gaps give what a contiguous matrix of A's type gives. */
static void check_stored_targets(const char *name, dnn_dtype stored) {
    enum { ROWS = 3, COLS = 200 };
    dnn_error err;
    dnn_matrix large = uniform_matrix(DNN_FLOAT32, ROWS + 2, COLS, 0.1, 0.9, 9), gappy;
    dnn_random random = dnn_random_seeded(10);
    check_ok(dnn_matrix_block(&gappy, &large, 1, 0, ROWS, COLS, &err));
    dnn_matrix A = matrix(DNN_FLOAT32, ROWS, COLS, NULL), Y = matrix(DNN_FLOAT32, ROWS, COLS, NULL);
    dnn_matrix whole = matrix(stored, ROWS, COLS, NULL);
    check_ok(dnn_matrix_copy(&A, &gappy, &err));
    check_ok(dnn_fill_bernoulli(&Y, &random, 0.3, &err));
    check_ok(dnn_matrix_copy(&whole, &Y, &err));
    double cost = cost_of(name, &A, &Y);
    check_close(cost_of(name, &A, &whole), cost, 1e-14);
    check_close(cost_of(name, &gappy, &Y), cost, 1e-14);
    check_close(cost_of(name, &gappy, &whole), cost, 1e-14);
    dnn_matrix d1 = gradient_of(name, &A, &Y), d2 = gradient_of(name, &gappy, &whole);
    assert_true(dnn_matrix_equal(&d1, &d2));
    dnn_matrix *all[] = {&large, &A, &Y, &whole, &d1, &d2};
    for (size_t m = 0; m < 6; m++)
        dnn_matrix_free(all[m]);
}

static void targets_may_be_whole_numbers_and_operands_views(void **state) {
    (void)state;
    static const char *const names[] = {"BCELoss", "BCEWithLogitsLoss", "MSELoss"};
    for (int dtype = 0; dtype < DNN_DTYPE_COUNT; dtype++)
        for (size_t k = 0; k < 3 && !dnn_dtype_info((dnn_dtype)dtype)->is_real; k++)
            check_stored_targets(names[k], (dnn_dtype)dtype);
}

static void wrong_shapes_and_types_are_explained(void **state) {
    (void)state;
    dnn_matrix A = matrix(DNN_FLOAT32, 1, 3, (double[]){0.1, 0.2, 0.3});
    dnn_matrix tall = matrix(DNN_FLOAT32, 3, 1, NULL), wide = matrix(DNN_FLOAT32, 1, 4, NULL);
    dnn_matrix f64 = matrix(DNN_FLOAT64, 1, 3, NULL);
    check_message(
        "BCELoss", &A, &tall, DNN_ERROR_SHAPE,
        "BCELoss: A is 1 x 3, Y is 3 x 1; they need the same shape (columns are examples: "
        "is Y transposed?)");
    check_message("MSELoss", &A, &wide, DNN_ERROR_SHAPE, "MSELoss: A is 1 x 3, Y is 1 x 4");
    check_message("BCEWithLogitsLoss", &A, &f64, DNN_ERROR_TYPE, "float64");
    dnn_error err;
    dnn_loss_call call = {.settings = defaults_of("MSELoss"), .A = &A, .Y = &A};
    check_fails(dnn_loss_backward(dnn_loss_class_find("MSELoss"), &call, &tall, &err),
                DNN_ERROR_SHAPE, "MSELoss: dA must be 1 x 3 like A, not 3 x 1");
    dnn_matrix *all[] = {&A, &tall, &wide, &f64};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(all[k]);
}

static void targets_and_probabilities_outside_0_to_1_are_found(void **state) {
    (void)state;
    dnn_matrix A = matrix(DNN_FLOAT32, 2, 2, (double[]){(double)NAN, 0.2, 0.3, 1.5});
    dnn_matrix Y = matrix(DNN_FLOAT32, 2, 2, (double[]){1, 0, 0, 2});
    dnn_matrix bytes = matrix(DNN_UINT8, 2, 2, (double[]){1, 7, 0, 0});
    dnn_matrix good = matrix(DNN_UINT8, 2, 2, (double[]){1, 1, 0, 0});
    check_message("BCELoss", &A, &Y, DNN_ERROR_ARGUMENT,
                  "BCELoss: Y(2, 2) is 2, outside 0..1; targets are 0, 1 or a probability");
    check_message("BCEWithLogitsLoss", &A, &bytes, DNN_ERROR_ARGUMENT,
                  "BCEWithLogitsLoss: Y(1, 2) is 7, outside 0..1");
    check_message("BCELoss", &A, &good, DNN_ERROR_ARGUMENT,
                  "BCELoss: A(2, 2) is 1.5, outside 0..1; end the network with a Sigmoid");
    dnn_matrix_set(&A, 1, 1, 0.5);
    assert_true(isnan(cost_of("BCELoss", &A, &good)));
    dnn_matrix *all[] = {&A, &Y, &bytes, &good};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(all[k]);
}

static void labels_that_do_not_fit_are_explained(void **state) {
    (void)state;
    const char *loss = "CrossEntropyLoss";
    dnn_matrix A = matrix(DNN_FLOAT32, 3, 4, NULL);
    dnn_matrix Y = matrix(DNN_UINT8, 1, 4, (double[]){1, 2, 0, 3});
    dnn_matrix f64 = matrix(DNN_FLOAT64, 1, 4, (double[]){1, 2.5, 3, 3});
    dnn_matrix tall = matrix(DNN_UINT8, 4, 1, NULL), two = matrix(DNN_FLOAT32, 2, 4, NULL);
    dnn_matrix hot = matrix(DNN_FLOAT32, 3, 4, (double[]){1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0});
    check_message(loss, &A, &Y, DNN_ERROR_ARGUMENT,
                  "CrossEntropyLoss: label 0 at column 3 is outside 1..3; labels count from 1 in "
                  "Lua (add 1 to labels that count from 0)");
    dnn_matrix_set(&Y, 0, 2, 4);
    check_message(loss, &A, &Y, DNN_ERROR_ARGUMENT,
                  "label 4 at column 3 is outside 1..3 (A has a row for each class)");
    check_message(loss, &A, &f64, DNN_ERROR_ARGUMENT,
                  "label 2.5 at column 2 is not a whole number");
    dnn_matrix_set(&f64, 0, 0, (double)NAN);
    check_message(loss, &A, &f64, DNN_ERROR_ARGUMENT, "label nan at column 1 is outside 1..3");
    check_message(
        loss, &A, &tall, DNN_ERROR_SHAPE,
        "A is 3 x 4, so Y must be 1 x 4 labels, or steps x 4 where A is (steps * classes) "
        "x 4, not 4 x 1 (is Y transposed?)");
    check_message(loss, &A, &two, DNN_ERROR_SHAPE, "not 2 x 4");
    check_message(loss, &A, &hot, DNN_ERROR_ARGUMENT, "Y(3, 3) is 2, outside 0..1");
    dnn_matrix *all[] = {&A, &Y, &f64, &tall, &two, &hot};
    for (size_t k = 0; k < 6; k++)
        dnn_matrix_free(all[k]);
}

/* Two steps of three classes: places are rows and columns of Y. */
static void labels_of_a_sequence_and_class_weights_are_explained(void **state) {
    (void)state;
    const char *loss = "CrossEntropyLoss";
    dnn_matrix A = matrix(DNN_FLOAT32, 6, 2, NULL);
    dnn_matrix Y = matrix(DNN_INT32, 2, 2, (double[]){1, 2, 3, -7});
    dnn_matrix ignored = matrix(DNN_INT32, 2, 2, (double[]){-100, -100, -100, -100});
    dnn_matrix weight = matrix(DNN_FLOAT64, 1, 2, (double[]){1, 2});
    check_message(loss, &A, &Y, DNN_ERROR_ARGUMENT,
                  "label -7 at (2, 2) is outside 1..3; ignore_index = says which label");
    dnn_matrix_set(&Y, 1, 1, 4);
    check_message(loss, &A, &Y, DNN_ERROR_ARGUMENT, "label 4 at (2, 2) is outside 1..3");
    check_message(loss, &A, &ignored, DNN_ERROR_ARGUMENT,
                  "the mean is undefined, as no label counts: each is -100 (ignore_index)");
    dnn_matrix_set(&Y, 1, 1, 3);
    check_refused(loss, (dnn_loss_call){.A = &A, .Y = &Y, .vector = &weight}, DNN_ERROR_SHAPE,
                  "CrossEntropyLoss: weight must hold 3 numbers, one for each class (A is 6 x 2), "
                  "not 2");
    dnn_matrix *all[] = {&A, &Y, &ignored, &weight};
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(all[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bce_gives_the_tutorials_cost),
        cmocka_unit_test(bce_gradient_is_the_tutorials_where_nothing_saturates),
        cmocka_unit_test(bce_stays_finite_where_the_sigmoid_has_saturated),
        cmocka_unit_test(bce_with_logits_agrees_with_sigmoid_and_bce),
        cmocka_unit_test(logits_of_ten_thousand_give_finite_costs_and_gradients),
        cmocka_unit_test(sigmoid_then_bce_is_finite_at_logits_of_ten_thousand),
        cmocka_unit_test(cross_entropy_agrees_with_a_plain_softmax),
        cmocka_unit_test(mse_is_the_mean_of_squares),
        cmocka_unit_test(weights_that_do_not_fit_are_explained),
        cmocka_unit_test(targets_may_be_whole_numbers_and_operands_views),
        cmocka_unit_test(wrong_shapes_and_types_are_explained),
        cmocka_unit_test(targets_and_probabilities_outside_0_to_1_are_found),
        cmocka_unit_test(labels_that_do_not_fit_are_explained),
        cmocka_unit_test(labels_of_a_sequence_and_class_weights_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
