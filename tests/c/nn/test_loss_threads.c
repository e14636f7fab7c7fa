/* Cross entropy of many positions is shared out over threads, and has the bits of one: cost, costs of
 * examples and gradients. */
#include "losses.h"

#include "core/threads.h"
#include "math/fill.h"

/* Logits of steps x examples positions of a sequence, and labels for them. */
typedef struct sequences {
    size_t classes, steps, examples;
    dnn_dtype dtype;
} sequences;

static void check_sequences(sequences s) {
    const char *loss = "CrossEntropyLoss";
    dnn_error err;
    dnn_random random = dnn_random_seeded(s.classes);
    dnn_matrix A = matrix(s.dtype, s.classes * s.steps, s.examples, NULL),
               Y = matrix(s.dtype, s.steps, s.examples, NULL), costs[3], dA[3];
    double cost[3];
    size_t before = dnn_threads(), size = dnn_dtype_info(s.dtype)->size;
    check_ok(dnn_fill_normal(&A, &random, 0, 3, &err));
    for (size_t j = 0; j < s.examples; j++)
        for (size_t i = 0; i < s.steps; i++)
            dnn_matrix_set(&Y, i, j, (double)((i * 7 + j * 3) % s.classes + 1));
    for (size_t k = 0; k < 3; k++) {
        dnn_set_threads((size_t)1 << k);
        costs[k] = matrix(s.dtype, 1, s.examples, NULL);
        cost[k] = cost_with(loss, (dnn_loss_call){.A = &A, .Y = &Y, .costs = &costs[k]});
        assert_true(cost[k] == cost_of(loss, &A, &Y) && cost[k] == cost[0]);
        dA[k] = gradient_of(loss, &A, &Y);
        assert_memory_equal(costs[0].data, costs[k].data, s.examples * size);
        assert_memory_equal(dA[0].data, dA[k].data, dnn_matrix_count(&A) * size);
    }
    dnn_set_threads(before);
    for (size_t k = 0; k < 3; k++) {
        dnn_matrix_free(&costs[k]);
        dnn_matrix_free(&dA[k]);
    }
    dnn_matrix_free(&A);
    dnn_matrix_free(&Y);
}

/* Few classes, many, and more than a block holds; more positions than a group has, and a group that
 * ends within an example. */
static void cross_entropy_has_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    check_sequences((sequences){3, 1, 40, DNN_FLOAT32});
    check_sequences((sequences){5, 37, 131, DNN_FLOAT32});
    check_sequences((sequences){65, 64, 33, DNN_FLOAT32});
    check_sequences((sequences){17, 11, 400, DNN_FLOAT64});
    check_sequences((sequences){700, 3, 90, DNN_FLOAT32});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_entropy_has_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
