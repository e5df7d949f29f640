/* Three-factor learning: presynaptic activity and the loop's own credit make a synapse eligible, dopamine then moves
   its weight. With credit 1 and a decay of discount * lambda it is TD(lambda): Sutton 1988, Montague, Dayan and
   Sejnowski 1996; with the chosen channel's credit, the actor of Barto, Sutton and Anderson 1983. */
#include "runtime/contract/rule.h"

/* The factors that a channel's synapses share, per lane: what a unit of trace adds to the weight. */
static void channel_gain(const LoopRuleCall *call, size_t k, LoopReal *gain)
{
    for (size_t l = 0; l < call->lanes; l++) {
        LoopReal dopamine = loop_view(call->dopamine, k, l);
        LoopReal side = dopamine > 0 ? loop_view(call->burst, k, l) : loop_view(call->dip, k, l);
        gain[l] = loop_view(call->rate, k, l) * (side * dopamine);
    }
}

static void channel_credit(const LoopRuleCall *call, size_t k, LoopReal *decay, LoopReal *credit)
{
    for (size_t l = 0; l < call->lanes; l++) {
        decay[l] = loop_view(call->trace, k, l);
        credit[l] = loop_view(call->credit, k, l) * loop_view(call->propose, k, l);
    }
}

/* Whether a neuron takes part: at least `upstate` of its lines are active. Every neuron sees every line. */
static LoopReal active(const LoopRuleCall *call, size_t lane)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < call->loop->lines; c++)
        count += loop_view(call->context, c, lane) > 0;
    return count >= call->loop->upstate ? 1.0 : 0.0;
}

/* e = decay e + credit x, for one line in all lanes. */
static void move_trace(const LoopRuleCall *call, LoopReal *e, size_t line, const LoopReal *decay, const LoopReal *credit)
{
    const LoopReal *x = call->context.at + line * call->context.step;
    if (call->context.lane)
        for (size_t l = 0; l < call->lanes; l++)
            e[l] = decay[l] * e[l] + credit[l] * x[l];
    else
        for (size_t l = 0; l < call->lanes; l++)
            e[l] = decay[l] * e[l] + credit[l] * x[0];
}

static void move_weight(const LoopRuleCall *call, LoopReal *w, const LoopReal *e, size_t k, const LoopReal *gain)
{
    const LoopLoop *loop = call->loop;
    for (size_t l = 0; l < call->lanes; l++)
        w[l] += gain[l] * e[l];
    if (loop->forget != LOOP_NONE)
        for (size_t l = 0; l < call->lanes; l++)
            w[l] *= loop_view(call->forget, k, l);
    if (loop->bounded)
        for (size_t l = 0; l < call->lanes; l++)
            w[l] = w[l] < loop->lo ? loop->lo : (w[l] > loop->hi ? loop->hi : w[l]);
}

static void step(const LoopRuleCall *call)
{
    const LoopLoop *loop = call->loop;
    LoopReal *gain = call->factor, *decay = gain + call->lanes, *credit = decay + call->lanes;
    LoopReal *w = call->weights, *e = call->traces;
    for (size_t k = 0; k < loop->channels; k++) {
        channel_gain(call, k, gain);
        channel_credit(call, k, decay, credit);
        if (loop->upstate)
            for (size_t l = 0; l < call->lanes; l++)
                credit[l] *= active(call, l);
        for (size_t m = 0; m < loop->neurons; m++)
            for (size_t c = 0; c < loop->lines; c++, w += call->lanes, e += call->lanes) {
                if (loop->credit_first)
                    move_trace(call, e, c, decay, credit);
                move_weight(call, w, e, k, gain);
                if (!loop->credit_first)
                    move_trace(call, e, c, decay, credit);
            }
    }
}

const LoopRule loop_rule_three_factor = {
    "three_factor",
    "w += rate * D * e, then e = trace * e + credit * propose * u * x, where D is the dopamine signal times `burst` "
    "when positive and times `dip` when negative. Sutton 1988; Montague, Dayan and Sejnowski 1996.",
    step,
};
