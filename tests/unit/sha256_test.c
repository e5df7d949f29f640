/* SHA-256 against the vectors of FIPS 180-4 and of NIST's CAVP, and around the edges of a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/output/sha256.h"

static void check(LoopStr bytes, const char *wanted)
{
    char hex[LOOP_SHA256_HEX + 1];
    loop_sha256(bytes, hex);
    assert_string_equal(hex, wanted);
}

static void hashes_the_published_vectors(void **state)
{
    (void)state;
    check((LoopStr){NULL, 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check(LOOP_STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check(LOOP_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check(LOOP_STR("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnop"
                   "qrstnopqrstu"),
          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    check(LOOP_STR("\xbd"), "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
}

static void hashes_a_million_bytes(void **state)
{
    static char bytes[1000000];
    (void)state;
    memset(bytes, 'a', sizeof bytes);
    check((LoopStr){bytes, sizeof bytes}, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* 55 bytes leave just room for the length in one block, 56 do not; 64 make the tail empty. */
static void pads_around_a_block(void **state)
{
    static const struct {
        size_t len;
        const char *wanted;
    } rows[] = {{55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
                {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
                {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
                {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
                {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"}};
    char bytes[65];
    (void)state;
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check((LoopStr){bytes, rows[i].len}, rows[i].wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_the_published_vectors),
        cmocka_unit_test(hashes_a_million_bytes),
        cmocka_unit_test(pads_around_a_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
