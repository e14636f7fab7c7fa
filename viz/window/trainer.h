/* trainer.h: the window's side of the channel to the training that started it. */
#ifndef DNN_VIZ_TRAINER_H
#define DNN_VIZ_TRAINER_H

#include "log/control.h"
#include "viz/window/actions.h"

/* The channel is the inherited descriptor of --control; -1: nobody. */
void trainer_attach(dnn_control *channel, int fd, view *v);

/* Sends what an action asks for. */
void trainer_send(dnn_control *channel, request wanted, view *v);

/* Takes in what the trainer says; true when there was something. */
bool trainer_listen(dnn_control *channel, view *v);

#endif
