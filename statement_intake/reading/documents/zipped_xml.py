"""Documents that are XML in a zip (DOCX, ODT), read member by member with hard caps; nothing is unpacked to disk."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from statement_intake.reading.documents.contents import Bomb, Locked, TooMuch

MAXIMUM_MEMBERS = 2_000
#: Bytes of one member, both as declared and as read.
MAXIMUM_MEMBER = 50_000_000
#: How many times its packed size a member may expand to, once it is larger than UNSUSPICIOUS bytes.
MAXIMUM_RATIO = 200
UNSUSPICIOUS = 5_000_000
#: Elements within elements. A letter has a dozen levels, tables within tables a few dozen.
MAXIMUM_DEPTH = 1_000


class Zipped:
    """The members of a document, by name."""

    def __init__(self, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self.members = members

    def content(self, name: str) -> Iterator[bytes]:
        """A member's bytes; what it declares is not believed. Raises Bomb, and KeyError where it is missing."""
        member = self.members[name]
        if member.file_size > MAXIMUM_MEMBER or (
            member.file_size > UNSUSPICIOUS and member.file_size > MAXIMUM_RATIO * member.compress_size
        ):
            raise Bomb
        read = 0
        with self._archive.open(member) as stream:
            while block := stream.read(65_536):
                read += len(block)
                if read > MAXIMUM_MEMBER:
                    raise Bomb
                yield block

    def feed(self, name: str, handler: ContentHandler) -> None:
        """Parse a member. Raises Bomb where it declares entities, as no honest document does; and as `content` does."""
        parser = _Parser(namespaceHandling=True, forbid_dtd=True)
        parser.setContentHandler(handler)
        try:
            for block in self.content(name):
                parser.feed(block)
            parser.close()
        except DefusedXmlException as error:
            raise Bomb from error


@contextmanager
def opened(path: Path) -> Iterator[Zipped]:
    """The document in *path*, after a look at its table of contents. Raises Locked, TooMuch and BadZipFile."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.header_offset < 0 for member in members):
            raise zipfile.BadZipFile("its table names a place before the file begins")
        if len(members) > MAXIMUM_MEMBERS:
            raise TooMuch
        if any(member.flag_bits & 1 for member in members):
            raise Locked
        by_name = {member.filename: member for member in members}
        if len(by_name) != len(members):
            raise zipfile.BadZipFile("two members have the same name")
        yield Zipped(archive, by_name)


class _Parser(DefusedExpatParser):  # type: ignore[misc]  # it has no types
    """Hands elements on without the objects that SAX makes of each; gives up where they are nested without end."""

    _depth = 0

    def start_element_ns(self, name: str, attrs: Mapping[str, str]) -> None:
        """Called by expat. What handlers get for attributes is a mapping with the keys of AttributesNSImpl."""
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise Bomb
        named = {_pair(key): value for key, value in attrs.items()} if attrs else _NO_ATTRIBUTES
        self._cont_handler.startElementNS(_pair(name), None, named)

    def end_element_ns(self, name: str) -> None:
        """Called by expat."""
        self._depth -= 1
        self._cont_handler.endElementNS(_pair(name), None)


_NO_ATTRIBUTES: Mapping[tuple[str | None, str], str] = MappingProxyType({})


@lru_cache(1_000)
def _pair(name: str) -> tuple[str | None, str]:
    """Namespace and local name of what expat calls "namespace local", or "namespace local prefix"."""
    parts = name.split()
    return (None, name) if len(parts) == 1 else (parts[0], parts[1])
