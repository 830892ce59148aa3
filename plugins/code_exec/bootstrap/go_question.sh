# Where the go command gets modules from. $1: the go command, its configuration in the environment.
"$1" env GOPROXY | tr ',|' '\n\n' | grep //
"$1" env GOSUMDB | sed -n '/^off$/d; s/^\([^+ ][^+ ]*\).*/\1:443/p'
