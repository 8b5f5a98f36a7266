"""The verdict on one claim in one cell: what two outcomes, the baseline's and the candidate's, say together."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from reports.record import Claim

BLOCKS, DOUBTS, SHOWN, QUIET = "blocks", "doubts", "shown", "quiet"


class Meaning(NamedTuple):
    """What a verdict says, and what it does to the decision: blocks it, leaves it in doubt, or is told."""

    weight: str
    words: str


#: In the order in which a reader wants to see them.
MEANINGS = {
    "crashed": Meaning(BLOCKS, "kills its process, which it did not on the baseline"),
    "hung": Meaning(BLOCKS, "stands still, which it did not on the baseline"),
    "regressed": Meaning(BLOCKS, "held on the baseline and fails on the candidate"),
    "lost": Meaning(BLOCKS, "was checked on the baseline and is not on the candidate"),
    "much slower": Meaning(BLOCKS, "takes longer than on the baseline by a quarter at least"),
    "unsteady": Meaning(DOUBTS, "held on the baseline each time, and fails on the candidate now and then"),
    "undecided": Meaning(DOUBTS, "fails on the candidate, on examples that the baseline has not seen"),
    "slower": Meaning(SHOWN, "takes longer than on the baseline"),
    "more memory": Meaning(SHOWN, "holds a tenth more at once than on the baseline, and a mebibyte at least"),
    "faster": Meaning(SHOWN, "takes less time than on the baseline"),
    "flaky": Meaning(SHOWN, "holds now and then, on the baseline too"),
    "newly found": Meaning(SHOWN, "fails on the candidate, and on the baseline too when it sees the same examples"),
    "newly failing": Meaning(SHOWN, "fails on the candidate, and was not checked on the baseline"),
    "failure changed": Meaning(SHOWN, "failed on the baseline and fails otherwise on the candidate"),
    "changed": Meaning(SHOWN, "holds on both, and what the documentation leaves open is not as it was"),
    "removed": Meaning(SHOWN, "is promised to the baseline's release and not to the candidate's"),
    "fixed": Meaning(SHOWN, "failed on the baseline and holds on the candidate"),
    "new": Meaning(QUIET, "was not checked on the baseline and holds on the candidate, or deviates as known"),
    "still failing": Meaning(QUIET, "fails on both in the same way"),
    "kept": Meaning(QUIET, "holds on both"),
    "not run": Meaning(QUIET, "was checked on neither, or the candidate's run ended before it"),
}

HOLDS = ("passed", "fixed")
DEAD = ("crashed", "hung")
FAILS = ("failed", "error", "deviates", *DEAD)


class Judgement(NamedTuple):
    """A verdict and the sentence that explains it, where it needs one."""

    verdict: str
    reason: str = ""


def judge(before: Optional[Claim], after: Optional[Claim], same_examples: bool) -> Judgement:
    """Judge one claim in one cell by what came of it on the baseline and on the candidate."""
    was, now = state(before), state(after)
    if was == "unchecked" and now == "unchecked":
        return Judgement("not run")
    if after is None or now == "unchecked":
        return _gone(after)
    if before is None or was == "unchecked":
        return Judgement("newly failing" if now == "fails" and after.outcome != "deviates" else "new")
    if was == "holds":
        return _held(before, after, same_examples) if now == "holds" else _broken(after, same_examples)
    return Judgement("fixed") if now == "holds" else _still(before, after)


def state(claim: Optional[Claim]) -> str:
    """Say whether a claim holds, fails (as known or not) or was not checked."""
    if claim is None or claim.outcome not in (*HOLDS, *FAILS):
        return "unchecked"
    return "holds" if claim.outcome in HOLDS else "fails"


def signature(claim: Claim) -> str:
    """Give what stays of a failure's message when the drawn numbers in it change."""
    return re.sub(r"[-+]?\d[\d.,]*(e[-+]?\d+)?", "#", claim.message)


def _gone(after: Optional[Claim]) -> Judgement:
    if after is None:
        return Judgement("lost", "the candidate's run does not have it")
    if after.outcome == "skipped" and after.message.startswith("Skipped: promised "):
        return Judgement("removed", after.message.partition(": ")[2])
    return Judgement("lost", after.message)


def _held(before: Claim, after: Claim, same_examples: bool) -> Judgement:
    if before.comparisons and not after.comparisons:
        return Judgement("lost", "it passes, but compares nothing with the oracle any more")
    moved = [name for name in sorted(before.observations) if _moved(before, after, name)]
    return Judgement("changed", f"observed: {', '.join(moved)}") if moved and same_examples else Judgement("kept")


def _moved(before: Claim, after: Claim, name: str) -> bool:
    return name in after.observations and before.observations[name] != after.observations[name]


def _broken(after: Claim, same_examples: bool) -> Judgement:
    if after.outcome == "deviates":
        return Judgement("regressed", f"a known deviation: {(after.deviation or {}).get('reason', after.message)}")
    if not same_examples:
        return Judgement("undecided", after.message)
    return Judgement(after.outcome if after.outcome in DEAD else "regressed", after.message)


def _still(before: Claim, after: Claim) -> Judgement:
    if after.outcome in DEAD and before.outcome not in DEAD:
        return Judgement(after.outcome, after.message)
    as_known = before.outcome == after.outcome == "deviates"
    same = as_known or signature(before) == signature(after)
    return Judgement("still failing") if same else Judgement("failure changed", after.message)
