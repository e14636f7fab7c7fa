/* network.h: a list of calls made from nested layers, and the memory that they work in.
 *
 * A network is compiled from one layer, mostly a Sequential, into steps: one call of one layer each,
 * in the order of forward. Steps read and write numbered buffers; buffer 0 is X itself. The network
 * says how many bytes it needs and the caller provides them, so that matrix memory can be Lua's.
 * Values are attached once; buffers are planned for a shape and a number of examples and serve every
 * smaller number, so that a training step allocates nothing:
 *
 *     dnn_network_create, dnn_network_attach_values, dnn_network_initialise
 *     each step: dnn_network_plan (and dnn_network_attach_buffers where it asks for bytes),
 *                dnn_network_forward, dnn_network_backward, an optimiser's step
 *
 * There are two plans, one for training and one for evaluation, with buffers of their own, so that
 * a validation leaves what forward kept for backward as it is. Where the network keeps its buffers
 * (see dnn_network_set_keep), every output and every gradient stays readable until the next forward
 * or backward; otherwise buffers whose lives do not overlap share memory, and layers work in place
 * where they may. */
#ifndef DNN_NN_NETWORK_H
#define DNN_NN_NETWORK_H

#include "nn/call.h"
#include "nn/network/parameters.h"

typedef struct dnn_network dnn_network;

/* One call of one layer. */
typedef struct dnn_step {
    dnn_layer *layer;
    const char *path;  /* as files name it, from 0: "2.1"; "" of a layer that is the whole network */
    const char *place; /* as Lua finds it, from 1: "3.2" */
    size_t inputs;
    const size_t *input; /* numbers of the buffers that it reads */
    size_t output;       /* and of the one that it writes */
    size_t first_learnt, learnt; /* segments of its layer's values in the parameters */
    size_t first_kept, kept;
    size_t tied; /* the segment of the layer that its layer is tied to: its first value; SIZE_MAX */
    bool again;      /* an earlier step calls the same layer */
    bool no_lengths; /* those of X are not those of its input */
} dnn_step;

typedef enum dnn_keep {
    DNN_KEEP_TRAINING, /* all in training, as little as possible in evaluation; the default */
    DNN_KEEP_ALL,      /* all in both; backward works after a forward in evaluation, too */
    DNN_KEEP_LITTLE,   /* in training what backward needs, in evaluation as little as possible */
} dnn_keep;

/* Takes a reference of the layer. `input` is the shape of an example where it is known (NULL: what
 * the first layers want, or what the number of rows of X leaves open). Fails with DNN_ERROR_SHAPE,
 * naming layer and reason, where an output does not fit what follows, DNN_ERROR_ARGUMENT for a
 * container without layers, and DNN_ERROR_TYPE unless dtype is float32 or float64. */
dnn_status dnn_network_create(dnn_network **out, dnn_dtype dtype, dnn_layer *layer,
                              const dnn_shape *input, dnn_error *err);
void dnn_network_destroy(dnn_network *network);

dnn_dtype dnn_network_dtype(const dnn_network *network);
dnn_layer *dnn_network_layer(const dnn_network *network);
size_t dnn_network_step_count(const dnn_network *network);

/* A layer with children that is not a container calls them itself, as often as it likes: a module
 * written in Lua. The network has their values, but does not run them. Their steps come after its
 * own; this is the number of all. */
size_t dnn_network_all_steps(const dnn_network *network);
const dnn_step *dnn_network_step(const dnn_network *network, size_t step); /* from 0 */
dnn_parameters *dnn_network_parameters(dnn_network *network);

/* The segment of value number `which` of a step's layer, as its class describes them. */
size_t dnn_step_segment(const dnn_step *step, size_t which);

/* The first step of a layer, or SIZE_MAX. */
size_t dnn_network_find_step(const dnn_network *network, const dnn_layer *layer);

/* The shape of an example, and of a step's output; rank 0 while they are not known. */
dnn_shape dnn_network_input_shape(const dnn_network *network);
dnn_shape dnn_network_output_shape(const dnn_network *network, size_t step);

/* --- values --- */

/* Bytes of the vector of values, which gradients take too, and of the kept one. */
size_t dnn_network_value_bytes(const dnn_network *network);
size_t dnn_network_kept_bytes(const dnn_network *network);

/* Attaches the three vectors, 64-byte aligned. At first they are filled with zeros and the values'
 * starts; attaching again moves what is there. */
void dnn_network_attach_values(dnn_network *network, void *values, void *gradients, void *kept);

/* Every layer's starting values from one stream. */
dnn_status dnn_network_initialise(dnn_network *network, dnn_random *random, dnn_error *err);

/* Fixes the layouts of values in files, which may depend on the input's shape; where that is not
 * known, square images are tried. DNN_ERROR_STATE where a layout stays open. */
dnn_status dnn_network_fix_layouts(dnn_network *network, dnn_error *err);

/* Call after `frozen` or `evaluates` of a layer was changed. The second may drop the buffers. */
void dnn_network_note_layers(dnn_network *network);

/* --- states --- */

/* What recurrent layers carry from one forward to the next: in each mode by itself, from the end of
 * a forward of the whole network on, and only where a layer is made so (`carried`). The gradient
 * does not go through it. */

/* Rows of the state of a step for each example; 0: it has none. */
size_t dnn_network_state_rows(const dnn_network *network, size_t step, bool *carried);

/* The state that the last forward in that mode has left, as a view that the next forward overwrites;
 * false where there is none. */
bool dnn_network_state(const dnn_network *network, bool training, size_t step, dnn_matrix *state);

/* Makes the next forward in that mode begin from a state, or from 0 where that is NULL.
 * DNN_ERROR_SHAPE unless it has the rows and at least one column; DNN_ERROR_STATE where the step
 * carries none. */
dnn_status dnn_network_set_state(dnn_network *network, bool training, size_t step,
                                 const dnn_matrix *state, dnn_error *err);

/* DNN_ERROR_STATE where a step has a state in the present mode that is of another number of examples. */
dnn_status dnn_network_check_state(const dnn_network *network, size_t step, size_t examples,
                                   dnn_error *err);

/* From 0 and for any number of examples, in the present mode. */
void dnn_network_reset_states(dnn_network *network);

/* Those of both modes into a network of the same layers. */
dnn_status dnn_network_copy_states(dnn_network *to, const dnn_network *from, dnn_error *err);

/* --- modes --- */

/* Training (at first) or evaluation. */
bool dnn_network_training(const dnn_network *network);
void dnn_network_set_training(dnn_network *network, bool training);

dnn_keep dnn_network_keep(const dnn_network *network);
void dnn_network_set_keep(dnn_network *network, dnn_keep keep);

/* True when forward in the present mode draws random numbers. */
bool dnn_network_draws(const dnn_network *network);

/* --- buffers --- */

/* Bytes of buffers for X in the present mode into `bytes`: 0 when the attached ones suffice. Fails
 * with DNN_ERROR_SHAPE, naming the layer, when X does not fit or has no columns. */
dnn_status dnn_network_plan(dnn_network *network, const dnn_matrix *X, size_t *bytes,
                            dnn_error *err);

/* Memory for the last plan, 64-byte aligned. What the old buffers of that mode held is gone. */
void dnn_network_attach_buffers(dnn_network *network, void *memory);

/* Bytes that the buffers of the present mode take; 0 before a plan. */
size_t dnn_network_buffer_bytes(const dnn_network *network);

/* --- running --- */

/* What a forward may bring beside X, for those layers that ask for it. */
typedef struct dnn_side_inputs {
    /* An element for each example, in one row or one column of any type: how many steps of its
     * sequence there are, from 1; those after them are padding. NULL: all. Copied. */
    const dnn_matrix *lengths;

    /* steps x steps, of attention: element (i, j) is added to how well step j fits what step i looks
     * for; as uint8, not 0 where step i may not see step j. NULL: all see all. Copied. */
    const dnn_matrix *mask;

    struct dnn_cache *cache; /* the steps before X's, to which these are added; NULL: there are none */
} dnn_side_inputs;

/* Runs all steps on X, whose memory must stay until backward; `key` is where layers that draw take
 * their random numbers from. DNN_ERROR_STATE without a plan that fits; DNN_ERROR_TYPE unless X has
 * the network's type (ids may have any). A layer's failure comes back with its place and
 * description before its text. After any failure, and after an interruption, there are no
 * activations and kept values are as before. */
dnn_status dnn_network_forward(dnn_network *network, const dnn_matrix *X, uint64_t key,
                               dnn_error *err);

/* The same with side inputs, which the backward of this forward works with, too. Those that no layer
 * takes are DNN_ERROR_ARGUMENT, and so are lengths that are not whole or not positive, or longer than
 * the sequence that a layer takes them for, and a mask of numbers that are all 0 and 1. With a
 * cache neither is taken (see cache.h). */
dnn_status dnn_network_forward_with(dnn_network *network, const dnn_matrix *X,
                                    const dnn_side_inputs *side, uint64_t key, dnn_error *err);

/* Runs backward of the last forward in the present mode from dA, the gradient with respect to the
 * output (copied). dX (like X, the caller's) receives the gradient with respect to X; NULL spares
 * that work. Goes down to the lowest layer that learns. DNN_ERROR_STATE before a forward, or where
 * evaluation has kept nothing for it. When a layer fails the gradients count as spent. */
dnn_status dnn_network_backward(dnn_network *network, const dnn_matrix *dA, dnn_matrix *dX,
                                dnn_error *err);

/* The output of the network, of a step, and a step's input of that number (from 0); NULL where
 * there is none, or where its memory was used for something else since. */
const dnn_matrix *dnn_network_output(const dnn_network *network);
const dnn_matrix *dnn_network_step_output(const dnn_network *network, size_t step);
const dnn_matrix *dnn_network_step_input(const dnn_network *network, size_t step, size_t input);

/* The cost's gradient with respect to them, of the last backward; NULL as above. */
const dnn_matrix *dnn_network_step_output_gradient(const dnn_network *network, size_t step);
const dnn_matrix *dnn_network_step_input_gradient(const dnn_network *network, size_t step,
                                                  size_t input);

/* Whether a backward has filled the gradients. */
bool dnn_network_has_gradients(const dnn_network *network);

/* Euclidean norm of all gradients of a step's layer; 0 where it has none. */
double dnn_network_grad_norm(const dnn_network *network, size_t step);

/* --- descriptions --- */

/* "layer 3.2, Conv2d(3 -> 16, 3 x 3)": how messages name a step; as snprintf. */
size_t dnn_network_name_step(const dnn_network *network, size_t step, char *text, size_t size);

/* Puts the name of a step and ": " before what its layer said; returns status. */
dnn_status dnn_network_fail_step(const dnn_network *network, size_t step, dnn_status status,
                                 dnn_error *err);

/* A line with type and number of layers, then a table of layers, outputs and parameter counts, with
 * totals; as snprintf. */
size_t dnn_network_describe(const dnn_network *network, char *text, size_t size);

/* The steps as a table in Markdown: number, place, layer, the steps that its inputs come from,
 * output, parameters; as snprintf. */
size_t dnn_network_graph(const dnn_network *network, char *text, size_t size);

#endif
