/* An array grows without losing what it holds, and stays as it was where there is no memory. */
#include "check.h"

#include <stdint.h>

#include "core/grow.h"
#include "core/memory.h"

static void appending_keeps_what_is_there(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live(), before = dnn_allocation_count();
    double *numbers = NULL;
    size_t capacity = 0;
    for (size_t n = 0; n < 100000; n++) {
        assert_true(dnn_grow(&numbers, &capacity, n, 1));
        numbers[n] = (double)n;
    }
    for (size_t n = 0; n < 100000; n++)
        assert_true(numbers[n] == (double)n);
    assert_true(capacity >= 100000);
    assert_true(dnn_allocation_count() - before < 20); /* it doubles */
    dnn_free(numbers);
    assert_int_equal(dnn_allocations_live(), live);
}

static void room_for_many_comes_at_once(void **state) {
    (void)state;
    char *bytes = NULL;
    size_t capacity = 0;
    assert_true(dnn_grow(&bytes, &capacity, 0, 5000));
    assert_true(capacity >= 5000);
    char *same = bytes;
    assert_true(dnn_grow(&bytes, &capacity, 4000, 1000));
    assert_ptr_equal(bytes, same);
    dnn_free(bytes);
}

static void room_for_nothing_is_a_valid_array(void **state) {
    (void)state;
    int *none = NULL;
    size_t capacity = 0;
    assert_true(dnn_grow(&none, &capacity, 0, 0));
    assert_non_null(none);
    dnn_free(none);
}

static void without_memory_the_array_is_as_it_was(void **state) {
    (void)state;
    struct pair {
        int a, b;
    } *pairs = NULL;
    size_t capacity = 0;
    assert_true(dnn_grow(&pairs, &capacity, 0, 1));
    pairs[0] = (struct pair){1, 2};
    struct pair *old = pairs;
    size_t room = capacity;
    dnn_fail_allocation(1);
    assert_false(dnn_grow(&pairs, &capacity, 1, 1000));
    dnn_fail_allocation(0);
    assert_ptr_equal(pairs, old);
    assert_int_equal(capacity, room);
    assert_int_equal(pairs[0].b, 2);
    assert_false(dnn_grow(&pairs, &capacity, 1, SIZE_MAX / sizeof *pairs));
    assert_false(dnn_grow(&pairs, &capacity, 1, SIZE_MAX));
    assert_ptr_equal(pairs, old);
    dnn_free(pairs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending_keeps_what_is_there),
        cmocka_unit_test(room_for_many_comes_at_once),
        cmocka_unit_test(room_for_nothing_is_a_valid_array),
        cmocka_unit_test(without_memory_the_array_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
