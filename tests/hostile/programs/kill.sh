# Class 23.
refused "the host" kill -9 $HOST_PID
refused "its group" kill -9 -- -$HOST_PID
for signal in TERM KILL STOP QUIT SEGV CHLD; do kill -$signal 1; done 2> /dev/null
refused "by name" sh -c 'pkill -9 -f hostile_test || killall -9 hostile_test'
check "still here" true
echo done
