# Class 19.
case $1 in
  yes) yes ;;
  err) yes >&2 ;;
  both) while :; do echo o; echo e >&2; done ;;
  line) tr '\0' x < /dev/zero ;;
  nul) cat /dev/zero ;;
  many) for i in $(seq 20); do yes $i & done; wait ;;
  gigabyte) head -c 60000000 /dev/zero | tr '\0' x; echo; echo done ;;
  escapes) printf '\033]0;title\007\033[2J\033]52;c;ZXZpbA==\007\033[?1049h\r\b\b\v\f'; printf '\200\377\355\240\200\300\257\364\220\200\200'; printf 'a\0b'; echo; echo done ;;
esac
