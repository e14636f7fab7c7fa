/* Tests of what a loader refuses: unreadable files, settings that do not fit, no memory, and
 * waiting that is interrupted. */
#include "loader_sets.h"

#include "interrupting.h"

static void a_file_that_cannot_be_read_is_left_out_and_named_once(void **state) {
    (void)state;
    dnn_loader_config c = file_config();
    const char *kept = files[4];
    files[4] = "nowhere.png";
    use_everything(&c.augment);
    epochs expected = run(&c, 0);
    assert_int_equal(expected.count, 2 * (COUNT - 1));
    c.workers = 3;
    epochs got = run(&c, 0);
    check_same(&expected, &got);
    release(&expected);
    release(&got);
    dnn_loader *loader;
    dnn_matrix x, y;
    check_ok(dnn_loader_open(&loader, &c, &err));
    check_ok(dnn_matrix_create(&x, DNN_FLOAT32, dnn_loader_rows(loader), 5, &err));
    check_ok(dnn_matrix_create(&y, DNN_FLOAT32, 1, 5, &err));
    for (size_t n = 0; n < 10; n++) {
        size_t count;
        check_ok(dnn_loader_get(loader, 1 + n / 5, n % 5, &x, &y, &count, &err));
    }
    assert_int_equal(dnn_loader_failure_count(loader), 1);
    assert_string_equal(dnn_loader_failure(loader, 0), "nowhere.png: No such file or directory");
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    dnn_loader_close(loader);
    files[4] = kept;
}

static void refuses_what_does_not_fit(void **state) {
    (void)state;
    dnn_loader *loader;
    dnn_loader_config c = memory_config();
    c.augment.width = 9;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_SHAPE,
                "Loader: columns of 192 rows are not images of 8 x 9 x 3");
    c = memory_config();
    c.augment.crop_height = 9;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: a crop of 9 x 0 does not fit images of 8 x 8");
    c = memory_config();
    c.drop_last = true;
    c.batch_size = 24;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: batches of 24 from 23 examples: there is none");
    c = memory_config();
    c.augment.height = 3; /* the product is 64 in 64 bits */
    c.augment.width = UINT64_C(0xAAAAAAAAAAAAAAAB) * 64;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_SHAPE, "Loader: columns of 192 rows");
    c = memory_config();
    c.augment.strength[DNN_MIXUP] = 1e30;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: mixup must be a number from 0 to 4, got 1e+30");
    c.augment.strength[DNN_MIXUP] = NAN;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_ARGUMENT,
                "Loader: mixup must be a number from 0 to 4, got nan");
    float nothing;
    dnn_matrix empty = dnn_matrix_of(DNN_FLOAT32, 0, c.Y->cols, &nothing);
    c = memory_config();
    c.X = &empty;
    c.augment.height = 0;
    check_fails(dnn_loader_open(&loader, &c, &err), DNN_ERROR_SHAPE,
                "Loader: the examples have no rows");
    assert_null(loader);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    dnn_loader_config c = file_config();
    use_everything(&c.augment);
    float a[6 * 5 * 3 * 5], la[5];
    dnn_matrix x = {a, 90, 5, 90, DNN_FLOAT32}, y = {la, 1, 5, 1, DNN_FLOAT32};
    dnn_set_threads(1);
    for (c.workers = 0; c.workers <= 1; c.workers++) {
        c.cache_bytes = COUNT * ROWS;
        uint64_t live = dnn_allocations_live();
        dnn_status status = DNN_ERROR_MEMORY;
        for (uint64_t n = 1; status != DNN_OK; n++) {
            dnn_loader *loader;
            size_t count;
            dnn_fail_allocation(n);
            status = dnn_loader_open(&loader, &c, &err);
            if (status == DNN_OK)
                status = dnn_loader_get(loader, 1, 0, &x, &y, &count, &err);
            dnn_loader_close(loader);
            dnn_fail_allocation(0);
            assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
            assert_int_equal(dnn_allocations_live(), live);
        }
    }
    dnn_set_threads(2);
}

static void waiting_ends_when_it_is_asked_to(void **state) {
    (void)state;
    dnn_loader_config c = file_config();
    dnn_loader *loader;
    static float a[ROWS * 5];
    float la[5];
    dnn_matrix x = {a, ROWS, 5, ROWS, DNN_FLOAT32}, y = {la, 1, 5, 1, DNN_FLOAT32};
    size_t count;
    for (c.workers = 0; c.workers < 2; c.workers++) {
        check_ok(dnn_loader_open(&loader, &c, &err));
        dnn_interrupt_request();
        dnn_status status = dnn_loader_get(loader, 1, 0, &x, &y, &count, &err);
        dnn_interrupt_clear();
        assert_true(status == DNN_OK || status == DNN_ERROR_INTERRUPTED);
        check_ok(dnn_loader_get(loader, 1, 0, &x, &y, &count, &err));
        assert_int_equal(count, 5);
        dnn_loader_close(loader);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_cannot_be_read_is_left_out_and_named_once),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(waiting_ends_when_it_is_asked_to),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
