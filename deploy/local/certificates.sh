#!/usr/bin/env bash
# Makes an authority of one's own and certificates signed by it, for one machine and for tests. A production network has its
# own authority.
#
#   certificates.sh FOLDER NAME...
#
# Writes FOLDER/ca.pem, and for each NAME NAME.pem and NAME.key, good for localhost and 127.0.0.1 as server and for NAME as
# client. What is there stays: delete NAME.pem to have it made anew.
#
#   DAYS=30   how long they are good
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 64; }
folder=$1
shift
days=${DAYS:-30}
umask 077
mkdir -p "$folder"
new=(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$days")

if [ ! -s "$folder/ca.pem" ]; then
    "${new[@]}" -keyout "$folder/ca.key" -out "$folder/ca.pem" -subj "/CN=Attune's own authority" 2>/dev/null
    chmod 644 "$folder/ca.pem"
fi
for name in "$@"; do
    [ ! -s "$folder/$name.pem" ] || continue
    # Into place at once: a program that watches the files sees the old ones or the new ones.
    "${new[@]}" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -keyout "$folder/$name.key.new" -out "$folder/$name.pem.new" \
        -subj "/CN=$name" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:$name" \
        -addext "basicConstraints=critical,CA:FALSE" 2>/dev/null
    chmod 644 "$folder/$name.pem.new"
    mv "$folder/$name.key.new" "$folder/$name.key"
    mv "$folder/$name.pem.new" "$folder/$name.pem"
done
