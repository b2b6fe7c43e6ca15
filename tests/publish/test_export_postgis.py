"""PostGIS, in a server started here from Debian's packages and read by its own program; skipped where there is none."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_exports import LONG, held, many_zones

from phusong.errors import SnapshotError
from phusong.publish.exports import load, postgis, schema_of

NEEDED = os.environ.get("PHUSONG_NEEDS_POSTGIS") == "1"
"""Then a server that is absent is a failure; scripts/check_postgis.py says so."""
NO_EXTENSION = "none"


@dataclass(frozen=True)
class Server:
    """A server of its own, without a network: a folder that holds its data and its socket."""

    programs: Path
    folder: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, program: str, *said: object) -> str:
        "As another user where we are root, under whom the server refuses to run."
        user = "postgres" if os.geteuid() == 0 else None
        command = [self.programs / program, *map(str, said)]
        done = subprocess.run(command, user=user, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-o", options, "start")

    def stop(self, mode: str) -> None:
        self.run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def ask(self, query: str, database: str = "postgres") -> str:
        return self.run("psql", "-h", self.folder, "-U", "postgres", "-d", database, "-At", "-c", query)


def programs() -> Path | None:
    "Folder of a server's programs that has PostGIS; the newest."
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        said = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False).stdout
        if (Path(said.strip() or folder.parent) / "extension" / "postgis.control").exists():
            return folder
        version = folder.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return folder
    return None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = programs()
    if found is None:
        reason = "no PostgreSQL with PostGIS is installed (Debian's postgresql-15-postgis-3)"
        if NEEDED:
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="postgis", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(found, folder)
    try:
        server.run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        try:
            server.ask("CREATE EXTENSION postgis")
            server.ask(f"CREATE DATABASE {NO_EXTENSION}")
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def full(edition):
    communes = edition.communes.copy()
    communes.loc[3, "commune_name"] = LONG
    return dataclasses.replace(edition, communes=communes, zones=many_zones(edition.zones, 3000))


def test_rows_sums_places_and_texts(server, full):
    content = held(full)
    rows = load(content, server.url(), "whole")
    assert rows == {"communes": 4, "zones": 3000, "villages": 2, "sites": 4, "power_lines": 3, "substations": 0}
    assert server.ask("SELECT count(*), sum(people) FROM whole.zones") == f"3000|{3000 * 2999 // 2}"
    assert server.ask("SELECT DISTINCT ST_SRID(geometry), ST_IsValid(geometry) FROM whole.zones") == "3405|t"
    area = float(server.ask("SELECT sum(ST_Area(geometry)) FROM whole.communes"))
    assert area == pytest.approx(full.communes.area.sum())
    names = server.ask("SELECT commune_name FROM whole.communes ORDER BY commune_code")
    assert names == "\n".join(full.communes["commune_name"])
    assert server.ask("SELECT nr_share IS NULL FROM whole.communes ORDER BY commune_code") == "f\nt\nf\nf"
    assert server.ask("SELECT on_air_date, on_air FROM whole.sites ORDER BY on_air_date") == (
        "2020-01-31|t\n2026-02-01|t\n2027-01-01|f\n|t"
    )


def test_indexes_and_comments(server, full):
    load(held(full), server.url(), "told")
    indexed = server.ask("SELECT indexdef FROM pg_indexes WHERE schemaname = 'told' AND tablename = 'zones'")
    assert "USING gist (geometry)" in indexed
    assert "(zone_id)" in indexed
    assert server.ask(
        "SELECT col_description('told.zones'::regclass, ordinal_position) FROM information_schema.columns "
        "WHERE table_schema = 'told' AND table_name = 'zones' AND column_name = 'area_km2'"
    ).endswith("[km2]")
    about = server.ask("SELECT obj_description('told.zones'::regclass)")
    assert about.startswith("phusong: Vùng lõm / dead zones")
    assert "ISO 19115-1" in about


def test_again_replaces_and_others_tables_are_left(server, full):
    content = held(full)
    load(content, server.url(), "again")
    load(dataclasses.replace(content, tables={"zones": content.tables["zones"]}), server.url(), "again")
    assert server.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'again'") == "zones"
    assert server.ask("SELECT count(*) FROM again.zones") == "3000"
    server.ask("CREATE SCHEMA theirs; CREATE TABLE theirs.sites (x int); INSERT INTO theirs.sites VALUES (7)")
    with pytest.raises(SnapshotError, match=r"theirs: sites .* was not made by an export"):
        load(content, server.url(), "theirs")
    assert server.ask("SELECT x FROM theirs.sites") == "7"
    assert server.ask("SELECT to_regclass('theirs.communes') IS NULL") == "t"


def test_a_view_on_a_table_is_not_dropped_with_it(server, full):
    content = held(full)
    load(content, server.url(), "viewed")
    server.ask("CREATE VIEW viewed.mine AS SELECT zone_id FROM viewed.zones")
    with pytest.raises(SnapshotError, match=r"nothing was written .*zones because other objects depend"):
        load(content, server.url(), "viewed")
    assert server.ask("SELECT count(*) FROM viewed.mine") == "3000"


def test_a_server_that_goes_away_in_the_middle_leaves_what_was_there(server, full, monkeypatch):
    content = held(full)
    load(content, server.url(), "kept")
    real = postgis.rows

    def cut(table, srid):
        for number, row in enumerate(real(table, srid)):
            if table.name == "zones" and number == 1500:
                server.stop("immediate")
            yield row

    monkeypatch.setattr(postgis, "rows", cut)
    fewer = dataclasses.replace(full, communes=full.communes.iloc[:1])
    for schema in ("kept", "new"):
        with pytest.raises(SnapshotError, match="nothing was written to the database"):
            load(held(fewer), server.url(), schema)
        server.start()
    assert server.ask("SELECT count(*) FROM kept.communes") == "4"
    assert server.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'new'") == "0"


def test_a_database_without_postgis_is_told(server, full):
    with pytest.raises(SnapshotError, match="CREATE EXTENSION postgis"):
        load(held(full), server.url(NO_EXTENSION), "any")


def test_a_name_of_a_schema_is_no_code(server, full):
    schema = 'a"; DROP TABLE x; --'
    assert load(held(full), server.url(), schema)["communes"] == 4
    quoted = '"' + schema.replace('"', '""') + '"'
    assert server.ask(f"SELECT count(*) FROM {quoted}.communes") == "4"


def test_a_server_that_is_not_there_is_told_without_the_password(full):
    with pytest.raises(SnapshotError, match="nothing was written to the database") as told:
        load(held(full), "postgresql://an:secret@127.0.0.1:1/x", "any")
    assert "secret" not in str(told.value)


def test_schema_is_named_after_what_it_holds(edition):
    assert schema_of(held(edition, "public")) == "nho_2026q3_public"
    assert schema_of(held(edition, "commune", "00002")) == "nho_2026q3_commune_00002"
