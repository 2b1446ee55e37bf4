"""Documents that are XML in a zip (DOCX, ODT), read member by member with hard caps; nothing is unpacked to disk."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml import DefusedXmlException, sax

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
        parser = sax.make_parser()
        parser.forbid_dtd = True
        parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - the interface of xml.sax
        parser.setContentHandler(_Shallow(handler))
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


class _Shallow(ContentHandler):
    """Hands events on, and gives up where elements are nested without end."""

    def __init__(self, handler: ContentHandler) -> None:
        super().__init__()
        self._depth = 0
        self._start, self._end = handler.startElementNS, handler.endElementNS
        self.characters = handler.characters  # type: ignore[method-assign]  # straight through

    def startElementNS(self, name, qname, attrs) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise Bomb
        self._start(name, qname, attrs)

    def endElementNS(self, name, qname) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802
        self._depth -= 1
        self._end(name, qname)
