/* The measured peak: more than any product reaches, and less than no machine has. */
#include "math/peak.h"

#include "check.h"
#include "core/threads.h"

static void it_is_a_rate_that_a_cpu_can_have(void **state) {
    (void)state;
    double f32 = dnn_peak_flops(DNN_FLOAT32), f64 = dnn_peak_flops(DNN_FLOAT64);
    assert_true(f32 > 1e8 && f32 < 1e14 * (double)dnn_threads());
    assert_true(f64 > 5e7 && f64 < 1e14 * (double)dnn_threads());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_rate_that_a_cpu_can_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
