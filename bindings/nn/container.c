/* container.c: dnn.Sequential, dnn.Residual, dnn.Concat and the like from the registry, and
 * dnn.Input, which says what an example looks like. */
#include <string.h>

#include "bindings/nn/network.h"
#include "nn/registry.h"

#define INPUT "dnn.Input"

/* --- dnn.Input --- */

/* A size of a shape on top of the stack, which is popped. */
static size_t take_size(lua_State *L, const char *function) {
    lua_Integer size = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;

    if (size < 1 || size > INT32_MAX) {
        luaL_error(
            L,
            "%s: the shape of an example is {features}, {steps, features} or {height, width, "
            "channels}, whole numbers from 1, got %s",
            function, dnnlua_got_usage(L, -1));
    }
    lua_pop(L, 1);
    return (size_t)size;
}

/* The sizes in the table at index. */
static dnn_shape read_sizes(lua_State *L, int index, const char *function) {
    dnn_shape shape = {.rank = dnnlua_list_length(L, index, function, "a shape")};

    if (shape.rank < 1 || shape.rank > DNN_SHAPE_RANK) {
        luaL_error(L, "%s: a shape has one to three sizes, got %I", function,
                   (lua_Integer)shape.rank);
    }
    for (size_t axis = 0; axis < shape.rank; axis++) {
        lua_geti(L, index, (lua_Integer)axis + 1);
        shape.size[axis] = take_size(L, function);
    }
    return shape;
}

bool dnnlua_opt_shape(lua_State *L, int index, const char *function, dnn_shape *out) {
    const dnn_shape *input = luaL_testudata(L, index, INPUT);
    int type = lua_type(L, index);

    index = lua_absindex(L, index);
    if (type == LUA_TNIL || type == LUA_TNONE)
        return false;
    if (input != NULL) {
        *out = *input;
        return true;
    }
    if (type != LUA_TTABLE && type != LUA_TUSERDATA) {
        lua_pushvalue(L, index);
        take_size(L, function); /* raises */
    }
    if (lua_getfield(L, index, "shape") != LUA_TNIL) /* a data set or a loader */
        *out = read_sizes(L, lua_gettop(L), function);
    else if (type == LUA_TTABLE)
        *out = read_sizes(L, index, function);
    else
        take_size(L, function); /* raises */
    lua_pop(L, 1);
    return true;
}

/* dnn.Input(64, 64, 3), dnn.Input{64, 64, 3}, dnn.Input(data) */
static int input_new(lua_State *L) {
    dnn_shape shape;

    if (lua_isinteger(L, 1)) {
        int count = lua_gettop(L);
        lua_createtable(L, count, 0);
        for (int i = 1; i <= count; i++) {
            lua_pushvalue(L, i);
            lua_rawseti(L, -2, i);
        }
        lua_replace(L, 1);
        lua_settop(L, 1);
    }
    if (lua_gettop(L) > 1) {
        return luaL_error(L, "Input: expected one table or up to three sizes, got %s after it%s",
                          dnnlua_got(L, 2), dnnlua_push_usage(L));
    }
    if (!dnnlua_opt_shape(L, 1, "Input", &shape)) {
        return luaL_error(L,
                          "Input: expected the shape of an example, as in dnn.Input(height, width, "
                          "channels), got nothing");
    }
    dnn_shape *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = shape;
    luaL_setmetatable(L, INPUT);
    return 1;
}

static void push_shape(lua_State *L, const dnn_shape *shape) {
    lua_createtable(L, (int)shape->rank, 0);
    for (size_t axis = 0; axis < shape->rank; axis++) {
        lua_pushinteger(L, (lua_Integer)shape->size[axis]);
        lua_rawseti(L, -2, (lua_Integer)axis + 1);
    }
}

static void get_shape(lua_State *L, void *self) {
    push_shape(L, self);
}

static int input_tostring(lua_State *L) {
    char text[DNN_SHAPE_TEXT];

    dnn_shape_text(luaL_checkudata(L, 1, INPUT), text);
    lua_pushfstring(L, "Input(%s)", text);
    return 1;
}

static const luaL_Reg input_metamethods[] = {
    {"__tostring", input_tostring},
    {NULL,         NULL          },
};

static const dnnlua_property input_properties[] = {
    {"shape", get_shape, NULL},
    {NULL,    NULL,      NULL},
};

static const dnnlua_class input_class = {
    .type = INPUT,
    .group = "Input",
    .metamethods = input_metamethods,
    .properties = input_properties,
};

/* --- children --- */

/* Raises unless what is on top of the stack may be in a list of layers. */
static void check_entry(lua_State *L, const char *owner, const char *entry) {
    if (luaL_testudata(L, -1, DNNLUA_LAYER) == NULL) {
        const char *hint = lua_isfunction(L, -1) ? "; a layer is made by a call, as in dnn.ReLU()"
                           : lua_isnil(L, -1)    ? "; is its name right?"
                           : luaL_testudata(L, -1, INPUT) != NULL
                               ? "; dnn.Input comes first in the outermost Sequential"
                               : "";
        luaL_error(L, "%s: %s must be a layer, got %s%s", owner, entry, dnnlua_got(L, -1), hint);
    }
}

void dnnlua_layer_add_child(lua_State *L, int self, const char *name) {
    const dnnlua_layer *owner = lua_touserdata(L, self);
    const dnnlua_layer *child = luaL_checkudata(L, -1, DNNLUA_LAYER);
    dnn_error err;

    dnnlua_check(L, dnn_layer_add_child(owner->layer, child->layer, name, &err), &err);
    lua_getiuservalue(L, self, LAYER_CHILDREN);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, child->layer);
    lua_pushvalue(L, -2);
    if (name == NULL)
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    else
        lua_setfield(L, -2, name);
    lua_pop(L, 2);
}

void dnnlua_layer_wrap_children(lua_State *L, int index) {
    const dnn_layer *layer = ((const dnnlua_layer *)lua_touserdata(L, index))->layer;

    index = lua_absindex(L, index);
    if (layer->kind->make == NULL)
        return;
    lua_createtable(L, 0, 2 * (int)layer->child_count);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, LAYER_CHILDREN);
    for (size_t c = 0; c < layer->child_count; c++) {
        dnnlua_layer *child = dnnlua_new_layer(L);
        child->layer = *child->held = dnn_layer_retain(layer->children[c]);
        dnnlua_layer_wrap_children(L, lua_gettop(L));
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, child->layer);
        lua_setfield(L, -2, layer->child_names[c]);
    }
    lua_pop(L, 1);
}

bool dnnlua_layer_names_child(const dnn_layer *layer, const char *name) {
    for (const char *const *known = layer->kind->named; known != NULL && *known != NULL; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

/* The key on top of the stack: a name that a child may have, misspelt, or an option. */
static void refuse_key(lua_State *L, const dnn_layer_class *kind) {
    dnn_nearest nearest = {.wanted = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : ""};
    for (const char *const *name = kind->named; name != NULL && *name != NULL; name++)
        dnn_nearest_offer(&nearest, *name);
    if (nearest.name != NULL)
        luaL_error(L, "%s: %s is among the layers; did you mean '%s'?", kind->name,
                   dnnlua_got(L, -1), nearest.name);
    luaL_error(L,
               "%s: %s is among the layers; options come in a second table, "
               "dnn.%s({layers...}, {dtype = \"float64\"})",
               kind->name, dnnlua_got(L, -1), kind->name);
}

/* Options among the layers are a likely slip: Sequential{l1, l2, dtype = "float64"}. */
static void check_keys(lua_State *L, int given, const dnn_layer *layer) {
    lua_Integer count = luaL_len(L, given);
    lua_pushnil(L);
    while (lua_next(L, given)) {
        lua_pop(L, 1);
        bool named =
            lua_type(L, -1) == LUA_TSTRING && dnnlua_layer_names_child(layer, lua_tostring(L, -1));
        if (lua_isinteger(L, -1) && lua_tointeger(L, -1) > count)
            luaL_error(L, "%s: entry %I is nil, but there is an entry %I", layer->kind->name,
                       count + 1, lua_tointeger(L, -1));
        if (!lua_isinteger(L, -1) && !named)
            refuse_key(L, layer->kind);
    }
}

/* Takes all layers of the table at `given` as children of the container at `self`. */
static void add_children(lua_State *L, int given, int self, const dnn_layer_class *kind) {
    lua_Integer count = luaL_len(L, given);

    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, given, i);
        if (i == 1 && strcmp(kind->name, "Sequential") == 0 &&
            luaL_testudata(L, -1, INPUT) != NULL) {
            lua_setiuservalue(L, self, LAYER_INPUT);
            continue;
        }
        const char *entry = lua_pushfstring(L, "entry %I", i);
        lua_insert(L, -2);
        check_entry(L, kind->name, entry);
        dnnlua_layer_add_child(L, self, NULL);
        lua_pop(L, 1);
    }
    for (const char *const *name = kind->named; name != NULL && *name != NULL; name++)
        if (lua_getfield(L, given, *name) != LUA_TNIL) {
            check_entry(L, kind->name, *name);
            dnnlua_layer_add_child(L, self, *name);
        } else {
            lua_pop(L, 1);
        }
}

/* --- containers --- */

/* net.keep from an option: nil, true or false. */
static dnn_keep take_keep(lua_State *L, int options) {
    dnn_keep keep = DNN_KEEP_TRAINING;

    if (lua_istable(L, options) && lua_getfield(L, options, "keep") != LUA_TNIL) {
        if (!lua_isboolean(L, -1))
            luaL_error(L, "Sequential: keep must be true or false, got %s", dnnlua_got(L, -1));
        keep = lua_toboolean(L, -1) ? DNN_KEEP_ALL : DNN_KEEP_LITTLE;
    }
    lua_settop(L, options + 1); /* the container */
    return keep;
}

/* What a Sequential is at once: a network of the options' type with its starting values. */
static void become_network(lua_State *L, int options, int self) {
    static const char *const known[] = {"dtype", "random", "input", "keep", NULL};

    dnnlua_check_options(L, options, "Sequential", known);
    dnn_dtype dtype = dnnlua_option_dtype(L, options, dnnlua_default_dtype(L));
    dnn_keep keep = take_keep(L, options);
    if (lua_istable(L, options) && lua_getfield(L, options, "input") != LUA_TNIL) {
        dnn_shape shape;
        dnnlua_opt_shape(L, lua_gettop(L), "Sequential: input", &shape);
        lua_setiuservalue(L, self, LAYER_INPUT);
    }
    lua_settop(L, self);
    if (lua_istable(L, options))
        lua_getfield(L, options, "random");
    else
        lua_pushnil(L);
    dnnlua_build_network(L, self, dtype, self + 1);
    const dnnlua_layer *layer = lua_touserdata(L, self);
    dnn_network_set_keep(layer->network->network, keep);
    lua_settop(L, self);
}

/* dnn.Sequential({layers...}, {dtype = ...}), dnn.Residual{...}; upvalue: the class. */
static int container_new(lua_State *L) {
    const dnn_layer_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    bool sequential = strcmp(kind->name, "Sequential") == 0;
    dnn_error err;

    if (!lua_istable(L, 1)) {
        return luaL_error(L, "%s: expected a table of layers, dnn.%s{...}, got %s", kind->name,
                          kind->name, dnnlua_got_usage(L, 1));
    }
    lua_settop(L, 2);
    dnnlua_layer *self = dnnlua_new_layer(L);
    dnnlua_check(L, dnn_layer_create(self->held, kind, &err), &err);
    self->layer = *self->held;
    check_keys(L, 1, self->layer);
    lua_newtable(L);
    lua_setiuservalue(L, 3, LAYER_CHILDREN);
    add_children(L, 1, 3, kind);
    bool several = self->layer->child_count > 0 && dnn_layer_least_inputs(self->layer) > 1;
    if (sequential && several && !lua_isnil(L, 2)) {
        return luaL_error(L, "Sequential: its first layer takes several inputs, so it can only be "
                             "part of a network; give the options to that");
    }
    if (sequential && !several)
        become_network(L, 2, 3);
    else if (self->layer->child_count == 0)
        return luaL_error(L, "%s: at least one layer is needed", kind->name);
    return 1;
}

static const dnnlua_function functions[] = {
    {"Input", input_new, 3},
    {NULL,    NULL,      0},
};

void dnnlua_open_container(lua_State *L) {
    for (size_t i = 0; dnn_layer_classes[i] != NULL; i++) {
        if (dnn_layer_classes[i]->compile == NULL || dnn_layer_classes[i]->make != NULL)
            continue;
        bool sequential = strcmp(dnn_layer_classes[i]->name, "Sequential") == 0;
        dnnlua_add_constructor(L, container_new, dnn_layer_classes[i], dnn_layer_classes[i]->name,
                               NULL, sequential ? 2 : 1);
    }
    dnnlua_register(L, functions);
    dnnlua_open_class(L, &input_class);
}
