/* parts.h: what the files of the tape share: the call that a node describes, and memory for it,
 * which comes from an arena, that of forward or of backward, and lives until a backward or forward
 * has come to its end. */
#ifndef DNN_NN_TAPE_PARTS_H
#define DNN_NN_TAPE_PARTS_H

#include "nn/tape/tape.h"

#define DNN_TAPE_FEW 4 /* inputs that a call has room for without asking the arena */

typedef struct dnn_tape_room {
    dnn_matrix X[DNN_TAPE_FEW], dX[DNN_TAPE_FEW];
    bool add[DNN_TAPE_FEW];
} dnn_tape_room;

static inline size_t dnn_tape_bytes_of(const dnn_matrix *m) {
    return dnn_matrix_count(m) * dnn_dtype_info(m->dtype)->size;
}

/* The call of a node, with its arrays in `few` or, for many inputs, in the arena. */
dnn_status dnn_node_describe(dnn_call *call, const dnn_node *node, dnn_arena *arena,
                             dnn_tape_room *few, dnn_error *err);

/* A contiguous matrix of m's type and shape. */
dnn_status dnn_tape_take_like(dnn_arena *arena, dnn_matrix *out, const dnn_matrix *m, dnn_error *err);

/* Makes the call's inputs contiguous. */
dnn_status dnn_tape_pack_inputs(dnn_arena *arena, dnn_call *call, dnn_error *err);

/* Gives the call its scratch, of so many bytes. */
dnn_status dnn_tape_take_scratch(dnn_arena *arena, dnn_call *call, size_t *bytes, dnn_error *err);

/* --- transposed.c: a node whose call has `transposed` --- */

dnn_status dnn_transposed_forward(dnn_arena *arena, dnn_call *call, size_t of, dnn_error *err);
dnn_status dnn_transposed_backward(dnn_arena *arena, dnn_call *call, size_t of, dnn_error *err);

#endif
