/* tape.h: autograd: calls of operators and layers, recorded as they happen.
 *
 * A node is one such call with its result; it points to the nodes that its inputs came from, and
 * so the nodes of an expression are a graph, which backward walks from the cost to the leaves. A
 * node is its caller's memory, with the inputs, and lives as long as something can still be reached
 * from it: in Lua a node lies in the matrix that it made, and the collector does the rest. The tape
 * itself is the working memory of backward, which stays from one backward to the next.
 *
 * Gradients of leaves, and of nodes that ask for it, are kept in matrices of the caller's, which
 * backward adds to. What backward reads must be as it was in forward: whoever changes a matrix in
 * place counts up its version, and backward compares. */
#ifndef DNN_NN_TAPE_H
#define DNN_NN_TAPE_H

#include "nn/call.h"
#include "nn/tape/arena.h"

#define DNN_ARGUMENTS 4 /* of an operator at most */

typedef struct dnn_tape {
    dnn_arena arena;   /* of backward */
    dnn_arena forward; /* of one forward at a time, which may come in the middle of a backward */
    void *host;        /* who runs backward, for what calls back; the caller's to set */
    bool running;      /* a backward is under way */
    bool dropping;     /* results are recorded as freed: they keep nothing of what they were made of */
    bool repeats;      /* a forward is under way that backward will repeat, */
    bool again;        /* or is being repeated: kept values have moved already */
    uint64_t visits;  /* backwards so far */
    bool paused;      /* results are not recorded: no_grad */
    bool selects;     /* during dnn_tape_gradients */
} dnn_tape;

typedef struct dnn_node dnn_node;

typedef struct dnn_operand {
    dnn_matrix X;
    dnn_node *node;          /* where it came from; NULL: its gradient is not wanted */
    const uint32_t *version; /* of its memory; NULL: nobody changes that */
    uint32_t seen;           /* in forward */
} dnn_operand;

/* What a call of a layer has that one of an operator has not; see call.h. */
typedef struct dnn_node_call dnn_node_call;

struct dnn_node_call {
    size_t examples, step;
    size_t transposed; /* 0, or 1 + i of the gradient of a linear layer's input i, recorded itself: the
                          node has one input more, the gradient of the layer's output */
    dnn_shape *in; /* [inputs of the node] */
    dnn_shape out;
    dnn_dtype dtype;
    bool training;
    uint64_t key;
    dnn_matrix *values, *gradients;
    struct dnn_live *live; /* as in dnn_call */
    void *saved; /* dnn_node_saved_bytes */
    const size_t *lengths;  /* these four as in dnn_call, in memory that the caller keeps */
    const dnn_matrix *mask;
    dnn_matrix state, next_state;

    /* Called before backward: whether gradients are added to what is there. */
    bool (*begin)(const dnn_node_call *call);
    struct dnn_network *network;
    const uint32_t *steps; /* updates of the values so far, and how many there were in forward */
    uint32_t steps_seen;
    struct dnn_network *const *place; /* where its owner has it; something else once it is closed */
};

struct dnn_node {
    /* NULL; or of a result whose graph was not kept: makes it again. Sets the node of a result with
     * the same numbers, which lives until the next call, or until one with `root` NULL. */
    dnn_status (*again)(dnn_node *node, dnn_node **root, dnn_error *err);

    const dnn_layer *layer; /* NULL: a leaf */
    dnn_node_call *call;    /* of a layer; NULL: of an operator */
    dnn_tape *tape;
    double argument[DNN_ARGUMENTS]; /* see operators.h */
    dnn_matrix A;
    const uint32_t *version; /* as an operand's */
    uint32_t seen;
    bool freed; /* backward has used it, or something before it */
    bool wanted, leads; /* during dnn_tape_gradients: its gradient, or one further down */

    dnn_matrix gradient; /* kept from backward to backward; data NULL: not wanted */
    bool has_gradient;   /* a backward has written it */
    bool fresh;          /* it is zero: the next backward may overwrite it */
    const uint32_t *gradient_version;
    uint32_t gradient_seen; /* when it became fresh */

    uint64_t visit; /* of the last backward that came here */
    size_t cursor;  /* inputs that this backward has followed */
    dnn_node *from, *next;
    dnn_matrix dA; /* data NULL: nothing has come yet */

    size_t inputs;
    dnn_operand *input; /* [inputs] */
};

/* Runs the operator: shape first (rows and cols of A), then forward into node->A, whose memory the
 * caller has set, unless the operator's A is memory of X (DNN_SHARES). */
dnn_status dnn_node_shape(const dnn_node *node, size_t *rows, size_t *cols, dnn_error *err);
dnn_status dnn_node_forward(dnn_node *node, dnn_error *err);

/* Whether the network that a layer's node belongs to is closed: then its layer is not there. */
bool dnn_node_is_closed(const dnn_node *node);

/* Bytes that a layer keeps from forward to backward. */
dnn_status dnn_node_saved_bytes(const dnn_node *node, size_t *bytes, dnn_error *err);

/* Whether A is memory of an input's, so that forward needs none. */
static inline bool dnn_node_shares(const dnn_node *node) {
    return dnn_layer_has(node->layer, DNN_SHARES);
}

/* Whether gradients go on to input i. */
static inline bool dnn_node_follows(const dnn_node *node, size_t i) {
    unsigned constants = node->layer->kind->constants;
    return node->input[i].node != NULL && (constants == 0 || (constants >> i & 1) == 0);
}

/* Adds the gradients of `root` to the matrices of all leaves that it depends on. `seed` is the
 * gradient of root->A, of its type and shape; NULL: 1, for a root of 1 x 1. Unless `retain`, the
 * graph is freed: a second backward through it is an error. Errors: a freed graph
 * (DNN_ERROR_STATE), a seed that does not fit, a matrix that backward reads and that was changed
 * since (DNN_ERROR_STATE, naming it). After an error that came under way the leaves have no
 * gradients. */
dnn_status dnn_tape_backward(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed, bool retain,
                             dnn_error *err);

/* A gradient to find, of the node's type and shape. */
typedef struct dnn_wanted {
    dnn_node *node;
    dnn_matrix gradient;
    bool found; /* written: whether root depends on the node; gradient is zero where it does not */
    bool fresh; /* the tape's own */
} dnn_wanted;

/* Writes the gradients of `root` with respect to `count` nodes, each named once, and to nothing else:
 * what leaves and networks keep stays as it is, and so does the graph. Errors: as dnn_tape_backward;
 * the gradients are zero then. */
dnn_status dnn_tape_gradients(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed,
                              dnn_wanted *wanted, size_t count, dnn_error *err);

/* Whether what the backward of the node reads is there, and as it was in forward: DNN_ERROR_STATE
 * where a network is closed or was moved by a step, or a matrix was changed in place, naming it. */
dnn_status dnn_node_check(const dnn_node *node, dnn_error *err);

/* Sets a node's kept gradient to zero. */
void dnn_node_zero_gradient(dnn_node *node);

void dnn_tape_free(dnn_tape *tape);

#endif
