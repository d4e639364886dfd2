#include "parsers/mail/received.h"

#include "tests/support/cmocka.h"
#include <string.h>
#include <time.h>

typedef struct {
    const char *name, *raw;
    const char *by, *helo, *peer_name, *peer_address, *with, *instant;
} Case;

static const Case cases[] = {
    {"Postfix names the greeting, the looked-up name and the address",
     " from mail.council.example (mail.council.example [192.0.2.10])\r\n"
     "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"
     "\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n"
     "\t(No client certificate requested)\r\n"
     "\tby mx.gov.example (Postfix) with ESMTPS id 4WQk2b0y7Yz9sWC\r\n"
     "\tfor <plans@gov.example>; Fri, 19 Jul 2024 16:03:11 +0100 (BST)",
     "mx.gov.example", "mail.council.example", "mail.council.example", "192.0.2.10",
     "ESMTPS", "2024-07-19T15:03:11.000000Z"},
    {"Postfix writes unknown for a peer without a name",
     "from [10.0.0.5] (unknown [192.0.2.11]) by mx.gov.example (Postfix) with ESMTP id 1;"
     " Fri, 19 Jul 2024 15:03:11 +0000 (UTC)",
     "mx.gov.example", "[10.0.0.5]", NULL, "192.0.2.11", "ESMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"Postfix takes mail from its own machine without a peer",
     "by mx.gov.example (Postfix, from userid 33)\r\n\tid A1B2; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", NULL, NULL, NULL, NULL, "2024-07-19T15:03:11.000000Z"},
    {"an IPv6 peer carries its tag, which goes",
     "from a.example (a.example [IPv6:2001:db8::25]) by mx.gov.example (Postfix) with ESMTPS id"
     " 1; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "a.example", "a.example", "2001:db8::25", "ESMTPS",
     "2024-07-19T15:03:11.000000Z"},
    {"Sendmail warns that a name may be forged",
     "from relay.example (dsl.provider.example [203.0.113.9] (may be forged))\n"
     "\tby mx.gov.example (8.17.1/8.17.1) with ESMTP id 46JF3B2x012345\n"
     "\tfor <plans@gov.example>; Fri, 19 Jul 2024 16:03:11 +0100",
     "mx.gov.example", "relay.example", "dsl.provider.example", "203.0.113.9", "ESMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"Sendmail with an ident answer before the name",
     "from relay.example (IDENT:mail@host.example [203.0.113.9]) by mx.gov.example"
     " (8.9.3/8.9.3) with SMTP id AA1; Fri, 19 Jul 2024 15:03:11 GMT",
     "mx.gov.example", "relay.example", "host.example", "203.0.113.9", "SMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"Sendmail for a peer without a name",
     "from relay.example ([203.0.113.9]) by mx.gov.example (8.17.1/8.17.1) with ESMTP id X;"
     " Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "relay.example", NULL, "203.0.113.9", "ESMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"Exim writes the looked-up name first and the greeting inside",
     "from host.council.example ([192.0.2.20] helo=mail.council.example)\n"
     "\tby mx.gov.example with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\n"
     "\t(Exim 4.96) (envelope-from <a@council.example>) id 1sUpXy-0001ab-2c\n"
     "\tfor plans@gov.example; Fri, 19 Jul 2024 16:03:11 +0100",
     "mx.gov.example", "mail.council.example", "host.council.example", "192.0.2.20",
     "ESMTPS", "2024-07-19T15:03:11.000000Z"},
    {"Exim with the peer's port",
     "from host.council.example ([192.0.2.20]:41234 helo=mail.council.example) by mx.gov.example"
     " with esmtp (Exim 4.94.2) id 1; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "mail.council.example", "host.council.example", "192.0.2.20",
     "ESMTP", "2024-07-19T15:03:11.000000Z"},
    {"Exim without a name for the peer",
     "from [192.0.2.21] (port=50112 helo=laptop.local) by mx.gov.example with esmtpsa"
     " (TLS1.3) (Exim 4.96) id 1; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "laptop.local", NULL, "192.0.2.21", "ESMTPSA",
     "2024-07-19T15:03:11.000000Z"},
    {"Exim where a peer greets with somebody else's address",
     "from [192.0.2.21] (helo=[10.1.1.1]) by mx.gov.example with smtp (Exim 4.96) id 1;"
     " Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "[10.1.1.1]", NULL, "192.0.2.21", "SMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"Exim where the greeting was the looked-up name",
     "from host.council.example ([192.0.2.20]) by mx.gov.example with esmtps (TLS1.2)"
     " (Exim 4.96) id 1; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", NULL, "host.council.example", "192.0.2.20", "ESMTPS",
     "2024-07-19T15:03:11.000000Z"},
    {"Exchange Online writes the bare address and names its product as protocol",
     "from LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:f8::10) by\r\n"
     " CWXP265MB5678.GBRP265.PROD.OUTLOOK.COM (2603:10a6:400:1c::20) with Microsoft SMTP\r\n"
     " Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id\r\n"
     " 15.20.7784.17; Fri, 19 Jul 2024 15:03:11 +0000",
     "cwxp265mb5678.gbrp265.prod.outlook.com", "LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM",
     NULL, "2603:10a6:600:f8::10", "MICROSOFT SMTP SERVER", "2024-07-19T15:03:11.000000Z"},
    {"Exchange Online at its border takes mail from the internet",
     "from mail.council.example (192.0.2.30) by\r\n"
     " LO3GBR01FT012.mail.protection.outlook.com (10.152.43.16) with Microsoft SMTP\r\n"
     " Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.7784.11 via Frontend\r\n"
     " Transport; Fri, 19 Jul 2024 15:03:10 +0000",
     "lo3gbr01ft012.mail.protection.outlook.com", "mail.council.example", NULL,
     "192.0.2.30", "MICROSOFT SMTP SERVER", "2024-07-19T15:03:10.000000Z"},
    {"Exchange Online from a client over MAPI has a name in brackets for the peer",
     "from LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) by"
     " LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM ([fe80::1%5]) with mapi id 15.20.7784.017; Fri,"
     " 19 Jul 2024 15:03:09 +0000",
     "lo2p265mb1234.gbrp265.prod.outlook.com", "LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM",
     NULL, NULL, "MAPI", "2024-07-19T15:03:09.000000Z"},
    {"Exchange on premises",
     "from EX01.council.local (10.20.0.5) by EX02.council.local (10.20.0.6) with Microsoft SMTP"
     " Server (TLS) id 15.1.2507.39; Fri, 19 Jul 2024 16:03:11 +0100",
     "ex02.council.local", "EX01.council.local", NULL, "10.20.0.5", "MICROSOFT SMTP SERVER",
     "2024-07-19T15:03:11.000000Z"},
    {"Exchange on premises for a peer without a greeting",
     "from ([192.0.2.40]) by EX02.council.local with Microsoft SMTP Server id 14.3.123.3; Fri,"
     " 19 Jul 2024 16:03:11 +0100",
     "ex02.council.local", NULL, NULL, "192.0.2.40", "MICROSOFT SMTP SERVER",
     "2024-07-19T15:03:11.000000Z"},
    {"Gmail ends the looked-up name with a dot",
     "from mail-yw1-f180.google.com (mail-yw1-f180.google.com. [209.85.128.180])\r\n"
     "        by mx.google.com with ESMTPS id d75a77b69052e-44f9cdf1a2bsi1234.5.2024.07.19\r\n"
     "        for <plans@gov.example>\r\n"
     "        (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128);\r\n"
     "        Fri, 19 Jul 2024 08:03:11 -0700 (PDT)",
     "mx.google.com", "mail-yw1-f180.google.com", "mail-yw1-f180.google.com",
     "209.85.128.180", "ESMTPS", "2024-07-19T15:03:11.000000Z"},
    {"Gmail between its own machines",
     "by 2002:a05:6a10:1234:b0:1 with SMTP id k4csp123456pxv; Fri, 19 Jul 2024 08:03:12 -0700"
     " (PDT)",
     "2002:a05:6a10:1234:b0:1", NULL, NULL, NULL, "SMTP", "2024-07-19T15:03:12.000000Z"},
    {"qmail names the greeting in a comment of its own",
     "from unknown (HELO mail.council.example) (192.0.2.50)\n"
     "  by mx.gov.example with SMTP; 19 Jul 2024 15:03:11 -0000",
     "mx.gov.example", "mail.council.example", NULL, "192.0.2.50", "SMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"qmail with a looked-up name and the login",
     "from host.council.example (HELO mail.council.example) (clerk@192.0.2.50) by mx.gov.example"
     " with ESMTPA; 19 Jul 2024 15:03:11 -0000",
     "mx.gov.example", "mail.council.example", "host.council.example", "192.0.2.50",
     "ESMTPA", "2024-07-19T15:03:11.000000Z"},
    {"qmail's own handling has neither peer nor host",
     "(qmail 12345 invoked by uid 89); 19 Jul 2024 15:03:11 -0000", NULL, NULL, NULL, NULL,
     NULL, "2024-07-19T15:03:11.000000Z"},
    {"Dovecot's delivery",
     "from mx.gov.example ([127.0.0.1])\n\tby store.gov.example with LMTP\n"
     "\tid abc123 (envelope-from <a@council.example>)\n\tfor <plans>; Fri, 19 Jul 2024 15:03:12"
     " +0000",
     "store.gov.example", "mx.gov.example", NULL, "127.0.0.1", "LMTP",
     "2024-07-19T15:03:12.000000Z"},
    {"a semicolon in a comment does not begin the date",
     "from a.example (a.example [192.0.2.1] (odd; Fri, 19 Jul 2020 15:03:11 +0000)) by"
     " mx.gov.example with ESMTP id 1; Fri, 19 Jul 2024 15:03:11 +0000",
     "mx.gov.example", "a.example", "a.example", "192.0.2.1", "ESMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"a greeting cannot bring an address of its own",
     "from trusted.gov.example (HELO [10.0.0.1]) (203.0.113.66) by mx.gov.example with SMTP; 19"
     " Jul 2024 15:03:11 -0000",
     "mx.gov.example", "[10.0.0.1]", "trusted.gov.example", "203.0.113.66", "SMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"a second from clause behind the host is not one",
     "from a.example (a.example [192.0.2.1]) by mx.gov.example with ESMTP id 1 for"
     " <x@gov.example> from b.example (b.example [10.0.0.1]) by evil.example; Fri, 19 Jul 2024"
     " 15:03:11 +0000",
     "mx.gov.example", "a.example", "a.example", "192.0.2.1", "ESMTP",
     "2024-07-19T15:03:11.000000Z"},
    {"without a date the instant is unknown",
     "from a.example (a.example [192.0.2.1]) by mx", "mx", "a.example", "a.example",
     "192.0.2.1", NULL, NULL},
    {"a date that is none is unknown", "by mx.gov.example; tomorrow at noon",
     "mx.gov.example", NULL, NULL, NULL, NULL, NULL},
    {"a comment that does not end ends the reading",
     "from a.example (a.example [192.0.2.1 by mx", NULL, "a.example", NULL, NULL, NULL,
     NULL},
    {"nothing", "", NULL, NULL, NULL, NULL, NULL, NULL},
};

static void
check(const char *name, const char *what, const char *expected, const char *found)
{
    if (g_strcmp0(expected, found) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\"", name, what, found, expected);
}

static void each_server_says_what_it_says(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        LodgeReceived *received = lodge_received_parse(c->raw);
        g_autofree char *instant = lodge_instant_format(received->instant_us);
        check(c->name, "by", c->by, received->by);
        check(c->name, "helo", c->helo, received->helo);
        check(c->name, "peer name", c->peer_name, received->peer_name);
        check(c->name, "peer address", c->peer_address, received->peer_address);
        check(c->name, "with", c->with, received->with);
        check(c->name, "instant", c->instant, instant);
        lodge_received_free(received);
    }
}

static void deep_and_long_fields_cost_no_more_than_their_length(void **state)
{
    (void)state;
    static const char *const pieces[] = {"(", ")",  "from (",   "by x (",
                                         ";", "\"", "from a [", "\\("};

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        clock_t start = clock();
        g_autoptr(GString) raw = g_string_new("from a.example ");
        while (raw->len < 200 * 1024)
            g_string_append(raw, pieces[i]);
        lodge_received_free(lodge_received_parse(raw->str));
        if (clock() - start > CLOCKS_PER_SEC)
            fail_msg("200 kB of %s cost more than a second", pieces[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_server_says_what_it_says),
        cmocka_unit_test(deep_and_long_fields_cost_no_more_than_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
