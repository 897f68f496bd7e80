# supervise.sh FOLDER SECONDS PROGRAM [ARGUMENT...] runs a program that outlives
# the connection it was started over: its input, output and errors are files of
# the folder, and so is its exit status. It ends the program when nobody has
# asked for it (see lease) for that many seconds. However the program ends, what
# it has changed is restored (see restoreFunc), and its whole process group ends.
cd "$1" || exit 1
limit=$2
shift 2
umask 077
finish() {
	trap '' TERM INT HUP
	kill -9 "$child" "$watch"
	restore
	echo "$1" >exit.new && mv exit.new exit
	kill -9 0
}
trap 'finish 143' TERM INT HUP
"$@" <in >out 2>err &
child=$!
exec 2>/dev/null # some shells say, late, that a child was killed
while sleep 30; do
	if [ $(($(date +%s) - $(cat lease))) -gt "$limit" ]; then kill -TERM $$; fi
done </dev/null >/dev/null 2>&1 &
watch=$!
wait "$child"
finish $?
