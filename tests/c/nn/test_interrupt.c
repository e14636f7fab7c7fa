/* A network whose forward or backward was interrupted trains on as if nothing had been; a step is
 * made whole or not at all. */
#include "interrupting.h"
#include "nets.h"

#include "nn/loss.h"
#include "nn/network/gradcheck.h"
#include "nn/optimiser.h"

static dnn_error err;
static const dnn_setting mean[DNN_MAX_FIELDS] = {{.number = 0}};

enum { IN = 200, EXAMPLES = 400 };

static net wide_net(void) {
    return make_net(
        DNN_FLOAT32,
        CHILDREN(linear(IN, 300), plain("ReLU"), linear(300, 300), plain("Tanh"), linear(300, 10)),
        1);
}

static void a_forward_that_ended_leaves_no_activations(void **state) {
    (void)state;
    net n = wide_net(), same = wide_net();
    dnn_matrix X = normal_matrix(DNN_FLOAT32, IN, EXAMPLES, 2);
    plan_net(&n, IN, EXAMPLES);
    plan_net(&same, IN, EXAMPLES);
    check_interrupted(dnn_network_forward(n.network, &X, 1, &err));
    assert_null(dnn_network_output(n.network));
    assert_null(output_of(&n, 1));
    dnn_matrix dA = normal_matrix(DNN_FLOAT32, 10, EXAMPLES, 3);
    check_fails(dnn_network_backward(n.network, &dA, NULL, &err), DNN_ERROR_STATE,
                "backward needs a forward first");
    check_ok(dnn_network_forward(n.network, &X, 1, &err));
    check_ok(dnn_network_forward(same.network, &X, 1, &err));
    check_same(dnn_network_output(n.network), dnn_network_output(same.network));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&same);
}

static void gradients_of_a_backward_that_ended_are_spent(void **state) {
    (void)state;
    net n = wide_net(), same = wide_net();
    dnn_matrix X = normal_matrix(DNN_FLOAT32, IN, EXAMPLES, 2);
    dnn_matrix dA = normal_matrix(DNN_FLOAT32, 10, EXAMPLES, 3);
    net *nets[] = {&n, &same};
    for (size_t i = 0; i < 2; i++) {
        plan_net(nets[i], IN, EXAMPLES);
        check_ok(dnn_network_forward(nets[i]->network, &X, 1, &err));
    }
    check_interrupted(dnn_network_backward(n.network, &dA, NULL, &err));
    assert_true(all_spent(&n));
    check_ok(dnn_network_backward(n.network, &dA, NULL, &err));
    check_ok(dnn_network_backward(same.network, &dA, NULL, &err));
    assert_memory_equal(n.gradients, same.gradients, dnn_network_value_bytes(n.network));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&same);
}

/* Batch norm's running values move when a forward has come to its end, and only then. */
static void a_forward_that_ended_has_not_moved_the_kept_values(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32,
                     CHILDREN(layer_of("BatchNorm1d", "num_features=200"), linear(IN, 300),
                              plain("Tanh"), linear(300, 300)),
                     1);
    net same = make_net(DNN_FLOAT32,
                        CHILDREN(layer_of("BatchNorm1d", "num_features=200"), linear(IN, 300),
                                 plain("Tanh"), linear(300, 300)),
                        1);
    dnn_matrix X = normal_matrix(DNN_FLOAT32, IN, EXAMPLES, 2);
    dnn_matrix counter = value_of(&n, "0.num_batches_tracked"),
               wanted = value_of(&same, "0.num_batches_tracked");
    plan_for(&n, &X);
    check_interrupted(dnn_network_forward(n.network, &X, 1, &err));
    while (dnn_matrix_get(&wanted, 0, 0) < dnn_matrix_get(&counter, 0, 0))
        forward(&same, &X);
    assert_memory_equal(n.kept, same.kept, dnn_network_kept_bytes(n.network));
    forward(&n, &X);
    forward(&same, &X);
    check_same(dnn_network_output(n.network), dnn_network_output(same.network));
    assert_memory_equal(n.kept, same.kept, dnn_network_kept_bytes(n.network));
    dnn_matrix_free(&X);
    free_net(&n);
    free_net(&same);
}

/* Where memory is shared, a backward that ended has used some of what forward kept. */
static void a_backward_that_ended_is_not_repeated_on_what_it_has_used_up(void **state) {
    (void)state;
    net n = wide_net(), same = wide_net();
    dnn_matrix X = normal_matrix(DNN_FLOAT32, IN, EXAMPLES, 2);
    dnn_matrix dA = normal_matrix(DNN_FLOAT32, 10, EXAMPLES, 3);
    dnn_network_set_keep(n.network, DNN_KEEP_LITTLE);
    forward(&n, &X);
    dnn_interrupt_request();
    dnn_status status = dnn_network_backward(n.network, &dA, NULL, &err);
    dnn_interrupt_clear();
    assert_int_equal(status, DNN_ERROR_INTERRUPTED);
    assert_true(all_spent(&n));
    check_fails(dnn_network_backward(n.network, &dA, NULL, &err), DNN_ERROR_STATE,
                "backward has used up what forward kept; run forward again");
    forward(&n, &X);
    backward(&n, &dA, NULL);
    forward(&same, &X);
    backward(&same, &dA, NULL);
    assert_memory_equal(n.gradients, same.gradients, dnn_network_value_bytes(n.network));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
    free_net(&same);
}

/* A step on gradients that count as new. */
static dnn_status step_again(dnn_optimiser *optimiser, net *n) {
    dnn_parameters *p = dnn_network_parameters(n->network);
    for (size_t k = 0; k < p->learnt_count; k++)
        p->segments[k].spent = false;
    return dnn_optimiser_step(optimiser, &err);
}

/* The parameters are those of some whole number of steps, which the optimiser has counted. */
static void a_step_is_made_whole_or_not_at_all(void **state) {
    (void)state;
    net n = wide_net(), same = wide_net();
    net *nets[] = {&n, &same};
    dnn_optimiser *o[2];
    void *memory[2];
    for (size_t i = 0; i < 2; i++) {
        dnn_parameters *p = dnn_network_parameters(nets[i]->network);
        memset(p->gradients, 0x3C, dnn_network_value_bytes(nets[i]->network)); /* 0.0115... */
        check_ok(dnn_optimiser_create(&o[i], dnn_optimiser_class_find("Adam"), &err));
        check_ok(dnn_optimiser_add(o[i], p, 0, p->segment_count, &err));
        memory[i] = dnn_alloc(dnn_optimiser_state_bytes(o[i], dnn_optimiser_vectors_needed(o[i])));
        check_ok(dnn_optimiser_attach(o[i], memory[i], &err));
    }
    check_interrupted(step_again(o[0], &n));
    while (dnn_optimiser_steps(o[1]) < dnn_optimiser_steps(o[0]))
        check_ok(step_again(o[1], &same));
    size_t bytes = dnn_network_value_bytes(n.network);
    assert_memory_equal(n.values, same.values, bytes);
    check_interrupted(dnn_parameters_update(dnn_network_parameters(n.network), 0, true, &err));
    assert_memory_equal(n.values, same.values, bytes);
    for (size_t i = 0; i < 2; i++) {
        dnn_optimiser_destroy(o[i]);
        dnn_free(memory[i]);
        free_net(nets[i]);
    }
}

static void a_gradient_check_that_ended_has_not_moved_a_parameter(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(linear(20, 20), plain("Tanh"), linear(20, 1)), 1);
    net same = make_net(DNN_FLOAT64, CHILDREN(linear(20, 20), plain("Tanh"), linear(20, 1)), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 20, 30, 2), Y = normal_matrix(DNN_FLOAT64, 1, 30, 3);
    const dnn_loss_class *mse = dnn_loss_class_find("MSELoss");
    dnn_gradcheck_result result;
    plan_net(&n, 20, 30);
    check_interrupted(dnn_gradcheck(n.network, mse, &(dnn_loss_call){.settings = mean, .Y = &Y}, &X,
                                    1e-6, 1, &result, &err));
    assert_memory_equal(n.values, same.values, dnn_network_value_bytes(n.network));
    assert_null(dnn_network_step_input(n.network, 0, 0));
    check_ok(dnn_gradcheck(n.network, mse, &(dnn_loss_call){.settings = mean, .Y = &Y}, &X, 1e-6, 1,
                           &result, &err));
    assert_true(result.difference < 1e-6);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    free_net(&n);
    free_net(&same);
}

/* Long enough for several stretches; the sum over two halves is a second way to the cost. */
static void a_cost_that_is_not_whole_is_not_given_out(void **state) {
    (void)state;
    const dnn_setting sum[DNN_MAX_FIELDS] = {{.number = 1}};
    const dnn_loss_class *mse = dnn_loss_class_find("MSELoss");
    dnn_matrix A = normal_matrix(DNN_FLOAT32, 1500, 1000, 1),
               dA = matrix(DNN_FLOAT32, 1500, 1000, NULL);
    dnn_matrix Y = matrix(DNN_UINT8, 1500, 1000, NULL);
    for (size_t j = 0; j < Y.cols; j++)
        for (size_t i = 0; i < Y.rows; i++)
            dnn_matrix_set(&Y, i, j, (double)((i + j) % 2));
    const dnn_loss_call all = {.settings = sum, .A = &A, .Y = &Y};
    double whole, part, parts = 0;
    check_ok(dnn_loss_forward(mse, &all, &whole, &err));
    for (size_t half = 0; half < 2; half++) {
        dnn_matrix a, y;
        check_ok(dnn_matrix_block(&a, &A, 0, 500 * half, 1500, 500, &err));
        check_ok(dnn_matrix_block(&y, &Y, 0, 500 * half, 1500, 500, &err));
        check_ok(dnn_loss_forward(mse, &(dnn_loss_call){.settings = sum, .A = &a, .Y = &y}, &part,
                                  &err));
        parts += part;
    }
    check_close(whole, parts, 1e-9 * whole);
    check_interrupted(dnn_loss_forward(mse, &all, &part, &err));
    check_ok(dnn_loss_forward(mse, &all, &part, &err));
    assert_true(part == whole);
    check_interrupted(dnn_loss_backward(mse, &all, &dA, &err));
    check_ok(dnn_loss_backward(mse, &all, &dA, &err));
    for (size_t j = 0; j < A.cols; j += 111)
        for (size_t i = 0; i < A.rows; i += 7)
            check_close(dnn_matrix_get(&dA, i, j),
                        2 * (dnn_matrix_get(&A, i, j) - dnn_matrix_get(&Y, i, j)), 1e-5);
    dnn_matrix_free(&A);
    dnn_matrix_free(&dA);
    dnn_matrix_free(&Y);
}

static void a_loss_gradient_that_is_not_whole_is_not_given_out(void **state) {
    (void)state;
    dnn_matrix A = normal_matrix(DNN_FLOAT32, 100, 2000, 1),
               dA = normal_matrix(DNN_FLOAT32, 100, 2000, 2);
    dnn_matrix Y = matrix(DNN_UINT8, 1, 2000, NULL);
    for (size_t j = 0; j < 2000; j++)
        dnn_matrix_set(&Y, 0, j, (double)(j % 100 + 1));
    const dnn_loss_class *loss = dnn_loss_class_find("CrossEntropyLoss");
    const dnn_loss_call all = {.settings = mean, .A = &A, .Y = &Y};
    check_interrupted(dnn_loss_backward(loss, &all, &dA, &err));
    check_ok(dnn_loss_backward(loss, &all, &dA, &err));
    dnn_matrix_free(&A);
    dnn_matrix_free(&dA);
    dnn_matrix_free(&Y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forward_that_ended_leaves_no_activations),
        cmocka_unit_test(gradients_of_a_backward_that_ended_are_spent),
        cmocka_unit_test(a_forward_that_ended_has_not_moved_the_kept_values),
        cmocka_unit_test(a_backward_that_ended_is_not_repeated_on_what_it_has_used_up),
        cmocka_unit_test(a_step_is_made_whole_or_not_at_all),
        cmocka_unit_test(a_gradient_check_that_ended_has_not_moved_a_parameter),
        cmocka_unit_test(a_cost_that_is_not_whole_is_not_given_out),
        cmocka_unit_test(a_loss_gradient_that_is_not_whole_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
