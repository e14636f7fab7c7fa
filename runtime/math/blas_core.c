/* blas_core.c: OpenBLAS and LAPACKE loaded, and which of OpenBLAS's kernels run.
 *
 * The packaged library knows the CPUs of its day by number and takes a newer one for something old:
 * a server with AVX-512 gets SSE3 kernels and an eighth of its speed. What a CPU can run, though,
 * it says itself. */
#include "math/blas_core.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/least.h"
#include "math/blas.h"
#include "math/cpu.h"

typedef char *name_function(void);
typedef void plain_function(void);
typedef void count_function(int);
typedef void *take_function(int);
typedef void give_function(void *);

#define MEBIBYTE   ((size_t)1 << 20)
#define AREA       (128 * MEBIBYTE) /* of OpenBLAS, for one call */
#define MOST_AREAS ((size_t)DNN_MAX_THREADS)

dnn_blas_functions dnn_blas;
dnn_lapack_functions dnn_lapack;
atomic_bool dnn_blas_is_ready, dnn_lapack_is_ready;
_Atomic size_t dnn_blas_calls, dnn_blas_areas;

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static const char *core_name = "unknown";

/* OpenBLAS's own, by which a call gets a work area and gives it back; NULL where it has no such. */
static take_function *take_area;
static give_function *give_area;

/* ISO C has no cast from dlsym's object pointer to a function pointer; POSIX promises the copy.
 * Whether the library has it. */
static bool find(void *library, void *function, const char *name) {
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

/* Never closed again: threads that are left over may still run its code. */
static dnn_status open_library(const char *file, const char *purpose, void **library,
                               dnn_error *err) {
    *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (*library != NULL)
        return DNN_OK;
    const char *reason = dlerror();
    return dnn_fail(err, DNN_ERROR_STATE, "the library for %s cannot be loaded: %s", purpose,
                    reason != NULL ? reason : file);
}

#define BOTH_NAMES(prefix, name) #prefix "s" #name, #prefix "d" #name,
static const char *const blas_names[] = {DNN_BLAS_FUNCTIONS(BOTH_NAMES)};
static const char *const lapack_names[] = {DNN_LAPACK_FUNCTIONS(BOTH_NAMES)};

/* Fills a table, which has a pointer for each name, in their order. */
static dnn_status find_all(void *library, const char *file, const char *const *names, size_t bytes,
                           void *table, dnn_error *err) {
    for (size_t i = 0; i < bytes / sizeof *names; i++)
        if (!find(library, (char *)table + i * sizeof(plain_function *), names[i]))
            return dnn_fail(err, DNN_ERROR_STATE, "%s has no function %s", file, names[i]);
    return DNN_OK;
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

/* The kernels for this CPU, where the library has taken worse ones; else NULL. On Zen 4 those of
 * AVX2 are up to a tenth faster: they need fewer instructions around as many multiply-adds. */
static const char *better_core(const char *current) {
    dnn_vector_level level = dnn_cpu_level();
    if (dnn_cpu_halves_vectors())
        return strcmp(current, "Haswell") == 0 ? NULL : "Haswell";
    return level <= level_of_core(current) ? NULL
           : level == DNN_VECTORS_AVX512   ? "SkylakeX"
                                           : "Haswell";
}

/* To the kernels that any CPU of its level runs; never to slower ones. */
static void switch_core(void *library, const char *current) {
    static const char variable[] = "OPENBLAS_CORETYPE";
    const char *better = better_core(current);
    plain_function *quit, *init;
    if (!find(library, &quit, "gotoblas_dynamic_quit") ||
        !find(library, &init, "gotoblas_dynamic_init") || getenv(variable) != NULL ||
        better == NULL || setenv(variable, better, 1) != 0)
        return;
    quit();
    init();
    unsetenv(variable);
}
#else
static void switch_core(void *library, const char *current) {
    (void)library;
    (void)current;
}
#endif

/* OpenBLAS starts a thread for each further CPU as soon as it is loaded. They are never used, as
 * work is shared out by core/threads.h; and where memory is short (ulimit -v) such a thread never
 * ends, and the program hangs at its exit. So it is shown one CPU. The user's OPENBLAS_NUM_THREADS
 * wins. */
static dnn_status open_on_one_cpu(void **library, dnn_error *err) {
    cpu_set_t all, one;
    int cpu = sched_getcpu();
    bool changed = cpu >= 0 && cpu < CPU_SETSIZE && sched_getaffinity(0, sizeof all, &all) == 0;
    if (changed) {
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        changed = sched_setaffinity(0, sizeof one, &one) == 0;
    }
    dnn_status status = open_library(DNN_OPENBLAS_FILE, "matrix products", library, err);
    if (changed)
        sched_setaffinity(0, sizeof all, &all);
    return status;
}

static void choose_kernels(void *library) {
    name_function *get_name;
    count_function *set_threads;
    if (find(library, &set_threads, "openblas_set_num_threads"))
        set_threads(1);
    if (!find(library, &get_name, "openblas_get_corename"))
        return;
    switch_core(library, get_name());
    core_name = get_name();
}

static dnn_status load_blas(dnn_error *err) {
    void *library;
    dnn_status status = open_on_one_cpu(&library, err);
    if (status == DNN_OK)
        status =
            find_all(library, DNN_OPENBLAS_FILE, blas_names, sizeof blas_names, &dnn_blas, err);
    if (status == DNN_OK)
        choose_kernels(library);
    if (status == DNN_OK && (!find(library, &take_area, "blas_memory_alloc") ||
                             !find(library, &give_area, "blas_memory_free")))
        take_area = NULL;
    return status;
}

static dnn_status load_lapack(dnn_error *err) {
    void *library;
    dnn_status status = open_library(DNN_LAPACKE_FILE, "linear algebra", &library, err);
    return status == DNN_OK ? find_all(library, DNN_LAPACKE_FILE, lapack_names, sizeof lapack_names,
                                       &dnn_lapack, err)
                            : status;
}

/* Once, whichever thread comes first; again after a failure. */
static dnn_status load_once(atomic_bool *ready, dnn_status (*load)(dnn_error *), dnn_error *err) {
    pthread_mutex_lock(&loading);
    dnn_status status = atomic_load(ready) ? DNN_OK : load(err);
    if (status == DNN_OK)
        atomic_store_explicit(ready, true, memory_order_release);
    pthread_mutex_unlock(&loading);
    return status;
}

dnn_status dnn_blas_load(dnn_error *err) {
    return load_once(&dnn_blas_is_ready, load_blas, err);
}

dnn_status dnn_lapack_load(dnn_error *err) {
    return load_once(&dnn_lapack_is_ready, load_lapack, err);
}

/* --- work areas --- */

/* Whether another area can be had now, and a little beside it. */
static bool has_room(void) {
    size_t bytes = AREA + MEBIBYTE;
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return room != MAP_FAILED && munmap(room, bytes) == 0;
}

/* Takes areas until it has as many as are wanted at the same time, and gives all back: OpenBLAS
 * keeps them. How many there are then. */
static size_t make_areas(size_t wanted) {
    static void *taken[MOST_AREAS];
    size_t count = 0;
    while (count < wanted && has_room())
        taken[count++] = take_area(0);
    for (size_t i = count; i > 0; i--)
        give_area(taken[i - 1]);
    return count;
}

/* The lock is held. */
static dnn_status provide(dnn_error *err) {
    size_t calls = atomic_load(&dnn_blas_calls), areas = atomic_load(&dnn_blas_areas);
    if (calls <= areas)
        return DNN_OK;
    size_t made = take_area == NULL || calls > MOST_AREAS ? SIZE_MAX : make_areas(calls);
    if (made > areas)
        atomic_store_explicit(&dnn_blas_areas, made, memory_order_release);
    return made >= calls ? DNN_OK
                         : dnn_fail(err, DNN_ERROR_MEMORY,
                                    "not enough memory: OpenBLAS works in %zu MiB on each thread",
                                    AREA / MEBIBYTE);
}

dnn_status dnn_blas_provide(size_t calls, dnn_error *err) {
    dnn_status status = dnn_blas_prepare(err);
    if (status == DNN_OK) {
        pthread_mutex_lock(&loading);
        status = provide(err);
        pthread_mutex_unlock(&loading);
    }
    if (status != DNN_OK)
        dnn_blas_end(calls);
    return status;
}

const char *dnn_blas_core(void) {
    dnn_error ignored;
    return dnn_blas_prepare(&ignored) == DNN_OK ? core_name : "unknown";
}

typedef struct single {
    dnn_task *run;
    void *context;
    size_t task;
} single;

static void run_single(void *context, size_t number) {
    const single *s = context;
    (void)number;
    s->run(s->context, s->task);
}

/* Where there is no room for several at once, one after the other. */
static dnn_status run_in_turn(size_t tasks, dnn_task *run, void *context, dnn_error *err) {
    single s = {.run = run, .context = context};
    dnn_status status = dnn_blas_begin(1, err);
    if (status != DNN_OK)
        return status;
    for (; s.task < tasks && status == DNN_OK; s.task++)
        status = dnn_parallel_until(1, run_single, &s, err);
    dnn_blas_end(1);
    return status;
}

dnn_status dnn_blas_run(size_t tasks, dnn_task *run, void *context, dnn_error *err) {
    size_t calls = dnn_least(tasks, dnn_threads());
    dnn_status status = dnn_blas_begin(calls, err);
    if (status == DNN_ERROR_MEMORY && calls > 1)
        return run_in_turn(tasks, run, context, err);
    if (status == DNN_OK) {
        status = dnn_parallel_until(tasks, run, context, err);
        dnn_blas_end(calls);
    }
    return status;
}
