"""Whether the database needs a migration, told in milliseconds and without Django.

After every migration a stamp is written: a fingerprint of what defines the schema and the list of
migrations then applied. If both still hold, `migrate` would do nothing.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from dashboard.conf import BASE_DIR
from dashboard.supervisor.plan import Plan, StartError

_APPLIED = "SELECT app, name FROM django_migrations"


def fingerprint() -> str:
    """Changes whenever the set of migrations could have changed."""
    digest = hashlib.sha256()
    for name in ("django", "django-axes"):
        digest.update(f"{name}={version(name)};".encode())
    sources = [
        *(BASE_DIR / "dashboard/migrations").glob("*.py"),
        BASE_DIR / "dashboard/settings.py",
    ]
    for path in sorted(sources):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def applied_migrations(plan: Plan) -> list[str] | None:
    """`app.name` of all applied migrations, sorted; None when there is no schema yet.

    Raises: StartError when the database cannot be reached.
    """
    url = plan.config.database_url
    if not url:
        return _from_sqlite(plan.data_dir / "webagent.sqlite3")
    if url.startswith("sqlite:///"):
        return _from_sqlite(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        return _from_postgres(url)
    raise StartError(
        "WEBAGENT_DATABASE_URL must begin with postgresql:// (or be left out for SQLite)."
    )


def _from_sqlite(path: Path) -> list[str] | None:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            return sorted(f"{app}.{name}" for app, name in connection.execute(_APPLIED))
    except sqlite3.OperationalError:  # no table yet
        return None
    except sqlite3.DatabaseError as error:
        raise StartError(
            f"The database file {path} cannot be read ({error}): restore it from a backup, or "
            "move it away to begin anew."
        ) from None


def _from_postgres(url: str) -> list[str] | None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return sorted(f"{app}.{name}" for app, name in connection.execute(_APPLIED))
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StartError(
            f"The database named by WEBAGENT_DATABASE_URL does not answer ({reason}): start it, "
            "or correct the address."
        ) from None


def needs_migration(plan: Plan) -> bool:
    """Whether `migrate` has anything to do. Raises: StartError as `applied_migrations`."""
    applied = applied_migrations(plan)
    try:
        stamp = json.loads((plan.run_dir / "schema.json").read_text())
    except (OSError, ValueError):
        return True
    return stamp != {"fingerprint": fingerprint(), "applied": applied}


def write_stamp(plan: Plan) -> None:
    """Note that the schema is as it should be. Call right after a migration."""
    stamp = {"fingerprint": fingerprint(), "applied": applied_migrations(plan)}
    (plan.run_dir / "schema.json").write_text(json.dumps(stamp))
