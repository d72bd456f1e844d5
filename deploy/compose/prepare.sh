#!/usr/bin/env bash
# Makes what is missing in ./secrets and ./.env; what is there stays as it is, so that it can be run again.
# With ATTUNE=path/to/attune keys are made by that program, otherwise in a container.
set -euo pipefail
cd "$(dirname "$0")"

# The folder keeps others on this machine out. The files in it are readable for whatever user a container has, and each
# container gets only its own.
mkdir -p -m 700 secrets
chmod 700 secrets

# Writes standard input to a file that is there either whole or not at all.
keep() {
    umask 022
    cat >"secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
}
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

for name in owner ingestion scoring alerting notification audit portal operator grafana; do
    [ -s "secrets/password-$name" ] || random 24 | keep "password-$name"
    [ "$name" = grafana ] && continue
    printf 'postgresql://attune_%s:%s@postgres:5432/attune\n' "$name" "$(<"secrets/password-$name")" |
        keep "database-url-$name"
done
printf 'postgres:5432:attune:attune_owner:%s\n' "$(<secrets/password-owner)" | keep pgpass
# The portal's secret at the OpenID Connect provider; empty for a public client.
[ -e secrets/oidc-client-secret ] || : | keep oidc-client-secret

touch .env
grep -q '^COMPOSE_PROJECT_NAME=' .env || echo 'COMPOSE_PROJECT_NAME=attune' >>.env
if ! grep -q '^KAFKA_CLUSTER_ID=' .env; then
    # 16 bytes in base64url, as kafka-storage.sh random-uuid writes them: never with a dash in front.
    id=-
    while [ "${id#-}" != "$id" ]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '='); done
    echo "KAFKA_CLUSTER_ID=$id" >>.env
fi

if [ -n "${ATTUNE:-}" ]; then
    "$ATTUNE" keys make --directory secrets --audit-origin "${ATTUNE_AUDIT_ORIGIN:-attune.local/audit}"
else
    docker compose run --rm --build --user "$(id -u):$(id -g)" keys
fi
chmod a+r secrets/*
