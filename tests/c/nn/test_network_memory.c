/* A network lives in the memory that it asked for, allocates nothing in a step, and fails
 * cleanly when there is none. */
#include "small_net.h"

#include "nn/loss.h"
#include "nn/optimiser.h"

static dnn_optimiser *optimiser_of(const dnn_optimiser_class *kind, net *n, void **state) {
    dnn_error err;
    dnn_optimiser *o;
    dnn_parameters *p = dnn_network_parameters(n->network);
    check_ok(dnn_optimiser_create(&o, kind, &err));
    check_ok(dnn_optimiser_add(o, p, 0, p->segment_count, &err));
    *state = dnn_alloc(dnn_optimiser_state_bytes(o, dnn_optimiser_vectors_needed(o)));
    check_ok(dnn_optimiser_attach(o, *state, &err));
    return o;
}

static void a_smaller_batch_lives_in_the_same_memory(void **state) {
    (void)state;
    dnn_error err;
    size_t bytes;
    case_net c = open_case(DNN_FLOAT32, 32);
    forward(&c.n, &c.X);
    backward(&c.n, &c.dA, NULL);
    const void *place[5], *gradient_place[5];
    for (size_t l = 1; l <= 4; l++) {
        place[l] = output_of(&c.n, l)->data;
        gradient_place[l] = gradient_of(&c.n, l)->data;
        assert_true((uintptr_t)place[l] % DNN_ALIGNMENT == 0);
        assert_true((uintptr_t)gradient_place[l] % DNN_ALIGNMENT == 0);
    }
    dnn_matrix X, dA, more = dnn_matrix_of(DNN_FLOAT32, 4, 33, NULL);
    check_ok(dnn_matrix_block(&X, &c.X, 0, 3, 4, 7, &err));
    check_ok(dnn_matrix_block(&dA, &c.dA, 0, 3, 2, 7, &err));
    check_ok(dnn_network_plan(c.n.network, &X, &bytes, &err));
    assert_int_equal(bytes, 0);
    forward(&c.n, &X);
    backward(&c.n, &dA, NULL);
    for (size_t l = 1; l <= 4; l++) {
        assert_ptr_equal(output_of(&c.n, l)->data, place[l]);
        assert_ptr_equal(gradient_of(&c.n, l)->data, gradient_place[l]);
        assert_int_equal(output_of(&c.n, l)->cols, 7);
        assert_int_equal(gradient_of(&c.n, l)->cols, 7);
    }
    check_ok(dnn_network_plan(c.n.network, &more, &bytes, &err));
    assert_true(bytes > 0);
    check_fails(dnn_network_forward(c.n.network, &X, 1, &err), DNN_ERROR_STATE,
                "buffers are planned for 4 x 33"); /* and not yet attached */
    close_case(&c);
}

static void every_buffer_lies_inside_the_planned_bytes(void **state) {
    (void)state;
    dnn_error err;
    size_t bytes;
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(4, 5), plain("Tanh")), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT32, 4, 3, 1), dA = normal_matrix(DNN_FLOAT32, 5, 3, 1);
    check_ok(dnn_network_plan(n.network, &X, &bytes, &err));
    assert_int_equal(bytes, 4 * 64); /* four matrices of 5 x 3 floats, 60 bytes each */
    assert_int_equal(dnn_network_buffer_bytes(n.network), 0);
    n.buffers[1] = dnn_alloc(bytes);
    dnn_network_attach_buffers(n.network, n.buffers[1]);
    assert_int_equal(dnn_network_buffer_bytes(n.network), bytes);
    forward(&n, &X);
    backward(&n, &dA, NULL);
    const char *first = n.buffers[1];
    for (size_t l = 1; l <= 2; l++)
        for (int gradient = 0; gradient < 2; gradient++) {
            const dnn_matrix *m = gradient ? gradient_of(&n, l) : output_of(&n, l);
            assert_true((char *)m->data >= first && (char *)m->data <= first + 192);
        }
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n);
}

static void attaching_values_again_moves_them(void **state) {
    (void)state;
    case_net c = open_case(DNN_FLOAT64, 3);
    forward(&c.n, &c.X);
    backward(&c.n, &c.dA, NULL);
    size_t bytes = dnn_network_value_bytes(c.n.network);
    void *values = dnn_alloc(bytes), *gradients = dnn_alloc(bytes);
    dnn_network_attach_values(c.n.network, values, gradients, c.n.kept);
    assert_memory_equal(values, c.n.values, bytes);
    assert_memory_equal(gradients, c.n.gradients, bytes);
    assert_ptr_equal(value_of(&c.n, "0.weight").data, values);
    dnn_free(c.n.values);
    dnn_free(c.n.gradients);
    c.n.values = values;
    c.n.gradients = gradients;
    forward(&c.n, &c.X);
    backward(&c.n, &c.dA, NULL);
    close_case(&c);
}

static void a_training_step_allocates_nothing(void **state) {
    (void)state;
    const dnn_loss_class *loss = dnn_loss_class_find("BCELoss");
    dnn_setting mean[DNN_MAX_FIELDS];
    dnn_field_defaults(loss->fields, mean);
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        dnn_error err;
        void *memory;
        case_net c = open_case(DNN_FLOAT32, 64);
        dnn_matrix Y = matrix(DNN_UINT8, 2, 64, NULL);
        dnn_optimiser *o = optimiser_of(dnn_optimiser_classes[k], &c.n, &memory);
        uint64_t before = dnn_allocation_count();
        dnn_fail_allocation(1);
        for (int step = 0; step < 3; step++) {
            double cost;
            dnn_loss_call call = {.settings = mean, .A = forward(&c.n, &c.X), .Y = &Y};
            check_ok(dnn_loss_forward(loss, &call, &cost, &err));
            check_ok(dnn_loss_backward(loss, &call, &c.dA, &err));
            backward(&c.n, &c.dA, NULL);
            check_ok(dnn_optimiser_step(o, &err));
        }
        dnn_fail_allocation(0);
        assert_true(dnn_allocation_count() == before);
        dnn_optimiser_destroy(o);
        dnn_free(memory);
        dnn_matrix_free(&Y);
        close_case(&c);
    }
}

static void running_out_of_memory_while_creating_leaks_nothing(void **state) {
    (void)state;
    uint64_t outside = dnn_allocations_live(), failures = 0;
    dnn_layer *layer = sequential(linear(4, 5), plain("ReLU"), residual(linear(5, 5)),
                                  concat(linear(5, 1), linear(5, 2)));
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t k = 1; status != DNN_OK; k++) {
        dnn_error err;
        dnn_network *network;
        dnn_fail_allocation(k);
        status = dnn_network_create(&network, DNN_FLOAT32, layer, NULL, &err);
        dnn_fail_allocation(0);
        if (status != DNN_OK) {
            check_fails(status, DNN_ERROR_MEMORY, "out of memory");
            assert_null(network);
            failures++;
        }
        dnn_network_destroy(network);
        assert_true(dnn_allocations_live() == live);
        assert_int_equal(layer->references, 1);
    }
    assert_true(failures >= 20);
    dnn_layer_release(layer);
    assert_true(dnn_allocations_live() == outside);
}

static void running_out_of_memory_while_planning_leaves_the_network_usable(void **state) {
    (void)state;
    dnn_error err;
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(4, 5), plain("ReLU"), linear(5, 2)), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT32, 4, 3, 1);
    uint64_t failures = 0;
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t k = 1; status != DNN_OK; k++) {
        size_t bytes;
        dnn_fail_allocation(k);
        status = dnn_network_plan(n.network, &X, &bytes, &err);
        dnn_fail_allocation(0);
        if (status == DNN_OK)
            break;
        failures++;
        check_fails(status, DNN_ERROR_MEMORY, "out of memory");
        check_fails(dnn_network_forward(n.network, &X, 1, &err), DNN_ERROR_STATE,
                    "buffers are planned for");
    }
    assert_true(failures >= 2);
    assert_int_equal(forward(&n, &X)->rows, 2);
    dnn_matrix_free(&X);
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smaller_batch_lives_in_the_same_memory),
        cmocka_unit_test(every_buffer_lies_inside_the_planned_bytes),
        cmocka_unit_test(attaching_values_again_moves_them),
        cmocka_unit_test(a_training_step_allocates_nothing),
        cmocka_unit_test(running_out_of_memory_while_creating_leaks_nothing),
        cmocka_unit_test(running_out_of_memory_while_planning_leaves_the_network_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
