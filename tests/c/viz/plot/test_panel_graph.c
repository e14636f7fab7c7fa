/* The layers of a network: reading their table, and what is drawn of them. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viz/runs/layer_graph.h"
#include "viz/sample_scene.h"

#define HEAD "| step | place | layer | input | output | parameters |\n|---|---|---|---|---|---|\n"

static const char residual[] = HEAD "| 1 | 1 | Conv2d(3 -> 8, kernel_size = 3 x 3) | X | 6 x 6 x 8 "
                                    "| 224 |\n| 2 | 2.1 | ReLU | 1 | 6 x 6 x 8 | 0 |\n"
                                    "| 3 | 2 | Add | 2, 1 | 6 x 6 x 8 | 0 |\n"
                                    "| 4 | 3 | Linear(288 -> 2) | 3 | 2 | 578 |";

static void the_table_of_a_run_is_read(void **state) {
    (void)state;
    size_t count;
    layer_node *nodes = layer_graph_read(residual, &count);
    assert_int_equal(count, 4);
    assert_string_equal(nodes[0].kind, "Conv2d");
    assert_string_equal(nodes[0].settings, "3 -> 8, kernel_size = 3 x 3");
    assert_int_equal(nodes[0].input_count, 1);
    assert_int_equal(nodes[0].inputs[0], 0);
    assert_string_equal(nodes[1].place, "2.1");
    assert_string_equal(nodes[1].settings, "");
    assert_int_equal(nodes[2].input_count, 2);
    assert_int_equal(nodes[2].inputs[0], 2);
    assert_int_equal(nodes[2].inputs[1], 1);
    assert_string_equal(nodes[3].output, "2");
    check_close(nodes[3].parameters, 578, 0);
    dnn_free(nodes);
}

static void what_is_not_such_a_table_is_a_text(void **state) {
    (void)state;
    static const char *const texts[] = {"", "| step |", HEAD, HEAD "1 | 1 | A | X | 2 | 0 |",
                                        HEAD "| 1 | 1 | A | X |"};
    size_t count = 7;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(layer_graph_read(texts[i], &count));
        assert_int_equal(count, 0);
    }
    /* a row may not read a later one, and a half line ends the table */
    layer_node *nodes = layer_graph_read(HEAD "| 1 | 1 | A( | 9, X | 2 | 1e3 |\n| 2 | 2 |", &count);
    assert_int_equal(count, 1);
    assert_int_equal(nodes[0].input_count, 1);
    assert_string_equal(nodes[0].settings, "");
    dnn_free(nodes);
}

static void a_table_without_end_is_read_in_part(void **state) {
    (void)state;
    enum { ROWS = 70000 };
    size_t count, head = sizeof HEAD - 1;
    char *text = malloc(head + 8 * ROWS + 1);
    memcpy(text, HEAD, head);
    for (size_t i = 0; i < ROWS; i++)
        memcpy(text + head + 8 * i, "|||||||\n", 9);
    dnn_free(layer_graph_read(text, &count));
    assert_int_equal(count, 65536);
    free(text);
}

static void open_scene(scene *s, float width, float height) {
    for (int i = 0; i < 2; i++) {
        run *r = sample_run(&s->sample, i == 0 ? "a" : "b");
        sample_tag(r, "graph", DNN_EVENT_TEXT)->text = (char *)residual;
        run_tag *norm = sample_tag(r, "grad_norm/1 Conv2d", DNN_EVENT_SCALAR);
        sample_point(norm, 1, 8);
        sample_point(norm, 2, i == 0 ? 0.5 : 0.25);
        sample_point(sample_tag(r, "grad_norm/3 Linear", DNN_EVENT_SCALAR), 2, 0.125);
    }
    build(s, PANEL_GRAPH, "graph", width, height);
}

static void each_layer_has_a_row_with_its_shape_parameters_and_last_norm(void **state) {
    (void)state;
    scene s = {0};
    open_scene(&s, 600, 200);
    draw(&s);
    const command *conv = find_text(&s.list, "Conv2d"), *add = find_text(&s.list, "Add"),
                  *linear = find_text(&s.list, "Linear");
    assert_true(conv->area.y < add->area.y && add->area.y < linear->area.y);
    assert_true(find_text(&s.list, "224")->area.y == conv->area.y);
    assert_true(find_text(&s.list, "0.5")->area.y == conv->area.y);
    assert_true(find_text(&s.list, "0.125")->area.y == linear->area.y);
    assert_non_null(find_text(&s.list, "3 -> 8, kernel_size = 3 x 3"));
    assert_non_null(find_text(&s.list, "a · 4 layers · 802 parameters"));
    s.panel->curves[0].hidden = true; /* now that of the other run */
    draw(&s);
    assert_null(find_text(&s.list, "0.5"));
    assert_non_null(find_text(&s.list, "0.25"));
    clean(&s);
}

static void layers_without_room_go_on_beside_and_are_counted_beyond(void **state) {
    (void)state;
    scene s = {0};
    open_scene(&s, 800, 95); /* two rows below the head */
    draw(&s);
    const command *conv = find_text(&s.list, "Conv2d"), *add = find_text(&s.list, "Add");
    assert_true(add->area.x > conv->area.x + 300 && add->area.y == conv->area.y);
    for (size_t i = 0; i < s.list.count; i++) { /* nothing leaves the panel */
        const command *c = &s.list.commands[i];
        for (size_t k = 0; k < c->count; k++)
            assert_true(c->points[k].x >= 0 && c->points[k].x <= 800 && c->points[k].y <= 95);
    }
    s.panel->area.w = 400;
    draw(&s);
    assert_null(find_text(&s.list, "Add"));
    assert_non_null(find_text(&s.list, "+ 2 more"));
    clean(&s);
}

static void names_are_whole_and_bars_give_way_to_them(void **state) {
    (void)state;
    for (float width = 620; width >= 320; width -= 100) {
        scene s = {0};
        open_scene(&s, width, 200);
        draw(&s);
        const command *name = find_text(&s.list, "Conv2d"),
                      *output = find_text(&s.list, "6 x 6 x 8");
        assert_non_null(name);
        assert_true(name->area.x + text_width("Conv2d", 10.5f, FONT_BOLD) <
                    output->area.x - text_width("6 x 6 x 8", 10.5f, FONT_REGULAR));
        assert_int_equal(find_text(&s.list, "gradient norm") != NULL, width > 400);
        clean(&s);
    }
}

static void a_row_under_the_mouse_is_explained(void **state) {
    (void)state;
    scene s = {0};
    open_scene(&s, 600, 200);
    draw(&s);
    point cursor = {100, find_text(&s.list, "Add")->area.y - 3};
    display_list_clear(&s.list);
    panel_draw(s.panel, &s.options, &cursor, &s.list);
    assert_non_null(find_text(&s.list, "2 Add"));
    assert_non_null(find_text(&s.list, "2.1, 1"));
    clean(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_a_run_is_read),
        cmocka_unit_test(what_is_not_such_a_table_is_a_text),
        cmocka_unit_test(a_table_without_end_is_read_in_part),
        cmocka_unit_test(each_layer_has_a_row_with_its_shape_parameters_and_last_norm),
        cmocka_unit_test(layers_without_room_go_on_beside_and_are_counted_beyond),
        cmocka_unit_test(names_are_whole_and_bars_give_way_to_them),
        cmocka_unit_test(a_row_under_the_mouse_is_explained),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
