# Compiles packages of the standard library. $1: the go program; then the packages. What
# is left in /out is going to be at /cache: the go command's own build cache, and the list
# of packages in it.
set -e
go="$1"
shift
echo 'preparing the Go standard library, once' >&2
export GOCACHE=/out/cache GOENV=off GOTOOLCHAIN=local GOPROXY=off GOFLAGS= CGO_ENABLED=0
cd /tmp
# Older toolchains have fewer of them.
"$go" list -e -f '{{if not .Error}}{{.ImportPath}}{{end}}' "$@" >wanted
"$go" list -export -deps -gcflags=-dwarf=false -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' $(cat wanted) >list
sed 's,=/out/,=/cache/,' list >/out/importcfg
