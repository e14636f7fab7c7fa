/* lua_layer.c: dnn.Layer{...}, a layer whose forward and backward are Lua functions.
 *
 * The runtime must not be jumped through: its callbacks run the function under lua_pcall in the
 * state that called forward or backward, and leave an error object on that stack for
 * dnnlua_network_end. */
#include <stdlib.h>
#include <string.h>

#include "bindings/nn/network.h"

/* What the runtime passed to a callback; NULL where there is none. */
typedef struct call {
    size_t layer;
    const dnn_matrix *X, *A, *dA;
    dnn_matrix *out; /* where the result goes: A of forward, dX of backward */
} call;

/* --- calling the functions, protected; stack: layer, network, call --- */

enum { SELF = 1, NETWORK, CALL };

/* Pushes A[layer] or dA[layer] as the runtime passed it: nearly always it lies in memory of Lua's;
 * a gradient check has some of its own, of which the script gets a copy. */
static void push_operand(lua_State *L, size_t layer, bool gradient, const dnn_matrix *m) {
    dnn_error err;

    if (m == NULL) {
        lua_pushnil(L);
        return;
    }
    if (dnnlua_network_holds(L, NETWORK, m)) {
        dnnlua_network_push_buffer(L, NETWORK, layer, gradient, *m);
        return;
    }
    lua_getiuservalue(L, NETWORK, gradient ? NETWORK_INPUT_GRADIENT : NETWORK_INPUT);
    const dnn_matrix *known = dnnlua_test_matrix(L, -1);
    if (known == NULL || !dnnlua_same_view(known, m)) {
        lua_pop(L, 1);
        dnn_matrix *copy = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
        dnnlua_check(L, dnn_matrix_copy(copy, m, &err), &err);
    }
}

static void push_function(lua_State *L, const char *name) {
    lua_getiuservalue(L, SELF, LAYER_DEFINITION);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* Copies the result on top of the stack to where the runtime wants it. */
static void take_result(lua_State *L, const char *function, dnn_matrix *out) {
    const dnn_matrix *result = dnnlua_test_matrix(L, -1);
    lua_Integer rows = (lua_Integer)out->rows, cols = (lua_Integer)out->cols;
    const char *dtype = dnn_dtype_info(out->dtype)->name;
    dnn_error err;

    if (result == NULL) {
        luaL_error(L, "%s must return a %s Matrix of %I x %I, it returned %s", function, dtype,
                   rows, cols, dnnlua_got(L, -1));
    }
    if (result->rows != out->rows || result->cols != out->cols || result->dtype != out->dtype) {
        luaL_error(L, "%s must return a %s Matrix of %I x %I, it returned one of %s, %I x %I",
                   function, dtype, rows, cols, dnn_dtype_info(result->dtype)->name,
                   (lua_Integer)result->rows, (lua_Integer)result->cols);
    }
    dnnlua_check(L, dnn_matrix_copy(out, result, &err), &err);
}

/* initialise(self, random) */
static int run_initialise(lua_State *L) {
    push_function(L, "initialise");
    lua_pushvalue(L, SELF);
    lua_pushvalue(L, CALL);
    lua_call(L, 2, 0);
    return 0;
}

/* A = forward(self, X, out) */
static int run_forward(lua_State *L) {
    const call *c = lua_touserdata(L, CALL);

    push_function(L, "forward");
    lua_pushvalue(L, SELF);
    push_operand(L, c->layer - 1, false, c->X);
    push_operand(L, c->layer, false, c->out);
    lua_call(L, 3, 1);
    take_result(L, "forward", c->out);
    return 0;
}

/* dX = backward(self, dA, X, A, out); without `out` the result is not looked at. */
static int run_backward(lua_State *L) {
    const call *c = lua_touserdata(L, CALL);

    push_function(L, "backward");
    lua_pushvalue(L, SELF);
    push_operand(L, c->layer, true, c->dA);
    push_operand(L, c->layer - 1, false, c->X);
    push_operand(L, c->layer, false, c->A);
    push_operand(L, c->layer - 1, true, c->out);
    lua_call(L, 5, 1);
    if (c->out != NULL) {
        take_result(L, "backward", c->out);
    }
    return 0;
}

/* --- what the runtime calls --- */

/* Runs one of the functions above in the state that the network runs in. */
static dnn_status run(dnn_layer *layer, lua_CFunction function, call *c, dnn_error *err) {
    const dnnlua_layer *self = dnn_layer_external_user(layer);
    dnnlua_network *network = self->network;
    lua_State *L = network->L;

    if (!lua_checkstack(L, 6)) {
        return dnn_fail(err, DNN_ERROR_MEMORY, "no room left on Lua's stack");
    }
    lua_pushcfunction(L, function);
    lua_getiuservalue(L, network->at, NETWORK_LAYERS);
    lua_rawgeti(L, -1, (lua_Integer)self->index);
    lua_remove(L, -2);
    lua_pushvalue(L, network->at);
    if (c != NULL) {
        c->layer = self->index;
        lua_pushlightuserdata(L, c);
    } else {
        lua_pushvalue(L, network->random);
    }
    if (lua_pcall(L, 3, 0, 0) == LUA_OK) {
        return DNN_OK;
    }
    network->failed = self->index;
    return dnn_fail(err, DNN_ERROR_CALLBACK, "a Lua function raised an error");
}

static dnn_status initialise(dnn_layer *layer, dnn_random *random, dnn_error *err) {
    (void)random; /* the script gets the same stream as a Random */
    return run(layer, run_initialise, NULL, err);
}

static dnn_status forward(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    call c = {.X = X, .out = A};
    return run(layer, run_forward, &c, err);
}

/* The script always adds to its gradients; where they are to start afresh they are zeroed here. */
static dnn_status backward(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                           const dnn_matrix *dA, dnn_matrix *dX, bool accumulate, dnn_error *err) {
    call c = {.X = X, .A = A, .dA = dA, .out = dX};

    for (size_t p = 0; p < layer->parameter_count && !accumulate; p++) {
        const dnn_matrix *gradient = &layer->gradients[p];
        memset(gradient->data, 0,
               dnn_matrix_count(gradient) * dnn_dtype_info(gradient->dtype)->size);
    }
    return run(layer, run_backward, &c, err);
}

/* --- the definition --- */

static const char owner[] = "Layer";

/* Copies a function from the table at 1 into the definition. */
static bool take_function(lua_State *L, int definition, const char *name, bool required) {
    int type = lua_getfield(L, 1, name);

    if (type != LUA_TFUNCTION && (required || type != LUA_TNIL)) {
        luaL_error(L, "%s: %s must be a function, got %s", owner, name, dnnlua_got(L, -1));
    }
    lua_setfield(L, definition, name);
    return type == LUA_TFUNCTION;
}

static size_t take_features(lua_State *L, const char *name) {
    size_t features = 0;

    if (lua_getfield(L, 1, name) != LUA_TNIL) {
        features = dnnlua_check_size(L, -1, owner, name);
    }
    lua_pop(L, 1);
    return features;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const dnn_parameter_shape *)a)->name, ((const dnn_parameter_shape *)b)->name);
}

/* The shape {rows, cols} on top of the stack. */
static dnn_parameter_shape take_shape(lua_State *L, const char *name) {
    dnn_parameter_shape shape = {.name = name};

    if (dnnlua_layer_has_field(name)) {
        luaL_error(L, "%s: a parameter cannot be called '%s', which every layer has", owner, name);
    }
    if (!lua_istable(L, -1) || lua_rawlen(L, -1) != 2) {
        luaL_error(L, "%s: parameter %s must be given as {rows, cols}, got %s", owner, name,
                   dnnlua_got(L, -1));
    }
    lua_rawgeti(L, -1, 1);
    shape.rows = dnnlua_check_size(L, -1, name, "rows");
    lua_rawgeti(L, -2, 2);
    shape.cols = dnnlua_check_size(L, -1, name, "cols");
    lua_pop(L, 2);
    return shape;
}

/* Reads {weight = {rows, cols}, ...}, in the order of the names so that it is the same in every
 * run; the definition keeps the names alive. */
static void take_parameters(lua_State *L, int definition, dnn_external *external) {
    int type = lua_getfield(L, 1, "parameters");

    if (type != LUA_TTABLE && type != LUA_TNIL) {
        luaL_error(L, "%s: parameters must be a table, {weight = {rows, cols}}, got %s", owner,
                   dnnlua_got(L, -1));
    }
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (type == LUA_TTABLE && lua_next(L, table)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            luaL_error(L, "%s: parameters are named, as in {weight = {rows, cols}}", owner);
        }
        if (external->parameter_count == DNN_LAYER_MAX_PARAMETERS) {
            luaL_error(L, "%s: at most %d parameters", owner, DNN_LAYER_MAX_PARAMETERS);
        }
        external->shapes[external->parameter_count++] = take_shape(L, lua_tostring(L, -2));
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, definition, (lua_Integer)external->parameter_count);
    }
    qsort(external->shapes, external->parameter_count, sizeof *external->shapes, by_name);
    lua_settop(L, table - 1);
}

int dnnlua_layer_define(lua_State *L) {
    static const char *const known[] = {"name",       "in_features", "out_features", "parameters",
                                        "initialise", "forward",     "backward",     NULL};

    if (!lua_istable(L, 1)) {
        return luaL_error(
            L, "Layer: expected a table, as in dnn.Layer{forward = f, backward = g}, got %s",
            dnnlua_got(L, 1));
    }
    lua_settop(L, 1);
    dnnlua_check_options(L, 1, owner, known);
    dnnlua_layer *self = dnnlua_new_layer(L);
    lua_newtable(L);

    dnn_external *external = &self->external;
    *external = (dnn_external){.name = owner, .forward = forward, .backward = backward};
    external->user = self;
    external->initialise = take_function(L, 3, "initialise", false) ? initialise : NULL;
    take_function(L, 3, "forward", true);
    take_function(L, 3, "backward", true);
    if (lua_getfield(L, 1, "name") != LUA_TNIL) {
        external->name = luaL_checkstring(L, -1);
    }
    lua_setfield(L, 3, "name");
    external->in_features = take_features(L, "in_features");
    external->out_features = take_features(L, "out_features");
    take_parameters(L, 3, external);
    lua_setiuservalue(L, 2, LAYER_DEFINITION);
    dnnlua_layer_finish(L, 2);
    return 1;
}
