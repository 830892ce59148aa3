# Put in front of every program: a way to try something and say how it went.
check() {  # NAME COMMAND...
  what=$1
  shift
  if "$@" > /dev/null 2>&1; then echo "ok   $what"; else echo "BAD  $what"; fi
}
refused() {  # NAME COMMAND...: it must fail
  what=$1
  shift
  if "$@" > /dev/null 2>&1 < /dev/null; then echo "BAD  $what worked"; else echo "ok   $what"; fi
}
empty() {  # NAME COMMAND...: it must print nothing
  what=$1
  shift
  seen=$("$@" 2> /dev/null < /dev/null | head -c 100)
  if [ -z "$seen" ]; then echo "ok   $what"; else echo "BAD  $what: $seen"; fi
}
