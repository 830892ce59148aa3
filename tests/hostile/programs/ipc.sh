# Class 37.
refused "host name" hostname evil
refused "date" date -s 2001-01-01
refused "sysctl" sysctl -w kernel.hostname=evil
refused "shared memory of others" sh -c "ipcs -m | grep -q '^0x'"
refused "a message queue" ipcmk -Q
refused "load a module" modprobe dummy
refused "logger" logger -s -n 127.0.0.1 x --tcp
refused "wall" sh -c 'echo x | wall && [ -e /dev/tty ]'
refused "kernel log" dmesg
check "the name is as it was" [ "$(uname -n)" = box ]
echo done
