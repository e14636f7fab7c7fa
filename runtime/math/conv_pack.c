/* conv_pack.c: see conv_pack.h. */
#include "math/conv_pack.h"

#include <string.h>

#define PACK(T, name)                                                                              \
    static T *name(T *to, const T *w, size_t source_step, size_t target_step, size_t sources,      \
                   size_t count, size_t width) {                                                   \
        for (size_t i = 0; i < sources; i++, to += width, w += source_step) {                      \
            if (target_step == 1)                                                                  \
                memcpy(to, w, count * sizeof(T));                                                  \
            else                                                                                   \
                for (size_t t = 0; t < count; t++)                                                 \
                    to[t] = w[t * target_step];                                                    \
            for (size_t t = count; t < width; t++)                                                 \
                to[t] = 0;                                                                         \
        }                                                                                          \
        return to;                                                                                 \
    }
PACK(float, pack_f32)
PACK(double, pack_f64)

void *dnn_conv_pack(dnn_dtype dtype, void *to, const void *w, size_t source_step,
                    size_t target_step, size_t sources, size_t count, size_t width) {
    return dtype == DNN_FLOAT32
               ? (void *)pack_f32(to, w, source_step, target_step, sources, count, width)
               : (void *)pack_f64(to, w, source_step, target_step, sources, count, width);
}
