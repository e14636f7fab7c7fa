/* lua_layer.c: dnn.Layer{...}, a layer whose forward and backward are Lua functions.
 *
 * The runtime must not be jumped through: its callbacks run the function under lua_pcall in the
 * state that called forward or backward, and leave an error object on that stack for
 * dnnlua_network_end or dnnlua_check_backward. */
#include <stdlib.h>
#include <string.h>

#include "bindings/nn/network.h"
#include "math/elementwise.h"

/* --- calling the functions, protected; stack: layer, network, callback --- */

typedef dnnlua_callback callback;

enum { SELF = CALLBACK_SELF, NETWORK = CALLBACK_NETWORK, CALL = CALLBACK, INPUT = CALLBACK_INPUT };

/* The number of a buffer that the layer reads, or writes. */
static size_t buffer_of(const callback *c, bool output) {
    const dnn_step *step = dnn_network_step(c->self->network->network, c->call->step);
    return output ? step->output : step->input[0];
}

/* Nearly always it lies in memory of Lua's; a gradient check and a tape have some of their own, of
 * which the script gets a copy. */
void dnnlua_push_operand(lua_State *L, const callback *c, bool output, bool gradient,
                         const dnn_matrix *m) {
    const dnnlua_network *network = lua_touserdata(L, NETWORK);
    size_t buffer = buffer_of(c, output);
    dnn_error err;

    if (m == NULL || m->data == NULL) {
        lua_pushnil(L);
        return;
    }
    if (buffer > 0 && c->call->host == NULL) {
        dnnlua_network_push_buffer(L, NETWORK, buffer, gradient, *m);
        return;
    }
    lua_getiuservalue(L, NETWORK,
                      (gradient ? NETWORK_INPUT_GRADIENT : NETWORK_INPUT) +
                          dnnlua_network_mode(network));
    const dnn_matrix *known = dnnlua_test_matrix(L, -1);
    if (known == NULL || c->call->host != NULL || !dnnlua_same_view(known, m)) {
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

void dnnlua_take_result(lua_State *L, const char *function, const char *hint, dnn_matrix *out) {
    const dnn_matrix *result = dnnlua_test_matrix(L, -1);
    lua_Integer rows = (lua_Integer)out->rows, cols = (lua_Integer)out->cols;
    const char *dtype = dnn_dtype_info(out->dtype)->name;
    dnn_error err;

    if (result == NULL) {
        lua_pushfstring(L, "%s must return a %s Matrix of %I x %I, it returned %s", function, dtype,
                        rows, cols, dnnlua_got(L, -1));
        lua_error(L);
    }
    if (result->rows != out->rows || result->cols != out->cols || result->dtype != out->dtype) {
        lua_pushfstring(L,
                        "%s must return a %s Matrix of %I x %I, it returned one of %s, %I x %I%s",
                        function, dtype, rows, cols, dnn_dtype_info(result->dtype)->name,
                        (lua_Integer)result->rows, (lua_Integer)result->cols, hint);
        lua_error(L);
    }
    dnnlua_check(L, dnn_matrix_copy(out, result, &err), &err);
}

/* Takes dX on top of the stack, which is added where a later layer has written already. */
static void take_gradient(lua_State *L, const callback *c) {
    const dnn_matrix *result = dnnlua_test_matrix(L, -1);
    dnn_error err;

    if (!c->call->add[0] || result == NULL || result->rows != c->out->rows ||
        result->cols != c->out->cols || result->dtype != c->out->dtype) {
        dnnlua_take_result(L, "backward", "", c->out);
        return;
    }
    dnnlua_check(L, dnn_binary(DNN_ADD, c->out, c->out, result, &err), &err);
}

/* initialise(self, random) */
static int run_initialise(lua_State *L) {
    push_function(L, "initialise");
    lua_pushvalue(L, SELF);
    lua_pushvalue(L, CALL);
    lua_call(L, 2, 0);
    return 0;
}

/* A = forward(self, X, out). What it does to a copy of X is done to X too, for the gradient check
 * to see. */
static int run_forward(lua_State *L) {
    const callback *c = lua_touserdata(L, CALL);
    dnn_matrix *X = &c->call->X[0];
    dnn_error err;

    dnnlua_push_operand(L, c, false, false, X);
    push_function(L, "forward");
    lua_pushvalue(L, SELF);
    lua_pushvalue(L, INPUT);
    dnnlua_push_operand(L, c, true, false, c->out);
    lua_call(L, 3, 1);
    dnnlua_take_result(L, "forward", "", c->out);
    const dnn_matrix *given = dnnlua_test_matrix(L, INPUT);
    if (given != NULL && given->data != X->data)
        dnnlua_check(L, dnn_matrix_copy(X, given, &err), &err);
    return 0;
}

/* dX = backward(self, dA, X, A, out); without `out` the result is not looked at. */
static int run_backward(lua_State *L) {
    const callback *c = lua_touserdata(L, CALL);

    push_function(L, "backward");
    lua_pushvalue(L, SELF);
    dnnlua_push_operand(L, c, true, true, &c->call->dA);
    dnnlua_push_operand(L, c, false, false, &c->call->X[0]);
    dnnlua_push_operand(L, c, true, false, &c->call->A);
    dnnlua_push_operand(L, c, false, true, c->call->add[0] ? NULL : c->out);
    lua_call(L, 5, 1);
    if (c->out != NULL)
        take_gradient(L, c);
    return 0;
}

/* --- what the runtime calls --- */

dnn_status dnnlua_run_callback(const dnn_layer *layer, lua_CFunction function, callback *c,
                               dnn_error *err) {
    c->self = dnn_layer_external_user(layer);
    dnnlua_network *network = c->self->network;
    lua_State *L = network->L;

    if (!lua_checkstack(L, 8))
        return dnn_fail(err, DNN_ERROR_MEMORY, "no room left on Lua's stack");
    lua_pushcfunction(L, function);
    lua_getiuservalue(L, network->at, NETWORK_LAYERS);
    lua_rawgetp(L, -1, layer);
    lua_remove(L, -2);
    lua_pushvalue(L, network->at);
    if (c->call != NULL)
        lua_pushlightuserdata(L, c);
    else
        lua_pushvalue(L, network->random);
    if (lua_pcall(L, 3, 0, 0) == LUA_OK)
        return DNN_OK;
    network->failed =
        1 + (c->call != NULL ? c->call->step : dnn_network_find_step(network->network, layer));
    return dnn_fail(err, DNN_ERROR_CALLBACK, "a Lua function raised an error");
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    callback c = {.call = NULL};

    (void)values, (void)random; /* the script gets the same stream as a Random */
    return dnnlua_run_callback(layer, run_initialise, &c, err);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    callback c = {.call = call, .out = &call->A};
    return dnnlua_run_callback(call->layer, run_forward, &c, err);
}

void dnnlua_begin_callback(const dnn_call *call) {
    const dnnlua_layer *self = dnn_layer_external_user(call->layer);
    const dnn_step *step = dnn_network_step(self->network->network, call->step);

    for (size_t k = 0; k < step->learnt && !call->accumulate; k++) {
        const dnn_matrix *gradient = &call->gradients[k];
        if (gradient->data != NULL) {
            memset(gradient->data, 0,
                   dnn_matrix_count(gradient) * dnn_dtype_info(gradient->dtype)->size);
        }
    }
}

/* Where the gradients of a call's values are not wanted, the script must not add to them. */
static bool adds_unwanted(const dnn_call *call) {
    const dnnlua_layer *self = dnn_layer_external_user(call->layer);
    const dnn_step *step = dnn_network_step(self->network->network, call->step);

    return step->learnt > 0 && !call->layer->frozen && call->gradients[0].data == NULL;
}

/* On a tape, which has no network that runs. */
static dnn_status run_recorded(callback *c, dnn_error *err) {
    lua_State *L = c->call->host;

    c->self = dnn_layer_external_user(c->call->layer);
    if (adds_unwanted(c->call)) {
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: a layer written in Lua adds to its own gradients, and only those of "
                        "others are wanted; call cost:backward()",
                        c->call->layer->kind->name);
    }
    if (!lua_checkstack(L, 8))
        return dnn_fail(err, DNN_ERROR_MEMORY, "no room left on Lua's stack");
    lua_pushcfunction(L, run_backward);
    if (!dnnlua_push_network_object(L, c->self->network)) {
        lua_pop(L, 2);
        return dnn_fail(err, DNN_ERROR_STATE, "%s: its network has been collected",
                        c->call->layer->kind->name);
    }
    lua_getiuservalue(L, -1, NETWORK_LAYERS);
    lua_rawgetp(L, -1, c->call->layer);
    lua_replace(L, -2);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, c);
    return lua_pcall(L, 3, 0, 0) == LUA_OK
               ? DNN_OK
               : dnn_fail(err, DNN_ERROR_CALLBACK, "a Lua function raised an error");
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    callback c = {.call = call, .out = call->dX[0].data == NULL ? NULL : &call->dX[0]};

    dnnlua_begin_callback(call);
    if (call->host != NULL)
        return run_recorded(&c, err);
    return dnnlua_run_callback(call->layer, run_backward, &c, err);
}

/* --- the definition --- */

static const char owner[] = "Layer";

/* Copies a function from the table at 1 into the definition. */
static bool take_function(lua_State *L, int definition, const char *name, bool required) {
    int type = lua_getfield(L, 1, name);

    if (type != LUA_TFUNCTION && (required || type != LUA_TNIL))
        luaL_error(L, "%s: %s must be a function, got %s", owner, name, dnnlua_got(L, -1));
    lua_setfield(L, definition, name);
    return type == LUA_TFUNCTION;
}

static size_t take_features(lua_State *L, int definition, const char *name) {
    size_t features = 0;

    if (lua_getfield(L, 1, name) != LUA_TNIL)
        features = dnnlua_check_size(L, -1, owner, name);
    lua_setfield(L, definition, name);
    return features;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const dnn_value *)a)->name, ((const dnn_value *)b)->name);
}

void dnnlua_check_own_name(lua_State *L, const char *of, const char *name) {
    if (dnnlua_layer_has_field(name))
        luaL_error(L, "%s: a parameter cannot be called '%s', which every layer has", of, name);
}

/* The shape {rows, cols} on top of the stack. */
static dnn_value take_shape(lua_State *L, const char *name) {
    size_t rows, cols;

    dnnlua_check_own_name(L, owner, name);
    if (!lua_istable(L, -1) || lua_rawlen(L, -1) != 2) {
        luaL_error(L, "%s: parameter %s must be given as {rows, cols}, got %s", owner, name,
                   dnnlua_got(L, -1));
    }
    lua_rawgeti(L, -1, 1);
    rows = dnnlua_check_size(L, -1, name, "rows");
    lua_rawgeti(L, -2, 2);
    cols = dnnlua_check_size(L, -1, name, "cols");
    lua_pop(L, 2);
    return dnn_value_matrix(name, rows, cols);
}

/* t[name] = {rows, cols}, t and the name's own string being at these indices. */
static void put_shape(lua_State *L, int t, int name, const dnn_value *value) {
    name = lua_absindex(L, name);
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, (lua_Integer)value->rows);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, (lua_Integer)value->cols);
    lua_rawseti(L, -2, 2);
    lua_pushvalue(L, name);
    lua_insert(L, -2);
    lua_rawset(L, t);
}

/* Reads {weight = {rows, cols}, ...}, in the order of the names so that it is the same in every
 * run. The definition gets a table of its own, as a copy of the layer is made from it and the
 * script may change its table. */
static void take_parameters(lua_State *L, int definition, dnn_external *external) {
    int type = lua_getfield(L, 1, "parameters");

    if (type != LUA_TTABLE && type != LUA_TNIL) {
        luaL_error(L, "%s: parameters must be a table, {weight = {rows, cols}}, got %s", owner,
                   dnnlua_got(L, -1));
    }
    int table = lua_gettop(L), own = table + 1;
    lua_newtable(L);
    lua_pushnil(L);
    while (type == LUA_TTABLE && lua_next(L, table)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: parameters are named, as in {weight = {rows, cols}}", owner);
        if (external->value_count == DNN_EXTERNAL_VALUES)
            luaL_error(L, "%s: at most %d parameters", owner, DNN_EXTERNAL_VALUES);
        dnn_value *value = &external->values[external->value_count++];
        *value = take_shape(L, lua_tostring(L, -2));
        put_shape(L, own, -2, value);
        lua_pop(L, 1);
    }
    lua_settop(L, own);
    lua_setfield(L, definition, "parameters");
    qsort(external->values, external->value_count, sizeof *external->values, by_name);
    lua_settop(L, table - 1);
}

int dnnlua_layer_define(lua_State *L) {
    static const char *const known[] = {"name",       "in_features", "out_features", "parameters",
                                        "initialise", "forward",     "backward",     NULL};

    if (!lua_istable(L, 1)) {
        return luaL_error(
            L, "Layer: expected a table, as in dnn.Layer{forward = f, backward = g}, got %s",
            dnnlua_got_usage(L, 1));
    }
    lua_settop(L, 1);
    dnnlua_check_options(L, 1, owner, known);
    dnnlua_layer *self = dnnlua_new_layer(L);
    dnn_external external = {.name = owner, .forward = forward, .backward = backward, .user = self};
    dnn_error err;

    lua_newtable(L);
    external.initialise = take_function(L, 3, "initialise", false) ? initialise : NULL;
    take_function(L, 3, "forward", true);
    take_function(L, 3, "backward", true);
    if (lua_getfield(L, 1, "name") != LUA_TNIL)
        external.name = luaL_checkstring(L, -1);
    lua_setfield(L, 3, "name");
    external.in_features = take_features(L, 3, "in_features");
    external.out_features = take_features(L, 3, "out_features");
    take_parameters(L, 3, &external);
    lua_setiuservalue(L, 2, LAYER_DEFINITION);
    lua_newtable(L);
    lua_setiuservalue(L, 2, LAYER_OWN);
    dnnlua_check(L, dnn_layer_create_external(self->held, &external, &err), &err);
    self->layer = *self->held;
    lua_settop(L, 2);
    return 1;
}
