# Compiles the program at descriptor 3 with the standard library alone, without the go
# command, which takes longer to look around than this takes. $1: the toolchain's root.
# $2: the folder of its tools.
export GOROOT="$1"
cd /work
cat <&3 >main.go
# Without a limit, endless recursion would take all memory before Go says what it is.
echo 'package main; import collet "runtime/debug"; func init() { collet.SetMaxStack(200 << 20) }' >/tmp/stack.go
if "$2/compile" -o /tmp/main.a -p main -complete -dwarf=false -importcfg /cache/importcfg -pack ./main.go /tmp/stack.go >/tmp/said 2>&1 &&
  "$2/link" -o /out/main -importcfg /cache/importcfg -buildmode=exe -s -w /tmp/main.a >>/tmp/said 2>&1; then
  exit 0
fi
echo '# command-line-arguments' >&2
sed -e 's/^[^ ]*stack.go:.*; expected package \(.*\)$/package \1 is not a main package/' -e 's/could not import \([^ ]*\) (.*)$/package \1 is not in the standard library; what else is needed must be named in `packages`/' /tmp/said >&2
exit 1
