/* Training and evaluation do not disturb each other; views are not copied; X may have gaps. */
#include "nets.h"

/* --- modes --- */

static net two_mode_net(void) {
    return make_net(DNN_FLOAT64,
                    CHILDREN(linear(3, 8), layer_of("BatchNorm1d", "num_features=8"), plain("ReLU"),
                             plain("Dropout"), linear(8, 2)),
                    1);
}

static void evaluation_leaves_the_buffers_of_training_alone(void **state) {
    (void)state;
    for (dnn_keep keep = DNN_KEEP_TRAINING; keep <= DNN_KEEP_LITTLE; keep++) {
        net n = two_mode_net(), same = two_mode_net();
        dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 9, 2),
                   dA = normal_matrix(DNN_FLOAT64, 2, 9, 3);
        dnn_matrix other = normal_matrix(DNN_FLOAT64, 3, 20, 4);
        set_keep(&n, keep);
        set_keep(&same, keep);
        forward(&n, &X);
        forward(&same, &X);
        set_training(&n, false);
        forward(&n, &other);
        assert_int_equal(dnn_network_output(n.network)->cols, 20);
        set_training(&n, true);
        assert_int_equal(dnn_network_output(n.network)->cols, 9);
        backward(&n, &dA, NULL);
        backward(&same, &dA, NULL);
        assert_memory_equal(n.gradients, same.gradients, dnn_network_value_bytes(n.network));
        assert_memory_equal(n.kept, same.kept, dnn_network_kept_bytes(n.network));
        dnn_matrix *used[] = {&X, &dA, &other};
        for (size_t k = 0; k < 3; k++)
            dnn_matrix_free(used[k]);
        free_net(&n);
        free_net(&same);
    }
}

static void evaluation_has_nothing_for_backward_unless_all_is_kept(void **state) {
    (void)state;
    dnn_error err;
    net n = two_mode_net();
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 9, 2), dA = normal_matrix(DNN_FLOAT64, 2, 9, 3);
    set_training(&n, false);
    forward(&n, &X);
    assert_null(output_of(&n, 1));
    check_fails(dnn_network_backward(n.network, &dA, NULL, &err), DNN_ERROR_STATE,
                "evaluation keeps nothing for backward; call net:train() before forward, or set "
                "net.keep = true");
    set_keep(&n, DNN_KEEP_ALL);
    forward(&n, &X);
    assert_non_null(output_of(&n, 1));
    backward(&n, &dA, NULL);
    assert_non_null(gradient_of(&n, 1));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
}

static void a_second_backward_needs_what_the_first_may_have_used_up(void **state) {
    (void)state;
    dnn_error err;
    net n = two_mode_net();
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 9, 2), dA = normal_matrix(DNN_FLOAT64, 2, 9, 3);
    set_keep(&n, DNN_KEEP_LITTLE);
    forward(&n, &X);
    check_fails(dnn_network_backward(n.network, &X, NULL, &err), DNN_ERROR_SHAPE, "dA is 3 x 9");
    backward(&n, &dA, NULL); /* what was refused has used up nothing */
    check_fails(
        dnn_network_backward(n.network, &dA, NULL, &err), DNN_ERROR_STATE,
        "backward has used up what forward kept; run forward again, or set net.keep = true");
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
}

/* A network for any width may train on examples of one and evaluate those of another. */
static void modes_may_have_inputs_of_different_shapes(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(plain("Tanh"), plain("Sigmoid")), 1);
    dnn_matrix wide = normal_matrix(DNN_FLOAT64, 7, 2, 1), X = normal_matrix(DNN_FLOAT64, 3, 5, 2);
    dnn_matrix less = normal_matrix(DNN_FLOAT64, 3, 4, 3);
    forward(&n, &X);
    set_training(&n, false);
    assert_int_equal(forward(&n, &wide)->rows, 7);
    set_training(&n, true);
    const dnn_matrix *A = forward(&n, &less);
    assert_true(A->rows == 3 && A->cols == 4);
    for (size_t j = 0; j < 4; j++)
        for (size_t i = 0; i < 3; i++)
            check_close(dnn_matrix_get(A, i, j), 1 / (1 + exp(-tanh(dnn_matrix_get(&less, i, j)))),
                        1e-14);
    dnn_shape out = dnn_network_output_shape(n.network, 1);
    assert_int_equal(dnn_shape_count(&out), 3);
    dnn_matrix *used[] = {&X, &wide, &less};
    for (size_t k = 0; k < 3; k++)
        dnn_matrix_free(used[k]);
    free_net(&n);
}

/* --- views --- */

static void a_view_has_the_memory_of_its_input(void **state) {
    (void)state;
    const dnn_shape image = dnn_shape_image(2, 2, 3);
    for (int first = 0; first < 2; first++) {
        net n = net_of(DNN_FLOAT64,
                       first ? sequential(plain("Flatten"), plain("Dropout"), linear(12, 2))
                             : sequential(layer_of("Conv2d", "in_channels=3 out_channels=3 "
                                                             "kernel_size=1"),
                                          plain("Flatten"), plain("Dropout"), linear(12, 2)),
                       &image, 1);
        dnn_matrix X = normal_matrix(DNN_FLOAT64, 12, 5, 2),
                   Z = normal_matrix(DNN_FLOAT64, 12, 5, 3);
        dnn_matrix dA = normal_matrix(DNN_FLOAT64, 2, 5, 4), dX = matrix(DNN_FLOAT64, 12, 5, NULL);
        set_keep(&n, DNN_KEEP_ALL);
        forward(&n, &X);
        const size_t flatten = first ? 1 : 2;
        const void *seen = first ? X.data : output_of(&n, 1)->data;
        assert_ptr_equal(output_of(&n, flatten)->data, seen);
        assert_ptr_not_equal(output_of(&n, flatten + 1)->data, seen); /* it drops something */
        backward(&n, &dA, &dX);
        set_training(&n, false);
        forward(&n, &X);
        forward(&n, &Z); /* another X, as many examples */
        seen = first ? Z.data : output_of(&n, 1)->data;
        assert_ptr_equal(output_of(&n, flatten)->data, seen);
        assert_ptr_equal(output_of(&n, flatten + 1)->data, seen);
        backward(&n, &dA, &dX);
        if (first) { /* dX = W' dA went through both views */
            dnn_matrix W = value_of(&n, "2.weight");
            check_close(dnn_matrix_get(&dX, 4, 3),
                        dnn_matrix_get(&W, 0, 4) * dnn_matrix_get(&dA, 0, 3) +
                            dnn_matrix_get(&W, 1, 4) * dnn_matrix_get(&dA, 1, 3),
                        1e-14);
        }
        dnn_matrix *used[] = {&X, &Z, &dA, &dX};
        for (size_t k = 0; k < 4; k++)
            dnn_matrix_free(used[k]);
        free_net(&n);
    }
}

/* --- inputs with gaps between their columns --- */

static dnn_layer *small_layers(bool view) {
    return view ? sequential(plain("Flatten"), linear(3, 2)) : sequential(linear(3, 2));
}

static void inputs_with_and_without_gaps_may_alternate(void **state) {
    (void)state;
    dnn_error err;
    for (int view = 0; view < 2; view++) {
        net n = net_of(DNN_FLOAT64, small_layers(view), NULL, 1);
        net same = net_of(DNN_FLOAT64, small_layers(view), NULL, 1);
        dnn_matrix whole = normal_matrix(DNN_FLOAT64, 5, 4, 1), gaps;
        dnn_matrix dA = normal_matrix(DNN_FLOAT64, 2, 4, 9);
        check_ok(dnn_matrix_block(&gaps, &whole, 1, 0, 3, 4, &err));
        for (uint64_t round = 0; round < 4; round++) {
            dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, round + 2), packed = copy_of(&gaps);
            check_same(forward(&n, round % 2 == 0 ? &gaps : &X),
                       forward(&same, round % 2 == 0 ? &packed : &X));
            backward(&n, &dA, NULL);
            backward(&same, &dA, NULL);
            assert_memory_equal(n.gradients, same.gradients, dnn_network_value_bytes(n.network));
            dnn_matrix_free(&X);
            dnn_matrix_free(&packed);
            dnn_matrix_set(&whole, 2, 2, (double)round);
        }
        dnn_matrix_free(&whole);
        dnn_matrix_free(&dA);
        free_net(&n);
        free_net(&same);
    }
}

/* Ids may be of a wider type than the network; a copy of them needs more room. */
static void ids_with_gaps_may_have_any_type(void **state) {
    (void)state;
    dnn_error err;
    static const dnn_dtype types[] = {DNN_UINT8, DNN_INT32, DNN_FLOAT32, DNN_FLOAT64};
    net n = make_net(DNN_FLOAT32,
                     CHILDREN(layer_of("Embedding", "num_embeddings=9 embedding_dim=2"),
                              plain("Flatten"), linear(6, 1)),
                     1);
    dnn_matrix expected = {0};
    for (size_t t = 0; t < 4; t++) {
        dnn_matrix whole = matrix(types[t], 4, 50, NULL), ids;
        for (size_t j = 0; j < 50; j++)
            for (size_t i = 0; i < 4; i++)
                dnn_matrix_set(&whole, i, j, (double)(1 + (i + 3 * j) % 9));
        check_ok(dnn_matrix_block(&ids, &whole, 0, 0, 3, 50, &err));
        const dnn_matrix *A = forward(&n, &ids);
        if (t == 0)
            expected = copy_of(A);
        check_same(A, &expected);
        dnn_matrix_free(&whole);
    }
    dnn_matrix_free(&expected);
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluation_leaves_the_buffers_of_training_alone),
        cmocka_unit_test(evaluation_has_nothing_for_backward_unless_all_is_kept),
        cmocka_unit_test(a_second_backward_needs_what_the_first_may_have_used_up),
        cmocka_unit_test(modes_may_have_inputs_of_different_shapes),
        cmocka_unit_test(a_view_has_the_memory_of_its_input),
        cmocka_unit_test(inputs_with_and_without_gaps_may_alternate),
        cmocka_unit_test(ids_with_gaps_may_have_any_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
