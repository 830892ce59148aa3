#!/bin/sh
# A plugin exports its entry and nothing else, and nothing that would pin it.
# usage: exports_test.sh FOLDER...
set -eu
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
echo "$count plugins export one symbol each"
