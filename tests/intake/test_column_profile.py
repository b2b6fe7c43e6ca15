"""Profiles of a filer's columns."""

from __future__ import annotations

import pytest

from phusong.errors import FilingError
from phusong.intake.profile import read_profile, write_profile


def test_a_profile_comes_back_as_written_in_order(tmp_path):
    write_profile({"Mã trạm": "site_id", "Cột 1": "operator"}, tmp_path / "p.json")
    assert read_profile(tmp_path / "p.json") == {"Cột 1": "operator", "Mã trạm": "site_id"}
    assert (tmp_path / "p.json").read_text("utf-8").index("Cột 1") < 30


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"columns": []}', '{"columns": {"a": 1}}'])
def test_what_is_no_profile_is_refused(tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(
        FilingError, match=r'p\.json is no profile: expected {"columns": {"header": "canonical column"}}'
    ):
        read_profile(tmp_path / "p.json")
