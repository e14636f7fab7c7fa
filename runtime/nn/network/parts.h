/* parts.h: the inside of a network, for the files of this folder alone: compile.c makes the steps,
 * shapes.c finds the shapes of their outputs, values.c lays out the values, plan.c and plan_place.c
 * the buffers, and run.c and backward.c run; network.c is what is left. */
#ifndef DNN_NN_PARTS_H
#define DNN_NN_PARTS_H

#include "nn/network/network.h"
#include "nn/network/profile.h"

/* The buffers of one mode, for one shape of X and a number of examples. A step s of n runs forward
 * at time s and backward at time 2 n - 1 - s. */
typedef struct dnn_plan {
    size_t capacity;   /* examples; 0: no plan */
    size_t rows;       /* of X */
    bool copies_input; /* X's columns do not follow each other: there is room for a copy */
    bool backward;     /* what backward needs is kept */
    bool training;
    dnn_keep keep;

    size_t *A_offset, *dA_offset; /* per buffer; SIZE_MAX: none of its own */
    size_t *saved_offset;         /* per step */
    size_t scratch_offset, bytes;
    size_t *folds; /* per step: the one that may be folded into it, see fold.c; SIZE_MAX: none */
    bool *done;    /* per step: another one's forward does it */
    size_t fold_offset;
    dnn_lookup *lookups; /* per step: of those that look up */
    size_t *next; /* per step: the one that is done by the same forward after it, unless a fold
                     comes between and fails; SIZE_MAX: none */
    bool *kept;   /* per buffer: A is intact after forward, ... */
    bool *dkept;  /* ... and dA after backward */
    char *memory;
    size_t *lengths; /* room for side inputs of as many examples as `capacity`; NULL: no layer takes
                        them */
    dnn_matrix mask; /* a copy of the last one; without memory before there was one */

    size_t examples;    /* for which the calls are set up; 0: for none yet */
    size_t reads_X;     /* steps below this one may read X, or a view of it */
    dnn_matrix *A, *dA; /* per buffer; dA of buffer 0 is the caller's dX */
    dnn_call *calls;    /* per step, with inputs in the arrays below */
    dnn_matrix *X, *dX;
    dnn_shape *in;
    bool *add;
    bool plain; /* no layer draws numbers, has a state, commits, or takes lengths or a mask: forward
                   only runs the calls, */
    bool beside;                /* unless the last one had a cache, lengths or a mask */
    unsigned gradients_version; /* of the parameters when the places of gradients were set, for no
                                   dX; 0: they must be set again */
    bool has_activations, has_gradients;
    bool used_up; /* a backward has begun to write over what forward kept */
} dnn_plan;

/* A layer in one that calls its layers itself: steps of its own, which read a buffer of its own. */
typedef struct dnn_called {
    const dnn_layer *layer, *caller;
    size_t first, count; /* its steps */
    size_t input;        /* the number of the buffer that stands for its X */
    bool known;          /* shapes of its buffers: those of its last call */
} dnn_called;

/* What a step carries to the next forward in one mode. */
typedef struct dnn_step_state {
    size_t examples; /* 0: nothing yet */
    size_t capacity; /* examples that there is room for */
    void *now, *next;
} dnn_step_state;

struct dnn_network {
    dnn_dtype dtype;
    dnn_layer *layer;
    bool training;
    dnn_keep keep;

    size_t step_count, buffer_count, input_count; /* input_count: inputs of all steps together */
    size_t all_steps; /* with those that a layer calls, which come after the network's own */
    size_t called_count;
    dnn_called *called;
    dnn_step *steps;
    size_t *inputs;   /* the steps' lists, one after the other */
    size_t *producer; /* per buffer, the step that writes it; SIZE_MAX of X */

    dnn_shape input;   /* as given; rank 0: not given */
    dnn_shape *shapes; /* per buffer; rank 0 while not known */
    bool shapes_known;

    dnn_parameters parameters;
    size_t slot_count;
    dnn_matrix *values, *gradients; /* slots: learnt and kept values of each layer, in its order */
    size_t *slot;                   /* per step, the first of its layer's */
    size_t *segment_slot;           /* per segment */
    bool has_values;

    bool *needs;            /* per buffer: whether backward has to reach it */
    unsigned needs_version; /* of the parameters, for which that holds; 0: none */
    bool needs_input;
    bool called_once; /* no layer is called twice or by another, and none is tied: of that version,
                         too */
    size_t lowest;    /* the lowest step that backward runs */

    dnn_plan plans[2];         /* evaluation, training */
    dnn_step_state *states[2]; /* the same, per step */
    bool holds_states; /* forward leaves the states as they are: every one begins from the same */
    dnn_step_times *times; /* where wanted, see profile.h */
    bool graded;           /* a backward has filled the gradients */
};

static inline dnn_plan *dnn_network_current(dnn_network *network) {
    return &network->plans[network->training];
}

static inline dnn_status dnn_network_fail_memory(dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_MEMORY, "network: out of memory");
}

/* How many buffers there are with those of the steps that layers call. */
static inline size_t dnn_network_all_buffers(const dnn_network *network) {
    return network->all_steps + 1 + network->called_count;
}

/* compile.c: steps, buffers, producers and names. */
dnn_status dnn_network_compile(dnn_network *network, dnn_error *err);
void dnn_network_free_steps(dnn_network *network);

/* shapes.c: the shapes of all buffers from that of X: at first as far as the layers know, then for
 * X with that many rows. */
dnn_status dnn_network_first_shapes(dnn_network *network, dnn_error *err);
dnn_status dnn_network_shapes_for(dnn_network *network, const dnn_matrix *X, dnn_error *err);
dnn_status dnn_network_called_shapes(dnn_network *network, dnn_called *called, const dnn_matrix *X,
                                     dnn_error *err);

/* values.c: the segments of the parameters. */
dnn_status dnn_network_lay_out_values(dnn_network *network, dnn_error *err);
void dnn_network_note_frozen(dnn_network *network);
void dnn_network_free_values(dnn_network *network);

/* plan.c */
void dnn_plan_free(dnn_plan *plan);

/* plan_place.c: lays out the buffers of a plan whose calls are described, and counts its bytes. */
dnn_status dnn_plan_place(dnn_network *network, dnn_plan *plan, dnn_error *err);

/* fold.c. Whether step number `scaling`, the only reader of the output of step s, may be folded
 * into it; bytes that this takes; and forward of a step, folded where that pays, with those linked
 * to it. */
bool dnn_step_takes(const dnn_network *network, const dnn_plan *plan, size_t s, size_t scaling);
size_t dnn_fold_bytes(const dnn_call *call);
dnn_status dnn_plan_run(dnn_network *network, dnn_plan *plan, size_t s, dnn_error *err);

/* Whether what a step computes is only another view of its input in that mode. */
bool dnn_step_is_view(const dnn_step *step, bool training);

/* run.c: whether X is ids, as all that read it take them; and whether any layer takes ids, which
 * have no gradient. */
bool dnn_network_takes_ids(const dnn_network *network);
bool dnn_network_has_ids(const dnn_network *network);

/* side_inputs.c: room for the lengths of so many examples, where a layer takes them; and the side
 * inputs of a forward into the calls of a plan, once they are found right. */
dnn_status dnn_plan_make_lengths(const dnn_network *network, dnn_plan *plan, size_t examples,
                                 dnn_error *err);
dnn_status dnn_network_take_side_inputs(dnn_network *network, dnn_plan *plan,
                                        const dnn_side_inputs *side, dnn_error *err);

/* states.c. Of the present mode: room for so many examples, what a forward starts from into the
 * calls of a plan, and what it has left once it has come to its end. */
dnn_status dnn_network_make_states(dnn_network *network, dnn_error *err);
void dnn_network_free_states(dnn_network *network);
dnn_status dnn_network_reserve_states(dnn_network *network, size_t examples, dnn_error *err);
dnn_status dnn_network_take_states(dnn_network *network, dnn_plan *plan, dnn_error *err);
void dnn_network_keep_states(dnn_network *network, const dnn_plan *plan);

/* cache.c: a cache into the calls of a plan, once it is found right, and the steps of X into the
 * cache at the end of a forward; NULL: none. */
dnn_status dnn_network_take_cache(dnn_network *network, dnn_plan *plan, struct dnn_cache *cache,
                                  dnn_error *err);
void dnn_network_move_cache(const dnn_network *network, const dnn_plan *plan,
                            struct dnn_cache *cache);

/* profile.c: takes a pass of a step, which has just run, into network->times. */
void dnn_network_note_pass(dnn_network *network, size_t step, const dnn_call *call, bool forward,
                           double seconds);

/* run.c: a pass of one step; its time is noted where that is wanted. */
dnn_status dnn_network_run_step(dnn_network *network, dnn_plan *plan, size_t s, bool forward,
                                dnn_error *err);

/* run.c: a key for each call, so that layers draw different numbers. */
uint64_t dnn_network_step_key(uint64_t key, size_t step);

/* backward.c: before backward of a step: whether its layer's gradients are added to. Those that are
 * spent start from zero; where only some of a layer's are, these are zeroed. */
bool dnn_network_begin_gradients(dnn_network *network, size_t step, dnn_matrix *gradients);

/* values.c: the live columns of a step's first value, where its gradient is sparse; or NULL. */
dnn_live *dnn_step_live(const dnn_network *network, const dnn_step *step);

/* shapes.c: DNN_ERROR_SHAPE unless X has a column. */
dnn_status dnn_network_require_examples(const dnn_matrix *X, dnn_error *err);

/* values.c: DNN_ERROR_STATE unless the values are attached. */
dnn_status dnn_network_require_values(const dnn_network *network, dnn_error *err);

#endif
