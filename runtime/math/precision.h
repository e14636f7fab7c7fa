/* precision.h: how precisely float32 matrices are multiplied: a setting of the whole process. */
#ifndef DNN_MATH_PRECISION_H
#define DNN_MATH_PRECISION_H

#include <stdbool.h>

typedef enum dnn_matmul_precision {
    DNN_MATMUL_HIGHEST, /* in float32; the default */
    DNN_MATMUL_HIGH,    /* the same: these CPUs have no type between float32 and bfloat16 */
    DNN_MATMUL_MEDIUM,  /* operands rounded to bfloat16, sums in float32, where the CPU multiplies
                           bfloat16 (AVX512-BF16); in float32 where it does not */
} dnn_matmul_precision;

/* The names of PyTorch's set_float32_matmul_precision, in that order, then NULL. */
extern const char *const dnn_matmul_precisions[];

/* Not while a job runs. It holds for dnn_mm and the layers that call it (Linear, the projections of
 * attention, Bilinear), where the result has at least 32 rows and 32 columns and its sums 16 terms:
 * smaller products gain nothing and stay float32. So do convolutions, those of 1 x 1 too, as in
 * PyTorch; recurrent layers, their product with X too; attention's own products; and all that is
 * float64. Rounding is to the nearest, ties to even; operands
 * below the least normal number count as 0, as do sums. The same bits on any number of threads. */
void dnn_set_matmul_precision(dnn_matmul_precision precision);
dnn_matmul_precision dnn_get_matmul_precision(void);

/* Whether products are on bfloat16 now: MEDIUM is set, and the CPU has it. */
bool dnn_matmul_on_bfloat16(void);

#endif
