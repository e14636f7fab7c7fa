/* The table of actions: one meaning per key, and all of it in the help. What each action does is
 * tested through the real window, in tests/viz. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "viz/window/actions.h"
#include "viz/window/help.h"
#include "viz/window/page.h"
#include "viz/sample_run.h"

static void each_key_has_one_meaning(void **state) {
    (void)state;
    char seen[1024] = " ";
    for (const action *a = actions; a->name != NULL; a++) {
        char keys[64], word[32];
        strcpy(keys, a->keys);
        for (char *key = strtok(keys, " "); key != NULL; key = strtok(NULL, " ")) {
            snprintf(word, sizeof word, " %s ", key);
            if (strstr(seen, word) != NULL)
                fail_msg("the key %s of '%s' has another meaning", key, a->name);
            strcat(seen, word);
        }
        assert_ptr_equal(action_find(a->name), a);
    }
}

static void the_help_lists_every_action_and_every_gesture(void **state) {
    (void)state;
    const float sizes[][2] = {
        {1200, 800 },
        {300,  200 },
        {3000, 2000}
    };
    runs all = {0};
    for (size_t i = 0; i < 3; i++) {
        view v;
        display_list list = {0};
        view_init(&v, &all, sizes[i][0], sizes[i][1]);
        help_draw(&v, &list);
        for (const action *a = actions; a->name != NULL; a++)
            if (!sample_says(&list, a->doc))
                fail_msg("the help lacks '%s'", a->doc);
        for (const gesture *g = gestures; g->gesture != NULL; g++)
            assert_true(sample_says(&list, g->gesture) && sample_says(&list, g->doc));
        for (size_t k = 0; k < list.count; k++) {
            const command *c = &list.commands[k];
            assert_true(c->area.x >= 0 && c->area.x <= v.width && c->area.y >= 0 &&
                        c->area.y <= v.height);
        }
        display_list_free(&list);
        view_free(&v);
    }
}

static void keys_do_no_harm_on_an_empty_page(void **state) {
    (void)state;
    runs all = {0};
    view v;
    display_list list = {0};
    view_init(&v, &all, 400, 300);
    view_update(&v);
    for (const action *a = actions; a->name != NULL; a++) {
        char keys[64];
        strcpy(keys, a->keys);
        for (char *key = strtok(keys, " "); key != NULL; key = strtok(NULL, " ")) {
            action_key(&v, key);
            view_draw(&v, &list);
        }
    }
    for (float x = -20; x < 450; x += 9)
        for (float y = -20; y < 350; y += 9) {
            mouse_move(&v, (point){x, y});
            mouse_press(&v, (point){x, y}, (click){.button = 1, .count = 1});
            mouse_wheel(&v, 0, 1, false, false);
            mouse_release(&v, (point){x + 30, y + 30});
        }
    view_draw(&v, &list);
    display_list_free(&list);
    view_free(&v);
}

static void an_unknown_key_does_nothing(void **state) {
    (void)state;
    runs all = {0};
    view v;
    view_init(&v, &all, 400, 300);
    view_say(&v, "as it was");
    assert_int_equal(action_key(&v, "§"), REQUEST_NONE);
    assert_int_equal(action_key(&v, ""), REQUEST_NONE);
    assert_int_equal(action_key(&v, "Lef"), REQUEST_NONE);
    assert_string_equal(v.status, "as it was");
    view_free(&v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_has_one_meaning),
        cmocka_unit_test(the_help_lists_every_action_and_every_gesture),
        cmocka_unit_test(keys_do_no_harm_on_an_empty_page),
        cmocka_unit_test(an_unknown_key_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
