#include "intake/decide/lookalike.h"

#include <string.h>

#define SHORTEST_NAME_LETTERS 5
#define LONGEST_LOOK_BYTES 512 /* RFC 1035 2.3.4: 255 octets; what is longer is no domain */

/* ---- what remains to be seen of a domain ---- */

/* Accents go, and pairs and digits become the letter that they are taken for. */
static char *fold(const char *look)
{
    static const struct {
        const char *seen, *taken_for;
    } pairs[] = {{"rn", "m"}, {"vv", "w"}, {"0", "o"}, {"1", "l"}};
    g_autofree char *apart = g_utf8_normalize(look, -1, G_NORMALIZE_NFD);
    g_autoptr(GString) letters = g_string_new(NULL);
    for (const char *at = apart != NULL ? apart : look; *at != '\0';
         at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_type(c) != G_UNICODE_NON_SPACING_MARK)
            g_string_append_unichar(letters, g_unichar_tolower(c));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        g_string_replace(letters, pairs[i].seen, pairs[i].taken_for, 0);
    return g_string_free(g_steal_pointer(&letters), FALSE);
}

static char *squeeze(const char *folded)
{
    GString *letters = g_string_new(NULL);
    for (const char *at = folded; *at != '\0'; at++)
        if (*at != '.' && *at != '-')
            g_string_append_c(letters, *at);
    return g_string_free(letters, FALSE);
}

/* ---- the kinds of likeness; all of folded domains ---- */

static gboolean is_same(const char *domain, const char *known)
{
    return strcmp(domain, known) == 0;
}

/* A label begins at `at`. */
static gboolean begins_label(const char *domain, const char *at)
{
    return at == domain || at[-1] == '.';
}

static gboolean goes_on(const char *domain, const char *known)
{
    gsize size = strlen(known);
    for (const char *at = strstr(domain, known); at != NULL; at = strstr(at + 1, known))
        if (begins_label(domain, at) && at[size] == '.')
            return TRUE;
    return FALSE;
}

static gboolean is_squeezed(const char *domain, const char *known)
{
    g_autofree char *wanted = squeeze(known);
    g_autofree char *letters = squeeze(domain);
    return g_str_has_prefix(letters, wanted);
}

static gboolean is_squeezed_within(const char *domain, const char *known)
{
    for (const char *at = strpbrk(domain, ".-"); at != NULL; at = strpbrk(at + 1, ".-"))
        if (is_squeezed(at, known))
            return TRUE;
    return FALSE;
}

static gboolean is_glued(const char *domain, const char *known)
{
    return g_str_has_suffix(domain, known) &&
           !begins_label(domain, domain + strlen(domain) - strlen(known));
}

/* At most one letter more, less, other, or two in the other order; bytes will do, what is known is ASCII. */
static gboolean is_one_letter_off(const char *domain, const char *known)
{
    if (strcspn(known, ".") < SHORTEST_NAME_LETTERS)
        return FALSE;
    while (*domain != '\0' && *domain == *known)
        domain++, known++;
    if (*domain == '\0' || *known == '\0')
        return strlen(domain) + strlen(known) <= 1;
    return strcmp(domain + 1, known) == 0 || strcmp(domain, known + 1) == 0 ||
           strcmp(domain + 1, known + 1) == 0 ||
           (domain[0] == known[1] && domain[1] == known[0] &&
            strcmp(domain + 2, known + 2) == 0);
}

static const struct {
    const char *name;
    gboolean (*applies)(const char *domain, const char *known);
} kinds[] = {{"same-look", is_same},    {"goes-on", goes_on},
             {"squeezed", is_squeezed}, {"squeezed", is_squeezed_within},
             {"glued", is_glued},       {"one-letter", is_one_letter_off}};

/* ---- the register ---- */

typedef struct {
    const char *domain, *folded; /* what is asked about */
    gsize kind;                  /* the first that was found; their number: none */
    const LodgeBody *body;
    const char *like;
    gboolean is_owned; /* by a council: itself, or the one above it */
} Search;

static void compare(Search *search, const LodgeBody *body, const char *known)
{
    search->is_owned =
        search->is_owned ||
        (g_str_has_suffix(search->domain, known) &&
         begins_label(search->domain,
                      search->domain + strlen(search->domain) - strlen(known)));
    g_autofree char *folded = fold(known);
    for (gsize i = 0; i < search->kind; i++) {
        if (!kinds[i].applies(search->folded, folded))
            continue;
        search->kind = i;
        search->body = body;
        search->like = known;
    }
}

/* With every domain, confirmed or proposed, of anybody at any time. */
static void compare_all(Search *search, const LodgeRegister *reg)
{
    for (guint i = 0; i < lodge_register_count(reg) && !search->is_owned; i++) {
        const LodgeBody *body = lodge_register_at(reg, i);
        const GStrv lists[] = {body->domains, body->unconfirmed};
        for (gsize k = 0; k < G_N_ELEMENTS(lists); k++)
            for (guint n = 0; lists[k] != NULL && lists[k][n] != NULL; n++)
                compare(search, body, lists[k][n]);
    }
}

const char *lodge_lookalike_find(const LodgeRegister *reg,
                                 const char *domain,
                                 const char *look,
                                 const LodgeBody **body_out,
                                 const char **like_out)
{
    *body_out = NULL;
    *like_out = NULL;
    const char *seen = look != NULL ? look : domain;
    if (domain == NULL || strlen(seen) > LONGEST_LOOK_BYTES)
        return NULL;
    g_autofree char *folded = fold(seen);
    Search search = {.domain = domain, .folded = folded, .kind = G_N_ELEMENTS(kinds)};
    compare_all(&search, reg);
    if (search.is_owned || search.like == NULL)
        return NULL;
    *body_out = search.body;
    *like_out = search.like;
    return kinds[search.kind].name;
}
