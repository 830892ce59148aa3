# Classes 20, 21.
case $1 in
  trap) trap '' TERM INT HUP QUIT USR1; while :; do sleep 0.1; done ;;
  trap_sleeps) trap 'sleep 60' TERM; sleep 60 & wait; sleep 60 ;;
  stop) kill -STOP $$ ;;
  stop_group) kill -STOP 0 ;;
  closed) exec >&- 2>&- <&-; sleep 60 ;;
  drip) while :; do printf .; sleep 0.02; done ;;
  pipeline) sleep 60 | sleep 60 | cat ;;
  exec) trap '' TERM; exec sleep 60 ;;
  wait_reaper) while :; do wait; sleep 0.05; done ;;
esac
