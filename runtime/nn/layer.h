/* layer.h: what a layer is.
 *
 * A layer is a class and settings. It is one file with a constant dnn_layer_class and one row in
 * registry.c; constructors, checks, the gradient check, files, descriptions, completion and C's
 * access to it come from there. It owns no numbers: a call (call.h) brings inputs, output,
 * gradients, values, mode, random key and working memory.
 *
 * A container (Sequential, Residual, Concat) is a class whose layers are its children; it says in
 * which order they are called and computes nothing by itself. */
#ifndef DNN_NN_LAYER_H
#define DNN_NN_LAYER_H

#include "core/field.h"
#include "core/random.h"
#include "math/matrix.h"
#include "nn/shape.h"
#include "nn/value.h"

#define DNN_LAYER_VALUES 64 /* of one layer at most */
#define DNN_CASE_INPUTS  3

typedef struct dnn_layer dnn_layer;
typedef struct dnn_call dnn_call;
typedef struct dnn_compiler dnn_compiler;

/* What is true of a class. */
enum {
    DNN_READS_X = 1 << 0,  /* backward reads the inputs */
    DNN_READS_A = 1 << 1,  /* backward reads the output */
    DNN_IN_PLACE = 1 << 2, /* A may be X's memory, and dX dA's */
    DNN_VIEW = 1 << 3, /* A is X's memory under another shape: forward and backward do nothing */
    DNN_VIEW_IN_EVALUATION = 1 << 4, /* the same, but only in evaluation (Dropout) */
    DNN_TWO_MODES = 1 << 5,          /* training and evaluation differ */
    DNN_DRAWS = 1 << 6,              /* draws random numbers in training, from the call's key */
    DNN_TAKES_IDS = 1 << 7,   /* X holds whole numbers from 1 (any type), and has no gradient */
    DNN_MANY_INPUTS = 1 << 8, /* takes any number of inputs */
    DNN_TAKES_LENGTHS =
        1 << 9, /* its input is a sequence, and it leaves padding out: call->lengths */
    DNN_TAKES_MASK =
        1 << 11, /* its input is a sequence, and call->mask says which steps see which */
    DNN_STEP_BY_STEP = 1 << 12, /* of a sequence, a step of A depends on that step of X alone, and
                                   on the number of steps before it: call->before */
    DNN_TRANSPOSES =
        1 << 10,          /* works with the transpose of its first value, too: layer->transposed */
    DNN_LINEAR = 1 << 13, /* but for values named "bias", A is a linear function of the inputs, and
                             of the values; of the inputs, backward reads no more than that takes */
    DNN_IN_PLACE_IN_EVALUATION = 1 << 14, /* A may be X's memory where there is no backward */
    DNN_FOLDS = 1 << 15, /* A = values[0] X + values[1], where it has a bias, channel by channel of
                            A a row of both; forward takes a bias where call->folded, too */
    DNN_RECTIFIES = 1 << 16, /* A = max(0, X), and so dX = 0 where A <= 0, else dA */
    DNN_GATES = 1 << 17, /* where call->gates, backward reads A, and takes dA as 0 where A <= 0 */
    DNN_LOOKS_UP =
        1 << 18, /* columns of A are columns of values[0]: may offer them as call->lookup */
    DNN_READS_TABLE = 1 << 19, /* may compute with the columns of call->lookup instead of X's */
    DNN_STRIDED = 1 << 20, /* of an operator: the X that backward reads may have columns apart */
    DNN_SHARES = 1 << 21,  /* of an operator: A is a part of X, in X's memory */
};

#define DNN_CASE_LENGTHS 4

/* An example for the gradient check: settings as dnn_field_parse takes them, and the shape of each
 * input. A layer that starts from a state starts from one that is drawn. */
typedef struct dnn_case {
    const char *settings;
    size_t inputs; /* 0 stands for 1 */
    dnn_shape in[DNN_CASE_INPUTS];
    size_t examples; /* 0 stands for 3 */
    size_t ids;      /* of a class that takes ids: the highest one */
    size_t
        lengths[DNN_CASE_LENGTHS]; /* of a class that takes them, of each example; 0: not given */
} dnn_case;

typedef struct dnn_layer_class {
    const char *name;        /* "Linear" */
    const char *doc;         /* one line with the formula: "A = weight * X + bias" */
    const dnn_field *fields; /* settings, ended by a row without a name; NULL when there are none */
    const dnn_case *cases;   /* ended by a row of rank 0; every layer that computes has some */
    unsigned flags;
    size_t inputs;      /* 0 stands for 1 */
    size_t optional;    /* inputs that may follow those */
    unsigned constants; /* of an operator: bit i is set where input i has no gradient */

    /* Settings that do not go together are DNN_ERROR_ARGUMENT; may complete optional ones. NULL:
     * they always do. */
    dnn_status (*check)(dnn_layer *layer, dnn_error *err);

    /* The shape that its inputs must have (see dnn_shape_fits); NULL: any shape. */
    dnn_shape (*wants)(const dnn_layer *layer);

    /* The output's shape for inputs that have the wanted shape; may refuse with a reason. NULL: the
     * first input's. */
    dnn_status (*shape)(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err);

    /* Describes the values, learnt ones first, and returns how many there are; NULL: none. Their
     * number and sizes depend on settings alone; layouts may depend on `in`, the first input's
     * shape, which is of rank 0 while that is not known. */
    size_t (*values)(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]);

    /* Rows of the state that forward leaves for each example, and whether the next forward starts
     * from it (`carried`); NULL: none. */
    size_t (*state)(const dnn_layer *layer, bool *carried);

    /* Bytes that forward keeps for backward, and bytes that either may use as it runs, for a call
     * whose shapes, type, mode and examples are set. NULL: none. */
    size_t (*saved)(const dnn_call *call);
    size_t (*scratch)(const dnn_call *call);

    /* Of causal attention: rows of the keys and of the values of each step, which a cache keeps; 0
     * where it sees later steps, too. NULL: it looks at no other steps. */
    size_t (*past)(const dnn_layer *layer);

    /* Starting values that differ from dnn_value.start; NULL: none do. */
    dnn_status (*initialise)(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err);

    /* Of an operator (operators/operators.h), whose X are matrices of any size: rows and cols of A.
     * NULL: those of the first input. */
    dnn_status (*result)(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err);

    /* See call.h. A container has neither. */
    dnn_status (*forward)(dnn_call *call, dnn_error *err);
    dnn_status (*backward)(dnn_call *call, dnn_error *err);

    /* Of a layer that works element by element, in evaluation on any part of X and in place, too:
     * its loops (layers/activation.h); NULL: it does not. */
    const struct dnn_activation *elementwise;

    /* Whether forward of a call does call->next, too, if that is `next`; what it does already is
     * linked to it. NULL: it does nothing else. */
    bool (*takes)(const dnn_call *call, const dnn_call *next);

    /* Of a layer that in evaluation is A = factor X + shift, channel by channel: writes these.
     * NULL: it is another one. */
    void (*scale)(const dnn_call *call, double *factor, double *shift);

    /* Multiplications and additions of its products in forward, for net:profile; backward takes as
     * many for each of the gradients of X and of the values. NULL: every learnt matrix is
     * multiplied by a column for each position of the output. */
    double (*flops)(const dnn_call *call);

    /* Moves kept values after a forward in training of the whole network has come to its end, from
     * what forward has saved; NULL: there are none. */
    void (*commit)(dnn_call *call);

    /* Of a container: adds the calls of its children to the compiler (network/compile.h); its
     * inputs and `output` are numbers of the network's buffers. */
    dnn_status (*compile)(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err);

    /* Of a container that makes its layers itself: adds them as children, from its settings. */
    dnn_status (*make)(dnn_layer *layer, dnn_error *err);
    const char *const *named; /* of a container: names that children may have, ended by NULL; NULL:
                                 children are numbered */

    const void *family; /* what classes that share their functions differ in; a table of theirs */

    /* Frees layer->user; NULL where there is nothing to free. */
    void (*destroy)(dnn_layer *layer);
} dnn_layer_class;

struct dnn_layer {
    const dnn_layer_class *kind;
    dnn_setting settings[DNN_MAX_FIELDS]; /* in the order of kind->fields */
    dnn_layer **children;                 /* of a container */
    const char **child_names;             /* "0", "1", ..., "shortcut": as files call them */
    size_t child_count;
    bool evaluates;  /* in evaluation whatever the network's mode is: layer:eval() */
    bool frozen;     /* its values are not learnt: requires_grad = false */
    dnn_layer *tied; /* whose first value is this layer's, too: see dnn_layer_tie; NULL: none */
    bool transposed; /* and is the transpose of what this layer would have */
    size_t depth;    /* layers that are in it, one within the other */
    size_t references;
    void *user; /* the class's own, see destroy */
};

/* A layer of a class with its default settings and one reference, for dnn_field_set on
 * layer->settings and then dnn_layer_finish, which checks them and makes the layers of a container
 * that does so itself. Not safe for use by two threads at
 * once. */
dnn_status dnn_layer_create(dnn_layer **out, const dnn_layer_class *kind, dnn_error *err);
dnn_status dnn_layer_finish(dnn_layer *layer, dnn_error *err);

#define DNN_LAYER_DEPTH 64 /* containers that lie one within the other, at most */

/* Appends a child to a container; takes a reference of its own. `name` may be NULL: its number,
 * from 0; it is copied. DNN_ERROR_ARGUMENT where it is nested too deep. */
dnn_status dnn_layer_add_child(dnn_layer *container, dnn_layer *child, const char *name,
                               dnn_error *err);

/* The child of that name, or NULL. */
dnn_layer *dnn_layer_child(const dnn_layer *container, const char *name);

/* Lets a layer work with the first value of another one, as a Linear with the weight of an
 * Embedding: a network that has both learns one value, whose gradients add up. The values must be
 * the same tensor in files (DNN_ERROR_SHAPE); where one is the other's transpose here, the class
 * has DNN_TRANSPOSES. To be done before a network is made of the layer. Takes a reference of `to`.
 */
dnn_status dnn_layer_tie(dnn_layer *layer, dnn_layer *to, dnn_error *err);

/* The last release frees the layer, and releases its children. NULL is allowed. */
dnn_layer *dnn_layer_retain(dnn_layer *layer);
void dnn_layer_release(dnn_layer *layer);

static inline bool dnn_layer_is_container(const dnn_layer *layer) {
    return layer->kind->compile != NULL;
}

/* Whether the flag (DNN_READS_X, ...) is set. */
static inline bool dnn_layer_has(const dnn_layer *layer, unsigned flag) {
    return (layer->kind->flags & flag) != 0;
}

/* Whether it takes that many inputs. A container that makes its layers itself says so, too; others
 * pass all on. */
bool dnn_layer_takes(const dnn_layer *layer, size_t inputs);

/* How many it takes at least; of a container that is made of others, those of its first layer. */
size_t dnn_layer_least_inputs(const dnn_layer *layer);

/* `wants` of a class whose input is an image of any size. */
dnn_shape dnn_layer_wants_image(const dnn_layer *layer);

/* The wanted shape of its inputs; rank 0: any. */
dnn_shape dnn_layer_wants(const dnn_layer *layer);

/* Shape of the output. DNN_ERROR_SHAPE with the reason where the inputs do not fit: "needs 3
 * channels, but its input is 64 x 64 x 1". */
dnn_status dnn_layer_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                           dnn_shape *out, dnn_error *err);

/* Describes its own values (not its children's); see dnn_layer_class.values. */
size_t dnn_layer_values(const dnn_layer *layer, const dnn_shape *in,
                        dnn_value values[DNN_LAYER_VALUES]);

/* "Linear(12288 -> 20)", "CELU(alpha = 0.5)": for messages and summaries; as snprintf. */
size_t dnn_layer_describe(const dnn_layer *layer, char *text, size_t size);

/* Settings by their place in the table of fields. */
static inline size_t dnn_layer_count(const dnn_layer *layer, int field) {
    return (size_t)layer->settings[field].number;
}
static inline double dnn_layer_real(const dnn_layer *layer, int field) {
    return layer->settings[field].number;
}
static inline bool dnn_layer_flag(const dnn_layer *layer, int field) {
    return layer->settings[field].number != 0;
}

#endif
