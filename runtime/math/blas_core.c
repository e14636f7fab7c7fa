/* blas_core.c: which of OpenBLAS's kernels run.
 *
 * The packaged library knows the CPUs of its day by number and takes a newer one for something old:
 * a server with AVX-512 gets SSE3 kernels and an eighth of its speed. What a CPU can run, though,
 * it says itself. The functions of OpenBLAS are looked up at run time, so another BLAS works as
 * well. */
#include "math/blas_core.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "math/blas.h"
#include "math/cpu.h"

typedef char *name_function(void);
typedef void plain_function(void);
typedef void count_function(int);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *core_name = "unknown";

/* ISO C has no cast from dlsym's object pointer to a function pointer; POSIX promises the copy. */
static void find(void *function, const char *name) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &symbol, sizeof symbol);
}

#ifdef __x86_64__
static dnn_vector_level level_of_core(const char *core) {
    static const char *const avx2[] = {"Excavator", "Haswell", "Zen"};
    static const char *const avx512[] = {"SkylakeX", "Cooperlake", "Sapphirerapids"};
    for (size_t i = 0; i < sizeof avx512 / sizeof *avx512; i++)
        if (strcmp(core, avx512[i]) == 0)
            return DNN_VECTORS_AVX512;
    for (size_t i = 0; i < sizeof avx2 / sizeof *avx2; i++)
        if (strcmp(core, avx2[i]) == 0)
            return DNN_VECTORS_AVX2;
    return DNN_VECTORS_OLDER;
}

/* To the kernels that any CPU of its level runs; never to lesser ones. */
static void switch_core(const char *current) {
    static const char variable[] = "OPENBLAS_CORETYPE";
    dnn_vector_level level = dnn_cpu_level();
    plain_function *quit, *init;
    find(&quit, "gotoblas_dynamic_quit");
    find(&init, "gotoblas_dynamic_init");
    if (quit == NULL || init == NULL || getenv(variable) != NULL ||
        level <= level_of_core(current) ||
        setenv(variable, level == DNN_VECTORS_AVX512 ? "SkylakeX" : "Haswell", 1) != 0)
        return;
    quit();
    init();
    unsetenv(variable);
}
#else
static void switch_core(const char *current) {
    (void)current;
}
#endif

static void prepare(void) {
    name_function *get_name;
    count_function *set_threads;
    find(&get_name, "openblas_get_corename");
    find(&set_threads, "openblas_set_num_threads");
    if (set_threads != NULL)
        set_threads(1);
    if (get_name == NULL)
        return;
    switch_core(get_name());
    core_name = get_name();
}

void dnn_blas_prepare(void) {
    pthread_once(&once, prepare);
}

const char *dnn_blas_core(void) {
    dnn_blas_prepare();
    return core_name;
}
