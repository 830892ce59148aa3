# Class 24.
for flag in -c -n -u -f -t -l; do refused "ulimit $flag" sh -c "ulimit $flag unlimited"; done
refused "ulimit -H" sh -c "ulimit -Hn 100000"
for value in -1 -20; do refused "renice $value" renice -n $value $$; done
refused "nice" sh -c '[ "$(nice -n -5 nice)" != "$(nice)" ]'
refused "real time" chrt -f 1 true
refused "disk in real time" ionice -c 1 true
refused "another's limits" prlimit --pid 1 --nofile=10
refused "core pattern" sh -c 'echo "|/work/x" > /proc/sys/kernel/core_pattern'
refused "oom score" sh -c 'echo -1000 > /proc/self/oom_score_adj'
refused "cgroup" sh -c 'echo $$ > /sys/fs/cgroup/cgroup.procs'
sh -c 'kill -SEGV $$' 2> /dev/null
empty "core" find /work /tmp -type f
echo done
