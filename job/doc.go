// Package job is the front door of the library: what each command of fbnas
// does, without its flags and its texts.
//
// A job is a function such as Search: it takes a context, an Env, and a struct
// of options whose zero values are the usual ones, and returns a document, the
// struct that the command prints with --json and that a run keeps as its
// summary. The documents' types stand here, and nowhere else; a renamed or
// removed field of theirs is a new version of the document.
//
// Options are plain data: as JSON they can be sent to another process, which does
// the same job.
//
// What a user should know while a job works goes to the Env: notes and warnings
// to its logger, how far the job is to its Progress. An error carries an exit
// status and what to do next (Hint). A context that is cancelled ends
// a job where it can go on: Search and Train with Resume, Profile when it is
// called again.
//
// What measures a device is a program of its own, the agent. A program that
// measures the machine it runs on calls agents.ServeIfAsked (package
// latency/agents) first in its main, and is its own agent there.
package job
