# Class 13 and 14 with the tools of util-linux.
for flag in -U -Ur -m -n -p -i -u -C -T "-U --map-auto" "-Urmpf --mount-proc"; do refused "unshare $flag" unshare $flag true; done
for flag in -m -n -p -U -i -a; do refused "nsenter $flag" nsenter -t 1 $flag true; done
refused "mount tmpfs" mount -t tmpfs none /work
refused "mount proc" mount -t proc none /work
refused "bind" mount --bind / /work
refused "overlay" mount -t overlay -o lowerdir=/,upperdir=/work,workdir=/tmp none /work
refused "remount" mount -o remount,rw /
refused "unmount" umount /proc/cmdline
refused "unmount lazily" umount -l /usr
refused "shared" mount --make-rshared /
refused "fuse" fusermount -u /work
refused "loop device" losetup -f
refused "swap" swapon /work/x
refused "pivot" pivot_root /work /work
refused "chroot" chroot /work true
refused "chroot without rights" chroot --userspec=0 / true
refused "block device" mknod /work/b b 8 0
refused "character device" mknod /work/c c 1 1
refused "switch user" setpriv --reuid 0 true
refused "bubblewrap" bwrap --bind / / true
refused "a container" docker ps
echo done
