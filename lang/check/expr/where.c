/* Where formulas stand: what is known there, and of which streams they draw. */
#include "lang/check/expr/expr.h"

LoopWhere loop_where(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock)
{
    return (LoopWhere){.in = in, .place = place, .clock = clock, .instant = LOOP_NONE,
                       .draws = LOOP_NEW(check->arena, uint32_t)};
}

/* Where the place of this hash is, or has room. */
static LoopDrawPlace *find_place(const LoopDrawTable *table, uint64_t name)
{
    size_t i = (size_t)name & (table->size - 1);
    while (table->slots[i].draws && table->slots[i].name != name)
        i = (i + 1) & (table->size - 1);
    return &table->slots[i];
}

/* Keeps the table at most half full. */
static bool room_for_place(LoopChecker *check)
{
    LoopDrawTable *table = &check->places, bigger = {.size = table->size ? table->size * 2 : 32, .count = table->count};
    if (table->count < table->size / 2)
        return true;
    bigger.slots = LOOP_NEW_ARRAY(check->arena, bigger.size, LoopDrawPlace);
    for (size_t i = 0; bigger.slots && i < table->size; i++)
        if (table->slots[i].draws)
            *find_place(&bigger, table->slots[i].name) = table->slots[i];
    if (bigger.slots)
        *table = bigger;
    return bigger.slots != NULL;
}

LoopWhere loop_where_on(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock)
{
    uint64_t name = loop_name_hash(place);
    LoopWhere where = loop_where(check, in, place, clock);
    if (!where.draws || !room_for_place(check))
        return where;
    LoopDrawPlace *slot = find_place(&check->places, name);
    if (slot->draws)
        where.draws = slot->draws;
    else {
        *slot = (LoopDrawPlace){name, where.draws};
        check->places.count++;
    }
    return where;
}
