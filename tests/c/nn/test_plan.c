/* Where buffers stand: sharing memory changes no bit of what is computed; the two modes do not
 * disturb each other; views are not copied. */
#include "nets.h"

#include "math/elementwise.h"

static void set_keep(net *n, dnn_keep keep) {
    dnn_network_set_keep(n->network, keep);
}

static void set_training(net *n, bool training) {
    dnn_network_set_training(n->network, training);
}

static dnn_matrix copy_of(const dnn_matrix *m) {
    dnn_error err;
    dnn_matrix copy = matrix(m->dtype, m->rows, m->cols, NULL);
    check_ok(dnn_matrix_copy(&copy, m, &err));
    return copy;
}

/* --- how much memory --- */

enum { WIDTH = 50, DEPTH = 30, BATCH = 40 };

/* 60 layers: 30 times a Linear and a rectifier. */
static net deep_net(void) {
    dnn_layer *layers[MOST_CHILDREN] = {NULL};
    for (size_t l = 0; l < DEPTH; l++) {
        layers[2 * l] = linear(WIDTH, WIDTH);
        layers[2 * l + 1] = plain("ReLU");
    }
    return make_net(DNN_FLOAT32, layers, 1);
}

static void evaluating_a_deep_network_needs_two_buffers(void **state) {
    (void)state;
    const size_t buffer = WIDTH * BATCH * sizeof(float);
    net n = deep_net();
    set_training(&n, false);
    plan_net(&n, WIDTH, BATCH);
    assert_true(dnn_network_buffer_bytes(n.network) <= 2 * (buffer + DNN_ALIGNMENT));
    set_keep(&n, DNN_KEEP_ALL);
    plan_net(&n, WIDTH, BATCH);
    assert_true(dnn_network_buffer_bytes(n.network) >= 60 * buffer);
    free_net(&n);
}

static void training_that_keeps_little_needs_less_and_computes_the_same(void **state) {
    (void)state;
    net n[2] = {deep_net(), deep_net()};
    dnn_matrix X = normal_matrix(DNN_FLOAT32, WIDTH, BATCH, 2),
               dA = normal_matrix(DNN_FLOAT32, WIDTH, BATCH, 3);
    const size_t buffer = WIDTH * BATCH * sizeof(float);
    set_keep(&n[1], DNN_KEEP_LITTLE);
    for (size_t k = 0; k < 2; k++) {
        forward(&n[k], &X);
        backward(&n[k], &dA, NULL);
    }
    size_t all = dnn_network_buffer_bytes(n[0].network),
           little = dnn_network_buffer_bytes(n[1].network);
    assert_true(all >= 120 * buffer);
    assert_true(little <= 34 * buffer); /* the rectifiers' outputs, and gradients on their way */
    check_same(dnn_network_output(n[0].network), dnn_network_output(n[1].network));
    assert_memory_equal(n[0].gradients, n[1].gradients, dnn_network_value_bytes(n[0].network));
    dnn_matrix_free(&X);
    dnn_matrix_free(&dA);
    free_net(&n[0]);
    free_net(&n[1]);
}

/* --- any network --- */

/* Makes layers by chance, on vectors or on images of 2 x 3 pixels: each takes `width` channels and
 * leaves some. */
typedef struct chance {
    dnn_random random;
    bool images;
    size_t width;
    int depth;
} chance;

static dnn_layer *any_layer(chance *c);

static size_t below(chance *c, uint64_t n) {
    return (size_t)dnn_random_below(&c->random, n);
}

static dnn_layer *any_chain(chance *c) {
    dnn_layer *layers[MOST_CHILDREN] = {NULL};
    size_t count = 1 + below(c, 4);
    c->depth++;
    for (size_t k = 0; k < count; k++)
        layers[k] = any_layer(c);
    c->depth--;
    return container("Sequential", layers);
}

static dnn_layer *any_residual(chance *c) {
    size_t in = c->width;
    dnn_layer *inner = any_chain(c);
    if (c->width == in && below(c, 2) == 0)
        return residual(inner);
    return with_shortcut(residual(inner), linear(in, c->width));
}

static dnn_layer *any_concat(chance *c) {
    size_t in = c->width;
    dnn_layer *first = any_chain(c);
    size_t width = c->width;
    c->width = in;
    dnn_layer *second = below(c, 2) == 0 ? plain("Tanh") : any_chain(c);
    c->width += width;
    return concat(first, second);
}

/* Something that learns: a Linear of all features, or of each pixel's, or a convolution. */
static dnn_layer *any_learner(chance *c) {
    char settings[96];
    size_t in = c->width;
    c->width = 1 + below(c, 9);
    if (!c->images || in == 1 || below(c, 2) == 0)
        return linear(in, c->width);
    snprintf(settings, sizeof settings, "in_channels=%zu out_channels=%zu kernel_size=3 padding=1",
             in, c->width);
    return layer_of("Conv2d", settings);
}

static dnn_layer *any_layer(chance *c) {
    static const char *const names[] = {"ReLU",    "Tanh",    "Sigmoid", "LeakyReLU",
                                        "Dropout", "Softmax", "Flatten"};
    char settings[32];
    switch (below(c, c->depth < 4 ? 12 : 10)) {
    case 7:
    case 8:
        return any_learner(c);
    case 9:
        snprintf(settings, sizeof settings, "num_features=%zu", c->width);
        return layer_of(c->images ? "BatchNorm2d" : "BatchNorm1d", settings);
    case 10:
        return any_residual(c);
    case 11:
        return any_concat(c);
    default:
        return plain(names[below(c, c->images ? 6 : 7)]);
    }
}

enum { ANY_ROWS = 24 };

static net any_net(uint64_t seed) {
    chance c = {.random = dnn_random_seeded(seed), .images = seed % 2 == 0};
    const dnn_shape input =
        c.images ? dnn_shape_image(2, 3, ANY_ROWS / 6) : dnn_shape_vector(ANY_ROWS);
    c.width = dnn_shape_channels(&input);
    dnn_layer *first = any_chain(&c), *middle = any_learner(&c), *last = any_chain(&c);
    return net_of(DNN_FLOAT64, sequential(first, middle, last), &input, seed);
}

/* Every output and gradient that one network still has is the other's, which keeps them all. */
static void check_readable(const net *n, const net *all, uint64_t seed) {
    size_t steps = dnn_network_step_count(n->network);
    for (size_t s = 1; s <= steps; s++) {
        const dnn_matrix *A = output_of(n, s), *dA = gradient_of(n, s);
        if (A != NULL && !dnn_matrix_equal(A, output_of(all, s)))
            fail_msg("network %zu: the output of step %zu can be read, and is another",
                     (size_t)seed, s);
        if (dA != NULL && !dnn_matrix_equal(dA, gradient_of(all, s)))
            fail_msg("network %zu: the gradient of step %zu can be read, and is another",
                     (size_t)seed, s);
    }
}

static void check_equal(const net *a, const net *b, uint64_t seed, const char *what) {
    if (!dnn_matrix_equal(dnn_network_output(a->network), dnn_network_output(b->network)) ||
        memcmp(a->gradients, b->gradients, dnn_network_value_bytes(a->network)) != 0 ||
        memcmp(a->kept, b->kept, dnn_network_kept_bytes(a->network)) != 0)
        fail_msg("network %zu computes something else %s", (size_t)seed, what);
}

static void sharing_memory_changes_no_bit_of_any_network(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        net all = any_net(seed), little = any_net(seed);
        size_t rows = ANY_ROWS, cols = 3 + seed % 4;
        dnn_matrix X = normal_matrix(DNN_FLOAT64, rows, cols, seed), before = copy_of(&X);
        dnn_matrix dX[2] = {matrix(DNN_FLOAT64, rows, cols, NULL),
                            matrix(DNN_FLOAT64, rows, cols, NULL)};
        set_keep(&little, DNN_KEEP_LITTLE);
        dnn_matrix dA = normal_matrix(DNN_FLOAT64, forward(&all, &X)->rows, cols, seed + 1);
        forward(&little, &X);
        check_readable(&little, &all, seed);
        backward(&all, &dA, NULL);
        backward(&little, &dA, NULL);
        check_readable(&little, &all, seed);
        check_equal(&all, &little, seed, "where it keeps little");
        forward(&all, &X);
        forward(&little, &X);
        backward(&all, &dA, &dX[0]);
        backward(&little, &dA, &dX[1]);
        check_equal(&all, &little, seed, "the second time");
        check_same(&dX[0], &dX[1]);
        set_keep(&all, DNN_KEEP_ALL);
        set_training(&all, false);
        set_training(&little, false);
        forward(&all, &X);
        forward(&little, &X);
        check_readable(&little, &all, seed);
        check_equal(&all, &little, seed, "in evaluation");
        check_same(&X, &before);
        dnn_matrix *used[] = {&X, &before, &dA, &dX[0], &dX[1]};
        for (size_t k = 0; k < 5; k++)
            dnn_matrix_free(used[k]);
        free_net(&all);
        free_net(&little);
    }
}

/* Segments that learn have the gradients that they have where all learn; the others keep theirs. */
static void check_frozen(const net *n, const net *all, uint64_t seed) {
    const dnn_parameters *p = dnn_network_parameters(n->network);
    for (size_t k = 0; k < p->learnt_count; k++) {
        dnn_matrix here = dnn_segment_gradients(p, k),
                   there = dnn_segment_gradients(dnn_network_parameters(all->network), k);
        for (size_t i = 0; i < dnn_matrix_count(&here); i++)
            if (((double *)here.data)[i] != (p->segments[k].frozen ? 7 : ((double *)there.data)[i]))
                fail_msg("network %zu: another gradient of %s (%s)", (size_t)seed,
                         p->segments[k].name, p->segments[k].frozen ? "frozen" : "learns");
    }
}

static void freezing_layers_of_any_network_changes_nothing_for_the_others(void **state) {
    (void)state;
    dnn_error err;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        net all = any_net(seed), n = any_net(seed);
        dnn_random random = dnn_random_seeded(seed + 1000);
        dnn_matrix X = normal_matrix(DNN_FLOAT64, ANY_ROWS, 3, seed);
        dnn_matrix dA = normal_matrix(DNN_FLOAT64, forward(&all, &X)->rows, 3, seed + 1);
        dnn_matrix gradients =
            dnn_matrix_of(DNN_FLOAT64, dnn_network_parameters(n.network)->count, 1, n.gradients);
        set_keep(&n, seed % 3 == 0 ? DNN_KEEP_LITTLE : DNN_KEEP_TRAINING);
        for (size_t s = 0; s < dnn_network_step_count(n.network); s++)
            dnn_network_step(n.network, s)->layer->frozen = dnn_random_below(&random, 3) > 0;
        dnn_network_note_layers(n.network);
        check_ok(dnn_fill(&gradients, 7, &err));
        forward(&n, &X);
        backward(&all, &dA, NULL);
        backward(&n, &dA, NULL);
        check_frozen(&n, &all, seed);
        dnn_matrix_free(&X);
        dnn_matrix_free(&dA);
        free_net(&all);
        free_net(&n);
    }
}

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

/* --- nothing is allocated in a step --- */

static void check_steps_allocate_nothing(net *n, const dnn_matrix *X) {
    dnn_error err;
    for (int training = 1; training >= 0; training--) {
        set_training(n, training);
        dnn_matrix dA = normal_matrix(DNN_FLOAT32, forward(n, X)->rows, X->cols, 5);
        if (training)
            backward(n, &dA, NULL);
        uint64_t before = dnn_allocation_count();
        dnn_fail_allocation(1);
        for (uint64_t step = 0; step < 2; step++) {
            size_t bytes;
            check_ok(dnn_network_plan(n->network, X, &bytes, &err));
            check_ok(dnn_network_forward(n->network, X, step, &err));
            if (training)
                check_ok(dnn_network_backward(n->network, &dA, NULL, &err));
        }
        dnn_fail_allocation(0);
        assert_true(dnn_allocation_count() == before);
        dnn_matrix_free(&dA);
    }
}

static void a_step_of_a_network_of_every_class_allocates_nothing(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        if (kind->compile != NULL || (kind->flags & DNN_MANY_INPUTS) != 0)
            continue; /* containers, and what stands at their ends, are in the next one */
        const dnn_case *c = &kind->cases[0];
        net n = net_of(DNN_FLOAT32, sequential(layer_of(kind->name, c->settings), plain("Flatten")),
                       &c->in[0], 1);
        dnn_matrix X = normal_matrix(DNN_FLOAT32, dnn_shape_count(&c->in[0]), 6, 2);
        for (size_t i = 0; (kind->flags & DNN_TAKES_IDS) != 0 && i < X.rows * X.cols; i++)
            dnn_matrix_set(&X, i % X.rows, i / X.rows, (double)(1 + i % c->ids));
        check_steps_allocate_nothing(&n, &X);
        dnn_matrix_free(&X);
        free_net(&n);
    }
    const dnn_shape image = dnn_shape_image(8, 8, 3);
    net n = net_of(
        DNN_FLOAT32,
        sequential(
            layer_of("Conv2d", "in_channels=3 out_channels=4 kernel_size=3 padding=1"),
            layer_of("BatchNorm2d", "num_features=4"), plain("ReLU"),
            residual(layer_of("Conv2d", "in_channels=4 out_channels=4 kernel_size=3 padding=1"),
                     plain("Tanh")),
            concat(layer_of("MaxPool2d", "kernel_size=2"), layer_of("AvgPool2d", "kernel_size=2")),
            plain("Flatten"), plain("Dropout"), linear(128, 10), plain("Softmax")),
        &image, 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT32, 192, 6, 2);
    check_steps_allocate_nothing(&n, &X);
    dnn_matrix_free(&X);
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluating_a_deep_network_needs_two_buffers),
        cmocka_unit_test(training_that_keeps_little_needs_less_and_computes_the_same),
        cmocka_unit_test(sharing_memory_changes_no_bit_of_any_network),
        cmocka_unit_test(freezing_layers_of_any_network_changes_nothing_for_the_others),
        cmocka_unit_test(evaluation_leaves_the_buffers_of_training_alone),
        cmocka_unit_test(evaluation_has_nothing_for_backward_unless_all_is_kept),
        cmocka_unit_test(a_second_backward_needs_what_the_first_may_have_used_up),
        cmocka_unit_test(modes_may_have_inputs_of_different_shapes),
        cmocka_unit_test(a_view_has_the_memory_of_its_input),
        cmocka_unit_test(inputs_with_and_without_gaps_may_alternate),
        cmocka_unit_test(ids_with_gaps_may_have_any_type),
        cmocka_unit_test(a_step_of_a_network_of_every_class_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
