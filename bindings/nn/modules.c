/* modules.c: what dnn.Module makes: a layer with parameters and layers of its own, whose forward is
 * an expression in Lua, which the tape records and goes back through.
 *
 * Called by a script, a module runs its forward there and then. In a network it is a step: forward
 * records from a leaf that stands for X, and backward goes back to that leaf. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"
#include "math/elementwise.h"

static const char hint[] =
    "; self.in_features and self.out_features, set in init, say how many rows "
    "there are";

/* --- in a network; stack: layer, network, callback --- */

/* Pushes the key of this call in the table of the calls. */
static void push_call_key(lua_State *L, const dnnlua_callback *c) {
    const dnnlua_network *network = lua_touserdata(L, CALLBACK_NETWORK);

    lua_pushinteger(L, (lua_Integer)(2 * c->call->step) + dnnlua_network_mode(network));
}

/* Whether a backward may follow this forward. */
static bool keeps(const dnnlua_network *self) {
    return dnn_network_training(self->network) || dnn_network_keep(self->network) == DNN_KEEP_ALL;
}

static bool keeps_all(const dnnlua_network *self) {
    return dnn_network_keep(self->network) != DNN_KEEP_LITTLE;
}

/* Has the matrix on top of the stack, a view, recorded; ids have no gradient. In evaluation too,
 * though its gradient is never read there: X:sum() is a Matrix then in both modes. */
static void make_leaf(lua_State *L) {
    const dnn_matrix *X = dnnlua_check_matrix(L, -1);

    if (dnn_dtype_info(X->dtype)->is_real) {
        dnnlua_push_view(L, X, lua_gettop(L));
        lua_replace(L, -2);
        lua_getfield(L, -1, "requires_grad_");
        lua_pushvalue(L, -2);
        lua_call(L, 1, 0);
    }
}

static int run_forward(lua_State *L) {
    const dnnlua_callback *c = lua_touserdata(L, CALLBACK);
    bool kept = keeps(lua_touserdata(L, CALLBACK_NETWORK));

    dnnlua_push_operand(L, c, false, false, &c->call->X[0]);
    make_leaf(L);
    lua_getiuservalue(L, CALLBACK_SELF, LAYER_DEFINITION);
    lua_getfield(L, -1, "forward");
    lua_pushvalue(L, CALLBACK_SELF);
    lua_pushvalue(L, CALLBACK_INPUT);
    lua_call(L, 2, 1);
    dnnlua_take_result(L, "forward", hint, c->out);
    lua_getiuservalue(L, CALLBACK_SELF, LAYER_CALLS);
    push_call_key(L, c);
    if (kept) {
        lua_createtable(L, 2, 0);
        lua_pushvalue(L, CALLBACK_INPUT);
        lua_rawseti(L, -2, 1);
        lua_pushvalue(L, -4);
        lua_rawseti(L, -2, 2);
    } else {
        lua_pushnil(L);
    }
    lua_rawset(L, -3);
    return 0;
}

/* dX from the leaf at index, or 0 where the output does not depend on it. */
static void give_gradient(lua_State *L, int leaf, const dnnlua_callback *c) {
    dnn_error err;

    dnnlua_push_gradient(L, leaf);
    const dnn_matrix *dX = dnnlua_test_matrix(L, -1);
    if (dX == NULL && !c->call->add[0])
        dnn_matrix_clear(c->out);
    else if (dX != NULL && c->call->add[0])
        dnnlua_check(L, dnn_binary(DNN_ADD, c->out, c->out, dX, &err), &err);
    else if (dX != NULL)
        dnnlua_check(L, dnn_matrix_copy(c->out, dX, &err), &err);
}

static int run_backward(lua_State *L) {
    const dnnlua_callback *c = lua_touserdata(L, CALLBACK);
    bool retain = keeps_all(lua_touserdata(L, CALLBACK_NETWORK));

    lua_getiuservalue(L, CALLBACK_SELF, LAYER_CALLS);
    int calls = lua_gettop(L);
    push_call_key(L, c);
    if (lua_rawget(L, calls) != LUA_TTABLE)
        return luaL_error(L, "forward has left nothing for backward");
    int call = lua_gettop(L);
    lua_rawgeti(L, call, 1);
    lua_rawgeti(L, call, 2);
    const dnn_matrix *X = dnnlua_test_matrix(L, call + 1), *A = dnnlua_test_matrix(L, call + 2);
    if (dnnlua_matrix_of(X)->node != NULL)
        dnn_node_zero_gradient(dnnlua_matrix_of(X)->node);
    if (dnnlua_matrix_of(A)->node != NULL)
        dnnlua_backward(L, call + 2, &c->call->dA, retain);
    if (c->out != NULL)
        give_gradient(L, call + 1, c);
    if (!retain) {
        push_call_key(L, c);
        lua_pushnil(L);
        lua_rawset(L, calls);
    }
    return 0;
}

/* What a module does is recorded, so that it works with the same kinds of values in training and
 * evaluation; but it is kept only where a backward may follow. */
dnn_status dnnlua_module_forward(dnn_call *call, dnn_error *err) {
    dnnlua_callback c = {.call = call, .out = &call->A};
    const dnnlua_layer *self = dnn_layer_external_user(call->layer);
    dnn_tape *tape = dnnlua_tape(self->network->L);
    bool paused = tape->paused, dropping = tape->dropping;

    tape->paused = false;
    tape->dropping = !keeps(self->network);
    dnn_status status = dnnlua_run_callback(call->layer, run_forward, &c, err);
    tape->paused = paused;
    tape->dropping = dropping;
    return status;
}

dnn_status dnnlua_module_backward(dnn_call *call, dnn_error *err) {
    dnnlua_callback c = {.call = call, .out = call->dX[0].data == NULL ? NULL : &call->dX[0]};

    dnnlua_begin_callback(call);
    return dnnlua_run_callback(call->layer, run_backward, &c, err);
}

/* --- called by a script --- */

/* Calls the function below its `count` arguments in dnn.no_grad: its results are not recorded, what
 * it computes them from is, and let go. */
static void call_unrecorded(lua_State *L, dnn_tape *tape, int count) {
    bool dropping = tape->dropping;

    tape->paused = false;
    tape->dropping = true;
    int status = lua_pcall(L, count, LUA_MULTRET, 0);
    tape->paused = true;
    tape->dropping = dropping;
    if (status != LUA_OK)
        lua_error(L);
    for (int i = 1; i <= lua_gettop(L); i++) {
        const dnn_matrix *A = dnnlua_test_matrix(L, i);
        if (A != NULL && dnnlua_matrix_of(A)->node != NULL && dnnlua_matrix_of(A)->node->freed) {
            dnnlua_push_view(L, A, i);
            lua_replace(L, i);
        }
    }
}

int dnnlua_module_call(lua_State *L) {
    dnn_tape *tape = dnnlua_tape(L);

    dnnlua_push_network(L, 1);
    lua_pop(L, 1);
    lua_getiuservalue(L, 1, LAYER_DEFINITION);
    lua_getfield(L, -1, "forward");
    lua_insert(L, 1);
    lua_pop(L, 1);
    if (tape->paused)
        call_unrecorded(L, tape, lua_gettop(L) - 1);
    else
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* --- fields --- */

void dnnlua_module_get(lua_State *L, const char *name) {
    lua_getiuservalue(L, 1, LAYER_CHILDREN);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        return;
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL)
        return;
    lua_getiuservalue(L, 1, LAYER_DEFINITION);
    lua_getfield(L, -1, "class");
    lua_getfield(L, -1, name);
}

/* Adds the names that are texts of the table on top of the stack, which is popped. */
static void add_keys(lua_State *L, int list) {
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING)
            dnnlua_add_name(L, list, lua_tostring(L, -2));
    lua_pop(L, 1);
}

void dnnlua_module_add_names(lua_State *L, const dnnlua_layer *self, int list) {
    for (size_t c = 0; c < self->layer->child_count; c++)
        if (strchr(self->layer->child_names[c], '.') == NULL)
            dnnlua_add_name(L, list, self->layer->child_names[c]);
    lua_getiuservalue(L, 1, LAYER_DEFINITION);
    lua_getfield(L, -1, "class");
    add_keys(L, list);
    lua_pop(L, 1);
}
