"""Compressed answers: program files once per process and kept, everything else as it is made."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request
from flask_compress import Compress

#: Brotli 5: within a few percent of 9 for the bundles, in a third of its time
QUALITY = 5
SMALLEST = 500
KEPT = 64
#: seconds that finished lines wait for the next one at most
PATIENCE = 0.02
_TEXTUAL = ("javascript", "css", "json", "svg", "html", "text")


class Packed:
    """Program files already compressed, by address and length; the least used goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: tuple[str, int], make: Callable[[], bytes]) -> bytes:
        """The compressed bytes of `key`; `make` gives the plain ones when they are needed."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        packed: bytes = brotli.compress(make(), quality=QUALITY)
        with self._lock:
            self._kept[key] = packed
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return packed


def add_compression(server: Flask, is_program_file: Callable[[Response], bool]) -> None:
    """Flask-Compress for what differs per request; a small store for files that never change."""
    server.config["COMPRESS_MIN_SIZE"] = SMALLEST
    server.config["COMPRESS_BR_LEVEL"] = QUALITY
    server.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    server.config["COMPRESS_STREAMS"] = False
    Compress(server)
    packed = Packed()

    @server.after_request
    def _pack(response: Response) -> Response:
        length = response.content_length
        if (
            length is None
            or length < SMALLEST
            or "Content-Encoding" in response.headers
            or request.accept_encodings["br"] <= 0
            or not any(word in (response.mimetype or "") for word in _TEXTUAL)
            or not is_program_file(response)
        ):
            return response
        response.direct_passthrough = False
        opened = response.response
        body = packed.of((request.path, length), response.get_data)
        response.set_data(body)
        if hasattr(opened, "close"):  # the file itself: nobody else will
            opened.close()
        response.headers["Content-Encoding"] = "br"
        response.headers["Content-Length"] = str(len(body))
        response.vary.add("Accept-Encoding")
        return response


def streamed(lines: Iterable[bytes | None], mimetype: str) -> Response:
    """An answer sent as it is made, compressed as one: what is ready goes out together.

    An empty line says that the next one may take a while; None, that nothing may wait for it. The
    lines are made after the request is over: nothing in them may look at it.
    """
    packed = request.accept_encodings["br"] > 0
    response = Response(_chunks(lines, packed=packed), mimetype=mimetype)
    if packed:
        response.headers["Content-Encoding"] = "br"
    response.vary.add("Accept-Encoding")
    return response


def _chunks(lines: Iterable[bytes | None], *, packed: bool) -> Iterator[bytes]:
    packer = brotli.Compressor(quality=QUALITY) if packed else None
    ready: list[bytes] = []
    sent = time.monotonic()
    for line in lines:
        if line:
            ready.append(line)
        elif ready and (line is None or time.monotonic() - sent > PATIENCE):
            yield _packed(packer, ready)
            sent = time.monotonic()
            ready = []
    yield _packed(packer, ready) + (packer.finish() if packer else b"")


def _packed(packer: Any, lines: list[bytes]) -> bytes:
    together = b"".join(lines)
    if packer is None:
        return together
    packed: bytes = packer.process(together) + packer.flush()
    return packed
