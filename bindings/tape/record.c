/* record.c: an operation's result with its place in the graph, in one userdata: the dnnlua_matrix,
 * the node, its operands, and the numbers. */
#include <limits.h>
#include <string.h>

#include "bindings/tape/tape.h"
#include "core/memory.h"

/* What is needed of an operand before the result's userdata is there. */
static dnn_operand operand_of(const dnn_matrix *m) {
    const dnnlua_matrix *self = dnnlua_matrix_of(m);
    dnn_operand x = {.X = *m, .node = self->node, .version = self->version};

    if (self->version != NULL)
        x.seen = *self->version;
    return x;
}

/* The first matrix among the operands that is recorded has the tape; where one of them is of a
 * graph that is freed, so is the result, and need not keep anything. */
static void look_at(dnn_node *node) {
    for (size_t i = 0; i < node->inputs; i++) {
        const dnn_node *input = node->input[i].node;
        if (input != NULL) {
            node->tape = input->tape;
            node->freed = node->freed || input->freed;
        }
    }
}

/* Numbers are in the node's arguments, in the type of the matrix beside them. */
static void place_number(dnn_node *node, size_t i, dnn_dtype dtype, double value) {
    node->input[i].X = dnn_matrix_of(dtype, 1, 1, &node->argument[i]);
    dnn_matrix_set(&node->input[i].X, 0, 0, value);
}

/* Whether operand i is a number in the arguments of the node described. */
static bool is_number(const dnn_node *node, const dnn_node *described, size_t i) {
    return i < DNN_ARGUMENTS && node->input[i].X.data == (const void *)&described->argument[i];
}

/* A layer's call comes after the operands, then the shapes of its inputs and what it saves. */
static size_t call_bytes(const dnn_node *node, size_t saved) {
    return node->call == NULL
               ? 0
               : sizeof *node->call + node->inputs * sizeof(dnn_shape) + saved + DNN_ALIGNMENT;
}

static void place_call(dnn_node *node, const dnn_node_call *from) {
    node->call = (dnn_node_call *)(node->input + node->inputs);
    *node->call = *from;
    node->call->in = (dnn_shape *)(node->call + 1);
    if (node->inputs > 0)
        memcpy(node->call->in, from->in, node->inputs * sizeof *from->in);
    node->call->saved = (void *)dnn_align_up((size_t)(node->call->in + node->inputs));
}

/* Pushes the result, with a copy of the node and its operands. */
static dnnlua_matrix *push_result(lua_State *L, const dnn_node *from, size_t rows, size_t cols,
                                  size_t saved, bool owner) {
    bool shares = dnn_node_shares(from);
    bool convert = from->layer == &dnn_operators[DNN_OPERATOR_convert];
    dnn_dtype dtype = convert ? (dnn_dtype)from->argument[0] : from->A.dtype;
    size_t header = sizeof *from + from->inputs * sizeof *from->input + call_bytes(from, saved);
    int user_values = MATRIX_INPUTS - 1 + (int)from->inputs + owner;
    if (user_values >= USHRT_MAX) /* Lua counts them in 16 bits */
        luaL_error(L,
                   "too many inputs that may require a gradient, %d; put parts of them together "
                   "first",
                   (int)from->inputs);
    dnnlua_matrix *m =
        dnnlua_new_matrix_with(L, header, user_values, dtype, shares ? 0 : rows, shares ? 0 : cols);
    dnn_node *node = (dnn_node *)(m + 1);

    *node = *from;
    node->input = (dnn_operand *)(node + 1);
    if (from->inputs > 0)
        memcpy(node->input, from->input, from->inputs * sizeof *from->input);
    node->A = m->matrix;
    for (size_t i = 0; i < node->inputs; i++)
        if (is_number(node, from, i))
            node->input[i].X.data = &node->argument[i];
    if (from->call != NULL)
        place_call(node, from->call);
    return m;
}

/* The result on top of the stack keeps its operands alive. */
static void keep_inputs(lua_State *L, const dnn_node *node, const int *at) {
    for (int i = 0; i < (int)node->inputs; i++) {
        if (!is_number(node, node, (size_t)i)) {
            lua_pushvalue(L, at[i]);
            lua_setiuservalue(L, -2, MATRIX_INPUTS + i);
        }
    }
}

/* Lets the result on top of the stack keep what it was made of, and `owner`; see record. */
static void finish(lua_State *L, dnnlua_matrix *m, const int *at, int owner) {
    dnn_node *node = (dnn_node *)(m + 1);
    int inputs = (int)node->inputs;

    node->freed = node->freed || node->tape->dropping;
    if (node->freed || node->tape->paused)
        node->inputs = 0;
    else
        keep_inputs(L, node, at);
    if (owner != 0) {
        lua_pushvalue(L, owner);
        lua_setiuservalue(L, -2, MATRIX_INPUTS + inputs);
    }
    node->version = m->version;
    node->seen = m->version == NULL ? 0 : *m->version;
    m->node = node->tape->paused ? NULL : node;
}

/* Memory for a result has just been made, so that a finaliser may have run: raises where it has
 * closed the network that a call is of, which has the values that the call works with. */
static void require_open(lua_State *L, const dnn_node *node) {
    if (dnn_node_is_closed(node))
        luaL_error(L, "network: this network is closed; a finaliser closed it during the call");
}

/* `owner` is the index of a value that the result keeps alive, besides its inputs; 0: none. */
static int record(lua_State *L, dnn_node *described, const int *at, int owner) {
    dnn_error err;
    size_t rows, cols, saved = 0;

    look_at(described);
    dnnlua_check(L, dnn_node_shape(described, &rows, &cols, &err), &err);
    if (described->call != NULL)
        dnnlua_check(L, dnn_node_saved_bytes(described, &saved, &err), &err);
    dnnlua_matrix *m = push_result(L, described, rows, cols, saved, owner != 0);
    dnn_node *node = (dnn_node *)(m + 1);
    require_open(L, node);
    dnnlua_check(L, dnn_node_forward(node, &err), &err);
    if (dnn_node_shares(node)) {
        m->matrix = node->A;
        m->version = dnnlua_matrix_of(dnnlua_test_matrix(L, at[0]))->version;
        dnnlua_push_base(L, at[0]);
        lua_setiuservalue(L, -2, MATRIX_BASE);
    }
    finish(L, m, at, owner);
    return 1;
}

int dnnlua_record(lua_State *L, const dnnlua_operation *operation) {
    dnn_operand inputs[DNNLUA_OPERANDS];
    dnn_node node = {
        .layer = operation->layer != NULL ? operation->layer : &dnn_operators[operation->op],
        .inputs = (size_t)operation->inputs,
        .input = inputs,
    };
    const dnn_matrix *like = NULL;

    memcpy(node.argument, operation->argument, sizeof node.argument);
    for (int i = 0; i < operation->inputs; i++) {
        const dnn_matrix *m = dnnlua_test_matrix(L, operation->at[i]);
        inputs[i] = m == NULL ? (dnn_operand){.node = NULL} : operand_of(m);
        like = like == NULL ? m : like;
    }
    node.A = *like;
    for (int i = 0; i < operation->inputs; i++)
        if (dnnlua_test_matrix(L, operation->at[i]) == NULL)
            place_number(&node, (size_t)i, like->dtype, lua_tonumber(L, operation->at[i]));
    return record(L, &node, operation->at, operation->owner);
}

int dnnlua_record_unary(lua_State *L, dnn_operator op) {
    return dnnlua_record(L, &(dnnlua_operation){.op = op, .inputs = 1, .at = {1}});
}

/* The inputs of a node without: `count` matrices from index `first`. */
static void take_operands(lua_State *L, dnn_node *node, dnn_operand *inputs, int *at, int first,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        at[i] = first + (int)i;
        inputs[i] = operand_of(dnnlua_test_matrix(L, at[i]));
        bool constant = node->call != NULL && node->call->transposed > 0 && i + 1 < count;
        if (constant || dnn_layer_has(node->layer, DNN_TAKES_IDS))
            inputs[i].node = NULL; /* a linear layer's derivative does not depend on its input */
    }
    node->inputs = count;
    node->input = inputs;
}

/* Records a node without inputs yet: those at first to last. */
static int record_range(lua_State *L, dnn_node *node, int first, int last, int owner) {
    size_t count = (size_t)(last - first + 1);
    dnn_operand *inputs = dnnlua_new_block(L, count * (sizeof *inputs + sizeof(int)));
    int *at = (int *)(inputs + count);

    require_open(L, node);
    take_operands(L, node, inputs, at, first, count);
    node->A = inputs[0].X;
    node->A.dtype = node->call == NULL ? node->A.dtype : node->call->dtype;
    return record(L, node, at, owner);
}

int dnnlua_record_many(lua_State *L, dnn_operator op, double argument, int first, int last) {
    dnn_node node = {.layer = &dnn_operators[op], .argument = {argument}};

    return record_range(L, &node, first, last, 0);
}

int dnnlua_record_step(lua_State *L, const dnn_layer *layer, dnn_node_call *call, int first,
                       int last, int network) {
    dnn_node node = {.layer = layer, .call = call, .tape = dnnlua_tape(L)};

    return record_range(L, &node, first, last, network);
}

void dnnlua_record_made(lua_State *L, dnn_node *node, int first, int last, int owner) {
    int made = lua_gettop(L);
    const dnn_matrix *A = dnnlua_test_matrix(L, made);
    size_t count = (size_t)(last - first + 1);
    dnn_operand *inputs = dnnlua_new_block(L, count * (sizeof *inputs + sizeof(int)));
    int *at = (int *)(inputs + count);

    take_operands(L, node, inputs, at, first, count);
    node->tape = dnnlua_tape(L);
    node->A = *A;
    look_at(node);
    dnnlua_matrix *m = push_result(L, node, 0, 0, 0, owner != 0);
    m->matrix = *A;
    m->version = dnnlua_matrix_of(A)->version;
    ((dnn_node *)(m + 1))->A = *A;
    dnnlua_push_base(L, made);
    lua_setiuservalue(L, -2, MATRIX_BASE);
    finish(L, m, at, owner);
    lua_replace(L, made);
    lua_settop(L, made);
}

void dnnlua_refuse_out(lua_State *L, const dnn_matrix *out, const char *name) {
    if (out != NULL) {
        luaL_error(L,
                   "%s: an operand requires a gradient, and a result that is recorded cannot go "
                   "into a matrix of yours; leave out = away, or compute unrecorded, in "
                   "dnn.no_grad(function() ... end)",
                   name);
    }
}
