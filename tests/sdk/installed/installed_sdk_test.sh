#!/bin/sh
# Installs the SDK into an empty prefix and builds plugins against it in an empty
# folder, as a stranger would: the template (and a renamed copy of it), whose own
# tests run, and the three plugins of tests/abi.
# usage: installed_sdk_test.sh BUILD_DIR SOURCE_DIR WORK_DIR [cmake arguments...]
set -eu
build=$1
source=$2
work=$3
shift 3

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --component sdk --prefix "$work/prefix" > "$work/install.log"

build_one() {
  from=$1
  to=$2
  shift 2
  cmake -G Ninja -S "$from" -B "$to" -DCMAKE_PREFIX_PATH="$work/prefix" "$@" > "$to.log" 2>&1 ||
    { cat "$to.log"; exit 1; }
  cmake --build "$to" >> "$to.log" 2>&1 || { cat "$to.log"; exit 1; }
}

# Nothing of the source tree may be needed: the template is the installed one.
cp -r "$work/prefix/share/collet/plugin-template" "$work/template"
build_one "$work/template" "$work/template-build" "$@"
ctest --test-dir "$work/template-build" --output-on-failure

"$source/scripts/new-plugin" word_count "$work/word_count"
! grep -rn "my_plugin\|MyPlugin" "$work/word_count"
build_one "$work/word_count" "$work/word_count-build" "$@"
ctest --test-dir "$work/word_count-build" --output-on-failure

cp -r "$source/tests/abi/plugins" "$work/abi"
build_one "$work/abi" "$work/abi-build" "$@"

for file in "$work/template-build/plugins/my_plugin.so" "$work/word_count-build/plugins/word_count.so" \
            "$work/abi-build/abi_plugins/waits.so" "$work/abi-build/abi_plugins/plain_c.so"; do
  exported=$(nm -D --defined-only "$file" | awk '{print $2, $3}')
  [ "$exported" = "T collet_plugin_entry_v1" ] || { echo "$file exports: $exported"; exit 1; }
done
echo "installed SDK: template, renamed copy and three foreign plugins build and pass"
