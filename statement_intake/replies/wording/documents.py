"""What letters say about transcripts, written statements and attachments."""

from statement_intake.replies.language import Language
from statement_intake.replies.wording.facts import Advice, Facts


def transcript_missing(say: Language, _facts: Facts) -> Advice:
    """A video came alone."""
    return Advice(
        fault=say("There is no transcript with the video."),
        cure=say("Please send the text that is spoken in the video, as a Word document or PDF file."),
    )


def transcript_unreadable(say: Language, facts: Facts) -> Advice:
    """One sentence for each way in which a document can fail."""
    faults = {
        "empty": say("The transcript contains no text."),
        "encrypted": say("The transcript is protected by a password and cannot be opened."),
        "damaged": say("The transcript cannot be opened: the file is damaged or incomplete."),
        "unsupported": say("The transcript is in a file format that cannot be read here."),
        "slides": say("The transcript is a slide presentation and not the text that is spoken."),
    }
    return Advice(
        fault=faults.get(facts.text("problem"), say("The transcript cannot be read.")),
        cure=_resend(say, facts),
        files=facts.files,
    )


def transcript_scanned(say: Language, facts: Facts) -> Advice:
    """Interpreters search and mark text; a picture of it does not let them."""
    return Advice(
        fault=say("The transcript is a scan, that is, a picture of the text; the interpreters need the text itself."),
        cure=say("Please send the Word document, or a PDF file made from it."),
        files=facts.files,
    )


def transcript_in_body(say: Language, _facts: Facts) -> Advice:
    """The mail's own text may be the transcript."""
    return Advice(
        fault=say("No transcript is attached, although the text of your message reads like one."),
        cure=say("Please send the transcript as a Word document or PDF file, or confirm that the message contains it."),
    )


def transcript_pace(say: Language, facts: Facts) -> Advice:
    """Advice only."""
    words, seconds, pace = facts.number("words"), facts.number("seconds"), facts.number("words_per_minute")
    fault = say("The length of the transcript does not seem to fit the length of the video.")
    if words and seconds and pace:
        fault = say(
            "The transcript has %(words)s words for a video of %(length)s, that is %(pace)s words a minute.",
            words=say.number(words),
            length=say.length(seconds),
            pace=say.number(pace),
        )
        if facts.text("unit") == "characters":
            fault = say(
                "The transcript has %(words)s characters for a video of %(length)s, that is %(pace)s characters a"
                " minute.",
                words=say.number(words),
                length=say.length(seconds),
                pace=say.number(pace),
            )
    return Advice(
        fault=fault,
        cure=say("You may wish to check that it is the transcript of this very video, and complete."),
        files=facts.files,
    )


def statement_missing(say: Language, facts: Facts) -> Advice:
    """Announced, and not there."""
    return Advice(
        fault=say("Your message announces a statement, but neither a video nor a document arrived with it."),
        cure=say(
            "Please attach the statement and send it again. Some mail programs and servers remove large attachments"
            " without a word; if that may be the reason, please tell us."
        ),
        files=facts.files,
    )


def statement_unreadable(say: Language, facts: Facts) -> Advice:
    """A fault, or as a note the advice about a scan."""
    if facts.note:
        return Advice(
            fault=say("The written statement is a scan, that is, a picture of the text."),
            cure=say("For publication, the Word document or a PDF file made from it would be welcome."),
            files=facts.files,
        )
    faults = {
        "empty": say("The written statement contains no text."),
        "encrypted": say("The written statement is protected by a password and cannot be opened."),
        "damaged": say("The written statement cannot be opened: the file is damaged or incomplete."),
        "unsupported": say("The written statement is in a file format that cannot be read here."),
        "slides": say("The written statement is a slide presentation and not a text."),
    }
    return Advice(
        fault=faults.get(facts.text("problem"), say("The written statement cannot be read.")),
        cure=_resend(say, facts),
        files=facts.files,
    )


def attachment_encrypted(say: Language, facts: Facts) -> Advice:
    """An archive or document."""
    return Advice(
        fault=say("An attached file is protected by a password and cannot be opened."),
        cure=say("Please send it without a password."),
        files=facts.files,
    )


def attachment_closed(say: Language, facts: Facts) -> Advice:
    """An archive that is not opened here."""
    return Advice(
        fault=say("An attached archive cannot be opened here."),
        cure=say("Please attach the files themselves, without packing them."),
        files=facts.files,
    )


def document_macros(say: Language, facts: Facts) -> Advice:
    """A document with programs in it."""
    return Advice(
        fault=say("An attached document contains macros, that is, small programs."),
        cure=say("Please send it without macros, as a Word document (.docx) or PDF file."),
        files=facts.files,
    )


def message_encrypted(say: Language, facts: Facts) -> Advice:
    """S/MIME or PGP, of the whole or of a file."""
    return Advice(
        fault=say("Your message is encrypted and cannot be opened here."),
        cure=say("Please send it again without encryption."),
        files=facts.files,
    )


def _resend(say: Language, facts: Facts) -> str:
    if facts.text("problem") == "encrypted":
        return say("Please send it without a password, as a Word document (.docx) or PDF file.")
    return say("Please send it again as a Word document (.docx), or as a PDF file that contains text.")
