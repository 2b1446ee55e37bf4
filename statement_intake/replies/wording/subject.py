"""What letters say about the subject line, the meeting, the deadline and the addresses."""

from datetime import timedelta

from statement_intake.replies.language import Language
from statement_intake.replies.wording.facts import Advice, Facts

#: An agenda has more items than a sentence should quote of strangers.
ITEMS_AT_MOST = 40


def party_missing(say: Language, _facts: Facts) -> Advice:
    """Nobody is named."""
    return Advice(
        fault=say("The subject line does not say which State or organization the statement is from."),
        cure=say("Please write its name in the subject line, between the dash and the number of the agenda item."),
    )


def party_unknown(say: Language, facts: Facts) -> Advice:
    """Somebody is named whom we do not know."""
    text, suggestions = facts.text("text"), facts.texts("suggestions")
    fault = (
        say("“%(text)s” in the subject line was not recognized as the name of a State or organization.", text=text)
        if text
        else say("The name in the subject line was not recognized as that of a State or organization.")
    )
    cure = say("Please write the name in English, in the form that the United Nations uses.")
    if suggestions:
        cure = say("Did you mean %(names)s?", names=say.listing(suggestions, "or")) + say.space + cure
    return Advice(fault=fault, cure=cure)


def party_ambiguous(say: Language, facts: Facts) -> Advice:
    """Several are meant, or may be: nobody guesses who speaks."""
    text, candidates = facts.text("text"), facts.texts("candidates")
    if text and candidates:
        fault = say(
            "“%(text)s” in the subject line may stand for %(names)s.",
            text=text,
            names=say.listing(candidates, "or"),
        )
    else:
        fault = say("The name in the subject line may stand for more than one State or organization.")
    return Advice(fault=fault, cure=say("Please tell us for whom the statement is made, with the full name."))


def item_missing(say: Language, facts: Facts) -> Advice:
    """No item."""
    cure = say("Please add the number of the agenda item at the end of the subject line.")
    return Advice(
        fault=say("The subject line does not say to which agenda item the statement belongs."),
        cure=cure + _items_of_the_agenda(say, facts),
    )


def item_unknown(say: Language, facts: Facts) -> Advice:
    """A number that the agenda does not have."""
    items = facts.texts("items")
    fault = (
        say.plural(
            "Agenda item %(items)s is not on the agenda of the meeting.",
            "Agenda items %(items)s are not on the agenda of the meeting.",
            len(items),
            items=say.listing(items),
        )
        if items
        else say("The agenda item in the subject line is not on the agenda of the meeting.")
    )
    cure = say("Please tell us which agenda item is meant.")
    return Advice(fault=fault, cure=cure + _items_of_the_agenda(say, facts))


def remark(say: Language, facts: Facts) -> Advice:
    """Free text that may change what was sent."""
    text = facts.text("text")
    fault = (
        say(
            "The subject line also says “%(text)s”, and we are not certain what that means for the statement.",
            text=text,
        )
        if text
        else say("The subject line also says something that we do not understand with certainty.")
    )
    return Advice(
        fault=fault,
        cure=say(
            "Please tell us what is meant, or use a subject line with nothing but the meeting, the name of the "
            "delegation and the number of the agenda item."
        ),
    )


def placeholder(say: Language, facts: Facts) -> Advice:
    """The pattern itself was pasted."""
    text = facts.text("text")
    fault = (
        say("The subject line still contains “%(text)s” from the pattern in the invitation.", text=text)
        if text
        else say("The subject line still contains words of the pattern in the invitation.")
    )
    return Advice(
        fault=fault, cure=say("Please put the name of the delegation and the number of the agenda item in their place.")
    )


def not_as_announced(say: Language, _facts: Facts) -> Advice:
    """The meeting takes the announced form only; the layout shows the line to paste."""
    return Advice(
        fault=say("The subject line is not written in the form that the invitation asks for."),
        cure=say("Please use exactly the subject line that you will find in this message."),
    )


def normalised(say: Language, _facts: Facts) -> Advice:
    """Advice only; the layout shows the line as it should be written."""
    return Advice(
        fault=say("The subject line was understood, though it was not written quite as the invitation asks."),
        cure=say("You will find the exact form in this message, for another time."),
    )


def meeting_unknown(say: Language, facts: Facts) -> Advice:
    """Another meeting, or a past one."""
    text, expected = facts.text("text"), facts.text("meeting")
    if text and expected:
        fault = say(
            "Your message names “%(text)s”; statements are received here for the %(meeting)s.",
            text=text,
            meeting=expected,
        )
    else:
        fault = say("Your message names a meeting for which no statements are received here.")
    return Advice(
        fault=fault,
        cure=say("If another meeting is meant, please send the message again with its name in the subject."),
    )


def meeting_other(say: Language, facts: Facts) -> Advice:
    """A sister meeting."""
    title = facts.text("title")
    fault = (
        say("Your message concerns another meeting: %(title)s.", title=title)
        if title
        else say("Your message concerns another meeting.")
    )
    return Advice(
        fault=fault,
        cure=say("If that is so, there is nothing that you need to do. If not, please tell us which meeting is meant."),
    )


def meeting_unclear(say: Language, facts: Facts) -> Advice:
    """Several meetings, or a doubtful ordinal."""
    text = facts.text("text")
    fault = (
        say("It is not clear for which meeting the statement is meant: “%(text)s”.", text=text)
        if text
        else say("It is not clear for which meeting the statement is meant.")
    )
    return Advice(fault=fault, cure=say("Please tell us which meeting is meant."))


def deadline_passed(say: Language, facts: Facts) -> Advice:
    """Both times, and the span between them."""
    deadline, received = facts.moment("deadline"), facts.moment("received")
    if deadline is not None and received is not None and received > deadline:
        delay = received - deadline
        # In minutes the two times might read the same.
        close = delay < timedelta(minutes=1)
        fault = say(
            "The deadline was %(deadline)s. The statement was received on %(received)s, that is %(delay)s later.",
            deadline=say.moment(deadline, named=False, seconds=close),
            received=say.moment(received, named=False, seconds=close),
            delay=say.length(max(1, round(delay.total_seconds()))) if close else say.delay(delay),
        )
    elif deadline is not None:
        fault = say(
            "The statement was received after the deadline, %(deadline)s.", deadline=say.moment(deadline, named=False)
        )
    else:
        fault = say("The statement was received after the deadline.")
    if facts.held:
        cure = say("The secretariat will decide whether it can still be taken, and will tell you.")
    else:
        cure = say("If there are reasons why it should still be taken, please write to the secretariat.")
    return Advice(fault=fault, cure=cure)


def version_reviewed(say: Language, _facts: Facts) -> Advice:
    """A person has said something about it, and says what follows now."""
    return Advice(
        fault=say(
            "A member of the secretariat has looked at this statement before, and will now look at it as a whole."
        ),
        cure=say("There is nothing that you need to do about this."),
    )


def version_unclear(say: Language, facts: Facts) -> Advice:
    """Says nothing about who sent what: only asks."""
    return Advice(
        fault=say("It is not clear whether this is meant to replace what was sent earlier, or to be added to it."),
        cure=say("Please tell us which of the two is meant."),
        files=facts.files,
    )


def address_missing(say: Language, facts: Facts) -> Advice:
    """A gentle hint; nothing was lost."""
    address = facts.text("address")
    fault = (
        say("The invitation asks to send statements to %(address)s as well.", address=address)
        if address
        else say("The invitation asks to send statements to a second address as well.")
    )
    return Advice(fault=fault, cure=say("There is no need to send this one again; it is enough to do so next time."))


def _items_of_the_agenda(say: Language, facts: Facts) -> str:
    known = facts.texts("known", ITEMS_AT_MOST)
    return say.space + say("The items of the agenda are %(items)s.", items=say.listing(known)) if known else ""
