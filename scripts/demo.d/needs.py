"""What has to be there before anything is started."""
import glob

import harness
import postgres_servers


class Missing(Exception):
    """Something is not there; the text says what to run."""


def check():
    """@return the folder of PostgreSQL programs with pgvector. @raise Missing"""
    for name in ("collet", "collet-launcher"):
        if not (harness.BUILD / "bin" / name).exists():
            raise Missing(f"{harness.BUILD / 'bin' / name} is not there; build it: cmake --preset release && "
                          "cmake --build --preset release --target product (scripts/quickstart does that too)")
    programs = postgres_servers.vector_programs()
    if not programs:
        found = ", ".join(glob.glob("/usr/lib/postgresql/*")) or "no PostgreSQL"
        raise Missing(f"no PostgreSQL with pgvector is there (there is {found}); run scripts/deps --demo")
    return programs


def origin_of(programs):
    """Where that PostgreSQL comes from, in words."""
    return "Debian's package" if str(programs).startswith("/usr/lib/postgresql/") else "a wheel that scripts/deps fetched; Debian 12 has no pgvector"
