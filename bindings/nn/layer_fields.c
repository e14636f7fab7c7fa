/* layer_fields.c: what a script reads and sets of a layer by name: its values and their gradients,
 * its children, and the fields that every layer has. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"

/* --- values and outputs by name --- */

/* The short name of a value: the tutorial's W and b, or its own. */
static const char *short_name(const char *name) {
    return strcmp(name, "weight") == 0 ? "W" : strcmp(name, "bias") == 0 ? "b" : name;
}

/* True for "weight_grad" and "dW". */
static bool names_gradient(const char *name, const char *of) {
    size_t length = strlen(of);
    return (name[0] == 'd' && strcmp(name + 1, short_name(of)) == 0) ||
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
            if (*gradient ? !values[*which].kept && names_gradient(name, of)
                          : strcmp(name, of) == 0 || strcmp(name, short_name(of)) == 0)
                return true;
        }
    }
    return false;
}

/* The segment of value number `which` of a layer in its network. */
static size_t segment_of(const dnnlua_layer *self, size_t which) {
    return dnn_step_segment(dnn_network_step(self->network->network, dnnlua_layer_step(self)),
                            which);
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
    if (input)
        dnnlua_network_push_input(L, index, step, 0, gradient);
    else
        dnnlua_network_push_output(L, index, step, gradient);
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
    if (self->layer->kind->named == NULL || dnn_layer_child(self->layer, name) == NULL)
        return false;
    lua_getiuservalue(L, 1, LAYER_CHILDREN);
    lua_getfield(L, -1, name);
    return !lua_isnil(L, -1);
}

static bool is_external(const dnnlua_layer *self) {
    return dnn_layer_external_user(self->layer) != NULL;
}

/* What a recurrent layer carries from one forward to the next. */
static bool names_state(const dnnlua_layer *self, const char *name) {
    return self->layer->kind->state != NULL && strcmp(name, "state") == 0;
}

bool dnnlua_layer_get_named(lua_State *L, void *object, const char *name) {
    const dnnlua_layer *self = object;
    size_t which;
    bool gradient;

    if (find_value(self, name, &which, &gradient)) {
        dnnlua_push_network(L, 1);
        dnnlua_network_push_segment(L, lua_gettop(L), segment_of(self, which), gradient);
        if (self->module && !gradient)
            dnnlua_record_value(L, lua_gettop(L) - 1, dnnlua_layer_step(self), which);
        return true;
    }
    if (self->module) {
        dnnlua_module_get(L, name);
        return true;
    }
    if (push_child(L, self, name))
        return true;
    if (names_state(self, name)) {
        dnnlua_layer_push_state(L, self);
        return true;
    }
    if (!is_external(self))
        return false;
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return true;
}

/* layer.weight = W copies W into the value, layer.weight_grad = dW makes the gradient ready for a
 * step. In a layer written in Lua any other name is a field of its own. */
bool dnnlua_layer_set_named(lua_State *L, void *object, const char *name) {
    const dnnlua_layer *self = object;
    size_t which;
    bool gradient;

    if (find_value(self, name, &which, &gradient)) {
        dnn_parameters *p = dnn_network_parameters(dnnlua_push_network(L, 1)->network);
        size_t segment = segment_of(self, which);
        dnn_matrix target =
            gradient ? dnn_segment_gradients(p, segment) : dnn_segment_values(p, segment);
        dnnlua_assign(L, 3, self->layer->kind->name, name, &target);
        if (gradient)
            dnn_segment_set_gradient(&p->segments[segment]);
        return true;
    }
    if (names_state(self, name)) {
        dnnlua_layer_assign_state(L, self);
        return true;
    }
    if (!is_external(self) || dnnlua_layer_has_field(name) ||
        (self->module && dnn_layer_child(self->layer, name) != NULL))
        return false;
    lua_getiuservalue(L, 1, LAYER_OWN);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, -3);
    return true;
}

/* weight, weight_grad, W, dW; named children; and what the script stored in a layer of its own. */
void dnnlua_layer_add_names(lua_State *L, void *object, int list) {
    const dnnlua_layer *self = object;
    dnn_value values[DNN_LAYER_VALUES];
    size_t count = dnn_layer_values(self->layer, &(dnn_shape){0}, values);

    for (size_t v = 0; v < count; v++) {
        const char *name = values[v].name, *brief = short_name(name);
        dnnlua_add_name(L, list, name);
        if (brief != name)
            dnnlua_add_name(L, list, brief);
        if (!values[v].kept) {
            dnnlua_add_name(L, list, lua_pushfstring(L, "%s_grad", name));
            dnnlua_add_name(L, list, lua_pushfstring(L, "d%s", brief));
            lua_pop(L, 2);
        }
    }
    if (self->layer->kind->state != NULL)
        dnnlua_add_name(L, list, "state");
    for (size_t c = 0; c < self->layer->child_count; c++)
        if (self->layer->kind->named != NULL)
            dnnlua_add_name(L, list, self->layer->child_names[c]);
    if (self->module)
        dnnlua_module_add_names(L, self, list);
    lua_getiuservalue(L, 1, LAYER_OWN);
    if (lua_istable(L, -1)) {
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
            if (lua_type(L, -2) == LUA_TSTRING)
                dnnlua_add_name(L, list, lua_tostring(L, -2));
    }
    lua_pop(L, 1);
}

/* --- fields of every layer --- */

static void get_name(lua_State *L, void *self) {
    lua_pushstring(L, ((const dnnlua_layer *)self)->layer->kind->name);
}

/* The rest of the fields are the network's. */
dnn_network *dnnlua_layer_network(lua_State *L) {
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
    lua_pushstring(L, dnn_dtype_info(dnn_network_dtype(dnnlua_layer_network(L)))->name);
}

static void get_training(lua_State *L, void *self) {
    const dnnlua_layer *layer = self;
    lua_pushboolean(L, dnn_network_training(dnnlua_layer_network(L)) && !layer->layer->evaluates);
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
    dnn_network *network = dnnlua_layer_network(L);
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
    dnn_network *network = dnnlua_layer_network(L);
    size_t step = layer->root ? dnn_network_step_count(network) - 1 : dnnlua_layer_step(layer);
    dnn_shape shape = step == SIZE_MAX ? (dnn_shape){0} : dnn_network_output_shape(network, step);

    push_sizes(L, &shape);
}

static void get_keep(lua_State *L, void *self) {
    dnn_keep keep = dnn_network_keep(dnnlua_layer_network(L));

    (void)self;
    if (keep == DNN_KEEP_TRAINING)
        lua_pushnil(L);
    else
        lua_pushboolean(L, keep == DNN_KEEP_ALL);
}

static void set_keep(lua_State *L, void *self) {
    const char *owner = dnnlua_layer_title(L, self);
    dnn_keep keep = DNN_KEEP_TRAINING;

    if (!lua_isnil(L, 3))
        keep = dnnlua_check_flag(L, owner, "keep") ? DNN_KEEP_ALL : DNN_KEEP_LITTLE;
    dnn_network_set_keep(dnnlua_layer_network(L), keep);
}

void dnnlua_layer_set_frozen(dnn_layer *layer, bool frozen) {
    layer->frozen = frozen;
    for (size_t c = 0; c < layer->child_count; c++)
        dnnlua_layer_set_frozen(layer->children[c], frozen);
}

static bool is_frozen(const dnn_layer *layer) {
    bool all = layer->child_count > 0 && dnn_layer_is_container(layer);

    for (size_t c = 0; c < layer->child_count; c++)
        all = all && is_frozen(layer->children[c]);
    return layer->frozen || all;
}

static void get_requires_grad(lua_State *L, void *self) {
    lua_pushboolean(L, !is_frozen(((const dnnlua_layer *)self)->layer));
}

void dnnlua_layer_note(const dnnlua_layer *self) {
    if (self->network != NULL && self->network->network != NULL)
        dnn_network_note_layers(self->network->network);
}

static void set_requires_grad(lua_State *L, void *self) {
    dnnlua_layer *layer = self;
    bool wanted = dnnlua_check_flag(L, dnnlua_layer_title(L, self), "requires_grad");

    dnnlua_layer_set_frozen(layer->layer, !wanted);
    dnnlua_layer_note(layer);
}

const dnnlua_property dnnlua_layer_properties[] = {
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
