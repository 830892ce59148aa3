# Classes 4, 6, 27: files of the host with common tools.
for path in "$HOST_CANARY" /etc/shadow /etc/gshadow /root/.ssh/id_rsa /root/.bash_history /home /var/run/docker.sock /etc/machine-id \
            /etc/ssh/ssh_host_rsa_key /proc/1/environ /proc/self/root"$HOST_CANARY" /proc/1/root"$HOST_CANARY" /proc/1/cwd/etc/shadow \
            /work/../../../../"$HOST_CANARY" /etc/sudoers /var/lib /var/log /sys/class /boot /mnt /media /srv /opt /run /lost+found; do
  refused "read $path" cat "$path"
  [ "$path" = /proc/1/environ ] || refused "list $path" ls "$path"
done
ln -s / /work/slash
refused "through a link" cat /work/slash"$HOST_CANARY"
refused "chroot" chroot / cat "$HOST_CANARY"
empty "find secrets" find / -xdev -name '*canary*'
empty "find keys" find /etc /usr/etc -name 'id_*' -o -name '*.pem' -path '*ssh*'
empty "set-uid files that are not the host's" find /work /tmp -perm -4000
empty "files that can be written" find / -xdev -type f -writable -not -path '/proc/*' -not -path '/app/*' -not -path '/dev/*'
empty "environment" sh -c 'env | grep -v ^HOST | grep -i -e secret -e token -e key -e collet'
empty "descriptors" sh -c 'for fd in /proc/self/fd/*; do readlink $fd; done | grep -v -e memfd:input -e ^pipe: -e ^/dev/null -e /fd$'
for path in /usr/bin/x /bin/sh /etc/passwd /etc/ld.so.preload /lib/x /dev/null/x /dev/sda /proc/sys/kernel/core_pattern  /packages/x /cache/x $HOST_READ_ONLY; do
  refused "write $path" sh -c "echo x >> $path"
  refused "touch $path" touch -d 2001-01-01 "$path"
done
refused "rename a root" mv /usr /work/usr
refused "link to the passwords" ln /etc/passwd /work/passwd
refused "remount" mount -o remount,rw /usr
echo done
