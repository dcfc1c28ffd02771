#!/usr/bin/env bash
# Run a command with PostgreSQL and Redis: those that are running on this machine, else ones that
# are installed (apt, as root) and started here.
#   scripts/services.sh pytest ...
# WEBAGENT_TEST_DATABASE_URL and WEBAGENT_TEST_REDIS_URL name others. The database user must be
# allowed to create databases: the tests make their own and drop them.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[services] %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

started=()
finish() {
  local end
  for end in "${started[@]+"${started[@]}"}"; do eval "$end" || true; done
}
trap finish EXIT

answers_postgres() {
  .venv/bin/python - "$1" <<'P' 2>/dev/null
import sys, psycopg
url = sys.argv[1]
try:
    connection = psycopg.connect(url, connect_timeout=3, autocommit=True)
except psycopg.OperationalError as error:  # the server is there, this database is not yet
    if "does not exist" not in str(error):
        raise
    base, _, name = url.rpartition("/")
    connection = psycopg.connect(base + "/postgres", connect_timeout=3, autocommit=True)
    connection.execute(f'CREATE DATABASE "{name}"')
row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
sys.exit(0 if row.fetchone()[0] else 1)
P
}

answers_redis() {
  .venv/bin/python -c 'import sys, redis; redis.Redis.from_url(sys.argv[1], socket_connect_timeout=2).ping()' \
    "$1" 2>/dev/null
}

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    fail "$1 is neither running nor installed: start one and name it with $2."
  say "Installing $1..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || true
  apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

free_port() {
  .venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

postgres_programs() {
  command -v initdb >/dev/null && { dirname "$(command -v initdb)"; return; }
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

start_postgres() {
  [ -n "$(postgres_programs)" ] || install postgresql WEBAGENT_TEST_DATABASE_URL
  local programs home port as=()
  programs=$(postgres_programs)
  home=$(mktemp -d /tmp/webagent-postgres.XXXXXX)
  port=$(free_port)
  if [ "$(id -u)" = 0 ]; then  # the server refuses to run as root
    chown postgres "$home"
    as=(setpriv --reuid postgres --regid postgres --clear-groups)
  fi
  say "Starting PostgreSQL on port $port..."
  (cd "$home" && "${as[@]}" "$programs/initdb" -D "$home/data" -U webagent -A trust >/dev/null)
  (cd "$home" && "${as[@]}" "$programs/pg_ctl" -D "$home/data" -w -l "$home/log" \
    -o "-p $port -k $home -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null)
  started+=("(cd '$home' && ${as[*]} '$programs/pg_ctl' -D '$home/data' -m immediate stop >/dev/null); rm -rf '$home'")
  database_url=postgresql://webagent@127.0.0.1:$port/test
  answers_postgres "$database_url" || fail "PostgreSQL does not start; see $home/log."
}

start_redis() {
  command -v redis-server >/dev/null || install redis-server WEBAGENT_TEST_REDIS_URL
  local port
  port=$(free_port)
  say "Starting Redis on port $port..."
  redis-server --bind 127.0.0.1 --port "$port" --save "" --appendonly no --dir /tmp >/dev/null &
  started+=("kill $!")
  redis_url=redis://127.0.0.1:$port/0
  for _ in $(seq 100); do
    answers_redis "$redis_url" && return
    sleep 0.1
  done
  fail "Redis does not start on port $port."
}

find_postgres() {
  local user
  if [ -n "${WEBAGENT_TEST_DATABASE_URL:-}" ]; then
    database_url=$WEBAGENT_TEST_DATABASE_URL
    answers_postgres "$database_url" ||
      fail "WEBAGENT_TEST_DATABASE_URL does not answer, or its user may not create databases."
    return
  fi
  for user in "$(id -un)" root postgres; do
    database_url=postgresql://$user@127.0.0.1:5432/test
    answers_postgres "$database_url" && return
  done
  start_postgres
}

find_redis() {
  redis_url=${WEBAGENT_TEST_REDIS_URL:-redis://127.0.0.1:6379/0}
  answers_redis "$redis_url" && return
  [ -z "${WEBAGENT_TEST_REDIS_URL:-}" ] || fail "WEBAGENT_TEST_REDIS_URL does not answer."
  start_redis
}

find_postgres
find_redis
say "PostgreSQL at ${database_url##*@}, Redis at ${redis_url##*@}"
WEBAGENT_DATABASE_URL=$database_url WEBAGENT_REDIS_URL=$redis_url "$@"
