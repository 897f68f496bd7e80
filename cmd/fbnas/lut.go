package main

import "github.com/spf13/cobra"

func lutVerb(a *app) *cobra.Command {
	return group("lut", "Look at latency tables, merge, check and calibrate them",
		lutShowVerb(a), lutMergeVerb(a), lutDiffVerb(a), lutRangeVerb(a), lutExplainVerb(a), lutCalibrateVerb(a), lutValidateVerb(a), lutCheckVerb(a), lutSchemaVerb(a))
}
