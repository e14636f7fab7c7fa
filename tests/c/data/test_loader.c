/* Tests of batches: the same bits on any number of threads and from any position, what an epoch
 * visits, the cache, mixed labels, and moments. */
#include "loader_sets.h"

static void the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    for (int from_files = 0; from_files < 2; from_files++) {
        dnn_loader_config c = from_files ? file_config() : memory_config();
        use_everything(&c.augment);
        epochs expected = run(&c, 0);
        assert_int_equal(expected.count, 2 * COUNT);
        for (c.workers = 1; c.workers <= 4; c.workers++) {
            for (c.prefetch = 1; c.prefetch <= 5; c.prefetch += 2) {
                c.cache_bytes = c.workers * ROWS * 4;
                epochs got = run(&c, 0);
                check_same(&expected, &got);
                release(&got);
            }
        }
        release(&expected);
    }
}

static void memory_and_files_give_the_same(void **state) {
    (void)state;
    dnn_loader_config a = memory_config(), b = file_config();
    use_everything(&a.augment);
    use_everything(&b.augment);
    epochs from_memory = run(&a, 0), from_files = run(&b, 0);
    check_same(&from_memory, &from_files);
    release(&from_memory);
    release(&from_files);
}

static void goes_on_from_any_batch_as_if_it_had_never_stopped(void **state) {
    (void)state;
    dnn_loader_config c = memory_config();
    use_everything(&c.augment);
    c.workers = 2;
    epochs whole = run(&c, 0), rest = run(&c, 3);
    assert_int_equal(rest.count, whole.count - 15);
    assert_memory_equal(rest.X, whole.X + 15 * whole.rows, rest.count * rest.rows * sizeof(float));
    release(&whole);
    release(&rest);
}

static void an_epoch_visits_each_example_once_in_a_new_order(void **state) {
    (void)state;
    dnn_loader_config c = memory_config();
    c.workers = 1;
    epochs e = run(&c, 0);
    int seen[2][COUNT] = {{0}}, moved = 0;
    for (size_t i = 0; i < 2 * COUNT; i++) {
        size_t example = (size_t)e.Y[i] - 1;
        seen[i / COUNT][example]++;
        for (size_t r = 0; r < ROWS; r++)
            check_close(e.X[i * ROWS + r], pixels[example * ROWS + r] / 255.0, 1e-7);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(seen[0][i], 1);
        assert_int_equal(seen[1][i], 1);
        moved += e.Y[i] != e.Y[COUNT + i];
    }
    assert_true(moved > COUNT / 2);
    release(&e);
    c.shuffle = false;
    c.drop_last = true;
    e = run(&c, 0);
    assert_int_equal(e.count, 40);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal((int)e.Y[i], i % 20 + 1);
    release(&e);
}

static void weights_draw_with_repetition(void **state) {
    (void)state;
    double weights[COUNT] = {0};
    weights[3] = 1;
    weights[7] = 3;
    dnn_loader_config c = memory_config();
    c.weights = weights;
    int counts[COUNT] = {0}, total = 0;
    for (c.seed = 0; c.seed < 40; c.seed++) {
        epochs e = run(&c, 0);
        for (size_t i = 0; i < e.count; i++, total++)
            counts[(size_t)e.Y[i] - 1]++;
        release(&e);
    }
    assert_int_equal(counts[3] + counts[7], total);
    check_close((double)counts[7] / total, 0.75, 4 * sqrt(0.75 * 0.25 / total));
    weights[7] = -1;
    dnn_loader *loader;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: weight 8 is -1; expected finite numbers >= 0");
    weights[7] = weights[3] = 0;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: the weights sum to 0; expected more than 0");
}

static void the_cache_decodes_each_file_once_and_keeps_to_its_limit(void **state) {
    (void)state;
    dnn_loader *loader;
    dnn_matrix x, y;
    check_ok(dnn_matrix_create(&x, DNN_FLOAT32, ROWS, 5, &err));
    check_ok(dnn_matrix_create(&y, DNN_FLOAT32, 1, 5, &err));
    for (size_t room = 0; room <= COUNT; room += COUNT) {
        dnn_loader_config c = file_config();
        c.cache_bytes = room * ROWS;
        check_ok(dnn_loader_open(&loader, &c, &err));
        for (size_t n = 0; n < 15; n++) {
            size_t count;
            check_ok(dnn_loader_get(loader, n / 5, n % 5, &x, &y, &count, &err));
        }
        dnn_loader_statistics s = dnn_loader_statistics_of(loader);
        assert_int_equal(s.decoded, room > 0 ? COUNT : 3 * COUNT);
        assert_int_equal(s.cached_bytes, room * ROWS);
        dnn_loader_close(loader);
    }
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
}

static void one_hot_labels_and_mixed_ones_sum_to_one(void **state) {
    (void)state;
    dnn_loader_config c = memory_config();
    c.one_hot = COUNT;
    epochs plain = run(&c, 0);
    c.augment.strength[DNN_MIXUP] = 1;
    epochs mixed = run(&c, 0);
    assert_int_equal(mixed.label_rows, COUNT);
    size_t between = 0;
    for (size_t i = 0; i < 2 * COUNT; i++) {
        double sum = 0, value = 0;
        size_t ones = 0;
        for (size_t r = 0; r < COUNT; r++) {
            sum += (double)mixed.Y[i * COUNT + r];
            between += mixed.Y[i * COUNT + r] > 0 && mixed.Y[i * COUNT + r] < 1;
            ones += plain.Y[i * COUNT + r] == 1;
            value += (double)mixed.Y[i * COUNT + r] * pixels[r * ROWS + 17] / 255.0;
        }
        assert_int_equal(ones, 1);
        check_close(sum, 1, 1e-6);
        check_close(mixed.X[i * ROWS + 17], value, 1e-6); /* pixels by the same shares */
    }
    assert_true(between > COUNT);
    release(&plain);
    release(&mixed);
    c.one_hot = COUNT - 1;
    dnn_loader *loader;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: label 23 is 23; one_hot = 22 needs whole numbers from 1 to 22");
}

static void moments_are_those_of_all_values(void **state) {
    (void)state;
    dnn_loader *loader;
    dnn_loader_config c = file_config();
    double mean[3], deviation[3], same_mean[3], same_deviation[3];
    check_ok(dnn_loader_open(&loader, &c, &err));
    check_ok(dnn_loader_moments(loader, mean, deviation, &err));
    dnn_set_threads(1);
    check_ok(dnn_loader_moments(loader, same_mean, same_deviation, &err));
    dnn_set_threads(2);
    assert_memory_equal(mean, same_mean, sizeof mean);
    assert_memory_equal(deviation, same_deviation, sizeof mean);
    dnn_loader_close(loader);
    for (size_t k = 0; k < 3; k++) {
        double sum = 0, square = 0;
        const size_t n = COUNT * ROWS / 3;
        for (size_t i = k; i < COUNT * ROWS; i += 3)
            sum += pixels[i] / 255.0;
        for (size_t i = k; i < COUNT * ROWS; i += 3)
            square += (pixels[i] / 255.0 - sum / (double)n) * (pixels[i] / 255.0 - sum / (double)n);
        check_close(mean[k], sum / (double)n, 1e-12);
        check_close(deviation[k], sqrt(square / (double)n), 1e-12);
    }
}

static void float64_and_plain_vectors_are_copied_exactly(void **state) {
    (void)state;
    double values[3 * COUNT];
    for (size_t i = 0; i < 3 * COUNT; i++)
        values[i] = 1.0 / (double)(i + 3);
    dnn_matrix V = {values, 3, COUNT, 3, DNN_FLOAT64}, x, y;
    dnn_loader_config c = memory_config();
    c.X = &V;
    c.scale = 1;
    c.augment = (dnn_augment){.height = 3, .width = 1, .channels = 1, .top = 1};
    c.dtype = DNN_FLOAT64;
    c.batch_size = 100;
    c.workers = 1;
    dnn_loader *loader;
    check_ok(dnn_loader_open(&loader, &c, &err));
    check_ok(dnn_matrix_create(&x, DNN_FLOAT64, 3, COUNT, &err));
    check_ok(dnn_matrix_create(&y, DNN_FLOAT64, 1, COUNT, &err));
    size_t count;
    check_ok(dnn_loader_get(loader, 1, 0, &x, &y, &count, &err));
    assert_int_equal(count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_memory_equal((double *)x.data + 3 * i,
                            values + 3 * ((size_t)((double *)y.data)[i] - 1), 24);
    check_fails(dnn_loader_get(loader, 1, 1, &x, &y, &count, &err), DNN_ERROR_ARGUMENT,
                "Loader: batch 2 of 1 in an epoch");
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    dnn_loader_close(loader);
}

static void a_preview_changes_nothing(void **state) {
    (void)state;
    dnn_loader_config c = memory_config();
    use_everything(&c.augment);
    c.workers = 1;
    dnn_loader *loader;
    check_ok(dnn_loader_open(&loader, &c, &err));
    float a[6 * 5 * 3 * 5], b[6 * 5 * 3 * 5], la[5], lb[5];
    dnn_matrix xa = {a, 90, 5, 90, DNN_FLOAT32}, xb = {b, 90, 5, 90, DNN_FLOAT32};
    dnn_matrix ya = {la, 1, 5, 1, DNN_FLOAT32}, yb = {lb, 1, 5, 1, DNN_FLOAT32};
    size_t count;
    check_ok(dnn_loader_get(loader, 3, 0, &xa, &ya, &count, &err));
    check_ok(dnn_loader_preview(loader, 3, 1, &xb, &yb, &count, &err));
    check_ok(dnn_loader_get(loader, 3, 1, &xa, &ya, &count, &err));
    assert_int_equal(count, 5);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(la, lb, sizeof la);
    dnn_loader_close(loader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(memory_and_files_give_the_same),
        cmocka_unit_test(goes_on_from_any_batch_as_if_it_had_never_stopped),
        cmocka_unit_test(an_epoch_visits_each_example_once_in_a_new_order),
        cmocka_unit_test(weights_draw_with_repetition),
        cmocka_unit_test(the_cache_decodes_each_file_once_and_keeps_to_its_limit),
        cmocka_unit_test(one_hot_labels_and_mixed_ones_sum_to_one),
        cmocka_unit_test(moments_are_those_of_all_values),
        cmocka_unit_test(float64_and_plain_vectors_are_copied_exactly),
        cmocka_unit_test(a_preview_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
