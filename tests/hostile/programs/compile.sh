# Class 33: a compiler is a program like others. argv: what it is given.
command -v gcc > /dev/null || { echo "ok   no compiler here"; echo done; exit; }
cd /work
compile() {  # NAME SOURCE [FLAG...]: nothing may come of it
  name=$1
  printf '%s\n' "$2" > "$name.c"
  shift 2
  if gcc -o "$name" "$name.c" "$@" 2> "$name.log"; then echo "BAD  $name was made"; else echo "ok   $name"; fi
  if grep -q sings "$name.log" "$name" 2> /dev/null; then echo "BAD  $name holds the secret"; fi
}
compile include "#include \"$HOST_CANARY\"" 
compile shadow '#include "/etc/shadow"'
compile incbin "__asm__(\".incbin \\\"$HOST_CANARY\\\"\"); int main() {}"
compile environ '__asm__(".incbin \"/proc/1/environ\""); int main() {}'
compile itself '#include "itself.c"'
compile script 'int main() {}' -Wl,-T,"$HOST_CANARY"
compile arguments 'int main() {}' @"$HOST_CANARY"
compile plugin 'int main() {}' -fplugin="$HOST_CANARY"
compile outside 'int main() {}' -o /usr/bin/evil
compile dump 'int main() {}' -dumpdir /etc/ -save-temps -o /etc/evil
compile array 'static char a[1L << 40] = {1}; int main() { return a[0]; }'
compile disk 'static char a[200L << 20] = {1}; int main() { return a[0]; }'
compile pragma '#pragma GCC dependency "/etc/shadow"
#error end'
compile wrapper 'int main() {}' -wrapper /bin/false
compile specs 'int main() {}' -specs="$HOST_CANARY"
echo done
