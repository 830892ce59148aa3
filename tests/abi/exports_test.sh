#!/bin/sh
# A plugin exports its entry and nothing else, and nothing that would pin it. The
# kernel exports nothing of its own: a plugin that found a function there would
# depend on more than the contract.
# usage: exports_test.sh KERNEL FOLDER...
set -eu
kernel=$1
shift
# What libraries share with every program that uses them (std, spdlog) is not ours.
own=$(nm -D --defined-only "$kernel" | awk '{print $3}' | c++filt | grep -iE 'collet|rapidjson|boost|yaml' || true)
if [ -n "$own" ]; then
  echo "$kernel exports:"
  echo "$own"
  exit 1
fi
nm "$kernel" | c++filt | grep -q 'collet::plugin::' || { echo "$kernel has no symbols to look at: is it the kernel?"; exit 1; }
count=0
for file in $(find "$@" -name '*.so' | sort); do
  case $file in
    */broken_no_entry.so) continue ;;
  esac
  exported=$(nm -D --defined-only "$file" | awk '{print $2, $3}')
  if [ "$exported" != "T collet_plugin_entry_v1" ]; then
    echo "$file exports:"
    echo "$exported"
    exit 1
  fi
  if readelf -dW "$file" | grep -E 'TEXTREL|RPATH|RUNPATH|libstdc\+\+'; then
    echo "$file: see above"
    exit 1
  fi
  count=$((count + 1))
done
[ "$count" -ge 5 ] || { echo "only $count plugins found"; exit 1; }
echo "$count plugins export one symbol each, the kernel none"
