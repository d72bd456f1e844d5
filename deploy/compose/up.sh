#!/usr/bin/env bash
# Everything on this machine: secrets, images, containers.
set -euo pipefail
cd "$(dirname "$0")"
./prepare.sh
docker compose up --detach --build
docker compose ps
