/* layer.h: what a layer is.
 *
 * A layer is one file with a constant dnn_layer_class and one row in registry.c. It maps X
 * (in_features x m, a column an example) to A (out_features x m). backward is given dA, the
 * gradient of the cost with respect to A, writes dX and adds to (or overwrites) the gradients of
 * its parameters. The layer owns no numbers: parameters, gradients and scratch are views of the
 * network's memory. */
#ifndef DNN_NN_LAYER_H
#define DNN_NN_LAYER_H

#include "core/field.h"
#include "core/random.h"
#include "math/matrix.h"

#define DNN_LAYER_MAX_PARAMETERS 4

typedef struct dnn_layer dnn_layer;

/* Name and shape of a parameter: "weight", out x in. */
typedef struct dnn_parameter_shape {
    const char *name;
    size_t rows, cols;
    bool vector; /* a column that files and PyTorch know as one-dimensional */
} dnn_parameter_shape;

typedef struct dnn_layer_class {
    const char *name;        /* "Linear" */
    const char *doc;         /* one line with the formula: "A = weight * X + bias" */
    const dnn_field *fields; /* settings, ended by a row without a name; NULL when there are none */

    /* Rows of X that it needs; NULL or 0 where any number does. */
    size_t (*in_features)(const dnn_layer *layer);

    /* Rows of A for `in` rows of X, which fits; NULL: as many as X. */
    size_t (*out_features)(const dnn_layer *layer, size_t in);

    /* Fills shapes and returns how many there are; NULL: no parameters. */
    size_t (*parameters)(const dnn_layer *layer,
                         dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS]);

    /* Starting values into layer->parameters; NULL where there are none. */
    dnn_status (*initialise)(dnn_layer *layer, dnn_random *random, dnn_error *err);

    /* A = f(X). */
    dnn_status (*forward)(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err);

    /* dX (unless NULL) is overwritten; layer->gradients are added to when accumulate, else
     * overwritten. X and A are those of the last forward. */
    dnn_status (*backward)(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                           const dnn_matrix *dA, dnn_matrix *dX, bool accumulate, dnn_error *err);

    /* Frees layer->user; NULL where there is nothing to free. */
    void (*destroy)(dnn_layer *layer);
} dnn_layer_class;

struct dnn_layer {
    const dnn_layer_class *kind;
    double settings[DNN_MAX_FIELDS]; /* in the order of kind->fields */
    size_t parameter_count;
    dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS];
    dnn_matrix parameters[DNN_LAYER_MAX_PARAMETERS]; /* views; data is NULL until attached */
    dnn_matrix gradients[DNN_LAYER_MAX_PARAMETERS];
    void *user; /* the class's own, see destroy */
};

/* A layer of a class with its default settings, for dnn_field_set on layer->settings and then
 * dnn_layer_finish, which checks that all that is required was given and fixes the parameters'
 * shapes. */
dnn_status dnn_layer_create(dnn_layer **out, const dnn_layer_class *kind, dnn_error *err);
dnn_status dnn_layer_finish(dnn_layer *layer, dnn_error *err);
void dnn_layer_destroy(dnn_layer *layer);

/* Rows of X that the layer needs (0: any) and rows of A for `in` rows of X. The second fails with
 * DNN_ERROR_SHAPE where they do not fit. */
size_t dnn_layer_in_features(const dnn_layer *layer);
dnn_status dnn_layer_out_features(const dnn_layer *layer, size_t in, size_t *out, dnn_error *err);

/* "Linear(12288 -> 20)", "ReLU": for messages and summaries; as snprintf, returns the length
 * needed. */
size_t dnn_layer_describe(const dnn_layer *layer, char *text, size_t size);

/* A layer whose forward and backward are functions of the caller's (the bindings': a layer written
 * in Lua). They reach `user` by dnn_layer_external_user; `release` (may be NULL) frees it with the
 * layer, but not when creating the layer failed. in_features 0 means any number, out_features 0 as
 * many as X. */
typedef struct dnn_external {
    const char *name; /* copied */
    size_t in_features, out_features;
    size_t parameter_count;
    dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS]; /* names are copied */
    dnn_status (*initialise)(dnn_layer *layer, dnn_random *random,
                             dnn_error *err); /* may be NULL */
    dnn_status (*forward)(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err);
    dnn_status (*backward)(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                           const dnn_matrix *dA, dnn_matrix *dX, bool accumulate, dnn_error *err);
    void (*release)(void *user);
    void *user;
} dnn_external;

dnn_status dnn_layer_create_external(dnn_layer **out, const dnn_external *external, dnn_error *err);

/* The `user` of an external layer, NULL of any other. */
void *dnn_layer_external_user(const dnn_layer *layer);

#endif
