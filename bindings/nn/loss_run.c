/* loss_run.c: forward and backward of losses.
 *
 * A loss keeps what its last forward was given for backward, and the number of the forward pass of
 * the network that wrote A: when that has moved, A is overwritten, and there is no gradient any
 * more. Gradients are matrices of the loss's own, overwritten by the next backward and made again
 * only for another shape. Some losses take several inputs, A, B and C, and give as many
 * gradients. */
#include "bindings/nn/loss.h"
#include "bindings/tape/tape.h"
#include "math/elementwise.h"

/* Matrices that have gradients, and those that forward takes: Y is the last of them. */
static int inputs_of(const dnnlua_loss *self) {
    return self->kind->inputs == 0 ? 1 : (int)self->kind->inputs;
}

static int matrices_of(const dnnlua_loss *self) {
    return inputs_of(self) + (self->kind->targets != DNN_TARGETS_NONE);
}

/* A call on nothing yet. Every member is set by itself: gcc would clear them all by `rep stos`,
 * which takes longer. */
static dnn_loss_call empty_call(dnnlua_loss *self) {
    dnn_loss_call call;

    call.settings = self->settings;
    call.vector = self->vector;
    call.ahead = &self->ahead;
    call.A = call.Y = NULL;
    for (size_t i = 0; i + 1 < DNN_LOSS_INPUTS; i++)
        call.others[i] = NULL;
    call.input_lengths = call.target_lengths = call.weights = NULL;
    call.costs = NULL;
    call.total = NULL;
    return call;
}

/* Pushes the options weights, input_lengths and target_lengths of the table at index, nil where one
 * is not given, into the call. */
static void push_options(lua_State *L, int index, const dnnlua_loss *self, dnn_loss_call *call) {
    static const char *const known[] = {"weights", "input_lengths", "target_lengths", NULL};
    static const char *const plain[] = {"weights", NULL};
    const dnn_matrix **const into[] = {&call->weights, &call->input_lengths, &call->target_lengths};
    bool sequences = self->kind->targets == DNN_TARGETS_SEQUENCES;

    if (lua_isnil(L, index)) {
        lua_settop(L, index + DNN_LOSS_OPTIONS);
        return;
    }
    dnnlua_check_options(L, index, self->kind->name, sequences ? known : plain);
    for (size_t k = 0; known[k] != NULL; k++) {
        if (lua_getfield(L, index, known[k]) == LUA_TNIL) {
            lua_settop(L, index + (int)k);
            lua_pushnil(L);
            continue;
        }
        *into[k] = dnnlua_check_matrix_named(L, lua_gettop(L), self->kind->name, known[k]);
    }
}

/* The call of the arguments from 2 on, followed by the options, which are pushed. */
static dnn_loss_call read_call(lua_State *L, dnnlua_loss *self) {
    static const char *const names[] = {"A", "B", "C"};
    int inputs = inputs_of(self), count = matrices_of(self);
    dnn_loss_call call = empty_call(self);

    while (lua_gettop(L) > count + 2 && lua_isnil(L, -1))
        lua_pop(L, 1);
    if (lua_gettop(L) > count + 2)
        dnnlua_surplus_argument(L, "forward", count + 2);
    for (int i = 0; i < count; i++) {
        const char *name = i < inputs ? names[i] : "Y";
        const dnn_matrix *m = dnnlua_check_matrix_named(L, 2 + i, self->kind->name, name);
        *(i == 0 ? &call.A : i < inputs ? &call.others[i - 1] : &call.Y) = m;
    }
    lua_settop(L, count + 2);
    push_options(L, count + 2, self, &call);
    return call;
}

/* Keeps the matrix m at index, or nothing (NULL and nil), unless it is the one that is kept. */
static void keep_one(lua_State *L, dnnlua_loss *self, int which, const dnn_matrix *m, int index) {
    if (self->kept[which] == m)
        return;
    lua_pushvalue(L, index);
    lua_setiuservalue(L, 1, which + 1);
    self->kept[which] = m;
}

/* Keeps what forward was given; the options are from index `options` on. */
static void keep(lua_State *L, dnnlua_loss *self, const dnn_loss_call *call, int options) {
    int inputs = inputs_of(self);

    for (int i = 0; i < inputs; i++) {
        const dnn_matrix *m = i == 0 ? call->A : call->others[i - 1];
        self->pass[i] = dnnlua_matrix_of(m)->pass;
        keep_one(L, self, LOSS_A + i, m, 2 + i);
    }
    if (call->Y != NULL)
        keep_one(L, self, LOSS_Y, call->Y, 2 + inputs);
    keep_one(L, self, LOSS_WEIGHTS, call->weights, options);
    keep_one(L, self, LOSS_INPUT_LENGTHS, call->input_lengths, options + 1);
    keep_one(L, self, LOSS_TARGET_LENGTHS, call->target_lengths, options + 2);
}

/* The cost of an A (or B, C) that requires a gradient, as a Matrix that does. What loss:backward()
 * would need is not kept: cost:backward() is the one. The options are from index `options` on. */
static int record(lua_State *L, dnnlua_loss *self, int options) {
    int count = matrices_of(self);
    dnnlua_operation operation = {.layer = &self->recorded, .owner = 1, .inputs = count};

    self->recorded_user = (dnn_recorded_loss){self->kind, self->settings, self->vector};
    self->recorded = (dnn_layer){.kind = &dnn_operator_loss, .user = &self->recorded_user};
    self->kept[LOSS_A] = NULL;
    lua_pushnil(L);
    lua_setiuservalue(L, 1, LOSS_A + 1);
    for (int i = 0; i < count; i++)
        operation.at[i] = 2 + i;
    for (int k = 0; k < DNN_LOSS_OPTIONS; k++) {
        if (!lua_isnil(L, options + k)) {
            operation.argument[0] += 1 << k;
            operation.at[operation.inputs++] = options + k;
        }
    }
    return dnnlua_record(L, &operation);
}

static bool is_recorded(const dnn_loss_call *call) {
    bool recorded = dnnlua_is_recorded(call->A);

    for (size_t i = 0; i + 1 < DNN_LOSS_INPUTS; i++)
        recorded = recorded || (call->others[i] != NULL && dnnlua_is_recorded(call->others[i]));
    return recorded;
}

/* Raises where Y or an option requires a gradient: losses have none for it. */
static void refuse_gradients(lua_State *L, const dnnlua_loss *self, const dnn_loss_call *call) {
    const dnn_matrix *const all[] = {call->Y, call->weights, call->input_lengths,
                                     call->target_lengths};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] != NULL && dnnlua_is_recorded(all[i])) {
            luaL_error(L,
                       "%s: Y or a weight requires a gradient, and a loss has none for it; give "
                       "Y:detach(), or write the cost as an expression",
                       self->kind->name);
        }
    }
}

int dnnlua_loss_forward(lua_State *L) {
    dnnlua_loss *self = dnnlua_check_loss(L);
    dnn_loss_call call = read_call(L, self);
    int options = matrices_of(self) + 3;
    dnn_error err;
    double cost;

    refuse_gradients(L, self, &call);
    if (is_recorded(&call))
        return record(L, self, options);
    if (self->for_each) {
        bool real = dnn_dtype_info(call.A->dtype)->is_real; /* else forward says so */
        call.costs = dnnlua_new_matrix(L, real ? call.A->dtype : DNN_FLOAT32, 1, call.A->cols);
    }
    dnnlua_check(L, dnn_loss_forward(self->kind, &call, &cost, &err), &err);
    keep(L, self, &call, options);
    if (call.costs == NULL)
        lua_pushnumber(L, cost);
    return 1;
}

/* Whether the matrix of the last time serves for gradient number i, from 0, of A's shape and type.
 */
static bool gradient_fits(const dnnlua_loss *self, const dnn_matrix *A, int i) {
    const dnn_matrix *dA = self->gradient[i];

    return dA != NULL && A != NULL && dA->rows == A->rows && dA->cols == A->cols &&
           dA->dtype == A->dtype;
}

/* Backward makes a matrix: then a finaliser may run the loss forward, and what is kept is pushed to
 * stay alive. */
static void hold_kept(lua_State *L, const dnnlua_loss *self) {
    bool makes = !lua_isnil(L, 2);

    for (int i = 0; i < inputs_of(self); i++)
        makes = makes || !gradient_fits(self, self->kept[LOSS_A], i);
    for (int which = 0; makes && which < DNNLUA_LOSS_KEPT; which++)
        lua_getiuservalue(L, 1, which + 1);
}

/* Pushes the matrix for gradient number i. */
static dnn_matrix *push_gradient(lua_State *L, dnnlua_loss *self, const dnn_matrix *A, int i) {
    dnn_matrix *dA = self->gradient[i];

    if (!gradient_fits(self, A, i)) {
        dA = dnnlua_new_matrix(L, A->dtype, A->rows, A->cols);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, LOSS_GRADIENT + i);
        self->gradient[i] = dA;
    } else {
        lua_getiuservalue(L, 1, LOSS_GRADIENT + i);
    }
    return dA;
}

/* The gradient of the costs at 2 as weights: times those of forward, where there are any. */
static const dnn_matrix *weigh_costs(lua_State *L, const dnnlua_loss *self, const dnn_matrix *A,
                                     const dnn_matrix *weights) {
    const char *name = self->kind->name;
    const dnn_matrix *dcosts = dnnlua_check_matrix_named(L, 2, name, "dcosts");
    dnn_error err;

    if (dcosts->rows != 1 || dcosts->cols != A->cols || dcosts->dtype != A->dtype) {
        luaL_error(L,
                   "%s: backward: the gradient of the costs must be 1 x %d of type %s, a number "
                   "for each example, got %d x %d of type %s",
                   name, (int)A->cols, dnn_dtype_info(A->dtype)->name, (int)dcosts->rows,
                   (int)dcosts->cols, dnn_dtype_info(dcosts->dtype)->name);
    }
    if (weights == NULL)
        return dcosts;
    dnn_matrix *product = dnnlua_new_matrix(L, A->dtype, 1, A->cols);
    dnnlua_check(L, dnn_binary(DNN_MUL, product, weights, dcosts, &err), &err);
    return product;
}

/* Raises where there is no forward, or a later one has overwritten input number i. */
static void require_forward(lua_State *L, const dnnlua_loss *self, int i) {
    const dnn_matrix *m = self->kept[LOSS_A + i];

    if (m == NULL)
        luaL_error(L, "%s: backward needs a forward first: loss:forward(A, Y)", self->kind->name);
    if (self->pass[i] != 0 && dnnlua_matrix_of(m)->pass != self->pass[i]) {
        luaL_error(L,
                   "%s: backward: the network has run forward again since loss:forward(A, Y), so A "
                   "is overwritten; call loss:forward with the new output, or validate with "
                   "net:predict(X), which keeps the training pass",
                   self->kind->name);
    }
}

/* What the last forward was given. */
static dnn_loss_call kept_call(lua_State *L, dnnlua_loss *self) {
    dnn_loss_call call = empty_call(self);

    call.Y = self->kept[LOSS_Y];
    call.weights = self->kept[LOSS_WEIGHTS];
    call.input_lengths = self->kept[LOSS_INPUT_LENGTHS];
    call.target_lengths = self->kept[LOSS_TARGET_LENGTHS];
    for (int i = 0; i < inputs_of(self); i++) {
        require_forward(L, self, i);
        *(i == 0 ? &call.A : &call.others[i - 1]) = self->kept[LOSS_A + i];
    }
    return call;
}

int dnnlua_loss_backward(lua_State *L) {
    dnnlua_loss *self = dnnlua_check_loss(L);
    dnn_matrix dA[DNN_LOSS_INPUTS];
    dnn_error err;

    if (lua_gettop(L) > 1 && !self->for_each) {
        return luaL_error(L,
                          "%s: backward: expected no arguments (only with reduction = 'none' the "
                          "gradient of the costs), got %s",
                          self->kind->name, dnnlua_got_usage(L, 2));
    }
    lua_settop(L, 2);
    hold_kept(L, self);
    dnn_loss_call call = kept_call(L, self);
    if (!lua_isnil(L, 2))
        call.weights = weigh_costs(L, self, call.A, call.weights);
    int inputs = inputs_of(self);
    for (int i = 0; i < inputs; i++)
        dA[i] = *push_gradient(L, self, call.A, i); /* the same elements */
    dnnlua_check(L, dnn_loss_backward(self->kind, &call, dA, &err), &err);
    for (int i = 0; i < inputs; i++)
        dnnlua_matrix_of(self->gradient[i])->pass = self->pass[i];
    return inputs;
}
