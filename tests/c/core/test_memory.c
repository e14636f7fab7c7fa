/* Blocks are aligned and counted, and can be made to fail. */
#include "check.h"

#include "core/dtype.h"
#include "core/memory.h"

static void blocks_are_aligned_counted_and_writable(void **state) {
    (void)state;
    uint64_t before = dnn_allocation_count(), live = dnn_allocations_live();
    for (size_t bytes = 0; bytes < 300; bytes += 7) {
        unsigned char *block = dnn_alloc(bytes);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % DNN_ALIGNMENT, 0);
        memset(block, 1, bytes);
        dnn_free(block);
        before++;
    }
    assert_int_equal(dnn_allocation_count(), before);
    assert_int_equal(dnn_allocations_live(), live);
    dnn_free(NULL);
    assert_int_equal(dnn_allocations_live(), live);
}

static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    assert_null(dnn_alloc(SIZE_MAX));
    assert_null(dnn_calloc(SIZE_MAX / 2, 3));
    unsigned char *zeros = dnn_calloc(3, 5);
    for (int i = 0; i < 15; i++)
        assert_int_equal(zeros[i], 0);
    dnn_free(zeros);
}

static void the_nth_allocation_and_no_other_fails(void **state) {
    (void)state;
    dnn_fail_allocation(2);
    void *first = dnn_alloc(1), *second = dnn_alloc(1), *third = dnn_strdup("still here");
    assert_non_null(first);
    assert_null(second);
    assert_string_equal(third, "still here");
    dnn_free(first);
    dnn_free(third);
}

static void types_are_found_by_name(void **state) {
    (void)state;
    dnn_dtype found;
    for (int d = 0; d < DNN_DTYPE_COUNT; d++) {
        assert_true(dnn_dtype_from_name(dnn_dtype_info((dnn_dtype)d)->name, &found));
        assert_int_equal(found, d);
    }
    assert_false(dnn_dtype_from_name("float16", &found));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_counted_and_writable),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(the_nth_allocation_and_no_other_fails),
        cmocka_unit_test(types_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
