#!/bin/sh
# Pins the words of the contract: the value of every constant and every type,
# member and signature, as the compiler sees them after the preprocessor. Layout is
# pinned by the asserts in the headers; what they cannot see is a constant that got
# another number or a function that takes something else.
# usage: golden_test.sh SDK_INCLUDE_DIR GOLDEN_FILE [--write]
set -eu
export LC_ALL=C
include=$1
golden=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
: > "$work/empty/stdint.h"

preprocess() { printf '#include "collet/%s"\n' "$2" | gcc -std=c11 -x c -undef -nostdinc -I"$1" -I"$work/empty" -E $3 -; }

# The constants of one header and what it declares itself, one statement a line.
contract() {
  for header in abi.h note.h ext/app.h ext/blob.h ext/commands.h ext/complete.h ext/embed.h ext/exec.h ext/http.h ext/kv.h ext/log.h ext/metrics.h \
                ext/redact.h ext/secrets.h ext/specialize.h; do
    echo "== $header"
    preprocess "$1" "$header" -dM | awk -v own="$1/collet/$header" '
      BEGIN { while ((getline line < own) > 0) if (match(line, /^# *define +[A-Za-z0-9_]+/)) {
                split(substr(line, RSTART, RLENGTH), word, / +/); mine[word[length(word)]] = 1 } }
      $1 == "#define" && $2 in mine && NF > 2 && $2 !~ /_H$/ && $2 !~ /_$/ { $1 = ""; print "define" $0 }' | sort
    preprocess "$1" "$header" "" | awk -v own="$1/collet/$header" '
      /^# [0-9]+ "/ { split($0, part, "\""); take = part[2] == own; next }
      take' | tr -s ' \t\n' ' ' | sed 's/\([;{}]\) */\1\n/g' | grep -v '^ *_Static_assert\|^ *$'
  done
}

if [ "${3:-}" = --write ]; then contract "$include" > "$golden"; exit 0; fi
contract "$include" > "$work/now"
if ! diff -u "$golden" "$work/now"; then
  echo "The contract differs from $golden. A minor version may only add; if that is all it does, or nothing was"
  echo "released with what changed, write the file anew: $0 $include $golden --write"
  exit 1
fi
echo "$(grep -c '^define' "$golden") constants and $(grep -vc '^define\|^==' "$golden") declarations as written down"

# The file must be able to differ: a new number, a flag that moves, another id, a
# callback that answers something else.
check_mutant() {
  rm -rf "$work/mutant"
  mkdir -p "$work/mutant"
  cp -r "$include/collet" "$work/mutant/collet"
  sed -i "$2" "$work/mutant/collet/$1"
  if cmp -s "$work/mutant/collet/$1" "$include/collet/$1"; then echo "the edit '$2' changes nothing in $1"; exit 1; fi
  contract "$work/mutant" > "$work/changed"
  if cmp -s "$golden" "$work/changed"; then echo "FAILED: '$2' in $1 is not noticed"; exit 1; fi
}
check_mutant abi.h 's/^#define COLLET_E_LIMIT .*/#define COLLET_E_LIMIT (-7)/'
check_mutant abi.h 's/^#define COLLET_E_CONFLICT .*/#define COLLET_E_CONFLICT 2/'
check_mutant abi.h 's/^#define COLLET_EFFECT_RUNS_PROGRAMS 0x20u/#define COLLET_EFFECT_RUNS_PROGRAMS 0x40u/'
check_mutant abi.h 's/^#define COLLET_FINISH_EMPTY 0x2u/#define COLLET_FINISH_EMPTY 0x8u/'
check_mutant abi.h 's/^#define COLLET_PROGRESS_STDERR 3/#define COLLET_PROGRESS_STDERR 2/'
check_mutant abi.h 's/^typedef collet_status (\*collet_tool_fn)/typedef void (*collet_tool_fn)/'
check_mutant abi.h 's/"collet_plugin_entry_v1"/"collet_plugin_entry"/'
check_mutant note.h 's/^#define COLLET_NOTE_MANIFEST 1u/#define COLLET_NOTE_MANIFEST 2u/'
check_mutant ext/exec.h 's/^#define COLLET_EXEC_OOM 4/#define COLLET_EXEC_OOM 5/'
check_mutant ext/exec.h 's,"collet.exec/1","collet.exec/2",'
check_mutant ext/kv.h 's/int64_t ttl_ms/uint64_t ttl_ms/'
check_mutant ext/log.h 's/^#define COLLET_LOG_WARN 3/#define COLLET_LOG_WARN 2/'
echo "12 changed headers are noticed"
