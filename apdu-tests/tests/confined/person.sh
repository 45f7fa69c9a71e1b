#!/bin/sh
# A person who is logged in to a machine that systemd runs, in mounts of their own: a home, this project's programs in
# /usr/local/bin and a service manager. Needs root. Ends with the manager.
# Usage: unshare --mount person.sh UID PROGRAMS HOME
set -eu
uid=$1

for directory in /home /run/user /run/systemd; do
    mount -t tmpfs -o mode=755 none "$directory"
done
# What systemd makes when it starts a machine, and its services' mounts are built on.
mkdir -p /run/systemd/system /run/systemd/unit-root
mount --bind "$2" /usr/local/bin
cp -r "$3" /home/person
mkdir "/run/user/$uid"
chmod 0700 "/run/user/$uid" /home/person
chown -R "$uid:$uid" "/run/user/$uid" /home/person

mount -t cgroup2 none /sys/fs/cgroup
cgroup=/sys/fs/cgroup/jpkid-test-$$
mkdir "$cgroup"
chown -R "$uid:$uid" "$cgroup"
echo $$ >"$cgroup/cgroup.procs"

exec setpriv --reuid "$uid" --regid "$uid" --clear-groups \
    env -i HOME=/home/person XDG_RUNTIME_DIR="/run/user/$uid" PATH=/usr/local/bin:/usr/bin:/bin \
    /lib/systemd/systemd --user --unit=basic.target
