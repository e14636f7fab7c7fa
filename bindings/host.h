/* host.h: what the program dnnlua and the module that it loads say to each other. */
#ifndef DNN_BINDINGS_HOST_H
#define DNN_BINDINGS_HOST_H

/* In the registry: true where runs are to open a window unless they say otherwise (dnnlua --view).
 */
#define DNNLUA_VIEW "dnn.view"

/* In the registry: what the global random stream starts from (dnnlua --seed); nil: 0. */
#define DNNLUA_SEED "dnn.seed"

/* Metatable of the error that ends a script because its window asked for that: no failure. */
#define DNNLUA_STOPPED "dnn.Stopped"

/* Registry: the message that the last function to return nil and a message gave. */
#define DNNLUA_FAILURE "dnn.failure"

#endif
