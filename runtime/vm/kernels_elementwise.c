/* Elementwise kernels, one a row of elementwise.def. Each comes down to flat loops over n numbers in which an operand
   either moves along or stays; and a single number, as what all lanes share is, goes without a loop. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"

#include <math.h>
#include <string.h>

typedef void Kernel1(LoopReal *d, const LoopReal *a, size_t n);
typedef void Kernel2(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n);
typedef void Kernel3(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, const LoopReal *c,
                     size_t sc, size_t n);

/* The instruction itself where the result is one number. */
#define SINGLE(name, expr)                                                                                             \
    static const LoopReady *name##_single(LoopBlock *block, const LoopReady *at)                                       \
    {                                                                                                                  \
        const LoopReal x = at->a[0], y = at->b[0], z = at->c[0];                                                       \
        (void)block, (void)x, (void)y, (void)z;                                                                        \
        at->d[0] = expr;                                                                                               \
        return at + 1;                                                                                                 \
    }
#define EW1(name, written, units, doc, expr)                                                                           \
    SINGLE(name, expr)                                                                                                 \
    static void name##_1(LoopReal *d, const LoopReal *a, size_t n)                                                     \
    {                                                                                                                  \
        LOOP_APART                                                                                                    \
        for (size_t i = 0; i < n; i++) {                                                                               \
            const LoopReal x = a[i];                                                                                   \
            d[i] = expr;                                                                                               \
        }                                                                                                              \
    }
#define EW2(name, written, units, doc, expr)                                                                           \
    SINGLE(name, expr)                                                                                                 \
    static void name##_2(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n)            \
    {                                                                                                                  \
        if (sa && sb) {                                                                                                \
            LOOP_APART                                                                                                \
            for (size_t i = 0; i < n; i++) {                                                                           \
                const LoopReal x = a[i], y = b[i];                                                                     \
                d[i] = expr;                                                                                           \
            }                                                                                                          \
        } else if (sa) {                                                                                               \
            const LoopReal y = b[0];                                                                                   \
            LOOP_APART                                                                                                \
            for (size_t i = 0; i < n; i++) {                                                                           \
                const LoopReal x = a[i];                                                                               \
                d[i] = expr;                                                                                           \
            }                                                                                                          \
        } else {                                                                                                       \
            const LoopReal x = a[0];                                                                                   \
            LOOP_APART                                                                                                \
            for (size_t i = 0; i < n; i++) {                                                                           \
                const LoopReal y = b[i * sb];                                                                          \
                d[i] = expr;                                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    }
/* One loop with its three strides known, so that it becomes vector code. */
#define STRIDED(A, B, C, expr)                                                                                         \
    do {                                                                                                               \
        LOOP_APART                                                                                                    \
        for (size_t i = 0; i < n; i++) {                                                                               \
            const LoopReal x = a[i * A], y = b[i * B], z = c[i * C];                                                   \
            d[i] = expr;                                                                                               \
        }                                                                                                              \
        return;                                                                                                        \
    } while (0)
#define EW3(name, written, units, doc, expr)                                                                           \
    SINGLE(name, expr)                                                                                                 \
    static void name##_3(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, const LoopReal *c,   \
                         size_t sc, size_t n)                                                                          \
    {                                                                                                                  \
        switch (4 * (sa != 0) + 2 * (sb != 0) + (sc != 0)) {                                                           \
        case 0: STRIDED(0, 0, 0, expr);                                                                                \
        case 1: STRIDED(0, 0, 1, expr);                                                                                \
        case 2: STRIDED(0, 1, 0, expr);                                                                                \
        case 3: STRIDED(0, 1, 1, expr);                                                                                \
        case 4: STRIDED(1, 0, 0, expr);                                                                                \
        case 5: STRIDED(1, 0, 1, expr);                                                                                \
        case 6: STRIDED(1, 1, 0, expr);                                                                                \
        default: STRIDED(1, 1, 1, expr);                                                                               \
        }                                                                                                              \
    }
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
#undef STRIDED
#undef SINGLE

/* Most powers are squares, which are products: loop_pow has the same numbers for them, and takes a hundred times as long. */
static void power(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n)
{
    if (sb || b[0] != 2)
        pow_2(d, a, sa, b, sb, n);
    else
        mul_2(d, a, sa, a, sa, n);
}

/* Whether y is a power of 2 that has an inverse: then a quotient by y is the product with that, to the bit. Vector units divide at a
   quarter of the rate at which they multiply. */
static bool has_inverse(LoopReal y, LoopReal *inverse)
{
    int exponent;
    *inverse = 1 / y;
    return isfinite(*inverse) && *inverse != 0 && fabs(frexp(y, &exponent)) == 0.5;
}

static void quotient(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n)
{
    LoopReal inverse;
    if (sb || !has_inverse(b[0], &inverse))
        div_2(d, a, sa, b, sb, n);
    else
        mul_2(d, a, sa, &inverse, 0, n);
}

/* loop_mod. Where y is a power of 2, the remainder is exact, unless x / y is too small for a number. */
static void remainders(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n)
{
    const LoopReal y = b[0];
    LoopReal inverse;
    if (!sa || sb || !(y > 0) || !has_inverse(y, &inverse)) {
        mod_2(d, a, sa, b, sb, n);
        return;
    }
    LOOP_APART
    for (size_t i = 0; i < n; i++) {
        LoopReal q = a[i] * inverse, r = a[i] - y * _Generic(q, float: floorf, default: floor)(q);
        r = r < 0 ? r + y : r;
        d[i] = r >= y ? r - y : r;
    }
}

/* With one condition for all, what is selected is copied, or lies where it is wanted already: see rooms.h. */
static void selected(LoopReal *d, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, const LoopReal *c, size_t sc, size_t n)
{
    const bool first = a[0] > 0;
    const LoopReal *from = first ? b : c, x = from[0];
    if (sa)
        select_3(d, a, sa, b, sb, c, sc, n);
    else if (first ? !sb : !sc)
        for (size_t i = 0; i < n; i++)
            d[i] = x;
    else if (from != d)
        memcpy(d, from, n * sizeof *d);
}

typedef struct Kernel {
    Kernel1 *one;
    Kernel2 *two;
    Kernel3 *three;
    LoopRunReady *single;
} Kernel;

static const Kernel kernels[] = {
#define EW1(name, written, units, doc, expr) {name##_1, NULL, NULL, name##_single},
#define EW2(name, written, units, doc, expr) {NULL, name##_2, NULL, name##_single},
#define EW3(name, written, units, doc, expr) {NULL, NULL, name##_3, name##_single},
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

static Kernel kernel_of(uint32_t op)
{
    switch (op) {
    case LOOP_OP_div: return (Kernel){.two = quotient, .single = div_single};
    case LOOP_OP_mod: return (Kernel){.two = remainders, .single = mod_single};
    case LOOP_OP_pow: return (Kernel){.two = power, .single = pow_single};
    case LOOP_OP_select: return (Kernel){.three = selected, .single = select_single};
    default: return kernels[op];
    }
}

/* How a source operand meets the result: in one go (flat) or element by element. */
typedef struct Operand {
    const LoopReal *at;
    size_t width, lanes;
} Operand;

static Operand operand(const LoopBlock *block, uint32_t reg)
{
    return (Operand){loop_block_register(block, reg), block->program->registers[reg].width,
                     loop_block_lanes(block, reg)};
}

static bool is_flat(Operand x, Operand d)
{
    return x.width * x.lanes == 1 || (x.width == d.width && x.lanes == d.lanes);
}

static size_t flat_stride(Operand x)
{
    return x.width * x.lanes > 1;
}

static const LoopReal *row(Operand x, size_t i)
{
    return x.at + (x.width > 1 ? i * x.lanes : 0);
}

static size_t row_stride(Operand x)
{
    return x.lanes > 1;
}

static void apply1(Kernel1 *kernel, LoopReal *d, Operand out, Operand a)
{
    size_t n = out.width * out.lanes;
    if (a.width == out.width && a.lanes == out.lanes) {
        kernel(d, a.at, n);
        return;
    }
    /* A shared operand: work it out once per element, then spread it. */
    for (size_t i = 0; i < out.width; i++) {
        LoopReal x;
        kernel(&x, row(a, i), 1);
        for (size_t l = 0; l < out.lanes; l++)
            d[i * out.lanes + l] = x;
    }
}

static void apply2(Kernel2 *kernel, LoopReal *d, Operand out, Operand a, Operand b)
{
    if (is_flat(a, out) && is_flat(b, out)) {
        kernel(d, a.at, flat_stride(a), b.at, flat_stride(b), out.width * out.lanes);
        return;
    }
    for (size_t i = 0; i < out.width; i++)
        kernel(d + i * out.lanes, row(a, i), row_stride(a), row(b, i), row_stride(b), out.lanes);
}

static void apply3(Kernel3 *kernel, LoopReal *d, Operand out, Operand a, Operand b, Operand c)
{
    if (is_flat(a, out) && is_flat(b, out) && is_flat(c, out)) {
        kernel(d, a.at, flat_stride(a), b.at, flat_stride(b), c.at, flat_stride(c), out.width * out.lanes);
        return;
    }
    for (size_t i = 0; i < out.width; i++)
        kernel(d + i * out.lanes, row(a, i), row_stride(a), row(b, i), row_stride(b), row(c, i), row_stride(c),
               out.lanes);
}

static const LoopReady *run_flat1(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    ((Kernel1 *)at->kernel)(at->d, at->a, at->n);
    return at + 1;
}

static const LoopReady *run_flat2(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    ((Kernel2 *)at->kernel)(at->d, at->a, at->sa, at->b, at->sb, at->n);
    return at + 1;
}

static const LoopReady *run_flat3(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    ((Kernel3 *)at->kernel)(at->d, at->a, at->sa, at->b, at->sb, at->c, at->sc, at->n);
    return at + 1;
}

void loop_ready_elementwise(const LoopBlock *block, LoopReady *at)
{
    const uint32_t *args = at->code + 1;
    const Kernel kernel = kernel_of(at->code[0]);
    Operand out = operand(block, args[0]), a = operand(block, args[1]);
    Operand b = kernel.one ? a : operand(block, args[2]), c = kernel.three ? operand(block, args[3]) : b;
    if (!is_flat(a, out) || !is_flat(b, out) || !is_flat(c, out) || (kernel.one && a.width * a.lanes != out.width * out.lanes))
        return;
    at->n = out.width * out.lanes;
    at->d = loop_block_register(block, args[0]);
    at->a = a.at, at->sa = flat_stride(a);
    at->b = b.at, at->sb = flat_stride(b);
    at->c = c.at, at->sc = flat_stride(c);
    at->kernel = kernel.one ? (void (*)(void))kernel.one : kernel.two ? (void (*)(void))kernel.two : (void (*)(void))kernel.three;
    at->run = at->n == 1 ? kernel.single : kernel.one ? run_flat1 : kernel.two ? run_flat2 : run_flat3;
}

void loop_kernel_elementwise(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    Operand out = operand(block, args[0]);
    const Kernel kernel = kernel_of(op);
    if (kernel.one)
        apply1(kernel.one, d, out, operand(block, args[1]));
    else if (kernel.two)
        apply2(kernel.two, d, out, operand(block, args[1]), operand(block, args[2]));
    else
        apply3(kernel.three, d, out, operand(block, args[1]), operand(block, args[2]), operand(block, args[3]));
}
