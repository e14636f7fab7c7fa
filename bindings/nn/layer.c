/* layer.c: a layer as Lua sees it: constructors from the registry, and the handle with its fields.
 *
 * A handle starts as a description (class and settings). A network that takes it up builds the
 * dnn_layer and gives the handle its place; from then on weight, A, dA and the others are read from
 * there. A layer that is used without a Sequential gets a network of its own on first need. */
#include <string.h>

#include "bindings/nn/network.h"
#include "nn/registry.h"

/* Fields of every layer; in a layer's own functions X and dX go by these names as well. */
static const char *const common_fields[] = {"name", "A",  "Z",           "dA",           "dZ",
                                            "X",    "dX", "in_features", "out_features", NULL};

bool dnnlua_layer_has_field(const char *name) {
    for (size_t i = 0; common_fields[i] != NULL; i++) {
        if (strcmp(common_fields[i], name) == 0) {
            return true;
        }
    }
    for (const luaL_Reg *method = dnnlua_network_methods; method->name != NULL; method++) {
        if (strcmp(method->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* --- making --- */

dnnlua_layer *dnnlua_new_layer(lua_State *L) {
    dnnlua_layer *self = lua_newuserdatauv(L, sizeof *self, LAYER_USER_VALUES);

    memset(self, 0, sizeof *self);
    luaL_setmetatable(L, DNNLUA_LAYER);
    return self;
}

dnn_status dnnlua_layer_build(const dnnlua_layer *self, dnn_layer **out, dnn_error *err) {
    if (self->kind == NULL) {
        return dnn_layer_create_external(out, &self->external, err);
    }
    dnn_status status = dnn_layer_create(out, self->kind, err);
    if (status != DNN_OK) {
        return status;
    }
    memcpy((*out)->settings, self->settings, sizeof self->settings);
    status = dnn_layer_finish(*out, err);
    if (status != DNN_OK) {
        dnn_layer_destroy(*out);
    }
    return status;
}

void dnnlua_layer_finish(lua_State *L, int index) {
    dnnlua_layer *self = lua_touserdata(L, index);
    dnn_layer *layer;
    dnn_error err;
    char text[128];

    index = lua_absindex(L, index);
    dnnlua_check(L, dnnlua_layer_build(self, &layer, &err), &err);
    dnn_layer_describe(layer, text, sizeof text);
    self->name = self->kind != NULL ? self->kind->name : self->external.name;
    self->parameter_count = layer->parameter_count;
    memcpy(self->shapes, self->kind != NULL ? layer->shapes : self->external.shapes,
           sizeof self->shapes);
    dnn_layer_destroy(layer);

    lua_pushstring(L, text);
    lua_setiuservalue(L, index, LAYER_TEXT);
    lua_newtable(L);
    lua_setiuservalue(L, index, LAYER_OWN);
    lua_pushnil(L);
    dnnlua_layer_place(L, index, lua_gettop(L), 0);
    lua_pop(L, 1);
}

/* dnn.Linear(3, 4, {bias = false}); upvalue: the class. */
static int layer_new(lua_State *L) {
    const dnn_layer_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    double settings[DNN_MAX_FIELDS] = {0};

    dnnlua_read_fields(L, 1, kind->name, kind->fields, settings, NULL);
    dnnlua_layer *self = dnnlua_new_layer(L);
    self->kind = kind;
    memcpy(self->settings, settings, sizeof settings);
    dnnlua_layer_finish(L, lua_gettop(L));
    return 1;
}

void dnnlua_layer_place(lua_State *L, int index, int network, size_t place) {
    dnnlua_layer *self = lua_touserdata(L, index);

    lua_pushvalue(L, network);
    lua_setiuservalue(L, index, LAYER_NETWORK);
    lua_pushnil(L);
    lua_setiuservalue(L, index, LAYER_VIEWS);
    self->network = lua_touserdata(L, network);
    self->index = place;
}

/* --- the network it is in --- */

/* Pushes that network, after making one where there is none; raises when it is closed. */
static dnnlua_network *push_network(lua_State *L, int index) {
    const dnnlua_layer *self = lua_touserdata(L, index);

    if (self->network == NULL) {
        dnnlua_network_of_one(L, index);
    } else {
        dnnlua_network_require_open(L, self->network);
        lua_getiuservalue(L, index, LAYER_NETWORK);
    }
    return self->network;
}

/* A method of a network, called on a layer that is used on its own; upvalue: the method. */
static int layer_alone(lua_State *L) {
    const dnnlua_layer *self = dnnlua_check_self(L, DNNLUA_LAYER, "layer");

    if (!push_network(L, 1)->alone) {
        return luaL_error(
            L,
            "%s: this is layer %I of a network, which runs as a whole; call the method "
            "of the network, as in net:forward(X)",
            self->name, (lua_Integer)self->index);
    }
    lua_replace(L, 1);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* --- fields --- */

const char *dnnlua_layer_short_name(const char *name) {
    return strcmp(name, "weight") == 0 ? "W" : strcmp(name, "bias") == 0 ? "b" : name;
}

/* True for "weight_grad" and "dW". */
static bool names_gradient(const char *name, const char *of) {
    size_t length = strlen(of);
    return (name[0] == 'd' && strcmp(name + 1, dnnlua_layer_short_name(of)) == 0) ||
           (strncmp(name, of, length) == 0 && strcmp(name + length, "_grad") == 0);
}

/* Which parameter a field name means, or whose gradient. */
static bool find_parameter(const dnnlua_layer *self, const char *name, size_t *which,
                           bool *gradient) {
    for (size_t pass = 0; pass < 2; pass++) {
        *gradient = pass == 1;
        for (*which = 0; *which < self->parameter_count; ++*which) {
            const char *of = self->shapes[*which].name;
            if (*gradient
                    ? names_gradient(name, of)
                    : strcmp(name, of) == 0 || strcmp(name, dnnlua_layer_short_name(of)) == 0) {
                return true;
            }
        }
    }
    return false;
}

static dnn_matrix *parameter(const dnnlua_layer *self, size_t which, bool gradient) {
    dnn_layer *layer = dnn_network_layer(self->network->network, self->index);
    return gradient ? &layer->gradients[which] : &layer->parameters[which];
}

void dnnlua_layer_push_parameter(lua_State *L, int index, size_t which, bool gradient) {
    const dnnlua_layer *self = lua_touserdata(L, index);
    int top = lua_gettop(L);

    push_network(L, index);
    lua_getiuservalue(L, -1, gradient ? NETWORK_GRADIENTS : NETWORK_VALUES);
    const dnn_matrix now = *parameter(self, which, gradient);
    lua_pushfstring(L, gradient ? "%s_grad" : "%s", self->shapes[which].name);
    dnnlua_cached_view(L, index, LAYER_VIEWS, now, top + 2);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

/* A and dA belong to the layer's output. Z, the tutorial's linear part, is the output of a layer
 * with parameters and the input of an activation. */
static bool push_activation(lua_State *L, const dnnlua_layer *self, const char *name) {
    bool gradient = name[0] == 'd';
    const char *which = name + gradient;
    bool input = which[0] == 'Z' && self->parameter_count == 0;

    if (strcmp(which, "A") != 0 && strcmp(which, "Z") != 0) {
        return false;
    }
    if (self->network == NULL) {
        lua_pushnil(L);
        return true;
    }
    push_network(L, 1);
    dnnlua_network_push_activation(L, lua_gettop(L), self->index - input, gradient);
    return true;
}

/* A number of features, or nil where any will do. */
static void push_features(lua_State *L, size_t features) {
    if (features > 0) {
        lua_pushinteger(L, (lua_Integer)features);
    } else {
        lua_pushnil(L);
    }
}

static bool push_description(lua_State *L, const dnnlua_layer *self, const char *name) {
    if (strcmp(name, "name") == 0) {
        lua_pushstring(L, self->name);
    } else if (self->kind != NULL) {
        return dnnlua_push_setting_named(L, self->kind->fields, self->settings, name);
    } else if (strcmp(name, "in_features") == 0) {
        push_features(L, self->external.in_features);
    } else if (strcmp(name, "out_features") == 0) {
        push_features(L, self->external.out_features);
    } else {
        return false;
    }
    return true;
}

static int no_such_field(lua_State *L, const dnnlua_layer *self, const char *name) {
    dnnlua_nearest nearest = {.wanted = name, .group = "layer"};

    dnnlua_offer(&nearest, dnnlua_network_methods, common_fields);
    for (size_t p = 0; p < self->parameter_count; p++) {
        dnnlua_nearest_offer(&nearest, self->shapes[p].name);
        dnnlua_nearest_offer(&nearest, dnnlua_layer_short_name(self->shapes[p].name));
        dnnlua_nearest_offer(&nearest, lua_pushfstring(L, "%s_grad", self->shapes[p].name));
    }
    for (size_t i = 0; self->kind != NULL && i < dnn_field_count(self->kind->fields); i++) {
        dnnlua_nearest_offer(&nearest, self->kind->fields[i].name);
    }
    return dnnlua_no_such_field(L, self->name, &nearest);
}

/* layer.name: a method (upvalue 1 holds them), a setting, a matrix, or what the script stored. */
static int layer_index(lua_State *L) {
    const dnnlua_layer *self = luaL_checkudata(L, 1, DNNLUA_LAYER);
    const char *name = dnnlua_field_name(L, 2);
    size_t which;
    bool gradient;

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (find_parameter(self, name, &which, &gradient)) {
        dnnlua_layer_push_parameter(L, 1, which, gradient);
        return 1;
    }
    if (push_activation(L, self, name) || push_description(L, self, name)) {
        return 1;
    }
    if (self->kind != NULL) {
        return no_such_field(L, self, name);
    }
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

/* layer.weight = W copies W into the parameter, layer.weight_grad = dW makes the gradient ready for
 * a step. In a layer written in Lua any other name is a field of its own. */
static int layer_newindex(lua_State *L) {
    dnnlua_layer *self = luaL_checkudata(L, 1, DNNLUA_LAYER);
    const char *name = dnnlua_field_name(L, 2);
    size_t which;
    bool gradient;

    if (find_parameter(self, name, &which, &gradient)) {
        push_network(L, 1);
        dnnlua_assign(L, 3, self->name, name, parameter(self, which, gradient));
        if (gradient) {
            dnn_network_parameters(self->network->network)->spent = false;
        }
        return 0;
    }
    if (self->kind != NULL || dnnlua_layer_has_field(name)) {
        return luaL_error(L, "%s: '%s' cannot be set", self->name, name);
    }
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, -3);
    return 0;
}

static int layer_tostring(lua_State *L) {
    luaL_checkudata(L, 1, DNNLUA_LAYER);
    lua_getiuservalue(L, 1, LAYER_TEXT);
    return 1;
}

/* --- the class --- */

static const luaL_Reg metamethods[] = {
    {"__newindex", layer_newindex},
    {"__tostring", layer_tostring},
    {NULL,         NULL          },
};

void dnnlua_open_layer(lua_State *L) {
    for (size_t i = 0; dnn_layer_classes[i] != NULL; i++) {
        lua_pushlightuserdata(L, (void *)dnn_layer_classes[i]);
        lua_pushcclosure(L, layer_new, 1);
        lua_setfield(L, -2, dnn_layer_classes[i]->name);
    }
    lua_pushcfunction(L, dnnlua_layer_define);
    lua_setfield(L, -2, "Layer");

    luaL_newmetatable(L, DNNLUA_LAYER);
    luaL_setfuncs(L, metamethods, 0);
    lua_newtable(L);
    for (const luaL_Reg *method = dnnlua_network_methods; method->name != NULL; method++) {
        lua_pushcfunction(L, method->func);
        lua_pushcclosure(L, layer_alone, 1);
        lua_setfield(L, -2, method->name);
    }
    lua_getfield(L, -1, "forward");
    lua_setfield(L, -3, "__call");
    lua_pushcclosure(L, layer_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
