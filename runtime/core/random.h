/* random.h: the program's own random numbers.
 *
 * A stream is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011): a key and a counter, so a stream can be split into independent ones and its
 * position saved as two integers. Only integer arithmetic and IEEE + - * / sqrt are used, so the
 * numbers are the same on every machine. A stream is a plain value: copy it to repeat it. Not safe
 * for use by two threads at once; split it instead. */
#ifndef DNN_CORE_RANDOM_H
#define DNN_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct dnn_random {
    uint64_t key;      /* which stream */
    uint64_t position; /* 64-bit words drawn so far */
} dnn_random;

/* The stream that belongs to a seed, at its start. */
dnn_random dnn_random_seeded(uint64_t seed);

/* An independent stream, derived from (and advancing) `parent`. */
dnn_random dnn_random_split(dnn_random *parent);

/* The next 64 random bits. */
uint64_t dnn_random_u64(dnn_random *stream);

/* Uniform integer in 0 .. bound-1, without bias; bound >= 1. */
uint64_t dnn_random_below(dnn_random *stream, uint64_t bound);

/* Uniform in [0, 1), 53 bits. */
double dnn_random_uniform(dnn_random *stream);

/* Standard normal, by inversion of the distribution function (Wichura's algorithm AS 241, 1988):
 * one 64-bit word per number. */
double dnn_random_normal(dnn_random *stream);

/* A permutation of 0 .. n-1 into `out` (n entries), by Fisher and Yates. */
void dnn_random_permutation(dnn_random *stream, uint32_t *out, uint32_t n);

/* Philox4x32-10 itself: four words of counter and two of key to four random words, in place. */
void dnn_philox4x32(uint32_t counter[4], const uint32_t key[2]);

#endif
