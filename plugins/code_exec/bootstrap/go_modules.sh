# Fetches modules. $1: the go command, its configuration in the environment; then what to get.
set -e
go="$1"
shift
export GOMODCACHE=/out/mod GOCACHE=/tmp/cache
mkdir /out/app
cd /out/app
"$go" mod init app 2>/dev/null
"$go" get "$@" >&2
"$go" mod download >&2
