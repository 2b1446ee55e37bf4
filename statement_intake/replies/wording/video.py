"""What letters say about a video."""

from statement_intake.replies.language import Language
from statement_intake.replies.wording.facts import Advice, Facts


def too_long(say: Language, facts: Facts) -> Advice:
    """Measured, limit and excess add up as printed, to a tenth of a second."""
    measured, limit, claimed = facts.number("measured"), facts.number("limit"), facts.number("header_seconds")
    if limit is None:
        return Advice(
            fault=say("The video is too long."), cure=say("Please send a shorter version."), files=facts.files
        )
    cure = say("Please send a version of at most %(limit)s.", limit=say.length(limit))
    if measured is None or measured <= limit:
        fault = say("The video is longer than the limit of %(limit)s.", limit=say.length(limit))
        return Advice(fault=fault, cure=cure, files=facts.files)
    tenths = max(round(measured * 10), round(limit * 10) + 1)
    fault = say(
        "The video lasts %(measured)s; the limit is %(limit)s. It is %(excess)s too long.",
        measured=say.length(tenths / 10),
        limit=say.length(limit),
        excess=say.length((tenths - round(limit * 10)) / 10),
    )
    if claimed is not None:
        fault += say.space + say(
            "The file itself states a length of %(claimed)s, but what counts is how long it really plays.",
            claimed=say.length(claimed),
        )
    return Advice(fault=fault, cure=cure, files=facts.files)


def unreadable(say: Language, facts: Facts) -> Advice:
    """The reader's own words are for officers, in English; they stay out of letters."""
    return Advice(
        fault=say("The video cannot be played: the file is damaged or incomplete, or is not a video."),
        cure=say(
            "Please export it again, if possible as MP4 with H.264 picture and AAC sound, play the new file to its"
            " end, and send it."
        ),
        files=facts.files,
    )


def no_picture(say: Language, facts: Facts) -> Advice:
    """A sound recording."""
    return Advice(
        fault=say("The file contains sound only, and no moving picture."),
        cure=say("Please send the video itself: a sound recording alone cannot be shown in the meeting room."),
        files=facts.files,
    )


def no_sound(say: Language, facts: Facts) -> Advice:
    """No audio stream."""
    return Advice(
        fault=say("The video has no sound track."),
        cure=say("Please send a version with sound, and listen to it before you send it."),
        files=facts.files,
    )


def silent(say: Language, facts: Facts) -> Advice:
    """A sound track with nothing on it."""
    return Advice(
        fault=say("The video has a sound track, but it is silent from beginning to end."),
        cure=say("Please send a version in which the speaker can be heard."),
        files=facts.files,
    )


def black(say: Language, facts: Facts) -> Advice:
    """A picture with nothing on it."""
    return Advice(
        fault=say("The picture of the video is black from beginning to end."),
        cure=say("Please send a version in which the speaker can be seen."),
        files=facts.files,
    )


def multiple(say: Language, facts: Facts) -> Advice:
    """Which one counts is for the delegation to say."""
    return Advice(
        fault=say("There is more than one video, and we cannot tell which of them is to be shown."),
        cure=say("Please tell us which one is to be shown, or send that one alone."),
        files=facts.files,
    )


def missing(say: Language, facts: Facts) -> Advice:
    """The mail speaks of one."""
    return Advice(
        fault=say("Your message speaks of a video, but no video arrived with it."),
        cure=say(
            "Please send the video together with its transcript. If it is too large for e-mail, or if you meant to"
            " submit a written statement only, please tell us so."
        ),
        files=facts.files,
    )


def length_unclear(say: Language, facts: Facts) -> Advice:
    """Sound that runs on behind the picture, or a long pause before the last pictures."""
    picture, sound, gap = facts.number("measured"), facts.number("sound"), facts.number("gap")
    fault = say("It is not certain how long the video is.")
    if facts.flag("torn"):
        fault += say.space + say("The file seems to break off before its end.")
    elif picture is not None and sound is not None and sound > picture:
        fault += say.space + say(
            "Its picture ends after %(picture)s, its sound after %(sound)s.",
            picture=say.length(picture),
            sound=say.length(sound),
        )
    elif gap:
        fault += say.space + say("Its picture stands still for %(gap)s before the end.", gap=say.length(gap))
    cure = say("Please export the video again, so that picture and sound run and end together, and send it.")
    limit = facts.number("limit")
    if limit is not None:
        cure += say.space + say("The limit is %(limit)s.", limit=say.length(limit))
    return Advice(fault=fault, cure=cure, files=facts.files)


def by_link(say: Language, facts: Facts) -> Advice:
    """What will happen, and what would have fitted. The link is not repeated: our letters carry none of strangers."""
    cure = say(
        "A member of the secretariat will open the link and take the video from there. Until then, please make sure"
        " that it works without an account and does not expire."
    )
    providers, days = facts.texts("providers"), facts.number("days")
    if providers and days:
        cure += say.space + say.plural(
            "Links of %(service)s usually stop working after %(count)s day.",
            "Links of %(service)s usually stop working after %(count)s days.",
            int(days),
            service=say.listing(providers, "or"),
        )
    mail, file = facts.number("mail_octets"), facts.number("file_octets")
    seconds, rate = facts.number("seconds"), facts.number("megabits_per_second")
    if mail and file and seconds and rate:
        cure += say.space + say(
            "Our mailbox takes messages of up to %(mail)s (your own server may allow less). A video file of up to"
            " %(file)s fits into one: for %(length)s that is an average of %(rate)s Mbit/s, picture and sound together."
            " Such a file you may also simply attach.",
            mail=say.size(int(mail)),
            file=say.size(int(file)),
            length=say.length(seconds),
            rate=say.number(rate),
        )
    return Advice(fault=say("The video itself did not arrive; your message contains a link in its place."), cure=cure)


def low_resolution(say: Language, facts: Facts) -> Advice:
    """Advice only."""
    width, height = facts.number("width"), facts.number("height")
    fault = (
        say(
            "The picture of the video has %(width)s × %(height)s pixels and may look blurred on the large screens of"
            " the meeting room.",
            width=f"{width:.0f}",
            height=f"{height:.0f}",
        )
        if width and height
        else say("The picture of the video may look blurred on the large screens of the meeting room.")
    )
    return Advice(
        fault=fault, cure=say("If a version with a higher resolution exists, it would look better."), files=facts.files
    )


def portrait(say: Language, facts: Facts) -> Advice:
    """Advice only."""
    return Advice(
        fault=say("The video is in upright format and will be shown with broad margins on both sides."),
        cure=say("A version in landscape format (16:9) would fill the screen."),
        files=facts.files,
    )


def unusual_format(say: Language, facts: Facts) -> Advice:
    """Advice only."""
    return Advice(
        fault=say("The video is in a format that the meeting room's equipment does not often see."),
        cure=say("A file in MP4 format, with H.264 picture and AAC sound, plays most reliably."),
        files=facts.files,
    )
