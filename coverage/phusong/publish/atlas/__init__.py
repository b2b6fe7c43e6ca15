"""Atlas: the map pages of the nation, its provinces and communes."""

from phusong.publish.atlas.assembly import Earlier
from phusong.publish.atlas.folder import Asked, write

__all__ = ["Asked", "Earlier", "write"]
