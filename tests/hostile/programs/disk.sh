# Class 3: every place that can be written, with common tools.
for folder in /work /tmp /dev/shm $EXTRA_FOLDER; do
  refused "dd in $folder" dd if=/dev/zero of=$folder/big bs=1M count=64
  rm -f $folder/big
  refused "cp to $folder" cp /dev/zero $folder/big
  rm -f $folder/big
  refused "fallocate in $folder" fallocate -l 1G $folder/big
  refused "a sparse file in $folder" truncate -s 1T $folder/big
  rm -f $folder/big
done
yes | head -c 60M > /tmp/a 2> /dev/null
check "less than the limit is there" [ "$(cat /tmp/a | wc -c)" -le 33554432 ]
rm -f /tmp/a
for folder in / /usr /etc /dev /proc /app /packages /cache /out; do refused "no room in $folder" dd if=/dev/zero of=$folder/x count=1; done
echo done
