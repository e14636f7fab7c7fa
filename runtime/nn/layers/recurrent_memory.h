/* recurrent_memory.h: sizes and matrices of a call of a recurrent layer; internal to its files.
 *
 * Inside the layer, the examples are one group or two, each with columns of its own in every
 * matrix, and those of a step of a group are together: dnn_recurrent_column. In X and A the steps
 * of an example are. Two groups have sums of the weights' gradients each, which are added up at the
 * end: so the thread that has made a group's dZ and H mostly is the one that reads them. H and C
 * have one step more than there are: that which a direction starts from is before the first, or,
 * where it runs from the end, after the last. */
#ifndef DNN_NN_RECURRENT_MEMORY_H
#define DNN_NN_RECURRENT_MEMORY_H

#include "math/packed.h"
#include "nn/layers/recurrent.h"

#define DNN_RECURRENT_TASK 8 /* examples that go through all steps together */

typedef struct dnn_recurrent_sizes {
    const dnn_cell *cell;
    size_t layers, directions, lanes;
    size_t table;               /* columns of that which X may be looked up in; 0: there is none */
    size_t input, hidden, rows; /* rows: of all gates */
    size_t steps, examples, columns; /* columns = steps * examples */
    size_t split;                    /* examples of the first group; all where there is one */
    size_t chunk; /* steps whose dZ is kept at a time: its weights' gradients are summed next */
    bool bias, last;
    double dropout; /* 0 in evaluation */
} dnn_recurrent_sizes;

typedef struct dnn_recurrent_lane {
    dnn_matrix Z, ZH;        /* rows x columns; ZH where the cell has it */
    dnn_matrix H, C, tanh_C; /* hidden x (columns + examples), tanh_C hidden x columns */
} dnn_recurrent_lane;

typedef struct dnn_recurrent_memory {
    /* Saved. A layer's input is the output of the one below; inputs[0] is not used. */
    dnn_recurrent_lane lanes[DNN_RECURRENT_LANES];
    dnn_matrix inputs[DNN_RECURRENT_LANES];

    /* Scratch, by direction. */
    dnn_matrix dZ[2], dZH[2]; /* rows x (chunk * examples); the same where the cell has no ZH */
    dnn_matrix dH[2], dC[2];  /* hidden x examples */
    void *packed_X[2], *packed_H[2];
    dnn_matrix
        sums[2][4]; /* of the second group: gradients of values, that of the table for weight_ih */
    dnn_matrix X;   /* input x (chunk * examples): a chunk of X in the order of steps */
    dnn_matrix table[2]; /* rows x columns of call->lookup: their part of Z; in backward their dZ */
    uint32_t *places;    /* steps * examples: the table's columns in the order of steps */
    dnn_matrix flow[2];  /* directions * hidden x columns: gradients between layers */

    size_t saved_bytes, scratch_bytes;
} dnn_recurrent_memory;

dnn_recurrent_sizes dnn_recurrent_sizes_of(const dnn_call *call);

/* Where all is in the call's saved and scratch, NULL where those are. */
void dnn_recurrent_lay_out(const dnn_call *call, const dnn_recurrent_sizes *s,
                           dnn_recurrent_memory *m);

/* Where a step of an example is in a matrix of so many columns, of whatever number of steps. */
static inline size_t dnn_recurrent_column(const dnn_recurrent_sizes *s, size_t columns, size_t step,
                                          size_t example) {
    if (example < s->split)
        return step * s->split + example;
    size_t steps = columns / s->examples;
    return steps * s->split + step * (s->examples - s->split) + example - s->split;
}

/* Values of a lane, and their gradients. */
enum { DNN_WEIGHT_IH, DNN_WEIGHT_HH, DNN_BIAS_IH, DNN_BIAS_HH };

static inline size_t dnn_recurrent_value(const dnn_recurrent_sizes *s, size_t lane, size_t which) {
    return lane * (s->bias ? 4 : 2) + which;
}

/* Rows of a layer's input. */
static inline size_t dnn_recurrent_width(const dnn_recurrent_sizes *s, size_t layer) {
    return layer == 0 ? s->input : s->directions * s->hidden;
}

#endif
