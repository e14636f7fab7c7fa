/* network.c: the memory of a network: open and closed, buffers, and the matrices in them. */
#include "bindings/nn/network.h"

#include <stdatomic.h>
#include <string.h>

#include "bindings/handle.h"
#include "bindings/matrix/matrix.h"

#define KEEPER "keeper of a network"

/* --- found again --- */

static const char networks_key = 0; /* registry: networks by their addresses; values are weak */

static void note_network(lua_State *L, const dnnlua_network *self) {
    dnnlua_push_weak_table(L, &networks_key, "v");
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, self);
    lua_pop(L, 1);
}

bool dnnlua_push_network_object(lua_State *L, const dnnlua_network *self) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &networks_key);
    bool found = lua_rawgetp(L, -1, self) != LUA_TNIL;
    lua_remove(L, -2);
    return found;
}

/* --- open and closed --- */

dnnlua_network *dnnlua_new_network(lua_State *L) {
    dnnlua_network *self = lua_newuserdatauv(L, sizeof *self, NETWORK_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->closed = "closed";
    self->held = dnnlua_new_keeper(L, -1, KEEPER);
    lua_setiuservalue(L, -2, NETWORK_KEEPER);
    note_network(L, self);
    return self;
}

void dnnlua_network_require_open(lua_State *L, const dnnlua_network *self) {
    if (self->network == NULL)
        luaL_error(L, "network: this network is %s", self->closed);
}

void dnnlua_network_require_idle(lua_State *L, const dnnlua_network *self) {
    if (self->L != NULL)
        luaL_error(L, "network: this network is running; one of its layers called it");
}

static atomic_uint_least64_t closings; /* of all threads, each of which may have its own state */

uint64_t dnnlua_networks_closed(void) {
    return closings;
}

void dnnlua_network_close(lua_State *L, int index, const char *why) {
    dnnlua_network *self = lua_touserdata(L, index);

    if (self->network == NULL)
        return;
    dnnlua_profile_end(L, index);
    dnn_network_destroy(self->network);
    self->network = *self->held = NULL;
    self->closed = why;
    self->output[0] = self->output[1] = NULL;
    closings++;
    for (int value = NETWORK_VALUES; value <= NETWORK_VALUE_VIEWS; value++) {
        lua_pushnil(L);
        lua_setiuservalue(L, index, value);
    }
}

static int collect(lua_State *L) {
    dnn_network **held = luaL_checkudata(L, 1, KEEPER);

    if (*held != NULL && dnnlua_push_kept(L) != NULL) { /* a finaliser has brought it back */
        dnnlua_network_close(L, lua_gettop(L), "closed");
    } else if (*held != NULL) {
        dnn_network_destroy(*held);
        *held = NULL;
        closings++;
    }
    return 0;
}

/* --- around the runtime --- */

dnn_network *dnnlua_network_begin(lua_State *L, dnnlua_network *self, int index) {
    dnnlua_network_require_open(L, self);
    dnnlua_network_require_idle(L, self);
    self->L = L;
    self->at = index;
    self->failed = 0;
    return self->network;
}

void dnnlua_network_check(lua_State *L, dnn_status status, dnn_error *err) {
    if (status != DNN_OK) {
        dnn_fail_context(err, status, "network: ");
        dnnlua_raise(L, err);
    }
}

void dnnlua_network_raise_step(lua_State *L, const dnnlua_network *self, size_t step) {
    char name[160];

    if (lua_type(L, -1) == LUA_TSTRING && self->network != NULL) {
        dnn_network_name_step(self->network, step, name, sizeof name);
        luaL_error(L, "network: %s: %s", name, lua_tostring(L, -1));
    }
    lua_error(L);
}

void dnnlua_network_end(lua_State *L, dnnlua_network *self, dnn_status status, dnn_error *err) {
    self->L = NULL;
    if (status != DNN_OK && self->failed != 0)
        dnnlua_network_raise_step(L, self, self->failed - 1);
    dnnlua_network_check(L, status, err);
}

/* --- buffers --- */

int dnnlua_network_mode(const dnnlua_network *self) {
    return dnn_network_training(self->network);
}

/* The type is checked before the last X is let go, since the runtime describes that one until it
 * begins a forward. */
static void check_type(lua_State *L, const dnn_network *network, const dnn_matrix *X) {
    dnn_dtype dtype = dnn_network_dtype(network);

    if (X->dtype != dtype && !dnn_layer_has(dnn_network_step(network, 0)->layer, DNN_TAKES_IDS)) {
        luaL_error(L, "network: this network is %s, X is %s; convert it with X:%s()",
                   dnn_dtype_info(dtype)->name, dnn_dtype_info(X->dtype)->name,
                   dtype == DNN_FLOAT32 ? "float" : "double");
    }
}

/* Whether the matrix lies in the network's buffers of the present mode. */
static bool holds(const dnnlua_network *self, const dnn_matrix *m) {
    int mode = dnnlua_network_mode(self);
    uintptr_t begin = (uintptr_t)self->buffers[mode], data = (uintptr_t)m->data;

    return data >= begin && data - begin < self->buffer_bytes[mode];
}

/* Plans for X and returns the bytes of buffers that the idle network lacks. */
static size_t plan(lua_State *L, const dnnlua_network *self, const dnn_matrix *X) {
    dnn_error err;
    size_t bytes;

    dnnlua_network_require_open(L, self);
    dnnlua_network_require_idle(L, self);
    check_type(L, self->network, X);
    dnnlua_network_check(L, dnn_network_plan(self->network, X, &bytes, &err), &err);
    return bytes;
}

const dnn_matrix *dnnlua_network_prepare(lua_State *L, dnnlua_network *self, int index, int input) {
    void *buffers = NULL;
    size_t bytes, room = 0;

    const dnn_matrix *X = dnnlua_check_matrix_named(L, input, "network", "X");
    while ((bytes = plan(L, self, X)) > room) { /* again, as a finaliser may run the network */
        buffers = dnnlua_new_block(L, bytes);
        room = bytes;
    }
    int mode = dnnlua_network_mode(self);
    if (bytes > 0) {
        lua_setiuservalue(L, index, NETWORK_BUFFERS + mode);
        dnn_network_attach_buffers(self->network, buffers);
        self->buffers[mode] = buffers;
        self->buffer_bytes[mode] = room;
        self->output[mode] = NULL;
        lua_pushnil(L);
        lua_setiuservalue(L, index, NETWORK_OUTPUT + mode);
        lua_pushnil(L);
        lua_setiuservalue(L, index, NETWORK_VIEWS + mode);
    } else if (holds(self, X)) {
        luaL_error(L, "network: X lies in this network's own buffers, which forward overwrites; "
                      "pass X:copy()");
    }
    lua_pushvalue(L, input);
    lua_setiuservalue(L, index, NETWORK_INPUT + mode);
    return X;
}

void dnnlua_network_push_buffer(lua_State *L, int index, size_t buffer, bool gradient,
                                dnn_matrix now) {
    const dnnlua_network *self = lua_touserdata(L, index);
    int mode = dnnlua_network_mode(self), base = lua_gettop(L) + 1;

    /* What is only a view of X lies in X's memory. */
    lua_getiuservalue(L, index, holds(self, &now) ? NETWORK_BUFFERS + mode : NETWORK_INPUT + mode);
    lua_pushinteger(L, (lua_Integer)(2 * buffer + gradient));
    dnnlua_cached_view(L, index, NETWORK_VIEWS + mode, now, base);
    dnnlua_matrix_set_pass(L, -1, self->pass[mode]);
    lua_remove(L, base);
}

/* Pushes buffer number `buffer`, or its gradient, as the runtime has it now. */
static void push_now(lua_State *L, int index, size_t buffer, bool gradient, const dnn_matrix *now) {
    const dnnlua_network *self = lua_touserdata(L, index);
    int mode = dnnlua_network_mode(self);

    if (now != NULL && buffer > 0) {
        dnnlua_network_push_buffer(L, index, buffer, gradient, *now);
    } else if (buffer == 0 && !gradient && dnn_network_output(self->network) != NULL) {
        lua_getiuservalue(L, index, NETWORK_INPUT + mode);
    } else if (buffer == 0 && gradient && self->input_gradient[mode]) {
        lua_getiuservalue(L, index, NETWORK_INPUT_GRADIENT + mode);
    } else if (!gradient && dnn_network_output(self->network) != NULL) {
        luaL_error(
            L,
            "network: this output is not kept, as its memory serves other layers; set net.keep = "
            "true and run forward again");
    } else {
        lua_pushnil(L);
    }
}

void dnnlua_network_push_output(lua_State *L, int index, size_t step, bool gradient) {
    const dnn_network *network = ((const dnnlua_network *)lua_touserdata(L, index))->network;

    push_now(L, index, dnn_network_step(network, step)->output, gradient,
             gradient ? dnn_network_step_output_gradient(network, step)
                      : dnn_network_step_output(network, step));
}

void dnnlua_network_push_result(lua_State *L, dnnlua_network *self, int index) {
    int mode = dnnlua_network_mode(self);
    size_t last = dnn_network_step_count(self->network) - 1;
    const dnn_matrix *now = dnn_network_step_output(self->network, last);

    if (now != NULL && self->output[mode] != NULL && dnnlua_same_view(self->output[mode], now)) {
        dnnlua_matrix_of(self->output[mode])->pass = self->pass[mode];
        lua_getiuservalue(L, index, NETWORK_OUTPUT + mode);
        return;
    }
    dnnlua_network_push_output(L, index, last, false);
    self->output[mode] = dnnlua_test_matrix(L, -1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_OUTPUT + mode);
}

void dnnlua_network_push_input(lua_State *L, int index, size_t step, size_t input, bool gradient) {
    const dnn_network *network = ((const dnnlua_network *)lua_touserdata(L, index))->network;

    push_now(L, index, dnn_network_step(network, step)->input[input], gradient,
             gradient ? dnn_network_step_input_gradient(network, step, input)
                      : dnn_network_step_input(network, step, input));
}

void dnnlua_network_push_segment(lua_State *L, int index, size_t segment, bool gradient) {
    const dnnlua_network *self = lua_touserdata(L, index);

    dnnlua_network_require_open(L, self);
    const dnn_parameters *p = dnn_network_parameters(self->network);
    bool kept = p->segments[segment].kept;
    dnn_matrix now = gradient ? dnn_segment_gradients(p, segment) : dnn_segment_values(p, segment);
    int base = lua_gettop(L) + 1;

    lua_getiuservalue(L, index,
                      kept       ? NETWORK_KEPT
                      : gradient ? NETWORK_GRADIENTS
                                 : NETWORK_VALUES);
    lua_pushinteger(L, (lua_Integer)(2 * segment + gradient));
    dnnlua_cached_view(L, index, NETWORK_VALUE_VIEWS, now, base);
    lua_remove(L, base);
}

/* --- the class --- */

void dnnlua_open_network(lua_State *L) {
    dnnlua_define_handle(L, KEEPER, collect, NULL);
    dnnlua_open_profile(L);
}
