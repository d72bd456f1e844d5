#!/usr/bin/env bash
# Gives roles of the database new passwords, and writes the URL that each signs in with.
#
#   passwords.sh FOLDER HOST:PORT/DATABASE?PARAMETERS NAME...
#
# For each NAME the role attune_NAME gets a random password, and FOLDER/database-url-NAME the URL with it, readable by its
# owner alone. psql signs in as its own environment says (PGHOST, PGUSER, ...), and must be allowed to alter roles.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; }
folder=$1 place=$2
shift 2
umask 077
# Neither arguments nor the server's log show a password.
export PGOPTIONS='-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1'

for name in "$@"; do
    password=$(openssl rand -hex 24)
    printf 'postgresql://attune_%s:%s@%s\n' "$name" "$password" "$place" >"$folder/database-url-$name.new"
    printf "alter role attune_%s password '%s';\n" "$name" "$password"
done | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction
for name in "$@"; do mv "$folder/database-url-$name.new" "$folder/database-url-$name"; done
