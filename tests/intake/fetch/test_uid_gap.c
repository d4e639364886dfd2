/* UIDs that were given away and that nobody has seen. */
#include "tests/support/cmocka.h"

#include "intake/fetch/uid_gap.h"
#include <string.h>

/* "4 5 9" */
static GArray *read_uids(const char *text)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word != NULL && **word != '\0'; word++) {
        guint32 uid = (guint32)g_ascii_strtoull(*word, NULL, 10);
        g_array_append_val(uids, uid);
    }
    return uids;
}

static LodgeUidGap
find(guint32 from, guint32 to, const char *present, const char *known, const char *gone)
{
    g_autoptr(GArray) listed = read_uids(present);
    g_autoptr(GArray) remembered = read_uids(known);
    g_autoptr(GArray) went = read_uids(gone);
    return lodge_uid_gap_find(from, to, listed, remembered, went);
}

static void a_gap_is_what_is_neither_listed_nor_known(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        guint32 from, to;
        const char *present, *known, *gone;
        guint64 count;
        const char *text;
    } table[] = {
        {"nothing was given", 10, 10, "4 9", "4", "", 0, NULL},
        {"all that was given is listed", 10, 12, "4 10 11", "4", "", 0, NULL},
        {"all that was given went again", 10, 12, "4 9", "4 9", "", 2, "10-11"},
        {"one of three", 10, 13, "10 12", "", "", 1, "11"},
        {"the first and the last", 10, 14, "11 12", "", "", 2, "10,13"},
        {"two runs", 10, 20, "12 15", "", "", 8, "10-11,13-14,16-19"},
        {"a known one that went is no gap", 10, 12, "", "10 11", "", 0, NULL},
        {"known and listed together", 10, 14, "10 13", "11 12", "", 0, NULL},
        {"what came later than UIDNEXT said", 10, 12, "10 11 12 13", "", "", 0, NULL},
        {"listed, but gone before it could be had", 10, 12, "10 11", "", "11", 1, "11"},
        {"gone, but had before", 10, 12, "10 11", "11", "11", 0, NULL},
        {"history is no gap", 10, 11, "10", "", "", 0, NULL},
        {"never looked at", 0, 12, "4", "", "", 0, NULL},
        {"a server that does not tell UIDNEXT", 10, 0, "4", "", "", 0, NULL},
        {"a UIDNEXT that fell", 10, 5, "4", "", "", 0, NULL},
        {"the last UID there is", 4294967294u, 4294967295u, "", "", "", 1, "4294967294"},
        {"an enormous jump", 1, 4294967295u, "7", "", "", 4294967293u, "1-6,8-4294967294"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        LodgeUidGap gap = find(table[i].from, table[i].to, table[i].present, table[i].known,
                               table[i].gone);
        if (gap.count != table[i].count || g_strcmp0(gap.text, table[i].text) != 0)
            fail_msg("%s: %" G_GUINT64_FORMAT " \"%s\"", table[i].name, gap.count,
                     gap.text);
        g_free(gap.text);
    }
}

static void a_long_list_is_cut_but_all_are_counted(void **state)
{
    (void)state;
    g_autoptr(GString) every_other = g_string_new("1000000");
    for (guint uid = 1000002; uid < 1002000; uid += 2)
        g_string_append_printf(every_other, " %u", uid);
    LodgeUidGap gap = find(1000000, 1002000, every_other->str, "", "");
    assert_int_equal(gap.count, 1000);
    assert_true(strlen(gap.text) <= LODGE_UID_GAP_TEXT_BYTES);
    assert_true(g_str_has_prefix(gap.text, "1000001,1000003,"));
    assert_true(g_str_has_suffix(gap.text, ",…"));
    g_free(gap.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_is_what_is_neither_listed_nor_known),
        cmocka_unit_test(a_long_list_is_cut_but_all_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
