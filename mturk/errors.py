"""What can go wrong, named by cause.

    MTurkError
      ConfigurationError        no connection, no credentials, a missing extra
      ValidationError           an argument outside the service's limits
      AnswerError               an answer document that cannot be read
      TransportError            no usable answer came back
      ServiceError              the service answered with an error
        Throttled               too many calls, even after waiting
        Unavailable             the service is in trouble, even after retries
        AccessDenied            credentials or permission
        RequestError            the request is refused
          DoesNotExist
          InvalidState
          InsufficientFunds
          InvalidParameter
          AlreadyDone
"""

from __future__ import annotations


class MTurkError(Exception):
    """The base of everything this package raises on purpose."""


class ConfigurationError(MTurkError):
    """Something is missing before any call can be made: a connection, credentials, an extra."""


class ValidationError(MTurkError, ValueError):
    """An argument is outside the service's limits; nothing was sent.

    The text names the argument, the value and the limit.
    """


class AnswerError(MTurkError, ValueError):
    """A worker's answer document cannot be read."""
