/* The mask of a Dropout comes from the call's key alone: the same in forward and backward and on
 * any number of threads, another for another key. */
#include "nets.h"

#include "core/threads.h"
#include "math/elementwise.h"
#include "nn/call.h"

enum { ROWS = 401, COLS = 300 }; /* several chunks, the last not whole */

/* Forward on ones and backward of ones, with gradients overwritten. */
static dnn_lone_call *run(dnn_dtype dtype, const char *settings, uint64_t key) {
    dnn_error err;
    dnn_lone_call *lone;
    dnn_random random = dnn_random_seeded(1);
    const dnn_shape in = dnn_shape_vector(ROWS);
    dnn_layer *layer = layer_of("Dropout", settings);
    check_ok(dnn_lone_call_create(&lone, layer, dtype, &in, 1, COLS, true, &random, &err));
    dnn_layer_release(layer);
    dnn_call *call = dnn_lone_call_of(lone);
    call->key = key;
    check_ok(dnn_fill(&call->X[0], 1, &err));
    check_ok(dnn_fill(&call->dA, 1, &err));
    check_ok(dnn_call_forward(call, &err));
    check_ok(dnn_call_backward(call, &err));
    return lone;
}

static const dnn_matrix *output(dnn_lone_call *lone) {
    return &dnn_lone_call_of(lone)->A;
}

static void the_mask_is_the_same_in_forward_and_backward(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_lone_call *lone = run(dtype, "p=0.3", 5);
        check_same(output(lone), &dnn_lone_call_of(lone)->dX[0]);
        dnn_lone_call_destroy(lone);
    }
}

static void the_share_of_zeros_is_p_and_the_rest_is_scaled(void **state) {
    (void)state;
    static const double shares[] = {0, 0.1, 0.5, 0.9, 1};
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
        char settings[16];
        double p = shares[k], n = ROWS * COLS;
        snprintf(settings, sizeof settings, "p=%g", p);
        dnn_lone_call *lone = run(DNN_FLOAT64, settings, 11 + k);
        size_t zeros = 0;
        for (size_t j = 0; j < COLS; j++)
            for (size_t i = 0; i < ROWS; i++) {
                double a = dnn_matrix_get(output(lone), i, j);
                zeros += a == 0;
                if (a != 0)
                    check_close(a, 1 / (1 - p), 1e-15);
            }
        check_close((double)zeros / n, p, 5 * sqrt(p * (1 - p) / n)); /* five deviations */
        dnn_lone_call_destroy(lone);
    }
}

/* Neither rows nor columns nor neighbours follow each other. */
static void drops_do_not_depend_on_each_other(void **state) {
    (void)state;
    dnn_lone_call *lone = run(DNN_FLOAT64, "p=0.5", 3);
    const double *a = output(lone)->data;
    static const size_t lags[] = {1, 2, 3, 4, 8, 16, 64, ROWS, 1024, 4096, 32768};
    for (size_t k = 0; k < sizeof lags / sizeof *lags; k++) {
        size_t n = ROWS * COLS - lags[k], both = 0;
        for (size_t i = 0; i < n; i++)
            both += a[i] == 0 && a[i + lags[k]] == 0;
        check_close((double)both / (double)n, 0.25, 5 * sqrt(0.25 * 0.75 / (double)n));
    }
    dnn_lone_call_destroy(lone);
}

static void another_key_is_another_mask_and_the_same_the_same(void **state) {
    (void)state;
    dnn_lone_call *first = run(DNN_FLOAT32, "", 1), *again = run(DNN_FLOAT32, "", 1);
    check_same(output(first), output(again));
    static const uint64_t keys[] = {0, 2, 1 + ((uint64_t)1 << 32), UINT64_MAX};
    for (size_t k = 0; k < 4; k++) {
        dnn_lone_call *other = run(DNN_FLOAT32, "", keys[k]);
        size_t same = 0;
        for (size_t i = 0; i < ROWS * COLS; i++)
            same += ((float *)output(first)->data)[i] == ((float *)output(other)->data)[i];
        check_close((double)same / (ROWS * COLS), 0.5, 0.01);
        dnn_lone_call_destroy(other);
    }
    dnn_lone_call_destroy(first);
    dnn_lone_call_destroy(again);
}

static void the_bits_are_the_same_on_one_thread_and_on_four(void **state) {
    (void)state;
    size_t threads = dnn_threads();
    dnn_set_threads(1);
    dnn_lone_call *one = run(DNN_FLOAT32, "p=0.3", 9);
    dnn_set_threads(4);
    dnn_lone_call *four = run(DNN_FLOAT32, "p=0.3", 9);
    check_same(output(one), output(four));
    check_same(&dnn_lone_call_of(one)->dX[0], &dnn_lone_call_of(four)->dX[0]);
    dnn_set_threads(threads);
    dnn_lone_call_destroy(one);
    dnn_lone_call_destroy(four);
}

/* In a network, two calls of one layer draw different masks, and each its own again in backward. */
static void two_calls_in_a_network_have_masks_of_their_own(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_keep keep = DNN_KEEP_TRAINING; keep <= DNN_KEEP_LITTLE; keep++) {
        dnn_layer *layer = plain("Dropout");
        dnn_layer_retain(layer);
        net n = make_net(DNN_FLOAT64, CHILDREN(layer, layer), 1);
        dnn_matrix X = matrix(DNN_FLOAT64, 50, 40, NULL), dX = matrix(DNN_FLOAT64, 50, 40, NULL);
        check_ok(dnn_fill(&X, 1, &err));
        dnn_network_set_keep(n.network, keep);
        const dnn_matrix *A = forward(&n, &X);
        size_t zeros = 0;
        for (size_t k = 0; k < 2000; k++)
            zeros += ((double *)A->data)[k] == 0;
        check_close((double)zeros / 2000, 0.75, 0.05);
        dnn_matrix expected = matrix(DNN_FLOAT64, 50, 40, NULL);
        check_ok(dnn_matrix_copy(&expected, A, &err));
        backward(&n, &X, &dX);
        check_same(&dX, &expected);
        dnn_network_set_training(n.network, false);
        check_same(forward(&n, &X), &X);
        dnn_matrix *used[] = {&X, &dX, &expected};
        for (size_t k = 0; k < 3; k++)
            dnn_matrix_free(used[k]);
        free_net(&n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mask_is_the_same_in_forward_and_backward),
        cmocka_unit_test(the_share_of_zeros_is_p_and_the_rest_is_scaled),
        cmocka_unit_test(drops_do_not_depend_on_each_other),
        cmocka_unit_test(another_key_is_another_mask_and_the_same_the_same),
        cmocka_unit_test(the_bits_are_the_same_on_one_thread_and_on_four),
        cmocka_unit_test(two_calls_in_a_network_have_masks_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
