/* cpu.c: what tests withhold of this CPU. */
#include "math/cpu.h"

dnn_vector_level dnn_cpu_limit = DNN_VECTORS_AVX512;
