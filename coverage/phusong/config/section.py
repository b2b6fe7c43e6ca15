"""A section of the project file: frozen, unknown keys refused, each key with its meaning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from phusong.text import nfc

Technology = Literal["LTE", "NR"]
Text = Annotated[str, AfterValidator(nfc)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """What all sections have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
