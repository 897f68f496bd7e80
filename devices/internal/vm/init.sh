#!/bin/busybox sh
# The board's first process: it brings up disk, network and ssh server.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
# Whoever fills it takes memory from all others.
mount -t tmpfs -o size=100%,mode=1777 shm /dev/shm
for m in $(cat /modules/order); do insmod "/modules/$m"; done
for i in $(seq 100); do
	if [ -b /dev/vda ] && [ -d /sys/class/net/eth0 ]; then break; fi
	sleep 0.1
done
# As on a board whose power may go: with a journal, and nothing synced early.
mount -t ext4 /dev/vda /home || echo "board: no disk"
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
mkdir -p /home/.ssh /tmp
chmod 1777 /tmp
cp /etc/key.pub /home/.ssh/authorized_keys
chmod -R go= /home/.ssh
chown -R board:board /home/.ssh
dropbearconvert openssh dropbear /etc/hostkey /etc/hostkey.dropbear
echo "board: up"
while :; do
	dropbear -F -E -s -j -k -r /etc/hostkey.dropbear -p 22
	sleep 1
done
