/* call.h: one application of a layer.
 *
 * A call brings all that forward and backward work with. A network plans its calls once
 * (network/plan.c); a tape records them as they happen. What a call describes stays the same from
 * forward to backward, so that one layer can be called twice without the calls disturbing each
 * other.
 *
 * Matrices have a column for each example, elements in the order of the shape, and are contiguous.
 */
#ifndef DNN_NN_CALL_H
#define DNN_NN_CALL_H

#include <stdint.h>

#include "nn/layer.h"

/* Keys and values of the steps before X's, and room for more: `capacity` columns for each example.
 */
typedef struct dnn_past {
    dnn_matrix K, V;
    size_t capacity;
} dnn_past;

/* Where one layer alone reads what another one looks up (DNN_LOOKS_UP: Embedding): the columns of X
 * are columns of a table, most of them several times, and the reader (DNN_READS_TABLE) need compute
 * with each of the table's only once. Both calls have the same. */
typedef struct dnn_lookup {
    size_t count;            /* columns of the table */
    const dnn_matrix *table; /* set by forward, and so are ... */
    const uint32_t *columns; /* ... those that X has, for each step of each example in turn; NULL: X
                                is to be read as it is, since the examples are few */
    dnn_matrix gradient; /* of the table's columns, which backward of the reader writes where dX has
                            data */
    bool kept;           /* dX is looked at, too: the reader writes both */
} dnn_lookup;

/* Whether so many columns are looked up that the way by the table is the shorter one. */
static inline bool dnn_lookup_pays(size_t count, size_t columns) {
    return count <= columns / 2;
}

struct dnn_call {
    const dnn_layer *layer;
    dnn_dtype dtype; /* of all numbers but ids */
    size_t inputs, examples;
    dnn_shape *in; /* [inputs] */
    dnn_shape out;
    bool training;         /* the mode */
    uint64_t key;          /* of random numbers: the same in forward and backward */
    const size_t *lengths; /* [examples], of a class that has DNN_TAKES_LENGTHS: how many steps of X
                              each example has, from 1 to all; what follows is padding. NULL: all */
    const dnn_matrix
        *mask; /* of a class that has DNN_TAKES_MASK: see dnn_side_inputs; NULL: none */
    const double *argument; /* of an operator: what it was called with, such as an axis */
    dnn_matrix state;       /* state x examples: where forward starts; data is NULL: from 0 */
    dnn_matrix next_state;  /* and where it leaves the state; data is NULL: nowhere */

    size_t before;  /* steps that came before those of X: see network/cache.h */
    dnn_past *past; /* of a class that has `past`: what it kept of them; NULL: there are none */

    dnn_matrix *X;  /* [inputs] */
    dnn_matrix A;   /* the output, written by forward */
    dnn_matrix dA;  /* the cost's gradient with respect to it */
    dnn_matrix *dX; /* [inputs]; data is NULL where nobody wants it */
    bool *add;      /* [inputs]: dX is added to, rather than overwritten */

    dnn_matrix *values;    /* as the class describes them, kept ones included */
    dnn_matrix *gradients; /* the same places; data is NULL for kept and for frozen values */
    bool accumulate;       /* gradients are added to, rather than overwritten */
    struct dnn_live
        *live; /* of a class whose first value is sparse: columns of its gradient that are
                  not 0, which backward keeps (network/parameters.h); NULL: all may be */

    dnn_lookup *lookup; /* where A, or X, is looked up; NULL: it is not, or the other class lacks
                           the flag */

    bool
        gates; /* X is the output of a layer that rectifies, whose backward this call's does, too */
    bool gated;           /* of that layer's call: there is nothing left to do in backward */
    const dnn_call *next; /* of a class that has `takes`: the call that reads A alone, done by this
                             one's forward, too, as are those linked to it; only the last one's A
                             is then filled. NULL: none */
    bool folded;          /* values[0] and [1] have taken up a scaling of A: see network/fold.c */

    void *host;    /* of a call on a tape: who runs backward; NULL in a network */
    void *saved;   /* from forward to backward */
    void *scratch; /* during forward, and during backward */
    size_t step;   /* number in the network, from 0; for layers of the host's */
};

/* X, A or their gradients as a matrix channels x (positions * examples). */
static inline dnn_matrix dnn_call_pixels(const dnn_matrix *m, const dnn_shape *shape) {
    size_t channels = dnn_shape_channels(shape);
    return dnn_matrix_of(m->dtype, channels, channels ? m->rows / channels * m->cols : 0, m->data);
}

/* beta of a product that writes dX[i] or gradients: 0 overwrites, 1 adds. */
static inline double dnn_call_beta(bool add) {
    return add ? 1 : 0;
}

/* Forward and backward of a call with what the class declares. dnn_call_backward does nothing where
 * no gradient is wanted. */
dnn_status dnn_call_forward(dnn_call *call, dnn_error *err);
dnn_status dnn_call_backward(dnn_call *call, dnn_error *err);

/* --- a call by itself --- */

/* A call of a layer that is not a container, with all its memory: inputs, output, gradients, values
 * (at their starting values, drawn from `random`), saved and scratch. For gradient checks, tests
 * and C programs. Ids are inputs of type float64 or float32 like the others. */
typedef struct dnn_lone_call dnn_lone_call;

dnn_status dnn_lone_call_create(dnn_lone_call **out, dnn_layer *layer, dnn_dtype dtype,
                                const dnn_shape *in, size_t inputs, size_t examples, bool training,
                                dnn_random *random, dnn_error *err);
void dnn_lone_call_destroy(dnn_lone_call *lone);

/* The call itself: fill in X, run forward, fill in dA, run backward. */
dnn_call *dnn_lone_call_of(dnn_lone_call *lone);

#endif
