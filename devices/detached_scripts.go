package devices

import (
	"fmt"
	"strings"
)

// aliveFunc is the shell function that checks whether a run, given by its folder,
// is alive. After a restart its process identifier may belong to another process;
// and a process has no command line at the moment in which it becomes another
// program.
const aliveFunc = `named() { grep -q "$1" "/proc/$p/cmdline" 2>/dev/null; }
alive() {
	p=$(cat "$1/pid" 2>/dev/null)
	if [ -z "$p" ]; then return 1; fi
	if named "$1"; then return 0; fi
	kill -0 "$p" 2>/dev/null && sleep 0.2 && named "$1"
}
`

// endFunc is the shell function that ends a run. Its supervisor gets time to
// restore settings, which takes seconds on Android.
const endFunc = `end() {
	for i in 0 1 2 3 4 5 6 7 8 9; do
		if ! alive "$1"; then return; fi
		if [ $i = 0 ]; then kill -TERM "$p"; else sleep 0.$i; fi
	done
	if alive "$1"; then kill -9 "-$p"; fi
}
`

// restoreFunc is the shell function that restores, in a run's folder, what its
// program has changed on the device. The file restore has one command per line,
// written before the change; commands that fail stay in it.
const restoreFunc = `restore() {
	if [ ! -f restore ]; then return; fi
	owed=
	while read -r c; do
		sh -c "$c" </dev/null >/dev/null 2>&1 || owed="$owed$c
"
	done <restore
	if [ -z "$owed" ]; then rm -f restore; return; fi
	printf %s "$owed" >restore.new && mv restore.new restore
}
`

// amendFunc has the shell functions that restore the changes of dead runs whose
// supervisor could not do it (the device was restarted), and that remove a run's
// folder unless something is left to restore. They begin with the newest run, so
// that the result is the state before the oldest.
const amendFunc = restoreFunc + `amend() {
	for r in *; do
		if [ -f "$r/restore" ] && alive "$r"; then return; fi
	done
	for f in $(ls -t */restore 2>/dev/null); do (cd "${f%/restore}" && restore); done
}
discard() { if [ -f "$1/restore" ]; then return 1; fi; rm -rf "$1"; }
`

// launchScript starts a run, once. It first ends runs that nobody follows any
// more and those of the given owners; if another run is being followed, nothing
// may be measured.
const launchScript = `cd "$runs" || exit 1
if ! mkdir "$run/started" 2>/dev/null; then [ -d "$run/started" ] && exit 0; exit 1; fi
now=$(date +%s) dead=
for other in *; do
	if [ "$other" = "$run" ] || [ ! -d "$other" ]; then continue; fi
	seen=$(cat "$other/lease" 2>/dev/null)
	for o in $owners; do
		case $other in "$o"*) seen=0;; esac
	done
	if [ $((now - ${seen:-0})) -lt "$orphaned" ]; then
		if alive "$other"; then rmdir "$run/started"; exit 75; fi
		continue
	fi
	end "$other"
	dead="$dead $other"
done
amend
for other in $dead; do discard "$other"; done
cd "$run" || exit 1
echo "$now" >lease || { rmdir started; exit 1; }
set --
for v in BOOTCLASSPATH DEX2OATBOOTCLASSPATH SYSTEMSERVERCLASSPATH ANDROID_ROOT ANDROID_DATA ANDROID_ART_ROOT \
	ANDROID_I18N_ROOT ANDROID_TZDATA_ROOT ANDROID_STORAGE; do
	eval "value=\${$v-}"
	if [ -n "$value" ]; then set -- "$@" "$v=$value"; fi
done
`

// busy is launchScript's exit status if another program measures on the device.
const busy = 75

// script launches the run, and ends earlier runs of this program and of programs
// that have ended, given by their tokens.
func (d *detached) script(ended []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "umask 077\nruns=%s run=%s owners=%s orphaned=%d\n", quote(d.r.runsFolder()), d.run,
		quote(strings.Join(append([]string{d.r.owner.token}, ended...), " ")), orphaned)
	b.WriteString(aliveFunc + endFunc + amendFunc + launchScript)
	b.WriteString(`env -i "$@" PATH="$PATH" HOME="$PWD" TMPDIR="$PWD"`)
	for _, kv := range d.env {
		b.WriteString(" " + quote(kv))
	}
	fmt.Fprintf(&b, ` setsid sh %s "$PWD" %d`, quote(d.r.Folder()+"/"+supervisorName()), abandoned)
	for _, word := range d.argv {
		b.WriteString(" " + quote(word))
	}
	b.WriteString(" </dev/null >log 2>&1 &\necho $! >pid || { kill -9 $! -$!; rmdir started; exit 1; }\n")
	return b.String()
}

// followScript prints the run's state on the first line, and then the new part of
// its output. It checks the exit status after checking whether the run is alive,
// because the supervisor writes the status before it ends.
const followScript = `cd "$runs" 2>/dev/null || { echo gone; exit 0; }
if alive "$run"; then state=running; else state=gone; fi
cd "$run" 2>/dev/null || { echo gone; exit 0; }
date +%%s >lease.new && mv lease.new lease
if [ -f exit ]; then state="exit $(cat exit)"; fi
echo "$state"
tail -c +%d out 2>/dev/null | head -c %d
exit 0
`
