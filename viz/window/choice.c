/* choice.c: the rules of hiding, the same for curves in a legend and for runs in the list. */
#include "viz/window/choice.h"

bool choice_hides(choice wanted, picked before, bool is_it, bool hidden) {
    /* the first of two clicks has hidden it where it was alone */
    bool was_alone = before.others_hidden && before.hidden == (wanted == CHOICE_AGAIN);
    if (wanted == CHOICE_TOGGLE)
        return is_it ? !before.hidden : hidden;
    return wanted == CHOICE_MADE ? hidden : !was_alone && !is_it;
}

const char *choice_text(choice wanted, picked after) {
    if (after.hidden)
        return "hidden";
    return wanted != CHOICE_TOGGLE && after.others_hidden ? "alone" : "shown";
}
