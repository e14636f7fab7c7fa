/* loss.h: costs and their gradients.
 *
 * A loss compares A (outputs x m, a column an example) with the targets Y and gives one number; its
 * backward gives dA of A's shape. With reduction "mean" both are divided by the number of elements
 * (for CrossEntropyLoss: of examples), as in PyTorch, with "sum" they are not, and "none" is "sum"
 * whose costs per example are wanted. Weights, one for each example, multiply its costs and its
 * gradients before they are reduced. Forms are stable: cost and gradient are finite for logits of
 * any size. A class is one file and one row in registry.c. */
#ifndef DNN_NN_LOSS_H
#define DNN_NN_LOSS_H

#include "core/field.h"
#include "math/matrix.h"

enum { DNN_LOSS_INPUTS = 3 }; /* matrices that a loss has gradients for, at most */

/* What Y holds. */
typedef enum dnn_targets {
    DNN_TARGETS_NUMBERS,       /* A's shape */
    DNN_TARGETS_SIGNS,         /* A's shape, each -1 or 1 */
    DNN_TARGETS_EXAMPLE_SIGNS, /* 1 x m, each -1 or 1 */
    DNN_TARGETS_LABELS,        /* class numbers from 1: 1 x m, or a row for each position */
    DNN_TARGETS_SEQUENCES,     /* class numbers from 1: a column of them for each example */
    DNN_TARGETS_NONE,          /* there is no Y: NULL */
} dnn_targets;

enum { DNN_LOSS_AHEAD = 1024 }; /* bytes of A and of Y at most */

/* A small gradient that forward has made along with the cost, as the last forward was followed by a
 * backward, too, and what it is the gradient of: where that is the same, backward hands it out. A
 * host keeps one for each of its losses, which clears it when it is made; not for use by several
 * losses. */
typedef struct dnn_loss_ahead {
    bool wanted, made;
    dnn_matrix A, Y;                                    /* copies */
    double numbers[3][DNN_LOSS_AHEAD / sizeof(double)]; /* of A, of Y, and of the gradient */
} dnn_loss_ahead;

/* The arguments of one use of a loss. */
typedef struct dnn_loss_call {
    const dnn_setting *settings;
    const dnn_matrix *A, *Y;
    const dnn_matrix *others[DNN_LOSS_INPUTS - 1];    /* B, C: of A's shape; NULL: not taken */
    const dnn_matrix *input_lengths, *target_lengths; /* 1 x m, of sequences; NULL: whole ones */
    const dnn_matrix *vector;  /* what the class calls `vector`: float64, contiguous; or NULL */
    const dnn_matrix *weights; /* 1 x m of A's type; NULL: 1 for each example */
    dnn_matrix *costs;     /* 1 x m of A's type: forward writes the weighted cost of each example,
                              before the reduction; NULL: not wanted */
    dnn_loss_ahead *ahead; /* NULL: the gradient is made by backward alone */
    double *total; /* from check to what follows: the weights of the labels that count. Set by
                      dnn_loss_forward and dnn_loss_backward */
} dnn_loss_call;

/* An example for the gradient check and the comparison with PyTorch: settings as dnn_field_parse
 * takes them, and the shape of A. */
typedef struct dnn_loss_case {
    const char *settings;
    size_t rows, examples;
    size_t positions; /* labels in a column of Y; 0: Y has A's shape */
    size_t vector;    /* numbers of the vector; 0: none */
} dnn_loss_case;

typedef struct dnn_loss_class {
    const char *name;           /* "BCELoss" */
    const char *doc;            /* one line with the formula */
    const dnn_field *fields;    /* settings; NULL when there are none */
    const char *vector;         /* the setting that is a vector: "weight"; NULL: none */
    const dnn_loss_case *cases; /* ended by a row of 0 rows */
    dnn_targets targets;
    double low, high; /* A and numbers in Y lie in low..high; 0, 0: anywhere */
    size_t inputs;    /* matrices that it has gradients for: A, B, C; 0: 1 */

    /* A loss that is a sum over elements is these alone (losses/elementwise.h); else NULL. */
    const struct dnn_elementwise_loss *elementwise;

    /* A loss that goes example by example is this alone: the cost of example j times `scale`; where
     * dA is not NULL it writes its gradients times `scale`, of all inputs, and the result is not
     * read. The mean is over elements or over examples. */
    double (*column)(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA);
    bool of_elements;

    /* Checks shapes, types and the values of Y, with messages. */
    dnn_status (*check)(const dnn_loss_call *call, dnn_error *err);
    /* The cost of checked arguments. */
    double (*forward)(const dnn_loss_call *call);
    /* Its gradients with respect to A, B and C into as many matrices (A's shape and type;
     * overwritten). */
    void (*backward)(const dnn_loss_call *call, dnn_matrix *dA);
    /* Both, with the bits that each of them gives; NULL: that would save nothing. */
    double (*both)(const dnn_loss_call *call, dnn_matrix *dA);
} dnn_loss_class;

/* Check, then forward. */
dnn_status dnn_loss_forward(const dnn_loss_class *kind, const dnn_loss_call *call, double *cost,
                            dnn_error *err);

/* Check, then backward into the first of `inputs` matrices. */
dnn_status dnn_loss_backward(const dnn_loss_class *kind, const dnn_loss_call *call, dnn_matrix *dA,
                             dnn_error *err);

#endif
