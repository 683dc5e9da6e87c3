"""Where every subject stands, in memory: patience and history, one finding at a time."""

from monitor.model import Finding, Key, Standing, Subject, Transition
from monitor.patience import forgive, step
from monitor.store import Changes, spans
from monitor.store.spans import Span
from monitor.store.standings import StandingRow


class Tally:
    """Counts findings; what must become durable it adds to the changes it is given."""

    def __init__(self, raise_after: int, clear_after: int) -> None:
        self._raise_after, self._clear_after = raise_after, clear_after
        self.standings: dict[Key, dict[Subject, Standing]] = {}
        self._spans: dict[Subject, Span] = {}

    def get(self, subject: Subject) -> Standing | None:
        return self.standings.get(subject.key, {}).get(subject)

    def restore(self, row: StandingRow) -> None:
        subject = row.standing.subject
        self.standings.setdefault(subject.key, {})[subject] = row.standing
        self._spans[subject] = row.span

    def forget(self, key: Key) -> None:
        for subject in self.standings.pop(key, {}):
            self._spans.pop(subject, None)

    def unwatch(self, key: Key, probe: str) -> None:
        for subject in [one for one in self.standings.get(key, {}) if one.probe == probe]:
            del self.standings[key][subject], self._spans[subject]

    def spans_of(self, key: Key) -> list[Span]:
        """The stretches of one device that still last."""
        return [span for subject, span in self._spans.items() if subject.key == key]

    def forgive(self) -> None:
        """Let go of bad looks that confirmed nothing yet: the monitor itself could not see."""
        for group in self.standings.values():
            group.update({subject: forgive(standing) for subject, standing in group.items()})

    def count(self, finding: Finding, urgent: Changes, lazy: Changes) -> Transition | None:
        """One more finding. News is urgent; more of what is confirmed already may wait to be written.

        A new span is news as well: it goes with the end of the one before, or a kill between would leave that twice.
        """
        subject = Subject(finding.key, finding.probe, finding.aspect)
        before = self.get(subject)
        standing, transition = step(before, finding, self._raise_after, self._clear_after)
        self.standings.setdefault(subject.key, {})[subject] = standing
        row = StandingRow(standing, self._span(subject, standing.last, urgent))
        last = standing.last
        same = before is not None and (before.verdict, before.fault) == (last.verdict, last.fault)
        (lazy if same and row.span.count > 1 else urgent).standings[subject] = row
        return transition

    def _span(self, subject: Subject, finding: Finding, changes: Changes) -> Span:
        before = self._spans.get(subject)
        span = spans.grow(before, finding) if before else None
        if before and not span:
            changes.spans.append(before)
        self._spans[subject] = span = span or spans.begin(finding)
        return span
