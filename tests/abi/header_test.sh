#!/bin/sh
# Each header of the contract compiles alone, as C11 and as C++20, with every
# compiler that is here, without a warning; its own asserts check the layout.
# usage: header_test.sh SDK_INCLUDE_DIR
set -eu
include=$1
count=0
for header in "$include"/collet/abi.h "$include"/collet/abi_layout.h "$include"/collet/note.h "$include"/collet/ext/*.h; do
  for compiler in "gcc -std=c11 -x c" "clang -std=c11 -x c" "g++ -std=c++20 -x c++" "clang++ -std=c++20 -x c++" \
                  "gcc -std=c11 -x c -m64 -ffreestanding" "clang -std=c11 -x c --target=aarch64-linux-gnu -ffreestanding" \
                  "clang -std=c11 -x c --target=riscv64-linux-gnu -ffreestanding"; do
    command -v "${compiler%% *}" > /dev/null || continue
    # shellcheck disable=SC2086
    printf '#include "%s"\nint collet_unused_;\n' "$header" |
      $compiler -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only - || { echo "FAILED: $compiler $header"; exit 1; }
    count=$((count + 1))
  done
done
[ "$count" -ge 20 ] || { echo "only $count compilations: no compilers?"; exit 1; }
echo "$count compilations"

# The asserts must be able to fail: a member in the middle, two that trade places,
# one of another type.
check_breaks() {
  broken=$(mktemp -d)
  mkdir -p "$broken/collet/ext"
  cp "$include"/collet/*.h "$broken/collet/"
  cp "$include"/collet/ext/*.h "$broken/collet/ext/"
  sed -i "$2" "$broken/collet/$1"
  if cmp -s "$broken/collet/$1" "$include/collet/$1"; then echo "the edit '$2' changes nothing in $1"; exit 1; fi
  if printf '#include "%s"\n' "$broken/collet/$1" | gcc -std=c11 -x c -I"$broken" -fsyntax-only - 2> /dev/null; then
    echo "FAILED: $1 still compiles after $2"
    exit 1
  fi
  rm -rf "$broken"
}
check_breaks abi.h 's/^  int32_t kind;$/  int32_t kind; int64_t more;/'
check_breaks abi.h 's/^  uint32_t effects; .*/  uint64_t effects;/'
check_breaks abi.h '/^  collet_str title;/d'
check_breaks abi.h 's/^  collet_status status;$/  int64_t status;/'
check_breaks ext/exec.h 's/^  int32_t returncode;.*/  int64_t returncode;/'
check_breaks ext/http.h '/^  collet_str method;/d'
# The head of a struct is what every reader looks at first.
swap='/^  uint32_t struct_size;/{N;s/\(.*\)\n\(.*\)/\2\n\1/}'
check_breaks abi.h "$swap"
check_breaks ext/blob.h "$swap"
check_breaks ext/commands.h "$swap"
check_breaks ext/exec.h "$swap"
check_breaks ext/kv.h '/^  uint32_t reserved;/d'
check_breaks ext/specialize.h '/^  uint32_t flags; .*/d'
check_breaks abi.h 's/^  int32_t reserved;$/  int32_t more;/'
check_breaks note.h '/^  uint32_t major;/d'
echo "14 broken headers are noticed"

# A plugin that wants more than this header has must hear of it when it is built.
if printf '#include "collet/abi.h"\n' | gcc -std=c11 -x c -DCOLLET_TARGET_MINOR=900u -I"$include" -fsyntax-only - 2> /dev/null; then
  echo "FAILED: COLLET_TARGET_MINOR above the header's own minor compiles"
  exit 1
fi
