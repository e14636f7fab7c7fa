/* simd.h: how kernels are compiled for several instruction sets.
 *
 * A function marked DNN_CLONES is compiled once per x86-64 level and the loader picks the best one
 * that the CPU runs; elsewhere it is compiled once (arm64 has NEON in its base). The clones give
 * the same bits: contraction to fused multiply-adds is off, and no kernel leaves the order of a sum
 * to the compiler. */
#ifndef DNN_MATH_SIMD_H
#define DNN_MATH_SIMD_H

#include <stddef.h>
#include <stdint.h> /* defines __GLIBC__, too: clones need its loader's indirect functions */

/* gcc only: clang 14 gives the dispatching symbol another name than the function's. Not under
 * ThreadSanitizer, which is not ready when the loader asks which clone it shall be. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && __GNUC__ >= 12 &&          \
    !defined(__SANITIZE_THREAD__)
#define DNN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DNN_CLONES
#endif

/* For helpers of kernels: they take the instruction set of the clone that they are inlined into. */
#define DNN_INLINE static inline __attribute__((always_inline))

/* DNN_INDEPENDENT goes before a loop whose iterations are independent: an output is an input
 * itself or does not touch it. DNN_LANES goes before a loop over a fixed number of lanes: gcc
 * would unroll it first and then find no vectors in it. */
#if defined(__clang__)
#define DNN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define DNN_LANES
#else
#define DNN_INDEPENDENT _Pragma("GCC ivdep")
#define DNN_LANES       _Pragma("GCC unroll 1")
#endif

#endif
