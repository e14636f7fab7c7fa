/* module_make.c: making a module of what scripts/dnn/module.lua has gathered in a table, which is
 * at 1 on the stack; and another one, for a copy. Any script can call dnn._module: the table is
 * checked. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/tables.h"

static const char maker[] = "_module";

/* Pushes the table in field `name` of that at 1. */
static void push_table(lua_State *L, const char *name) {
    lua_getfield(L, 1, name);
    if (!lua_istable(L, -1))
        luaL_error(L, "%s: %s must be a table, got %s", maker, name, dnnlua_got(L, -1));
}

/* Pushes entry i, {name, ...}, of the list on top of the stack, then its name and `more` values
 * that follow; returns the name. */
static const char *push_entry(lua_State *L, const char *list, lua_Integer i, int more) {
    lua_rawgeti(L, -1, i);
    int entry = lua_gettop(L);
    if (!lua_istable(L, entry))
        luaL_error(L, "%s: %s: entry %I must be a table, got %s", maker, list, i,
                   dnnlua_got(L, -1));
    for (int field = 1; field <= 1 + more; field++)
        lua_rawgeti(L, entry, field);
    if (lua_type(L, entry + 1) != LUA_TSTRING) {
        luaL_error(L, "%s: %s: the name of entry %I must be a string, got %s", maker, list, i,
                   dnnlua_got(L, entry + 1));
    }
    return lua_tostring(L, entry + 1);
}

/* Checks the names of the fields and methods in the table in field `name` of that at 1. */
static void check_names(lua_State *L, const char *owner, const char *name) {
    push_table(L, name);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "forward") != 0)
            dnnlua_check_own_name(L, owner, lua_tostring(L, -2));
    lua_pop(L, 1);
}

static size_t take_features(lua_State *L, const char *owner, const char *name) {
    size_t features =
        lua_getfield(L, 1, name) == LUA_TNIL ? 0 : dnnlua_check_size(L, -1, owner, name);

    lua_pop(L, 1);
    return features;
}

/* values = {{name, rows, cols}, ...} */
static void take_values(lua_State *L, dnn_external *external) {
    push_table(L, "values");
    lua_Unsigned count = lua_rawlen(L, -1);
    if (count > DNN_EXTERNAL_VALUES) {
        luaL_error(L, "%s: at most %d parameters; put some into a module of their own",
                   external->name, DNN_EXTERNAL_VALUES);
    }
    for (lua_Integer i = 1; i <= (lua_Integer)count; i++) {
        const char *name = push_entry(L, "values", i, 2);
        dnnlua_check_own_name(L, external->name, name);
        size_t rows = dnnlua_check_size(L, -2, maker, "rows");
        size_t cols = dnnlua_check_size(L, -1, maker, "columns");
        external->values[external->value_count++] =
            cols == 1 ? dnn_value_vector(name, rows) : dnn_value_matrix(name, rows, cols);
        lua_pop(L, 4);
    }
    lua_pop(L, 1);
}

/* children = {{name, layer}, ...} */
static void add_children(lua_State *L, int module) {
    const dnnlua_layer *self = lua_touserdata(L, module);

    push_table(L, "children");
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, module + 1); i++) {
        const char *name = push_entry(L, "children", i, 1);
        if (luaL_testudata(L, -1, DNNLUA_LAYER) == NULL)
            luaL_error(L, "%s: %s must be a layer, got %s", maker, name, dnnlua_got(L, -1));
        if (strchr(name, '.') == NULL)
            dnnlua_check_own_name(L, self->layer->kind->name, name);
        dnnlua_layer_add_child(L, module, name);
        lua_settop(L, module + 1);
    }
    lua_settop(L, module);
}

/* Pushes a module of the definition at 1, which is nowhere yet. */
static int push_module(lua_State *L) {
    dnnlua_layer *self = dnnlua_new_layer(L);
    int module = lua_gettop(L);
    dnn_external external = {
        .forward = dnnlua_module_forward, .backward = dnnlua_module_backward, .user = self};
    dnn_error err;

    lua_getfield(L, 1, "name");
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "%s: name must be a string, got %s", maker, dnnlua_got(L, -1));
    external.name = lua_tostring(L, -1);
    external.in_features = take_features(L, external.name, "in_features");
    external.out_features = take_features(L, external.name, "out_features");
    take_values(L, &external);
    check_names(L, external.name, "class");
    check_names(L, external.name, "own");
    dnnlua_check(L, dnn_layer_create_external(self->held, &external, &err), &err);
    self->layer = *self->held;
    self->module = true;
    lua_settop(L, module);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, module, LAYER_DEFINITION);
    lua_getfield(L, 1, "own");
    lua_setiuservalue(L, module, LAYER_OWN);
    lua_newtable(L);
    lua_setiuservalue(L, module, LAYER_CALLS);
    lua_newtable(L);
    lua_setiuservalue(L, module, LAYER_CHILDREN);
    add_children(L, module);
    return module;
}

/* The type of the first parameter, or of the first layer that has been in a network. */
static dnn_dtype dtype_of(lua_State *L, const dnnlua_layer *self, int module) {
    if (lua_getfield(L, 1, "start") == LUA_TTABLE) {
        lua_rawgeti(L, -1, 1);
        const dnn_matrix *first = dnnlua_test_matrix(L, -1);
        if (first != NULL)
            return first->dtype;
    }
    lua_getiuservalue(L, module, LAYER_CHILDREN);
    for (size_t c = 0; c < self->layer->child_count; c++) {
        lua_rawgetp(L, -1, self->layer->children[c]);
        const dnnlua_layer *child = lua_touserdata(L, -1);
        if (child->network != NULL && child->network->network != NULL)
            return dnn_network_dtype(child->network->network);
        lua_pop(L, 1);
    }
    return dnnlua_default_dtype(L);
}

/* Puts a copy of the definition at 1 in its place, which the script does not change later. */
static void keep_definition(lua_State *L) {
    if (!lua_istable(L, 1))
        luaL_error(L, "%s: expected a table, got %s", maker, dnnlua_got_usage(L, 1));
    lua_settop(L, 1);
    dnnlua_copy_table(L, 1);
    lua_replace(L, 1);
}

int dnnlua_module_define(lua_State *L) {
    keep_definition(L);
    int module = push_module(L);
    const dnnlua_layer *self = lua_touserdata(L, module);
    dnn_dtype dtype = dtype_of(L, self, module);
    dnn_error err;

    lua_settop(L, module);
    lua_pushnil(L);
    dnnlua_build_network(L, module, dtype, lua_gettop(L));
    const dnn_network *network = self->network->network;
    const dnn_step *step = dnn_network_step(network, dnnlua_layer_step(self));
    if (step->learnt > 0)
        push_table(L, "start");
    for (size_t k = 0; k < step->learnt; k++) {
        lua_rawgeti(L, -1, (lua_Integer)k + 1);
        const dnn_matrix *start = dnnlua_test_matrix(L, -1);
        if (start == NULL) {
            luaL_error(L, "%s: start must have a Matrix for each parameter, got %s", maker,
                       dnnlua_got(L, -1));
        }
        dnn_matrix value = dnn_segment_values(dnn_network_parameters(self->network->network),
                                              dnn_step_segment(step, k));
        dnnlua_check(L, dnn_matrix_copy(&value, start, &err), &err);
        lua_pop(L, 1);
    }
    lua_pushnil(L); /* they are the network's now */
    lua_setfield(L, 1, "start");
    lua_settop(L, module);
    return 1;
}

/* --- copying --- */

/* The table on top of the stack for a copy: layers in it, and in lists of layers, become copies. */
static void replace_layers(lua_State *L, int copies, int depth) {
    int from = lua_gettop(L);

    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, from) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        const dnnlua_layer *layer = luaL_testudata(L, -1, DNNLUA_LAYER);
        if (layer != NULL && lua_rawgetp(L, copies, layer->layer) != LUA_TNIL)
            lua_replace(L, -2);
        else if (layer != NULL)
            lua_pop(L, 1);
        else if (lua_istable(L, -1) && depth > 0)
            replace_layers(L, copies, depth - 1);
        lua_rawset(L, from + 1);
    }
    lua_replace(L, from);
}

static int copy_module(lua_State *L) {
    push_module(L);
    return 1;
}

void dnnlua_module_push_copy(lua_State *L, int index, int copies) {
    lua_pushcfunction(L, copy_module);
    lua_getiuservalue(L, index, LAYER_DEFINITION);
    dnnlua_copy_table(L, -1);
    lua_remove(L, -2);
    int definition = lua_gettop(L);
    lua_getfield(L, definition, "children");
    replace_layers(L, copies, 1);
    lua_setfield(L, definition, "children");
    lua_getiuservalue(L, index, LAYER_OWN);
    replace_layers(L, copies, 1);
    lua_setfield(L, definition, "own");
    lua_settop(L, definition);
    lua_call(L, 1, 1);
}
