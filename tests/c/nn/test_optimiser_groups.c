/* What an optimiser steps: groups with settings of their own, segments of networks and free
 * matrices; and what a step leaves alone, says and allocates. */
#include "optimisers.h"

/* Gradients of 1 in all segments. */
static void ones(hand_made *h) {
    for (size_t i = 0; i < h->gradients.rows; i++)
        dnn_matrix_set(&h->gradients, i, 0, 1);
    renew(h);
}

static void a_schedule_reaches_the_groups_that_do_not_override(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 4, 0});
    dnn_optimiser *o = make("SGD");
    check_ok(dnn_optimiser_add(o, &h.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add_group(o, &err));
    check_ok(dnn_optimiser_add(o, &h.parameters, 1, 2, &err));
    set(o, "lr", 0.5);
    set_group(o, 1, "lr", 0.125);
    attach(o);
    assert_int_equal(dnn_optimiser_groups(o), 2);
    assert_int_equal(dnn_optimiser_count(o), 9);
    assert_int_equal(dnn_optimiser_group_size(o, 0), 2);
    assert_int_equal(dnn_optimiser_group_size(o, 1), 7);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 2 ? -0.5 : -0.125));
    set(o, "lr", 0.25);
    assert_true(setting_of(o, 0, "lr") == 0.25 && setting_of(o, 1, "lr") == 0.125);
    assert_true(dnn_optimiser_overrides(o, 1, 0) && !dnn_optimiser_overrides(o, 0, 0));
    dnn_optimiser_inherit(o, 1, 0);
    assert_true(setting_of(o, 1, "lr") == 0.25 && !dnn_optimiser_overrides(o, 1, 0));
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
}

/* One group for weights with decay, one for biases without, is what two optimisers do. */
static void groups_do_what_optimisers_of_their_own_do(void **state) {
    (void)state;
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        const char *name = dnn_optimiser_classes[k]->name;
        bool decays = dnn_field_find(dnn_optimiser_classes[k]->fields, "weight_decay") >= 0;
        const char *differs = decays ? "weight_decay" : "lr";
        dnn_error err;
        hand_made h, apart[2];
        open_hand_made(&h, DNN_FLOAT64, (size_t[]){3, 2, 0});
        open_hand_made(&apart[0], DNN_FLOAT64, (size_t[]){3, 0});
        open_hand_made(&apart[1], DNN_FLOAT64, (size_t[]){2, 0});
        dnn_optimiser *o = make(name);
        check_ok(dnn_optimiser_add(o, &h.parameters, 0, 1, &err));
        check_ok(dnn_optimiser_add_group(o, &err));
        check_ok(dnn_optimiser_add(o, &h.parameters, 1, 1, &err));
        set(o, differs, 0.5);
        set_group(o, 1, differs, 0);
        attach(o);
        dnn_optimiser *of[2];
        for (size_t g = 0; g < 2; g++) {
            const setting decay = {differs, g == 0 ? 0.5 : 0};
            of[g] = open_optimiser(name, &apart[g].parameters, &decay, 1);
        }
        for (size_t t = 1; t <= STEPS; t++) {
            for (size_t i = 0; i < 5; i++) {
                dnn_matrix_set(&h.gradients, i, 0, derivative(t, i));
                dnn_matrix_set(&apart[i / 3].gradients, i % 3, 0, derivative(t, i));
            }
            renew(&h), renew(&apart[0]), renew(&apart[1]);
            check_ok(dnn_optimiser_step(o, &err));
            check_ok(dnn_optimiser_step(of[0], &err));
            check_ok(dnn_optimiser_step(of[1], &err));
        }
        for (size_t i = 0; i < 5; i++)
            assert_true(value_at(&h, i) == value_at(&apart[i / 3], i % 3));
        close_optimiser(o);
        close_hand_made(&h);
        for (size_t g = 0; g < 2; g++) {
            close_optimiser(of[g]);
            close_hand_made(&apart[g]);
        }
    }
}

static void frozen_segments_and_spent_gradients_are_skipped(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 4, 0});
    const setting lr = {"lr", 1};
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, &lr, 1);
    ones(&h);
    h.segments[1].frozen = true;
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 2 || i >= 5 ? -1 : 0));
    assert_true(h.segments[0].spent && !h.segments[1].spent && h.segments[2].spent);
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_STATE,
                "SGD: there are no new gradients; call net:backward(dA) first, and then step once");
    h.segments[1].frozen = h.segments[2].spent = false;
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 5 ? -1 : -2));
    for (size_t k = 0; k < 3; k++)
        h.segments[k].frozen = true;
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_STATE,
                "SGD: all of its parameters are frozen (requires_grad = false)");
    close_optimiser(o);
    close_hand_made(&h);
}

/* Momentum stays with its element, whatever is frozen in between. */
static void state_belongs_to_elements(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){1, 1, 1, 0});
    const setting settings[] = {
        {"lr",       1  },
        {"momentum", 0.5}
    };
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, settings, 2);
    for (size_t i = 0; i < 3; i++)
        dnn_matrix_set(&h.gradients, i, 0, (double)(1 + i));
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* v = g */
    h.segments[1].frozen = true;
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* v = 1.5 g, but not of the second */
    h.segments[1].frozen = false;
    h.segments[1].spent = false;
    check_ok(dnn_optimiser_step(o, &err)); /* of the second alone */
    for (size_t i = 0; i < 3; i++)
        check_close(value_at(&h, i), -(1 + 1.5) * (double)(1 + i), 1e-15);
    close_optimiser(o);
    close_hand_made(&h);
}

static void kept_segments_are_not_members(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    h.parameters.learnt_count = 1;
    h.segments[1].kept = true;
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, NULL, 0);
    assert_int_equal(dnn_optimiser_count(o), 2);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(value_at(&h, 2) == 0);
    close_optimiser(o);
    close_hand_made(&h);
}

static void several_networks_and_free_matrices_step_together(void **state) {
    (void)state;
    dnn_error err;
    hand_made first, second;
    open_hand_made(&first, DNN_FLOAT64, (size_t[]){2, 0});
    open_hand_made(&second, DNN_FLOAT64, (size_t[]){3, 0});
    dnn_matrix W = matrix(DNN_FLOAT64, 2, 2, NULL), dW = matrix(DNN_FLOAT64, 2, 2, (double[4]){0});
    dnn_optimiser *o = make("Adam");
    check_ok(dnn_optimiser_add(o, &first.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add(o, &second.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add_matrix(o, &W, &dW, &err));
    attach(o);
    assert_true(dnn_optimiser_has(o, &second.parameters) && dnn_optimiser_count(o) == 9);
    ones(&first);
    dnn_matrix_set(&dW, 1, 0, -3);
    second.segments[0].spent = true; /* had no backward */
    check_ok(dnn_optimiser_step(o, &err));
    check_close(value_at(&first, 1), -1e-3, 1e-9);
    assert_true(value_at(&second, 2) == 0);
    check_close(dnn_matrix_get(&W, 1, 0), 1e-3, 1e-9);
    dnn_optimiser_zero_grad(o);
    assert_true(dnn_matrix_get(&dW, 1, 0) == 0 && dnn_matrix_get(&first.gradients, 0, 0) == 0);
    dnn_matrix_set(&dW, 0, 1, -INFINITY);
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_NUMERIC,
                "matrix 1 of the list: its gradient(1, 2) is -inf; nothing was updated");
    close_optimiser(o);
    dnn_matrix_free(&W);
    dnn_matrix_free(&dW);
    close_hand_made(&first);
    close_hand_made(&second);
}

static void members_that_do_not_fit_are_explained(void **state) {
    (void)state;
    dnn_error err;
    hand_made h, f32;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    open_hand_made(&f32, DNN_FLOAT32, (size_t[]){2, 0});
    dnn_matrix W = matrix(DNN_FLOAT64, 4, 2, NULL), dW = matrix(DNN_FLOAT64, 2, 4, NULL), gaps;
    dnn_matrix same = matrix(DNN_FLOAT64, 4, 2, NULL), bytes = matrix(DNN_UINT8, 4, 2, NULL);
    check_ok(dnn_matrix_block(&gaps, &W, 0, 0, 2, 2, &err));
    dnn_optimiser *o = make("SGD");
    check_ok(dnn_optimiser_add(o, &h.parameters, 1, 1, &err));
    check_ok(dnn_optimiser_add_group(o, &err));
    check_fails(dnn_optimiser_add(o, &h.parameters, 0, 2, &err), DNN_ERROR_ARGUMENT,
                "SGD: layer 2, Linear: weight comes twice; a parameter belongs to one group");
    check_fails(dnn_optimiser_add(o, &f32.parameters, 0, 1, &err), DNN_ERROR_TYPE,
                "SGD: an optimiser steps numbers of one type, but these are float64 and float32");
    check_fails(dnn_optimiser_add_matrix(o, &W, &dW, &err), DNN_ERROR_SHAPE,
                "SGD: matrix 1 of the list is 4 x 2, and its gradient 2 x 4");
    check_fails(dnn_optimiser_add_matrix(o, &gaps, &gaps, &err), DNN_ERROR_ARGUMENT, "gaps");
    check_fails(dnn_optimiser_add_matrix(o, &bytes, &bytes, &err), DNN_ERROR_TYPE, "uint8");
    check_fails(dnn_optimiser_add_matrix(o, &h.values, &h.gradients, &err), DNN_ERROR_ARGUMENT,
                "SGD: matrix 1 of the list comes twice; a matrix belongs to one group");
    check_ok(dnn_optimiser_add_matrix(o, &W, &same, &err));
    check_fails(dnn_optimiser_add_matrix(o, &W, &same, &err), DNN_ERROR_ARGUMENT,
                "SGD: matrix 2 of the list comes twice");
    assert_int_equal(dnn_optimiser_count(o), 3 + 8);
    dnn_matrix *all[] = {&W, &dW, &same, &bytes};
    for (size_t m = 0; m < 4; m++)
        dnn_matrix_free(all[m]);
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
    close_hand_made(&f32);
}

static void a_step_tells_what_it_changed_when_asked(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    double change[5] = {7, 7, 7, 7, 7};
    h.parameters.change = change;
    const setting lr = {"lr", 0.5};
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, &lr, 1);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(change[0] == 7);
    h.parameters.change_wanted = true;
    h.segments[0].frozen = true;
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 5; i++)
        assert_true(change[i] == (i < 2 ? 0 : -0.5));
    assert_false(h.parameters.change_wanted);
    close_optimiser(o);
    close_hand_made(&h);
}

static void a_step_allocates_nothing(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT32, (size_t[]){2, 3, 40000, 5, 0});
    dnn_optimiser *o = open_optimiser("Adam", &h.parameters, NULL, 0);
    h.segments[1].frozen = true;
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* starts the threads */
    uint64_t before = dnn_allocation_count();
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(dnn_allocation_count() == before);
    close_optimiser(o);
    close_hand_made(&h);
}

/* Whatever allocation fails, what was built stays whole. */
static void running_out_of_memory_is_an_error(void **state) {
    (void)state;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 0});
    uint64_t live = dnn_allocations_live();
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        dnn_error err;
        dnn_optimiser *o = NULL;
        dnn_fail_allocation(n);
        dnn_status status = dnn_optimiser_create(&o, dnn_optimiser_class_find("SGD"), &err);
        if (status == DNN_OK)
            status = dnn_optimiser_add_group(o, &err);
        if (status == DNN_OK)
            status = dnn_optimiser_add(o, &h.parameters, 0, 1, &err);
        dnn_fail_allocation(0);
        failed = status != DNN_OK;
        assert_true(!failed || status == DNN_ERROR_MEMORY);
        if (failed && o != NULL)
            assert_int_equal(dnn_optimiser_count(o), 0);
        dnn_optimiser_destroy(o);
        assert_true(dnn_allocations_live() == live);
    }
    close_hand_made(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schedule_reaches_the_groups_that_do_not_override),
        cmocka_unit_test(groups_do_what_optimisers_of_their_own_do),
        cmocka_unit_test(frozen_segments_and_spent_gradients_are_skipped),
        cmocka_unit_test(state_belongs_to_elements),
        cmocka_unit_test(kept_segments_are_not_members),
        cmocka_unit_test(several_networks_and_free_matrices_step_together),
        cmocka_unit_test(members_that_do_not_fit_are_explained),
        cmocka_unit_test(a_step_tells_what_it_changed_when_asked),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
