# Classes 7, 8 with the tools that lie about.
bash=/usr/bin/bash
for target in 127.0.0.1/$HOST_PORT 127.0.0.2/$HOST_PORT ::1/$HOST_PORT 192.0.2.1/80 169.254.0.1/80 localhost/$HOST_PORT; do
  refused "tcp $target" timeout 3 $bash -c "exec 3<> /dev/tcp/$target"
done
refused "udp" $bash -c 'echo x > /dev/udp/192.0.2.1/53'
for url in http://127.0.0.1:$HOST_PORT/ http://[::1]:$HOST_PORT/ http://192.0.2.1/ file://$HOST_CANARY; do
  refused "curl $url" curl -sf -m 3 "$url"
  refused "wget $url" wget -q -T 3 -t 1 -O - "$url"
done
refused "a name" getent hosts example.invalid
refused "ping" ping -c 1 -W 1 192.0.2.1
refused "an interface" ip link add dummy0 type dummy
refused "an address" ip addr add 192.0.2.5/24 dev lo
refused "a route" ip route add default dev lo
refused "another namespace" ip netns exec x true
refused "the firewall" iptables -L
echo done
