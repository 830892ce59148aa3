# Class 22.
nohup sleep 60 > /dev/null 2>&1 &
(setsid sleep 60 &)
setsid sh -c 'trap "" HUP TERM; while :; do sleep 1; done' &
(sleep 60; echo late) &
echo done
