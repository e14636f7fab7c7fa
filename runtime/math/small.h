/* small.h: products of small matrices, which take less time than BLAS needs to begin, and where
 * they are faster than BLAS those of larger ones.
 *
 * Internal to this folder. Every element of c is a sum in the order of k, of fused multiply-adds,
 * whatever the shape; after each DEPTH of them it is added to c. */
#ifndef DNN_MATH_SMALL_H
#define DNN_MATH_SMALL_H

#include "math/cpu.h"
#include "math/mm_run.h"

enum {
    DNN_SMALL_DEPTH = 256,    /* most of k: what a packed block of a is deep */
    DNN_SMALL_SIDE = 256,     /* most columns of c that are worked on at a time */
    DNN_SMALL_WORK = 1 << 20, /* multiplications up to which both are all that counts */
};

/* True when this is the fastest way on this CPU, on one thread. */
bool dnn_small_suits(const dnn_mm_call *p);

/* dnn_small_suits, quickly seen of most products of a small network, of so much work; false: ask
 * the other. */
static inline bool dnn_small_surely(const dnn_mm_call *p, size_t work) {
    return p->m <= DNN_SMALL_SIDE && p->n <= DNN_SMALL_SIDE && p->k <= DNN_SMALL_DEPTH &&
           work <= DNN_SMALL_WORK && p->m > 1 && p->n > 1 && dnn_cpu_takes_small();
}

/* Computes it on the calling thread; with p->bfloat16, too, where the CPU has it. True where the
 * shape is so small that p->sums are made, too. */
bool dnn_small_run(const dnn_mm_call *p);

/* The same of one that has so few columns and so little depth. */
void dnn_small_run_part(const dnn_mm_call *p);

#endif
