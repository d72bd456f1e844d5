#!/usr/bin/env bash
# Gives the roles that the migrations have made the passwords of ./secrets. Runs in a container of PostgreSQL's image.
set -euo pipefail

# libpq takes a password file only when nobody else may read it.
install -m 600 /run/secrets/pgpass /tmp/pgpass
export PGPASSFILE=/tmp/pgpass PGOPTIONS='-c log_statement=none -c log_min_error_statement=panic'

for file in /run/secrets/password-*; do
    role=attune_${file##*/password-}
    # psql reads the file itself: no password among arguments.
    printf "\\\\set secret \`cat %s\`\nalter role %s password :'secret';\n" "$file" "$role"
done | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction \
    --host="${PGHOST:-postgres}" --username=attune_owner --dbname=attune
echo "Passwords are set"
