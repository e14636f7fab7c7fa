/* network.h: what the files about layers, networks, losses and optimisers share.
 *
 * Whose memory is whose: a dnn_network is C's and is freed by close. The numbers (parameters,
 * gradients, buffers, optimiser state) are blocks of Lua's, kept in user values, and every matrix
 * handed out is a view that keeps its block: it stays readable whatever is closed or collected. A
 * layer in Lua is a handle; it names a place in a network (network, index) and finds everything
 * else there.
 *
 * Whatever makes a Lua object or looks into a table of the script's may run the script: a
 * finaliser, a metamethod. It may close a network or run it. So pointers into a dnn_network are
 * fetched after that, and a matrix in it is copied before. */
#ifndef DNN_BINDINGS_NETWORK_H
#define DNN_BINDINGS_NETWORK_H

#include "bindings/dnnlua.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optimiser.h"

typedef struct dnnlua_network {
    dnn_network *network; /* NULL while closed */
    const char *closed;   /* why it is */
    bool alone;           /* made by a layer that is used without a Sequential */
    bool input_gradient;  /* the last backward made dX */
    lua_State *L;  /* while the runtime works on it: the state to call layers written in Lua, */
    int at;        /* this userdata's index on its stack, */
    int random;    /* the index of the stream to initialise from (a Random, or nil), */
    size_t failed; /* and the layer that raised; its error object is then on top */
} dnnlua_network;

enum {                     /* user values of a network */
       NETWORK_VALUES = 1, /* blocks */
       NETWORK_GRADIENTS,
       NETWORK_BUFFERS,
       NETWORK_INPUT,          /* X of the last forward */
       NETWORK_INPUT_GRADIENT, /* the matrix that dX is written into */
       NETWORK_VIEWS,          /* table: A and dA as they were handed out, of the present buffers */
       NETWORK_LAYERS,         /* table: the handles in order */
       NETWORK_PARAMETERS,     /* the Parameters object, once asked for */
       NETWORK_NAMES,          /* table: "1 Linear", ..., once asked for */
       NETWORK_RUN,            /* the run that watches it */
       NETWORK_USER_VALUES = NETWORK_RUN
};

typedef struct dnnlua_layer {
    const dnn_layer_class *kind; /* NULL: written in Lua, see external */
    const char *name;            /* "Linear" */
    double settings[DNN_MAX_FIELDS];
    dnn_external external; /* its texts are kept alive by the definition */
    size_t parameter_count;
    dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS];
    dnnlua_network *network; /* where it stands, kept alive by a user value; NULL: nowhere yet */
    size_t index;            /* from 1 */
} dnnlua_layer;

enum { /* user values of a layer */
       LAYER_NETWORK = 1,
       LAYER_VIEWS,      /* table: parameters and gradients as they were handed out, by name */
       LAYER_TEXT,       /* "Linear(3 -> 4)" */
       LAYER_DEFINITION, /* of a layer written in Lua, table: its functions by name */
       LAYER_OWN,        /* of a layer written in Lua, table: fields that the script set */
       LAYER_USER_VALUES = LAYER_OWN
};

/* --- layer.c --- */

/* Pushes a handle for a layer that stands nowhere yet. The caller fills in kind and settings, or
 * external, and calls dnnlua_layer_finish, which raises when the settings do not go together. */
dnnlua_layer *dnnlua_new_layer(lua_State *L);
void dnnlua_layer_finish(lua_State *L, int index);

/* A finished layer after the handle's description, for dnn_network_create. */
dnn_status dnnlua_layer_build(const dnnlua_layer *self, dnn_layer **out, dnn_error *err);

/* Puts the layer at `index` into place `place` of the network at `network` (a userdata, or nil for
 * nowhere). Does not raise. */
void dnnlua_layer_place(lua_State *L, int index, int network, size_t place);

/* True when every layer has a field of this name. */
bool dnnlua_layer_has_field(const char *name);

/* The short name of a parameter: the tutorial's W and b, or its own. */
const char *dnnlua_layer_short_name(const char *name);

/* Pushes a parameter of the layer at index, or the parameter's gradient. */
void dnnlua_layer_push_parameter(lua_State *L, int index, size_t which, bool gradient);

/* --- lua_layer.c --- */

/* dnn.Layer{...}: a layer whose forward and backward are Lua functions. */
int dnnlua_layer_define(lua_State *L);

/* --- sequential.c --- */

/* dnn.Sequential({layers...}, {dtype = , random = }). */
int dnnlua_sequential(lua_State *L);

/* Pushes a new network that consists of the layer at index. */
void dnnlua_network_of_one(lua_State *L, int index);

/* --- network.c --- */

/* Methods of a network, ended by a row without a name; a layer on its own has them too. */
extern const luaL_Reg dnnlua_network_methods[];

/* Pushes a network that is closed yet. */
dnnlua_network *dnnlua_new_network(lua_State *L);

/* The open network at index, which at 1 is what a method is called on; raises when it is something
 * else or closed. */
dnnlua_network *dnnlua_check_network(lua_State *L, int index);

/* Raises when the network is closed; when it is running, called from one of its own layers. */
void dnnlua_network_require_open(lua_State *L, const dnnlua_network *self);
void dnnlua_network_require_idle(lua_State *L, const dnnlua_network *self);

/* Frees the C structure and lets go of the memory; `why` completes "this network is ...". */
void dnnlua_network_close(lua_State *L, int index, const char *why);

/* --- network_run.c --- */

/* net:forward(X); net:backward(dA, {input_gradient = true}). */
int dnnlua_network_forward(lua_State *L);
int dnnlua_network_backward(lua_State *L);

/* Around every call into the runtime that may run a layer written in Lua, on the idle network at
 * index; nothing in between may raise. end raises what failed, be it the runtime or a Lua
 * function. */
dnn_network *dnnlua_network_begin(lua_State *L, int index);
void dnnlua_network_end(lua_State *L, int index, dnn_status status, dnn_error *err);

/* Raises what the runtime says, with "Sequential: " before it, unless status is DNN_OK. */
void dnnlua_network_check(lua_State *L, dnn_status status, dnn_error *err);

/* Makes the idle network at index ready for X, the matrix at `input`: checks it, gives the network
 * larger buffers where it needs them, and keeps X alive. */
const dnn_matrix *dnnlua_network_prepare(lua_State *L, int index, int input);

/* True when the matrix lies in the buffers of the network at index. */
bool dnnlua_network_holds(lua_State *L, int index, const dnn_matrix *m);

/* Pushes A[layer] of the network at index, or dA[layer], as the matrix `now` in its buffers. */
void dnnlua_network_push_buffer(lua_State *L, int index, size_t layer, bool gradient,
                                dnn_matrix now);

/* Pushes A[layer] of the network at index, or dA[layer], layer from 0; nil while there is none. */
void dnnlua_network_push_activation(lua_State *L, int index, size_t layer, bool gradient);

/* --- view.c --- */

/* Replaces the key on top of the stack by the matrix `now`, which the block at index `base` owns:
 * the very userdata of the last time, kept under that key of a table in the user value (nil at
 * first), as long as it describes the same memory, so that reading a field in a loop makes no
 * garbage. */
void dnnlua_cached_view(lua_State *L, int owner, int user_value, dnn_matrix now, int base);

/* True when both describe the same elements in the same memory. */
bool dnnlua_same_view(const dnn_matrix *a, const dnn_matrix *b);

/* target = the matrix at index, converted to its type; raises "Linear: weight is 4 x 3, ..." when
 * that is something else or of another shape. */
void dnnlua_assign(lua_State *L, int index, const char *owner, const char *name,
                   dnn_matrix *target);

/* --- parameters.c --- */

void dnnlua_open_parameters(lua_State *L);

/* Pushes the Parameters object of the network at index. */
void dnnlua_push_parameters(lua_State *L, int index);

/* The parameters of the Parameters object at index, NULL when it is something else; raises when its
 * network is closed. */
dnn_parameters *dnnlua_test_parameters(lua_State *L, int index);

/* Pushes the network of the Parameters object at index. */
void dnnlua_push_network_of(lua_State *L, int index);

/* Raises unless there are gradients that no step has used; `what` opens the message. */
void dnnlua_require_gradients(lua_State *L, const dnn_parameters *parameters, const char *what);

/* --- settings.c --- */

/* Pushes a setting as a number, boolean or text. */
void dnnlua_push_setting(lua_State *L, const dnn_field *field, double value);

/* Pushes the setting of that name; pushes nothing and returns false when there is none. */
bool dnnlua_push_setting_named(lua_State *L, const dnn_field *fields, const double *values,
                               const char *name);

/* Pushes "SGD(lr = 0.1, momentum = 0)". */
void dnnlua_push_settings_text(lua_State *L, const char *owner, const dnn_field *fields,
                               const double *values);

/* --- loss.c, gradcheck.c --- */

typedef struct dnnlua_loss {
    const dnn_loss_class *kind;
    double settings[DNN_MAX_FIELDS];
} dnnlua_loss;

/* dnn.gradcheck(net, loss, X, Y, {eps = , tolerance = }). */
int dnnlua_gradcheck(lua_State *L);

#endif
