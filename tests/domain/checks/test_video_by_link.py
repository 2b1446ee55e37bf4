"""The rule about a link in the video's place."""

import pytest

from statement_intake.domain.checks import Facts, video_by_link
from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from tests.domain.values import RECEIVED, case, document, video

WETRANSFER = "https://we.tl/t-1"


def linked(text: str, *links: str, labels: dict[str, str] | None = None) -> Case:
    """A mail with a transcript and that text."""
    facts = Facts(received=RECEIVED, largest=25_500_000)
    return case(document(), text=text, links=links, link_labels=labels or {}, facts=facts)


def test_a_link_is_named_and_not_fetched() -> None:
    """With its service, its likely end, and the size and bitrate that would have fitted into a mail."""
    assert list(video_by_link.check(linked(f"Our video: {WETRANSFER}", WETRANSFER))) == [
        Finding(
            code="video.by_link",
            effect=Effect.HOLD,
            message="No video is attached, but a link to one (we.tl). It is not fetched."
            " Such links usually stop working after 7 days.",
            detail={
                "links": [WETRANSFER],
                "hosts": ["we.tl"],
                "providers": ["WeTransfer"],
                "days": 7,
                "expires": "2023-08-30T07:30:00+00:00",
                "mail_octets": 25_500_000,
                "file_octets": 18_269_230,
                "seconds": 180,
                "megabits_per_second": 0.81,
            },
        )
    ]


@pytest.mark.parametrize(
    ("link", "provider"),
    [
        ("https://kenya-my.sharepoint.com/:v:/g/personal/x/Eabc", "SharePoint"),
        ("https://1drv.ms/v/s!abc", "OneDrive"),
        ("https://drive.google.com/file/d/1abc/view", "Google Drive"),
        ("https://www.dropbox.com/scl/fi/abc/x?dl=0", "Dropbox"),
        ("https://www.dropbox.com/t/abc", "Dropbox Transfer"),
        ("https://www.swisstransfer.com/d/abc", "SwissTransfer"),
        ("https://files.mfa.go.ke/s/kenya.mp4", None),
        ("https://rutube.ru/video/abc", None),
    ],
)
def test_services_are_known_by_their_hosts(link: str, provider: str | None) -> None:
    """Any link to a file that is called a video will do."""
    (finding,) = video_by_link.check(linked(f"Please see {link}", link))
    assert finding.detail.get("providers") == ([provider] if provider else None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Kenya_EMIC.mp4\n@", ""),
        ("Download @ (Kenya_EMIC.MOV, 150 MB)", ""),
        ("Our video is here: @", ""),
        ("Please download it: @\n\nKenya EMIC.mp4 (210,5 MB)\n\nThe transcript is attached.", ""),
        ("@\nВыступление.mp4 — 210 МБ", ""),
        ("Please see Kenya_EMIC.mp4", "Kenya_EMIC.mp4"),
        ("Please open the recording", "the recording"),
    ],
)
def test_any_link_near_a_videos_name_stands_for_it(text: str, label: str) -> None:
    """Before it, behind it on its line, alone in the line below, or shown in its place."""
    link = "https://files.mfa.go.ke/s/abc"
    assert list(video_by_link.check(linked(text.replace("@", link), link, labels={link: label} if label else None)))


@pytest.mark.parametrize(
    "text",
    [
        "Our ministry: @",
        "Ministry: @\nVideo.mp4 is attached",
        "@\nAttached:\nVideo.mp4",
        "@",
        "The video is attached." + " " * 130 + "@",
    ],
)
def test_other_links_are_none(text: str) -> None:
    """The ministry's site in a signature."""
    link = "https://www.mfa.go.ke/contact"
    assert list(video_by_link.check(linked(text.replace("@", link), link))) == []


def test_beside_an_attached_video_a_link_is_a_copy() -> None:
    """Nothing needs to be fetched."""
    assert list(video_by_link.check(case(video(), document(), text=WETRANSFER, links=(WETRANSFER,)))) == []
