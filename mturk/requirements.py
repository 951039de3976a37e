"""Who may do the work: requirements, written as comparisons.

    from mturk import requirements as req

    req.percent_approved >= 95
    req.locale.is_in("US", "GB")
    req.masters.exists()
    (req.adult == 1).guarding("PreviewAndAccept")

A qualification type of your own compares the same way: `my_type >= 80`, `my_type.does_not_exist()`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from mturk.data import enumeration, limit, wire
from mturk.data.enumeration import ActionsGuarded, AnyActionsGuarded, Comparator
from mturk.data.locale import Locale
from mturk.errors import ValidationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

MOST_REQUIREMENTS = 10
MOST_INTEGERS = 15
MOST_LOCALES = 30

_ONE_VALUE = frozenset(
    {
        Comparator.LESS_THAN,
        Comparator.LESS_THAN_OR_EQUAL_TO,
        Comparator.GREATER_THAN,
        Comparator.GREATER_THAN_OR_EQUAL_TO,
        Comparator.EQUAL_TO,
        Comparator.NOT_EQUAL_TO,
    }
)
_SEVERAL_VALUES = frozenset({Comparator.IN, Comparator.NOT_IN})
_NO_VALUE = frozenset({Comparator.EXISTS, Comparator.DOES_NOT_EXIST})
_ORDER = _ONE_VALUE - {Comparator.EQUAL_TO, Comparator.NOT_EQUAL_TO}


def _canonical(type_id: str) -> str:
    # One Masters for both environments; `sendable` puts the sandbox's id in where it belongs.
    return enumeration.MASTERS if type_id == enumeration.MASTERS_IN_SANDBOX else type_id


def _integers(values: Iterable[int] | None) -> tuple[int, ...] | None:
    return tuple(values) if values else None


def _locales(values: Iterable[Locale] | None) -> tuple[Locale, ...] | None:
    return tuple(values) if values else None


def _comparator(value: str) -> Comparator:
    comparator: Comparator = wire.one_of(Comparator)(value)
    return comparator


def _actions(value: str) -> ActionsGuarded:
    actions: ActionsGuarded = wire.one_of(ActionsGuarded)(value)
    return actions


@attrs.frozen
class QualificationRequirement:
    """One condition that a worker must meet; made by a comparison rather than by hand.

    What comes back in a HIT equals what was sent. `required_to_preview` is the service's older way of saying
    `actions_guarded="PreviewAndAccept"`; both are read, and only the latter is sent.
    """

    qualification_type_id: str = attrs.field(converter=_canonical, metadata=wire.named("QualificationTypeId"))
    comparator: Comparator = attrs.field(converter=_comparator, metadata=wire.named("Comparator", _comparator))
    integer_values: tuple[int, ...] | None = attrs.field(
        default=None, converter=_integers, metadata=wire.named("IntegerValues", tuple)
    )
    locale_values: tuple[Locale, ...] | None = attrs.field(
        default=None, converter=_locales, metadata=wire.named("LocaleValues", wire.many(wire.one(Locale)))
    )
    required_to_preview: bool | None = attrs.field(
        default=None, eq=False, repr=False, metadata=wire.named("RequiredToPreview", sent=False)
    )
    actions_guarded: ActionsGuarded = attrs.field(converter=_actions, metadata=wire.named("ActionsGuarded", _actions))

    @actions_guarded.default
    def _as_before_actions(self) -> ActionsGuarded:
        return ActionsGuarded.PREVIEW_AND_ACCEPT if self.required_to_preview else ActionsGuarded.ACCEPT

    def __bool__(self) -> bool:
        raise ValidationError(
            "a requirement is neither true nor false: instead of 50 <= hits_approved <= 500 list two of them, "
            "[hits_approved >= 50, hits_approved <= 500]"
        )

    def guarding(self, actions: AnyActionsGuarded) -> QualificationRequirement:
        """The same condition, keeping others also from previewing, or from finding the HIT at all."""
        return attrs.evolve(
            self, actions_guarded=limit.choice("actions", actions, ActionsGuarded), required_to_preview=None
        )


class Comparable:
    """What can be compared into a requirement: a system qualification, or a type of one's own."""

    __slots__ = ()

    def _require(self, comparator: Comparator, values: tuple[object, ...]) -> QualificationRequirement:
        raise NotImplementedError  # each kind says what it can be compared with

    def __lt__(self, score: int) -> QualificationRequirement:
        return self._require(Comparator.LESS_THAN, (score,))

    def __le__(self, score: int) -> QualificationRequirement:
        return self._require(Comparator.LESS_THAN_OR_EQUAL_TO, (score,))

    def __gt__(self, score: int) -> QualificationRequirement:
        return self._require(Comparator.GREATER_THAN, (score,))

    def __ge__(self, score: int) -> QualificationRequirement:
        return self._require(Comparator.GREATER_THAN_OR_EQUAL_TO, (score,))

    def is_in(self, *values: int | str | Locale) -> QualificationRequirement:
        """The worker's score or locale is one of these: up to 15 scores or 30 locales."""
        return self._require(Comparator.IN, values)

    def not_in(self, *values: int | str | Locale) -> QualificationRequirement:
        """The worker's score or locale is none of these."""
        return self._require(Comparator.NOT_IN, values)

    def exists(self) -> QualificationRequirement:
        """The worker has the qualification, whatever the score."""
        return self._require(Comparator.EXISTS, ())

    def does_not_exist(self) -> QualificationRequirement:
        """The worker does not have the qualification."""
        return self._require(Comparator.DOES_NOT_EXIST, ())


@attrs.frozen(eq=False, repr=False)
class SystemQualification(Comparable):
    """A qualification that the service itself keeps for every worker."""

    name: str
    id: str
    comparators: frozenset[Comparator] = frozenset(Comparator)
    lowest: int = 0
    highest: int = 2**31 - 1

    def __repr__(self) -> str:
        return f"<requirements.{self.name}>"

    def __eq__(self, value: object) -> QualificationRequirement:  # type: ignore[override]  # a comparison
        return self._require(Comparator.EQUAL_TO, (value,))

    def __ne__(self, value: object) -> QualificationRequirement:  # type: ignore[override]  # a comparison
        return self._require(Comparator.NOT_EQUAL_TO, (value,))

    __hash__ = None  # type: ignore[assignment]  # what compares into requirements cannot be looked up

    def _require(self, comparator: Comparator, values: tuple[object, ...]) -> QualificationRequirement:
        if comparator not in self.comparators:
            allowed = ", ".join(each for each in Comparator if each in self.comparators)
            raise ValidationError(f"{self.name} can be compared by {allowed} only, not by {comparator}")
        if self.id == enumeration.LOCALE:
            return compare(self.id, comparator, tuple(Locale.of(value) for value in values))  # type: ignore[arg-type]  # refused there
        for value in values:
            limit.whole(self.name, value, self.lowest, self.highest)  # type: ignore[arg-type]  # refused there
        return compare(self.id, comparator, values)


def compare(type_id: str, comparator: Comparator, values: tuple[object, ...]) -> QualificationRequirement:
    """The requirement for a comparison, refused where the service knows no such one."""
    integers = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    locales = tuple(value for value in values if isinstance(value, Locale))
    if len(integers) + len(locales) != len(values) or (integers and locales):
        raise ValidationError(f"a requirement compares with ints, or with locales, not with {values!r}")
    if locales and comparator in _ORDER:
        raise ValidationError(f"places have no order, they cannot be compared by {comparator}")
    for value in integers:
        limit.whole("a score", value, -(2**31), 2**31 - 1)
    if comparator in _NO_VALUE and values:
        raise ValidationError(f"{comparator} takes no value, not {values!r}")
    if comparator in _ONE_VALUE and len(values) != 1:
        raise ValidationError(f"{comparator} takes one value, not {len(values)}")
    most = MOST_LOCALES if locales else MOST_INTEGERS
    if comparator in _SEVERAL_VALUES and not 1 <= len(values) <= most:
        raise ValidationError(f"{comparator} takes 1 to {most} values, not {len(values)}")
    return QualificationRequirement(type_id, comparator, integers, locales)


def needs_masters(requirements: Iterable[QualificationRequirement]) -> bool:
    """Whether only Masters may do the work, which AWS charges more for."""
    return any(
        each.qualification_type_id == enumeration.MASTERS and each.comparator != Comparator.DOES_NOT_EXIST
        for each in requirements
    )


def checked(requirements: Iterable[QualificationRequirement] | None) -> tuple[QualificationRequirement, ...]:
    """The requirements of a HIT type, at most 10."""
    if requirements is None:
        return ()
    if not isinstance(requirements, Iterable):
        raise ValidationError(f"qualification_requirements must be a list of them, not {requirements!r}")
    found = tuple(requirements)
    for each in found:
        if not isinstance(each, QualificationRequirement):
            raise ValidationError(
                f"qualification_requirements holds {each!r}; write a comparison such as "
                "requirements.percent_approved >= 95"
            )
    if len(found) > MOST_REQUIREMENTS:
        raise ValidationError(f"qualification_requirements has {len(found)} entries, the limit is {MOST_REQUIREMENTS}")
    return found


def sendable(
    requirements: tuple[QualificationRequirement, ...], connection: Connection
) -> tuple[QualificationRequirement, ...]:
    """The requirements as this service knows them: Masters by the environment's own id."""
    return tuple(map(_in_sandbox, requirements)) if connection.is_sandbox else requirements


def _in_sandbox(requirement: QualificationRequirement) -> QualificationRequirement:
    if requirement.qualification_type_id != enumeration.MASTERS:
        return requirement
    moved = attrs.evolve(requirement)
    object.__setattr__(moved, "qualification_type_id", enumeration.MASTERS_IN_SANDBOX)
    return moved


masters = SystemQualification("masters", enumeration.MASTERS, _NO_VALUE)
adult = SystemQualification("adult", enumeration.ADULT, frozenset({Comparator.EQUAL_TO}), 1, 1)
hits_approved = SystemQualification("hits_approved", enumeration.HITS_APPROVED)
percent_approved = SystemQualification("percent_approved", enumeration.PERCENT_APPROVED, highest=100)
locale = SystemQualification("locale", enumeration.LOCALE, (_SEVERAL_VALUES | _ONE_VALUE) - _ORDER)

Adults = adult == 1
"""The preset of the Node module: workers over 18 who agreed to see adult content."""
