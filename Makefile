# Loop: `make` builds build/loop, `make run` runs the main example, `make check` runs every test.
# As many jobs as there are processors, unless said otherwise; what a target prints comes in one piece.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += --jobs=$(shell nproc) --output-sync
endif

BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O3 -g
BISON  ?= bison
FLEX   ?= flex
OBJCOPY ?= objcopy

# Linked to a fixed address: the tables hold three thousand addresses, which a movable program sets at each start.
STD    := -std=c11 -ffp-contract=off -fno-math-errno -fno-trapping-math -fno-pie -pthread
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Werror -Wno-pass-failed -Wno-psabi
GEN    := $(BUILD)/gen
INC    := -I. -I$(GEN)
LIBS   := -no-pie -lffi -ldl -lm -pthread

SOURCES := $(sort $(shell find lang runtime -name '*.c'))
CLI     := $(filter lang/cli/%,$(SOURCES))
CORE    := $(filter-out lang/cli/%,$(SOURCES))
RUNTIME := $(filter runtime/%,$(SOURCES))
GENOBJ  := $(BUILD)/obj/gen/grammar.o $(BUILD)/obj/gen/scanner.o $(BUILD)/obj/gen/stdlib.o
STDLIB   := $(sort $(shell find stdlib -name '*.loop'))
EXAMPLES := $(sort $(shell find examples -name '*.loop' -not -path '*/extern/*'))
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

# The engine is built in single precision, and in both precisions once more for each of VECTORS. All but its table becomes local,
# so that no name meets its twin; flags may widen vectors, never change what is computed.
ENGINE        := $(filter runtime/block/% runtime/vm/% runtime/rules/% runtime/task/% runtime/measure/%,$(RUNTIME))
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
VECTORS       ?= avx2 avx512
endif
ENGINES       := base_single $(foreach v,$(VECTORS),$(v) $(v)_single)
single         = -DLOOP_SINGLE -Wno-conversion
base_single    = $(single)
avx2           = -mavx2 -mtune=haswell
avx2_single    = $(avx2) $(single)
avx512         = -mtune=skylake-avx512 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512
avx512_single  = $(avx512) $(single)
HAS           := $(VECTORS:%=-DLOOP_HAS_%)
ENGINEOBJ     := $(ENGINES:%=$(BUILD)/engine/%.o)

.PHONY: all run install check clean
all: $(BUILD)/loop

run: $(BUILD)/loop
	$(BUILD)/loop run examples/schultz.loop

# One file: the library of models is inside it.
PREFIX ?= /usr/local
install: $(BUILD)/loop
	install -D -m 755 $(BUILD)/loop $(DESTDIR)$(PREFIX)/bin/loop

$(BUILD)/loop: $(call obj,$(SOURCES)) $(GENOBJ) $(ENGINEOBJ)
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/obj/%.o: %.c | $(GEN)/grammar.h
	@mkdir -p $(@D)
	@$(CC) $(STD) $(WARN) $(CPPFLAGS) $(CFLAGS) $(HAS) $(INC) -MMD -MP -c -o $@ $<

define engine
$(BUILD)/engine/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@$$(CC) $$(STD) $$(WARN) $$(CPPFLAGS) $$(CFLAGS) $$($(1)) -DLOOP_ENGINE=loop_engine_$(1) -DLOOP_ENGINE_NAME='"$(firstword $(subst _, ,$(1)))"' $$(INC) -MMD -MP -c -o $$@ $$<
$(BUILD)/engine/$(1).o: $$(ENGINE:%.c=$(BUILD)/engine/$(1)/%.o)
	@$$(LD) -r -o $$@ $$^ && $$(OBJCOPY) --keep-global-symbol=loop_engine_$(1) $$@
endef
$(foreach e,$(ENGINES),$(eval $(call engine,$(e))))

$(BUILD)/obj/gen/%.o: $(GEN)/%.c $(GEN)/grammar.h
	@mkdir -p $(@D)
	@$(CC) $(STD) $(WARN) -Wno-unused-function -Wno-conversion $(CPPFLAGS) $(CFLAGS) $(INC) -MMD -MP -c -o $@ $<

$(GEN)/grammar.h: $(GEN)/grammar.c ;
$(GEN)/grammar.c: lang/syntax/grammar.y
	@mkdir -p $(@D)
	@$(BISON) -Wall -Werror -d -o $@ $<
$(GEN)/scanner.c: lang/syntax/scanner.l
	@mkdir -p $(@D)
	@$(FLEX) -o $@ $<
$(GEN)/stdlib.c: lang/syntax/stdlib.sh $(STDLIB)
	@mkdir -p $(@D)
	@sh lang/syntax/stdlib.sh $(STDLIB) >$@

# ---- tests: each prints 'N passed, N failed' and fails when something did ----

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_test.c))

.PHONY: test unit golden tables diag use models mutants extern same-bits sanitize robust docs pages bless
# $(BUILD) may be any variant.
test: unit golden tables diag use models mutants extern robust

check: test docs same-bits sanitize
	@echo "all checks passed"

$(BUILD)/unit/%: tests/unit/%.c $(call obj,$(CORE)) $(GENOBJ) $(ENGINEOBJ)
	@mkdir -p $(@D)
	@$(CC) $(STD) $(WARN) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(INC) -MMD -MP -MF $@.d -o $@ $< $(call obj,$(CORE)) $(GENOBJ) $(ENGINEOBJ) -lcmocka -lmpfr -lgmp $(LIBS)

# Numbers are read and printed with a point where the locale has a comma.
$(BUILD)/locale/de_DE.UTF-8:
	@mkdir -p $(@D) && localedef -i de_DE -f UTF-8 $@

# The targets of the fuzzer at least compile.
unit: $(UNIT) $(call obj,$(wildcard tests/fuzz/*.c)) $(BUILD)/locale/de_DE.UTF-8
	@for t in $(UNIT); do LOCPATH=$(BUILD)/locale $$t || exit 1; done

golden: $(BUILD)/loop
	@tests/golden.sh $(BUILD)/loop

# Goldens and messages anew; read the difference before you commit it.
bless: $(BUILD)/loop
	@tests/golden.sh $(BUILD)/loop bless >/dev/null; tests/diag/run.sh $(BUILD)/loop bless >/dev/null; git diff --stat tests

tables: $(BUILD)/loop
	@tests/tables.sh $(BUILD)/loop

diag: $(BUILD)/loop
	@tests/diag/run.sh $(BUILD)/loop
	@tests/diag/json.sh $(BUILD)/loop
	@tests/diag/braces.py $(BUILD)/loop

use: $(BUILD)/loop
	@tests/use/run.sh $(BUILD)/loop

# Some learn nothing, and are warned of; what is said counts where one fails.
models: $(BUILD)/loop
	@$(BUILD)/loop test -q $(EXAMPLES) $$(find tests/run -name '*.loop') 2>$(BUILD)/models.said || { cat $(BUILD)/models.said; exit 1; }

mutants: $(BUILD)/loop
	@tests/mutants/run.sh $(BUILD)/loop

extern: $(BUILD)/loop
	@tests/extern/run.sh $(BUILD)/loop

robust: $(BUILD)/loop $(BUILD)/loop-fail
	@tests/limit/run.sh $(BUILD)/loop $(BUILD)/loop-fail

# The same program with an allocator that is made to fail.
WRAP := -Wl,--wrap=main -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=aligned_alloc -Wl,--wrap=free -Wl,--wrap=mmap -Wl,--wrap=munmap
$(BUILD)/loop-fail: tests/limit/fail_alloc.c $(call obj,$(SOURCES)) $(GENOBJ) $(ENGINEOBJ)
	@$(CC) -std=c11 $(CFLAGS) $(LDFLAGS) $(WRAP) -o $@ $^ $(LIBS)

# The pages that the program prints.
pages: $(BUILD)/loop
	@$(BUILD)/loop catalog --markdown >docs/reference.md
	@sed -n '/^## /q;p' docs/phenomena.md >$(BUILD)/head && $(BUILD)/loop test --markdown $(EXAMPLES) | sed -n '/^## /,$$p' | sed 's|](examples/|](../examples/|' >$(BUILD)/tail
	@cat $(BUILD)/head $(BUILD)/tail >docs/phenomena.md

docs: $(BUILD)/loop
	@tests/docs.sh $(BUILD)/loop

# Speed beside the reference programs of a folder, where there is one; no part of check. BENCH=--quick is one short round.
REFERENCE ?= $(wildcard ../shared/bench)
ROUNDS    ?= 5
.PHONY: bench
bench: $(BUILD)/loop
	@tests/bench/run.py --build $(BUILD) --reference "$(REFERENCE)" --rounds $(ROUNDS) $(BENCH)

# The same bits from two compilers, three levels, any threads and lanes.
same-bits: $(BUILD)/loop
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang CFLAGS="-O1" all
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/gcc CC=gcc CFLAGS="-O0" VECTORS= all
	@tests/same-bits.sh $(BUILD)/loop $(BUILD)/clang/loop $(BUILD)/gcc/loop

# All but mutants, whose runs are those of the models; with the widest vectors that this machine can run.
RUNS_AVX512 = $(shell grep -s -m 1 -w avx512vl /proc/cpuinfo)
sanitize:
	@ALLOC_STRIDE=4 $(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
	    VECTORS="$(lastword $(if $(RUNS_AVX512),$(VECTORS),$(filter-out avx512,$(VECTORS))))" unit golden tables diag use models extern robust

# A minute for each target, with clang's libFuzzer; what it finds stays in $(BUILD)/fuzz/crash-*.
FUZZ_SECONDS ?= 60
FUZZ         := $(BUILD)/fuzz
FUZZ_CFLAGS  := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_SEEDS   := $(EXAMPLES) $(wildcard tests/run/*/*.loop tests/parse/*.loop tests/diag/*.loop)

.PHONY: fuzz
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(FUZZ) CC=clang CFLAGS="$(FUZZ_CFLAGS)" $(FUZZ)/parse_fuzz $(FUZZ)/run_fuzz
	@mkdir -p $(FUZZ)/seeds $(FUZZ)/parse_corpus $(FUZZ)/run_corpus
	@for seed in $(FUZZ_SEEDS); do cp $$seed $(FUZZ)/seeds/$$(echo $$seed | tr / _); done
	@sed -nE 's/^(RESERVED|BEGINS|INSIDE|FUNCTION|EW[123])\("?([a-z_]+)"?.*/"\2"/p' lang/syntax/keywords.def \
	    runtime/contract/function.def runtime/contract/elementwise.def | sort -u >$(FUZZ)/words.dict
	@for target in parse run; do $(FUZZ)/$${target}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=8192 \
	    -max_len=8192 -dict=$(FUZZ)/words.dict -artifact_prefix=$(FUZZ)/crash- -print_final_stats=1 -verbosity=0 \
	    $(FUZZ)/$${target}_corpus $(FUZZ)/seeds || exit 1; done

$(BUILD)/%_fuzz: tests/fuzz/%_fuzz.c $(call obj,$(CORE)) $(GENOBJ) $(ENGINEOBJ)
	@$(CC) $(STD) $(WARN) $(CFLAGS) -fsanitize=fuzzer $(INC) -o $@ $^ $(LIBS)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
