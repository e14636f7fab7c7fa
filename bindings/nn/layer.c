/* layer.c: a layer, container or network as Lua sees it: constructors from the registry, fields and
 * methods. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/run/run.h"
#include "nn/registry.h"

/* --- making and finding --- */

dnnlua_layer *dnnlua_new_layer(lua_State *L, dnn_layer *layer) {
    dnnlua_layer *self = lua_newuserdatauv(L, sizeof *self, LAYER_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->layer = layer;
    luaL_setmetatable(L, DNNLUA_LAYER);
    return self;
}

/* dnn.Linear(3, 4, {bias = false}); upvalue: the class. */
static int layer_new(lua_State *L) {
    const dnn_layer_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_error err;

    memset(settings, 0, sizeof settings);
    dnnlua_read_fields(L, 1, kind->name, kind->fields, settings, NULL);
    dnnlua_layer *self = dnnlua_new_layer(L, NULL);
    dnnlua_check(L, dnn_layer_create(&self->layer, kind, &err), &err);
    memcpy(self->layer->settings, settings, sizeof settings);
    dnnlua_check(L, dnn_layer_finish(self->layer, &err), &err);
    return 1;
}

dnnlua_layer *dnnlua_check_layer(lua_State *L, int index) {
    return index == 1 ? dnnlua_check_self(L, DNNLUA_LAYER, "net")
                      : luaL_checkudata(L, index, DNNLUA_LAYER);
}

const char *dnnlua_layer_title(lua_State *L, const dnnlua_layer *self) {
    bool whole = self->root && dnn_layer_is_container(self->layer);

    return lua_pushstring(L, whole ? "network" : self->layer->kind->name);
}

static const char *title(lua_State *L, void *self) {
    return dnnlua_layer_title(L, self);
}

size_t dnnlua_layer_step(const dnnlua_layer *self) {
    return dnn_network_find_step(self->network->network, self->layer);
}

static int layer_gc(lua_State *L) {
    dnnlua_layer *self = luaL_checkudata(L, 1, DNNLUA_LAYER);

    dnn_layer_release(self->layer);
    self->layer = NULL;
    return 0;
}

/* net:close() and the end of a `local net <close>`. */
static int layer_close(lua_State *L) {
    const dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (self->network == NULL || (self->network->network == NULL && self->root)) {
        return 0;
    }
    if (!self->root) {
        return luaL_error(L, "%s: only the whole network can be closed",
                          dnnlua_layer_title(L, self));
    }
    dnnlua_network_require_idle(L, self->network);
    lua_getiuservalue(L, 1, LAYER_NETWORK);
    dnnlua_network_close(L, lua_gettop(L), "closed");
    return 0;
}

/* --- values and outputs by name --- */

const char *dnnlua_layer_short_name(const char *name) {
    return strcmp(name, "weight") == 0 ? "W" : strcmp(name, "bias") == 0 ? "b" : name;
}

/* True for "weight_grad" and "dW". */
static bool names_gradient(const char *name, const char *of) {
    size_t length = strlen(of);
    return (name[0] == 'd' && strcmp(name + 1, dnnlua_layer_short_name(of)) == 0) ||
           (strncmp(name, of, length) == 0 && strcmp(name + length, "_grad") == 0);
}

/* Which value a field name means, or whose gradient. */
static bool find_value(const dnnlua_layer *self, const char *name, size_t *which, bool *gradient) {
    dnn_value values[DNN_LAYER_VALUES];
    size_t count = dnn_layer_values(self->layer, &(dnn_shape){0}, values);

    for (size_t pass = 0; pass < 2; pass++) {
        *gradient = pass == 1;
        for (*which = 0; *which < count; ++*which) {
            const char *of = values[*which].name;
            if (*gradient
                    ? !values[*which].kept && names_gradient(name, of)
                    : strcmp(name, of) == 0 || strcmp(name, dnnlua_layer_short_name(of)) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* The segment of value number `which` of a layer in its network. */
static size_t segment_of(const dnnlua_layer *self, size_t which) {
    const dnn_step *step = dnn_network_step(self->network->network, dnnlua_layer_step(self));
    return which < step->learnt ? step->first_learnt + which
                                : step->first_kept + which - step->learnt;
}

/* Pushes the input of a layer or its output, or the gradient with respect to that; nil before. Of a
 * container they are those of the whole network alone. */
static void push_activation(lua_State *L, const dnnlua_layer *self, bool input, bool gradient) {
    if (self->network == NULL) {
        lua_pushnil(L);
        return;
    }
    dnnlua_network *network = dnnlua_push_network(L, 1);
    int index = lua_gettop(L);
    size_t step = dnnlua_layer_step(self);
    if (dnn_layer_is_container(self->layer)) {
        step = input ? 0 : dnn_network_step_count(network->network) - 1;
        if (!self->root) {
            luaL_error(L,
                       "%s: a part of a network has no matrices of its own; look into it by number",
                       dnnlua_layer_title(L, self));
        }
    }
    if (input) {
        dnnlua_network_push_input(L, index, step, 0, gradient);
    } else {
        dnnlua_network_push_output(L, index, step, gradient);
    }
}

/* Z, the tutorial's linear part, is the output of a layer with values and the input of an
 * activation. */
static bool has_linear_input(const dnnlua_layer *self) {
    dnn_value values[DNN_LAYER_VALUES];

    return !dnn_layer_is_container(self->layer) &&
           dnn_layer_values(self->layer, &(dnn_shape){0}, values) == 0;
}

/* The child of a container by its name. */
static bool push_child(lua_State *L, const dnnlua_layer *self, const char *name) {
    if (self->layer->kind->named == NULL || dnn_layer_child(self->layer, name) == NULL) {
        return false;
    }
    lua_getiuservalue(L, 1, LAYER_CHILDREN);
    lua_getfield(L, -1, name);
    return !lua_isnil(L, -1);
}

static bool is_external(const dnnlua_layer *self) {
    return dnn_layer_external_user(self->layer) != NULL;
}

static bool get_named(lua_State *L, void *object, const char *name) {
    const dnnlua_layer *self = object;
    size_t which;
    bool gradient;

    if (find_value(self, name, &which, &gradient)) {
        dnnlua_push_network(L, 1);
        dnnlua_network_push_segment(L, lua_gettop(L), segment_of(self, which), gradient);
        return true;
    }
    if (push_child(L, self, name)) {
        return true;
    }
    if (!is_external(self)) {
        return false;
    }
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return true;
}

/* layer.weight = W copies W into the value, layer.weight_grad = dW makes the gradient ready for a
 * step. In a layer written in Lua any other name is a field of its own. */
static bool set_named(lua_State *L, void *object, const char *name) {
    const dnnlua_layer *self = object;
    size_t which;
    bool gradient;

    if (find_value(self, name, &which, &gradient)) {
        dnn_parameters *p = dnn_network_parameters(dnnlua_push_network(L, 1)->network);
        size_t segment = segment_of(self, which);
        dnn_matrix target =
            gradient ? dnn_segment_gradients(p, segment) : dnn_segment_values(p, segment);
        dnnlua_assign(L, 3, self->layer->kind->name, name, &target);
        if (gradient) {
            p->segments[segment].spent = false;
        }
        return true;
    }
    if (!is_external(self) || dnnlua_layer_has_field(name)) {
        return false;
    }
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, -3);
    return true;
}

/* weight, weight_grad, W, dW; named children; and what the script stored in a layer of its own. */
static void add_names(lua_State *L, void *object, int list) {
    const dnnlua_layer *self = object;
    dnn_value values[DNN_LAYER_VALUES];
    size_t count = dnn_layer_values(self->layer, &(dnn_shape){0}, values);

    for (size_t v = 0; v < count; v++) {
        const char *name = values[v].name, *brief = dnnlua_layer_short_name(name);
        dnnlua_add_name(L, list, name);
        if (brief != name) {
            dnnlua_add_name(L, list, brief);
        }
        if (!values[v].kept) {
            dnnlua_add_name(L, list, lua_pushfstring(L, "%s_grad", name));
            dnnlua_add_name(L, list, lua_pushfstring(L, "d%s", brief));
            lua_pop(L, 2);
        }
    }
    for (size_t c = 0; c < self->layer->child_count; c++) {
        if (self->layer->kind->named != NULL) {
            dnnlua_add_name(L, list, self->layer->child_names[c]);
        }
    }
    lua_getiuservalue(L, 1, LAYER_OWN);
    if (lua_istable(L, -1)) {
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
            if (lua_type(L, -2) == LUA_TSTRING) {
                dnnlua_add_name(L, list, lua_tostring(L, -2));
            }
        }
    }
    lua_pop(L, 1);
}

/* --- fields of every layer --- */

static void get_name(lua_State *L, void *self) {
    lua_pushstring(L, ((const dnnlua_layer *)self)->layer->kind->name);
}

/* The rest of the fields are the network's. */
static dnn_network *network_of(lua_State *L) {
    return dnnlua_push_network(L, 1)->network;
}

static void get_A(lua_State *L, void *self) {
    push_activation(L, self, false, false);
}

static void get_dA(lua_State *L, void *self) {
    push_activation(L, self, false, true);
}

static void get_X(lua_State *L, void *self) {
    push_activation(L, self, true, false);
}

static void get_dX(lua_State *L, void *self) {
    push_activation(L, self, true, true);
}

static void get_Z(lua_State *L, void *self) {
    push_activation(L, self, has_linear_input(self), false);
}

static void get_dZ(lua_State *L, void *self) {
    push_activation(L, self, has_linear_input(self), true);
}

static void get_dtype(lua_State *L, void *self) {
    (void)self;
    lua_pushstring(L, dnn_dtype_info(dnn_network_dtype(network_of(L)))->name);
}

static void get_training(lua_State *L, void *self) {
    const dnnlua_layer *layer = self;
    lua_pushboolean(L, dnn_network_training(network_of(L)) && !layer->layer->evaluates);
}

static void push_sizes(lua_State *L, const dnn_shape *shape) {
    if (shape->rank == 0) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, (int)shape->rank, 0);
    for (size_t axis = 0; axis < shape->rank; axis++) {
        lua_pushinteger(L, (lua_Integer)shape->size[axis]);
        lua_rawseti(L, -2, (lua_Integer)axis + 1);
    }
}

static void get_input_shape(lua_State *L, void *self) {
    const dnnlua_layer *layer = self;
    dnn_network *network = network_of(L);
    size_t step = dnnlua_layer_step(layer);
    dnn_shape shape = dnn_network_input_shape(network);

    if (!layer->root && step != SIZE_MAX) {
        size_t input = dnn_network_step(network, step)->input[0];
        shape = input == 0 ? shape : dnn_network_output_shape(network, input - 1);
    }
    push_sizes(L, &shape);
}

static void get_output_shape(lua_State *L, void *self) {
    const dnnlua_layer *layer = self;
    dnn_network *network = network_of(L);
    size_t step = layer->root ? dnn_network_step_count(network) - 1 : dnnlua_layer_step(layer);
    dnn_shape shape = step == SIZE_MAX ? (dnn_shape){0} : dnn_network_output_shape(network, step);

    push_sizes(L, &shape);
}

static void get_keep(lua_State *L, void *self) {
    dnn_keep keep = dnn_network_keep(network_of(L));

    (void)self;
    if (keep == DNN_KEEP_TRAINING) {
        lua_pushnil(L);
    } else {
        lua_pushboolean(L, keep == DNN_KEEP_ALL);
    }
}

static void set_keep(lua_State *L, void *self) {
    const char *owner = dnnlua_layer_title(L, self);
    dnn_keep keep = DNN_KEEP_TRAINING;

    if (!lua_isnil(L, 3)) {
        keep = dnnlua_check_flag(L, owner, "keep") ? DNN_KEEP_ALL : DNN_KEEP_LITTLE;
    }
    dnn_network_set_keep(network_of(L), keep);
}

static void set_frozen(dnn_layer *layer, bool frozen) {
    layer->frozen = frozen;
    for (size_t c = 0; c < layer->child_count; c++) {
        set_frozen(layer->children[c], frozen);
    }
}

static bool is_frozen(const dnn_layer *layer) {
    bool all = layer->child_count > 0;

    for (size_t c = 0; c < layer->child_count; c++) {
        all = all && is_frozen(layer->children[c]);
    }
    return layer->frozen || all;
}

static void get_requires_grad(lua_State *L, void *self) {
    lua_pushboolean(L, !is_frozen(((const dnnlua_layer *)self)->layer));
}

static void note_layers(const dnnlua_layer *self) {
    if (self->network != NULL && self->network->network != NULL) {
        dnn_network_note_layers(self->network->network);
    }
}

static void set_requires_grad(lua_State *L, void *self) {
    dnnlua_layer *layer = self;
    bool wanted = dnnlua_check_flag(L, dnnlua_layer_title(L, self), "requires_grad");

    set_frozen(layer->layer, !wanted);
    note_layers(layer);
}

static const dnnlua_property properties[] = {
    {"name",          get_name,          NULL             },
    {"A",             get_A,             NULL             },
    {"Z",             get_Z,             NULL             },
    {"X",             get_X,             NULL             },
    {"dA",            get_dA,            NULL             },
    {"dZ",            get_dZ,            NULL             },
    {"dX",            get_dX,            NULL             },
    {"dtype",         get_dtype,         NULL             },
    {"training",      get_training,      NULL             },
    {"input_shape",   get_input_shape,   NULL             },
    {"output_shape",  get_output_shape,  NULL             },
    {"keep",          get_keep,          set_keep         },
    {"requires_grad", get_requires_grad, set_requires_grad},
    {NULL,            NULL,              NULL             },
};

/* --- methods --- */

static void set_evaluates(dnn_layer *layer, bool evaluates) {
    layer->evaluates = evaluates;
    for (size_t c = 0; c < layer->child_count; c++) {
        set_evaluates(layer->children[c], evaluates);
    }
}

/* net:train(), net:eval(): the mode of the whole, or of one layer in it; returns the layer. */
static int set_mode(lua_State *L, bool training) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (lua_gettop(L) > 1 && !(training && lua_isboolean(L, 2))) {
        return luaL_error(L, "%s: %s takes no arguments, got %s", dnnlua_layer_title(L, self),
                          training ? "train" : "eval", dnnlua_got_usage(L, 2));
    }
    if (lua_isboolean(L, 2)) { /* net:train(false) of PyTorch */
        training = lua_toboolean(L, 2);
    }
    if (self->root || self->network == NULL) {
        dnn_network *network = network_of(L);
        dnnlua_network_require_idle(L, self->network);
        dnn_network_set_training(network, training);
        if (training) {
            set_evaluates(self->layer, false);
        }
    } else {
        set_evaluates(self->layer, !training);
    }
    note_layers(self);
    lua_settop(L, 1);
    return 1;
}

static int layer_train(lua_State *L) {
    return set_mode(L, true);
}

static int layer_eval(lua_State *L) {
    return set_mode(L, false);
}

/* layer:requires_grad_(flag): sets it (true when not given) and returns the layer. */
static int layer_requires_grad(lua_State *L) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (lua_gettop(L) > 2 || (lua_gettop(L) == 2 && !lua_isboolean(L, 2))) {
        return luaL_error(L, "%s: requires_grad_ takes true or false, got %s",
                          dnnlua_layer_title(L, self), dnnlua_got_usage(L, 2));
    }
    set_frozen(self->layer, lua_gettop(L) == 2 && !lua_toboolean(L, 2));
    note_layers(self);
    lua_settop(L, 1);
    return 1;
}

/* net:zero_grad() */
static int layer_zero_grad(lua_State *L) {
    dnnlua_check_layer(L, 1);
    dnn_parameters_zero_grad(dnn_network_parameters(network_of(L)));
    return 0;
}

/* net:update(learning_rate, {check_finite = false}) */
static int layer_update(lua_State *L) {
    static const char *const known[] = {"check_finite", NULL};
    const char *const name = "network: update";
    dnn_error err;

    dnnlua_check_layer(L, 1);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        return luaL_error(L, "%s: expected the learning rate, as in net:update(0.01), got %s", name,
                          dnnlua_got_usage(L, 2));
    }
    lua_settop(L, 3);
    double rate = lua_tonumber(L, 2);
    dnnlua_check_options(L, 3, name, known);
    bool check_finite = dnnlua_option_flag(L, 3, name, "check_finite", true);
    dnn_parameters *parameters = dnn_network_parameters(network_of(L));
    dnnlua_require_gradients(L, parameters, name);
    dnn_status status = dnn_parameters_update(parameters, rate, check_finite, &err);
    if (status == DNN_ERROR_NUMERIC) {
        dnnlua_run_not_finite(L, 4, &err);
    }
    dnnlua_network_check(L, status, &err);
    return 0;
}

/* Pushes the table {"1 Linear", "3.2 Conv2d", ...} of the network at index. */
static void push_names(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    lua_Integer count = 0;

    if (lua_getiuservalue(L, index, NETWORK_NAMES) != LUA_TNIL) {
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    for (size_t s = 0;
         dnnlua_network_require_open(L, self), s < dnn_network_step_count(self->network); s++) {
        const dnn_step *step = dnn_network_step(self->network, s);
        if (step->learnt > 0 && !step->again) {
            lua_pushfstring(L, "%s%s%s", step->place[0] == '\0' ? "1" : step->place, " ",
                            step->layer->kind->name);
            lua_rawseti(L, -2, ++count);
        }
    }
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_NAMES);
}

/* net:grad_norms([t]): one norm for each layer with learnt values, into t where it is given. */
static int layer_grad_norms(lua_State *L) {
    lua_Integer count = 0;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    if (!lua_istable(L, 2)) {
        dnnlua_wrong_argument(L, 2, "a table to fill");
    }
    dnnlua_network *self = dnnlua_push_network(L, 1);
    lua_pushliteral(L, "names");
    push_names(L, 3);
    lua_rawset(L, 2);
    dnnlua_network_require_open(L, self);
    for (size_t s = 0; s < dnn_network_step_count(self->network); s++) {
        const dnn_step *step = dnn_network_step(self->network, s);
        if (step->learnt > 0 && !step->again) {
            lua_pushnumber(L, dnn_network_grad_norm(self->network, s));
            lua_rawseti(L, 2, ++count);
        }
    }
    lua_settop(L, 2);
    return 1;
}

/* Pushes child number i, from 1, of the layer at index; nil outside. */
static void push_numbered(lua_State *L, int index, lua_Integer i) {
    if (lua_getiuservalue(L, index, LAYER_CHILDREN) == LUA_TTABLE) {
        lua_rawgeti(L, -1, i);
    }
}

/* net:layer(i) */
static int layer_layer(lua_State *L) {
    const dnnlua_layer *self = dnnlua_check_layer(L, 1);
    lua_Integer count = (lua_Integer)self->layer->child_count, i = dnnlua_check_integer(L, 2);

    if (i < 1 || i > count) {
        return luaL_error(L, "%s: layer %I is outside 1..%I", dnnlua_layer_title(L, self), i,
                          count);
    }
    push_numbered(L, 1, i);
    return 1;
}

/* net[i], nil outside, so that ipairs ends. */
static void item(lua_State *L, void *self, lua_Integer i) {
    (void)self;
    push_numbered(L, 1, i);
}

static int layer_len(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnnlua_check_layer(L, 1)->layer->child_count);
    return 1;
}

/* The table of a whole network; "Linear(3 -> 4)" of a layer, "Residual of 3 layers". */
static void push_text(lua_State *L, const dnnlua_layer *self) {
    char text[160];
    luaL_Buffer buffer;

    if (!dnn_layer_is_container(self->layer)) {
        dnn_layer_describe(self->layer, text, sizeof text);
        lua_pushstring(L, text);
    } else if (!self->root) {
        lua_pushfstring(L, "%s of %I layers", self->layer->kind->name,
                        (lua_Integer)self->layer->child_count);
    } else if (self->network->network == NULL) {
        lua_pushfstring(L, "%s (%s)", self->layer->kind->name, self->network->closed);
    } else {
        size_t size = dnn_network_describe(self->network->network, NULL, 0);
        char *space = luaL_buffinitsize(L, &buffer, size + 1);
        dnnlua_network_require_open(L, self->network);
        dnn_network_describe(self->network->network, space, size + 1);
        luaL_pushresultsize(&buffer, size - 1); /* without the last newline, which print adds */
    }
}

static int layer_tostring(lua_State *L) {
    push_text(L, luaL_checkudata(L, 1, DNNLUA_LAYER));
    return 1;
}

/* net:summary(): prints what tostring gives. */
static int layer_summary(lua_State *L) {
    dnnlua_check_layer(L, 1);
    lua_getglobal(L, "print");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
    return 0;
}

static const dnnlua_function methods[] = {
    {"forward",         dnnlua_layer_forward,         2},
    {"backward",        dnnlua_layer_backward,        3},
    {"predict",         dnnlua_layer_predict,         2},
    {"train",           layer_train,                  2},
    {"eval",            layer_eval,                   1},
    {"requires_grad_",  layer_requires_grad,          2},
    {"zero_grad",       layer_zero_grad,              1},
    {"update",          layer_update,                 3},
    {"grad_norms",      layer_grad_norms,             2},
    {"parameters",      dnnlua_layer_parameters,      2},
    {"copy",            dnnlua_layer_copy,            2},
    {"save",            dnnlua_layer_save,            3},
    {"load",            dnnlua_layer_load,            3},
    {"state_dict",      dnnlua_layer_state_dict,      1},
    {"load_state_dict", dnnlua_layer_load_state_dict, 2},
    {"layer",           layer_layer,                  2},
    {"summary",         layer_summary,                1},
    {"close",           layer_close,                  1},
    {NULL,              NULL,                         0},
};

bool dnnlua_layer_has_field(const char *name) {
    if (strcmp(name, "in_features") == 0 || strcmp(name, "out_features") == 0) {
        return true;
    }
    for (const dnnlua_property *p = properties; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0) {
            return true;
        }
    }
    for (const dnnlua_function *method = methods; method->name != NULL; method++) {
        if (strcmp(method->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* --- the class --- */

static const dnn_field *fields_of(void *self, const dnn_setting **values) {
    const dnn_layer *layer = ((const dnnlua_layer *)self)->layer;

    *values = layer->settings;
    return layer->kind->fields;
}

static const luaL_Reg metamethods[] = {
    {"__len",      layer_len     },
    {"__tostring", layer_tostring},
    {"__gc",       layer_gc      },
    {"__close",    layer_close   },
    {NULL,         NULL          },
};

static const dnnlua_class class = {
    .type = DNNLUA_LAYER,
    .group = "layer",
    .unset = "settings are given when a layer is made; a value is set by layer.weight = W",
    .title = title,
    .methods = methods,
    .called = "forward",
    .metamethods = metamethods,
    .properties = properties,
    .fields = fields_of,
    .get = get_named,
    .set = set_named,
    .names = add_names,
    .item = item,
};

static const dnnlua_function functions[] = {
    {"Layer", dnnlua_layer_define, 1},
    {NULL,    NULL,                0},
};

void dnnlua_open_layer(lua_State *L) {
    for (size_t i = 0; dnn_layer_classes[i] != NULL; i++) {
        const dnn_layer_class *kind = dnn_layer_classes[i];
        if (kind->compile != NULL || kind->inputs > 1 || (kind->flags & DNN_MANY_INPUTS) != 0) {
            continue;
        }
        dnnlua_add_constructor(L, layer_new, dnn_layer_classes[i], dnn_layer_classes[i]->name,
                               dnn_layer_classes[i]->fields, 0);
    }
    dnnlua_register(L, functions);
    dnnlua_open_class(L, &class);
    dnnlua_open_container(L);
    dnnlua_open_network(L);
    dnnlua_open_parameters(L);
}
