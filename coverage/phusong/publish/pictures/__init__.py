"""Pictures of the map pages, for reports and for chats that open no page."""

from phusong.publish.pictures.picture import KINDS, files_beside, picture, write_beside

__all__ = ["KINDS", "files_beside", "picture", "write_beside"]
