/* conv_gather_plan.h: how conv_gather.c cuts a convolution into tiles, and packs its weights.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_CONV_GATHER_PLAN_H
#define DNN_MATH_CONV_GATHER_PLAN_H

#include "math/conv_patch.h"
#include "math/conv_run.h"

typedef struct dnn_gather {
    const dnn_conv_gather *gather;
    const dnn_conv_kernels *kernels;
    dnn_conv_planes_kernel *planes; /* instead of those, for few channels; else NULL */
    bool depthwise, pools;
    size_t groups, source_channels, target_channels; /* channels of a group */
    size_t element, lanes, block, blocks; /* bytes; channels of a vector, a whole block; blocks */
    size_t phases[2];
    dnn_conv_tile tile;
    size_t tiles[2], batch; /* per phase; tiles of a task */
    size_t count;           /* of tiles: tile columns < rows < groups < phases < examples */
} dnn_gather;

/* What the channels decide: all but the tiles. */
void dnn_gather_channels(dnn_gather *p, const dnn_conv_gather *g, dnn_dtype dtype);

/* The tiles; and the weights into g->packed, of dnn_gather_packed_bytes, unless it is depthwise. */
void dnn_gather_tiles(dnn_gather *p);
void dnn_gather_pack(const dnn_gather *p);
size_t dnn_gather_packed_bytes(const dnn_gather *p);

/* direction: 0 rows, 1 columns. */
dnn_conv_axis dnn_gather_axis(const dnn_gather *p, int direction, size_t phase);

/* Element of the packed weights where those of a phase, group and block begin; and the vectors of a
 * block. */
size_t dnn_gather_packed_at(const dnn_gather *p, size_t phase_y, size_t phase_x, size_t group,
                            size_t block);
size_t dnn_gather_vectors(const dnn_gather *p, size_t block);

#endif
