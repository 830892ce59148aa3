# Compiles the standard library. $1: the go program. What is left in /out is going to be
# at /cache: the go command's own build cache, and the list of packages in it.
set -e
echo 'preparing the Go standard library, once' >&2
export GOCACHE=/out/cache GOENV=off GOTOOLCHAIN=local GOPROXY=off GOFLAGS= CGO_ENABLED=0
cd /tmp
"$1" list -export -gcflags=-dwarf=false -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' std >list
sed 's,=/out/,=/cache/,' list >/out/importcfg
