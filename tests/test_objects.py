"""Layers in a bucket: a store on this machine that speaks S3."""

from __future__ import annotations

import shutil
import urllib.request
from pathlib import Path

import boto3
import geopandas as gpd
import pytest
import shapely
from moto.server import ThreadedMotoServer
from small_study import silent, small_study

from phusong import pipeline
from phusong.config import expand, load
from phusong.errors import ConfigError

BUCKET = "phu-song"


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    "An empty bucket, and a cache directory of its own."
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST"))  # else buckets stay
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield boto3.client("s3")
    server.stop()


def copies(tmp_path):
    return [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_object_becomes_a_file_and_is_fetched_once(bucket, tmp_path, monkeypatch):
    bucket.put_object(Bucket=BUCKET, Key="dem/Núi.tif", Body=b"heights")
    (file,) = expand(tmp_path, f"s3://{BUCKET}/dem/Núi.tif", "layers.terrain")
    assert (file.name, file.read_bytes()) == ("Núi.tif", b"heights")
    monkeypatch.setattr("s3fs.S3FileSystem.get_file", None)
    assert expand(tmp_path, f"s3://{BUCKET}/dem/Núi.tif", "layers.terrain") == [file]
    assert copies(tmp_path) == [file]


def test_pattern_finds_its_objects_in_order(bucket, tmp_path):
    for name in ("b.hgt", "a.hgt", "c.txt"):
        bucket.put_object(Bucket=BUCKET, Key=f"dem/{name}", Body=name.encode())
    found = expand(tmp_path, f"s3://{BUCKET}/dem/*.hgt", "layers.terrain")
    assert [file.read_text() for file in found] == ["a.hgt", "b.hgt"]


def test_another_version_is_another_file(bucket, tmp_path):
    address = f"s3://{BUCKET}/sites.csv"
    bucket.put_object(Bucket=BUCKET, Key="sites.csv", Body=b"old")
    (before,) = expand(tmp_path, address, "layers.sites")
    bucket.put_object(Bucket=BUCKET, Key="sites.csv", Body=b"new")
    (after,) = expand(tmp_path, address, "layers.sites")
    assert (before.read_bytes(), after.read_bytes()) == (b"old", b"new")


def test_shapefile_comes_with_its_companions(bucket, tmp_path):
    roads = gpd.GeoDataFrame({"name": ["QL6"]}, geometry=[shapely.LineString([(105, 21), (106, 21)])], crs=4326)
    roads.to_file(tmp_path / "roads.shp")
    for file in tmp_path.glob("roads.*"):
        bucket.put_object(Bucket=BUCKET, Key=f"layers/{file.name}", Body=file.read_bytes())
    (file,) = expand(tmp_path, f"s3://{BUCKET}/layers/roads.shp", "layers.roads")
    assert gpd.read_file(file).equals(roads)


@pytest.mark.parametrize("path", ["missing.csv", "*.csv"])
@pytest.mark.usefixtures("bucket")
def test_what_is_not_there_is_told(tmp_path, path):
    with pytest.raises(ConfigError, match=r"layers\.sites: there is no object s3://phu-song/"):
        expand(tmp_path, f"s3://{BUCKET}/{path}", "layers.sites")
    with pytest.raises(ConfigError, match=r"there is no object s3://elsewhere/"):
        expand(tmp_path, f"s3://elsewhere/{path}", "layers.sites")


@pytest.mark.usefixtures("bucket")
def test_store_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ConfigError, match=r"s3://phu-song/a\.csv cannot be reached"):
        expand(tmp_path, f"s3://{BUCKET}/a.csv", "layers.sites")
    assert copies(tmp_path) == []


def test_transfer_that_is_cut_off_leaves_nothing(bucket, tmp_path, monkeypatch):
    bucket.put_object(Bucket=BUCKET, Key="a.csv", Body=b"12345")

    monkeypatch.setattr("s3fs.S3FileSystem.get_file", lambda _self, _key, file: Path(file).write_bytes(b"123"))
    with pytest.raises(ConfigError, match="changed while it was fetched"):
        expand(tmp_path, f"s3://{BUCKET}/a.csv", "layers.sites")
    assert copies(tmp_path) == []


def test_study_in_a_bucket_is_the_same_study(bucket, tmp_path):
    here = small_study(tmp_path / "here")
    there = tmp_path / "there"
    there.mkdir()
    project = (here / "project.toml").read_text("utf-8")
    for file in (here / "data").rglob("*"):
        if file.is_file():
            bucket.put_object(Bucket=BUCKET, Key=str(file.relative_to(here)), Body=file.read_bytes())
    assert '"data/' in project
    (there / "project.toml").write_text(project.replace('"data/', f'"s3://{BUCKET}/data/'), "utf-8")
    made = [pipeline.run(load(folder), "2026Q3", 2, silent).edition.digest for folder in (here, there)]
    assert made[0] == made[1]
    shutil.rmtree(tmp_path / "cache")
    study = load(there)
    assert [file.name for file in study.files(study.layers.sites)] == ["sites.csv"]
