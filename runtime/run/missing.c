/* What has no value: see missing.h. An elementwise operation has one where all its operands do, of a choice those that count; what is
   made of whole vectors, where all their elements do. */
#include "runtime/run/missing.h"

#include "runtime/vm/vm.h"

#include <math.h>
#include <string.h>

bool loop_missing_make(LoopMissing *missing, const LoopProgram *program, size_t lanes, LoopArena *arena)
{
    size_t count = 0;
    *missing = (LoopMissing){.at = LOOP_NEW_ARRAY(arena, program->register_count, size_t), .lanes = lanes};
    for (uint32_t r = 0; missing->at && r < program->register_count; r++) {
        missing->at[r] = count;
        count += program->registers[r].no_room ? 0 : program->registers[r].width * lanes;
    }
    missing->is = LOOP_NEW_ARRAY(arena, count, bool);
    return missing->at && missing->is;
}

static bool *place(const LoopMissing *missing, uint32_t reg, uint32_t element, size_t lane)
{
    return &missing->is[missing->at[reg] + element * missing->lanes + lane];
}

static uint32_t width_of(const LoopBlock *block, uint32_t reg)
{
    return block->program->registers[reg].width;
}

bool loop_missing_input(LoopMissing *missing, const LoopBlock *block, uint32_t reg)
{
    bool any = false;
    for (uint32_t e = 0; e < width_of(block, reg); e++)
        for (size_t l = 0; l < block->lanes; l++) {
            bool none = isnan(loop_block_at(block, reg, e, l));
            *place(missing, reg, e, l) = none;
            any = any || none;
        }
    return any;
}

bool loop_missing_may_begin(const LoopSection *section)
{
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words)
        if (section->code[pc] == LOOP_OP_AT || section->code[pc] == LOOP_OP_select)
            return true;
    return false;
}

/* Element `e` of an operand; one of width 1 goes with every element. */
static bool lacks(const LoopMissing *missing, const LoopBlock *block, uint32_t reg, uint32_t e, size_t lane)
{
    return *place(missing, reg, width_of(block, reg) == 1 ? 0 : e, lane);
}

/* if a then b else c: what is not taken does not count. Taken, nan is what a quotient by 0 came to. */
static bool lacks_choice(const LoopMissing *missing, const LoopBlock *block, const uint32_t *args, uint32_t e, size_t lane)
{
    uint32_t condition = width_of(block, args[1]) == 1 ? 0 : e;
    uint32_t taken = loop_block_at(block, args[1], condition, lane) > 0 ? args[2] : args[3];
    return *place(missing, args[1], condition, lane) || lacks(missing, block, taken, e, lane) || isnan(loop_block_at(block, args[0], e, lane));
}

static bool lacks_any(const LoopMissing *missing, const LoopBlock *block, uint32_t reg, size_t lane)
{
    bool any = false;
    for (uint32_t e = 0; e < width_of(block, reg); e++)
        any = any || *place(missing, reg, e, lane);
    return any;
}

/* Whether number `reg` is an index of one of `count`. */
static bool is_index(const LoopBlock *block, uint32_t reg, size_t lane, uint32_t count)
{
    double i = loop_block_at(block, reg, 0, lane);
    return i == floor(i) && i >= 0 && i < count;
}

/* Element `e` of what instruction `op` writes. */
static bool result_lacks(const LoopMissing *missing, const LoopBlock *block, uint32_t op, const uint32_t *args, uint32_t e, size_t lane)
{
    const LoopOpInfo *info = loop_op_info(op);
    bool any = false;
    if (op == LOOP_OP_select)
        return lacks_choice(missing, block, args, e, lane);
    if (op == LOOP_OP_SLICE)
        return *place(missing, args[1], args[2] + e, lane);
    if (op == LOOP_OP_AT)
        any = !is_index(block, args[2], lane, width_of(block, args[1]));
    for (uint32_t i = 1; info->operands[i]; i++)
        if (info->operands[i] == 'v')
            any = any || (info->arity || op == LOOP_OP_COPY ? lacks(missing, block, args[i], e, lane) : lacks_any(missing, block, args[i], lane));
    return any;
}

static void put(LoopMissing *missing, const LoopBlock *block, const uint32_t *args)
{
    for (uint32_t e = 0; e < width_of(block, args[1]); e++)
        for (size_t l = 0; l < block->lanes; l++)
            *place(missing, args[0], args[2] + e, l) = *place(missing, args[1], e, l);
}

void loop_missing_follow(LoopMissing *missing, const LoopBlock *block, const LoopSection *section)
{
    for (size_t pc = 0; pc < section->length;) {
        uint32_t op = section->code[pc];
        const char *operands = loop_op_info(op)->operands;
        const uint32_t *args = section->code + pc + 1;
        if (op == LOOP_OP_PUT)
            put(missing, block, args);
        else if (operands[0] == 'd')
            for (uint32_t e = 0; e < width_of(block, args[0]); e++)
                for (size_t l = 0; l < block->lanes; l++)
                    *place(missing, args[0], e, l) = result_lacks(missing, block, op, args, e, l);
        pc += loop_op_info(op)->words;
    }
}
