"""Merkle tree hashing in the manner of RFC 6962 (section 2.1): pure."""

import hashlib
from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(digest: bytes) -> bytes:
    """Return the hash of a leaf that holds a 32-byte digest."""
    return hashlib.sha256(_LEAF + digest).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _levels(digests: Sequence[bytes]) -> list[list[bytes]]:
    """Return the levels from the leaves to the root; a node without partner rises as it is."""
    level = [leaf_hash(digest) for digest in digests]
    levels = [level]
    while len(level) > 1:
        paired = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
        levels.append(level)
    return levels


def root(digests: Sequence[bytes]) -> bytes:
    """Return the root over the digests in their order; at least one."""
    return _levels(digests)[-1][0]


def proof(digests: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """
    Return the path from a leaf to the root: the side ("left" or "right") and hash of each
    neighbour.
    """
    path = []
    for level in _levels(digests)[:-1]:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(("left" if neighbour < index else "right", level[neighbour]))
        index //= 2
    return path


def root_from_proof(digest: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the root that a digest and its path lead to."""
    node = leaf_hash(digest)
    for side, neighbour in path:
        node = _node_hash(neighbour, node) if side == "left" else _node_hash(node, neighbour)
    return node
