#include "config/council_changes.h"

#include <string.h>

/* clang-format off */
static const LodgeCouncilChange CHANGES[] = {
    {"E06000028", NULL, "2019-03-31", "E06000058"}, /* Bournemouth Borough Council */
    {"E06000029", NULL, "2019-03-31", "E06000058"}, /* Borough of Poole */
    {"E06000058", "2019-04-01", NULL, NULL}, /* Bournemouth, Christchurch and Poole Council */
    {"E06000059", "2019-04-01", NULL, NULL}, /* Dorset Council */
    {"E06000060", "2020-04-01", NULL, NULL}, /* Buckinghamshire Council */
    {"E06000061", "2021-04-01", NULL, NULL}, /* North Northamptonshire Council */
    {"E06000062", "2021-04-01", NULL, NULL}, /* West Northamptonshire Council */
    {"E06000063", "2023-04-01", NULL, NULL}, /* Cumberland Council */
    {"E06000064", "2023-04-01", NULL, NULL}, /* Westmorland and Furness Council */
    {"E06000065", "2023-04-01", NULL, NULL}, /* North Yorkshire Council */
    {"E06000066", "2023-04-01", NULL, NULL}, /* Somerset Council */
    {"E07000004", NULL, "2020-03-31", "E06000060"}, /* Aylesbury Vale District Council */
    {"E07000005", NULL, "2020-03-31", "E06000060"}, /* Chiltern District Council */
    {"E07000006", NULL, "2020-03-31", "E06000060"}, /* South Bucks District Council */
    {"E07000007", NULL, "2020-03-31", "E06000060"}, /* Wycombe District Council */
    {"E07000026", NULL, "2023-03-31", "E06000063"}, /* Allerdale Borough Council */
    {"E07000027", NULL, "2023-03-31", "E06000064"}, /* Barrow-in-Furness Borough Council */
    {"E07000028", NULL, "2023-03-31", "E06000063"}, /* Carlisle City Council */
    {"E07000029", NULL, "2023-03-31", "E06000063"}, /* Copeland Borough Council */
    {"E07000030", NULL, "2023-03-31", "E06000064"}, /* Eden District Council */
    {"E07000031", NULL, "2023-03-31", "E06000064"}, /* South Lakeland District Council */
    {"E07000048", NULL, "2019-03-31", "E06000058"}, /* Christchurch Borough Council */
    {"E07000049", NULL, "2019-03-31", "E06000059"}, /* East Dorset District Council */
    {"E07000050", NULL, "2019-03-31", "E06000059"}, /* North Dorset District Council */
    {"E07000051", NULL, "2019-03-31", "E06000059"}, /* Purbeck District Council */
    {"E07000052", NULL, "2019-03-31", "E06000059"}, /* West Dorset District Council */
    {"E07000053", NULL, "2019-03-31", "E06000059"}, /* Weymouth and Portland Borough Council */
    {"E07000150", NULL, "2021-03-31", "E06000061"}, /* Corby Borough Council */
    {"E07000151", NULL, "2021-03-31", "E06000062"}, /* Daventry District Council */
    {"E07000152", NULL, "2021-03-31", "E06000061"}, /* East Northamptonshire Council */
    {"E07000153", NULL, "2021-03-31", "E06000061"}, /* Kettering Borough Council */
    {"E07000154", NULL, "2021-03-31", "E06000062"}, /* Northampton Borough Council */
    {"E07000155", NULL, "2021-03-31", "E06000062"}, /* South Northamptonshire Council */
    {"E07000156", NULL, "2021-03-31", "E06000061"}, /* Wellingborough Borough Council */
    {"E07000163", NULL, "2023-03-31", "E06000065"}, /* Craven District Council */
    {"E07000164", NULL, "2023-03-31", "E06000065"}, /* Hambleton District Council */
    {"E07000165", NULL, "2023-03-31", "E06000065"}, /* Harrogate Borough Council */
    {"E07000166", NULL, "2023-03-31", "E06000065"}, /* Richmondshire District Council */
    {"E07000167", NULL, "2023-03-31", "E06000065"}, /* Ryedale District Council */
    {"E07000168", NULL, "2023-03-31", "E06000065"}, /* Scarborough Borough Council */
    {"E07000169", NULL, "2023-03-31", "E06000065"}, /* Selby District Council */
    {"E07000187", NULL, "2023-03-31", "E06000066"}, /* Mendip District Council */
    {"E07000188", NULL, "2023-03-31", "E06000066"}, /* Sedgemoor District Council */
    {"E07000189", NULL, "2023-03-31", "E06000066"}, /* South Somerset District Council */
    {"E07000190", NULL, "2019-03-31", "E07000246"}, /* Taunton Deane Borough Council */
    {"E07000191", NULL, "2019-03-31", "E07000246"}, /* West Somerset District Council */
    {"E07000201", NULL, "2019-03-31", "E07000245"}, /* Forest Heath District Council */
    {"E07000204", NULL, "2019-03-31", "E07000245"}, /* St Edmundsbury Borough Council */
    {"E07000205", NULL, "2019-03-31", "E07000244"}, /* Suffolk Coastal District Council */
    {"E07000206", NULL, "2019-03-31", "E07000244"}, /* Waveney District Council */
    {"E07000244", "2019-04-01", NULL, NULL}, /* East Suffolk Council */
    {"E07000245", "2019-04-01", NULL, NULL}, /* West Suffolk Council */
    {"E07000246", "2019-04-01", "2023-03-31", "E06000066"}, /* Somerset West and Taunton Council */
    {"E10000002", NULL, "2020-03-31", "E06000060"}, /* Buckinghamshire County Council */
    {"E10000006", NULL, "2023-03-31", NULL}, /* Cumbria County Council (divided) */
    {"E10000009", NULL, "2019-03-31", "E06000059"}, /* Dorset County Council */
    {"E10000021", NULL, "2021-03-31", NULL}, /* Northamptonshire County Council (divided) */
    {"E10000023", NULL, "2023-03-31", "E06000065"}, /* North Yorkshire County Council */
    {"E10000027", NULL, "2023-03-31", "E06000066"}, /* Somerset County Council */
};
/* clang-format on */

/* GOV.UK's list keeps these two rows, with the tier of the new council, under the code of the old one. */
static const LodgeCouncilRecoding RECODINGS[] = {
    {"E10000023", "E06000065", "North Yorkshire Council"},
    {"E10000027", "E06000066", "Somerset Council"},
};

const LodgeCouncilChange *lodge_council_changes_find(const char *gss)
{
    for (gsize i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        if (strcmp(CHANGES[i].gss, gss) == 0)
            return &CHANGES[i];
    }
    return NULL;
}

const LodgeCouncilRecoding *lodge_council_changes_find_recoding(const char *gss)
{
    for (gsize i = 0; i < G_N_ELEMENTS(RECODINGS); i++) {
        if (strcmp(RECODINGS[i].old_gss, gss) == 0)
            return &RECODINGS[i];
    }
    return NULL;
}
