"""`phusong intake`: filings in, accepted rows and rows set aside with their reasons out."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.intake.filing import Intake
