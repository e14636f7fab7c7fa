/* network.h: what the files about layers, networks, losses and optimisers share.
 *
 * In Lua there is one kind of object, dnn.Layer: a layer, a container of layers, or a whole
 * network, which is a layer that has been given memory. The object that is the whole is the root;
 * the others find their numbers through it. A layer that is used alone becomes the root of a
 * network of its own; put into a Sequential later, it brings its values along.
 *
 * Whose memory is whose: a dnn_network is C's and is freed by close. The numbers (values,
 * gradients, buffers, optimiser state) are blocks of Lua's, kept in user values, and every matrix
 * handed out is a view that keeps its block: it stays readable whatever is closed or collected.
 *
 * Whatever makes a Lua object or looks into a table of the script's may run the script: a
 * finaliser, a metamethod. It may close a network or run it. So pointers into a dnn_network are
 * fetched after that, and a matrix in it is copied before. */
#ifndef DNN_BINDINGS_NETWORK_H
#define DNN_BINDINGS_NETWORK_H

#include "bindings/dnnlua.h"
#include "bindings/properties.h"
#include "nn/layers/external.h"
#include "nn/loss.h"
#include "nn/network/network.h"
#include "nn/operators/loss.h"
#include "nn/optimiser.h"

/* The memory of a network: never handed out, found through its layers. */
typedef struct dnnlua_network {
    dnn_network *network;         /* NULL while closed */
    dnn_network **held;           /* the same in its keeper */
    const char *closed;           /* why it is */
    struct dnn_step_times *times; /* under --profile; NULL: it is not profiled */
    lua_Integer number;           /* in the list of those that are */
    bool input_gradient[2];       /* by mode: the last backward made dX */
    uint64_t pass[2];             /* by mode: number of the last forward */
    const char *buffers[2];       /* by mode: the block in NETWORK_BUFFERS; NULL: none yet */
    size_t buffer_bytes[2];
    dnn_matrix *output[2]; /* by mode: the matrix in NETWORK_OUTPUT; NULL: none yet */
    lua_State *L;  /* while the runtime works on it: the state to call layers written in Lua, */
    int at;        /* the network's index on its stack, */
    int random;    /* the index of the stream to initialise from (a Random, or nil), */
    size_t failed; /* and the step, from 1, that raised; its error object is then on top */
} dnnlua_network;

enum {                     /* user values of a network */
       NETWORK_VALUES = 1, /* blocks */
       NETWORK_GRADIENTS,
       NETWORK_KEPT,
       NETWORK_BUFFERS,            /* in evaluation, and the next one in training */
       NETWORK_INPUT = 6,          /* by mode likewise: X of the last forward */
       NETWORK_INPUT_GRADIENT = 8, /* the matrix that dX is written into */
       NETWORK_VIEWS = 10,         /* table: outputs and gradients as they were handed out */
       NETWORK_OUTPUT = 12,        /* what the last forward has returned, also among the views */
       NETWORK_VALUE_VIEWS = 14,   /* table: values and gradients as they were handed out */
       NETWORK_LAYERS,             /* table: the layer objects by the address of their dnn_layer */
       NETWORK_PARAMETERS,         /* the Parameters object of all, once asked for */
       NETWORK_NAMES,              /* table: "1 Linear", ..., once asked for */
       NETWORK_RUN,                /* the run that watches it */
       NETWORK_KEEPER,
       NETWORK_USER_VALUES = NETWORK_KEEPER
};

/* profile.c. Begins to note the times of the network at index, which has just been opened, where
 * the program wants those of all; and keeps what it has noted, before it is closed. */
void dnnlua_profile_begin(lua_State *L, int index);
void dnnlua_profile_end(lua_State *L, int index);
void dnnlua_open_profile(lua_State *L);

/* A layer, container or whole network in Lua. */
typedef struct dnnlua_layer {
    const char *type;        /* DNNLUA_LAYER: see dnnlua_test_object */
    dnn_layer *layer;        /* a reference, which is its keeper's */
    dnn_layer **held;        /* there; NULL in it: not made yet, or collected */
    dnnlua_network *network; /* where it is, kept alive by a user value; NULL: nowhere yet */
    bool root;               /* it is the whole network */
    bool module;             /* dnn.Module's: its forward calls its children */
} dnnlua_layer;

enum { /* user values of a layer */
       LAYER_NETWORK = 1,
       LAYER_CHILDREN,   /* table: a container's layers by number and name, a module's by name */
       LAYER_DEFINITION, /* of a layer written in Lua, table: its functions by name */
       LAYER_OWN,        /* of a layer written in Lua, table: fields that the script set */
       LAYER_INPUT,      /* of a container: a dnn.Input that opened it */
       LAYER_CALLS,      /* of a module, table: input and output of its calls in the last forward */
       LAYER_KEEPER,
       LAYER_USER_VALUES = LAYER_KEEPER
};

/* --- layer.c --- */

/* Pushes an object for a layer, which the caller puts into `*held` and `layer`. */
dnnlua_layer *dnnlua_new_layer(lua_State *L);

/* The layer object at index, or an error that names function and argument. */
dnnlua_layer *dnnlua_check_layer(lua_State *L, int index);

/* Pushes "Linear", or "network" for a container that is the whole, as messages call it. */
const char *dnnlua_layer_title(lua_State *L, const dnnlua_layer *self);

/* Where the layer is called first in its network. */
size_t dnnlua_layer_step(const dnnlua_layer *self);

/* True when every layer has a field of this name. */
bool dnnlua_layer_has_field(const char *name);

/* --- layer_fields.c --- */

/* The fields of every layer, for dnnlua_class. */
extern const dnnlua_property dnnlua_layer_properties[];

/* Values, gradients and children by name, for dnnlua_class. */
bool dnnlua_layer_get_named(lua_State *L, void *object, const char *name);
bool dnnlua_layer_set_named(lua_State *L, void *object, const char *name);
void dnnlua_layer_add_names(lua_State *L, void *object, int list);

/* Pushes the network of the layer at 1. */
dnn_network *dnnlua_layer_network(lua_State *L);

/* Freezes the layer and all in it, or lets them learn again. */
void dnnlua_layer_set_frozen(dnn_layer *layer, bool frozen);

/* Tells the network of the layer, if there is one, that a layer's mode or freezing has changed. */
void dnnlua_layer_note(const dnnlua_layer *self);

/* --- container.c --- */

/* The constructors: dnn.Sequential, dnn.Residual, dnn.Concat, dnn.Input. */
void dnnlua_open_container(lua_State *L);

/* Makes the layer on top of the stack a child of the one at `self`, under a name or (NULL) as the
 * next of its list, and pops it. */
void dnnlua_layer_add_child(lua_State *L, int self, const char *name);

/* Makes the objects of the children of a container that made them itself, the layer at index. */
void dnnlua_layer_wrap_children(lua_State *L, int index);

/* Whether the container knows children of that name, beside the numbered ones. */
bool dnnlua_layer_names_child(const dnn_layer *layer, const char *name);

/* The shape at index, {height, width, channels} or a dnn.Input, into `out`; false for nil. Raises
 * for anything else; `function` opens the message. */
bool dnnlua_opt_shape(lua_State *L, int index, const char *function, dnn_shape *out);

/* --- build.c --- */

/* Makes the layer at index the root of a network of its own, of that type; `random` is the index of
 * a stream or of nil. */
void dnnlua_build_network(lua_State *L, int index, dnn_dtype dtype, int random);

/* Pushes the network of the layer at index, after making one where there is none; raises when it is
 * closed. */
dnnlua_network *dnnlua_push_network(lua_State *L, int index);

/* --- network.c --- */

/* Raises when the network is closed; when it is running, called from one of its own layers. */
void dnnlua_network_require_open(lua_State *L, const dnnlua_network *self);
void dnnlua_network_require_idle(lua_State *L, const dnnlua_network *self);

/* Pushes a network that is closed yet. */
dnnlua_network *dnnlua_new_network(lua_State *L);

/* Frees the C structure and lets go of the memory; `why` completes "this network is ...". */
void dnnlua_network_close(lua_State *L, int index, const char *why);

/* How many have been closed so far: as long as that stays, those that were open are. */
uint64_t dnnlua_networks_closed(void);

/* Around every call into the runtime that may run a layer written in Lua, on `self`, the idle
 * network at index; nothing in between may raise. end raises what failed, be it the runtime or a
 * Lua function. */
dnn_network *dnnlua_network_begin(lua_State *L, dnnlua_network *self, int index);
void dnnlua_network_end(lua_State *L, dnnlua_network *self, dnn_status status, dnn_error *err);

/* Raises the error object on top of the stack, which came from the Lua function of a step. */
void dnnlua_network_raise_step(lua_State *L, const dnnlua_network *self, size_t step);

/* Pushes the userdata of a network; false, and nil, in a finaliser of a script's that is all that
 * still holds it. */
bool dnnlua_push_network_object(lua_State *L, const dnnlua_network *self);

/* Raises what the runtime says, with "network: " before it, unless status is DNN_OK. */
void dnnlua_network_check(lua_State *L, dnn_status status, dnn_error *err);

/* 0 in evaluation, 1 in training: added to the user values that there are two of. */
int dnnlua_network_mode(const dnnlua_network *self);

/* Makes `self`, the idle network at index, ready for X, the matrix at `input`: checks it, gives the
 * network larger buffers where it needs them, and keeps X alive. */
const dnn_matrix *dnnlua_network_prepare(lua_State *L, dnnlua_network *self, int index, int input);

/* Pushes the matrix `now` of buffer number `buffer` of the network at index, or of its gradient. */
void dnnlua_network_push_buffer(lua_State *L, int index, size_t buffer, bool gradient,
                                dnn_matrix now);

/* Pushes the output of a step, or its input number `input`, or their gradients; nil where there is
 * none. Raises where the memory was used for something else since. */
void dnnlua_network_push_output(lua_State *L, int index, size_t step, bool gradient);
void dnnlua_network_push_input(lua_State *L, int index, size_t step, size_t input, bool gradient);

/* Pushes the output of the last step, which forward returns: the matrix of the last time without a
 * search, where that is the same. */
void dnnlua_network_push_result(lua_State *L, dnnlua_network *self, int index);

/* Pushes the values of a segment, or their gradients, of the network at index. */
void dnnlua_network_push_segment(lua_State *L, int index, size_t segment, bool gradient);

/* --- run.c --- */

/* net:forward(X, {lengths = L}); net:backward(dA, {input_gradient = true}); net:predict(X,
 * {lengths = L}). */
int dnnlua_layer_forward(lua_State *L);
int dnnlua_layer_backward(lua_State *L);
int dnnlua_layer_predict(lua_State *L);

/* A key for layers that draw, from the global stream; 0 where none does. */
uint64_t dnnlua_network_key(lua_State *L, bool draws);

/* --- states.c --- */

/* layer.state and layer.state = S, the value at 3, of a recurrent layer, in the present mode. */
void dnnlua_layer_push_state(lua_State *L, const dnnlua_layer *self);
void dnnlua_layer_assign_state(lua_State *L, const dnnlua_layer *self);

/* net:reset_state(); net:states(); net:load_states(states). */
int dnnlua_layer_reset_state(lua_State *L);
int dnnlua_layer_states(lua_State *L);
int dnnlua_layer_load_states(lua_State *L);

/* --- tie.c --- */

/* layer:tie(other) */
int dnnlua_layer_tie(lua_State *L);

/* --- cache.c --- */

void dnnlua_open_cache(lua_State *L);

/* net:cache(steps [, examples]) */
int dnnlua_layer_cache(lua_State *L);

/* The cache at index, or an error that names the function. */
struct dnn_cache *dnnlua_check_cache(lua_State *L, int index, const char *function);

/* --- lua_layer.c --- */

/* dnn.Layer{...}: a layer whose forward and backward are Lua functions. */
int dnnlua_layer_define(lua_State *L);

/* What the runtime passed to a callback of a layer written in Lua. */
typedef struct dnnlua_callback {
    const dnnlua_layer *self;
    dnn_call *call;  /* NULL in initialise */
    dnn_matrix *out; /* where the result goes: A of forward, dX of backward; NULL where unwanted */
} dnnlua_callback;

enum { CALLBACK_SELF = 1, CALLBACK_NETWORK, CALLBACK, CALLBACK_INPUT }; /* places on the stack */

/* Runs a function on (layer, network, callback), protected, in the state that the network runs in.
 */
dnn_status dnnlua_run_callback(const dnn_layer *layer, lua_CFunction function, dnnlua_callback *c,
                               dnn_error *err);

/* Before a backward that is the first since a step: zeroes the gradients of the layer's values. */
void dnnlua_begin_callback(const dnn_call *call);

/* In a callback: pushes X or A of the call, or their gradients, as the script knows them. */
void dnnlua_push_operand(lua_State *L, const dnnlua_callback *c, bool output, bool gradient,
                         const dnn_matrix *m);

/* In a callback: copies the result on top of the stack of that function to `out`, or raises; `hint`
 * ends the message about its size. */
void dnnlua_take_result(lua_State *L, const char *function, const char *hint, dnn_matrix *out);

/* Raises where a parameter or field of the script's has a name that every layer has. */
void dnnlua_check_own_name(lua_State *L, const char *owner, const char *name);

/* --- modules.c --- */

/* What the runtime calls for a module that is a step of a network. */
dnn_status dnnlua_module_forward(dnn_call *call, dnn_error *err);
dnn_status dnnlua_module_backward(dnn_call *call, dnn_error *err);

/* module(...): its forward, recorded: calls the function of the module at 1 on all arguments. */
int dnnlua_module_call(lua_State *L);

/* Of a module at 1: pushes a child, a field of the script's or a method of its class. */
void dnnlua_module_get(lua_State *L, const char *name);
void dnnlua_module_add_names(lua_State *L, const dnnlua_layer *self, int list);

/* --- module_make.c --- */

/* dnn._module{...}: makes a module of what dnn.Module (scripts/dnn/module.lua) has gathered. */
int dnnlua_module_define(lua_State *L);

/* Pushes a module of the definition and children of the one at index; `copies` has the children's
 * copies by the address of their layers. It is nowhere yet. */
void dnnlua_module_push_copy(lua_State *L, int index, int copies);

/* --- copy.c --- */

/* net:copy([optimiser]) */
int dnnlua_layer_copy(lua_State *L);

/* --- profile.c --- */

/* net:profile(X, {passes =, backward =}) */
int dnnlua_layer_profile(lua_State *L);

/* --- weights.c --- */

int dnnlua_layer_save(lua_State *L);
int dnnlua_layer_load(lua_State *L);
int dnnlua_layer_state_dict(lua_State *L);
int dnnlua_layer_load_state_dict(lua_State *L);

/* --- view.c --- */

/* Replaces the key on top of the stack by the matrix `now`, which the block or matrix at index
 * `base` owns: the very userdata of the last time, kept under that key of a table in the user value
 * (nil at first), as long as it describes the same memory, so that reading a field in a loop makes
 * no garbage. */
void dnnlua_cached_view(lua_State *L, int owner, int user_value, dnn_matrix now, int base);

/* True when both describe the same elements in the same memory. */
bool dnnlua_same_view(const dnn_matrix *a, const dnn_matrix *b);

/* target = the matrix at index, converted to its type; raises "Linear: weight is 4 x 3, ..." when
 * that is something else or of another shape. */
void dnnlua_assign(lua_State *L, int index, const char *owner, const char *name,
                   dnn_matrix *target);

/* --- parameters.c --- */

void dnnlua_open_parameters(lua_State *L);

/* layer:parameters([pattern]): those of the layer at 1 and of all in it. */
int dnnlua_layer_parameters(lua_State *L);

/* Calls `each` for what the Parameters object at index holds: segments [first, first + count) of p.
 * False when it is something else; raises when its network is closed. `each` may not raise. */
bool dnnlua_test_members(lua_State *L, int index,
                         void (*each)(void *context, dnn_parameters *p, size_t first, size_t count),
                         void *context);

/* Pushes the network of the Parameters object at index. */
void dnnlua_push_network_of(lua_State *L, int index);

/* Raises unless there are gradients that no step has used; `what` opens the message. */
void dnnlua_require_gradients(lua_State *L, const dnn_parameters *parameters, const char *what);

/* --- loss.c, optimiser.c, gradcheck.c --- */

/* A, B, C, Y and the options. */
enum { DNNLUA_LOSS_KEPT = DNN_LOSS_INPUTS + 1 + DNN_LOSS_OPTIONS };

typedef struct dnnlua_loss {
    const char *type; /* DNNLUA_LOSS */
    const dnn_loss_class *kind;
    dnn_setting settings[DNN_MAX_FIELDS];
    bool for_each;            /* reduction = "none": it gives a cost for each example */
    const dnn_matrix *vector; /* the one among its settings, or NULL */
    const dnn_matrix *kept[DNNLUA_LOSS_KEPT]; /* what forward was given: see loss.h */
    dnn_matrix *gradient[DNN_LOSS_INPUTS];    /* what backward has returned; NULL: nothing yet */
    uint64_t pass[DNN_LOSS_INPUTS];           /* of A, B and C in the last forward */
    dnn_loss_ahead ahead;                     /* the gradient, where forward has made it already */
    dnn_layer recorded;              /* what a tape records of a forward: the operator `loss`, */
    dnn_recorded_loss recorded_user; /* and what that works with */
} dnnlua_loss;

/* The open optimiser at index, all of whose networks are open; NULL when it is something else.
 * Raises when one is closed. */
dnn_optimiser *dnnlua_test_optimiser(lua_State *L, int index);

/* --- clip.c --- */

/* norm = dnn.clip_grad_norm_(parameters, max_norm, {norm_type = , error_if_nonfinite = }). */
int dnnlua_clip_grad_norm(lua_State *L);

/* dnn.clip_grad_value_(parameters, clip_value). */
int dnnlua_clip_grad_value(lua_State *L);

/* dnn.gradcheck(net, loss, X, Y, {eps = , tolerance = }), or of a function (f, matrices, options).
 */
int dnnlua_gradcheck(lua_State *L);

#endif
