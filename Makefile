# onnx2c: `make demo` shows it at work, `make check` runs every test; both install the Debian packages they need.

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
CC ?= cc
# Builds what runs while the compiler is built, where CC makes programs for another machine.
HOSTCC ?= $(CC)
PROTOC_C ?= protoc-c
SAN ?=
Q ?= @

CSTD := -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wredundant-decls
WARN += -Wformat=2 -Wno-format-nonliteral -Wundef -Wunused-macros -Wvla -Wno-overlength-strings -Werror
OPT := -O2 -g
ifneq ($(SAN),)
OPT := -O1 -g -fsanitize=address,undefined,float-cast-overflow -fno-omit-frame-pointer -fno-sanitize-recover=all
# Instrumented, gcc no longer sees the casts and sizes that these two look for. clang doesn't know the second.
WARN += -Wno-conversion -Wno-format-truncation -Wno-unknown-warning-option
# Optimising what is checked at every step takes most of the time.
KERNEL_OPT ?= $(subst -O1,-O0,$(OPT))
endif
# Kernels obey the generated code's stricter rules. No contraction to fused multiply-add: folding is the same
# everywhere. Macros are there for what is pasted with them.
KERNEL_FLAGS := -std=c99 -ffp-contract=off -Wno-unused-macros
KERNEL_OPT ?= $(OPT)

GEN := $(BUILD)/gen
PROTO := $(BUILD)/proto
# One folder a room: docs/design.md.
COMPILER := $(wildcard compiler/*/*.c compiler/ops/shared/*.c)
# In the order in which they are pasted: vectors first, which others are written in.
FIRST_KERNELS := runtime_min/vector.c templates/math.c.in
OTHER_KERNELS := $(sort $(wildcard runtime_min/*.c)) $(sort $(wildcard templates/*.c.in))
KERNELS := $(FIRST_KERNELS) $(filter-out $(FIRST_KERNELS),$(OTHER_KERNELS))
KERNEL_NAMES := $(notdir $(patsubst %.c.in,%,$(patsubst %.c,%,$(subst .c.in,.c,$(KERNELS)))))
KERNEL_OBJECTS := $(patsubst %,$(BUILD)/obj/kernel_%.o,$(KERNEL_NAMES))
OBJECTS := $(patsubst compiler/%.c,$(BUILD)/obj/%.o,$(COMPILER))
LIBRARY := $(OBJECTS) $(KERNEL_OBJECTS) $(BUILD)/obj/kernels_table.o $(BUILD)/obj/onnx.pb-c.o
INCLUDES := -Icompiler -I$(GEN) -I$(PROTO)
LIBS := -lprotobuf-c -lffi -lm

all: $(BUILD)/onnx2c

$(BUILD)/onnx2c: $(LIBRARY)
	$(Q)$(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(LIBS)

KERNELGEN := $(wildcard tools/kernelgen/*.c)

# Before anything is built: is there what that takes?
$(BUILD)/needs: tools/build-needs
	@mkdir -p $(@D)
	@tools/build-needs $(PROTOC_C) $(CC) $(CFLAGS)
	@touch $@

$(BUILD)/kernelgen: $(KERNELGEN) $(wildcard tools/kernelgen/*.h) | $(BUILD)/needs
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(OPT) -o $@ $(KERNELGEN)

$(GEN)/stamp: $(BUILD)/kernelgen $(KERNELS)
	@mkdir -p $(GEN)
	$(BUILD)/kernelgen $(GEN) $(KERNELS)
	@touch $@

# Strings of a model are Foreign from the start: the same in memory as the char * that protobuf-c fills in.
$(PROTO)/onnx.pb-c.c: proto/onnx.proto | $(BUILD)/needs
	@mkdir -p $(PROTO)
	$(PROTOC_C) --c_out=$(PROTO) --proto_path=proto $<
	$(Q)sed -i -E -e 's/^( +)char \*/\1Foreign /' -e 's|^#include <protobuf-c/.*|&\n#include "base/foreign.h"|' \
		$(PROTO)/onnx.pb-c.h

$(BUILD)/obj/driver/main.o $(OBJECTS): | $(PROTO)/onnx.pb-c.c $(GEN)/stamp

$(BUILD)/obj/%.o: compiler/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(OPT) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<

$(GEN)/kernels_table.c $(GEN)/kernels.h: $(GEN)/stamp ;

$(GEN)/kernel_%.c: $(GEN)/stamp ;

$(BUILD)/obj/kernel_%.o: $(GEN)/kernel_%.c $(GEN)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARN) $(KERNEL_FLAGS) $(KERNEL_OPT) $(CFLAGS) -I$(GEN) -c -o $@ $<

$(BUILD)/obj/kernels_table.o: $(GEN)/kernels_table.c $(GEN)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) -ffp-contract=off $(WARN) -O1 $(filter -fsanitize% -fno-sanitize%,$(OPT)) $(CFLAGS) $(INCLUDES) \
		-c -o $@ $<

$(BUILD)/obj/onnx.pb-c.o: $(PROTO)/onnx.pb-c.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(OPT) $(INCLUDES) -c -o $@ $<

-include $(OBJECTS:.o=.d)

# -- what people call --------------------------------------------------------------------------------------------------

deps-build deps-lint deps-check: deps-%:
	@tools/install-deps $*

# In a second make, since the packages have to be there before the build starts; on all processors, unless the caller
# has chosen.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

demo: deps-build
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/demo/digits
	cd examples/digits && ../../$(BUILD)/demo/digits

$(BUILD)/demo/digits: $(BUILD)/onnx2c examples/digits/main.c
	@mkdir -p $(BUILD)/demo
	$(BUILD)/onnx2c examples/digits/model.onnx --name digits -o $(BUILD)/demo/digits.c --header $(BUILD)/demo/digits.h
	$(CC) -std=c99 -O2 -I$(BUILD)/demo -o $@ examples/digits/main.c $(BUILD)/demo/digits.c -lm

TEST ?=
SANITIZED := $(BUILD)/san/onnx2c
COUNTED := $(BUILD)/counted/onnx2c
TESTED := $(BUILD)/onnx2c $(BUILD)/unit-tests $(BUILD)/cases $(BUILD)/operators $(BUILD)/conformance/stamp

# All tests.
check: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(TESTED) $(SANITIZED) $(COUNTED)
	$(Q)tests/check.sh $(BUILD) $(VENV)/bin/python

# While one works: what takes some two minutes. TEST=PART is one part of what `make check` does, TEST=PART:GLOB less of
# it: TEST=models:digits.
test: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(TESTED)
	$(Q)tests/check.sh $(BUILD) $(VENV)/bin/python $(or $(TEST),quick)

# The unit tests alone, or one suite of them: TEST=arena.
unit: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/unit-tests
	$(Q)tests/check.sh $(BUILD) $(VENV)/bin/python unit$(TEST:%=:%)

# The code as text: layout, lengths, and what checkers say that only read it. TEST=clang-tidy: a part of that.
lint: deps-lint
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(GEN)/stamp $(PROTO)/onnx.pb-c.c
	$(Q)tests/check.sh $(BUILD) python3 lint$(TEST:%=:%)

# What the quick tests are worth: plants N faults in the compiler, one at a time, and names those that nobody sees.
# ONLY='compiler/plan/*' is where.
N ?= 20
SEED ?= 1
ONLY ?= *

mutants: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/conformance/stamp
	$(Q)$(VENV)/bin/python tests/mutants/mutants.py --build $(BUILD) --python $(VENV)/bin/python --count $(N) \
		--seed $(SEED) --only '$(ONLY)'

# What is installed beside the program: FILE:WHERE, below PREFIX/share.
VERSION := $(shell sed -n 's/.*define VERSION "\(.*\)"/\1/p' compiler/base/version.h)
SHARED := onnx2c.1:man/man1/onnx2c.1
SHARED += cmake/onnx2c.cmake:cmake/onnx2c/onnx2c.cmake
SHARED += cmake/onnx2cConfig.cmake:cmake/onnx2c/onnx2cConfig.cmake
SHARED += cmake/onnx2cConfigVersion.cmake.in:cmake/onnx2c/onnx2cConfigVersion.cmake
SHARED += tools/onnx2c.pc.in:pkgconfig/onnx2c.pc
SHARED += tools/onnx2c.bash-completion:bash-completion/completions/onnx2c
SHARED += tools/onnx2c.zsh-completion:zsh/site-functions/_onnx2c
INSTALLED := bin/onnx2c $(foreach f,$(SHARED),share/$(word 2,$(subst :, ,$(f))))

install: $(BUILD)/onnx2c
	install -D $(BUILD)/onnx2c "$(DESTDIR)$(PREFIX)/bin/onnx2c"
	$(Q)set -e; for f in $(SHARED); do \
		to="$(DESTDIR)$(PREFIX)/share/$${f#*:}"; \
		install -d "$$(dirname "$$to")"; \
		sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' $${f%%:*} >"$$to"; \
		chmod 644 "$$to"; \
	done

# Folders that others use stay.
uninstall:
	rm -f $(INSTALLED:%="$(DESTDIR)$(PREFIX)/%")
	$(Q)rmdir "$(DESTDIR)$(PREFIX)/share/cmake/onnx2c" 2>/dev/null || true

# -- packages: of what this machine built ------------------------------------------------------------------------------

deb: $(BUILD)/onnx2c
	$(Q)rm -rf $(BUILD)/deb
	$(Q)$(MAKE) --no-print-directory install DESTDIR=$(BUILD)/deb PREFIX=/usr >/dev/null
	tools/make-deb $(BUILD)/deb $(VERSION) $(BUILD)/onnx2c.deb

# With all libraries in it but libc, so that it runs where only Python was installed.
$(BUILD)/wheel/onnx2c: $(LIBRARY)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPT) -s $(LDFLAGS) -o $@ $^ -l:libprotobuf-c.a -l:libffi.a -lm

wheel: $(BUILD)/wheel/onnx2c
	python3 tools/make_wheel.py $< $(VERSION) $(BUILD)/wheel

clean:
	rm -rf $(BUILD)

# -- tests -------------------------------------------------------------------------------------------------------------

UNIT := $(wildcard tests/unit/*.c)
UNIT_OBJECTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%.o,$(UNIT))
MACHINE_OBJECTS := $(BUILD)/machine/machine.o $(BUILD)/machine/cases.o

$(BUILD)/unit/%.o: tests/unit/%.c $(GEN)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) -Wno-pedantic $(OPT) $(CFLAGS) $(INCLUDES) -Itests/machine $$(pkg-config --cflags check) \
		-MMD -MP -c -o $@ $<

$(BUILD)/machine/%.o: tests/machine/%.c $(GEN)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(OPT) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<

$(BUILD)/unit-tests: $(UNIT_OBJECTS) $(BUILD)/machine/machine.o $(filter-out $(BUILD)/obj/driver/main.o,$(LIBRARY))
	$(Q)$(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(LIBS) $$(pkg-config --libs check)

# Computes cases in its own process.
$(BUILD)/cases: $(MACHINE_OBJECTS) $(filter-out $(BUILD)/obj/driver/main.o,$(LIBRARY))
	$(Q)$(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(UNIT_OBJECTS:.o=.d) $(MACHINE_OBJECTS:.o=.d)

# Python with the onnx package, for the official test cases and for models that are made to be wrong.
VENV := $(BUILD)/venv

$(VENV)/stamp: tests/conformance/requirements.txt
	$(Q)python3 -m venv $(VENV)
	$(Q)$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(BUILD)/conformance/stamp: tests/conformance/export_cases.py $(VENV)/stamp
	$(Q)$(VENV)/bin/python $< $(@D)
	@touch $@

# By hand, and for longer than `make check` does: `make random N=5000 SEED=1000`; `make fuzz N=20000 SEED=1000`;
# `make hostile` takes every model, `make hostile EVERY=20` each twentieth. What fails is left, made small, in
# build/random, in tests/fuzz/found.
N ?=
SEED ?= 0
EVERY ?= 1

random: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/onnx2c $(VENV)/stamp
	$(Q)$(VENV)/bin/python tests/random_graphs/run.py $(BUILD)/onnx2c $(N:%=-n %) --seed $(SEED) --keep $(BUILD)/random

fuzz: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(SANITIZED) $(BUILD)/conformance/stamp
	$(Q)$(VENV)/bin/python tests/fuzz/run.py $(SANITIZED) $(N:%=-n %) --seed $(SEED) --conformance $(BUILD)/conformance

hostile: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/onnx2c $(BUILD)/conformance/stamp
	$(Q)$(VENV)/bin/python tests/hostile_data.py $(BUILD)/onnx2c --every $(EVERY) --conformance $(BUILD)/conformance

# The compiler with sanitizers, beside the one without.
$(SANITIZED): FORCE
	$(Q)$(MAKE) --no-print-directory SAN=1 BUILD=$(BUILD)/san $@

# The compiler that says how many basic blocks ran.
$(COUNTED): FORCE
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) -c -o $(@D)/count.o tests/scale/count.c
	$(Q)$(MAKE) --no-print-directory BUILD=$(@D) CFLAGS=-fsanitize-coverage=trace-pc LDFLAGS=$(@D)/count.o $@

# A target for libFuzzer, which only clang has: `make fuzz-target`, then build/fuzzer/target FOLDER -close_fd_mask=2.
fuzz-target: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory CC=clang SAN=1 CFLAGS=-fsanitize=fuzzer-no-link BUILD=$(BUILD)/fuzzer \
		$(BUILD)/fuzzer/target

$(BUILD)/target: tests/fuzz/target.c $(filter-out $(BUILD)/obj/driver/main.o,$(LIBRARY))
	$(Q)$(CC) $(CSTD) $(WARN) $(OPT) $(INCLUDES) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# After a change that is meant to show: look at the diff, then commit it.
golden: $(BUILD)/onnx2c $(BUILD)/conformance/stamp
	$(Q)tests/golden.sh $(BUILD)/onnx2c --update
	$(Q)$(VENV)/bin/python tests/broken.py $(BUILD)/onnx2c --root $(BUILD)/conformance --update

# -- speed -------------------------------------------------------------------------------------------------------------

# The fast kernels alone against the machine's peak, for the widest vectors, for AVX2, for SSE2 and without vectors.
BENCH_native := -march=native
BENCH_avx2 := -mavx2 -mfma
BENCH_sse2 :=
BENCH_plain := -DONNX2C_NO_VECTORS
BENCH_KERNELS := native avx2 sse2 plain
BENCH_FILES := $(patsubst %,$(GEN)/kernel_%.c,vector tile gemm gemm_packed conv conv_packed conv_planes)

$(BUILD)/bench/kernels-%: tests/bench/kernels.c $(GEN)/stamp
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 $(BENCH_$*) -I$(GEN) -o $@ $< $(BENCH_FILES) -lm

bench-kernels: $(patsubst %,$(BUILD)/bench/kernels-%,$(BENCH_KERNELS))
	$(Q)for target in $(BENCH_KERNELS); do \
		echo "== $$target"; \
		$(BUILD)/bench/kernels-$$target $$([ $$target = native ] || echo naive); \
	done

# ONNX Runtime for comparison. PyTorch, and the networks made with it, only come with `make bench-models`.
BENCH_VENV := $(BUILD)/bench/venv
MODEL ?= *
PROFILE ?=
BENCH_FOLDERS := $(BUILD)/bench/models tests/models
BENCH_MODELS = $(patsubst %/model.onnx,%,$(wildcard $(BENCH_FOLDERS:%=%/$(MODEL)/model.onnx)))
BENCH = $(BENCH_VENV)/bin/python tests/bench/bench.py --onnx2c $(BUILD)/onnx2c --build $(BUILD)/bench/out

$(BENCH_VENV)/stamp: tests/bench/requirements.txt
	$(Q)python3 -m venv $(BENCH_VENV)
	$(Q)$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench: $(BUILD)/onnx2c $(BENCH_VENV)/stamp
	$(Q)$(BENCH) --cc $(CC) $(if $(PROFILE),--profile) $(BENCH_MODELS)
	$(Q)$(if $(PROFILE),,$(BENCH) --cc $(CC) --threads --rounds 5 $(BENCH_MODELS))
	$(Q)$(if $(PROFILE),,$(BENCH) --cc $(CC) --errors $(BENCH_MODELS))

bench-models: tests/bench/export.py
	$(Q)python3 -m venv $(BUILD)/bench/venv-torch
	$(Q)$(BUILD)/bench/venv-torch/bin/pip install --quiet --disable-pip-version-check \
		-r tests/bench/requirements-models.txt
	$(Q)$(BUILD)/bench/venv-torch/bin/python $< $(BUILD)/bench/models

# Int8 networks as firmware for emulated Cortex-M, beside CMSIS-NN's figures. FOLDER=...: others than these.
FIRMWARE_NETS := dscnn resnet8 ad_ae vww mbv2
FOLDER ?= $(FIRMWARE_NETS:%=tests/models/%_int8_qdq)

bench-firmware: deps-check
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BUILD)/onnx2c $(VENV)/stamp
	$(Q)$(VENV)/bin/python tests/bench/firmware.py --onnx2c $(BUILD)/onnx2c --build $(BUILD)/bench/firmware $(FOLDER)

# -- documentation -----------------------------------------------------------------------------------------------------

$(BUILD)/operators: tools/operators.c $(filter-out $(BUILD)/obj/driver/main.o,$(LIBRARY))
	$(Q)$(CC) $(CSTD) $(WARN) $(OPT) $(CFLAGS) $(INCLUDES) $(LDFLAGS) -o $@ $^ $(LIBS)

docs: $(BUILD)/operators $(BUILD)/conformance/stamp
	$(Q)$(BUILD)/operators >docs/operators.md
	$(Q)$(VENV)/bin/python tests/case_table.py $(BUILD)/conformance >docs/cases.md

# After another version of the onnx package: what its operators take.
schemas: $(VENV)/stamp
	$(Q)$(VENV)/bin/python tools/schemas.py >compiler/models/schemas.def

.PHONY: all bench bench-models bench-kernels bench-firmware demo check test unit lint mutants random fuzz fuzz-target
.PHONY: hostile install uninstall deb wheel clean docs schemas golden FORCE
.PHONY: deps-build deps-lint deps-check
.SECONDARY:
