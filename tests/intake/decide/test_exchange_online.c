/* Headers as mailboxes in Exchange Online hold them, read as the airlock reads them. The shapes are
 * recorded ones, line for line; names, addresses and times are made up. */
#include "intake/decide/exchange_online.h"

#include "parsers/mail/message.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TLS                                                                                \
    "(version=TLS1_2,\r\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7784.17"
#define INNER                                                                              \
    "Received: from LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:f8::10)\r\n"     \
    " by CWXP265MB5678.GBRP265.PROD.OUTLOOK.COM with HTTPS; Thu, 18 Jul 2024\r\n"          \
    " 10:00:05 +0000\r\n"                                                                  \
    "Received: from LO4P123CA0006.GBRP123.PROD.OUTLOOK.COM (2603:10a6:600:151::11)\r\n"    \
    " by LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:f8::10) with\r\n"           \
    " Microsoft SMTP Server " TLS "; Thu, 18 Jul\r\n 2024 10:00:04 +0000\r\n"
#define TO_FRONT                                                                           \
    "Received: from LO3GBR01FT012.eop-gbr01.prod.protection.outlook.com\r\n"               \
    " (2603:10a6:600:151:cafe::4c) by LO4P123CA0006.outlook.office365.com\r\n"             \
    " (2603:10a6:600:151::11) with Microsoft SMTP Server " TLS " via Frontend\r\n"         \
    " Transport; Thu, 18 Jul 2024 10:00:03 +0000\r\n"
/* Since 2023 the front door's inner name is one of the newer kind. */
#define TO_NEW_FRONT                                                                       \
    "Received: from CWLPEPF00000A12.GBRP265.PROD.OUTLOOK.COM\r\n"                          \
    " (2603:10a6:600:151:cafe::de) by LO4P123CA0006.outlook.office365.com\r\n"             \
    " (2603:10a6:600:151::11) with Microsoft SMTP Server (version=TLS1_3,\r\n"             \
    " cipher=TLS_AES_256_GCM_SHA384) id 15.20.7784.17 via Frontend Transport; Thu,\r\n"    \
    " 18 Jul 2024 10:00:03 +0000\r\n"
#define RESULTS(dmarc, from, rest)                                                         \
    "Authentication-Results: spf=pass (sender IP is 203.0.113.5)\r\n"                      \
    " smtp.mailfrom=tmbc.gov.uk; dkim=pass (signature was verified)\r\n"                   \
    " header.d=tmbc.gov.uk;dmarc=" dmarc "\r\n header.from=" from ";" rest "\r\n"
#define GOOD RESULTS("pass action=none", "tmbc.gov.uk", "compauth=pass reason=100")
#define STRAY                                                                              \
    "Authentication-Results: spf=pass (sender IP is 203.0.113.5)\r\n"                      \
    " smtp.mailfrom=tmbc.gov.uk; dept.onmicrosoft.com; dkim=pass (signature was\r\n"       \
    " verified) header.d=tmbc.gov.uk;dept.onmicrosoft.com; dmarc=pass action=none\r\n"     \
    " header.from=tmbc.gov.uk;compauth=pass reason=100\r\n"
#define SPF                                                                                \
    "Received-SPF: Pass (protection.outlook.com: domain of tmbc.gov.uk designates\r\n"     \
    " 203.0.113.5 as permitted sender) receiver=protection.outlook.com;\r\n"               \
    " client-ip=203.0.113.5; helo=mail.tmbc.gov.uk; pr=C\r\n"
#define FRONT                                                                              \
    "Received: from mail.tmbc.gov.uk (203.0.113.5) by\r\n"                                 \
    " LO3GBR01FT012.mail.protection.outlook.com (10.152.43.16) with Microsoft SMTP\r\n"    \
    " Server " TLS " via Frontend\r\n Transport; Thu, 18 Jul 2024 10:00:02 +0000\r\n"
/* A council that is in Exchange Online itself: its line looks like ours, but is on the other side. */
#define FRONT_FROM_EXCHANGE                                                                \
    "Received: from GBR01-LO2-obe.outbound.protection.outlook.com (40.107.10.1) by\r\n"    \
    " LO3GBR01FT012.mail.protection.outlook.com (10.152.43.16) with Microsoft SMTP\r\n"    \
    " Server " TLS " via Frontend\r\n Transport; Thu, 18 Jul 2024 10:00:02 +0000\r\n"      \
    "ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=pass\r\n"                    \
    " smtp.mailfrom=tmbc.gov.uk; dmarc=pass action=none header.from=tmbc.gov.uk;\r\n"      \
    " dkim=pass header.d=tmbc.gov.uk; arc=none\r\n"                                        \
    "Received: from LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:1::1) by\r\n"    \
    " CWLP265MB0002.GBRP265.PROD.OUTLOOK.COM (2603:10a6:400:2::2) with Microsoft\r\n"      \
    " SMTP Server " TLS "; Thu, 18 Jul\r\n 2024 10:00:01 +0000\r\n"                        \
    "Received: from LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) by\r\n"           \
    " LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) with mapi id\r\n"               \
    " 15.20.7784.017; Thu, 18 Jul 2024 10:00:00 +0000\r\n"                                 \
    "Authentication-Results-Original: dkim=none (message not signed)\r\n"                  \
    " header.d=none;dmarc=none action=none header.from=tmbc.gov.uk;\r\n"
#define TAIL                                                                                 \
    "From: Officer <officer@tmbc.gov.uk>\r\nTo: plans@dept.gov.uk\r\n"                       \
    "Subject: Our Productivity Plan\r\nMessage-ID: <one@tmbc.gov.uk>\r\n"                    \
    "Date: Thu, 18 Jul 2024 11:00:00 +0100\r\n"                                              \
    "X-MS-Exchange-Organization-Network-Message-Id:\r\n"                                     \
    " 1f0c1f0c-0000-0000-0000-08dca700aaaa\r\n"                                              \
    "X-MS-Exchange-Organization-AuthSource:\r\n"                                             \
    " LO3GBR01FT012.eop-gbr01.prod.protection.outlook.com\r\n"                               \
    "X-MS-Exchange-Organization-AuthAs: Anonymous\r\n"                                       \
    "X-MS-Exchange-CrossTenant-OriginalArrivalTime: 18 Jul 2024 10:00:02.9999\r\n (UTC)\r\n" \
    "X-MS-Exchange-CrossTenant-AuthAs: Anonymous\r\n"                                        \
    "X-MS-Exchange-Transport-EndToEndLatency: 00:00:02.1\r\n"                                \
    "\r\nDear all, our plan is on the website.\r\n"

typedef struct {
    const char *name;
    const char *header;
    LodgeBorderKind kind;
    LodgeAuthorityResult expected;
    const char *source; /* of the received instant */
    const char *received;
} Case;

#define EXCHANGE LODGE_BORDER_EXCHANGE_ONLINE
#define AT_FRONT "2024-07-18T10:00:02Z"

static const Case cases[] = {
    {"an ordinary mail", INNER TO_FRONT GOOD SPF FRONT TAIL, EXCHANGE, LODGE_AUTHORISED,
     "border-hop", AT_FRONT},
    {"the newer names of the front door", INNER TO_NEW_FRONT GOOD SPF FRONT TAIL, EXCHANGE,
     LODGE_AUTHORISED, "border-hop", AT_FRONT},
    {"stray domains between the results", INNER TO_FRONT STRAY SPF FRONT TAIL, EXCHANGE,
     LODGE_AUTHORISED, "border-hop", AT_FRONT},
    {"results at the very top, as some mailboxes show them", GOOD INNER TO_FRONT FRONT TAIL,
     EXCHANGE, LODGE_AUTHORISED, "border-hop", AT_FRONT},
    {"from a council in Exchange Online",
     INNER TO_NEW_FRONT GOOD SPF FRONT_FROM_EXCHANGE TAIL, EXCHANGE, LODGE_AUTHORISED,
     "border-hop", AT_FRONT},
    {"the same mail where the border is not said to be Exchange Online",
     INNER TO_FRONT GOOD SPF FRONT TAIL, LODGE_BORDER_GENERIC, LODGE_UNPROVEN,
     "internaldate", "2024-07-18T10:00:03Z"},
    {"the sender brought results along, and the front door wrote none",
     INNER TO_FRONT FRONT GOOD TAIL, EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"the sender brought good results along, and the front door found bad ones",
     INNER TO_FRONT RESULTS("fail action=none", "tmbc.gov.uk", "compauth=fail reason=001")
         SPF FRONT GOOD TAIL,
     EXCHANGE, LODGE_FORGED, "border-hop", AT_FRONT},
    {"two above the front door: only the topmost counts",
     INNER TO_FRONT RESULTS("none action=none", "tmbc.gov.uk", "compauth=none")
         GOOD SPF FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"DMARC passed for another domain",
     INNER TO_FRONT RESULTS("pass action=none", "tmbc.gov.uk.evil.example", "compauth=pass")
         SPF FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"DMARC passed for the parent",
     INNER TO_FRONT RESULTS("pass action=none", "gov.uk", "compauth=pass") SPF FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"bestguesspass is no pass, though SPF and DKIM passed",
     INNER TO_FRONT RESULTS(
         "bestguesspass action=none", "tmbc.gov.uk", "compauth=pass reason=109")
         SPF FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"a seal overrode the failure: neither proof nor forgery",
     INNER TO_FRONT RESULTS("fail action=none", "tmbc.gov.uk", "compauth=pass reason=130")
         SPF FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"delivered to Junk",
     INNER TO_FRONT RESULTS(
         "fail action=oreject", "tmbc.gov.uk", "compauth=fail reason=000") SPF FRONT TAIL,
     EXCHANGE, LODGE_FORGED, "border-hop", AT_FRONT},
    {"no front door at all: written in our own organisation, with a forged line below",
     "Received: from LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) by\r\n"
     " LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) with mapi id\r\n"
     " 15.20.7784.017; Thu, 18 Jul 2024 10:00:05 +0000\r\n" GOOD FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"an inner server that a stranger's address reached",
     "Received: from evil.prod.outlook.com (198.51.100.66) by\r\n"
     " LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:1::1) with Microsoft\r\n"
     " SMTP Server " TLS "; Thu, 18 Jul\r\n 2024 10:00:05 +0000\r\n" GOOD FRONT TAIL,
     EXCHANGE, LODGE_UNPROVEN, "border-hop", AT_FRONT},
    {"results without any line of a server", GOOD TAIL, EXCHANGE, LODGE_UNPROVEN,
     "internaldate", "2024-07-18T10:00:03Z"},
};

static LodgeMessageFacts *read_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    FILE *file = tmpfile();
    gsize size = strlen(text);
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fflush(file), 0);
    LodgeMessageFacts *facts = lodge_message_parse(fileno(file), (gint64)size, -1, &error);
    fclose(file);
    if (facts == NULL)
        fail_msg("%s", error->message);
    return facts;
}

static World *make(const Case *at)
{
    World *world = world_new();
    lodge_message_facts_free(world->reading->message);
    world->reading->message = world->message = read_text(at->header);
    world->rules->trust->kind = at->kind;
    return world;
}

static void each_recorded_shape_is_read_rightly(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *at = &cases[i];
        g_autoptr(World) world = make(at);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (decision->authority->result != at->expected)
            fail_msg("%s: %s", at->name,
                     lodge_authority_result_format(decision->authority->result));
        if (strcmp(decision->received->source, at->source) != 0 ||
            decision->received->instant_us != world_instant(at->received))
            fail_msg("%s: %s", at->name, decision->received->source);
    }
}

/* Councils in Exchange Online send such headers along; they are no forgery. */
static void a_header_without_a_name_is_never_called_forged(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = make(&cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (world_find(decision, "authentication-results-forged") != NULL)
            fail_msg("%s", cases[i].name);
    }
}

/* A mail team may have its own gateway before Exchange Online: then that is the border, and named so. */
static void our_own_gateway_before_the_front_door_is_inside(void **state)
{
    (void)state;
    static const Case behind = {
        "behind our gateway",
        INNER TO_FRONT GOOD SPF
        "Received: from mx.dept.gov.uk (10.0.0.25) by\r\n"
        " LO3GBR01FT012.mail.protection.outlook.com (10.152.43.16) with Microsoft SMTP\r\n"
        " Server " TLS " via Frontend\r\n Transport; Thu, 18 Jul 2024 10:00:02 +0000\r\n"
        "Received: from mail.tmbc.gov.uk (mail.tmbc.gov.uk [203.0.113.5])\r\n"
        " by mx.dept.gov.uk (Postfix) with ESMTPS id 4ABC;\r\n"
        " Thu, 18 Jul 2024 10:00:01 +0000 (UTC)\r\n" TAIL,
        EXCHANGE,
        LODGE_AUTHORISED,
        "border-hop",
        "2024-07-18T10:00:01Z"};
    g_autoptr(World) world = make(&behind);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_string_equal(decision->received->source, "border-hop");
    assert_int_equal(decision->received->instant_us, world_instant("2024-07-18T10:00:01Z"));
}

static void only_names_below_microsofts_are_its_servers(void **state)
{
    (void)state;
    assert_true(
        lodge_exchange_online_is_server("lo3gbr01ft012.mail.protection.outlook.com"));
    assert_true(lodge_exchange_online_is_server("LO4P123CA0006.outlook.office365.com"));
    assert_false(
        lodge_exchange_online_is_server("mail.protection.outlook.com.evil.example"));
    assert_false(lodge_exchange_online_is_server("evilmail.protection.outlook.com"));
    assert_false(lodge_exchange_online_is_server(".prod.outlook.com"));
    assert_false(
        lodge_exchange_online_is_server("gbr01-lo2-obe.outbound.protection.outlook.com"));
    assert_false(lodge_exchange_online_is_server(NULL));
}

static int prepare(void **state)
{
    (void)state;
    return lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recorded_shape_is_read_rightly),
        cmocka_unit_test(a_header_without_a_name_is_never_called_forged),
        cmocka_unit_test(our_own_gateway_before_the_front_door_is_inside),
        cmocka_unit_test(only_names_below_microsofts_are_its_servers),
    };
    return cmocka_run_group_tests_name("intake/decide/exchange_online", tests, prepare,
                                       NULL);
}
