/* loss.h: what loss.c, the class of losses, and loss_run.c, which runs them, share. */
#ifndef DNNLUA_NN_LOSS_H
#define DNNLUA_NN_LOSS_H

#include "bindings/nn/network.h"

enum {             /* what a loss keeps of a forward: user value k + 1 keeps kept[k] alive */
       LOSS_A = 0, /* and B, C */
       LOSS_Y = LOSS_A + DNN_LOSS_INPUTS,
       LOSS_WEIGHTS,
       LOSS_INPUT_LENGTHS,
       LOSS_TARGET_LENGTHS,
       /* the other user values */
       LOSS_GRADIENT = DNNLUA_LOSS_KEPT + 1, /* of A, and of B, C */
       LOSS_VECTOR = LOSS_GRADIENT + DNN_LOSS_INPUTS
};

/* The loss at 1. */
dnnlua_loss *dnnlua_check_loss(lua_State *L);

/* cost = loss:forward(A, Y, {weights = w}); the costs of all examples with reduction "none" */
int dnnlua_loss_forward(lua_State *L);

/* dA = loss:backward(); with reduction "none" loss:backward(dcosts) */
int dnnlua_loss_backward(lua_State *L);

#endif
