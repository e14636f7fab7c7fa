/* Where buffers are: how much memory they take, and that sharing it changes no bit of what is
 * computed. */
#include "nets.h"

#include "math/elementwise.h"

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

/* Whether a layer may be folded into the one before it, in evaluation and where not all is kept: the
 * result then differs by rounding. */
static bool folds(const net *n) {
    for (size_t s = 0; s < dnn_network_step_count(n->network); s++)
        if (dnn_network_step(n->network, s)->layer->kind->scale != NULL)
            return true;
    return false;
}

static bool same(const dnn_matrix *a, const dnn_matrix *b, bool folded) {
    if (!folded || a->rows != b->rows || a->cols != b->cols)
        return dnn_matrix_equal(a, b);
    double largest = 0, difference = 0;
    for (size_t i = 0; i < dnn_matrix_count(a); i++) {
        largest = fmax(largest, fabs(((double *)a->data)[i]));
        difference = fmax(difference, fabs(((double *)a->data)[i] - ((double *)b->data)[i]));
    }
    return difference <= 1e-12 * (1 + largest);
}

/* Every output and gradient that one network still has is the other's, which keeps them all. */
static void check_readable(const net *n, const net *all, uint64_t seed, bool folded) {
    size_t steps = dnn_network_step_count(n->network);
    for (size_t s = 1; s <= steps; s++) {
        const dnn_matrix *A = output_of(n, s), *dA = gradient_of(n, s);
        if (A != NULL && !same(A, output_of(all, s), folded))
            fail_msg("network %zu: the output of step %zu can be read, and is another",
                     (size_t)seed, s);
        if (dA != NULL && !dnn_matrix_equal(dA, gradient_of(all, s)))
            fail_msg("network %zu: the gradient of step %zu can be read, and is another",
                     (size_t)seed, s);
    }
}

static void check_equal(const net *a, const net *b, uint64_t seed, bool folded, const char *what) {
    if (!same(dnn_network_output(a->network), dnn_network_output(b->network), folded) ||
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
        check_readable(&little, &all, seed, false);
        backward(&all, &dA, NULL);
        backward(&little, &dA, NULL);
        check_readable(&little, &all, seed, false);
        check_equal(&all, &little, seed, false, "where it keeps little");
        forward(&all, &X);
        forward(&little, &X);
        backward(&all, &dA, &dX[0]);
        backward(&little, &dA, &dX[1]);
        check_equal(&all, &little, seed, false, "the second time");
        check_same(&dX[0], &dX[1]);
        set_keep(&all, DNN_KEEP_ALL);
        set_training(&all, false);
        set_training(&little, false);
        forward(&all, &X);
        forward(&little, &X);
        check_readable(&little, &all, seed, folds(&all));
        check_equal(&all, &little, seed, folds(&all), "in evaluation");
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
        if (kind->compile != NULL || kind->inputs > 1 || (kind->flags & DNN_MANY_INPUTS) != 0)
            continue; /* containers, and what is at their ends, are in the next one */
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
        cmocka_unit_test(a_step_of_a_network_of_every_class_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
