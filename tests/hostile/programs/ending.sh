# Class 29.
case $1 in
  exit) exit 3 ;;
  large) exit 255 ;;
  missing) exec /no/such/program ;;
  denied) exec /etc/passwd ;;
  signal) kill -USR2 $$ ;;
  syntax) eval 'if' ;;
  closed) exec >&- 2>&- <&-; exit 5 ;;
  child) (exit 9) ;;
  recursion) f() { f; }; f ;;
esac
