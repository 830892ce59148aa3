# Class 38.
check "host name" [ "$(hostname 2> /dev/null || uname -n)" = box ]
check "domain" [ -z "$(cat /proc/sys/kernel/domainname | grep -v '(none)')" ]
empty "machine id" cat /etc/machine-id
empty "boot id" cat /proc/sys/kernel/random/boot_id
empty "command line of the kernel" cat /proc/cmdline
empty "the dmi" cat /sys/class/dmi/id/product_name
empty "block devices" ls /sys/block /dev/disk
empty "network cards" sh -c "ls /sys/class/net; grep -v -e lo: -e '|' /proc/net/dev"
empty "neighbours and routes" sh -c "tail -n +2 /proc/net/arp; tail -n +2 /proc/net/route"
empty "name servers" cat /etc/resolv.conf
empty "users of the host" sh -c "cut -d: -f1 /etc/passwd | grep -v -e user -e nobody"
empty "processes of the host" sh -c "cat /proc/[0-9]*/comm | grep -v -e sh -e cat -e grep -e collet -e reaper -e head"
empty "who" who
empty "cgroup" sh -c "cut -d: -f3 /proc/self/cgroup | grep -v '^/$'"
empty "locks" cat /proc/locks
echo done
