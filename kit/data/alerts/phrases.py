"""The words of the alerts. Placeholders in braces are filled by `wording`."""

from __future__ import annotations

PLACES = (
    "Lisbon", "Gdańsk", "Singapore", "Lyon", "Toronto", "Nairobi", "Osaka", "Bristol", "São Paulo", "Vienna",
    "Dubai", "Tallinn", "Austin", "Cork", "Izmir", "Malmö", "Seoul", "Naples", "Accra", "Basel",
)  # fmt: skip
PAYEES = (
    "Harrow & Pine Ltd", "M. Okonkwo", "Delta Marine Supplies", "J. Lindqvist", "Nordlicht GmbH", "Casa Verde Lda",
    "A. Petrova", "Brightwater Clinic", "Kestrel Motors", "T. Nakamura", "Orchard Lane Lettings", "R. Almeida",
    "Quayside Logistics", "Blue Heron Consulting", "S. Demir", "Fernhill School", "Atlas Components", "L. Moreau",
    "Copperfield Roofing", "Vela Travel", "D. Mensah", "Halden Timber", "Parkview Dental", "E. Rossi",
)  # fmt: skip
PURPOSES = (
    "machine parts", "a flat deposit", "school fees", "consulting", "a used van", "roof repairs", "freight",
    "a family loan", "medical treatment", "rent", "a wedding venue", "software licences", "timber", "a boat engine",
)  # fmt: skip
CHANNELS = ("mobile app", "online banking", "the branch", "telephone banking", "a batch file", "the web portal")
DEVICES = ("phone", "laptop", "tablet", "browser", "handset")
PAPERS = ("invoice", "contract", "purchase agreement", "order form", "signed quote")

OPENINGS = (
    "{amount} to {payee} in {place}",
    "transfer of {amount}, payee {payee} ({place})",
    "customer sends {amount} to {payee}, {place}",
    "{amount} for {purpose}, payee {payee}",
    "{payee} of {place} is to get {amount}",
    "payment of {amount} via {channel} to {payee}",
)
SIZES = {
    "usual": (
        ", in line with earlier payments",
        "; no larger than this customer's other payments",
        ", an ordinary amount here",
        "; the amount is not out of the ordinary",
        " (within the usual range)",
    ),
    "raised": (
        ", two or three times the ordinary amount",
        "; larger than this customer's other payments",
        ", somewhat above earlier payments",
        "; the amount is out of the ordinary, if not by much",
        " (above the usual range)",
    ),
    "large": (
        ", more than eight times the ordinary amount",
        "; many times larger than this customer's other payments",
        ", far above earlier payments",
        "; the amount is out of the ordinary by far",
        " (far beyond the usual range)",
    ),
}
AGES = (
    "account held for {age}",
    "customer with us for {age}",
    "the account is {age} old",
    "opened {age} ago",
    "the relationship goes back {age}",
)
FAMILIARITY = {  # (payee, is the device new?)
    ("known", False): (
        "neither the payee nor the {device} is new",
        "payee and {device} have both been seen before",
        "the {device} is known, and so is the payee",
        "paid {times} times before, and never from another {device}",
        "nothing new about the payee, nor about the {device}",
        "same {device} and same account of the payee as in {times} earlier transfers",
    ),
    ("known", True): (
        "the payee is known, the {device} is not",
        "the {device} is new, the payee is not",
        "of payee and {device}, only the {device} has never been seen before",
        "paid {times} times before, though never from this {device}",
        "an unknown {device} but a known payee with the same account as before",
        "payee seen before, {device} not",
    ),
    ("new", False): (
        "the {device} is known, the payee is not",
        "the payee is new, the {device} is not",
        "of payee and {device}, only the payee has never been seen before",
        "same {device} as in {times} earlier transfers, though none of them to this payee",
        "an unknown payee but a known {device}",
        "{device} seen before, payee not",
    ),
    ("new", True): (
        "neither the payee nor the {device} is known",
        "payee and {device} have both never been seen before",
        "the {device} is new, and so is the payee",
        "never paid before, and never logged in from this {device}",
        "nothing known about the payee, nor about the {device}",
        "a new payee, ordered from a {device} not seen in {times} earlier transfers",
    ),
    ("changed", False): (
        "the {device} is known, but the payee's account is not the one used before",
        "paid {times} times before, to another account than this one; known {device}",
        "same {device} as ever, though the known payee wants the money on a new account",
        "the {device} is not new, the payee's account number is: it was replaced {days} days ago",
        "known payee, known {device}, but the account details were changed {days} days ago",
    ),
    ("changed", True): (
        "the {device} is not known, and the payee's account is not the one used before",
        "paid {times} times before, to another account than this one; unknown {device}",
        "another {device} than ever, and the known payee wants the money on a new account",
        "the {device} is new, the payee's account number too: it was replaced {days} days ago",
        "known payee, unknown {device}, and the account details were changed {days} days ago",
    ),
}
HISTORY = {
    "none": (
        "no earlier alerts",
        "never flagged before, so no fraud was ever confirmed",
        "first alert on this customer",
        "alert history is empty",
    ),
    "cleared": (
        "{alerts} earlier alerts, none of them confirmed as fraud",
        "flagged before, but fraud was ruled out each time",
        "{alerts} earlier alerts, all closed, no fraud confirmed",
        "an earlier alert turned out to be no fraud",
    ),
    "confirmed": (
        "{alerts} earlier alerts, one of them confirmed as fraud",
        "flagged before, and fraud was not ruled out that time",
        "{alerts} earlier alerts, not all closed: fraud confirmed in one",
        "an earlier alert turned out to be fraud",
        "money was stolen from this account last year",
    ),
}
CONTACT = {
    "none": (
        "customer not called yet",
        "no call made so far",
        "nobody has called the customer, and the customer has not called us",
    ),
    "vouched": (
        "we called the number on file and the customer confirmed the payment, in no hurry and in their own words",
        "customer confirmed it on the known number, no sign of pressure",
        "called back: the customer explained the purpose without being told what to say",
        "the customer came to the counter and confirmed it, alone and not under pressure",
        "reached by telephone, the customer knew every detail and sounded at ease",
        "a callback settled it: the customer had planned this for weeks",
    ),
    "coached": (
        "we called the number on file and the customer confirmed the payment, in a hurry and not in their own words",
        "customer confirmed it on the known number, with signs of pressure",
        "called back: the customer could not explain the purpose without being told what to say",
        "the customer came to the counter and confirmed it, not alone and under pressure",
        "reached by telephone, the customer gave rehearsed answers while somebody whispered",
        "on the callback a stranger prompted every answer and urged us to hurry",
    ),
    "unreached": (
        "we called the number on file, no answer",
        "customer could not be reached to confirm it",
        "called back twice without reaching the customer",
    ),
}
PAPER_STATES = {
    "filed": (
        "the {paper} is on file, nothing is missing",
        "{paper} received, no papers open",
        "there is a {paper}, and it does not lack a signature",
        "papers are complete, {paper} not outstanding",
        "nobody has to ask for the {paper}: it came yesterday",
        "the {paper} matches amount and payee",
    ),
    "missing": (
        "the {paper} is not on file",
        "{paper} not received, papers open",
        "there is no {paper}, only a message with a promise of one",
        "papers are not complete, {paper} outstanding",
        "nobody has asked for the {paper} yet: it did not come with the order",
        "still waiting for the {paper}",
        "the customer promised to send the {paper} later",
    ),
}
NOTES = (
    'customer\'s note: "{purpose}"',
    'note: "as agreed"',
    'the note reads "second half, thanks"',
    'note: "please send today"',
    'the note says "{purpose}, {payee}"',
    "no note",
    'note: "ref 4471/B"',
    'the note reads "for {purpose}, see mail"',
)
