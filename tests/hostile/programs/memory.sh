# Class 2.
case $1 in
  double) x=xxxxxxxx; while :; do x=$x$x; done ;;
  file) cat /dev/zero > /tmp/x; sleep 60 ;;
  tail) head -c 4G /dev/zero | tail ;;
  processes) for i in $(seq 30); do (head -c 500M /dev/zero | tail > /dev/null &) ; done; sleep 60 ;;
esac
