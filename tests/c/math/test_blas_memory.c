/* Products and decompositions where OpenBLAS cannot have the memory that it works in: an error, and
 * fewer threads where there is room for some, instead of a call that tries again for ever. */
#include "check.h"
#include "random_matrix.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/threads.h"
#include "math/blas.h"
#include "math/linalg.h"

#define SIDE     1000
#define MEBIBYTE ((rlim_t)1 << 20)

static dnn_error err;
static dnn_matrix a, b, out, alone;

/* Lets the address space grow by so many mebibytes from now on. */
static void allow(rlim_t mebibytes) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu", &pages) != 1)
        _exit(99);
    fclose(file);
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + mebibytes * MEBIBYTE;
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        _exit(98);
}

/* In a child that has multiplied nothing yet; its status. */
static int in_child(int (*run)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(60); /* should it hang */
        dnn_blas_core();
        dnn_set_threads(2);
        _exit(run());
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int multiply(void) {
    return (int)dnn_mm(false, false, 1, &a, &b, 0, &out, &err);
}

static int multiply_without_room(void) {
    allow(64);
    if (multiply() != DNN_ERROR_MEMORY || strstr(err.text, "OpenBLAS works in 128 MiB") == NULL)
        return 1;
    allow(64);
    if (multiply() != DNN_ERROR_MEMORY)
        return 2;
    allow(1024);
    return multiply() == DNN_OK ? 0 : 3;
}

static int multiply_with_room_for_one(void) {
    size_t bytes = (size_t)SIDE * SIDE * sizeof(double);
    allow(200);
    if (multiply() != DNN_OK)
        return 1;
    memcpy(alone.data, out.data, bytes);
    allow(1024);
    if (multiply() != DNN_OK)
        return 2;
    return memcmp(out.data, alone.data, bytes) == 0 ? 0 : 3;
}

static int solve_without_room(void) {
    allow(64);
    return dnn_solve(&out, &a, &b, NULL, &err) == DNN_ERROR_MEMORY ? 0 : 1;
}

static void a_product_without_room_is_an_error_until_there_is_room(void **state) {
    (void)state;
    assert_int_equal(in_child(multiply_without_room), 0);
}

static void a_product_with_room_for_one_thread_has_the_same_bits(void **state) {
    (void)state;
    assert_int_equal(in_child(multiply_with_room_for_one), 0);
}

static void a_decomposition_without_room_is_an_error(void **state) {
    (void)state;
    assert_int_equal(in_child(solve_without_room), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_without_room_is_an_error_until_there_is_room),
        cmocka_unit_test(a_product_with_room_for_one_thread_has_the_same_bits),
        cmocka_unit_test(a_decomposition_without_room_is_an_error),
    };
    random_matrix(&a, DNN_FLOAT64, SIDE, SIDE, 0, 1);
    random_matrix(&b, DNN_FLOAT64, SIDE, SIDE, 0, 2);
    random_matrix(&out, DNN_FLOAT64, SIDE, SIDE, 0, 3);
    random_matrix(&alone, DNN_FLOAT64, SIDE, SIDE, 0, 4);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&out);
    dnn_matrix_free(&alone);
    return failed;
}
