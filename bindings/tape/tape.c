/* tape.c: requires_grad_, backward, detach, no_grad and their kin. */
#include "bindings/tape/tape.h"

#include <string.h>

#include "math/fill.h"
#include "nn/network/record.h"

#define TAPE "dnn.Tape" /* never handed out */

static const char tape_key = 0;   /* registry: the state's tape */
static const char leaves_key = 0; /* registry: leaf records by matrix, whose keys are weak */

/* --- the tape and the leaves --- */

static int free_tape(lua_State *L) {
    dnn_tape_free(lua_touserdata(L, 1));
    return 0;
}

dnn_tape *dnnlua_tape(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &tape_key) == LUA_TNIL) {
        lua_pop(L, 1);
        dnn_tape *tape = lua_newuserdatauv(L, sizeof *tape, 0);
        memset(tape, 0, sizeof *tape);
        if (luaL_newmetatable(L, TAPE)) {
            lua_pushcfunction(L, free_tape);
            lua_setfield(L, -2, "__gc");
        }
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &tape_key);
    }
    dnn_tape *tape = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return tape;
}

/* Pushes the table of the leaves. */
static void push_leaves(lua_State *L) {
    dnnlua_push_weak_table(L, &leaves_key, "k");
}

/* Pushes the record of the matrix at index, or nil. */
static dnn_node *push_leaf(lua_State *L, int index) {
    index = lua_absindex(L, index);
    push_leaves(L);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    return lua_touserdata(L, -1);
}

/* Pushes a new matrix of zeros for the gradient of the node, whose A is set. */
static void push_zeros(lua_State *L, dnn_node *node) {
    dnn_matrix *g = dnnlua_new_matrix(L, node->A.dtype, node->A.rows, node->A.cols);

    node->gradient = *g;
    node->gradient_version = dnnlua_matrix_of(g)->version;
    dnn_node_zero_gradient(node);
}

/* Makes the matrix at 1 a leaf. */
static void make_leaf(lua_State *L, dnnlua_matrix *self) {
    dnn_tape *tape = dnnlua_tape(L);
    dnn_node *node = push_leaf(L, 1);

    if (node == NULL) {
        lua_pop(L, 1);
        push_leaves(L);
        lua_pushvalue(L, 1);
        node = lua_newuserdatauv(L, sizeof *node, 1);
        *node = (dnn_node){.tape = tape, .A = self->matrix, .version = self->version};
        push_zeros(L, node);
        lua_setiuservalue(L, -2, 1);
        lua_rawset(L, -3);
    }
    self->node = node;
}

/* A:requires_grad_([requires]) */
static int requires_grad(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnnlua_matrix *self = dnnlua_matrix_of(m);
    bool wanted = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);

    if (!lua_isnoneornil(L, 2) && !lua_isboolean(L, 2))
        return dnnlua_wrong_argument(L, 2, "true or false");
    if (!dnn_dtype_info(m->dtype)->is_real) {
        return luaL_error(L,
                          "requires_grad_: a Matrix of %s has no gradient; convert it with "
                          "A:float()",
                          dnn_dtype_info(m->dtype)->name);
    }
    if (self->node != NULL && self->node->layer != NULL && !wanted) {
        return luaL_error(L,
                          "requires_grad_: this Matrix is the result of %s; its gradient cannot be "
                          "switched off; use A:detach()",
                          dnn_operator_name(self->node->layer->kind));
    }
    if (!wanted)
        self->node = NULL;
    else if (self->node == NULL)
        make_leaf(L, self);
    lua_settop(L, 1);
    return 1;
}

/* --- gradients --- */

static void push_kept_gradient(lua_State *L, int index, const dnn_node *node) {
    if (node->layer == NULL) {
        push_leaf(L, index);
        lua_getiuservalue(L, -1, 1);
        lua_remove(L, -2);
    } else {
        lua_getiuservalue(L, index, MATRIX_GRADIENT);
    }
}

void dnnlua_push_gradient(lua_State *L, int index) {
    const dnnlua_matrix *self = dnnlua_matrix_of(dnnlua_check_matrix(L, index));
    const dnn_node *node = self->node;

    if (node == NULL && self->version == NULL) {
        luaL_error(L, "grad: this Matrix is part of a network; a parameter's gradient is "
                      "net[1].weight_grad, an output's net[1].dA");
    }
    const dnn_matrix *gradient = node == NULL ? NULL : dnn_node_value_gradient(node);
    if (gradient != NULL && gradient->data != NULL) {
        lua_getiuservalue(L, index, MATRIX_INPUTS); /* its network */
        lua_getiuservalue(L, -1, NETWORK_GRADIENTS);
        dnnlua_push_view(L, gradient, lua_gettop(L));
        lua_replace(L, -3);
        lua_pop(L, 1);
    } else if (node == NULL || !node->has_gradient) {
        lua_pushnil(L);
    } else {
        push_kept_gradient(L, index, node);
    }
}

/* A:zero_grad() */
static int zero_grad(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnn_node *node = dnnlua_matrix_of(m)->node;

    if (node == NULL) {
        return luaL_error(
            L, "zero_grad: this Matrix does not require a gradient; call A:requires_grad_() first");
    }
    dnn_node_zero_gradient(node);
    lua_settop(L, 1);
    return 1;
}

/* A:retain_grad() */
static int retain_grad(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnn_node *node = dnnlua_matrix_of(m)->node;

    if (node == NULL) {
        return luaL_error(
            L,
            "retain_grad: this Matrix does not require a gradient; call A:requires_grad_() first");
    }
    if (node->gradient.data == NULL) {
        push_zeros(L, node);
        lua_setiuservalue(L, 1, MATRIX_GRADIENT);
    }
    lua_settop(L, 1);
    return 1;
}

/* A:detach(): the same memory, without a gradient. */
static int detach(lua_State *L) {
    const dnn_matrix view = *dnnlua_check_matrix(L, 1);

    dnnlua_push_view(L, &view, 1);
    return 1;
}

/* --- backward --- */

/* Lets go of what the freed graph of the matrix on top of the stack, which is popped, kept alive:
 * each result's inputs. */
static void release(lua_State *L) {
    int bottom = lua_gettop(L) - 1;

    while (lua_gettop(L) > bottom) {
        int index = lua_gettop(L), inputs = 0;
        dnn_node *node = dnnlua_matrix_of(dnnlua_test_matrix(L, index))->node;
        if (node != NULL && node->freed) {
            inputs = (int)node->inputs;
            node->inputs = 0;
            if (node->again != NULL) {
                lua_pushnil(L);
                lua_setiuservalue(L, index, MATRIX_INPUTS + inputs);
            }
        }
        luaL_checkstack(L, inputs + 4, "too many inputs");
        for (int i = 0; i < inputs; i++) {
            int type = lua_getiuservalue(L, index, MATRIX_INPUTS + i);
            const dnn_node *input =
                type != LUA_TUSERDATA ? NULL : dnnlua_matrix_of(dnnlua_test_matrix(L, -1))->node;
            if (input == NULL || !input->freed)
                lua_pop(L, 1);
            lua_pushnil(L);
            lua_setiuservalue(L, index, MATRIX_INPUTS + i);
        }
        lua_remove(L, index);
    }
}

void dnnlua_check_backward(lua_State *L, dnn_status status, dnn_error *err) {
    if (status == DNN_ERROR_CALLBACK)
        lua_error(L);
    dnnlua_check(L, status, err);
}

void dnnlua_backward(lua_State *L, int index, const dnn_matrix *seed, bool retain) {
    dnn_node *node = dnnlua_matrix_of(dnnlua_test_matrix(L, index))->node;
    void *before = node->tape->host;
    dnn_error err;

    node->tape->host = L;
    dnn_status status = dnn_tape_backward(node->tape, node, seed, retain, &err);
    node->tape->host = before;
    dnnlua_check_backward(L, status, &err);
    if (!retain) {
        lua_pushvalue(L, index);
        release(L);
    }
}

/* A:backward([gradient [, {retain_graph = true}]]) */
static int backward(lua_State *L) {
    static const char *const known[] = {"retain_graph", NULL};
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    const dnn_node *node = dnnlua_matrix_of(m)->node;

    lua_settop(L, 3);
    const dnn_matrix *seed = lua_isnil(L, 2) ? NULL : dnnlua_check_matrix(L, 2);
    dnnlua_check_options(L, 3, "backward", known);
    bool retain = dnnlua_option_flag(L, 3, "backward", "retain_graph", false);
    if (node == NULL) {
        return luaL_error(L, "backward: nothing that this Matrix was computed from requires a "
                             "gradient (or it was computed in dnn.no_grad); call "
                             "W:requires_grad_() before the forward");
    }
    dnnlua_backward(L, 1, seed, retain);
    return 0;
}

/* --- no_grad --- */

static int resume_recording(lua_State *L, dnn_tape *tape, bool paused, int status) {
    tape->paused = paused;
    return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

/* Calls the function at 1, recording or not. */
static int call_recording(lua_State *L, bool recording) {
    if (lua_type(L, 1) != LUA_TFUNCTION)
        return dnnlua_wrong_argument(L, 1, "a function");
    dnn_tape *tape = dnnlua_tape(L);
    bool paused = tape->paused;

    tape->paused = !recording;
    int status = lua_pcall(L, 0, LUA_MULTRET, 0);
    return resume_recording(L, tape, paused, status);
}

/* dnn.no_grad(f) */
static int no_grad(lua_State *L) {
    return call_recording(L, false);
}

/* dnn.enable_grad(f) */
static int enable_grad(lua_State *L) {
    return call_recording(L, true);
}

/* dnn._operators(): the names of what can be recorded, for tests. */
static int operators(lua_State *L) {
    lua_newtable(L);
    for (int i = 0; i < DNN_OPERATOR_COUNT; i++) {
        lua_pushstring(L, dnn_operator_name(dnn_operators[i].kind));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

const char *dnnlua_made_by(const dnn_node *node) {
    return dnn_node_is_closed(node) ? "a closed network" : dnn_operator_name(node->layer->kind);
}

/* Pushes what made a node, with the settings of a layer: "mm", "Linear(3 -> 4)"; a parameter's
 * name. */
static void push_maker(lua_State *L, const dnn_node *node) {
    char text[128];

    if (dnn_node_value_name(node) != NULL) {
        lua_pushstring(L, dnn_node_value_name(node));
    } else if (node->call != NULL && !dnn_node_is_closed(node)) {
        dnn_layer_describe(node->layer, text, sizeof text);
        lua_pushstring(L, text);
    } else {
        lua_pushstring(L, dnnlua_made_by(node));
    }
}

/* dnn._graph_of(A): the operator that made it and its inputs, as far as they are still there; nil
 * of a matrix that was not recorded. */
static int graph_of(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    const dnn_node *node = dnnlua_matrix_of(m)->node;
    lua_Integer count = 0;

    if (node == NULL || node->layer == NULL)
        return 0;
    push_maker(L, node);
    lua_newtable(L);
    for (int i = 0; i < (int)node->inputs; i++)
        if (lua_getiuservalue(L, 1, MATRIX_INPUTS + i) == LUA_TUSERDATA)
            lua_rawseti(L, -2, ++count);
        else
            lua_pop(L, 1);
    return 2;
}

/* dnn._is_matrix(value), for the Lua half. */
static int is_matrix(lua_State *L) {
    lua_pushboolean(L, dnnlua_test_matrix(L, 1) != NULL);
    return 1;
}

/* A:item() */
static int item(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    if (m->rows != 1 || m->cols != 1) {
        return luaL_error(L, "item: this Matrix is %I x %I; only a 1 x 1 Matrix is a number",
                          (lua_Integer)m->rows, (lua_Integer)m->cols);
    }
    lua_pushnumber(L, dnn_matrix_get(m, 0, 0));
    return 1;
}

static const dnnlua_function methods[] = {
    {"requires_grad_", requires_grad, 2},
    {"zero_grad",      zero_grad,     1},
    {"retain_grad",    retain_grad,   1},
    {"detach",         detach,        1},
    {"backward",       backward,      3},
    {"item",           item,          1},
    {NULL,             NULL,          0},
};

void dnnlua_add_matrix_gradients(lua_State *L, int module, int methods_at) {
    lua_pushvalue(L, methods_at);
    dnnlua_register(L, methods);
    lua_pop(L, 1);
    dnnlua_push_function(L, (dnnlua_function){"no_grad", no_grad, 1}, 0);
    lua_setfield(L, module, "no_grad");
    lua_pushcfunction(L, dnnlua_checkpoint_call);
    lua_setfield(L, module, "checkpoint_call");
    dnnlua_push_function(L, (dnnlua_function){"enable_grad", enable_grad, 1}, 0);
    lua_setfield(L, module, "enable_grad");
    lua_pushcfunction(L, operators);
    lua_setfield(L, module, "_operators");
    lua_pushcfunction(L, graph_of);
    lua_setfield(L, module, "_graph_of");
    lua_pushcfunction(L, is_matrix);
    lua_setfield(L, module, "_is_matrix");
    dnnlua_add_derivations(L, module);
}
