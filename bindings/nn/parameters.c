/* parameters.c: net:parameters(), all parameters of a network as Lua sees them: the two flat
 * vectors, and matrix by matrix. An optimiser holds on to it. */
#include <string.h>

#include "bindings/nn/network.h"

enum { PARAMETERS_NETWORK = 1, PARAMETERS_VIEWS };

static const char *const fields[] = {"count", "values", "grads", "dtype", NULL};

void dnnlua_push_parameters(lua_State *L, int index) {
    if (lua_getiuservalue(L, index, NETWORK_PARAMETERS) != LUA_TNIL) {
        return;
    }
    lua_pop(L, 1);
    dnnlua_network **self = lua_newuserdatauv(L, sizeof *self, PARAMETERS_VIEWS);
    *self = lua_touserdata(L, index);
    lua_pushvalue(L, index);
    lua_setiuservalue(L, -2, PARAMETERS_NETWORK);
    lua_newtable(L);
    lua_setiuservalue(L, -2, PARAMETERS_VIEWS);
    luaL_setmetatable(L, DNNLUA_PARAMETERS);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_PARAMETERS);
}

dnn_parameters *dnnlua_test_parameters(lua_State *L, int index) {
    dnnlua_network **self = luaL_testudata(L, index, DNNLUA_PARAMETERS);

    if (self == NULL) {
        return NULL;
    }
    dnnlua_network_require_open(L, *self);
    return dnn_network_parameters((*self)->network);
}

void dnnlua_push_network_of(lua_State *L, int index) {
    lua_getiuservalue(L, index, PARAMETERS_NETWORK);
}

static dnn_parameters *check_parameters(lua_State *L) {
    dnnlua_check_self(L, DNNLUA_PARAMETERS, "p");
    return dnnlua_test_parameters(L, 1);
}

void dnnlua_require_gradients(lua_State *L, const dnn_parameters *parameters, const char *what) {
    if (parameters->spent) {
        luaL_error(
            L, "%s: there are no new gradients; call net:backward(dA) first, and then step once",
            what);
    }
}

/* --- its matrices --- */

/* One of the flat vectors as a column, or false. */
static bool find_vector(const dnn_parameters *p, const char *name, dnn_matrix *vector) {
    bool grads = strcmp(name, "grads") == 0;

    *vector = dnn_matrix_of(p->dtype, p->count, 1, grads ? p->gradients : p->values);
    return grads || strcmp(name, "values") == 0;
}

static void push_vector(lua_State *L, const char *name, dnn_matrix vector) {
    lua_getiuservalue(L, 1, PARAMETERS_NETWORK);
    lua_getiuservalue(L, -1, strcmp(name, "grads") == 0 ? NETWORK_GRADIENTS : NETWORK_VALUES);
    lua_pushstring(L, name);
    dnnlua_cached_view(L, 1, PARAMETERS_VIEWS, vector, lua_gettop(L) - 1);
}

/* Pushes matrix number `segment` of the object at index, counted from 0. */
static void push_segment(lua_State *L, int index, size_t segment, bool gradient) {
    const dnn_parameters *p = dnnlua_test_parameters(L, index);
    const dnn_segment *s = &p->segments[segment];
    int top = lua_gettop(L);
    size_t which = 0;

    for (size_t i = segment; i > 0 && p->segments[i - 1].layer == s->layer; i--) {
        which++;
    }
    lua_getiuservalue(L, index, PARAMETERS_NETWORK);
    lua_getiuservalue(L, -1, NETWORK_LAYERS);
    lua_rawgeti(L, -1, (lua_Integer)s->layer + 1);
    dnnlua_layer_push_parameter(L, top + 3, which, gradient);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

/* --- methods --- */

/* Steps of `for name, W, dW in p:pairs()`; upvalues: the object and the next number. */
static int next_parameter(lua_State *L) {
    const dnn_parameters *p = dnnlua_test_parameters(L, lua_upvalueindex(1));
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));

    if (i >= (lua_Integer)p->segment_count) {
        return 0;
    }
    lua_pushinteger(L, i + 1);
    lua_replace(L, lua_upvalueindex(2));
    lua_settop(L, 0);
    lua_pushfstring(L, "%I.%s", (lua_Integer)p->segments[i].layer + 1, p->segments[i].name);
    push_segment(L, lua_upvalueindex(1), (size_t)i, false);
    push_segment(L, lua_upvalueindex(1), (size_t)i, true);
    return 3;
}

static int parameters_pairs(lua_State *L) {
    check_parameters(L);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_parameter, 2);
    return 1;
}

static int parameters_zero_grad(lua_State *L) {
    dnn_parameters_zero_grad(check_parameters(L));
    return 0;
}

static int parameters_len(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)check_parameters(L)->segment_count);
    return 1;
}

static int parameters_tostring(lua_State *L) {
    dnnlua_network **self = luaL_checkudata(L, 1, DNNLUA_PARAMETERS);

    if ((*self)->network == NULL) {
        lua_pushfstring(L, "Parameters (of a network that is %s)", (*self)->closed);
        return 1;
    }
    const dnn_parameters *p = check_parameters(L);
    lua_pushfstring(L, "Parameters (%I numbers in %I matrices, %s)", (lua_Integer)p->count,
                    (lua_Integer)p->segment_count, dnn_dtype_info(p->dtype)->name);
    for (size_t i = 0; p = dnnlua_test_parameters(L, 1), i < p->segment_count; i++) {
        const dnn_segment *s = &p->segments[i];
        lua_pushfstring(L, "\n  %I.%s: %I x %I", (lua_Integer)s->layer + 1, s->name,
                        (lua_Integer)s->rows, (lua_Integer)s->cols);
        lua_concat(L, 2);
    }
    return 1;
}

static const luaL_Reg methods[] = {
    {"pairs",     parameters_pairs    },
    {"zero_grad", parameters_zero_grad},
    {NULL,        NULL                },
};

/* --- fields --- */

/* p[i] (nil outside), p.count, p.values, p.grads, p.dtype, or a method (upvalue 1 holds them). */
static int parameters_index(lua_State *L) {
    const dnn_parameters *p = check_parameters(L);
    dnn_matrix vector;

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (lua_isinteger(L, 2)) {
        lua_Integer i = lua_tointeger(L, 2);
        if (i < 1 || i > (lua_Integer)p->segment_count) {
            return 0;
        }
        push_segment(L, 1, (size_t)i - 1, false);
        return 1;
    }
    dnnlua_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = "Parameters"};
    p = check_parameters(L);
    if (find_vector(p, nearest.wanted, &vector)) {
        push_vector(L, nearest.wanted, vector);
    } else if (strcmp(nearest.wanted, "count") == 0) {
        lua_pushinteger(L, (lua_Integer)p->count);
    } else if (strcmp(nearest.wanted, "dtype") == 0) {
        lua_pushstring(L, dnn_dtype_info(p->dtype)->name);
    } else {
        dnnlua_offer(&nearest, methods, fields);
        return dnnlua_no_such_field(L, "Parameters", &nearest);
    }
    return 1;
}

/* p.values = V copies V in; p.grads = G makes the gradients ready for a step. */
static int parameters_newindex(lua_State *L) {
    const char *name = dnnlua_field_name(L, 2);
    dnn_parameters *p = check_parameters(L);
    dnn_matrix vector;

    if (!find_vector(p, name, &vector)) {
        return luaL_error(L, "Parameters: '%s' cannot be set; values and grads can", name);
    }
    dnnlua_assign(L, 3, "Parameters", name, &vector);
    if (vector.data == p->gradients) {
        p->spent = false;
    }
    return 0;
}

/* --- the class --- */

static const luaL_Reg metamethods[] = {
    {"__pairs",    parameters_pairs   },
    {"__newindex", parameters_newindex},
    {"__len",      parameters_len     },
    {"__tostring", parameters_tostring},
    {NULL,         NULL               },
};

void dnnlua_open_parameters(lua_State *L) {
    luaL_newmetatable(L, DNNLUA_PARAMETERS);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, parameters_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
