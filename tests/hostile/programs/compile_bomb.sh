# Class 33: sources that make a compiler eat time or memory. argv[1]: which.
command -v gcc > /dev/null || exec sleep 60
cd /work
case $1 in
  macros) { echo '#define a0 x x x x x x x x'; for i in $(seq 12); do echo "#define a$i a$((i-1)) a$((i-1)) a$((i-1)) a$((i-1)) a$((i-1)) a$((i-1)) a$((i-1)) a$((i-1))"; done; echo a12; } > x.c; gcc -E x.c > /dev/null; exec sleep 60 ;;
  repeat) echo '__asm__(".rept 1000000000\n.quad 1\n.endr");' > x.c; gcc -c x.c; exec sleep 60 ;;
  include) i=0; echo '#include "/dev/zero"' > x.c; gcc -E x.c > /dev/null; exec sleep 60 ;;
  jobs) echo 'int main() {}' > x.c; while :; do gcc x.c -o x$$ & done ;;
esac
