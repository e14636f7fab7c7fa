/* choice.h: what a click on the name of a curve or a run hides, and what it shows. */
#ifndef DNN_VIZ_CHOICE_H
#define DNN_VIZ_CHOICE_H

#include <stdbool.h>

typedef enum choice {
    CHOICE_TOGGLE = 0,   /* it is hidden, or shown again */
    CHOICE_ALONE_OR_ALL, /* the others are hidden, or all shown again where it is alone */
    CHOICE_AGAIN,        /* the same, after it was toggled by the first of two clicks */
    CHOICE_MADE          /* the first of two clicks has done it */
} choice;

/* What was clicked on, among others of its kind. */
typedef struct picked {
    bool hidden;
    bool others_hidden; /* there are others, all hidden */
} picked;

/* Whether what was clicked on (`is_it`), or another that is hidden or not, is hidden afterwards. */
bool choice_hides(choice wanted, picked before, bool is_it, bool hidden);

/* What it is then: "hidden", "alone" or "shown". */
const char *choice_text(choice wanted, picked after);

#endif
