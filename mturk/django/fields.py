"""Model fields for what the service keeps: stored as the id, read as the record, and no call for either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from mturk import errors
from mturk.data import limit
from mturk.record.record import Record, id_of, kind_of, related

if TYPE_CHECKING:
    from django.db.models.expressions import Expression

    _Base = models.CharField[Any, Any]
else:
    _Base = models.CharField

_LENGTH = 64
_DOOR = "mturk.django"


class RecordAttribute(DeferredAttribute):
    """The attribute of an instance: takes a record or an id, and gives the record."""

    field: RecordField

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = self.field.taken(value)

    def __delete__(self, instance: models.Model) -> None:
        instance.__dict__.pop(self.field.attname, None)


class RecordField(_Base):
    """What the fields below share. The record belongs to the connection that is in force when it is read."""

    kind = ""
    descriptor_class = RecordAttribute

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": _LENGTH, **options})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """How a migration writes the field: under the name that stays."""
        name, path, args, options = super().deconstruct()
        if options.get("max_length") == _LENGTH:
            del options["max_length"]
        own = type(self).__module__ == __name__
        return name, f"{_DOOR}.{type(self).__name__}" if own else path, args, options

    def taken(self, value: object) -> object:
        """What an instance keeps of what it is given; an id that is none stays, for `full_clean` to complain of."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value  # a record, or an expression such as F()
        try:
            return self._record(value)
        except errors.ValidationError:
            return value

    def from_db_value(self, value: str | None, expression: Expression, connection: Any) -> Record | None:
        """The record of an id that was stored, whatever it looks like."""
        found: Record | None = related(self.kind, value or None, None)  # type: ignore[call-overload]  # one of its kinds
        return found

    def to_python(self, value: Any) -> Any:
        """The record of a record or an id; Django's ValidationError if it is neither."""
        if value is None or value == "":
            return None
        try:
            return value if isinstance(value, Record) and self._id(value) else self._record(value)
        except errors.ValidationError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """The id. Of a look-up any text is taken: one that is no id finds nothing."""
        # Not CharField's, which would make a record of it by `to_python`.
        return models.Field.get_prep_value(self, self._id(value) if isinstance(value, Record) else value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """The id, checked: what is no id is not stored."""
        checked = value is None or value == "" or isinstance(value, Record) or hasattr(value, "resolve_expression")
        if not checked:
            self._record(value)
        if value is None and self.blank and not self.null:
            value = ""  # as any text field of Django's that may be blank
        return super().get_db_prep_save(value, connection)

    def value_from_object(self, obj: models.Model) -> Any:
        """The id, for forms and serializers."""
        value = super().value_from_object(obj)
        return value.id if isinstance(value, Record) else value

    def value_to_string(self, obj: models.Model) -> str:
        """The id, for serializers."""
        return self.value_from_object(obj) or ""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Choices, blank and null are held against the id."""
        super().validate(value.id if isinstance(value, Record) else value, model_instance)

    def run_validators(self, value: Any) -> None:
        """Validators, too, are given the id."""
        super().run_validators(value.id if isinstance(value, Record) else value)

    def _record(self, value: Any) -> Record:
        made: Record = kind_of(self.kind)(value)
        return made

    def _id(self, value: Record) -> str:
        return id_of(self.name, value, self.kind, limit.identifier)


class HITField(RecordField):
    """A HIT, stored as its id.

    class Photo(models.Model):
        hit = HITField(null=True)

    `photo.hit = hit` and `photo.hit = "3ABC…"` do the same, and so do `Photo.objects.filter(hit=hit)` and
    `filter(hit="3ABC…")`.
    """

    kind = "HIT"


class HITTypeField(RecordField):
    """A HIT type, stored as its id; its terms cannot be read back from the service."""

    kind = "HITType"


class AssignmentField(RecordField):
    """A worker's submission, stored as its id."""

    kind = "Assignment"


class WorkerField(RecordField):
    """A worker, stored as the id."""

    kind = "Worker"


class QualificationTypeField(RecordField):
    """A qualification type, stored as its id."""

    kind = "QualificationType"
