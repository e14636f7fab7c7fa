/* tape.h: autograd in Lua: what the files about Matrix operations call to have them recorded.
 *
 * A matrix that requires a gradient has a dnn_node (nn/tape/tape.h). That of a result lies in the
 * result's own userdata, whose user values keep the inputs alive: the graph is as long-lived as
 * what can still be reached of it, and the collector needs no help. That of a leaf, which was an
 * ordinary matrix before requires_grad_(), lies in a userdata of its own, the value of a table
 * whose weak key is the matrix. */
#ifndef DNN_BINDINGS_TAPE_H
#define DNN_BINDINGS_TAPE_H

#include "bindings/matrix/matrix.h"
#include "bindings/nn/network.h"
#include "nn/operators/operators.h"

enum { DNNLUA_OPERANDS = 6 };

/* An operation to record: the operator, the stack indices of its operands, which are matrices or
 * (those of elementwise operators) numbers, and its arguments. */
typedef struct dnnlua_operation {
    dnn_operator op;
    const dnn_layer *layer; /* instead of an operator, or NULL; the value at `owner` keeps it */
    int owner;
    int inputs;
    int at[DNNLUA_OPERANDS];
    double argument[DNN_ARGUMENTS];
} dnnlua_operation;

/* Computes it, pushes the result with what backward needs, and returns 1. At least one operand is
 * recorded (dnnlua_is_recorded). */
int dnnlua_record(lua_State *L, const dnnlua_operation *operation);

/* The same for an operator whose only operand is the first argument. */
int dnnlua_record_unary(lua_State *L, dnn_operator op);

/* The same for any number of matrices: those at indices first to last. */
int dnnlua_record_many(lua_State *L, dnn_operator op, double argument, int first, int last);

/* The tape of the state, made when it is first needed. */
dnn_tape *dnnlua_tape(lua_State *L);

/* What a result was made by, as graphs say it: the name of an operator or layer. */
const char *dnnlua_made_by(const dnn_node *node);

/* Records the forward of the network at index on the matrix at `input`, step by step, and pushes
 * the output. */
int dnnlua_record_network(lua_State *L, int index, int input, const dnn_side_inputs *side);

/* Whether the layer is one that a module calls. */
bool dnnlua_layer_is_called(const dnnlua_layer *layer);

/* layer(X) of a layer at 1 that a module calls: its output, recorded unless in dnn.no_grad. */
int dnnlua_record_called(lua_State *L);

/* Replaces the view on top of the stack of a learnt value, number `which` of a step of the network at
 * index, by one that is recorded; not of a frozen one, and not in dnn.no_grad. */
void dnnlua_record_value(lua_State *L, int index, size_t step, size_t which);

/* The backward of the matrix at index, which is recorded, from a gradient of its shape. */
void dnnlua_backward(lua_State *L, int index, const dnn_matrix *seed, bool retain);

/* Records one step: `call` describes it, the inputs are at first to last. */
int dnnlua_record_step(lua_State *L, const dnn_layer *layer, dnn_node_call *call, int first, int last,
                       int network);

/* The same for a node whose result is there: the matrix on top of the stack, which is replaced by one of
 * the same memory. It has the inputs at first to last, and keeps the value at `owner` alive. */
void dnnlua_record_made(lua_State *L, dnn_node *node, int first, int last, int owner);

/* dnn.checkpoint_call(f, ...) */
int dnnlua_checkpoint_call(lua_State *L);

/* Raises what a backward has failed with: what a Lua function in it has raised is on top of the
 * stack. */
void dnnlua_check_backward(lua_State *L, dnn_status status, dnn_error *err);

/* Raises where a result that is recorded should go into a matrix of the script's. */
void dnnlua_refuse_out(lua_State *L, const dnn_matrix *out, const char *name);

/* Pushes the gradient of the matrix at index, or nil. */
void dnnlua_push_gradient(lua_State *L, int index);

/* The functions of derive.c, for the module at index. */
void dnnlua_add_derivations(lua_State *L, int module);

/* The functions and methods of tape.c, for the Matrix. */
void dnnlua_add_matrix_gradients(lua_State *L, int module, int methods);

#endif
