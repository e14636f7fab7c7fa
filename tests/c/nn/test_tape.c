/* A tape as a C program uses it: nodes of its own, gradients of its own, memory that stays. */
#include "check.h"
#include "core/memory.h"
#include "nn/operators/operators.h"
#include "nn/tape/tape.h"

typedef struct graph {
    dnn_tape tape;
    float x[4], dx[4], squares[4], cost[1];
    uint32_t version;
    dnn_operand square_inputs[2], sum_inputs[1];
    dnn_node leaf, square, sum;
} graph;

static dnn_matrix vector_of(float *data, size_t n) {
    return dnn_matrix_of(DNN_FLOAT32, n, 1, data);
}

/* cost = sum of x^2, as x x. */
static void record(graph *g) {
    dnn_error err;
    dnn_matrix X = vector_of(g->x, 4);
    g->square_inputs[0] = (dnn_operand){
        .X = X, .node = &g->leaf, .version = &g->version, .seen = g->version};
    g->square_inputs[1] = g->square_inputs[0];
    g->square = (dnn_node){.layer = &dnn_operators[DNN_OPERATOR_cmul],
                           .tape = &g->tape,
                           .A = vector_of(g->squares, 4),
                           .inputs = 2,
                           .input = g->square_inputs};
    g->sum_inputs[0] = (dnn_operand){.X = g->square.A, .node = &g->square};
    g->sum = (dnn_node){.layer = &dnn_operators[DNN_OPERATOR_sum],
                        .tape = &g->tape,
                        .A = vector_of(g->cost, 1),
                        .inputs = 1,
                        .input = g->sum_inputs};
    check_ok(dnn_node_forward(&g->square, &err));
    check_ok(dnn_node_forward(&g->sum, &err));
}

static void begin(graph *g) {
    *g = (graph){.x = {1, 2, 3, -4}};
    g->leaf = (dnn_node){
        .tape = &g->tape, .A = vector_of(g->x, 4), .gradient = vector_of(g->dx, 4)};
    dnn_node_zero_gradient(&g->leaf);
}

static void gradients_come_to_the_leaf_and_add_up_until_they_are_zeroed(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    begin(&g);
    for (size_t round = 1; round <= 2; round++) {
        record(&g);
        assert_true(g.cost[0] == 30);
        check_ok(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err));
        for (size_t i = 0; i < 4; i++)
            assert_true(g.dx[i] == (float)round * 2 * g.x[i]);
    }
    dnn_node_zero_gradient(&g.leaf);
    assert_true(g.dx[3] == 0);
    dnn_tape_free(&g.tape);
}

static void a_graph_is_gone_through_once_unless_it_is_retained(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    begin(&g);
    record(&g);
    check_ok(dnn_tape_backward(&g.tape, &g.sum, NULL, true, &err));
    check_ok(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err));
    check_fails(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err), DNN_ERROR_STATE, "freed");
    assert_true(g.dx[0] == 4);
    dnn_tape_free(&g.tape);
}

static void a_change_in_place_of_what_backward_needs_is_found(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    begin(&g);
    record(&g);
    g.x[0] = 7;
    g.version++;
    check_fails(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err), DNN_ERROR_STATE,
                "the first operand of cmul, a Matrix 4 x 1, was changed in place");
    assert_false(g.leaf.has_gradient);
    dnn_tape_free(&g.tape);
}

static void the_seed_has_the_shape_and_the_type_of_the_result(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    float seed[4] = {1, 0, 2, 0};
    double wide[4] = {0};
    dnn_matrix fits = vector_of(seed, 4), one = vector_of(seed, 1),
               other = dnn_matrix_of(DNN_FLOAT64, 4, 1, wide);
    begin(&g);
    record(&g);
    check_fails(dnn_tape_backward(&g.tape, &g.square, NULL, false, &err), DNN_ERROR_ARGUMENT,
                "this Matrix is 4 x 1");
    check_fails(dnn_tape_backward(&g.tape, &g.square, &one, false, &err), DNN_ERROR_SHAPE, "1 x 1");
    check_fails(dnn_tape_backward(&g.tape, &g.square, &other, false, &err), DNN_ERROR_TYPE,
                "float64");
    check_ok(dnn_tape_backward(&g.tape, &g.square, &fits, false, &err));
    assert_true(g.dx[0] == 2 && g.dx[1] == 0 && g.dx[2] == 12);
    dnn_tape_free(&g.tape);
}

static void a_loop_allocates_nothing_after_its_first_round(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    uint64_t live = dnn_allocations_live(), count = 0;
    begin(&g);
    for (size_t round = 0; round < 100; round++) {
        record(&g);
        check_ok(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err));
        if (round == 0)
            count = dnn_allocation_count();
    }
    assert_true(dnn_allocation_count() == count);
    dnn_tape_free(&g.tape);
    assert_true(dnn_allocations_live() == live);
}

static void an_arena_hands_out_what_was_given_back_and_unites_its_chunks(void **state) {
    (void)state;
    dnn_arena arena = {0};
    uint64_t live = dnn_allocations_live();
    for (size_t round = 0; round < 3; round++) {
        char *last = NULL;
        for (size_t bytes = 1; bytes < (size_t)1 << 20; bytes = bytes * 3 + 1) {
            char *block = dnn_arena_take(&arena, bytes);
            assert_non_null(block);
            assert_true((uintptr_t)block % DNN_ALIGNMENT == 0 && block != last);
            memset(block, 1, bytes);
            dnn_arena_give(&arena, block, bytes);
            assert_ptr_equal(dnn_arena_take(&arena, bytes), block);
            last = block;
        }
        uint64_t before = dnn_allocation_count();
        dnn_arena_reset(&arena);
        assert_true(round == 0 || dnn_allocation_count() == before);
    }
    dnn_arena_free(&arena);
    assert_true(dnn_allocations_live() == live);
}

static void an_allocation_that_fails_is_reported_and_leaves_no_gradient(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    begin(&g);
    record(&g);
    dnn_fail_allocation(1);
    check_fails(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err), DNN_ERROR_MEMORY, "memory");
    dnn_fail_allocation(0);
    assert_false(g.leaf.has_gradient);
    check_ok(dnn_tape_backward(&g.tape, &g.sum, NULL, false, &err));
    assert_true(g.dx[1] == 4);
    dnn_tape_free(&g.tape);
}

static void selected_gradients_are_written_to_the_callers_matrices_alone(void **state) {
    (void)state;
    graph g;
    dnn_error err;
    begin(&g);
    record(&g);
    for (size_t i = 0; i < 4; i++)
        g.dx[i] = 7;
    float dx[4], dsquares[4];
    dnn_node other = {.tape = &g.tape, .A = vector_of(g.x, 4)};
    float dother[4] = {1, 1, 1, 1};
    dnn_wanted wanted[] = {{.node = &g.leaf, .gradient = vector_of(dx, 4)},
                           {.node = &g.square, .gradient = vector_of(dsquares, 4)},
                           {.node = &other, .gradient = vector_of(dother, 4)}};
    check_ok(dnn_tape_gradients(&g.tape, &g.sum, NULL, wanted, 3, &err));
    for (size_t i = 0; i < 4; i++) {
        assert_true(dx[i] == 2 * g.x[i] && dsquares[i] == 1 && dother[i] == 0);
        assert_true(g.dx[i] == 7);
    }
    assert_true(wanted[0].node == &g.leaf && g.leaf.gradient.data == g.dx);
    g.version++;
    check_fails(dnn_tape_gradients(&g.tape, &g.sum, NULL, wanted, 3, &err), DNN_ERROR_STATE,
                "changed in place");
    assert_true(dx[0] == 0 && dsquares[0] == 0 && g.dx[0] == 7);
    dnn_tape_free(&g.tape);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_come_to_the_leaf_and_add_up_until_they_are_zeroed),
        cmocka_unit_test(a_graph_is_gone_through_once_unless_it_is_retained),
        cmocka_unit_test(a_change_in_place_of_what_backward_needs_is_found),
        cmocka_unit_test(the_seed_has_the_shape_and_the_type_of_the_result),
        cmocka_unit_test(a_loop_allocates_nothing_after_its_first_round),
        cmocka_unit_test(an_arena_hands_out_what_was_given_back_and_unites_its_chunks),
        cmocka_unit_test(selected_gradients_are_written_to_the_callers_matrices_alone),
        cmocka_unit_test(an_allocation_that_fails_is_reported_and_leaves_no_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
