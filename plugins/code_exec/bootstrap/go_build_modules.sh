# Compiles the program at descriptor 3 with the modules at /packages and, at /cache, the
# standard library as the go command left it. $1: the go command.
export GOMODCACHE=/packages/mod GOCACHE=/tmp/cache GOENV=off GOTOOLCHAIN=local GOPROXY=off GOSUMDB=off GOFLAGS=-mod=mod CGO_ENABLED=0
cd /work
cat <&3 >main.go
cat /packages/app/go.mod >go.mod
[ ! -e /packages/app/go.sum ] || cat /packages/app/go.sum >go.sum
cp -rs /cache/cache /tmp/cache
exec "$1" build -gcflags=all=-dwarf=false -ldflags='-s -w' -o /out/main main.go
