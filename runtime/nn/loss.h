/* loss.h: costs and their gradients.
 *
 * A loss compares A (outputs x m, a column an example) with the targets Y and gives one number; its
 * backward gives dA of A's shape. With reduction "mean" both are divided by the number of elements
 * (for CrossEntropyLoss: of examples), as in PyTorch. Forms are stable: cost and gradient are
 * finite for logits of any size. */
#ifndef DNN_NN_LOSS_H
#define DNN_NN_LOSS_H

#include "core/field.h"
#include "math/matrix.h"

typedef struct dnn_loss_class {
    const char *name;        /* "BCELoss" */
    const char *doc;         /* one line with the formula */
    const dnn_field *fields; /* settings; NULL when there are none */
    bool labels;             /* Y is 1 x m class numbers from 1; else Y has A's shape */

    /* Checks shapes, types and the values of Y, with messages. */
    dnn_status (*check)(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                        dnn_error *err);
    /* The cost of checked arguments. */
    double (*forward)(const double *settings, const dnn_matrix *A, const dnn_matrix *Y);
    /* Its gradient with respect to A into dA (A's shape and type; overwritten). */
    void (*backward)(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                     dnn_matrix *dA);
} dnn_loss_class;

/* Check, then forward. */
dnn_status dnn_loss_forward(const dnn_loss_class *kind, const double *settings, const dnn_matrix *A,
                            const dnn_matrix *Y, double *cost, dnn_error *err);

/* Check, then backward. */
dnn_status dnn_loss_backward(const dnn_loss_class *kind, const double *settings,
                             const dnn_matrix *A, const dnn_matrix *Y, dnn_matrix *dA,
                             dnn_error *err);

#endif
