"""Path loss, antennas, link budget, the radial sweep, and the strongest server on the grid."""
