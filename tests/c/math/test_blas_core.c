/* The kernels that OpenBLAS chose for this machine. */
#include "check.h"

#include <stdlib.h>

#include "math/blas.h"
#include "math/cpu.h"

static void the_kernels_are_the_best_that_the_cpu_runs(void **state) {
    (void)state;
    const char *core = dnn_blas_core();
    if (getenv("OPENBLAS_CORETYPE") != NULL)
        skip();
#ifdef __x86_64__
    static const char *const old[] = {"Prescott", "Core2", "Nehalem", "Sandybridge", "Barcelona"};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        for (size_t i = 0; i < sizeof old / sizeof *old; i++)
            assert_string_not_equal(core, old[i]);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        assert_int_equal(dnn_cpu_halves_vectors(), strcmp(core, "Haswell") == 0);
#endif
    assert_null(getenv("OPENBLAS_CORETYPE"));
    assert_true(strlen(core) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernels_are_the_best_that_the_cpu_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
