/* Withholds instruction sets from a test: DNN_TEST_CPU=older has it run as on a CPU without AVX2,
 * DNN_TEST_CPU=avx2 as on one without AVX-512. It reaches every kernel: those that ask math/cpu.h,
 * and the clones of math/simd.h, of which the loader picks one before main.
 *
 * The linker gives the function that finds out what the CPU has, libgcc's __cpu_indicator_init, to
 * __wrap___cpu_indicator_init below (--wrap), and the clones' resolvers call that. Libraries may
 * not be ready then, so that the environment is read by system calls. */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

/* libgcc's facts: 32 in the model, the others after one another. */
extern struct { unsigned vendor, type, subtype, features; } __cpu_model;
extern unsigned __cpu_features2[];

enum { WORDS = 4 };

int __real___cpu_indicator_init(void);
int __wrap___cpu_indicator_init(void);

static long system_call(long number, long a, const char *b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

/* The first letter of what DNN_TEST_CPU is; 0 where it is not set. */
static char wanted(void) {
    static const char name[] = "DNN_TEST_CPU=";
    static char c[64];
    long file = system_call(SYS_open, (long)"/proc/self/environ", (char *)O_RDONLY, 0), got;
    unsigned matched = 0;
    bool start = true;
    char found = 0;
    while (found == 0 && (got = system_call(SYS_read, file, c, sizeof c)) > 0)
        for (long i = 0; i < got && found == 0; i++) {
            if (matched == sizeof name - 1)
                found = c[i];
            matched = (start || matched > 0) && c[i] == name[matched] ? matched + 1 : 0;
            start = c[i] == '\0';
        }
    system_call(SYS_close, file, NULL, 0);
    return found;
}

#define MEMORY_CHANGES() __asm__ volatile("" ::: "memory")

/* Clears the one fact that has the compiler's question answered with yes. */
#define WITHHOLD(feature)                                                                          \
    for (unsigned i = 0; i < 32 * WORDS && __builtin_cpu_supports(feature); i++) {                 \
        unsigned *word = i < 32 ? &__cpu_model.features : &__cpu_features2[i / 32 - 1];            \
        unsigned bit = *word & 1U << i % 32;                                                       \
        *word &= ~bit;                                                                             \
        MEMORY_CHANGES();                                                                          \
        if (__builtin_cpu_supports(feature))                                                       \
            *word |= bit;                                                                          \
        MEMORY_CHANGES();                                                                          \
    }

int __wrap___cpu_indicator_init(void) {
    static bool asked;
    int result = __real___cpu_indicator_init();
    if (asked)
        return result;
    asked = true;
    char level = wanted();
    if (level == 'o' || level == 'a') {
        WITHHOLD("x86-64-v4")
        WITHHOLD("avx512f")
    }
    if (level == 'o') {
        WITHHOLD("x86-64-v3")
        WITHHOLD("avx2")
    }
    return result;
}
