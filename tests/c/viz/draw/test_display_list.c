/* A list owns copies of what it is given, and says when memory ran out. */
#include "check.h"

#include "core/memory.h"
#include "viz/draw/display_list.h"

static void draw_everything(display_list *list) {
    point points[] = {
        {1, 2},
        {3, 4},
        {5, 6}
    };
    uint8_t pixels[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    char text[] = "cost";
    draw_clip(list, (rect){1, 2, 3, 4});
    draw_fill(list, (rect){5, 6, 7, 8}, 0x11223344, 2);
    draw_polyline(list, points, 3, (stroke){0xFF, 1.5f, 2});
    draw_line(list, points[0], points[1], (stroke){0xFE, 1, 0});
    draw_polygon(list, points, 3, 0xFD);
    draw_image(list, (rect){0, 0, 2, 1}, pixels, 2, 1);
    draw_text(list, 9, 10, text, (text_style){11, 0xFC, FONT_BOLD, ANCHOR_RIGHT, 90});
    draw_unclip(list);
    draw_bars(list, points, 2, (stroke){0xFB, 1, 0});
    memset(points, 0, sizeof points);
    memset(pixels, 0, sizeof pixels);
    memset(text, 0, sizeof text);
}

static void a_list_keeps_copies_in_the_order_of_drawing(void **state) {
    (void)state;
    display_list list = {0};
    draw_everything(&list);
    assert_int_equal(list.count, 9);
    const command *c = list.commands;
    assert_int_equal(c[0].kind, COMMAND_CLIP);
    check_close(c[0].area.w, 3, 0);
    assert_int_equal(c[1].stroke.color, 0x11223344);
    check_close(c[1].radius, 2, 0);
    assert_int_equal(c[2].count, 3);
    check_close(c[2].points[2].y, 6, 0);
    assert_int_equal(c[2].stroke.dash, 2);
    assert_int_equal(c[3].count, 2);
    check_close(c[3].points[1].x, 3, 0);
    assert_int_equal(c[4].kind, COMMAND_POLYGON);
    assert_int_equal(c[4].stroke.color, 0xFD);
    assert_int_equal(c[5].pixels[7], 8);
    assert_string_equal(c[6].text, "cost");
    assert_int_equal(c[6].style, FONT_BOLD);
    assert_int_equal(c[6].anchor, ANCHOR_RIGHT);
    check_close(c[6].angle, 90, 0);
    check_close(c[7].area.w, 0, 0);
    assert_int_equal(c[8].kind, COMMAND_BARS);
    check_close(c[8].points[1].y, 4, 0);
    assert_false(list.failed);
    display_list_free(&list);
}

static void nothing_is_drawn_of_nothing(void **state) {
    (void)state;
    display_list list = {0};
    draw_polyline(&list, NULL, 0, (stroke){0xFF, 1, 0});
    draw_polygon(&list, NULL, 0, 0xFF);
    draw_image(&list, (rect){0, 0, 1, 1}, NULL, 0, 5);
    draw_text(&list, 0, 0, "", (text_style){.size = 10});
    assert_int_equal(list.count, 0);
    assert_false(list.failed);
    display_list_free(&list);
}

static void a_cleared_list_keeps_its_room(void **state) {
    (void)state;
    display_list list = {0};
    for (int i = 0; i < 1000; i++)
        draw_everything(&list);
    assert_int_equal(list.count, 9000);
    size_t capacity = list.capacity;
    display_list_clear(&list);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.capacity, capacity);
    display_list_free(&list);
}

static void without_memory_commands_are_dropped_and_that_is_remembered(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n <= 7; n++) { /* one block for the list, six for copies */
        display_list list = {0};
        dnn_fail_allocation(n);
        draw_everything(&list);
        dnn_fail_allocation(0);
        assert_true(list.failed);
        assert_int_equal(list.count, 8);
        display_list_clear(&list);
        assert_false(list.failed);
        display_list_free(&list);
    }
    assert_int_equal(dnn_allocations_live(), live);
}

static void a_sheet_lives_as_long_as_one_of_its_owners(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    display_list a = {0}, b = {0};
    sheet *s = sheet_create((rect){0, 0, 9, 9}, 7);
    draw_everything(&s->list);
    draw_sheet(&a, s);
    draw_sheet(&b, s);
    sheet_release(s);
    display_list_free(&a);
    assert_int_equal(b.commands[0].kind, COMMAND_SHEET);
    assert_int_equal(b.commands[0].sheet->list.count, 9);
    display_list_free(&b);
    assert_int_equal(dnn_allocations_live(), live);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_keeps_copies_in_the_order_of_drawing),
        cmocka_unit_test(nothing_is_drawn_of_nothing),
        cmocka_unit_test(a_cleared_list_keeps_its_room),
        cmocka_unit_test(a_sheet_lives_as_long_as_one_of_its_owners),
        cmocka_unit_test(without_memory_commands_are_dropped_and_that_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
