/* blas_core.h: the BLAS library made ready for single-threaded calls with the right kernels.
 *
 * Internal to this folder: whoever calls BLAS or LAPACK calls dnn_blas_prepare first. */
#ifndef DNN_MATH_BLAS_CORE_H
#define DNN_MATH_BLAS_CORE_H

/* Switches OpenBLAS to the best kernels that this CPU runs and to one thread. Only the first call
 * in the process does anything; later ones cost one load. */
void dnn_blas_prepare(void);

#endif
