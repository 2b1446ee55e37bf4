"""Videos and documents for the demo: real ones, made by ffmpeg and zipfile in a few seconds."""

import io
import struct
import subprocess
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import ffmpeg

_SENTENCES = (
    "Mr. Chair, distinguished delegates, my delegation thanks the secretariat for the preparation of this meeting.",
    "International cooperation remains the backbone of our common fight against corruption.",
    "Direct contacts between central authorities save months in the execution of requests for mutual legal assistance.",
    "We encourage all States parties to make use of the directory of competent national authorities.",
    "We stand ready to share our experience and to provide technical assistance upon request.",
)


def video(path: Path, seconds: float, *, size: str = "1280x720") -> Path:
    """Make an H.264 and AAC video in MP4 of that length at *path*. Raises RuntimeError where ffmpeg cannot."""
    # Somebody has to move: a picture that stands still would be spoken of.
    moving = "color=white:size=160x720:rate=24[bar];[card][bar]overlay=x=mod(60*t\\,W)"
    picture = ffmpeg.input(f"smptehdbars=size={size}:rate=24[card];{moving}", f="lavfi")
    sound = ffmpeg.input("sine=frequency=220:sample_rate=48000", f="lavfi")
    command = (
        ffmpeg.output(
            picture,
            sound,
            str(path),
            t=seconds,
            vcodec="libx264",
            preset="ultrafast",
            crf=35,
            pix_fmt="yuv420p",
            acodec="aac",
            audio_bitrate="48k",
            movflags="+faststart",
        )
        .global_args("-nostdin", "-v", "error")
        .overwrite_output()
        .compile()
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ffmpeg could not make {path.name}: {done.stderr.strip()}")
    return path


def with_lying_header(source: Path, target: Path, seconds: float) -> Path:
    """A copy of an MP4 whose movie header claims another length (ISO/IEC 14496-12, box mvhd, version 0)."""
    content = bytearray(source.read_bytes())
    header = content.index(b"mvhd")
    (timescale,) = struct.unpack_from(">I", content, header + 16)
    struct.pack_into(">I", content, header + 20, round(seconds * timescale))
    target.write_bytes(content)
    return target


def speech(words: int, party: str) -> str:
    """A statement of about so many words."""
    text = [f"Statement of {party}."]
    while len(" ".join(text).split()) < words:
        text.extend(_SENTENCES)
    return "\n\n".join(text)


def docx(text: str) -> bytes:
    """A Word document with that text (ECMA-376, the least that a reader needs)."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.split("\n\n"))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f"{paragraphs}</w:body></w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + content)
    return buffer.getvalue()


def jpeg() -> bytes:
    """A grey picture, for a transcript that is none."""
    command = (
        ffmpeg.input("color=c=gray:size=320x240", f="lavfi")
        .output("pipe:", vframes=1, format="image2pipe", vcodec="mjpeg")
        .global_args("-nostdin", "-v", "error")
        .compile()
    )
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
