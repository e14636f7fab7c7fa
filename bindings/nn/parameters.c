/* parameters.c: layer:parameters() as Lua sees them: the learnt values of a network, or of some of its
 * layers, matrix by matrix and, of a whole network, as two flat vectors. An optimiser holds on to
 * it. */
#include <string.h>

#include "bindings/nn/network.h"

enum { PARAMETERS_NETWORK = 1, PARAMETERS_VIEWS };

typedef struct dnnlua_parameters {
    const char *type; /* DNNLUA_PARAMETERS */
    dnnlua_network *network;
    bool whole; /* all that the network learns */
    size_t count;
    size_t segments[]; /* in rising order */
} dnnlua_parameters;

/* --- making --- */

/* Whether a step's layer is this one or is in it. */
static bool is_within(const dnn_layer *layer, const dnn_layer *wanted) {
    bool within = layer == wanted;

    for (size_t c = 0; c < layer->child_count && !within; c++)
        within = is_within(layer->children[c], wanted);
    return within;
}

/* Whether the name on top of the stack matches the pattern at 2; pops the name. */
static bool matches(lua_State *L) {
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "find");
    lua_pushvalue(L, -3);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 1);
    bool found = lua_toboolean(L, -1);
    lua_pop(L, 3);
    return found;
}

/* Pushes a Parameters object with room for all segments of the network at 3. */
static dnnlua_parameters *push_new(lua_State *L, dnnlua_network *network) {
    size_t most = dnn_network_parameters(network->network)->learnt_count;
    dnnlua_parameters *self = lua_newuserdatauv(
        L, sizeof *self + most * sizeof *self->segments, PARAMETERS_VIEWS);

    self->type = DNNLUA_PARAMETERS;
    self->network = network;
    self->count = 0;
    self->whole = false;
    lua_pushvalue(L, 3);
    lua_setiuservalue(L, -2, PARAMETERS_NETWORK);
    luaL_setmetatable(L, DNNLUA_PARAMETERS);
    return self;
}

/* layer:parameters([pattern]): those of the layer and of all in it whose names the Lua pattern
 * finds. */
int dnnlua_layer_parameters(lua_State *L) {
    const dnnlua_layer *layer = dnnlua_check_layer(L, 1);

    if (lua_gettop(L) > 1 && lua_type(L, 2) != LUA_TSTRING) {
        return luaL_error(L,
                          "parameters: expected a pattern for their names, as in "
                          "net:parameters(\"weight\"), got %s",
                          dnnlua_got_usage(L, 2));
    }
    lua_settop(L, 2);
    bool all = layer->root || layer->network == NULL;
    dnnlua_network *network = dnnlua_push_network(L, 1);
    if (all && lua_isnil(L, 2) && lua_getiuservalue(L, 3, NETWORK_PARAMETERS) != LUA_TNIL)
        return 1;
    lua_settop(L, 3);
    dnnlua_parameters *self = push_new(L, network);
    const dnn_parameters *p;
    for (size_t k = 0; dnnlua_network_require_open(L, network),
                p = dnn_network_parameters(network->network), k < p->learnt_count;
         k++) {
        const dnn_step *step = dnn_network_step(network->network, p->segments[k].step);
        if (!all && !is_within(layer->layer, step->layer))
            continue;
        lua_pushstring(L, p->segments[k].name);
        if (lua_isnil(L, 2) || matches(L))
            self->segments[self->count++] = k;
        lua_settop(L, 4);
    }
    if (all && lua_isnil(L, 2)) {
        self->whole = true;
        lua_pushvalue(L, 4);
        lua_setiuservalue(L, 3, NETWORK_PARAMETERS);
    }
    return 1;
}

/* --- what others ask --- */

/* The object at index, whose network is open; NULL when it is something else. */
static dnnlua_parameters *test_open(lua_State *L, int index) {
    dnnlua_parameters *self = dnnlua_test_object(L, index, DNNLUA_PARAMETERS);

    if (self != NULL)
        dnnlua_network_require_open(L, self->network);
    return self;
}

static dnnlua_parameters *check_open(lua_State *L) {
    dnnlua_check_self(L, DNNLUA_PARAMETERS, "p");
    return test_open(L, 1);
}

bool dnnlua_test_members(lua_State *L, int index,
                         void (*each)(void *context, dnn_parameters *p, size_t first, size_t count),
                         void *context) {
    const dnnlua_parameters *self = test_open(L, index);

    for (size_t k = 0; self != NULL && k < self->count;) {
        size_t first = k++;
        while (k < self->count && self->segments[k] == self->segments[k - 1] + 1)
            k++;
        each(context, dnn_network_parameters(self->network->network), self->segments[first],
             k - first);
    }
    return self != NULL;
}

void dnnlua_push_network_of(lua_State *L, int index) {
    lua_getiuservalue(L, index, PARAMETERS_NETWORK);
}

void dnnlua_require_gradients(lua_State *L, const dnn_parameters *parameters, const char *what) {
    if (parameters->learnt_count > 0 &&
        !dnn_parameters_have_gradients(parameters, 0, parameters->learnt_count)) {
        luaL_error(
            L, "%s: there are no new gradients; call net:backward(dA) first, and then step once",
            what);
    }
}

/* --- its matrices --- */

static dnn_parameters *runtime_of(const dnnlua_parameters *self) {
    return dnn_network_parameters(self->network->network);
}

/* One of the flat vectors as a column. */
static dnn_matrix vector_of(const dnn_parameters *p, bool gradients) {
    return dnn_matrix_of(p->dtype, p->count, 1, gradients ? p->gradients : p->values);
}

static void require_whole(lua_State *L, const dnnlua_parameters *self, const char *name) {
    if (!self->whole) {
        luaL_error(L,
                   "Parameters: '%s' is one vector of a whole network, and these are some of its "
                   "parameters; take them one by one, as in p[1]",
                   name);
    }
}

static void push_vector(lua_State *L, dnnlua_parameters *self, bool gradients) {
    dnn_matrix vector = vector_of(runtime_of(self), gradients);

    require_whole(L, self, gradients ? "grads" : "values");
    lua_getiuservalue(L, 1, PARAMETERS_NETWORK);
    lua_getiuservalue(L, -1, gradients ? NETWORK_GRADIENTS : NETWORK_VALUES);
    lua_pushstring(L, gradients ? "grads" : "values");
    dnnlua_cached_view(L, 1, PARAMETERS_VIEWS, vector, lua_gettop(L) - 1);
}

static void set_vector(lua_State *L, dnnlua_parameters *self, bool gradients) {
    const char *name = gradients ? "grads" : "values";
    dnn_parameters *p = runtime_of(self);
    dnn_matrix vector = vector_of(p, gradients);

    require_whole(L, self, name);
    dnnlua_assign(L, 3, "Parameters", name, &vector);
    for (size_t k = 0; k < p->learnt_count && gradients; k++)
        dnn_segment_set_gradient(&p->segments[k]);
}

/* Pushes matrix number `which`, from 0, of the object at index. */
static void push_matrix(lua_State *L, int index, size_t which, bool gradient) {
    const dnnlua_parameters *self = lua_touserdata(L, index);
    int top = lua_gettop(L);

    lua_getiuservalue(L, index, PARAMETERS_NETWORK);
    dnnlua_network_push_segment(L, top + 1, self->segments[which], gradient);
    lua_remove(L, top + 1);
}

/* --- methods --- */

/* Steps of `for name, W, dW in p:pairs()`; upvalues: the object and the next number. */
static int next_parameter(lua_State *L) {
    const dnnlua_parameters *self = test_open(L, lua_upvalueindex(1));
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));

    if (i >= (lua_Integer)self->count)
        return 0;
    lua_pushinteger(L, i + 1);
    lua_replace(L, lua_upvalueindex(2));
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushstring(L, runtime_of(self)->segments[self->segments[i]].name);
    push_matrix(L, 1, (size_t)i, false);
    push_matrix(L, 1, (size_t)i, true);
    return 3;
}

static int parameters_pairs(lua_State *L) {
    check_open(L);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_parameter, 2);
    return 1;
}

static int parameters_zero_grad(lua_State *L) {
    const dnnlua_parameters *self = check_open(L);
    dnn_parameters *p = runtime_of(self);

    for (size_t k = 0; k < self->count; k++) {
        dnn_matrix gradient = dnn_segment_gradients(p, self->segments[k]);
        dnn_matrix_clear(&gradient);
        p->segments[self->segments[k]].spent = true;
        if (p->segments[self->segments[k]].live != NULL)
            dnn_live_none(p->segments[self->segments[k]].live);
    }
    return 0;
}

static int parameters_len(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)check_open(L)->count);
    return 1;
}

static lua_Integer count_numbers(const dnnlua_parameters *self) {
    const dnn_parameters *p = runtime_of(self);
    size_t count = 0;

    for (size_t k = 0; k < self->count; k++) {
        const dnn_value *value = &p->segments[self->segments[k]].value;
        count += value->rows * value->cols;
    }
    return (lua_Integer)count;
}

static int parameters_tostring(lua_State *L) {
    const dnnlua_parameters *self = luaL_checkudata(L, 1, DNNLUA_PARAMETERS);

    if (self->network->network == NULL) {
        lua_pushfstring(L, "Parameters (of a network that is %s)", self->network->closed);
        return 1;
    }
    lua_pushfstring(L, "Parameters (%I numbers in %I matrices, %s)", count_numbers(self),
                    (lua_Integer)self->count, dnn_dtype_info(runtime_of(self)->dtype)->name);
    for (size_t k = 0; k < self->count; k++) {
        dnnlua_network_require_open(L, self->network);
        const dnn_segment *s = &runtime_of(self)->segments[self->segments[k]];
        lua_pushfstring(L, "\n  %s: %I x %I%s", s->name, (lua_Integer)s->value.rows,
                        (lua_Integer)s->value.cols, s->frozen ? ", frozen" : "");
        lua_concat(L, 2);
    }
    return 1;
}

/* --- fields --- */

static void get_count(lua_State *L, void *self) {
    check_open(L);
    lua_pushinteger(L, count_numbers(self));
}

static void get_values(lua_State *L, void *self) {
    check_open(L);
    push_vector(L, self, false);
}

static void set_values(lua_State *L, void *self) {
    check_open(L);
    set_vector(L, self, false);
}

static void get_grads(lua_State *L, void *self) {
    check_open(L);
    push_vector(L, self, true);
}

static void set_grads(lua_State *L, void *self) {
    check_open(L);
    set_vector(L, self, true);
}

static void get_dtype(lua_State *L, void *self) {
    check_open(L);
    lua_pushstring(L, dnn_dtype_info(runtime_of(self)->dtype)->name);
}

/* p[i], nil outside. */
static void item(lua_State *L, void *object, lua_Integer i) {
    const dnnlua_parameters *self = object;

    check_open(L);
    if (i < 1 || i > (lua_Integer)self->count) {
        lua_pushnil(L);
        return;
    }
    push_matrix(L, 1, (size_t)i - 1, false);
}

/* --- the class --- */

static const dnnlua_property properties[] = {
    {"count",  get_count,  NULL      },
    {"values", get_values, set_values},
    {"grads",  get_grads,  set_grads },
    {"dtype",  get_dtype,  NULL      },
    {NULL,     NULL,       NULL      },
};

static const dnnlua_function methods[] = {
    {"pairs",     parameters_pairs,     1},
    {"zero_grad", parameters_zero_grad, 1},
    {NULL,        NULL,                 0},
};

static const luaL_Reg metamethods[] = {
    {"__pairs",    parameters_pairs   },
    {"__len",      parameters_len     },
    {"__tostring", parameters_tostring},
    {NULL,         NULL               },
};

static const dnnlua_class class = {
    .type = DNNLUA_PARAMETERS,
    .group = "Parameters",
    .unset = "values and grads can",
    .methods = methods,
    .metamethods = metamethods,
    .properties = properties,
    .item = item,
};

void dnnlua_open_parameters(lua_State *L) {
    dnnlua_open_class(L, &class);
}
