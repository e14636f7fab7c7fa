/* network_run.c: forward and backward of a network: its buffers, the matrices in them, and what
 * layers written in Lua raise on the way. */
#include "bindings/nn/network.h"

dnn_network *dnnlua_network_begin(lua_State *L, int index) {
    dnnlua_network *self = dnnlua_check_network(L, index);

    dnnlua_network_require_idle(L, self);
    self->L = L;
    self->at = index;
    self->failed = 0;
    return self->network;
}

void dnnlua_network_check(lua_State *L, dnn_status status, dnn_error *err) {
    if (status != DNN_OK) {
        dnn_fail_context(err, status, "Sequential: ");
        dnnlua_raise(L, err);
    }
}

/* Raises the error object on top of the stack, which came from the layer's Lua function. */
static int raise_from_layer(lua_State *L, int index, size_t layer) {
    int object = lua_gettop(L);

    if (lua_type(L, object) == LUA_TSTRING) {
        lua_getiuservalue(L, index, NETWORK_LAYERS);
        lua_rawgeti(L, -1, (lua_Integer)layer);
        luaL_error(L, "Sequential: layer %I, %s: %s", (lua_Integer)layer,
                   luaL_tolstring(L, -1, NULL), lua_tostring(L, object));
    }
    return lua_error(L);
}

void dnnlua_network_end(lua_State *L, int index, dnn_status status, dnn_error *err) {
    dnnlua_network *self = lua_touserdata(L, index);

    self->L = NULL;
    if (status != DNN_OK && self->failed != 0) {
        raise_from_layer(L, index, self->failed);
    }
    dnnlua_network_check(L, status, err);
}

/* The type is checked before the last X is let go, since A[0] describes that one until the runtime
 * begins a forward. */
static void check_type(lua_State *L, const dnn_network *network, const dnn_matrix *X) {
    dnn_dtype dtype = dnn_network_dtype(network);

    if (X->dtype != dtype) {
        luaL_error(L, "Sequential: this network is %s, X is %s; convert it with X:%s()",
                   dnn_dtype_info(dtype)->name, dnn_dtype_info(X->dtype)->name,
                   dtype == DNN_FLOAT32 ? "float" : "double");
    }
}

bool dnnlua_network_holds(lua_State *L, int index, const dnn_matrix *m) {
    lua_getiuservalue(L, index, NETWORK_BUFFERS);
    const char *begin = lua_touserdata(L, -1), *data = m->data;
    bool holds = begin != NULL && data >= begin && data < begin + lua_rawlen(L, -1);

    lua_pop(L, 1);
    return holds;
}

/* Plans for X and returns the bytes of buffers that the idle network at index lacks. */
static size_t plan(lua_State *L, int index, const dnn_matrix *X) {
    dnnlua_network *self = dnnlua_check_network(L, index);
    dnn_error err;
    size_t bytes;

    dnnlua_network_require_idle(L, self);
    check_type(L, self->network, X);
    dnnlua_network_check(L, dnn_network_plan(self->network, X->rows, X->cols, &bytes, &err), &err);
    return bytes;
}

const dnn_matrix *dnnlua_network_prepare(lua_State *L, int index, int input) {
    void *buffers = NULL;
    size_t bytes, room = 0;

    dnnlua_check_network(L, index);
    const dnn_matrix *X = dnnlua_check_matrix_named(L, input, "Sequential", "X");
    while ((bytes = plan(L, index, X)) > room) { /* again, as a finaliser may run the network */
        buffers = dnnlua_new_block(L, bytes);
        room = bytes;
    }
    if (bytes > 0) {
        lua_setiuservalue(L, index, NETWORK_BUFFERS);
        dnn_network_attach_buffers(dnnlua_check_network(L, index)->network, buffers);
        lua_pushnil(L);
        lua_setiuservalue(L, index, NETWORK_VIEWS);
    } else if (dnnlua_network_holds(L, index, X)) {
        luaL_error(L, "Sequential: X lies in this network's own buffers, which forward overwrites; "
                      "pass X:copy()");
    }
    lua_pushvalue(L, input);
    lua_setiuservalue(L, index, NETWORK_INPUT);
    return X;
}

void dnnlua_network_push_buffer(lua_State *L, int index, size_t layer, bool gradient,
                                dnn_matrix now) {
    lua_getiuservalue(L, index, NETWORK_BUFFERS);
    int buffers = lua_gettop(L);

    lua_pushinteger(L, (lua_Integer)(2 * layer + gradient));
    dnnlua_cached_view(L, index, NETWORK_VIEWS, now, buffers);
    lua_remove(L, buffers);
}

void dnnlua_network_push_activation(lua_State *L, int index, size_t layer, bool gradient) {
    const dnnlua_network *self = lua_touserdata(L, index);
    const dnn_matrix *now = gradient && layer > 0 ? dnn_network_gradient(self->network, layer)
                                                  : dnn_network_activation(self->network, layer);

    if (now == NULL || (gradient && layer == 0 && !self->input_gradient)) {
        lua_pushnil(L);
    } else if (layer == 0) {
        lua_getiuservalue(L, index, gradient ? NETWORK_INPUT_GRADIENT : NETWORK_INPUT);
    } else {
        dnnlua_network_push_buffer(L, index, layer, gradient, *now);
    }
}

/* net:forward(X) */
int dnnlua_network_forward(lua_State *L) {
    const dnn_matrix *X = dnnlua_network_prepare(L, 1, 2);
    dnn_network *network = dnnlua_network_begin(L, 1);
    dnn_error err;

    dnnlua_network_end(L, 1, dnn_network_forward(network, X, &err), &err);
    dnnlua_network_push_activation(L, 1, dnn_network_layer_count(network), false);
    return 1;
}

/* The matrix for dX in the network at index: the last one where the shape is the same and the
 * script has not made it X. */
static dnn_matrix *input_gradient(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    const dnn_matrix *X = dnn_network_activation(self->network, 0);

    if (X == NULL) {
        return NULL;
    }
    lua_getiuservalue(L, index, NETWORK_INPUT_GRADIENT);
    dnn_matrix *dX = dnnlua_test_matrix(L, -1);
    if (dX == NULL || dX->rows != X->rows || dX->cols != X->cols || dnn_matrix_overlap(dX, X)) {
        dX = dnnlua_new_matrix(L, X->dtype, X->rows, X->cols);
        lua_setiuservalue(L, index, NETWORK_INPUT_GRADIENT);
    }
    return dX;
}

/* net:backward(dA, {input_gradient = true}) */
int dnnlua_network_backward(lua_State *L) {
    static const char *const known[] = {"input_gradient", NULL};
    dnnlua_network *self = dnnlua_check_network(L, 1);
    const dnn_matrix *dA = dnnlua_check_matrix_named(L, 2, "Sequential", "dA");
    dnn_error err;

    lua_settop(L, 3);
    dnnlua_check_options(L, 3, "Sequential: backward", known);
    bool wanted = dnnlua_option_flag(L, 3, "Sequential: backward", "input_gradient", false);
    dnnlua_network_require_idle(L, dnnlua_check_network(L, 1));
    dnn_matrix *dX = wanted ? input_gradient(L, 1) : NULL;
    dnn_network *network = dnnlua_network_begin(L, 1);
    self->input_gradient = wanted;
    dnnlua_network_end(L, 1, dnn_network_backward(network, dA, dX, &err), &err);
    if (wanted) {
        lua_getiuservalue(L, 1, NETWORK_INPUT_GRADIENT);
    }
    return wanted;
}
