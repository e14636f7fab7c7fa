/* network.c: dnn.Sequential's methods: forward, backward, and what can be read. */
#include "network.h"

#include <string.h>

#include "core/memory.h"
#include "run.h"

/* --- open and closed --- */

dnnlua_network *dnnlua_new_network(lua_State *L) {
    dnnlua_network *self = lua_newuserdatauv(L, sizeof *self, NETWORK_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->closed = "closed";
    luaL_setmetatable(L, DNNLUA_NETWORK);
    return self;
}

void dnnlua_network_require_open(lua_State *L, const dnnlua_network *self) {
    if (self->network == NULL) {
        luaL_error(L, "Sequential: this network is %s", self->closed);
    }
}

void dnnlua_network_require_idle(lua_State *L, const dnnlua_network *self) {
    if (self->L != NULL) {
        luaL_error(L, "Sequential: this network is running; one of its layers called it");
    }
}

dnnlua_network *dnnlua_check_network(lua_State *L, int index) {
    dnnlua_network *self = luaL_checkudata(L, index, DNNLUA_NETWORK);
    dnnlua_network_require_open(L, self);
    return self;
}

void dnnlua_network_close(lua_State *L, int index, const char *why) {
    dnnlua_network *self = lua_touserdata(L, index);

    if (self->network == NULL) {
        return;
    }
    dnn_network_destroy(self->network);
    self->network = NULL;
    self->closed = why;
    for (int value = NETWORK_VALUES; value <= NETWORK_INPUT_GRADIENT; value++) {
        lua_pushnil(L);
        lua_setiuservalue(L, index, value);
    }
}

/* net:close(), the end of a `local net <close>`, and the collector. */
static int network_close(lua_State *L) {
    const dnnlua_network *self = luaL_checkudata(L, 1, DNNLUA_NETWORK);

    dnnlua_network_require_idle(L, self);
    dnnlua_network_close(L, 1, "closed");
    return 0;
}

/* --- running --- */

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

const dnn_matrix *dnnlua_network_prepare(lua_State *L, int index, int input) {
    dnnlua_network *self = dnnlua_check_network(L, index);
    const dnn_matrix *X = dnnlua_check_matrix(L, input);
    dnn_error err;
    size_t bytes;

    dnnlua_network_require_idle(L, self);
    check_type(L, self->network, X);
    dnnlua_network_check(L, dnn_network_plan(self->network, X->rows, X->cols, &bytes, &err), &err);
    if (bytes > 0) {
        void *buffers = dnnlua_new_block(L, bytes);
        lua_setiuservalue(L, index, NETWORK_BUFFERS);
        dnn_network_attach_buffers(self->network, buffers);
    }
    lua_pushvalue(L, input);
    lua_setiuservalue(L, index, NETWORK_INPUT);
    return X;
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
        int top = lua_gettop(L);
        lua_getiuservalue(L, index, NETWORK_LAYERS);
        lua_rawgeti(L, top + 1, (lua_Integer)layer);
        lua_getiuservalue(L, index, NETWORK_BUFFERS);
        dnnlua_push_cached_view(L, top + 2, LAYER_VIEWS, gradient ? "dA" : "A", now, top + 3);
        lua_replace(L, top + 1);
        lua_settop(L, top + 1);
    }
}

/* net:forward(X) */
static int network_forward(lua_State *L) {
    const dnn_matrix *X = dnnlua_network_prepare(L, 1, 2);
    dnn_network *network = dnnlua_network_begin(L, 1);
    dnn_error err;

    dnnlua_network_end(L, 1, dnn_network_forward(network, X, &err), &err);
    dnnlua_network_push_activation(L, 1, dnn_network_layer_count(network), false);
    return 1;
}

/* The matrix for dX in the network at index: the last one where the shape is the same. */
static dnn_matrix *input_gradient(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    const dnn_matrix *X = dnn_network_activation(self->network, 0);

    if (X == NULL) {
        return NULL;
    }
    lua_getiuservalue(L, index, NETWORK_INPUT_GRADIENT);
    dnn_matrix *dX = dnnlua_test_matrix(L, -1);
    if (dX == NULL || dX->rows != X->rows || dX->cols != X->cols) {
        dX = dnnlua_new_matrix(L, X->dtype, X->rows, X->cols);
        lua_setiuservalue(L, index, NETWORK_INPUT_GRADIENT);
    }
    return dX;
}

/* net:backward(dA, {input_gradient = true}) */
static int network_backward(lua_State *L) {
    static const char *const known[] = {"input_gradient", NULL};
    dnnlua_network *self = dnnlua_check_network(L, 1);
    const dnn_matrix *dA = dnnlua_check_matrix(L, 2);
    dnn_error err;

    lua_settop(L, 3);
    dnnlua_network_require_idle(L, self);
    dnnlua_check_options(L, 3, "Sequential: backward", known);
    bool wanted = dnnlua_option_flag(L, 3, "Sequential: backward", "input_gradient", false);
    dnn_matrix *dX = wanted ? input_gradient(L, 1) : NULL;
    dnn_network *network = dnnlua_network_begin(L, 1);
    self->input_gradient = wanted;
    dnnlua_network_end(L, 1, dnn_network_backward(network, dA, dX, &err), &err);
    if (wanted) {
        lua_getiuservalue(L, 1, NETWORK_INPUT_GRADIENT);
    }
    return wanted;
}

/* --- parameters --- */

/* net:parameters() */
static int network_parameters(lua_State *L) {
    dnnlua_check_network(L, 1);
    dnnlua_push_parameters(L, 1);
    return 1;
}

/* net:zero_grad() */
static int network_zero_grad(lua_State *L) {
    dnn_parameters_zero_grad(dnn_network_parameters(dnnlua_check_network(L, 1)->network));
    return 0;
}

/* net:update(learning_rate, {check_finite = false}) */
static int network_update(lua_State *L) {
    static const char *const known[] = {"check_finite", NULL};
    const char *const name = "Sequential: update";
    dnn_parameters *parameters = dnn_network_parameters(dnnlua_check_network(L, 1)->network);
    double rate = luaL_checknumber(L, 2);
    dnn_error err;

    dnnlua_check_options(L, 3, name, known);
    bool check_finite = dnnlua_option_flag(L, 3, name, "check_finite", true);
    dnnlua_require_gradients(L, parameters, name);
    dnn_status status = dnn_parameters_update(parameters, rate, check_finite, &err);
    if (status == DNN_ERROR_NUMERIC) {
        dnnlua_run_not_finite(L, 1, &err);
    }
    dnnlua_network_check(L, status, &err);
    return 0;
}

/* Pushes the table {"1 Linear", "3 Linear", ...} of the network at index. */
static void push_names(lua_State *L, int index) {
    dnn_network *network = dnnlua_check_network(L, index)->network;
    lua_Integer count = 0;

    if (lua_getiuservalue(L, index, NETWORK_NAMES) != LUA_TNIL) {
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    for (size_t l = 1; l <= dnn_network_layer_count(network); l++) {
        const dnn_layer *layer = dnn_network_layer(network, l);
        if (layer->parameter_count > 0) {
            lua_pushfstring(L, "%I %s", (lua_Integer)l, layer->kind->name);
            lua_rawseti(L, -2, ++count);
        }
    }
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_NAMES);
}

/* net:grad_norms([t]): one norm for each layer with parameters, into t where it is given. */
static int network_grad_norms(lua_State *L) {
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    lua_Integer count = 0;

    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    push_names(L, 1);
    lua_setfield(L, 2, "names");
    for (size_t l = 1; l <= dnn_network_layer_count(network); l++) {
        if (dnn_network_layer(network, l)->parameter_count > 0) {
            lua_pushnumber(L, dnn_network_grad_norm(network, l));
            lua_rawseti(L, 2, ++count);
        }
    }
    return 1;
}

/* --- layers and fields --- */

/* net:layer(i) */
static int network_layer(lua_State *L) {
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    lua_Integer count = (lua_Integer)dnn_network_layer_count(network);
    lua_Integer i = luaL_checkinteger(L, 2);

    if (i < 1 || i > count) {
        return luaL_error(L, "Sequential: layer %I is outside 1..%I", i, count);
    }
    lua_getiuservalue(L, 1, NETWORK_LAYERS);
    lua_rawgeti(L, -1, i);
    return 1;
}

static int network_len(lua_State *L) {
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    lua_pushinteger(L, (lua_Integer)dnn_network_layer_count(network));
    return 1;
}

/* net[i] (nil outside, so that ipairs ends), a method (upvalue 1 holds them), or net.dtype. */
static int network_index(lua_State *L) {
    static const char *const fields[] = {"dtype", NULL};

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    const dnnlua_network *self = dnnlua_check_network(L, 1);
    if (lua_isinteger(L, 2)) {
        lua_getiuservalue(L, 1, NETWORK_LAYERS);
        lua_rawgeti(L, -1, lua_tointeger(L, 2));
        return 1;
    }
    dnnlua_nearest nearest = {.wanted = luaL_tolstring(L, 2, NULL)};
    if (strcmp(nearest.wanted, "dtype") == 0) {
        lua_pushstring(L, dnn_dtype_info(dnn_network_dtype(self->network))->name);
        return 1;
    }
    dnnlua_offer(&nearest, dnnlua_network_methods, fields);
    return dnnlua_no_such_field(L, "Sequential", &nearest);
}

static int network_newindex(lua_State *L) {
    return luaL_error(L, "Sequential: '%s' cannot be set; a parameter is set by net[i].weight = W",
                      luaL_tolstring(L, 2, NULL));
}

static int network_tostring(lua_State *L) {
    const dnnlua_network *self = luaL_checkudata(L, 1, DNNLUA_NETWORK);
    luaL_Buffer text;

    if (self->network == NULL) {
        lua_pushfstring(L, "Sequential (%s)", self->closed);
        return 1;
    }
    size_t size = dnn_network_describe(self->network, NULL, 0);
    char *space = luaL_buffinitsize(L, &text, size + 1);
    dnn_network_describe(self->network, space, size + 1);
    luaL_pushresultsize(&text, size - 1); /* without the last newline, which print adds */
    return 1;
}

/* --- the class --- */

const luaL_Reg dnnlua_network_methods[] = {
    {"forward",    network_forward   },
    {"backward",   network_backward  },
    {"zero_grad",  network_zero_grad },
    {"update",     network_update    },
    {"grad_norms", network_grad_norms},
    {"parameters", network_parameters},
    {"layer",      network_layer     },
    {"close",      network_close     },
    {NULL,         NULL              },
};

static const luaL_Reg metamethods[] = {
    {"__call",     network_forward },
    {"__newindex", network_newindex},
    {"__len",      network_len     },
    {"__tostring", network_tostring},
    {"__gc",       network_close   },
    {"__close",    network_close   },
    {NULL,         NULL            },
};

static int allocation_count(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnn_allocation_count());
    return 1;
}

static const luaL_Reg functions[] = {
    {"Sequential",       dnnlua_sequential},
    {"gradcheck",        dnnlua_gradcheck },
    {"allocation_count", allocation_count },
    {NULL,               NULL             },
};

void dnnlua_open_network(lua_State *L) {
    luaL_setfuncs(L, functions, 0);
    luaL_newmetatable(L, DNNLUA_NETWORK);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlibtable(L, dnnlua_network_methods);
    luaL_setfuncs(L, dnnlua_network_methods, 0);
    lua_pushcclosure(L, network_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    dnnlua_open_parameters(L);
}
