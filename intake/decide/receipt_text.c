#include "intake/decide/receipt_content.h"

#include "intake/decide/letter.h"
#include "intake/decide/type_words.h"
#include "parsers/text/display.h"
#include <string.h>

#define NAME_BYTES 200

/* One sentence of the wording; `fact` NULL: it has none. */
static void add_sentence(LodgeLetter *letter,
                         const LodgeReceiptInputs *inputs,
                         const char *id,
                         const char *fact,
                         const char *value)
{
    const char *const facts[] = {fact, value, NULL};
    const LodgeWordingEntry *entry =
        lodge_wording_find(inputs->rules->wording, LODGE_WORDING_RECEIPT, id);
    g_autofree char *text = lodge_wording_fill(entry->words, facts);
    lodge_letter_add_paragraph(letter, text);
}

static void add_line(LodgeLetter *letter, const char *label, const char *value)
{
    g_autofree char *shown = lodge_display_line(value, NAME_BYTES);
    g_autofree char *text = g_strdup_printf("%s: %s", label, shown);
    lodge_letter_add_line(letter, text);
}

/* ---- what became of it ---- */

static void add_copy(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    const char *const facts[] = {"noun", inputs->rules->call->noun, "reference",
                                 inputs->original->reference, NULL};
    const LodgeWordingEntry *entry =
        lodge_wording_find(inputs->rules->wording, LODGE_WORDING_RECEIPT, "copy-filed");
    g_autofree char *text = lodge_wording_fill(entry->words, facts);
    lodge_letter_add_paragraph(letter, text);
}

static void add_outcome(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    if (inputs->pending) {
        add_sentence(letter, inputs, "received", NULL, NULL);
        return;
    }
    if (inputs->original != NULL) {
        add_copy(letter, inputs);
        return;
    }
    switch (inputs->decision->outcome) {
    case LODGE_ACCEPTED:
        add_sentence(letter, inputs, "filed", "noun", inputs->rules->call->noun);
        break;
    case LODGE_REJECTED:
        add_sentence(letter, inputs, "not-filed", NULL, NULL);
        break;
    case LODGE_HELD:
    case LODGE_DUPLICATE:
    case LODGE_NOT_A_SUBMISSION:
        add_sentence(letter, inputs, "held", NULL, NULL);
        break;
    }
}

/* "before Saturday 20 July 2024 at 00:00 BST (the end of Friday 19 July 2024)": midnight alone
 * is read as the wrong day by half of all readers. */
static char *deadline_words(const LodgeZone *zone, gint64 deadline_us)
{
    LodgeCivil civil;
    int offset_s;
    const char *abbreviation;
    lodge_zone_split(zone, deadline_us, &civil, &offset_s, &abbreviation);
    g_autofree char *at = lodge_zone_format_words(zone, deadline_us, civil.second != 0);
    if (civil.hour != 0 || civil.minute != 0 || civil.second != 0)
        return g_strdup(at);
    g_autofree char *eve =
        lodge_zone_format_words(zone, deadline_us - LODGE_SECOND_US, FALSE);
    char *cut = strstr(eve, " at ");
    if (cut != NULL)
        *cut = '\0';
    return g_strdup_printf("%s, which is the end of %s", at, eve);
}

/* What did not arrive on time by itself must not read as if it had. */
static const char *counted_id(const LodgeMends *mends)
{
    gboolean late = mends->own == LODGE_LATE;
    if (mends->timeliness == LODGE_ON_TIME)
        return late ? "late-mended" : "undetermined-mended";
    return late ? "late-mending" : "undetermined-mending";
}

static const char *timeliness_id(const LodgeReceiptInputs *inputs)
{
    const LodgeDecision *decision = inputs->decision;
    if (inputs->original != NULL && inputs->original->timeliness != NULL)
        return inputs->original->timeliness;
    if (inputs->ruled_timeliness)
        return decision->timeliness == LODGE_LATE ? "ruled-late" : "ruled-on-time";
    if (decision->mends != NULL && decision->mends->original_counts)
        return counted_id(decision->mends);
    return lodge_timeliness_format(decision->timeliness);
}

static void add_timeliness(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    const LodgeDecision *decision = inputs->decision;
    const LodgeWording *wording = inputs->rules->wording;
    g_autofree char *deadline =
        deadline_words(inputs->rules->call->zone, decision->deadline_us);
    const char *const facts[] = {
        "deadline", deadline, "reference",
        decision->mends == NULL ? NULL : decision->mends->reference, NULL};
    const char *rule = inputs->extension == NULL ? "deadline" : "deadline-extended";
    g_autofree char *first = lodge_wording_fill(
        lodge_wording_find(wording, LODGE_WORDING_RECEIPT, timeliness_id(inputs))->words,
        facts);
    g_autofree char *second = lodge_wording_fill(
        lodge_wording_find(wording, LODGE_WORDING_RECEIPT, rule)->words, facts);
    g_autofree char *text = g_strdup_printf("%s %s", first, second);
    lodge_letter_add_paragraph(letter, text);
}

/* ---- what arrived ---- */

static const char *find_border_server(const LodgeReceiptInputs *inputs)
{
    const GPtrArray *clocks = inputs->decision->received->clocks;
    for (guint i = 0; i < clocks->len; i++) {
        const LodgeRung *clock = g_ptr_array_index(clocks, i);
        if (strcmp(clock->check, "border-hop") == 0)
            return clock->words;
    }
    return NULL;
}

/* The border's clock is told with the server's name, which opens its rung: "mx.dept from 192.0.2.1: …". */
static char *clock_words(const LodgeReceiptInputs *inputs)
{
    if (strcmp(inputs->decision->received->source, "internaldate") == 0)
        return g_strdup("the clock of our mailbox");
    const char *rung = find_border_server(inputs);
    if (rung == NULL)
        return g_strdup("the clock of our mail server");
    g_autofree char *server = g_strndup(rung, strcspn(rung, " "));
    return g_strdup_printf("the clock of our mail server %s", server);
}

static void add_received(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    gint64 at_us = inputs->decision->received->instant_us;
    if (at_us == LODGE_INSTANT_UNKNOWN) {
        lodge_letter_add_line(letter, "Received: we could not establish the time");
        return;
    }
    g_autofree char *when = lodge_zone_format_words(inputs->rules->call->zone, at_us, TRUE);
    g_autofree char *clock = clock_words(inputs);
    g_autofree char *text = g_strdup_printf("Received: %s, by %s", when, clock);
    lodge_letter_add_line(letter, text);
}

static void add_council(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    const char *gss = inputs->decision->authority->council;
    const LodgeBody *body =
        gss == NULL ? NULL : lodge_register_find(inputs->rules->reg, gss);
    if (body == NULL)
        return;
    g_autofree char *council = g_strdup_printf("%s (%s)", body->name, body->gss);
    add_line(letter, "Council", council);
}

static void add_message(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    add_line(letter, "Reference", inputs->history->reference);
    if (!lodge_receipt_is_brief(inputs->decision))
        add_council(letter, inputs);
    add_line(letter, "From", inputs->decision->authority->address);
    add_line(letter, "Subject", inputs->reading->message->subject);
    add_received(letter, inputs);
    if (inputs->decision->version > 0) {
        g_autofree char *version = g_strdup_printf("%u", inputs->decision->version);
        add_line(letter, "Version", version);
    }
    lodge_letter_end_group(letter);
}

/* 1234567 as "1,234,567": printf's own grouping would ask the locale. */
static char *group_digits(gint64 number)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, MAX(number, 0));
    gsize size = strlen(digits);
    GString *grouped = g_string_new(NULL);
    for (gsize i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            g_string_append_c(grouped, ',');
        g_string_append_c(grouped, digits[i]);
    }
    return g_string_free(grouped, FALSE);
}

static gboolean is_listed(const LodgeDecisionDocument *document)
{
    return strcmp(document->role, "decoration") != 0;
}

static char *document_words(const LodgeDecisionDocument *document)
{
    g_autofree char *name = lodge_display_line(document->name, NAME_BYTES);
    g_autofree char *type =
        lodge_display_line(lodge_type_words(document->media_type), NAME_BYTES);
    g_autofree char *size = group_digits(document->size_bytes);
    g_autofree char *pages =
        document->pages < 0 ? g_strdup("")
                            : g_strdup_printf(", %" G_GINT64_FORMAT " %s", document->pages,
                                              document->pages == 1 ? "page" : "pages");
    const char *role = strcmp(document->role, "plan") == 0 ? " (the plan)" : "";
    return g_strdup_printf("%s%s: %s, %s bytes%s", name, role, type, size, pages);
}

static guint count_listed(const GPtrArray *documents)
{
    guint count = 0;
    for (guint i = 0; i < documents->len; i++)
        count += is_listed(g_ptr_array_index(documents, i)) ? 1 : 0;
    return count;
}

static void add_documents(LodgeLetter *letter, const GPtrArray *documents)
{
    if (count_listed(documents) == 0)
        return;
    lodge_letter_add_line(letter, "Files that arrived with it:");
    guint number = 0;
    for (guint i = 0; i < documents->len; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(documents, i);
        if (!is_listed(document))
            continue;
        g_autofree char *marker = g_strdup_printf("%u.", ++number);
        g_autofree char *words = document_words(document);
        lodge_letter_add_item(letter, marker, words);
    }
    lodge_letter_end_group(letter);
}

/* ---- what was found, what to do ---- */

static void add_findings(LodgeLetter *letter, const GPtrArray *findings)
{
    if (findings->len == 0)
        return;
    lodge_letter_add_line(letter, "What we found:");
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        lodge_letter_add_item(letter, "-", finding->words);
    }
    lodge_letter_end_group(letter);
}

static GPtrArray *list_mends(const GPtrArray *findings)
{
    GPtrArray *mends = g_ptr_array_new();
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        if (finding->mend != NULL &&
            !g_ptr_array_find_with_equal_func(mends, finding->mend, g_str_equal, NULL))
            g_ptr_array_add(mends, finding->mend);
    }
    return mends;
}

static void add_next_steps(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    g_autoptr(GPtrArray) mends = list_mends(inputs->decision->findings);
    if (mends->len == 0) {
        add_sentence(letter, inputs, "nothing-to-do", NULL, NULL);
        return;
    }
    lodge_letter_add_line(letter, "What to do next:");
    for (guint i = 0; i < mends->len; i++)
        lodge_letter_add_item(letter, "-", g_ptr_array_index(mends, i));
    lodge_letter_end_group(letter);
}

static void add_question(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    const char *const facts[] = {"help", inputs->rules->help_address, "reference",
                                 inputs->history->reference, NULL};
    const LodgeWordingEntry *entry =
        lodge_wording_find(inputs->rules->wording, LODGE_WORDING_RECEIPT, "question");
    g_autofree char *text = lodge_wording_fill(entry->words, facts);
    lodge_letter_add_paragraph(letter, text);
}

static void add_closing(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    add_sentence(letter, inputs, "no-view", NULL, NULL);
    add_question(letter, inputs);
    add_sentence(letter, inputs, "machine", "service", inputs->rules->service_name);
}

/* `why`: the sentence above them. */
static void
add_digests(LodgeLetter *letter, const LodgeReceiptInputs *inputs, const char *why)
{
    const GPtrArray *documents = inputs->decision->documents;
    if (count_listed(documents) == 0)
        return;
    add_sentence(letter, inputs, why, NULL, NULL);
    for (guint i = 0; i < documents->len; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(documents, i);
        if (!is_listed(document))
            continue;
        g_autofree char *name = lodge_display_line(document->name, NAME_BYTES);
        lodge_letter_add_line(letter, name);
        lodge_letter_add_paragraph(letter, document->sha256);
    }
}

static void add_correction(LodgeLetter *letter, const LodgeReceiptInputs *inputs)
{
    if (lodge_receipt_is_correction(inputs))
        add_sentence(letter, inputs, "correction", "reference", inputs->history->reference);
}

static char *format_brief(const LodgeReceiptInputs *inputs)
{
    LodgeLetter *letter = lodge_letter_new();
    add_correction(letter, inputs);
    add_sentence(letter, inputs, "received", NULL, NULL);
    add_sentence(letter, inputs, "council-unknown", NULL, NULL);
    add_message(letter, inputs);
    add_closing(letter, inputs);
    return lodge_letter_finish(letter);
}

char *lodge_receipt_format_text(const LodgeReceiptInputs *inputs)
{
    const LodgeDecision *decision = inputs->decision;
    if (lodge_receipt_is_brief(decision))
        return format_brief(inputs);
    LodgeLetter *letter = lodge_letter_new();
    add_correction(letter, inputs);
    add_outcome(letter, inputs);
    add_timeliness(letter, inputs);
    add_message(letter, inputs);
    add_documents(letter, decision->documents);
    add_findings(letter, decision->findings);
    add_next_steps(letter, inputs);
    add_closing(letter, inputs);
    add_digests(letter, inputs, "keep");
    return lodge_letter_finish(letter);
}

/* Why nobody was answered: in the order of the findings, what is said of the sender comes first among equals. */
static void add_reason(LodgeLetter *letter, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        if (strcmp(finding->code, "sender-not-proven") != 0 &&
            strcmp(finding->code, "sender-forged") != 0)
            continue;
        lodge_letter_add_paragraph(letter, finding->words);
        return;
    }
}

char *lodge_receipt_format_notice(const LodgeReceiptInputs *inputs)
{
    LodgeLetter *letter = lodge_letter_new();
    add_sentence(letter, inputs, "notice", NULL, NULL);
    add_reason(letter, inputs->decision->findings);
    add_message(letter, inputs);
    add_documents(letter, inputs->decision->documents);
    add_sentence(letter, inputs, "notice-yours", NULL, NULL);
    add_sentence(letter, inputs, "notice-not-yours", NULL, NULL);
    add_question(letter, inputs);
    add_sentence(letter, inputs, "machine", "service", inputs->rules->service_name);
    add_digests(letter, inputs, "notice-files");
    return lodge_letter_finish(letter);
}
